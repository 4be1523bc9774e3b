//! Who is who: IMSI ↔ GUTI and S-TMSI ↔ connection, and what came before of each subscriber. Bounded, least recently used out.

use crate::keys::{KeyNote, Opened};
use crate::outcome::Verdict;
use crate::report::{MacVerdict, Outcome};
use crate::trail::{Capability, History, Short, Trail};
use hashbrown::HashMap;
use quintet_capture::{FlowId, Seen};
use quintet_crypto::CipheringAlgorithm;
use quintet_identity::Imsi;
use std::collections::VecDeque;
use std::net::IpAddr;

/// The most subscribers remembered: a large MME's busy hour; about 300 octets each.
pub const MAX_SUBSCRIBERS: usize = 65_536;
/// Temporary identities remembered of one subscriber: the one in use and those before it, which a UE may still come with.
const MAX_TEMPORARY: usize = 4;
/// First frames kept of earlier attempts.
const MAX_HISTORY_FRAMES: usize = 8;

/// A handle of one UE as far as the capture tells UEs apart: the same over connections, attempts and taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ue(pub u64);

/// Within what a temporary identity is unique: an MME, or a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The MME or AMF at this address.
    Core(IpAddr),
    /// The log that this flow is.
    Log(FlowId),
}

/// What is remembered of a subscriber.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// IMSI, once known.
    pub imsi: Option<Imsi>,
    /// Ciphering in use, from the last SECURITY MODE COMMAND that was answered.
    pub ciphering: Option<CipheringAlgorithm>,
    /// UE network capability as last reported.
    pub reported: Option<Capability>,
    /// What came before.
    pub history: History,
    /// The UE answered a challenge that is not in the capture: its keys since then are not those that were known.
    pub keys_unseen: bool,
    temporary: VecDeque<(Scope, Short)>,
    touched: u64,
}

/// The table.
#[derive(Debug, Default)]
pub struct Subscribers {
    rows: HashMap<Ue, Row>,
    by_imsi: HashMap<Imsi, Ue>,
    by_s_tmsi: HashMap<(Scope, Short), Ue>,
    order: VecDeque<(Ue, u64)>,
    clock: u64,
    next: u64,
}

impl Subscribers {
    /// A UE of which nothing is known.
    pub fn stranger(&mut self) -> Ue {
        self.next += 1;
        let ue = Ue(self.next);
        self.rows.insert(ue, Row::default());
        self.touch(ue);
        ue
    }

    /// Whom an IMSI names.
    #[must_use]
    pub fn by_imsi(&self, imsi: Imsi) -> Option<Ue> {
        self.by_imsi.get(&imsi).copied()
    }

    /// Whom a temporary identity names.
    #[must_use]
    pub fn by_s_tmsi(&self, scope: Scope, s_tmsi: Short) -> Option<Ue> {
        self.by_s_tmsi.get(&(scope, s_tmsi)).copied()
    }

    /// What is remembered.
    #[must_use]
    pub fn row(&self, ue: Ue) -> Option<&Row> {
        self.rows.get(&ue)
    }

    /// What is remembered, to change it.
    pub fn row_mut(&mut self, ue: Ue) -> &mut Row {
        self.rows.entry(ue).or_default();
        self.touch(ue);
        self.rows.entry(ue).or_default()
    }

    /// The UE has this temporary identity now.
    pub fn learn_s_tmsi(&mut self, ue: Ue, scope: Scope, s_tmsi: Short) {
        let key = (scope, s_tmsi);
        if self.by_s_tmsi.insert(key, ue) == Some(ue) {
            return;
        }
        let row = self.row_mut(ue);
        row.temporary.push_back(key);
        let forgotten = if row.temporary.len() > MAX_TEMPORARY {
            row.temporary.pop_front()
        } else {
            None
        };
        if let Some(old) = forgotten.filter(|old| self.by_s_tmsi.get(old) == Some(&ue)) {
            self.by_s_tmsi.remove(&old);
        }
    }

    /// The UE has this IMSI. Returns who it is from now on: another handle, if the IMSI was known by one.
    pub fn learn_imsi(&mut self, ue: Ue, imsi: Imsi) -> Ue {
        match self.by_imsi(imsi) {
            Some(known) if known == ue => return ue,
            Some(known) => {
                // A handle that had another IMSI was of somebody else: a GUTI given anew. It keeps what is its own.
                if self.rows.get(&ue).is_some_and(|row| row.imsi.is_none()) {
                    self.merge(known, ue);
                }
                return known;
            }
            None => {}
        }
        let whose = if self.rows.get(&ue).is_some_and(|row| row.imsi.is_some()) {
            self.stranger()
        } else {
            ue
        };
        self.row_mut(whose).imsi = Some(imsi);
        self.by_imsi.insert(imsi, whose);
        whose
    }

