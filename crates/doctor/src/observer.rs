//! From PDUs to attempts: which connection a message is of, which UE that is, when its attempt ends.
//!
//! ```text
//!  S1AP ─► (association, eNB UE S1AP ID, MME UE S1AP ID) ─┐
//!  NAS of a log ─► the log's one UE ──────────────────────┼─► Attempt ─ends─► Trail + Verdict
//!  S6a exchanges ─► by IMSI, or RAND of the challenge ────┘      ▲
//!                                      Subscribers, Verifier ────┘
//! ```

#[cfg(test)]
mod bounds;
mod connections;
mod consult;
mod directions;
mod echoes;
mod ends;
mod exchanges;
mod learn;
mod logs;
mod signalling;

use crate::attempt::{Arrival, Attempt, Begin};
use crate::keys::{KeyRing, Opened, Verifier};
use crate::numbers::Numbers;
use crate::outcome::Verdict;
use crate::report::{MacVerdict, Technology};
use crate::subscribers::{Scope, Subscribers, Ue};
use crate::trail::{Carrier, End, Tap, Trail};
use crate::{keys, nas, s6a};
use connections::Connections;
use directions::Directions;
use echoes::Echoes;
use ends::Ends;
use hashbrown::HashMap;
use logs::Logs;
use quintet_capture::{FlowEvent, FlowId, Pdu, Protocol, Seen, Timestamp};
use quintet_crypto::Direction;
use quintet_nas::security::SecurityHeaderType;
use quintet_radio::Radio;
use std::collections::VecDeque;
use std::sync::Arc;

/// The most attempts that run at once; the longest silent one ends for another. About 8 kB each.
pub const MAX_ATTEMPTS: usize = 8_192;
/// A connection silent for longer is over: no timer of NAS but those of an idle UE runs as long.
pub const MAX_SILENCE_NS: i64 = 3_600_000_000_000;
/// What may still come for a connection that is released, or whose UE began again elsewhere: an eNB answers in less.
pub const MAX_FAREWELL_NS: i64 = 10_000_000_000;

/// What the observer tells.
#[derive(Debug)]
pub enum Happening {
    /// A NAS message passed: its attempt so far, up to and with that message. Only if asked for.
    Passed(Box<Trail>),
    /// How an attempt stands behind a message. Only if asked for.
    Stands(Box<Trail>),
    /// What had stood as an attempt of S6a alone under this number is part of another one. Only if asked for.
    Withdrawn(u64),
    /// An attempt ended.
    Ended(Box<Trail>, Box<Verdict>),
    /// A ciphered PDU was opened. Only if asked for.
    Opened {
        /// Where.
        seen: Seen,
        /// As it was.
        pdu: Box<[u8]>,
        /// As it would stand without ciphering ([`keys::in_the_clear`]).
        clear: Box<[u8]>,
    },
}

/// What is wanted beside the ends of attempts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// [`Happening::Passed`].
    pub passed: bool,
    /// [`Happening::Stands`] and [`Happening::Withdrawn`].
    pub standing: bool,
    /// [`Happening::Opened`].
    pub opened: bool,
}

/// The observer of EPS.
#[derive(Debug)]
pub struct Observer {
    wanted: Wanted,
    verifier: Verifier,
    s6a: s6a::Observer,
    subscribers: Subscribers,
    connections: Connections,
    directions: Directions,
    echoes: Echoes,
    logs: Logs,
    radio: Radio,
    lone: s6a::Lone,
    attempts: HashMap<u64, Running>,
    /// The attempt that runs of each UE, at each kind of tap: one capture may show the same attempt at two.
    running_of: HashMap<(Ue, Tap), u64>,
    ends: Ends,
    /// What the messages of all attempts take up.
    held_octets: usize,
    numbers: Numbers,
    now: Timestamp,
    file: u16,
    patience_ns: i64,
    happenings: VecDeque<Happening>,
}

/// A NAS PDU on its way to its attempt.
#[derive(Clone, Copy)]
struct Passing<'a> {
    seen: Seen,
    direction: Direction,
    carrier: Carrier,
    octets: &'a [u8],
    /// What is inside, if the capture has that too.
    copy: Option<&'a [u8]>,
}

/// Where an attempt begins.
#[derive(Clone, Copy)]
struct Beginning {
    technology: Technology,
    ue: Ue,
    scope: Option<Scope>,
    tap: Tap,
    flow: FlowId,
    seen: Seen,
    /// Whether its first message is the connection's.
    from_the_start: bool,
}

