//! Changes whose follow-up failed: kept, and followed up again after a pause.
//!
//! The feed goes on meanwhile, because one subscriber that cannot be read must not hold up the others. A change of the
//! same subscriber that comes later takes the place of the one that is kept.

use crate::front::Known;
use core::time::Duration;
use quintet_identity::Imsi;
use quintet_store::Change;
use std::collections::HashMap;

/// Subscribers whose change is kept at most: four reads of changes. In an outage the reading of changes fails too, and
/// no more are added.
pub const MAX_LATE_CHANGES: usize = 4096;

/// The pause before they are all tried again.
const LATE_PAUSE: Duration = Duration::from_secs(5);

/// How often a change is followed up at most: over an hour of outage. After that the serving node learns the truth with
/// the next registration.
pub const MAX_CHANGE_TRIES: u16 = 720;

/// One change that is kept.
#[derive(Debug)]
pub struct Late {
    /// What happened.
    pub change: Change,
    /// What serving nodes were told before, if that was in memory.
    pub before: Option<Known>,
    /// How often it was tried.
    pub tries: u16,
}

/// All that are kept.
#[derive(Debug, Default)]
pub struct LateChanges {
    kept: HashMap<Imsi, Late>,
    /// When to try again.
    pub retry_at: Option<Duration>,
}

impl LateChanges {
    /// Keeps a change for another try. Answers whether it does: not after [`MAX_CHANGE_TRIES`], nor if there is no room.
    pub fn keep(&mut self, now: Duration, imsi: Imsi, late: Late) -> bool {
        if late.tries >= MAX_CHANGE_TRIES {
            return false;
        }
        // A newer change of this subscriber failed meanwhile: that one stays, but serving nodes know what was before.
        if let Some(newer) = self.kept.get_mut(&imsi) {
            if newer.change == late.change {
                newer.before = late.before;
            }
            return true;
        }
        if self.kept.len() >= MAX_LATE_CHANGES {
            return false;
        }
        self.kept.insert(imsi, late);
        self.retry_at.get_or_insert(now + LATE_PAUSE);
        true
    }

    /// All that are kept, if it is time to try them again.
    pub fn due(&mut self, now: Duration) -> HashMap<Imsi, Late> {
        if self.retry_at.is_none_or(|at| at > now) {
            return HashMap::new();
        }
        self.retry_at = None;
        std::mem::take(&mut self.kept)
    }

    /// Takes out what is kept for a subscriber.
    pub fn take(&mut self, imsi: Imsi) -> Option<Late> {
        self.kept.remove(&imsi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(tries: u16) -> Late {
        Late {
            change: Change::Removed,
            before: None,
            tries,
        }
    }

    #[test]
    fn tries_and_room_are_bounded() {
        let mut changes = LateChanges::default();
        let imsi = |n: usize| -> Imsi { format!("00101{n:010}").parse().unwrap() };
        assert!(!changes.keep(Duration::ZERO, imsi(0), late(MAX_CHANGE_TRIES)));
        assert_eq!(changes.retry_at, None);
        for n in 0..MAX_LATE_CHANGES {
            assert!(changes.keep(Duration::ZERO, imsi(n), late(1)), "{n}");
        }
        assert!(!changes.keep(Duration::ZERO, imsi(MAX_LATE_CHANGES), late(1)));
        assert!(changes.keep(Duration::ZERO, imsi(0), late(1)), "no second entry");
        assert_eq!(changes.retry_at, Some(LATE_PAUSE));
        assert!(changes.take(imsi(0)).is_some() && changes.take(imsi(0)).is_none());
    }
}
