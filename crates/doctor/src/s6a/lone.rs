//! Exchanges that no attempt claims: attempts of S6a alone, one for each time a subscriber comes to the HSS.

use super::{Exchange, State};
use crate::report::{Ending, Outcome, Reached};
use crate::trail::{End, History, Identities, Procedure, Tap, Trail};
use hashbrown::HashMap;
use quintet_capture::{FlowId, Seen, Timestamp};
use quintet_diameter::dict::command;
use quintet_identity::Imsi;
use std::collections::VecDeque;

/// The most attempts of S6a alone that are open; of more, the one that was silent longest ends.
pub const MAX_LONE: usize = 4096;

/// Entries of the order of silence at which stale ones are swept out.
const MAX_QUEUED: usize = 4 * MAX_LONE;

/// The most exchanges of one; more begin another.
pub const MAX_LONE_EXCHANGES: usize = 64;

/// After this silence, in nanoseconds, the next exchange of the subscriber is another attempt's. An attach puts some
/// seconds between AIR and ULR, T3460 with all its retransmissions 30.
pub const SILENCE: i64 = 30_000_000_000;

/// Whose an attempt is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Whose {
    Subscriber(Imsi),
    Session(String),
    Connection(FlowId),
}

#[derive(Clone, Debug)]
struct Group {
    /// That of its attempt, once somebody was told how it stands; 0 before.
    number: u64,
    whose: Whose,
    exchanges: Vec<Exchange>,
    first: Seen,
    last: Seen,
}

/// The exchanges that no attempt has claimed.
#[derive(Debug, Default)]
pub struct Lone {
    groups: HashMap<u64, Group>,
    current: HashMap<Whose, u64>,
    /// Groups by when they were last added to, with stale entries.
    order: VecDeque<(u64, Timestamp)>,
    ended: VecDeque<Trail>,
    /// Numbers of attempts that were told of and belong to others now.
    withdrawn: Vec<u64>,
    next: u64,
    now: Timestamp,
}

impl Lone {
    /// Nothing unclaimed.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Attempts, by id and by whose they are, and entries in the order of silence.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 3] {
        [self.groups.len(), self.current.len(), self.order.len()]
    }

    /// An exchange that no attempt claims, or more of one that came before. Answers which of the attempts here it is of.
    pub fn add(&mut self, exchange: Exchange) -> Option<u64> {
        let first = exchange.first()?;
        let last = exchange.last().unwrap_or(first);
        let whose = whose(&exchange);
        self.now = self.now.max(last.time);
        if let Some(group) = self.current.get(&whose).and_then(|id| self.groups.get_mut(id)) {
            let known = group.exchanges.iter().position(|e| e.id == exchange.id);
            if let Some(at) = known {
                group.exchanges[at] = exchange;
            } else if continues(group, &exchange, first) {
                group.exchanges.push(exchange);
            } else {
                return Some(self.begin(whose, exchange, first, last));
            }
            let later = last.time > group.last.time;
            if last.time >= group.last.time {
                group.last = last;
            }
            let id = self.current.get(&whose).copied();
            if let (true, Some(id)) = (later, id) {
                self.queue(id, last.time);
            }
            return id;
        }
        Some(self.begin(whose, exchange, first, last))
    }

    /// How an attempt stands. From now on it has a number, which `number` gives.
    pub(crate) fn standing(&mut self, id: u64, number: impl FnOnce() -> u64) -> Option<Trail> {
        let group = self.groups.get_mut(&id)?;
        if group.number == 0 {
            group.number = number();
        }
        Some(trail(group.clone(), End::CaptureEnds, self.now))
    }

    /// Numbers of attempts that somebody was told of, and that are no attempts of their own any more.
    pub(crate) fn withdrawn(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.withdrawn)
    }

    fn begin(&mut self, whose: Whose, exchange: Exchange, first: Seen, last: Seen) -> u64 {
        if let Some(old) = self.current.remove(&whose) {
            self.end(old, End::BeganAgain);
        }
        while self.groups.len() >= MAX_LONE {
            let Some((oldest, _)) = self.order.pop_front() else {
                break;
            };
            self.end(oldest, End::Silent);
        }
        self.next += 1;
        self.current.insert(whose.clone(), self.next);
        let id = self.next;
        self.groups.insert(
            self.next,
            Group {
                number: 0,
                whose,
                exchanges: vec![exchange],
                first,
                last,
            },
        );
        self.queue(id, last.time);
        id
    }

    /// A group was added to. Stale entries leave at the front as time passes, but time may stand still.
    fn queue(&mut self, id: u64, at: Timestamp) {
        if self.order.len() >= MAX_QUEUED {
            let groups = &self.groups;
            self.order
                .retain(|(id, at)| groups.get(id).is_some_and(|group| group.last.time == *at));
        }
        self.order.push_back((id, at));
    }

    /// Takes out, for an attempt, what is there of a subscriber since a time: called once RAND or identity tells whose
    /// the attempt is.
    pub fn claim(&mut self, imsi: Imsi, since: Timestamp) -> Vec<Exchange> {
        let Some(id) = self.current.get(&Whose::Subscriber(imsi)).copied() else {
            return Vec::new();
        };
        let Some(group) = self.groups.get_mut(&id) else {
            return Vec::new();
        };
        let (claimed, left) = std::mem::take(&mut group.exchanges)
            .into_iter()
            .partition(|e| e.first().is_some_and(|seen| seen.time >= since));
        group.exchanges = left;
        if group.exchanges.is_empty() {
            let whose = group.whose.clone();
            self.withdrawn
                .extend(Some(group.number).filter(|number| *number > 0));
            self.groups.remove(&id);
            self.current.remove(&whose);
        }
        claimed
    }

    /// Lets time pass, then answers the next attempt that ended. Its `id` is 0 unless it was told of before: whoever takes it
    /// numbers it.
    pub fn poll(&mut self, now: Timestamp) -> Option<Trail> {
        self.now = self.now.max(now);
        while let Some(&(id, at)) = self.order.front() {
            let group = self.groups.get(&id);
            let stale = group.is_none_or(|group| group.last.time > at);
            if !stale && self.now.since(at) < SILENCE {
                break;
            }
            let open = group.is_some_and(|g| g.exchanges.iter().any(|e| e.state == State::Open));
            if !stale && open {
                // Its answer, or that there is none, is still to come.
                break;
            }
            self.order.pop_front();
            if !stale {
                self.end(id, End::Silent);
            }
        }
        self.ended.pop_front()
    }

    /// The capture ends: every attempt does. [`Lone::poll`] gives them out, in the order of their first frames.
    pub fn finish(&mut self) {
        let mut ids: Vec<_> = self.groups.iter().map(|(id, g)| (g.first.time, *id)).collect();
        ids.sort_unstable();
        for (_, id) in ids {
            self.end(id, End::CaptureEnds);
        }
    }

    fn end(&mut self, id: u64, end: End) {
        let Some(group) = self.groups.remove(&id) else {
            return;
        };
        if self.current.get(&group.whose) == Some(&id) {
            self.current.remove(&group.whose);
        }
        self.ended.push_back(trail(group, end, self.now));
    }
}

