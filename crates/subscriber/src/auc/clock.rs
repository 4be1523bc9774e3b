//! The global counter of TS 33.102 C.1.1.3 and C.3.3: GLC, a clock in ticks of 0.1 s that never goes back.
//!
//! ```text
//!   start: max(H + 1, wall)          H = the slot's durable bound
//!   read:  max(previous, wall + offset)
//! ```
//!
//! The offset is how far GLC leads the wall clock, because an earlier holder reserved values that lie ahead of it, or
//! because the wall clock was set back. A lead is not kept: while there is one GLC runs at half speed, so that
//! restarts, which all add a little, do not add up over the years. A wall clock set back by more than the run-ahead moves the offset,
//! so that GLC does not stand still until it has caught up.
//!
//! A wall clock that jumps is not believed: see [`ClockJump`]. Nothing here makes a number unique by trusting the wall clock; it only
//! keeps SEQ where cards expect it.

use core::time::Duration;

/// Length of a tick of GLC (TS 33.102 C.3.3 suggests 0.1 s). It is no setting: H and DIF are stored in ticks.
pub const TICK_MS: i64 = 100;

/// The wall clock as the runtime read it: time since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WallClock(pub Duration);

impl WallClock {
    /// From ticks of 0.1 s since 1970.
    #[must_use]
    pub const fn from_ticks(ticks: u64) -> Self {
        Self(Duration::from_millis(ticks.saturating_mul(TICK_MS as u64)))
    }

    /// Ticks of 0.1 s since 1970, rounded down; 29,000 years fit SEQ.
    #[must_use]
    #[inline]
    pub const fn ticks(self) -> i64 {
        // Beyond 2^39 s (the year 19,391) the clock is broken; the clamp keeps every sum below in range.
        let seconds = self.0.as_secs();
        let seconds = if seconds > 1 << 39 { 1 << 39 } else { seconds };
        seconds as i64 * (1000 / TICK_MS) + self.0.subsec_millis() as i64 / TICK_MS
    }
}

/// The wall clock and the store disagree by more than is believable: nothing is issued until they agree again.
///
/// Either the wall clock is wrong now: set it right, and issuing goes on. Or it was wrong before, or the process
/// stood still for so long: then take the slot over again, which believes the wall clock as far as H allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the wall clock is {} s {} what this slot's stored bound allows: set the clock right, or take the slot over again (a restart does) if it is right",
    ahead_ticks.unsigned_abs() / 10,
    if *ahead_ticks < 0 { "behind" } else { "ahead of" }
)]
pub struct ClockJump {
    /// By how much the wall clock is ahead (behind, if negative), in ticks.
    pub ahead_ticks: i64,
}

/// GLC.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Clock {
    /// The last reading; before the first one, the lowest it may be.
    previous: i64,
    /// Added to the wall clock: never negative.
    offset: i64,
    /// The wall clock up to which the lead was worked off; `None` before the first reading.
    wall: Option<i64>,
}

/// How far a clock may be off, in ticks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// A wall clock set back by no more is waited for.
    pub(super) wait: i64,
    /// A wall clock that jumps by more is not believed.
    pub(super) jump: i64,
}

impl Clock {
    /// A clock whose first reading is `floor` at least.
    pub(super) fn starting_at(floor: i64) -> Self {
        Self {
            previous: floor,
            offset: 0,
            wall: None,
        }
    }

    /// GLC now; `h` is the slot's bound as known here.
    #[inline]
    pub(super) fn read(&mut self, wall: WallClock, h: i64, tolerance: Tolerance) -> Result<i64, ClockJump> {
        let wall = wall.ticks();
        let Some(since) = self.wall else {
            // First reading: any time may have passed since the last holder, but not less than none.
            if wall < h - tolerance.jump {
                return Err(ClockJump {
                    ahead_ticks: wall - h,
                });
            }
            self.previous = self.previous.max(wall);
            self.offset = self.previous - wall;
            self.wall = Some(wall);
            return Ok(self.previous);
        };
        let ahead = wall + self.offset - self.previous.max(h);
        let behind = self.previous - (wall + self.offset);
        if ahead > tolerance.jump {
            return Err(ClockJump { ahead_ticks: ahead });
        }
        if behind > tolerance.wait {
            if behind > tolerance.jump {
                return Err(ClockJump { ahead_ticks: -behind });
            }
            self.offset += behind;
            self.wall = Some(wall);
        } else if self.offset == 0 {
            self.wall = Some(wall);
        } else if wall - since >= 2 {
            let half = (wall - since) / 2;
            self.offset -= half.min(self.offset);
            self.wall = Some(since + 2 * half);
        }
        self.previous = self.previous.max(wall + self.offset);
        Ok(self.previous)
    }

