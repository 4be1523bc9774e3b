//! Pairs requests with answers: by connection and Hop-by-Hop Identifier, and through agents by End-to-End Identifier,
//! Origin-Host, Session-Id and User-Name (RFC 6733 3, 6.2).

use super::connection::{Connections, Settled};
use super::exchange::{MAX_LEGS, MAX_REMARKS};
use super::{Exchange, Leg, PathFact, State, Trouble, Unanswered, Vectors, read};
use hashbrown::HashMap;
use quintet_capture::{Flow, FlowEvent, FlowId, Pdu, Seen, Timestamp};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Header, Message};
use std::collections::VecDeque;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The most requests that wait for answers; of more, the oldest is called unanswered.
pub const MAX_PENDING: usize = 4096;

/// How long an answer is waited for, in nanoseconds. MMEs give up after 2 to 10 s, UEs after 15 s (T3410); an answer that
/// comes later still is shown as late, not as another exchange.
pub const UNANSWERED_AFTER: i64 = 30_000_000_000;

/// How far before a request its connection's troubles count, in nanoseconds: two watchdog intervals (RFC 3539 3.4.1).
const PATH_BEFORE: i64 = 60_000_000_000;

/// How often, in nanoseconds of the capture, all connections are looked over.
const SWEEP: i64 = 1_000_000_000;

/// By what a request is known again on another hop.
type EndToEnd = (u32, u64);

/// Takes in Diameter messages, gives out exchanges. [`Observer::poll`] after each call, until it wants nothing.
#[derive(Debug, Default)]
pub struct Observer {
    pending: HashMap<u64, Pending>,
    order: VecDeque<u64>,
    by_hop: HashMap<(FlowId, u32), Vec<u64>>,
    by_end: HashMap<EndToEnd, u64>,
    connections: Connections,
    vectors: Vectors,
    outputs: VecDeque<Exchange>,
    next: u64,
    now: Timestamp,
    swept: Timestamp,
}

#[derive(Debug)]
struct Pending {
    exchange: Exchange,
    end_to_end: EndToEnd,
}

impl Observer {
    /// An observer that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The next exchange that began, was answered or was given up. One that comes again, with the same
    /// [`Exchange::id`], replaces the earlier.
    pub fn poll(&mut self) -> Option<Exchange> {
        self.outputs.pop_front()
    }

    /// The vectors handed out so far.
    #[must_use]
    pub fn vectors(&self) -> &Vectors {
        &self.vectors
    }

    /// The same, to note challenges in.
    pub fn vectors_mut(&mut self) -> &mut Vectors {
        &mut self.vectors
    }

    /// What befell connections to the HSS in a time and a minute before, for an attempt that should have reached it, and
    /// was not over when the attempt began.
    pub fn path(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &PathFact> {
        self.connections
            .facts_not_over_by(from, Timestamp(from.0.saturating_sub(PATH_BEFORE)), to)
    }

    /// Takes in a PDU; one that is not Diameter, or of another application, does nothing.
    pub fn pdu(&mut self, pdu: &Pdu<'_>) {
        if pdu.protocol != quintet_capture::Protocol::Diameter {
            return;
        }
        let Ok(header) = Header::decode(pdu.octets) else {
            return;
        };
        self.advance(pdu.seen.time);
        self.connections.heard(pdu.flow, pdu.seen);
        let message = Message::decode(pdu.octets).ok();
        match header.code {
            command::UPDATE_LOCATION..=command::NOTIFY => {
                let Some(message) = message else { return };
                self.connections.carries_s6a(pdu.flow.id);
                if header.flags.request() {
                    self.request(pdu.flow, pdu.seen, &message);
                } else {
                    // An agent that cannot deliver (3002 and the like, RFC 6733 7.1.3) is no HSS.
                    let outcome = read::outcome(&message);
                    if outcome.experimental || outcome.code / 1000 != 3 {
                        self.connections.served(pdu.seen.time);
                    }
                    self.answer(pdu.flow, pdu.seen, &message);
                }
            }
            command::CAPABILITIES_EXCHANGE | command::DEVICE_WATCHDOG | command::DISCONNECT_PEER => {
                let settled = self
                    .connections
                    .base(pdu.flow, pdu.seen, &header, message.as_ref());
                if let (Settled::Refused { request, outcome }, Some(message)) = (settled, message) {
                    let mut exchange = self.capabilities(pdu.flow.id, request);
                    read::answer(&message, &mut exchange);
                    exchange.outcome = Some(outcome);
                    exchange.answer = Some(pdu.seen);
                    exchange.state = State::Answered;
                    exchange.other_direction = true;
                    self.outputs.push_back(exchange);
                }
            }
            _ => {}
        }
    }

    /// Something befell a flow; one without Diameter does nothing.
    pub fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        if !self.connections.knows(flow) {
            return;
        }
        match event {
            FlowEvent::Closed => self.connections.note(flow, seen, Trouble::Closed),
            FlowEvent::Lost => self.connections.note(flow, seen, Trouble::OctetsMissing),
            _ => {}
        }
    }

