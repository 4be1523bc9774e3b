//! What others asked to be spared: the overload control state of a reacting node, and the loss algorithm (RFC 7683 5.2.1.1, 6.3).
//!
//! A *debt* per host or realm decides who is not sent. Each request towards it adds the reduction to the debt, each that is
//! held back pays 100 (per cent). A request is held back if the debt has reached what its priority stands: one request for
//! the lowest priority, sixteen for the highest. So exactly the share that was asked for is held back, the lowest
//! priorities first, and the highest only if all others together do not make it up. Up to one request of chance on top
//! keeps traffic with a rhythm from losing always the same.

use super::report::{Report, Scope};
use crate::node::Priority;
use std::collections::BTreeMap;
use std::time::Duration;

/// Hosts and realms with a report at most: more than a network has servers, and a few dozen kilobytes. Past it new ones are
/// not heeded, so that no peer can fill the memory.
pub(crate) const MAX_REPORTS: usize = 1024;

/// One request, in the debt's measure.
const REQUEST: u32 = 100;

/// The debt that a new report begins with: requests of the default priority are held back from the first on.
const FIRST_DEBT: u32 = stands(Priority::DEFAULT) - REQUEST;

/// The most debt: what the highest priority stands, chance included, and a request more, so that none is lost that can be paid.
const MOST_DEBT: u32 = stands(Priority::HIGHEST) + 2 * REQUEST;

/// How long the number of an ended report is kept, so that one that it overtook does not begin the overload again.
const ENDED: Duration = super::report::DEFAULT_VALIDITY;

/// The debt from which a priority is held back.
const fn stands(priority: Priority) -> u32 {
    REQUEST * (1 + Priority::LOWEST.value() as u32 - priority.value() as u32)
}

/// Application-ID, kind, and identity in lower case.
type Key = (u32, Scope, Box<[u8]>);

#[derive(Clone, Copy, Debug)]
struct Entry {
    sequence: u64,
    reduction: u8,
    expires: Duration,
    debt: u32,
}

/// Every report that holds.
#[derive(Debug, Default)]
pub(crate) struct Abatement {
    entries: BTreeMap<Key, Entry>,
}

impl Abatement {
    /// Whether nobody asked for anything: then no request needs to look.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many reports hold, or did until lately.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Takes a report about `identity`. Answers whether it counts (RFC 7683 5.2.1.3): an old one, a repeated one, and one
    /// there is no room for do not.
    pub(crate) fn learn(
        &mut self,
        now: Duration,
        application_id: u32,
        identity: &[u8],
        report: Report,
    ) -> bool {
        let key = (
            application_id,
            report.scope,
            identity.to_ascii_lowercase().into_boxed_slice(),
        );
        let known = self.entries.get_mut(&key).filter(|entry| entry.expires > now);
        let ends = report.validity.is_zero();
        let expires = now + if ends { ENDED } else { report.validity };
        let reduction = if ends { 0 } else { report.reduction };
        if let Some(entry) = known {
            if report.sequence <= entry.sequence {
                return false;
            }
            (entry.sequence, entry.reduction, entry.expires) = (report.sequence, reduction, expires);
            return true;
        }
        if self.entries.len() >= MAX_REPORTS {
            self.entries.retain(|_, entry| entry.expires > now);
        }
        if self.entries.len() >= MAX_REPORTS && !self.entries.contains_key(&key) {
            return false;
        }
        let entry = Entry {
            sequence: report.sequence,
            reduction,
            expires,
            debt: FIRST_DEBT,
        };
        self.entries.insert(key, entry);
        true
    }

