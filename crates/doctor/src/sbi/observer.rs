//! Exchanges of HTTP to exchanges of authentication, kept till an attempt claims them.

use super::read::{self, Body};
use super::{Exchange, Operation, State, VectorSeen};
use crate::keys::eap_challenge;
use crate::trail::{Trail, View};
use hashbrown::HashMap;
use quintet_capture::{HttpExchange, HttpState};
use quintet_crypto::fgs::{KAusf, KSeaf, ResStar};
use quintet_identity::{Suci, Supi};
use quintet_nas::fgs::FgmmMessage;
use std::collections::VecDeque;

/// The most exchanges that wait for their attempt to end; of more, the oldest are forgotten. A core of 1000 registrations a
/// second makes as many in some seconds.
pub const MAX_EXCHANGES: usize = 16_384;

/// The most contexts of AUSFs remembered; of more, the oldest are forgotten.
pub const MAX_CONTEXTS: usize = 16_384;

/// The most vectors that wait to be polled.
pub const MAX_VECTORS: usize = 1024;

/// Exchanges of one attempt.
const MAX_CLAIMED: usize = 64;

/// How long before its first message an attempt's exchange may be: what two clocks, or two captures merged, put between
/// them.
const MAX_CLOCK_NS: i64 = 2_000_000_000;

/// What an AUSF's context is of.
#[derive(Clone, Debug)]
struct Context {
    supi: Option<Supi>,
    suci: Option<Suci>,
    rand: Option<[u8; 16]>,
}

/// Takes in exchanges of HTTP; [`Observer::vector`] after each.
#[derive(Debug, Default)]
pub struct Observer {
    /// In the order of their requests.
    exchanges: VecDeque<Exchange>,
    contexts: HashMap<Box<str>, Context>,
    /// Contexts in the order of making, with stale entries.
    order: VecDeque<Box<str>>,
    vectors: VecDeque<VectorSeen>,
}

impl Observer {
    /// One that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next vector that the home network handed out, or key that it told of one.
    pub fn vector(&mut self) -> Option<VectorSeen> {
        self.vectors.pop_front()
    }

    /// Takes in an exchange; one of another service does nothing.
    pub fn http(&mut self, http: &HttpExchange<'_>) {
        let Some(request) = http.request else { return };
        let Some(named) = request.path.as_deref().and_then(read::path) else {
            return;
        };
        let asked = Body::of(request);
        let mut exchange = Exchange {
            id: http.id,
            flow: http.flow.id,
            operation: named.operation,
            supi: None,
            suci: None,
            serving_network_name: asked.short(&["servingNetworkName"]),
            resynchronization: asked.has(&["resynchronizationInfo"]),
            rand: None,
            autn: None,
            hxres_star: None,
            result: match named.operation {
                Operation::AuthEvent => asked.verdict(),
                _ => None,
            },
            status: None,
            cause: None,
            request: Some(request.seen),
            answer: None,
            state: match http.state {
                HttpState::Open => State::Open,
                HttpState::Answered => State::Answered,
                broken => State::Broken(broken),
            },
        };
        match named.operation {
            Operation::Authenticate => exchange.is_of(asked.text(&["supiOrSuci"]).unwrap_or_default()),
            Operation::Confirm5gAka | Operation::EapSession => {
                if let Some(context) = named.who.and_then(|who| self.contexts.get(who)) {
                    exchange.supi.clone_from(&context.supi);
                    exchange.suci.clone_from(&context.suci);
                    exchange.rand = context.rand;
                }
            }
            Operation::GenerateAuthData
            | Operation::AuthEvent
            | Operation::AmfRegistration
            | Operation::SubscriptionData => exchange.is_of(named.who.unwrap_or_default()),
        }
        if let Some(response) = http.response.filter(|_| http.state == HttpState::Answered) {
            self.answered(&mut exchange, response, named.who);
        }
        // The SEAF ends what the UE did not answer: no RES* was judged (TS 29.509 5.2.2.2.2).
        if asked.is_null(&["resStar"]) {
            exchange.result = None;
        }
        self.keep(exchange);
    }

