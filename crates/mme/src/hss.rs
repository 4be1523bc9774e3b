//! The requests of this MME to the HSS, and what their answers mean for mobility management (TS 29.272 5.2.1.1.2,
//! 5.2.3.1.2, Annex A).

use crate::Config;
use crate::s6a::{
    self, AnswerOutcome, S6A, SubscriptionData, TerminalInformation, UpdateLocation, outcome,
    read_subscription, read_vectors,
};
use quintet_diameter::dict::command;
use quintet_diameter::node::{Destination, Priority, RequestHandle, RouteError};
use quintet_diameter::{Message, MessageWriter, Node};
use quintet_emm::network::{Location, Vector, VectorRequest, VectorsFailure};
use quintet_identity::{Imeisv, Imsi};
use quintet_s1ap::MmeUeS1apId;
use quintet_subscriber::s6a::{Features, RatType, UlrFlags};
use quintet_telemetry::AttemptId;
use std::collections::HashMap;
use std::time::Duration;

/// Supported-Features of this MME: ODB and regional subscription are understood; nothing of list 2 (TS 29.272 7.3.10).
pub(crate) const FEATURES: Features = Features::new(0x3ff, 0);

/// For whom a request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// The session of a connection waits for it, if it did not ask for anything else since.
    Session(MmeUeS1apId),
    /// The location of a subscriber is told again after the HSS lost it.
    Confirmation(Imsi),
    /// Nobody waits: Purge-UE.
    Nobody,
}

/// For whom a request is, and the attempt that it is part of.
pub(crate) type Asker = (For, Option<AttemptId>);

/// What an answer, or its absence, gives.
#[derive(Debug)]
pub(crate) enum Answer {
    Vectors(Result<Vec<Vector>, VectorsFailure>),
    Location(Result<Box<SubscriptionData>, VectorsFailure>),
    /// The HSS has taken the location of [`For::Confirmation`], or not.
    Confirmed(bool),
    Purged,
}

/// The client side of S6a.
#[derive(Debug)]
pub(crate) struct HssClient {
    sent: HashMap<RequestHandle, (For, u32)>,
    session_id: String,
    limit: usize,
}

