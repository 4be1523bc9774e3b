//! N12: what the SEAF asks of the AUSF, and what its answers mean for mobility management (TS 33.501 6.1.3, TS 29.509 5.2).
//!
//! ```text
//!   Output::Authenticate ──POST ue-authentications──► 201, a link ──► Input::Challenge
//!   Output::Confirm      ──PUT <link> RES*──────────► 200, KSEAF ───► Input::Confirmed
//!   Output::EapAnswer    ──POST <link> EAP packet───► 200 ──────────► Input::Eap          (as often as EAP wants)
//!   Output::Abandon…     ──PUT <link> null──────────► nobody waits
//! ```

use crate::amf::Amf;
use crate::calls::{Call, For, Outcome, Ticket};
use crate::event::Service;
use quintet_crypto::fgs::{HresStar, KSeaf, ResStar};
use quintet_fgmm::network::{
    At, AuthenticationRequest, AuthenticationUnavailable, Challenge, Confirmation, ConfirmationFailure,
    EapProgress, Input, Resynchronisation, Subject,
};
use quintet_identity::Supi;
use quintet_ngap::AmfUeNgapId;
use quintet_sbi::nausf::{
    self, AuthData, AuthResult, AuthenticationInfo, ConfirmationData, ConfirmationDataResponse, EapSession,
    LINK_5G_AKA, LINK_EAP_SESSION, UEAuthenticationCtx,
};
use quintet_sbi::nudm::ueau::{AuthType, ResynchronizationInfo};
use quintet_sbi::ts29571::Links;
use quintet_sbi::{
    Base64, Hex, MAX_PATH_OCTETS, ProblemDetails, Request, SecretHex, TRACEPARENT, Target, cause, path,
};
use std::collections::BTreeMap;
use std::fmt;

/// The longest EAP packet that is carried to a UE: that of EAP-AKA' takes some 100 octets, and NAS no more than 1,503
/// (TS 24.501 9.11.2.2).
const MAX_EAP_OCTETS: usize = 1_500;

/// An authentication at an AUSF.
#[derive(Debug)]
pub(crate) struct Authentication {
    /// The call whose outcome the session waits for: the last one. That of another is of a procedure that was dropped, maybe
    /// about another subscriber.
    asked: Option<Ticket>,
    /// Whose, if the AMF knew it before.
    supi: Option<Supi>,
    /// Where it goes on.
    link: Option<Resource>,
    /// Whether it is 5G AKA, which is told when it is abandoned.
    aka: bool,
}

/// A resource at another network function. Who knows its path may answer the challenge, so that is not shown.
#[derive(Clone)]
struct Resource {
    target: Target,
    path: String,
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource")
            .field("target", &self.target)
            .field("path", &path::shown(&self.path))
            .finish()
    }
}

impl Resource {
    /// As a link or a `Location` names it: absolute, or on the host that named it.
    fn named(uri: &str, by: &Target) -> Option<Self> {
        let (target, path) = if uri.starts_with('/') {
            (by.clone(), uri.to_owned())
        } else {
            // What was begun under TLS does not go on without: KSEAF comes from there.
            path::split_uri(uri).filter(|(target, _)| target.tls || !by.tls)?
        };
        (path.len() <= MAX_PATH_OCTETS).then_some(Self { target, path })
    }

    fn linked(links: &BTreeMap<String, Links>, relation: &str, by: &Target) -> Option<Self> {
        // One link of any name is taken for the one that is meant.
        let links = links.get(relation).or_else(|| links.values().next())?;
        Self::named(links.href()?, by)
    }
}

