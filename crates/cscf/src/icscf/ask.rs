//! UAR and LIR, and what their answers mean (TS 29.228 6.1.1, 6.1.4; TS 24.229 5.3.1.2, 5.3.1.3, 5.3.2.1).

use super::attempt::{Attempt, Purpose};
use super::selection::{MAX_CANDIDATES, select};
use super::{Cycle, Icscf, IcscfEvent};
use crate::cx::CxFailure as ClientFailure;
use crate::scscf::{granted, impu_of, meaning, private_identity};
use quintet_cx::{Answer, Lir, Request, ServerCapabilities, Uar, UarFlags, UserAuthorizationType};
use quintet_ims::registrar::CxFailure;
use quintet_sip::transaction::ServerId;
use quintet_sip::{Message, Status};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

impl Icscf {
    /// Asks the HSS for a request.
    pub(crate) fn ask(&mut self, cycle: &mut Cycle<'_>, id: ServerId, attempt: Attempt) {
        let request = Message::parse(&attempt.octets).ok().and_then(|message| {
            Some(match attempt.purpose {
                Purpose::Register { ends, emergency } => {
                    Request::UserAuthorization(self.uar(&message, &attempt, ends, emergency)?)
                }
                Purpose::Locate { originating } => Request::LocationInfo(lir(&message, originating)?),
            })
        });
        let Some(request) = request else {
            return self.give_up(cycle, id, &attempt, Status::BAD_REQUEST);
        };
        self.counters.asked += 1;
        match self.cx.send(cycle.at.now, cycle.node, None, id, request) {
            Ok(()) => {
                let register = matches!(attempt.purpose, Purpose::Register { .. });
                self.report(|| IcscfEvent::Asked { register });
                self.attempts.insert(id, attempt);
            }
            Err((_, failure)) => {
                let status = refusal(attempt.purpose, meaning(failure));
                self.give_up(cycle, id, &attempt, status);
            }
        }
    }

    fn uar(&self, message: &Message<'_>, attempt: &Attempt, ends: bool, emergency: bool) -> Option<Uar> {
        let visited = message.p_visited_network_ids().find_map(Result::ok);
        let visited_network = match visited {
            Some(visited) => visited.unquoted().into_owned(),
            None => self.config.domains.first().cloned().unwrap_or_default(),
        };
        let mut flags = UarFlags::default();
        if emergency {
            flags = UarFlags::EMERGENCY_REGISTRATION;
        }
        Some(Uar {
            user_name: private_identity(message)?.as_str().to_owned(),
            public_identity: impu_of(&message.to().ok()?.uri)?.as_str().to_owned(),
            visited_network,
            authorization_type: match (ends, attempt.asked_again) {
                (true, _) => UserAuthorizationType::DE_REGISTRATION,
                (false, true) => UserAuthorizationType::REGISTRATION_AND_CAPABILITIES,
                (false, false) => UserAuthorizationType::REGISTRATION,
            },
            flags,
            features: Vec::new(),
        })
    }

    /// UAA or LIA, or none.
    pub(crate) fn located(
        &mut self,
        cycle: &mut Cycle<'_>,
        id: ServerId,
        mut attempt: Attempt,
        result: Result<Answer, ClientFailure>,
    ) {
        let (name, capabilities) = match granted(result) {
            Ok(Answer::UserAuthorization(answer)) => (answer.server_name, answer.capabilities),
            Ok(Answer::LocationInfo(answer)) => (answer.server_name, answer.capabilities),
            Ok(_) => return self.give_up(cycle, id, &attempt, Status::SERVER_INTERNAL_ERROR),
            Err(failure) => {
                let status = refusal(attempt.purpose, failure);
                return self.give_up(cycle, id, &attempt, status);
            }
        };
        // Who was not there is no candidate (TS 24.229 5.3.1.3).
        let named = name.filter(|name| !attempt.tried.contains(name));
        let mut candidates: Vec<String> = match (named, attempt.asked_again) {
            (Some(name), false) => vec![name],
            (named, _) => {
                let wanted = capabilities.unwrap_or_default();
                let mut found = select(&self.config.scscfs, &wanted, spread(&attempt));
                found.splice(0..0, named.filter(|_| wanted == ServerCapabilities::default()));
                found
            }
        };
        candidates.retain(|name| !attempt.tried.contains(name));
        candidates.truncate(MAX_CANDIDATES);
        candidates.reverse();
        attempt.candidates = candidates;
        // Nobody is able (TS 24.229 5.3.1.3); or those who are, are not there.
        let none = match attempt.tried.is_empty() {
            true => Status::BUSY_EVERYWHERE,
            false => Status::SERVER_TIME_OUT,
        };
        self.try_next(cycle, id, attempt, none);
    }
}

fn lir(message: &Message<'_>, originating: bool) -> Option<Lir> {
    let impu = if originating {
        let served = message.p_served_user().ok()?;
        let asserted = message.p_asserted_identities().find_map(Result::ok);
        impu_of(&served.or(asserted)?.uri)?
    } else {
        impu_of(&message.request_uri().ok()?)?
    };
    Some(Lir {
        public_identity: impu.as_str().to_owned(),
        originating,
        ..Lir::default()
    })
}

/// Equals among S-CSCFs take turns by subscriber: what is the same user's goes the same way.
fn spread(attempt: &Attempt) -> u64 {
    let mut hasher = DefaultHasher::new();
    if let Ok(message) = Message::parse(&attempt.octets) {
        match attempt.purpose {
            Purpose::Register { .. } => private_identity(&message).hash(&mut hasher),
            Purpose::Locate { .. } => message.call_id().unwrap_or_default().hash(&mut hasher),
        }
    }
    hasher.finish()
}

/// What a refusal of the HSS means (TS 24.229 5.3.1.3, 5.3.2.1).
fn refusal(purpose: Purpose, failure: CxFailure) -> Status {
    match (failure, purpose) {
        (CxFailure::NoAnswer, _) => Status::SERVER_TIME_OUT,
        (CxFailure::TooBusy | CxFailure::Refused(_), _) => Status::TEMPORARILY_UNAVAILABLE,
        (CxFailure::Unusable, _) => Status::SERVER_INTERNAL_ERROR,
        (_, Purpose::Register { .. }) => Status::FORBIDDEN,
        (CxFailure::IdentityNotRegistered, _) => Status::TEMPORARILY_UNAVAILABLE,
        (CxFailure::UserUnknown, _) => Status::NOT_FOUND,
        _ => Status::FORBIDDEN,
    }
}