    /// Lets time pass: requests that waited too long are called unanswered.
    pub fn advance(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        while let Some(&id) = self.order.front() {
            let due = self.pending.get(&id).is_none_or(|p| {
                p.exchange
                    .request
                    .is_none_or(|r| self.now.since(r.time) >= UNANSWERED_AFTER)
            });
            if !due {
                break;
            }
            self.order.pop_front();
            self.give_up(id, Unanswered::TimedOut);
        }
        if self.now.since(self.swept) >= SWEEP {
            self.swept = self.now;
            for (flow, seen) in self.connections.advance(self.now) {
                let mut exchange = self.capabilities(flow, Some(seen));
                exchange.state = State::Unanswered(Unanswered::TimedOut);
                exchange.other_direction = self.connections.both(flow);
                self.outputs.push_back(exchange);
            }
        }
    }

    /// The capture ends: whatever waits is unanswered.
    pub fn finish(&mut self) {
        while let Some(id) = self.order.pop_front() {
            self.give_up(id, Unanswered::CaptureEnds);
        }
    }

    /// Requests that wait, their order, and both ways to find them.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 4] {
        [
            self.pending.len(),
            self.order.len(),
            self.by_hop.len(),
            self.by_end.len(),
        ]
    }

    /// Connections, and what befell them.
    #[cfg(test)]
    pub(crate) fn connections(&self) -> [usize; 2] {
        self.connections.sizes()
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn capabilities(&mut self, flow: FlowId, request: Option<Seen>) -> Exchange {
        let id = self.number();
        let mut exchange = Exchange::new(id, flow, command::CAPABILITIES_EXCHANGE, 0);
        exchange.request = request;
        exchange
    }

    fn request(&mut self, flow: Flow, seen: Seen, message: &Message<'_>) {
        let header = message.header();
        let end_to_end = end_to_end(message);
        let known = self.by_end.get(&end_to_end).copied().filter(|id| {
            self.pending
                .get(id)
                .is_some_and(|p| p.exchange.command == header.code)
        });
        if let Some(id) = known {
            return self.again(id, flow, seen, header);
        }
        if self.pending.len() >= MAX_PENDING
            && let Some(oldest) = self.order.pop_front()
        {
            self.give_up(oldest, Unanswered::Crowded);
        }
        let id = self.number();
        let mut exchange = Exchange::new(id, flow.id, header.code, header.application_id);
        exchange.request = Some(seen);
        exchange.other_direction = self.connections.both(flow.id);
        exchange.legs.push(Leg {
            flow: flow.id,
            hop_by_hop: header.hop_by_hop,
            request: Some(seen),
            answer: None,
        });
        read::request(message, &mut exchange);
        if header.flags.retransmitted() {
            exchange.remark("the request has the T flag: it may repeat one sent before".to_owned());
        }
        if let (Some(imsi), Some(_)) = (exchange.imsi, exchange.resynchronization) {
            self.vectors.resynchronized(imsi, seen);
        }
        self.outputs.push_back(exchange.clone());
        self.by_hop
            .entry((flow.id, header.hop_by_hop))
            .or_default()
            .push(id);
        self.by_end.insert(end_to_end, id);
        self.order.push_back(id);
        self.pending.insert(id, Pending { exchange, end_to_end });
    }

    /// The same request on another hop, or sent again.
    fn again(&mut self, id: u64, flow: Flow, seen: Seen, header: &Header) {
        let Some(pending) = self.pending.get_mut(&id) else {
            return;
        };
        let exchange = &mut pending.exchange;
        let known = exchange
            .legs
            .iter()
            .any(|leg| leg.flow == flow.id && leg.hop_by_hop == header.hop_by_hop);
        let same_connection = exchange.legs.iter().any(|leg| leg.flow == flow.id);
        if !known && exchange.legs.len() < MAX_LEGS {
            exchange.legs.push(Leg {
                flow: flow.id,
                hop_by_hop: header.hop_by_hop,
                request: Some(seen),
                answer: None,
            });
            self.by_hop
                .entry((flow.id, header.hop_by_hop))
                .or_default()
                .push(id);
        }
        if (same_connection || header.flags.retransmitted()) && exchange.repeated.len() < MAX_LEGS {
            exchange.repeated.push(seen);
        }
        self.outputs.push_back(exchange.clone());
    }

    fn answer(&mut self, flow: Flow, seen: Seen, message: &Message<'_>) {
        let header = message.header();
        let Some((id, leg)) = self.waiting(flow.id, header) else {
            return self.stray(flow, seen, message);
        };
        let Some(pending) = self.pending.get_mut(&id) else {
            return;
        };
        let exchange = &mut pending.exchange;
        exchange.legs[leg].answer = Some(seen);
        exchange.other_direction = true;
        // What the sender of the request hears counts: the first hop's answer, any other until that comes.
        let heard = exchange.legs.iter().position(|l| l.answer.is_some());
        if heard == Some(leg) {
            let remarks = exchange.remarks.len();
            read::answer(message, exchange);
            exchange.remarks.truncate(MAX_REMARKS.max(remarks));
            exchange.answer = Some(seen);
            exchange.state = State::Answered;
            exchange.path = path(&self.connections, exchange, seen.time);
            self.vectors.answered(exchange);
        }
        let done = exchange.legs.iter().all(|l| l.answer.is_some());
        if !done {
            self.outputs.push_back(exchange.clone());
        } else if let Some(pending) = self.forget(id) {
            self.outputs.push_back(pending.exchange);
        }
    }

    /// The exchange and hop that an answer belongs to: the End-to-End Identifier chooses among those with its Hop-by-Hop
    /// Identifier, the oldest is taken if a peer does not return it.
    fn waiting(&self, flow: FlowId, header: &Header) -> Option<(u64, usize)> {
        let ids = self.by_hop.get(&(flow, header.hop_by_hop))?;
        let leg = |id: &u64| {
            let exchange = &self.pending.get(id)?.exchange;
            let fits = |l: &Leg| l.flow == flow && l.hop_by_hop == header.hop_by_hop && l.answer.is_none();
            (exchange.command == header.code)
                .then(|| exchange.legs.iter().position(fits))
                .flatten()
                .map(|at| (*id, at))
        };
        let same_end = |id: &&u64| {
            self.pending
                .get(*id)
                .is_some_and(|p| p.end_to_end.0 == header.end_to_end)
        };
        ids.iter()
            .filter(same_end)
            .find_map(leg)
            .or_else(|| ids.iter().find_map(leg))
    }

    /// An answer whose request is not in the capture.
    fn stray(&mut self, flow: Flow, seen: Seen, message: &Message<'_>) {
        let header = message.header();
        let id = self.number();
        let mut exchange = Exchange::new(id, flow.id, header.code, header.application_id);
        exchange.legs.push(Leg {
            flow: flow.id,
            hop_by_hop: header.hop_by_hop,
            request: None,
            answer: Some(seen),
        });
        read::answer(message, &mut exchange);
        exchange.answer = Some(seen);
        exchange.state = State::Answered;
        exchange.other_direction = self.connections.both(flow.id);
        self.vectors.answered(&exchange);
        self.outputs.push_back(exchange);
    }

    /// Gives up waiting. An exchange that was answered on one hop was told of already.
    fn give_up(&mut self, id: u64, why: Unanswered) {
        let Some(mut pending) = self.forget(id) else {
            return;
        };
        let exchange = &mut pending.exchange;
        if exchange.state != State::Open {
            return;
        }
        exchange.path = path(&self.connections, exchange, self.now);
        let closed = exchange.path.iter().any(|fact| {
            fact.trouble == Trouble::Closed && Some(fact.seen.time) >= exchange.request.map(|r| r.time)
        });
        exchange.state = State::Unanswered(if closed { Unanswered::ConnectionClosed } else { why });
        exchange.other_direction = self.connections.both(exchange.flow);
        self.outputs.push_back(pending.exchange);
    }

    fn forget(&mut self, id: u64) -> Option<Pending> {
        let pending = self.pending.remove(&id)?;
        for leg in &pending.exchange.legs {
            let key = (leg.flow, leg.hop_by_hop);
            if let Some(ids) = self.by_hop.get_mut(&key) {
                ids.retain(|other| *other != id);
                if ids.is_empty() {
                    self.by_hop.remove(&key);
                }
            }
        }
        if self.by_end.get(&pending.end_to_end) == Some(&id) {
            self.by_end.remove(&pending.end_to_end);
        }
        // Answered ones leave gaps in the order of giving up; too many are swept out.
        if self.order.len() > 2 * MAX_PENDING {
            self.order.retain(|id| self.pending.contains_key(id));
        }
        Some(pending)
    }
}

/// What befell the connections of an exchange, from a while before its request.
fn path(connections: &Connections, exchange: &Exchange, to: Timestamp) -> Vec<PathFact> {
    let from = exchange.request.map_or(to, |r| r.time);
    let from = Timestamp(from.0.saturating_sub(PATH_BEFORE));
    connections
        .facts(from, to)
        .filter(|fact| exchange.legs.iter().any(|leg| leg.flow == fact.flow))
        .copied()
        .collect()
}

fn end_to_end(message: &Message<'_>) -> EndToEnd {
    let mut hasher = DefaultHasher::new();
    for id in [avp::ORIGIN_HOST, avp::SESSION_ID, avp::USER_NAME] {
        message.find(id).map(|a| a.data).hash(&mut hasher);
    }
    (message.header().end_to_end, hasher.finish())
}