impl HssClient {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            sent: HashMap::new(),
            session_id: String::new(),
            limit,
        }
    }

    /// Authentication-Information-Request. `None` if it could not be sent.
    pub(crate) fn fetch_vectors(
        &mut self,
        now: Duration,
        node: &mut Node,
        config: &Config,
        whose: Asker,
        request: &VectorRequest,
    ) -> Option<RequestHandle> {
        let again = request.resynchronisation.as_ref().map(|r| (&r.rand, &r.auts));
        let (imsi, plmn, n) = (request.imsi, request.plmn, u32::from(request.count));
        let code = command::AUTHENTICATION_INFORMATION;
        let priority = if request.emergency {
            Priority::EMERGENCY
        } else {
            Priority::of_command(S6A, code)
        };
        self.send_prioritized(now, node, config, (whose, code, priority), |w| {
            s6a::write_air(w, imsi, plmn, n, again);
        })
    }

    /// Update-Location-Request. `None` if it could not be sent.
    pub(crate) fn update_location(
        &mut self,
        now: Duration,
        node: &mut Node,
        config: &Config,
        whose: Asker,
        (imsi, imeisv, initial_attach): (Imsi, Option<Imeisv>, bool),
    ) -> Option<RequestHandle> {
        let mut flags = UlrFlags::S6A_S6D;
        if initial_attach {
            flags = flags | UlrFlags::INITIAL_ATTACH;
        }
        let request = UpdateLocation {
            imsi,
            plmn: config.plmn(),
            rat_type: RatType::EUTRAN,
            flags,
            features: FEATURES,
            terminal: imeisv.map(TerminalInformation),
        };
        self.send(now, node, config, (whose, command::UPDATE_LOCATION), |w| {
            s6a::write_ulr(w, &request);
        })
    }

    /// Purge-UE-Request. `None` if it could not be sent.
    pub(crate) fn purge(
        &mut self,
        now: Duration,
        node: &mut Node,
        config: &Config,
        imsi: Imsi,
    ) -> Option<RequestHandle> {
        let whose = (For::Nobody, None);
        self.send(now, node, config, (whose, command::PURGE_UE), |w| {
            s6a::write_pur(w, imsi)
        })
    }

    fn send(
        &mut self,
        now: Duration,
        node: &mut Node,
        config: &Config,
        (whose, command): (Asker, u32),
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Option<RequestHandle> {
        let priority = Priority::of_command(S6A, command);
        self.send_prioritized(now, node, config, (whose, command, priority), write)
    }

    fn send_prioritized(
        &mut self,
        now: Duration,
        node: &mut Node,
        config: &Config,
        ((whose, attempt), command, priority): (Asker, u32, Priority),
        write: impl FnOnce(&mut MessageWriter<'_>),
    ) -> Option<RequestHandle> {
        if self.sent.len() >= self.limit {
            return None;
        }
        self.session_id.clear();
        node.next_session_id(&mut self.session_id);
        if let Some(attempt) = attempt {
            attempt.end_session_id(&mut self.session_id);
        }
        let session_id = &self.session_id;
        let to = Destination {
            host: config.hss_host.as_deref(),
            realm: &config.hss_realm,
        };
        let build = |w: &mut MessageWriter<'_>| {
            s6a::write_application(w, session_id);
            write(w);
        };
        let request = (S6A, command, priority);
        let sent: Result<RequestHandle, RouteError> =
            node.prioritized_request(now, to, request, build, Some(config.hss_timeout));
        let handle = sent.ok()?;
        self.sent.insert(handle, (whose, command));
        Some(handle)
    }

    /// An answer to a request of ours.
    pub(crate) fn answered(&mut self, handle: RequestHandle, answer: &Message<'_>) -> Option<(For, Answer)> {
        let (whose, command) = self.sent.remove(&handle)?;
        let outcome = outcome(answer);
        let refused = (!outcome.is_success()).then(|| failure(outcome));
        let answer = match (command, whose) {
            (command::AUTHENTICATION_INFORMATION, _) => Answer::Vectors(match refused {
                Some(failure) => Err(failure),
                None => vectors(answer),
            }),
            // What it says of the subscription was known before.
            (command::UPDATE_LOCATION, For::Confirmation(_)) => Answer::Confirmed(refused.is_none()),
            (command::UPDATE_LOCATION, _) => Answer::Location(match refused {
                Some(failure) => Err(failure),
                None => read_subscription(answer)
                    .ok()
                    .flatten()
                    .map(Box::new)
                    .ok_or(VectorsFailure::NoAnswer),
            }),
            _ => Answer::Purged,
        };
        Some((whose, answer))
    }

    /// A request of ours got no answer.
    pub(crate) fn failed(&mut self, handle: RequestHandle) -> Option<(For, Answer)> {
        let (whose, command) = self.sent.remove(&handle)?;
        let nothing = VectorsFailure::NoAnswer;
        let answer = match (command, whose) {
            (command::AUTHENTICATION_INFORMATION, _) => Answer::Vectors(Err(nothing)),
            (command::UPDATE_LOCATION, For::Confirmation(_)) => Answer::Confirmed(false),
            (command::UPDATE_LOCATION, _) => Answer::Location(Err(nothing)),
            _ => Answer::Purged,
        };
        Some((whose, answer))
    }
}

fn vectors(answer: &Message<'_>) -> Result<Vec<Vector>, VectorsFailure> {
    let vectors = read_vectors(answer).map_err(|_| VectorsFailure::NoAnswer)?;
    if vectors.is_empty() {
        return Err(VectorsFailure::Unavailable);
    }
    let of = |v: s6a::EutranVector| Vector {
        rand: v.rand,
        xres: v.xres,
        autn: v.autn,
        kasme: v.kasme,
    };
    Ok(vectors.into_iter().map(of).collect())
}

/// What a refusal means for the UE (TS 29.272 Annex A).
fn failure(outcome: AnswerOutcome) -> VectorsFailure {
    match (outcome.experimental, outcome.code) {
        (true, 5001) => VectorsFailure::UserUnknown,
        (true, 5420) => VectorsFailure::UnknownEpsSubscription,
        (true, 5421) => VectorsFailure::RatNotAllowed,
        (true, 5004) => VectorsFailure::RoamingNotAllowed,
        // DIAMETER_AUTHORIZATION_REJECTED: base 5003.
        (false, 5003) => VectorsFailure::RoamingNotAllowed,
        _ => VectorsFailure::Unavailable,
    }
}

/// What attach and tracking area update need of the subscription data.
pub(crate) fn location(data: &SubscriptionData) -> Location {
    Location {
        access_restriction: data.access_restriction,
        barred: data.subscriber_status == Some(1),
        ambr: data.ambr,
        default_context_identifier: data.default_context_identifier,
        apn_configurations: data.apn_configurations.clone(),
    }
}