impl Amf {
    /// Nausf_UEAuthentication_Authenticate, first request.
    pub(crate) fn authenticate(&mut self, id: AmfUeNgapId, asked: AuthenticationRequest) {
        let (supi_or_suci, supi) = match asked.subject {
            Subject::Suci(suci) => (suci.to_string(), None),
            Subject::Supi(supi) => (supi.to_string(), Some(supi)),
        };
        let info = AuthenticationInfo {
            supi_or_suci,
            serving_network_name: self.serving_network_name.clone(),
            resynchronization_info: asked.resynchronisation.as_ref().map(resynchronization),
            pei: None,
            udm_group_id: None,
            routing_indicator: None,
            cell_cag_info: Vec::new(),
            n5gc_ind: false,
            supported_features: None,
            nswo_ind: false,
            disaster_roaming_ind: false,
            onboarding_ind: false,
            aun3_ind: false,
        };
        let mut request = nausf::authenticate(&info);
        self.name_attempt(id, &mut request);
        let ticket = self.calls.make(Call {
            whose: For::Challenge(id),
            service: Service::Ausf,
            what: "authentication",
            at: None,
            request,
        });
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        connection.authentication = Some(Box::new(Authentication {
            asked: ticket,
            supi,
            link: None,
            aka: false,
        }));
        self.made(
            id,
            ticket,
            Input::Challenge(Err(AuthenticationUnavailable::NoAnswer)),
        );
    }

    /// Tells whoever is called which attempt it is for. The parent span is the connection: nothing in between has a number.
    pub(crate) fn name_attempt(&self, id: AmfUeNgapId, request: &mut Request) {
        if let Some(attempt) = self.connections.get(id).and_then(|connection| connection.attempt) {
            let header = attempt.traceparent(id.0, true);
            request.headers.push((TRACEPARENT, header));
        }
    }

    /// The confirmation of 5G AKA.
    pub(crate) fn confirm(&mut self, id: AmfUeNgapId, res_star: &ResStar) {
        let data = ConfirmationData {
            res_star: Some(SecretHex::new(*res_star.expose())),
            supported_features: None,
        };
        let failed = Input::Confirmed(Err(ConfirmationFailure::NoAnswer));
        let whose = For::Confirmation(id);
        self.go_on(id, whose, failed, |path| nausf::confirm_5g_aka(path, &data));
    }

    /// The next step of EAP.
    pub(crate) fn eap_answer(&mut self, id: AmfUeNgapId, payload: &[u8]) {
        let session = eap_packet(payload);
        let failed = Input::Eap(Err(ConfirmationFailure::NoAnswer));
        self.go_on(id, For::Eap(id), failed, |path| {
            nausf::eap_session(path, &session)
        });
    }

    fn go_on(
        &mut self,
        id: AmfUeNgapId,
        whose: For,
        failed: Input<'static>,
        request: impl FnOnce(&str) -> Request,
    ) {
        let link = self.authentication(id).and_then(|a| a.link.clone());
        let ticket = link.and_then(|link| {
            let mut request = request(&link.path);
            self.name_attempt(id, &mut request);
            self.calls.make(Call {
                whose,
                service: Service::Ausf,
                what: "confirmation",
                request,
                at: Some(link.target),
            })
        });
        if let Some(authentication) = self.authentication(id) {
            authentication.asked = ticket;
        }
        self.made(id, ticket, failed);
    }

    /// The authentication is over without a result (TS 33.501 6.1.3.2.2).
    pub(crate) fn abandon(&mut self, id: AmfUeNgapId) {
        let Some(connection) = self.connections.get_mut(id) else {
            return;
        };
        let Some(authentication) = connection.authentication.take() else {
            return;
        };
        let Some(link) = authentication.link.filter(|_| authentication.aka) else {
            return;
        };
        let data = ConfirmationData {
            res_star: None,
            supported_features: None,
        };
        self.calls.make(Call {
            whose: For::Nobody,
            service: Service::Ausf,
            what: "end of an authentication",
            request: nausf::confirm_5g_aka(&link.path, &data),
            at: Some(link.target),
        });
    }

    fn authentication(&mut self, id: AmfUeNgapId) -> Option<&mut Authentication> {
        self.connections.get_mut(id)?.authentication.as_deref_mut()
    }

    /// The authentication that waits for this outcome, and for no later one.
    fn awaited(&mut self, id: AmfUeNgapId, ticket: Ticket) -> Option<&mut Authentication> {
        let authentication = self.authentication(id)?;
        authentication.asked.take_if(|asked| *asked == ticket)?;
        Some(authentication)
    }