    fn answered(
        &mut self,
        exchange: &mut Exchange,
        response: &quintet_capture::HttpMessage,
        who: Option<&str>,
    ) {
        let mut body = Body::of(response);
        exchange.status = response.status;
        exchange.answer = Some(response.seen);
        exchange.cause = body.short(&["cause"]);
        if let Some(supi) = body.text(&["supi"]) {
            exchange.is_of(supi);
        }
        let mut seen = VectorSeen {
            rand: [0; 16],
            autn: None,
            xres_star: None,
            kausf: None,
            kseaf: None,
            supi: None,
        };
        match exchange.operation {
            Operation::Authenticate => {
                exchange.rand = body.octets(&["5gAuthData", "rand"]);
                exchange.autn = body.octets(&["5gAuthData", "autn"]);
                exchange.hxres_star = body.octets(&["5gAuthData", "hxresStar"]);
                exchange.challenged(body.eap(&["5gAuthData"]));
                let made = response.location.as_deref().and_then(read::context);
                if let Some(context) = body.context().or(made) {
                    self.context(context, exchange);
                }
            }
            Operation::Confirm5gAka | Operation::EapSession => {
                exchange.result = body.verdict();
                exchange.challenged(body.eap(&["eapPayload"]));
                seen.kseaf = body
                    .secret(&["kseaf"])
                    .or_else(|| body.secret(&["kSeaf"]))
                    .map(KSeaf::new);
                if let Some(who) = who {
                    self.context(who, exchange);
                }
            }
            Operation::GenerateAuthData => {
                exchange.rand = body.octets(&["authenticationVector", "rand"]);
                exchange.autn = body.octets(&["authenticationVector", "autn"]);
                seen.kausf = body.secret(&["authenticationVector", "kausf"]).map(KAusf::new);
                seen.xres_star = body
                    .secret(&["authenticationVector", "xresStar"])
                    .map(ResStar::new);
                let hashed = |rand, xres: &ResStar| *xres.hres_star(&rand).expose();
                exchange.hxres_star = exchange
                    .rand
                    .zip(seen.xres_star.as_ref())
                    .map(|(rand, xres)| hashed(rand, xres));
            }
            Operation::AuthEvent | Operation::AmfRegistration | Operation::SubscriptionData => {}
        }
        if let (Some(rand), true) = (exchange.rand, seen.kseaf.is_some() || seen.kausf.is_some()) {
            (seen.rand, seen.autn) = (rand, exchange.autn);
            seen.supi.clone_from(&exchange.supi);
            if self.vectors.len() >= MAX_VECTORS {
                self.vectors.pop_front();
            }
            self.vectors.push_back(seen);
        }
    }

    /// The AUSF calls it so.
    fn context(&mut self, name: &str, exchange: &Exchange) {
        let context = Context {
            supi: exchange.supi.clone(),
            suci: exchange.suci.clone(),
            rand: exchange.rand,
        };
        if self.contexts.insert(name.into(), context).is_none() {
            self.order.push_back(name.into());
        }
        while self.order.len() > MAX_CONTEXTS {
            if let Some(oldest) = self.order.pop_front() {
                self.contexts.remove(&oldest);
            }
        }
    }

    fn keep(&mut self, exchange: Exchange) {
        let known = self
            .exchanges
            .iter_mut()
            .rev()
            .find(|known| known.id == exchange.id);
        if let Some(known) = known {
            *known = exchange;
            return;
        }
        // What comes again after an attempt took its request is a later word on the same: it is of no other attempt.
        if self.exchanges.len() >= MAX_EXCHANGES {
            self.exchanges.pop_front();
        }
        self.exchanges.push_back(exchange);
    }

