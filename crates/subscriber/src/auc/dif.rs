//! DIF of TS 33.102 C.1.1.3: SEQ = GLC + DIF, and when it is written.
//!
//! DIF is written at first use and by a genuine resynchronisation, each time with a compare-and-swap that also checks
//! the epoch of the writer's slot. Whoever keeps a DIF in memory keeps these rules:
//!
//! - It was read together with the slot's epoch, and [`super::Auc::admit`] accepted that epoch. A takeover empties
//!   the cache. Otherwise a front end that was replaced could add a new DIF to its old GLC.
//! - A later reading only raises it ([`refresh_dif`]): replies may come late.
//! - After a resynchronisation it is the DIF that [`super::Auc::resync`] left unchanged or that it wrote, even if
//!   that is lower: the card has just proven, with a MAC, that it takes nothing else.
//!
//! # Why a raise is always safe, and a decrease is not
//!
//! One slot and domain issue at ever higher GLC, also across takeovers; if DIF only rises, so does SEQ. A decrease
//! makes SEQ pass again through numbers that may have been issued. It cannot be avoided where it happens: the card
//! refuses everything above SEQ_MS + Δ (some 311 days without use), and which of the numbers below were issued and never reached the card
//! nobody knows without a write for each vector. So it happens only beyond Δ, goes to the middle of the card's window (half a window from
//! the unused rest of the batch the card last took a vector from, and half a window from the vectors it refused; SEQ_MS + 1 would
//! repeat the former at once), and is counted and raised as an alarm. What the card accepts it accepts once in any case.

use super::domain::max_seq;
use super::{Epoch, Slot, WallClock};
use crate::model::{Authentication, SqnProfile};
use quintet_identity::Imsi;

/// By how much the first SEQ exceeds what another AuC may have issued, in ticks: a day. A provisioning tool's clock
/// may be ahead of the front end's by as much and the first SEQ is still above the seed (a time zone taken for UTC is 14 hours).
/// It is far below the usual Δ; a profile with a small Δ gets a quarter of that.
pub const FIRST_SEQ_MARGIN_TICKS: i64 = 864_000;

/// The store's command to write DIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SetDif {
    /// Whose.
    pub imsi: Imsi,
    /// The slot of the writer.
    pub slot: Slot,
    /// The writer's epoch.
    pub epoch: Epoch,
    /// DIF as last read.
    pub expected: Option<i64>,
    /// DIF as it shall be.
    pub dif: i64,
}

/// What a resynchronisation comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Resync {
    /// The next SEQ is one the card takes already (another front end was faster, or AUTS came twice): keep this DIF.
    Unchanged {
        /// The DIF to go on with.
        dif: i64,
    },
    /// Write DIF, then go on with it. On a conflict resynchronise again with the DIF the store has.
    Write {
        /// The command.
        set: SetDif,
        /// DIF falls: count it and raise an alarm (see the head of this module).
        decrease: bool,
    },
}

/// The DIF of a subscriber who is provisioned now, so that no write is needed at first use: the first SEQ is above
/// `seq_seed`, the highest SEQ another AuC may have issued (0 for a new card), by [`FIRST_SEQ_MARGIN_TICKS`].
///
/// If the wall clock here is ahead of the front end's, the first SEQ is lower by that. Up to the margin it is still
/// above the seed. Beyond, it may be one the card has seen: then the card resynchronises, which repairs DIF. Should SEQ not even be positive,
/// [`super::Auc::issue`] asks for a new DIF first.
#[must_use]
pub fn initial_dif(seq_seed: u64, profile: SqnProfile, wall: WallClock) -> i64 {
    first_dif(seq_seed, profile, wall.ticks())
}

/// [`initial_dif`] by GLC: no overflow, SEQ and GLC have fewer than 50 bits.
pub(super) fn first_dif(seq_seed: u64, profile: SqnProfile, glc: i64) -> i64 {
    let highest = max_seq(profile.ind_bits);
    let seed = i64::try_from(seq_seed).unwrap_or(highest).min(highest);
    seed + seq_margin(profile) - glc
}

/// A subscriber of a store that was put back from a copy: his next SEQ is above what was issued since, as long as no
/// resynchronisation raised DIF by a day meanwhile. DIF that was not known when the copy was made may have been written since, and
/// time have passed: the seed rises by a quarter of Δ (77 days), which the card takes as well.
pub fn fence(authentication: &mut Authentication) {
    let profile = authentication.sqn_profile;
    match &mut authentication.dif {
        Some(dif) => *dif += seq_margin(profile),
        None if authentication.seq_seed < 1 << SEED_BITS => {
            authentication.seq_seed += (delta(profile) / 4) as u64;
        }
        None => {}
    }
}