    /// The AUSF answered the first request, or did not.
    pub(crate) fn challenged(&mut self, at: At, id: AmfUeNgapId, outcome: &Outcome) {
        let Some(authentication) = self.awaited(id, outcome.ticket) else {
            return;
        };
        let answer = match read::<UEAuthenticationCtx>(outcome) {
            Ok(answer) => begun(authentication, answer, &outcome.target),
            Err(problem) => Err(problem.map_or(AuthenticationUnavailable::NoAnswer, |p| unavailable(&p))),
        };
        let _ = self.drive(at, id, Input::Challenge(answer));
    }

    /// The AUSF answered a confirmation, or did not.
    pub(crate) fn confirmed(&mut self, at: At, id: AmfUeNgapId, outcome: &Outcome) {
        let Some(authentication) = self.awaited(id, outcome.ticket) else {
            return;
        };
        // What was confirmed is over for the AUSF: there is nothing to abandon.
        authentication.link = None;
        let supi = authentication.supi.clone();
        let answer = match read::<ConfirmationDataResponse>(outcome) {
            Ok(answer) => confirmation(answer, supi),
            Err(problem) => Err(unconfirmed(problem)),
        };
        let _ = self.drive(at, id, Input::Confirmed(answer));
    }

    /// The AUSF answered an EAP packet, or did not.
    pub(crate) fn eap_went_on(&mut self, at: At, id: AmfUeNgapId, outcome: &Outcome) {
        let Some(authentication) = self.awaited(id, outcome.ticket) else {
            return;
        };
        let answer = match read::<EapSession>(outcome) {
            Ok(answer) => {
                if let Some(link) = Resource::linked(&answer.links, LINK_EAP_SESSION, &outcome.target) {
                    authentication.link = Some(link);
                }
                progress(answer, authentication.supi.clone())
            }
            Err(problem) => Err(unconfirmed(problem)),
        };
        let _ = self.drive(at, id, Input::Eap(answer));
    }
}

/// The body of a response, or why there is none: the refusal, or `None` for no response at all.
pub(crate) fn read<T: serde::de::DeserializeOwned>(
    outcome: &Outcome,
) -> Result<T, Option<Box<ProblemDetails>>> {
    match &outcome.result {
        Ok(response) => response.read::<T>().map_err(Some),
        Err(_) => Err(None),
    }
}

fn resynchronization(resynchronisation: &Resynchronisation) -> ResynchronizationInfo {
    let mut octets = Vec::with_capacity(14);
    resynchronisation.auts.put(&mut octets);
    // A longer MAC than 64 bits does not fit (TS 29.503 6.3.6.2.4); NAS has 14 octets only as well.
    let mut auts = [0; 14];
    let n = octets.len().min(auts.len());
    auts[..n].copy_from_slice(&octets[..n]);
    ResynchronizationInfo {
        rand: Hex(resynchronisation.rand),
        auts: Hex(auts),
    }
}

fn eap_packet(payload: &[u8]) -> EapSession {
    EapSession {
        eap_payload: Some(Base64(payload.to_vec())),
        k_seaf: None,
        links: BTreeMap::new(),
        auth_result: None,
        supi: None,
        supported_features: None,
        msk: None,
    }
}

/// A challenge, if it can be used.
fn begun(
    authentication: &mut Authentication,
    answer: UEAuthenticationCtx,
    by: &Target,
) -> Result<Challenge, AuthenticationUnavailable> {
    let useless = AuthenticationUnavailable::NoAnswer;
    match (answer.auth_type, answer.auth_data) {
        (AuthType::FiveGAka, AuthData::Av5gAka(vector)) => {
            authentication.link = Resource::linked(&answer.links, LINK_5G_AKA, by);
            authentication.aka = true;
            authentication.link.as_ref().ok_or(useless)?;
            Ok(Challenge::Aka {
                rand: vector.rand.0,
                autn: vector.autn.0,
                hxres_star: HresStar::new(*vector.hxres_star.expose()),
            })
        }
        (AuthType::EapAkaPrime, AuthData::EapPayload(Some(packet))) if packet.0.len() <= MAX_EAP_OCTETS => {
            authentication.link = Resource::linked(&answer.links, LINK_EAP_SESSION, by);
            authentication.link.as_ref().ok_or(useless)?;
            Ok(Challenge::Eap {
                payload: packet.0.into(),
            })
        }
        // Another method: the UE could not be led through it.
        _ => Err(useless),
    }
}

