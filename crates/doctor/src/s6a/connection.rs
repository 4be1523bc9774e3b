//! The connections that S6a runs over: capabilities, watchdog, disconnection (RFC 6733 5.3 to 5.5, RFC 3539 3.4.1).

use super::UNANSWERED_AFTER;
use hashbrown::HashMap;
use quintet_capture::{FlowId, Seen, Timestamp};
use quintet_diameter::dict::{avp, command};
use quintet_diameter::{Header, Message};
use quintet_mme::s6a::{AnswerOutcome, S6A};
use std::collections::VecDeque;

/// The most connections followed. An agent has some hundred peers; of more, the one longest silent is forgotten.
pub const MAX_CONNECTIONS: usize = 1024;

/// The most facts kept of all connections together; the oldest goes.
pub const MAX_PATH_FACTS: usize = 64;

/// The most base requests open on one connection; a watchdog has one in either direction.
const MAX_OPEN: usize = 8;

/// The application a relay advertises: it passes on any (RFC 6733 2.4).
const RELAY: u32 = u32::MAX;

/// Something that befell a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathFact {
    /// The connection.
    pub flow: FlowId,
    /// The frame that shows it: an answer, or the request that nobody answered.
    pub seen: Seen,
    /// What.
    pub trouble: Trouble,
}

/// What can befall a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// The CEA refuses.
    CapabilitiesRefused(AnswerOutcome),
    /// No CEA.
    CapabilitiesUnanswered,
    /// The CEA grants, but names neither S6a nor a relay among its applications.
    ApplicationNotAdvertised,
    /// No DWA, and nothing else from that side either.
    WatchdogUnanswered,
    /// The DWA refuses.
    WatchdogRefused(AnswerOutcome),
    /// DPR with this Disconnect-Cause: 0 REBOOTING, 1 BUSY, 2 DO_NOT_WANT_TO_TALK_TO_YOU.
    Disconnected(Option<u32>),
    /// The connection was closed or reset.
    Closed,
    /// Octets of it are missing from the capture.
    OctetsMissing,
}

impl Trouble {
    /// Whether it explains an answer that did not come.
    #[must_use]
    pub const fn breaks(self) -> bool {
        !matches!(self, Self::OctetsMissing)
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CapabilitiesRefused(outcome) => write!(f, "CEA refuses the connection: {outcome}"),
            Self::CapabilitiesUnanswered => f.write_str("CER is never answered"),
            Self::ApplicationNotAdvertised => f.write_str("CEA does not name S6a among the applications"),
            Self::WatchdogUnanswered => f.write_str("DWR is never answered"),
            Self::WatchdogRefused(outcome) => write!(f, "DWA refuses: {outcome}"),
            Self::Disconnected(cause) => {
                let cause = match cause {
                    Some(0) => "REBOOTING",
                    Some(1) => "BUSY",
                    Some(2) => "DO_NOT_WANT_TO_TALK_TO_YOU",
                    _ => "no known cause",
                };
                write!(f, "DPR: {cause}")
            }
            Self::Closed => f.write_str("the connection is closed"),
            Self::OctetsMissing => f.write_str("octets of the connection are missing from the capture"),
        }
    }
}

/// A base request that waits.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    hop_by_hop: u32,
    code: u32,
    seen: Seen,
    /// Which way it went: by the address that sent it.
    from_first: bool,
    /// Whether it may be about S6a.
    s6a: bool,
}

/// A connection.
#[derive(Debug)]
struct Connection {
    /// Who was seen to send first.
    first: quintet_capture::End,
    /// Whether both ends were seen to send.
    both: bool,
    /// When each end was last heard.
    heard: [Option<Timestamp>; 2],
    last: Timestamp,
    waiting: Vec<Waiting>,
    /// Whether S6a runs over it, by its messages or its capabilities.
    s6a: bool,
}