    /// Whether a new request towards `identity` is held back. `chance` is below [`REQUEST`].
    pub(crate) fn holds_back(
        &mut self,
        now: Duration,
        (application_id, scope, identity): (u32, Scope, &[u8]),
        priority: Priority,
        chance: u32,
    ) -> bool {
        let key = (
            application_id,
            scope,
            identity.to_ascii_lowercase().into_boxed_slice(),
        );
        let Some(entry) = self.entries.get_mut(&key) else {
            return false;
        };
        if entry.expires <= now {
            self.entries.remove(&key);
            return false;
        }
        if entry.reduction == 0 {
            return false;
        }
        entry.debt = (entry.debt + u32::from(entry.reduction)).min(MOST_DEBT);
        // 100 % spares nobody (RFC 7683 7.7).
        let held = entry.reduction >= 100 || entry.debt >= stands(priority) + chance;
        if held {
            entry.debt = entry.debt.saturating_sub(REQUEST);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::seed::Seed;

    const APPLICATION: u32 = 16_777_251;
    const HOST: (u32, Scope, &[u8]) = (APPLICATION, Scope::Host, b"hss");

    fn report(sequence: u64, reduction: u8, seconds: u64) -> Report {
        Report {
            scope: Scope::Host,
            sequence,
            reduction,
            validity: Duration::from_secs(seconds),
        }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Of `count` requests with priorities drawn from `mix`, how many there were and how many were held back, by priority.
    fn play(reduction: u8, mix: &[u8], count: u32, seed: u64) -> [(u32, u32); 16] {
        let mut abatement = Abatement::default();
        let mut seed = Seed::new(seed);
        assert!(abatement.learn(at(0), APPLICATION, b"HSS", report(1, reduction, 30)));
        let mut tally = [(0, 0); 16];
        for _ in 0..count {
            let priority = mix[seed.below(mix.len() as u32) as usize];
            let chance = seed.below(REQUEST);
            let held = abatement.holds_back(at(1), HOST, Priority::new(priority).unwrap(), chance);
            let row = &mut tally[usize::from(priority)];
            (row.0, row.1) = (row.0 + 1, row.1 + u32::from(held));
        }
        tally
    }

    #[test]
    fn the_share_that_was_asked_for_is_held_back() {
        for seed in 0..20 {
            for reduction in [1, 10, 33, 50, 90, 99, 100] {
                let tally = play(reduction, &[10], 10_000, seed);
                let share = f64::from(tally[10].1) / 100.0;
                assert!(
                    (share - f64::from(reduction)).abs() < 0.2,
                    "seed {seed}: {share} % of {reduction} %"
                );
            }
        }
    }

    #[test]
    fn the_lowest_priorities_go_first_and_the_highest_only_if_the_others_do_not_suffice() {
        for seed in 0..20 {
            // A third each; a quarter is asked for: the lowest make it up alone.
            let tally = play(25, &[0, 10, 15], 30_000, seed);
            assert_eq!(tally[0].1, 0, "seed {seed}: {tally:?}");
            assert!(tally[10].1 * 50 < tally[10].0, "seed {seed}: {tally:?}");
            // Half: the lowest all, the default a half, the highest none.
            let tally = play(50, &[0, 10, 15], 30_000, seed);
            assert_eq!(tally[0].1, 0, "seed {seed}: {tally:?}");
            assert!(tally[15].1 * 100 > tally[15].0 * 99, "seed {seed}: {tally:?}");
            let all: u32 = tally.iter().map(|row| row.1).sum();
            assert!((14_900..15_100).contains(&all), "seed {seed}: {tally:?}");
            // Nine in ten: now the highest too, up to what was asked for.
            let tally = play(90, &[0, 10, 15], 30_000, seed);
            let all: u32 = tally.iter().map(|row| row.1).sum();
            assert!((26_800..27_200).contains(&all), "seed {seed}: {tally:?}");
            assert!(
                tally[0].1 < tally[10].1 && tally[10].1 <= tally[15].1 + 200,
                "seed {seed}: {tally:?}"
            );
        }
    }

    #[test]
    fn traffic_with_a_rhythm_does_not_lose_always_the_same() {
        let mut abatement = Abatement::default();
        let mut seed = Seed::new(5);
        abatement.learn(at(0), APPLICATION, b"hss", report(1, 50, 30));
        let mut held = [0; 2];
        for n in 0..10_000 {
            let chance = seed.below(REQUEST);
            held[n % 2] += u32::from(abatement.holds_back(at(1), HOST, Priority::DEFAULT, chance));
        }
        assert!(held.iter().all(|n| (1_500..3_500).contains(n)), "{held:?}");
    }

    #[test]
    fn old_reports_do_not_count_and_ended_ones_do_not_return() {
        let mut abatement = Abatement::default();
        let mut learn = |now, sequence, reduction, seconds| {
            abatement.learn(at(now), APPLICATION, b"hss", report(sequence, reduction, seconds))
        };
        assert!(learn(0, 7, 100, 30));
        assert!(!learn(0, 7, 0, 30), "the same again");
        assert!(!learn(0, 6, 0, 30), "an older one");
        assert!(learn(1, 8, 100, 0), "its end");
        assert!(!learn(2, 7, 100, 30), "overtaken by its end");
        assert!(learn(3, 9, 100, 10));
        assert!(!learn(12, 3, 0, 0), "it holds still");
        assert!(
            learn(13, 3, 100, 30),
            "it has expired: whoever numbers anew is believed"
        );
        assert!(abatement.holds_back(at(42), HOST, Priority::HIGHEST, 0));
        assert!(!abatement.holds_back(at(43), HOST, Priority::LOWEST, 0));
        assert!(abatement.is_empty());
    }

    #[test]
    fn reports_are_about_one_application_and_one_kind() {
        let mut abatement = Abatement::default();
        abatement.learn(at(0), APPLICATION, b"hss", report(1, 100, 30));
        let mut held = |key| abatement.holds_back(at(1), key, Priority::DEFAULT, 0);
        assert!(held((APPLICATION, Scope::Host, b"Hss")));
        assert!(!held((APPLICATION + 1, Scope::Host, b"hss")));
        assert!(!held((APPLICATION, Scope::Realm, b"hss")));
        assert!(!held((APPLICATION, Scope::Host, b"hss2")));
    }

    #[test]
    fn the_table_is_bounded_and_expired_reports_make_room() {
        let mut abatement = Abatement::default();
        for n in 0..MAX_REPORTS {
            assert!(abatement.learn(
                at(0),
                APPLICATION,
                format!("hss{n}").as_bytes(),
                report(1, 50, 30)
            ));
        }
        assert!(!abatement.learn(at(29), APPLICATION, b"one more", report(1, 50, 30)));
        assert!(
            abatement.learn(at(29), APPLICATION, b"hss1", report(2, 50, 30)),
            "a known one is updated"
        );
        assert_eq!(abatement.len(), MAX_REPORTS);
        assert!(abatement.learn(at(30), APPLICATION, b"one more", report(1, 50, 30)));
        assert_eq!(abatement.len(), 2);
    }
}