/// An attempt and what is said of its end.
#[derive(Debug)]
struct Running {
    attempt: Attempt,
    scope: Option<Scope>,
    heard: Timestamp,
    /// How it will have ended, once the farewell is over.
    leaving: Option<End>,
}

impl Observer {
    /// An observer who has seen nothing.
    #[must_use]
    pub fn new(keys: impl Into<Arc<KeyRing>>, wanted: Wanted) -> Self {
        Self {
            wanted,
            verifier: Verifier::new(keys),
            s6a: s6a::Observer::default(),
            subscribers: Subscribers::default(),
            connections: Connections::default(),
            directions: Directions::default(),
            echoes: Echoes::default(),
            logs: Logs::default(),
            radio: Radio::new(),
            lone: s6a::Lone::new(),
            attempts: HashMap::new(),
            running_of: HashMap::new(),
            ends: Ends::default(),
            held_octets: 0,
            numbers: Numbers::default(),
            now: Timestamp::default(),
            file: 0,
            patience_ns: MAX_SILENCE_NS,
            happenings: VecDeque::new(),
        }
    }

    /// The same, who numbers attempts along with others.
    pub(crate) fn with_numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// The same, who gives up a silent connection after this time instead of [`MAX_SILENCE_NS`]: who watches while it
    /// happens does not wait an hour for a verdict.
    #[must_use]
    pub fn with_patience(mut self, nanoseconds: i64) -> Self {
        self.patience_ns = nanoseconds.clamp(MAX_FAREWELL_NS, MAX_SILENCE_NS);
        self
    }

