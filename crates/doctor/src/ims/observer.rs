//! From SIP, ESP and Cx to attempts: which registration a message is of, and when it ends.

mod carried;
mod challenge;
mod exchanges;
mod register;

use super::associations::Associations;
use super::attempt::Attempt;
use super::cx;
use super::esp::Passed;
use super::invite::Invites;
use super::links::Links;
use super::read::{self, Place};
use super::sighting::{Kind, Sighting};
use super::trail::{End, EspSeen, Trail};
use super::users::Users;
use super::verdict::Verdict;
use crate::keys::KeyRing;
use crate::numbers::Numbers;
use crate::observer::Wanted;
use hashbrown::HashMap;
use quintet_capture::{
    Dissector, DissectorOptions, End as CaptureEnd, FlowEvent, FlowId, Pdu, Protocol, Seen, Timestamp,
};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

/// The most attempts that run at once; the longest silent one ends for another. About 30 kB each over three hops.
pub(crate) const MAX_ATTEMPTS: usize = 8_192;
/// An attempt silent for longer is over: reg-await-auth, within which a challenge must be answered (TS 24.229 7.8).
pub(crate) const MAX_SILENCE_NS: i64 = 240_000_000_000;
/// What may still come on other legs when the UE has its final answer.
const FAREWELL_NS: i64 = 2_000_000_000;
/// The same when only the core was seen to answer: T4 and some more.
const LONG_FAREWELL_NS: i64 = 8_000_000_000;
/// How often, in time of the capture, all attempts are looked over.
const SWEEP_NS: i64 = 500_000_000;

/// What the observer tells.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A message passed: its attempt so far. Only if asked for.
    Passed(Box<Trail>),
    /// How an attempt stands behind a message. Only if asked for.
    Stands(Box<Trail>, Box<Verdict>),
    /// An attempt ended.
    Ended(Box<Trail>, Box<Verdict>),
    /// An enciphered packet was opened. Only if asked for.
    Opened(Opening),
}

/// A packet of ESP, opened.
#[derive(Debug)]
pub(crate) struct Opening {
    /// Where.
    pub(crate) seen: Seen,
    /// As it was.
    pub(crate) pdu: Box<[u8]>,
    /// As it would stand without encryption, of the same length.
    pub(crate) clear: Box<[u8]>,
}

/// The observer of IMS.
#[derive(Debug)]
pub(crate) struct Observer {
    ring: Arc<KeyRing>,
    wanted: Wanted,
    numbers: Numbers,
    attempts: HashMap<u64, Attempt>,
    /// By Call-ID, and by identity: the latest attempt of each name.
    by_call: HashMap<String, u64>,
    by_user: HashMap<String, u64>,
    cx: cx::Observer,
    /// The attempt that each exchange of a running one is of.
    exchanges: HashMap<u64, u64>,
    links: Links,
    associations: Associations,
    passed: Passed,
    inner: Dissector,
    invites: Invites,
    users: Users,
    happenings: VecDeque<Happening>,
    now: Timestamp,
    file: u16,
    swept: Timestamp,
    patience_ns: i64,
    above_esp: bool,
}

impl Observer {
    /// An observer who has seen nothing.
    pub(crate) fn new(ring: Arc<KeyRing>, numbers: Numbers, wanted: Wanted) -> Self {
        Self {
            ring,
            wanted,
            numbers,
            attempts: HashMap::new(),
            by_call: HashMap::new(),
            by_user: HashMap::new(),
            cx: cx::Observer::default(),
            exchanges: HashMap::new(),
            links: Links::default(),
            associations: Associations::default(),
            passed: Passed::default(),
            inner: Dissector::new(DissectorOptions::default()),
            invites: Invites::default(),
            users: Users::default(),
            happenings: VecDeque::new(),
            now: Timestamp::default(),
            file: 0,
            swept: Timestamp::default(),
            patience_ns: MAX_SILENCE_NS,
            above_esp: false,
        }
    }

    /// The same, told of SIP by a node that has it above ESP, or by a capture.
    pub(crate) const fn above_esp(mut self, above_esp: bool) -> Self {
        self.above_esp = above_esp;
        self
    }

    /// The same, who gives up a silent attempt after this time.
    pub(crate) fn with_patience(mut self, nanoseconds: i64) -> Self {
        self.patience_ns = nanoseconds.clamp(LONG_FAREWELL_NS, MAX_SILENCE_NS);
        self
    }

    /// What there is to say.
    pub(crate) fn poll(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }

