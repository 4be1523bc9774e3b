//! What is kept of attempts: the latest of each, bounded in number and octets. What ended first goes first.

use crate::broken;
use quintet_doctor::report::{Attempt, Ending, Outcome, Reached, Subscriber, Technology};
use quintet_identity::Imsi;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Attempts kept.
pub const MAX_ATTEMPTS: usize = 2_000;

/// Octets that they take together, as far as they are counted: texts, and what holds them.
pub const MAX_OCTETS: usize = 32 << 20;

/// An attempt as a list shows it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its number in the feed.
    pub id: u64,
    /// EPS, 5GS, IMS.
    pub technology: Technology,
    /// `attach`, `s6a`, and so on.
    pub procedure: &'static str,
    /// Whose.
    pub subscriber: Subscriber,
    /// Whether it goes on; outcome and ending are then what they would be if it ended now.
    pub running: bool,
    /// How it came out.
    pub outcome: Outcome,
    /// Finer.
    pub ending: Ending,
    /// How far it came.
    pub reached: Reached,
    /// The time of its first message, and of its last one; RFC 3339.
    pub times: Option<[String; 2]>,
    /// Messages.
    pub messages: usize,
    /// The gravest fault: its code, and what it is.
    pub fault: Option<[String; 2]>,
    /// The cause that the network or the UE gave.
    pub cause: Option<String>,
}

/// What changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Changes {
    /// Attempts that changed, the latest change first.
    pub rows: Vec<Row>,
    /// The cursor to ask with next.
    pub cursor: u64,
    /// Attempts that changed as well, more than were asked for.
    pub left_out: u64,
    /// Attempts that were kept, and gave way to others, since the feed began.
    pub forgotten: u64,
    /// Numbers that are no attempts of their own any more, since the cursor.
    pub withdrawn: Vec<u64>,
    /// Messages that passed and were not looked at since the feed began: there were too many at once.
    pub unseen: u64,
}

/// An attempt to choose by.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The attempt.
    pub attempt: &'a Attempt,
    /// Whether it goes on.
    pub running: bool,
    /// Whose it is.
    pub imsi: Option<Imsi>,
}

#[derive(Debug)]
struct Kept {
    attempt: Arc<Attempt>,
    running: bool,
    imsi: Option<Imsi>,
    change: u64,
    octets: usize,
}

/// Numbers that were withdrawn are told so long.
const MAX_WITHDRAWN: usize = 256;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Table {
    kept: BTreeMap<u64, Kept>,
    /// Attempts by their last change.
    by_change: BTreeMap<u64, u64>,
    /// The same, of those that have ended: who goes first.
    ended: BTreeMap<u64, u64>,
    withdrawn: BTreeMap<u64, u64>,
    octets: usize,
    change: u64,
    forgotten: u64,
    /// What doctors before this one numbered: each begins at 1.
    base: u64,
    highest: u64,
}

impl Table {
    /// The number of the latest change.
    pub(super) const fn change(&self) -> u64 {
        self.change
    }

    /// The doctor of these attempts is gone; the next one begins to count anew.
    pub(super) fn sleep(&mut self) {
        self.base = self.highest;
    }

    /// Takes in how an attempt stands, or how it ended.
    pub(super) fn put(&mut self, mut attempt: Attempt, running: bool) {
        attempt.id += self.base;
        let id = attempt.id;
        self.highest = self.highest.max(id);
        self.remove(id);
        self.change += 1;
        let octets = octets(&attempt);
        self.octets += octets;
        self.by_change.insert(self.change, id);
        if !running {
            self.ended.insert(self.change, id);
        }
        let imsi = attempt.subscriber.imsi.as_deref();
        let imsi = imsi.and_then(|imsi| imsi.parse().ok());
        self.kept.insert(
            id,
            Kept {
                attempt: Arc::new(attempt),
                running,
                imsi,
                change: self.change,
                octets,
            },
        );
        self.make_room();
    }