fn whose(exchange: &Exchange) -> Whose {
    match exchange.imsi {
        Some(imsi) => Whose::Subscriber(imsi),
        None if exchange.session_id.is_empty() => Whose::Connection(exchange.flow),
        None => Whose::Session(exchange.session_id.clone()),
    }
}

/// Whether an exchange goes on with what a group began. An AIR without Re-Synchronization-Info begins anew, unless all
/// before it came from the HSS.
fn continues(group: &Group, exchange: &Exchange, first: Seen) -> bool {
    let begins = exchange.command == command::AUTHENTICATION_INFORMATION
        && exchange.resynchronization.is_none()
        && group.exchanges.iter().any(|e| !e.is_of_hss());
    let near = first.time.since(group.last.time) < SILENCE;
    near && !begins && group.exchanges.len() < MAX_LONE_EXCHANGES
}

fn trail(group: Group, end: End, now: Timestamp) -> Trail {
    let exchanges = group.exchanges;
    Trail {
        id: group.number,
        procedure: Procedure::S6a,
        technology: crate::report::Technology::Eps,
        tap: Tap::Core,
        flow: exchanges.first().map(|e| e.flow),
        core_ue_id: None,
        ran_ue_id: None,
        from_the_start: exchanges.first().is_some_and(|e| e.request.is_some()),
        both_directions: exchanges.iter().any(|e| e.other_direction),
        area: None,
        serving: exchanges.iter().find_map(|e| e.visited),
        identities: Identities {
            imsi: exchanges.iter().find_map(|e| e.imsi),
            ..Identities::default()
        },
        reported: None,
        nas: Vec::new(),
        signals: Vec::new(),
        s6a: exchanges,
        vector_uses: Vec::new(),
        sbi: Vec::new(),
        hss_path: Vec::new(),
        dropped: 0,
        first: group.first,
        last: group.last,
        end,
        now,
        lossy: false,
        keys: None,
        history: History::default(),
    }
}

/// How an attempt of S6a alone came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How it came out.
    pub outcome: Outcome,
    /// Finer: [`Ending::RefusedByHss`], [`Ending::AnsweredByHss`] or [`Ending::Incomplete`].
    pub ending: Ending,
    /// How far it came.
    pub reached: Reached,
    /// `vectors` if the AIR failed, `post-security` if what comes after authentication did.
    pub broken_at: Option<&'static str>,
    /// The result that refused, by number and name.
    pub cause: Option<String>,
}

/// How an attempt of S6a alone came out: by its last exchange that failed, since an MME that is refused asks no further.
#[must_use]
pub fn verdict(trail: &Trail) -> Verdict {
    let of = |code: u32| trail.s6a.iter().filter(move |e| e.command == code);
    let located = of(command::UPDATE_LOCATION).any(Exchange::is_granted);
    let asked = of(command::AUTHENTICATION_INFORMATION).next().is_some();
    let reached = if located {
        Reached::Complete
    } else if asked {
        Reached::Vectors
    } else {
        Reached::Initial
    };
    let failed = trail.s6a.iter().rfind(|e| e.is_refused() || is_silent(e));
    let Some(failed) = failed else {
        let open = trail.s6a.iter().any(|e| !matches!(e.state, State::Answered));
        // What the UE made of the vectors is not in the capture.
        let unknown = open || (asked && !located);
        return Verdict {
            outcome: if unknown {
                Outcome::Incomplete
            } else {
                Outcome::Success
            },
            ending: if open {
                Ending::Incomplete
            } else {
                Ending::AnsweredByHss
            },
            reached,
            broken_at: None,
            cause: None,
        };
    };
    let before = matches!(
        failed.command,
        command::AUTHENTICATION_INFORMATION | command::CAPABILITIES_EXCHANGE
    );
    Verdict {
        outcome: Outcome::Failure,
        ending: Ending::RefusedByHss,
        reached,
        broken_at: Some(if before { "vectors" } else { "post-security" }),
        cause: failed.outcome.map(|outcome| outcome.to_string()),
    }
}

/// Whether the other end had its time and said nothing.
fn is_silent(exchange: &Exchange) -> bool {
    use super::Unanswered::{ConnectionClosed, TimedOut};
    exchange.other_direction && matches!(exchange.state, State::Unanswered(TimedOut | ConnectionClosed))
}