    /// A PDU; one that is none of IMS does nothing but let time pass.
    pub(crate) fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.advance(pdu.seen);
        match pdu.protocol {
            Protocol::Sip => {
                if let (Some(source), Some(destination)) =
                    (address(pdu.flow.source), address(pdu.flow.destination))
                {
                    let place = Place {
                        seen: pdu.seen,
                        source,
                        destination,
                        spi: None,
                    };
                    self.sip(place, pdu.octets, false);
                }
            }
            Protocol::Esp => self.esp(pdu),
            Protocol::Diameter => {
                self.links.pdu(pdu);
                if let Some(exchange) = self.cx.pdu(pdu) {
                    self.exchange(exchange);
                }
            }
            _ => return,
        }
        self.expire();
    }

    /// Something befell a connection.
    pub(crate) fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.links.flow(seen, flow, event);
    }

    /// It is this late, and nothing passed.
    pub(crate) fn quiet(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.expire();
    }

    /// The capture ends, and every attempt with it.
    pub(crate) fn finish(&mut self) {
        let mut all: Vec<u64> = self.attempts.keys().copied().collect();
        all.sort_unstable();
        for id in all {
            self.end(id, End::CaptureEnds);
        }
    }

    fn advance(&mut self, seen: Seen) {
        if seen.file == self.file {
            self.now = self.now.max(seen.time);
        } else {
            self.file = seen.file;
            self.now = seen.time;
        }
    }

    /// A SIP message; `new` if associations of the challenge under way carried it.
    fn sip(&mut self, place: Place, octets: &[u8], new: bool) {
        let Some((mut sighting, whose)) = read::sighting(place, octets) else {
            return;
        };
        let new = new || (self.above_esp && sighting.spi.is_none() && self.carried_above(&mut sighting));
        match sighting.kind {
            Kind::Register(_) => self.register(sighting, new),
            Kind::Response(_) => self.response(sighting, new),
            Kind::Other { .. } => {
                if let Some((target, pair)) = self.invites.take(sighting, whose) {
                    self.refused_request(&target, pair);
                }
            }
        }
    }

    /// Somebody was not reached whose registration is under way.
    fn refused_request(&mut self, target: &str, pair: [Sighting; 2]) {
        let Some(attempt) = self
            .by_user
            .get(target)
            .and_then(|id| self.attempts.get_mut(id))
            .filter(|attempt| attempt.over.is_none())
        else {
            return;
        };
        for sighting in pair {
            attempt.add(sighting, false);
        }
    }

    /// Gives a name to an attempt.
    fn name(&mut self, id: u64, identity: &str) {
        let name = read::identity(identity);
        if name.is_empty() {
            return;
        }
        if let Some(attempt) = self.attempts.get_mut(&id)
            && !attempt.names.contains(&name)
        {
            attempt.names.push(name.clone());
        }
        self.by_user.insert(name, id);
    }

    /// Attempts that are over, and those that nobody goes on with.
    fn expire(&mut self) {
        if self.now.since(self.swept).abs() < SWEEP_NS {
            return;
        }
        self.swept = self.now;
        let (now, patience) = (self.now, self.patience_ns);
        let mut ending: Vec<(u64, End)> = self
            .attempts
            .iter()
            .filter_map(|(id, attempt)| {
                let over = attempt.over.is_some_and(|(since, at_ue)| {
                    now.since(since) > if at_ue { FAREWELL_NS } else { LONG_FAREWELL_NS }
                });
                let silent = now.since(attempt.heard) > patience;
                match (over, silent) {
                    (true, _) => Some((*id, End::Over)),
                    (false, true) => Some((*id, End::Silent)),
                    (false, false) => None,
                }
            })
            .collect();
        ending.sort_unstable_by_key(|(id, _)| *id);
        for (id, end) in ending {
            self.end(id, end);
        }
    }

    /// Makes room for another attempt.
    fn make_room(&mut self) {
        if self.attempts.len() < MAX_ATTEMPTS {
            return;
        }
        let oldest = self
            .attempts
            .iter()
            .min_by_key(|(id, attempt)| (attempt.heard, **id))
            .map(|(id, _)| *id);
        if let Some(id) = oldest {
            self.end(id, End::NoRoom);
        }
    }

    /// An attempt ends.
    fn end(&mut self, id: u64, end: End) {
        let Some(attempt) = self.attempts.remove(&id) else {
            return;
        };
        for name in &attempt.names {
            if self.by_user.get(name) == Some(&id) {
                self.by_user.remove(name);
            }
        }
        for exchange in &attempt.trail.cx {
            self.exchanges.remove(&exchange.id);
        }
        for call_id in &attempt.trail.call_ids {
            if self.by_call.get(call_id) == Some(&id) {
                self.by_call.remove(call_id);
            }
        }
        let mut trail = attempt.trail;
        trail.now = self.now;
        trail.end = if end == End::CaptureEnds && attempt.over.is_some() {
            End::Over
        } else {
            end
        };
        let verdict = Verdict::of(&trail);
        if let Some(user) = trail.impu.as_deref().map(read::identity) {
            self.users.ended(&user, &trail, &verdict);
        }
        self.happenings
            .push_back(Happening::Ended(Box::new(trail), Box::new(verdict)));
    }

    /// A trail that begins with this message.
    fn trail(&self, id: u64, sighting: &Sighting) -> Trail {
        Trail {
            id,
            first: sighting.seen,
            last: sighting.seen,
            now: self.now,
            end: End::CaptureEnds,
            call_ids: Vec::new(),
            impi: None,
            impu: None,
            sip: Vec::new(),
            dropped: 0,
            rounds: Vec::new(),
            strays: Vec::new(),
            cx: Vec::new(),
            esp: EspSeen::default(),
            before: super::trail::Before::default(),
            hss_gone: None,
        }
    }
}

fn address(end: CaptureEnd) -> Option<SocketAddr> {
    match end {
        CaptureEnd::Address(address) => Some(address),
        CaptureEnd::Unnamed => None,
    }
}