/// Seeds of more bits are above every SEQ, and stay.
pub const SEED_BITS: u32 = 47;

/// [`FIRST_SEQ_MARGIN_TICKS`], or what of it a profile with a small Δ takes: by so much SEQ is raised above what may have been
/// issued and is not known here, by another AuC or since a copy of the database was made.
#[must_use]
pub fn seq_margin(profile: SqnProfile) -> i64 {
    FIRST_SEQ_MARGIN_TICKS.min(delta(profile) / 4).max(1)
}

/// What a cached DIF becomes when it is read again: never lower, whatever order replies come in.
#[must_use]
pub const fn refresh_dif(cached: Option<i64>, read: i64) -> i64 {
    match cached {
        Some(cached) if cached > read => cached,
        _ => read,
    }
}

/// Δ in SEQ.
pub(super) fn delta(profile: SqnProfile) -> i64 {
    1 << profile.delta_bits.min(47)
}

/// The DIF a card at `seq_ms` needs: `None` to keep `dif`. `ahead` is by how much SEQ may exceed GLC + DIF.
pub(super) fn resynchronised(
    seq_ms: i64,
    dif: Option<i64>,
    profile: SqnProfile,
    glc: i64,
    ahead: i64,
) -> Option<i64> {
    let delta = delta(profile);
    let Some(seq) = dif.map(|dif| dif.saturating_add(glc)) else {
        return Some(seq_ms + 1 - glc);
    };
    // A SEQ drawn ahead of the clock must be in the card's window, too.
    let highest = seq_ms + delta - ahead.min(delta / 4);
    if seq <= seq_ms {
        Some(seq_ms + 1 - glc)
    } else if seq > highest {
        Some(seq_ms + (delta / 2).max(1) - glc)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PROFILE: SqnProfile = SqnProfile::TIME_BASED;
    const NOW: i64 = 17_600_000_000;

    #[test]
    fn the_first_seq_is_above_the_seed_by_a_day() {
        let wall = WallClock::from_ticks(NOW as u64);
        assert_eq!(initial_dif(0, PROFILE, wall) + NOW, 864_000);
        let dif = initial_dif(5_000_000, PROFILE, wall);
        assert!(
            dif + (NOW - 863_000) > 5_000_000,
            "a front end almost a day behind"
        );
        let small = SqnProfile {
            ind_bits: 5,
            delta_bits: 4,
        };
        assert_eq!(initial_dif(0, small, wall) + NOW, 4);
        assert!(initial_dif(u64::MAX, PROFILE, wall) + NOW > 0, "no overflow");
    }

    #[test]
    fn a_cached_dif_is_only_raised() {
        assert_eq!(refresh_dif(None, -5), -5);
        assert_eq!(refresh_dif(Some(-5), -7), -5);
        assert_eq!(refresh_dif(Some(-5), 3), 3);
    }

    #[test]
    fn resynchronisation_leaves_a_window_alone() {
        let delta = 1 << 28;
        let at = |seq: i64, seq_ms| resynchronised(seq_ms, Some(seq - NOW), PROFILE, NOW, 50);
        assert_eq!(at(1_001, 1_000), None);
        assert_eq!(at(1_000, 1_000), Some(1_001 - NOW), "the card is ahead");
        assert_eq!(at(1_000 + delta - 50, 1_000), None);
        assert_eq!(
            at(1_000 + delta - 49, 1_000),
            Some(1_000 + delta / 2 - NOW),
            "too far ahead: the middle"
        );
        assert_eq!(resynchronised(7, None, PROFILE, NOW, 50), Some(8 - NOW));
    }

    proptest! {
        #[test]
        fn afterwards_the_card_takes_the_next(
            seq_ms in 0i64..1 << 42, dif in prop::option::of(-1i64 << 44..1 << 44), delta_bits in 1u8..40,
            ahead in 0i64..60,
        ) {
            let profile = SqnProfile { ind_bits: 5, delta_bits };
            let new = resynchronised(seq_ms, dif, profile, NOW, ahead);
            let seq = new.or(dif).unwrap() + NOW;
            prop_assert!(seq > seq_ms && seq - seq_ms <= 1 << delta_bits);
            if let (Some(new), Some(dif)) = (new, dif) && new < dif {
                prop_assert!(NOW + dif > seq_ms + (1 << delta_bits) - ahead, "falls only beyond the window");
            }
            prop_assert_eq!(resynchronised(seq_ms, new.or(dif), profile, NOW, ahead), None, "AUTS twice is as once");
        }
    }
}