    /// How far GLC leads the wall clock, in ticks.
    pub(super) fn lead(&self) -> i64 {
        self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOLERANCE: Tolerance = Tolerance {
        wait: 50,
        jump: 36_000,
    };

    fn at(ticks: u64) -> WallClock {
        WallClock::from_ticks(ticks)
    }

    #[test]
    fn ticks_are_tenths_of_a_second() {
        assert_eq!(WallClock(Duration::from_millis(1_999)).ticks(), 19);
        assert_eq!(at(19).ticks(), 19);
        assert!(WallClock(Duration::MAX).ticks() > 0);
    }

    #[test]
    fn it_starts_above_h_and_works_the_lead_off() {
        let mut clock = Clock::starting_at(1_001);
        assert_eq!(clock.read(at(600), 1_000, TOLERANCE), Ok(1_001));
        assert_eq!(clock.lead(), 401);
        assert_eq!(clock.read(at(610), 1_000, TOLERANCE), Ok(1_006), "half speed");
        for wall in 611..=1_402 {
            clock.read(at(wall), 2_000, TOLERANCE).unwrap();
        }
        assert_eq!(clock.read(at(1_410), 2_000, TOLERANCE), Ok(1_410));
        assert_eq!(clock.lead(), 0);
        let mut late = Clock::starting_at(1_001);
        assert_eq!(
            late.read(at(90_000_000), 1_000, TOLERANCE),
            Ok(90_000_000),
            "a long downtime is fine"
        );
    }

    #[test]
    fn jumps_are_refused_and_forgiven() {
        let mut clock = Clock::starting_at(100_001);
        let refused = clock.read(at(60_000), 100_000, TOLERANCE);
        assert_eq!(
            refused,
            Err(ClockJump { ahead_ticks: -40_000 }),
            "not started yet, as after a boot in 1970"
        );
        assert_eq!(clock.read(at(100_500), 100_000, TOLERANCE), Ok(100_500));
        let refused = clock.read(at(200_000), 106_500, TOLERANCE).unwrap_err();
        assert_eq!(refused.ahead_ticks, 93_500);
        assert!(refused.to_string().contains("9350 s ahead of"), "{refused}");
        assert!(
            clock.read(at(64_499), 106_500, TOLERANCE).is_err(),
            "more than an hour back"
        );
        assert_eq!(
            clock.read(at(100_600), 106_500, TOLERANCE),
            Ok(100_600),
            "nothing was spoilt"
        );
    }

    #[test]
    fn a_clock_set_back_goes_on() {
        let mut clock = Clock::starting_at(1);
        assert_eq!(clock.read(at(10_000), 20_000, TOLERANCE), Ok(10_000));
        assert_eq!(
            clock.read(at(9_960), 20_000, TOLERANCE),
            Ok(10_000),
            "a little: it waits"
        );
        assert_eq!(
            clock.read(at(8_000), 20_000, TOLERANCE),
            Ok(10_000),
            "a lot: the offset moves"
        );
        assert_eq!(
            clock.read(at(8_100), 20_000, TOLERANCE),
            Ok(10_050),
            "and it runs, at half speed"
        );
    }

    proptest! {
        #[test]
        fn never_back_never_below_h(h in 0i64..100_000, steps in prop::collection::vec(-40_000i64..40_000, 1..100)) {
            let mut clock = Clock::starting_at(h + 1);
            let (mut wall, mut previous) = (100_000i64, h);
            for step in steps {
                wall = (wall + step).max(0);
                if let Ok(glc) = clock.read(at(wall as u64), h, TOLERANCE) {
                    prop_assert!(glc > h && glc >= previous);
                    prop_assert!(glc >= wall);
                    previous = glc;
                }
            }
        }
    }
}