    /// A PDU.
    pub fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.advance(pdu.seen);
        match pdu.protocol {
            // A transport's copies are told by its sequence numbers; what it carries twice was sent twice.
            Protocol::S1ap | Protocol::Ngap | Protocol::NasEps | Protocol::Nas5gs
                if pdu.flow.source == quintet_capture::End::Unnamed
                    && self.echoes.is_echo(pdu.flow.id, pdu.seen.time, pdu.octets) => {}
            Protocol::S1ap => self.signalling(Technology::Eps, pdu),
            Protocol::Ngap => self.signalling(Technology::Fgs, pdu),
            Protocol::NasEps => self.log(Technology::Eps, pdu),
            Protocol::Nas5gs => self.log(Technology::Fgs, pdu),
            Protocol::MacLteFramed | Protocol::LteRrc(_) | Protocol::MacNrFramed | Protocol::F1ap => {
                self.radio(pdu)
            }
            Protocol::Diameter => {
                self.s6a.pdu(pdu);
                self.exchanges();
            }
            _ => {}
        }
        self.expire();
    }

    /// Something befell a flow.
    pub fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.advance(seen);
        self.s6a.flow(seen, flow, event);
        self.exchanges();
        match event {
            FlowEvent::Opened | FlowEvent::Closed => self.connection_lost(flow),
            FlowEvent::Lost => {
                for id in self.connections.of_flow(flow) {
                    if let Some(running) = self.attempts.get_mut(&id) {
                        running.attempt.trail.lossy = true;
                    }
                }
            }
            FlowEvent::Gap => self.connections.gap(flow, true),
            FlowEvent::Whole => self.connections.gap(flow, false),
            _ => {}
        }
    }

    /// It is this late, and nothing passed.
    pub fn quiet(&mut self, now: Timestamp) {
        self.now = self.now.max(now);
        self.expire();
    }

    /// What there is to say.
    pub fn poll(&mut self) -> Option<Happening> {
        self.happenings.pop_front()
    }

    /// The capture ends, and every attempt with it.
    pub fn finish(&mut self) {
        self.release_all_held();
        self.s6a.finish();
        self.exchanges();
        let mut all: Vec<u64> = self.attempts.keys().copied().collect();
        all.sort_unstable();
        for id in all {
            self.end(id, End::CaptureEnds);
        }
        self.lone.finish();
        self.lone_ends();
    }

    /// The latest time of the file that is being read.
    fn advance(&mut self, seen: Seen) {
        if seen.file == self.file {
            self.now = self.now.max(seen.time);
        } else {
            self.file = seen.file;
            self.now = seen.time;
        }
    }

    /// Begins an attempt.
    fn begin(&mut self, beginning: Beginning) -> u64 {
        let Beginning {
            technology,
            ue,
            scope,
            tap,
            flow,
            seen,
            from_the_start,
        } = beginning;
        let id = self.numbers.next();
        let row = self.subscribers.row_mut(ue);
        let mut attempt = Attempt::new(Begin {
            id,
            technology,
            ue,
            tap,
            flow: Some(flow),
            seen,
            from_the_start,
            ciphering: row.ciphering,
        });
        attempt.trail.identities.imsi = row.imsi;
        self.attempts.insert(
            id,
            Running {
                attempt,
                scope,
                heard: seen.time,
                leaving: None,
            },
        );
        self.ends
            .begun(id, seen.time, |id| self.attempts.contains_key(&id));
        self.runs(id, ue, tap);
        if self.attempts.len() > MAX_ATTEMPTS {
            self.end_longest_silent();
        }
        id
    }

    /// A NAS message of an attempt.
    fn nas(&mut self, id: u64, passing: Passing<'_>) {
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        let Passing {
            seen,
            direction,
            carrier,
            octets,
            copy,
        } = passing;
        running.heard = seen.time;
        if direction == Direction::Uplink {
            self.talks(id);
        }
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        let technology = running.attempt.trail.technology;
        let mut opened = if is_protected(technology, octets) {
            let subscriber = running.attempt.subscriber();
            self.verifier.open(subscriber, direction, octets)
        } else {
            unprotected(octets)
        };
        // A context taken into use that no challenge here made: it may come of one that was not captured.
        if is_new_context(technology, octets) && !running.attempt.trail.is_challenged() {
            self.subscribers.row_mut(running.attempt.ue).keys_unseen |= opened.mac == MacVerdict::Invalid;
        }
        if self.subscribers.keys_are_unseen(running.attempt.ue, &opened) {
            opened = unverifiable();
        }
        opened.plain = opened.plain.or_else(|| copy.map(Box::from));
        let (index, gone) = running.attempt.nas(Arrival {
            seen,
            direction,
            carrier,
            pdu: octets,
            opened,
        });
        self.held_octets += ends::held_octets(octets);
        self.held_octets -= gone.map_or(0, |gone| ends::held_octets(&gone.pdu));
        self.learn(id, index);
        self.consult(id, index);
        self.tell(id, index);
        self.end_for_want_of_room();
    }

    /// Tells of a message that passed, if that is wanted.
    fn tell(&mut self, id: u64, index: usize) {
        let Some(running) = self.attempts.get(&id) else {
            return;
        };
        let trail = &running.attempt.trail;
        if self.wanted.opened {
            let sighting = &trail.nas[index];
            let clear = sighting
                .plain
                .as_ref()
                .and_then(|plain| keys::in_the_clear(&sighting.pdu, plain));
            if let Some(clear) = clear {
                self.happenings.push_back(Happening::Opened {
                    seen: sighting.seen,
                    pdu: sighting.pdu.clone(),
                    clear,
                });
            }
        }
        if self.wanted.passed {
            self.happenings
                .push_back(Happening::Passed(Box::new(trail.clone())));
        }
        self.stands(id);
    }

    /// Tells how an attempt stands, if that is wanted.
    fn stands(&mut self, id: u64) {
        if let Some(running) = self.attempts.get(&id).filter(|_| self.wanted.standing) {
            let mut trail = running.attempt.trail.clone();
            trail.now = self.now;
            self.happenings.push_back(Happening::Stands(Box::new(trail)));
        }
    }
}

/// Whether a PDU has a security header, or is EPS's SERVICE REQUEST.
fn is_protected(technology: Technology, octets: &[u8]) -> bool {
    nas::header_type(technology, octets) != SecurityHeaderType::PLAIN
}

/// Whether a PDU is a SECURITY MODE COMMAND by its header.
fn is_new_context(technology: Technology, octets: &[u8]) -> bool {
    nas::header_type(technology, octets) == SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT
}

/// What there is to say of a message under keys that nothing shows.
const fn unverifiable() -> Opened {
    Opened {
        mac: MacVerdict::Unverifiable,
        count: None,
        plain: None,
        deciphered: false,
        notes: Vec::new(),
    }
}

/// What there is to say of the MAC of a message that has none.
fn unprotected(octets: &[u8]) -> Opened {
    Opened {
        plain: Some(octets.into()),
        ..unverifiable()
    }
}