/// What becomes of a base message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// Nothing to tell.
    Nothing,
    /// A CER was refused.
    Refused {
        /// CER.
        request: Option<Seen>,
        /// What the CEA says.
        outcome: AnswerOutcome,
    },
}

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    table: HashMap<FlowId, Connection>,
    facts: VecDeque<Noted>,
}

/// A fact, and when an HSS was heard on some connection again.
#[derive(Debug)]
struct Noted {
    fact: PathFact,
    mended: Option<Timestamp>,
}

impl Connections {
    /// Notes that somebody spoke; true if the other end was heard too, now or before.
    pub(super) fn heard(&mut self, flow: quintet_capture::Flow, seen: Seen) -> bool {
        if self.table.len() >= MAX_CONNECTIONS
            && !self.table.contains_key(&flow.id)
            && let Some(oldest) = self.table.iter().min_by_key(|(_, c)| c.last).map(|(id, _)| *id)
        {
            self.table.remove(&oldest);
        }
        let connection = self.table.entry(flow.id).or_insert_with(|| Connection {
            first: flow.source,
            both: false,
            heard: [None; 2],
            last: seen.time,
            waiting: Vec::new(),
            s6a: false,
        });
        let from_first = connection.first == flow.source;
        connection.both |= !from_first;
        connection.heard[usize::from(!from_first)] = Some(seen.time);
        connection.last = connection.last.max(seen.time);
        connection.both
    }

    /// Whether both ends of a connection were heard.
    pub(super) fn both(&self, flow: FlowId) -> bool {
        self.table.get(&flow).is_some_and(|c| c.both)
    }

    /// Takes in CER, CEA, DWR, DWA, DPR. [`Connections::heard`] was called before.
    pub(super) fn base(
        &mut self,
        flow: quintet_capture::Flow,
        seen: Seen,
        header: &Header,
        message: Option<&Message<'_>>,
    ) -> Settled {
        let Some(connection) = self.table.get_mut(&flow.id) else {
            return Settled::Nothing;
        };
        if header.flags.request() {
            if header.code == command::DISCONNECT_PEER {
                let cause = message
                    .and_then(|m| m.find(avp::DISCONNECT_CAUSE))
                    .and_then(|a| a.u32().ok());
                self.note(flow.id, seen, Trouble::Disconnected(cause));
            } else if connection.waiting.len() < MAX_OPEN {
                if header.code == command::CAPABILITIES_EXCHANGE {
                    connection.s6a |= message.is_some_and(|m| advertises(m, S6A) == Some(true));
                }
                connection.waiting.push(Waiting {
                    hop_by_hop: header.hop_by_hop,
                    code: header.code,
                    seen,
                    from_first: connection.first == flow.source,
                    s6a: message.is_some_and(|m| advertises(m, S6A) != Some(false)),
                });
            }
            return Settled::Nothing;
        }
        let place = connection
            .waiting
            .iter()
            .position(|w| w.hop_by_hop == header.hop_by_hop && w.code == header.code);
        let request = place.map(|at| connection.waiting.swap_remove(at));
        let Some(message) = message else {
            return Settled::Nothing;
        };
        let outcome = super::read::outcome(message);
        match header.code {
            command::CAPABILITIES_EXCHANGE if !outcome.is_success() => {
                // Of a connection for Cx or Rx alone nothing is told.
                if request.is_some_and(|r| !r.s6a) {
                    return Settled::Nothing;
                }
                self.note(flow.id, seen, Trouble::CapabilitiesRefused(outcome));
                let request = request.map(|r| r.seen);
                return Settled::Refused { request, outcome };
            }
            command::CAPABILITIES_EXCHANGE if advertises(message, S6A) == Some(false) => {
                self.note(flow.id, seen, Trouble::ApplicationNotAdvertised);
            }
            command::CAPABILITIES_EXCHANGE => self.served(seen.time),
            command::DEVICE_WATCHDOG if !outcome.is_success() => {
                self.note(flow.id, seen, Trouble::WatchdogRefused(outcome));
            }
            _ => {}
        }
        Settled::Nothing
    }

