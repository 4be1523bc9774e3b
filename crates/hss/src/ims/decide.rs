//! From a request and a record to what is done.

use super::answer;
use super::asked::Asked;
use crate::config::ImsConfig;
use quintet_cx::{
    Answer, AuthenticationScheme, ExperimentalResult, FeatureList, Features, Mar, Outcome, Request, Sar,
    UarFlags,
};
use quintet_diameter::ResultCode;
use quintet_identity::Imsi;
use quintet_subscriber::ims::{
    Assignment, AuthenticationQuery, Cancellation, Challenge, Decision, ImsRecord, LocationQuery, Policy,
    Registrations, UserAuthorization,
};

/// What a request leads to.
#[expect(
    clippy::large_enum_variant,
    reason = "it is taken apart at once, and a box would be an allocation for each answer"
)]
pub(super) enum Decided {
    /// A refusal.
    Refused(Outcome),
    /// Vectors of IMS AKA, on this record.
    Vectors(Box<ImsRecord>),
    /// An answer, once `store` is stored.
    Answer {
        imsi: Imsi,
        version: u64,
        answer: Box<Answer>,
        store: Option<Registrations>,
        cancel: Vec<Cancellation>,
    },
}

/// Vectors that are to be made.
pub(super) struct Vectored {
    /// Whose AuC record.
    pub(super) imsi: Imsi,
    /// As the answer names it.
    pub(super) scheme: AuthenticationScheme,
    /// What changes.
    pub(super) store: Option<Registrations>,
    /// Supported-Features of the answer.
    pub(super) features: Vec<FeatureList>,
}

/// What both ends support, and what the answer says of it.
fn negotiate(
    config: &ImsConfig,
    lists: &[FeatureList],
) -> Result<(Policy, Features, Vec<FeatureList>), Outcome> {
    if lists.iter().any(|list| list.is_lacking(config.features.0)) {
        return Err(ExperimentalResult::ERROR_FEATURE_UNSUPPORTED.into());
    }
    let both = FeatureList::of_cx(lists).unwrap_or_default() & config.features;
    let policy = Policy {
        keep_server_name: config.keep_server_name,
        restoration: both.has(Features::IMS_RESTORATION),
    };
    let told = if lists.is_empty() {
        Vec::new()
    } else {
        vec![FeatureList::cx(config.features)]
    };
    Ok((policy, both, told))
}

/// Decides.
pub(super) fn decide(config: &ImsConfig, request: &Request, asked: &Asked, record: &ImsRecord) -> Decided {
    let decided = match request {
        Request::UserAuthorization(uar) => {
            negotiate(config, &uar.features).and_then(|(policy, _, features)| {
                let (impi, impu) = both(asked)?;
                let query = UserAuthorization {
                    impi,
                    impu,
                    visited: &uar.visited_network,
                    authorization_type: uar.authorization_type,
                    emergency: uar.flags.has(UarFlags::EMERGENCY_REGISTRATION),
                };
                let decision = record.authorize(&query, policy)?;
                Ok(conclude(record, decision, |granted| {
                    answer::uaa(granted, features)
                }))
            })
        }
        Request::LocationInfo(lir) => negotiate(config, &lir.features).and_then(|(policy, _, features)| {
            let query = LocationQuery {
                impu: asked.impus.first().ok_or(ResultCode::MISSING_AVP)?,
                originating: lir.originating,
                authorization_type: lir.authorization_type,
            };
            let decision = record.locate(&query, policy)?;
            Ok(conclude(record, decision, |found| answer::lia(found, features)))
        }),
        Request::ServerAssignment(sar) => assignment(config, sar, asked, record),
        Request::MultimediaAuth(mar) => digest(config, mar, asked, record),
        Request::RegistrationTermination(_) | Request::PushProfile(_) => {
            Err(ResultCode::COMMAND_UNSUPPORTED.into())
        }
    };
    decided.unwrap_or_else(Decided::Refused)
}

/// The identities of a request that has one of each.
fn both(asked: &Asked) -> Result<(&quintet_identity::Impi, &quintet_identity::Impu), Outcome> {
    let missing = ResultCode::MISSING_AVP;
    let impi = asked.impi.as_ref().ok_or(missing)?;
    Ok((impi, asked.impus.first().ok_or(missing)?))
}

fn assignment(config: &ImsConfig, sar: &Sar, asked: &Asked, record: &ImsRecord) -> Result<Decided, Outcome> {
    let (policy, features, told) = negotiate(config, &sar.features)?;
    let query = Assignment {
        impi: asked.impi.as_ref(),
        impus: &asked.impus,
        server: asked.server.as_ref().ok_or(ResultCode::MISSING_AVP)?,
        assignment_type: sar.assignment_type,
        restoration: sar.restoration.as_ref().filter(|info| answer::is_kept(info)),
        multiple_registration: sar.multiple_registration == Some(true),
    };
    let decision = record.assign(&query, policy)?;
    let subscription = &record.subscription;
    Ok(conclude(record, decision, |granted| {
        answer::saa(subscription, sar, granted, (features, told))
    }))
}

/// SIP Digest is answered at once; vectors are another matter.
fn digest(config: &ImsConfig, mar: &Mar, asked: &Asked, record: &ImsRecord) -> Result<Decided, Outcome> {
    let (decision, features) = query(config, mar, asked, record)?;
    if let Challenge::Aka { .. } = decision.answer {
        return Ok(Decided::Vectors(Box::new(record.clone())));
    }
    Ok(conclude(record, decision, |challenge| {
        answer::digest(mar, challenge, features)
    }))
}

fn query(
    config: &ImsConfig,
    mar: &Mar,
    asked: &Asked,
    record: &ImsRecord,
) -> Result<(Decision<Challenge>, Vec<FeatureList>), Outcome> {
    let (_, _, features) = negotiate(config, &mar.features)?;
    let (impi, impu) = both(asked)?;
    let query = AuthenticationQuery {
        impi,
        impu,
        scheme: mar.item.scheme.as_ref().ok_or(ResultCode::MISSING_AVP)?,
        server: asked.server.as_ref().ok_or(ResultCode::MISSING_AVP)?,
        resynchronisation: mar.item.resynchronisation.is_some(),
    };
    Ok((record.challenge(&query)?, features))
}

/// What a MAR that was granted vectors on `record` leads to.
pub(super) fn challenge(
    config: &ImsConfig,
    mar: &Mar,
    asked: &Asked,
    record: &ImsRecord,
) -> Result<Vectored, Outcome> {
    let (decision, features) = query(config, mar, asked, record)?;
    match decision.answer {
        Challenge::Aka { imsi, scheme } => Ok(Vectored {
            imsi,
            scheme,
            store: decision.store,
            features,
        }),
        Challenge::Digest(_) => Err(ResultCode::UNABLE_TO_COMPLY.into()),
    }
}

fn conclude<T>(record: &ImsRecord, decision: Decision<T>, answer: impl FnOnce(T) -> Answer) -> Decided {
    Decided::Answer {
        imsi: record.subscription.imsi,
        version: record.version,
        answer: Box::new(answer(decision.answer)),
        store: decision.store,
        cancel: decision.cancel,
    }
}
