//! What the registrar asks of the HSS, as commands of Cx, and their answers as it wants them (TS 29.228 6.1.2, 6.3).

use super::Config;
use crate::cx::CxFailure as ClientFailure;
use quintet_crypto::digest::DigestAlgorithm;
use quintet_cx::profile::{ImsSubscription, ProfileError};
use quintet_cx::{
    Answer, AuthDataItem, AuthenticationScheme, ExperimentalResult, FeatureList, Features, Maa, Mar, Outcome,
    Request, Resynchronisation, Saa, Sar, ServerAssignmentType,
};
use quintet_diameter::ResultCode;
use quintet_diameter::node::RouteError;
use quintet_identity::Impi;
use quintet_ims::registrar::{
    Assigned, AuthenticationItem, CxFailure, CxRequest, DigestItem, Scheme, Vector,
};
use std::sync::Arc;
use zeroize::Zeroizing;

/// DIAMETER_TOO_BUSY.
const TOO_BUSY: u32 = 3004;

/// DIAMETER_AUTHORIZATION_REJECTED of the base protocol.
const AUTHORIZATION_REJECTED: u32 = 5003;

/// A SAR of this S-CSCF, which says what of a profile it understands (TS 29.229 7.2.1).
pub(crate) fn sar(config: &Config, assignment: ServerAssignmentType) -> Sar {
    let mut sar = Sar::new(&config.name, assignment);
    if !config.shared_criteria.is_empty() {
        sar.features.push(FeatureList::cx(Features::SHARED_IFC_SETS));
    }
    sar
}

/// A profile, with the criteria that it shares.
///
/// # Errors
/// [`ProfileError`].
pub(crate) fn profile(config: &Config, xml: &[u8]) -> Result<Arc<ImsSubscription>, ProfileError> {
    let mut profile = ImsSubscription::from_xml(xml)?;
    for service in &mut profile.service_profiles {
        if !service.shared_ifc_sets.is_empty() {
            *service = service.with_shared(&config.shared_criteria);
        }
    }
    Ok(Arc::new(profile))
}

/// The command of a request.
pub(crate) fn request(config: &Config, impi: &Impi, request: CxRequest) -> Request {
    match request {
        CxRequest::Mar {
            impu,
            scheme,
            count,
            resynchronisation,
        } => {
            let again = resynchronisation.map(|(rand, auts)| Resynchronisation { rand, auts });
            Request::MultimediaAuth(Box::new(Mar {
                user_name: impi.as_str().to_owned(),
                public_identity: impu.as_str().to_owned(),
                item: AuthDataItem::ask(scheme_of(scheme), again),
                count,
                server_name: config.name.clone(),
                features: Vec::new(),
            }))
        }
        CxRequest::Sar {
            impus,
            assignment,
            has_profile,
        } => {
            let mut sar = sar(config, assignment);
            sar.user_name = Some(impi.as_str().to_owned());
            sar.public_identities = impus.iter().map(|impu| impu.as_str().to_owned()).collect();
            sar.user_data_already_available = has_profile;
            Request::ServerAssignment(Box::new(sar))
        }
    }
}

const fn scheme_of(scheme: Scheme) -> AuthenticationScheme {
    match scheme {
        Scheme::Aka => AuthenticationScheme::DIGEST_AKAV1_MD5,
        Scheme::SipDigest => AuthenticationScheme::SIP_DIGEST,
        Scheme::Unknown => AuthenticationScheme::UNKNOWN,
    }
}

/// Vectors of an answer.
pub(crate) fn vectors(result: Result<Answer, ClientFailure>) -> Result<Vec<AuthenticationItem>, CxFailure> {
    match granted(result)? {
        Answer::MultimediaAuth(answer) => items(answer),
        _ => Err(CxFailure::Unusable),
    }
}

fn items(answer: Maa) -> Result<Vec<AuthenticationItem>, CxFailure> {
    let mut items = answer.items;
    // SIP-Item-Number is the order of use (TS 29.229 6.3.14).
    items.sort_by_key(|item| item.number);
    items.into_iter().map(item).collect()
}