    /// What was told of as an attempt is part of another one.
    pub(super) fn withdraw(&mut self, id: u64) {
        let id = id + self.base;
        if self.remove(id) {
            self.change += 1;
            self.withdrawn.insert(self.change, id);
            if self.withdrawn.len() > MAX_WITHDRAWN {
                self.withdrawn.pop_first();
            }
        }
    }

    pub(super) fn attempt(&self, id: u64) -> Option<(Arc<Attempt>, bool, Option<Imsi>)> {
        let kept = self.kept.get(&id)?;
        Some((Arc::clone(&kept.attempt), kept.running, kept.imsi))
    }

    pub(super) fn rows(&self, cursor: u64, most: usize, of: impl Fn(&Looked<'_>) -> bool) -> Changes {
        let mut changes = Changes {
            cursor: self.change,
            forgotten: self.forgotten,
            withdrawn: self.withdrawn.range(cursor + 1..).map(|(_, id)| *id).collect(),
            ..Changes::default()
        };
        for id in self.by_change.range(cursor + 1..).rev().map(|(_, id)| id) {
            let Some(kept) = self.kept.get(id) else { continue };
            let looked = Looked {
                attempt: &kept.attempt,
                running: kept.running,
                imsi: kept.imsi,
            };
            if !of(&looked) {
                continue;
            }
            if changes.rows.len() < most {
                changes.rows.push(row(&looked));
            } else {
                changes.left_out += 1;
            }
        }
        changes
    }

    fn remove(&mut self, id: u64) -> bool {
        let Some(gone) = self.kept.remove(&id) else {
            return false;
        };
        self.octets -= gone.octets;
        self.by_change.remove(&gone.change);
        self.ended.remove(&gone.change);
        true
    }

    /// What ended first goes first; if all go on, what changed longest ago.
    fn make_room(&mut self) {
        while self.kept.len() > MAX_ATTEMPTS || self.octets > MAX_OCTETS {
            let oldest = self
                .ended
                .values()
                .next()
                .or_else(|| self.by_change.values().next());
            let Some(oldest) = oldest.copied() else { return };
            self.remove(oldest);
            self.forgotten += 1;
        }
    }

    /// Attempts, and the octets they take.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 4] {
        [
            self.kept.len(),
            self.octets,
            self.by_change.len(),
            self.ended.len(),
        ]
    }
}

fn row(looked: &Looked<'_>) -> Row {
    let attempt = looked.attempt;
    let ends = attempt.messages.first().zip(attempt.messages.last());
    Row {
        id: attempt.id,
        technology: attempt.technology,
        procedure: attempt.procedure,
        subscriber: attempt.subscriber.clone(),
        running: looked.running,
        outcome: attempt.outcome,
        ending: attempt.ending,
        reached: attempt.reached,
        times: ends.map(|(first, last)| [first.time.clone(), last.time.clone()]),
        messages: attempt.messages.len(),
        fault: broken::gravest(attempt).map(|fault| [fault.code.to_owned(), fault.what.clone()]),
        cause: attempt.cause.clone(),
    }
}

/// What an attempt takes, near enough: its messages and findings with their texts.
fn octets(attempt: &Attempt) -> usize {
    let texts = |texts: &[String]| {
        texts
            .iter()
            .map(|text| size_of::<String>() + text.len())
            .sum::<usize>()
    };
    let messages = attempt.messages.iter().map(|message| {
        let cause = message.cause.as_ref().map_or(0, String::len);
        size_of_val(message) + message.time.len() + message.name.len() + cause + texts(&message.details)
    });
    let findings = attempt.findings.iter().map(|finding| {
        let causes = finding.causes.iter();
        let causes = causes.map(|cause| size_of_val(cause) + cause.why.len() + cause.evidence.len());
        let words = finding.what.len() + finding.next.len() + finding.display_filter.len();
        size_of_val(finding) + words + causes.sum::<usize>() + 10 * finding.frames.len()
    });
    size_of::<Attempt>()
        + messages.sum::<usize>()
        + findings.sum::<usize>()
        + texts(&attempt.not_shown)
        + texts(&attempt.links.session_ids)
        + texts(&attempt.links.call_ids)
}