    /// Gives up waiting for what is due. Answers the CERs that stayed without answer.
    pub(super) fn advance(&mut self, now: Timestamp) -> Vec<(FlowId, Seen)> {
        let mut unanswered = Vec::new();
        let mut facts = Vec::new();
        for (&flow, connection) in &mut self.table {
            let heard = connection.heard;
            connection.waiting.retain(|waiting| {
                if now.since(waiting.seen.time) < UNANSWERED_AFTER {
                    return true;
                }
                // Any message of that side stands for its DWA (RFC 3539 3.4.1).
                let alive = heard[usize::from(waiting.from_first)].is_some_and(|at| at > waiting.seen.time);
                match waiting.code {
                    command::CAPABILITIES_EXCHANGE if waiting.s6a => {
                        facts.push((flow, waiting.seen, Trouble::CapabilitiesUnanswered));
                        unanswered.push((flow, waiting.seen));
                    }
                    command::DEVICE_WATCHDOG if !alive => {
                        facts.push((flow, waiting.seen, Trouble::WatchdogUnanswered));
                    }
                    _ => {}
                }
                false
            });
        }
        for (flow, seen, trouble) in facts {
            self.note(flow, seen, trouble);
        }
        unanswered
    }

    /// Notes what befell a connection.
    pub(super) fn note(&mut self, flow: FlowId, seen: Seen, trouble: Trouble) {
        let fact = PathFact { flow, seen, trouble };
        if self.facts.iter().any(|noted| noted.fact == fact) {
            return;
        }
        if self.facts.len() >= MAX_PATH_FACTS {
            self.facts.pop_front();
        }
        self.facts.push_back(Noted { fact, mended: None });
    }

    /// A connection was set up for S6a, or brought an answer: what befell one before is over.
    pub(super) fn served(&mut self, at: Timestamp) {
        for noted in &mut self.facts {
            if noted.fact.seen.time < at {
                noted.mended.get_or_insert(at);
            }
        }
    }

    /// What befell connections of S6a in a time.
    pub(super) fn facts(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &PathFact> {
        self.noted(from, to).map(|noted| &noted.fact)
    }

    /// The same without what was over by then.
    pub(super) fn facts_not_over_by(
        &self,
        by: Timestamp,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = &PathFact> {
        self.noted(from, to)
            .filter(move |noted| noted.mended.is_none_or(|mended| mended > by))
            .map(|noted| &noted.fact)
    }

    fn noted(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Noted> {
        self.facts
            .iter()
            .filter(move |noted| noted.fact.seen.time >= from && noted.fact.seen.time <= to)
            .filter(|noted| self.table.get(&noted.fact.flow).is_some_and(|c| c.s6a))
    }

    /// Notes that S6a runs over a connection.
    pub(super) fn carries_s6a(&mut self, flow: FlowId) {
        if let Some(connection) = self.table.get_mut(&flow) {
            connection.s6a = true;
        }
    }

    /// Connections, and facts of them.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 2] {
        [self.table.len(), self.facts.len()]
    }

    /// Whether this connection carries Diameter that was seen.
    pub(super) fn knows(&self, flow: FlowId) -> bool {
        self.table.contains_key(&flow)
    }
}

/// Whether a CER or CEA names an application, in or outside Vendor-Specific-Application-Id, or is a relay's. `None` if it names
/// none at all, or any.
pub(crate) fn advertises(message: &Message<'_>, application: u32) -> Option<bool> {
    let mut named = None;
    for found in message.avps().map_while(Result::ok) {
        let id = if found.is(avp::AUTH_APPLICATION_ID) {
            found.u32().ok()
        } else if found.is(avp::VENDOR_SPECIFIC_APPLICATION_ID) {
            found
                .group()
                .find(avp::AUTH_APPLICATION_ID)
                .and_then(|a| a.u32().ok())
        } else {
            None
        };
        match id {
            Some(id) if id == application => return Some(true),
            Some(RELAY) => return None,
            Some(_) => named = Some(false),
            None => {}
        }
    }
    named
}