/// Why there is no challenge (TS 29.509 table 6.1.7.3-1).
fn unavailable(problem: &ProblemDetails) -> AuthenticationUnavailable {
    use AuthenticationUnavailable as Why;
    let named = [
        (cause::USER_NOT_FOUND, Why::UserNotFound),
        (cause::AUTHENTICATION_REJECTED, Why::AuthenticationRejected),
        (
            cause::SERVING_NETWORK_NOT_AUTHORIZED,
            Why::ServingNetworkNotAuthorized,
        ),
        (cause::INVALID_HN_PUBLIC_KEY_IDENTIFIER, Why::InvalidSuci),
        (cause::INVALID_SCHEME_OUTPUT, Why::InvalidSuci),
        (cause::UNSUPPORTED_PROTECTION_SCHEME, Why::InvalidSuci),
    ];
    let by_name = named.iter().find(|(cause, _)| problem.is(*cause));
    by_name.map_or_else(
        || match problem.status {
            Some(502) | None => Why::NoAnswer,
            _ => Why::Unavailable,
        },
        |(_, why)| *why,
    )
}

fn unconfirmed(problem: Option<Box<ProblemDetails>>) -> ConfirmationFailure {
    match problem {
        None => ConfirmationFailure::NoAnswer,
        Some(problem) if problem.status == Some(502) => ConfirmationFailure::NoAnswer,
        Some(problem) if problem.is(cause::AUTHENTICATION_REJECTED) => ConfirmationFailure::Rejected,
        Some(_) => ConfirmationFailure::Unavailable,
    }
}

/// The subscriber that the AUSF names, or that was known before. Two that differ are nobody.
fn subscriber(told: Option<&str>, known: Option<Supi>) -> Option<Supi> {
    let told = told.map(|text| text.parse::<Supi>().ok());
    match (told, known) {
        (Some(told), Some(known)) => told.filter(|told| *told == known),
        (Some(told), None) => told,
        (None, known) => known,
    }
}

fn confirmation(
    answer: ConfirmationDataResponse,
    known: Option<Supi>,
) -> Result<Confirmation, ConfirmationFailure> {
    match answer.auth_result {
        AuthResult::AuthenticationFailure => Err(ConfirmationFailure::Rejected),
        AuthResult::AuthenticationOngoing => Err(ConfirmationFailure::NoAnswer),
        AuthResult::AuthenticationSuccess => {
            let supi = subscriber(answer.supi.as_deref(), known);
            let k_seaf = answer.kseaf.map(|key| KSeaf::new(*key.expose()));
            supi.zip(k_seaf)
                .map(|(supi, k_seaf)| Confirmation { supi, k_seaf })
                .ok_or(ConfirmationFailure::NoAnswer)
        }
    }
}

fn progress(answer: EapSession, known: Option<Supi>) -> Result<EapProgress, ConfirmationFailure> {
    let useless = ConfirmationFailure::NoAnswer;
    let payload = answer
        .eap_payload
        .filter(|packet| packet.0.len() <= MAX_EAP_OCTETS)
        .map(|packet| Box::<[u8]>::from(packet.0));
    let payload = payload.ok_or(useless)?;
    Ok(match answer.auth_result {
        None | Some(AuthResult::AuthenticationOngoing) => EapProgress::Next { payload },
        Some(AuthResult::AuthenticationFailure) => EapProgress::Failure { payload },
        Some(AuthResult::AuthenticationSuccess) => EapProgress::Success {
            payload,
            supi: subscriber(answer.supi.as_deref(), known).ok_or(useless)?,
            k_seaf: answer
                .k_seaf
                .map(|key| KSeaf::new(*key.expose()))
                .ok_or(useless)?,
        },
    })
}