    /// Whether a MAC that does not hold means nothing, for the keys are others than those seen. One that holds proves them.
    pub fn keys_are_unseen(&mut self, ue: Ue, opened: &Opened) -> bool {
        let Some(row) = self.rows.get_mut(&ue).filter(|row| row.keys_unseen) else {
            return false;
        };
        row.keys_unseen = opened.mac != MacVerdict::Valid;
        opened.mac == MacVerdict::Invalid
    }

    /// An attempt of the UE ended.
    pub fn ended(&mut self, ue: Ue, verdict: &Verdict, trail: &Trail) {
        let (ending, failed) = (verdict.ending, verdict.outcome == Outcome::Failure);
        let full_security = verdict.full_security;
        let row = self.row_mut(ue);
        let history = &mut row.history;
        history.attempts += 1;
        history.same_failure_in_a_row = match (failed, history.last_ending == Some(ending)) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => history.same_failure_in_a_row + 1,
        };
        history.full_security_in_a_row = if full_security {
            history.full_security_in_a_row + 1
        } else {
            0
        };
        if history.frames.len() == MAX_HISTORY_FRAMES {
            history.frames.remove(0);
        }
        history.frames.push(trail.first);
        history.last_ending = Some(ending);
        if !history.endings.contains(&ending) {
            history.endings.push(ending);
        }
        let until = trail.nas.last().map(|sighting| sighting.seen);
        history.until = later(history.until, until);
        history.genuine = genuine(trail).or(history.genuine.take());
    }

    /// What was learnt of `gone` is `kept`'s.
    fn merge(&mut self, kept: Ue, gone: Ue) {
        let Some(row) = self.rows.remove(&gone) else {
            return;
        };
        for (scope, s_tmsi) in row.temporary {
            if self.by_s_tmsi.get(&(scope, s_tmsi)) == Some(&gone) {
                self.by_s_tmsi.remove(&(scope, s_tmsi));
                self.learn_s_tmsi(kept, scope, s_tmsi);
            }
        }
        let kept = self.row_mut(kept);
        kept.ciphering = row.ciphering.or(kept.ciphering);
        kept.keys_unseen |= row.keys_unseen;
        kept.reported = row.reported.or(kept.reported.take());
        kept.history.attempts += row.history.attempts;
        kept.history.until = later(kept.history.until, row.history.until);
        kept.history.genuine = row.history.genuine.or(kept.history.genuine.take());
    }

    /// Subscribers, IMSIs, temporary identities, and entries in the order of use.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 4] {
        [
            self.rows.len(),
            self.by_imsi.len(),
            self.by_s_tmsi.len(),
            self.order.len(),
        ]
    }

    fn touch(&mut self, ue: Ue) {
        self.clock += 1;
        let clock = self.clock;
        if let Some(row) = self.rows.get_mut(&ue) {
            // A queue entry for every touch would outgrow the table: one in a while is enough.
            if row.touched != 0 && clock - row.touched < MAX_SUBSCRIBERS as u64 / 8 {
                return;
            }
            row.touched = clock;
            self.order.push_back((ue, clock));
        }
        while self.rows.len() > MAX_SUBSCRIBERS || self.order.len() > 4 * MAX_SUBSCRIBERS {
            let Some((oldest, touched)) = self.order.pop_front() else {
                return;
            };
            if self.rows.get(&oldest).is_some_and(|row| row.touched == touched) {
                self.forget(oldest);
            }
        }
    }

    fn forget(&mut self, ue: Ue) {
        let Some(row) = self.rows.remove(&ue) else {
            return;
        };
        if let Some(imsi) = row.imsi.filter(|imsi| self.by_imsi(*imsi) == Some(ue)) {
            self.by_imsi.remove(&imsi);
        }
        for key in row.temporary {
            if self.by_s_tmsi.get(&key) == Some(&ue) {
                self.by_s_tmsi.remove(&key);
            }
        }
    }
}

/// The later of two.
fn later(one: Option<Seen>, other: Option<Seen>) -> Option<Seen> {
    one.into_iter()
        .chain(other)
        .max_by_key(|seen| (seen.file, seen.frame))
}

/// The last challenge of a trail whose AUTN holds, and the name of the key under which it does.
fn genuine(trail: &Trail) -> Option<(Seen, String)> {
    trail.nas.iter().rev().find_map(|sighting| {
        sighting.notes.iter().find_map(|note| match note {
            KeyNote::AutnValid { key, .. } => Some((sighting.seen, key.clone())),
            _ => None,
        })
    })
}