fn item(item: AuthDataItem) -> Result<AuthenticationItem, CxFailure> {
    if let Some(digest) = item.digest {
        let name = digest.algorithm.as_deref().unwrap_or("MD5");
        let algorithm = DigestAlgorithm::of(name).ok_or(CxFailure::Unusable)?;
        return Ok(AuthenticationItem::Digest(Box::new(DigestItem {
            realm: digest.realm,
            algorithm,
            ha1: Zeroizing::new(digest.ha1.expose().to_ascii_lowercase()),
            auth_int: digest.qop.split(',').any(|qop| qop.trim() == "auth-int"),
        })));
    }
    let vector = item.vector.ok_or(CxFailure::Unusable)?;
    let algorithm = match &item.scheme {
        None => DigestAlgorithm::AkaV1Md5,
        Some(scheme) if *scheme == AuthenticationScheme::DIGEST_AKAV1_MD5 => DigestAlgorithm::AkaV1Md5,
        Some(scheme) if *scheme == AuthenticationScheme::DIGEST_AKAV2_SHA_256 => DigestAlgorithm::AkaV2Sha256,
        Some(_) => return Err(CxFailure::Unusable),
    };
    Ok(AuthenticationItem::Aka(Box::new(Vector {
        algorithm,
        rand: vector.rand,
        autn: vector.autn.octets().ok_or(CxFailure::Unusable)?,
        xres: vector.xres,
        ck: vector.ck.clone(),
        ik: vector.ik.clone(),
    })))
}

/// What a SAA gives, and what it says of charging.
pub(crate) fn assigned(
    config: &Config,
    result: Result<Answer, ClientFailure>,
) -> Result<(Assigned, Box<Saa>), CxFailure> {
    let Answer::ServerAssignment(answer) = granted(result)? else {
        return Err(CxFailure::Unusable);
    };
    let profile = match &answer.user_data {
        Some(xml) => Some(profile(config, xml).map_err(|_| CxFailure::Unusable)?),
        None => None,
    };
    let assigned = Assigned {
        profile,
        shared: !answer.associated_registered.is_empty(),
    };
    Ok((assigned, answer))
}

/// What it means for a procedure that there is no answer.
pub(crate) fn meaning(failure: ClientFailure) -> CxFailure {
    match failure {
        ClientFailure::Protocol(code) if code.0 == TOO_BUSY => CxFailure::TooBusy,
        // The HSS asked to be spared (RFC 7683), or as much is under way as may be: the same as if it had said so.
        ClientFailure::Busy | ClientFailure::Route(RouteError::Throttled | RouteError::TooBusy) => {
            CxFailure::TooBusy
        }
        ClientFailure::Protocol(code) => CxFailure::Refused(code.0),
        ClientFailure::Unreadable(_) => CxFailure::Unusable,
        ClientFailure::Route(_) | ClientFailure::Timeout | ClientFailure::ConnectionLost => {
            CxFailure::NoAnswer
        }
    }
}

/// An answer that grants, or why there is none.
pub(crate) fn granted(result: Result<Answer, ClientFailure>) -> Result<Answer, CxFailure> {
    let answer = result.map_err(meaning)?;
    let outcome = answer.outcome();
    if outcome.is_success() {
        return Ok(answer);
    }
    Err(match outcome {
        Outcome::Experimental(code) => experimental(code),
        Outcome::Base(ResultCode(AUTHORIZATION_REJECTED)) => CxFailure::AuthorizationRejected,
        Outcome::Base(ResultCode(TOO_BUSY)) => CxFailure::TooBusy,
        other => CxFailure::Refused(other.code()),
    })
}

fn experimental(code: ExperimentalResult) -> CxFailure {
    match code {
        ExperimentalResult::ERROR_USER_UNKNOWN => CxFailure::UserUnknown,
        ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH => CxFailure::IdentitiesDontMatch,
        ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED => CxFailure::IdentityNotRegistered,
        ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED => CxFailure::RoamingNotAllowed,
        ExperimentalResult::ERROR_IDENTITY_ALREADY_REGISTERED => CxFailure::IdentityAlreadyRegistered,
        ExperimentalResult::ERROR_AUTH_SCHEME_NOT_SUPPORTED => CxFailure::AuthSchemeNotSupported,
        ExperimentalResult::ERROR_IN_ASSIGNMENT_TYPE => CxFailure::InAssignmentType,
        other => CxFailure::Refused(other.0),
    }
}