    /// The exchanges of an attempt that has ended: those of its SUCI, its SUPI or its challenges. Nobody else gets them.
    pub fn claim(&mut self, trail: &Trail) -> Vec<Exchange> {
        if self.exchanges.is_empty() {
            return Vec::new();
        }
        let rands = challenges(trail);
        let since = trail.first.time.0.saturating_sub(MAX_CLOCK_NS);
        let until = trail.now.0.max(trail.last.time.0).saturating_add(MAX_CLOCK_NS);
        let is_own = |exchange: &Exchange| {
            let when = exchange.first().map_or(i64::MIN, |seen| seen.time.0);
            let suci = exchange.suci.is_some() && exchange.suci == trail.identities.suci;
            let imsi = exchange.supi.as_ref().and_then(Supi::imsi);
            let supi = imsi.is_some() && imsi == trail.identities.imsi;
            let rand = exchange.rand.is_some_and(|rand| rands.contains(&rand));
            (since..=until).contains(&when) && (suci || supi || rand)
        };
        let mut claimed: Vec<Exchange> = Vec::new();
        // Whom a challenge is of tells whom the rest is of: events name the SUPI alone, the AMF's first request the SUCI.
        for round in 0..2 {
            let known = Known::of(&claimed);
            self.exchanges.retain(|exchange| {
                let when = exchange.first().map_or(i64::MIN, |seen| seen.time.0);
                let same = round > 0 && known.is_of(exchange) && (since..=until).contains(&when);
                let own = claimed.len() < MAX_CLAIMED && (same || round == 0 && is_own(exchange));
                if own {
                    claimed.push(exchange.clone());
                }
                !own
            });
        }
        claimed.sort_by_key(|exchange| exchange.first().map(|seen| (seen.file, seen.frame)));
        claimed
    }

    /// Exchanges, contexts and vectors kept.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 3] {
        [self.exchanges.len(), self.contexts.len(), self.vectors.len()]
    }
}

/// Whom exchanges are of, by any name.
struct Known {
    supi: Option<Supi>,
    suci: Option<Suci>,
    rands: Vec<[u8; 16]>,
}

impl Known {
    fn of(claimed: &[Exchange]) -> Self {
        Self {
            supi: claimed.iter().find_map(|exchange| exchange.supi.clone()),
            suci: claimed.iter().find_map(|exchange| exchange.suci.clone()),
            rands: claimed.iter().filter_map(|exchange| exchange.rand).collect(),
        }
    }

    fn is_of(&self, exchange: &Exchange) -> bool {
        self.supi.is_some() && exchange.supi == self.supi
            || self.suci.is_some() && exchange.suci == self.suci
            || exchange.rand.is_some_and(|rand| self.rands.contains(&rand))
    }
}

impl Exchange {
    /// Whose it is: a SUPI or a SUCI in text.
    fn is_of(&mut self, text: &str) {
        if let Ok(suci) = text.parse::<Suci>() {
            self.suci = Some(suci);
        } else if let Ok(supi) = text.parse::<Supi>() {
            self.supi = Some(supi);
        }
    }

    /// An EAP packet is handed out: a challenge, if it is one.
    fn challenged(&mut self, packet: Option<Vec<u8>>) {
        if let Some((rand, autn)) = packet.as_deref().and_then(eap_challenge) {
            (self.rand, self.autn) = (Some(rand), Some(autn));
        }
    }
}

/// RANDs that the network challenged with.
fn challenges(trail: &Trail) -> Vec<[u8; 16]> {
    let challenges = trail
        .nas
        .iter()
        .filter(|sighting| matches!(sighting.view, View::AuthenticationRequest { .. }));
    challenges
        .filter_map(|sighting| match sighting.fgmm_message()? {
            FgmmMessage::AuthenticationRequest(request) => request
                .authentication_parameter_rand
                .or_else(|| Some(eap_challenge(request.eap_message?.0)?.0)),
            _ => None,
        })
        .collect()
}
