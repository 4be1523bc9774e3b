//! How much less is asked for: a control loop over measured windows, a pure function.
//!
//! ```text
//!   reduction    0 ──two hot windows──► what was too much ──hot──► more (every other window)
//!                ▲                          │  ▲
//!                └───── to zero ◄─a fifth───┘  └── between LEAVE and ENTER: as it is
//! ```
//!
//! A window is hot if requests of the default priority had to be refused. What is too much is what was refused: if of
//! what came in spite of a reduction `r` the share `s` was refused, then `(1 - r)(1 - s)` of everything is what can be
//! done, and a little less is aimed at. The way down is slow, so that the load does not swing.

/// Pressure, in thousandths of the waiting time aimed at, from which a window is hot: where the default priority is refused.
const ENTER: u32 = super::Priority::DEFAULT.patience();

/// Pressure below which a window is calm. The distance to [`ENTER`] is the hysteresis.
const LEAVE: u32 = ENTER / 2;

/// Hot windows in a row before anything is asked for: one is a burst.
const HOT_WINDOWS: u8 = 2;

/// Share of what can be done that is aimed at, in per cent: the rest lets queues empty.
const AIM_PERCENT: u64 = 95;

/// A calm window takes this part of the reduction back, and [`LEAST_STEP`] at least.
const WAY_DOWN: u8 = 5;

/// Points of reduction taken back at least, in per cent.
const LEAST_STEP: u8 = 2;

/// What was measured in a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Requests received for applications of this node.
    pub(crate) offered: u64,
    /// How many of them were refused for overload.
    pub(crate) shed: u64,
    /// The highest pressure, in thousandths.
    pub(crate) pressure: u32,
}

/// The state of the loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Control {
    /// What is asked for now, in per cent; 0 is no overload.
    pub(crate) reduction: u8,
    /// Hot windows in a row, as far as they count.
    hot: u8,
    /// The last window raised the reduction: its effect is not seen yet.
    settling: bool,
}

impl Control {
    /// The state after a window.
    pub(crate) fn next(self, sample: Sample, max_reduction: u8) -> Self {
        let hot = if sample.pressure >= ENTER {
            self.hot.saturating_add(1).min(HOT_WINDOWS)
        } else {
            0
        };
        let settled = Self {
            hot,
            settling: false,
            ..self
        };
        if hot == HOT_WINDOWS && !self.settling {
            return Self {
                reduction: self.raised(sample).min(max_reduction),
                settling: true,
                ..settled
            };
        }
        if sample.pressure < LEAVE {
            let step = (self.reduction / WAY_DOWN).max(LEAST_STEP);
            return Self {
                reduction: self.reduction.saturating_sub(step),
                ..settled
            };
        }
        settled
    }

    /// The reduction after which the rest could be served.
    fn raised(self, sample: Sample) -> u8 {
        let offered = sample.offered.max(1);
        let admitted = offered.saturating_sub(sample.shed);
        let sent = u64::from(100 - self.reduction.min(100));
        let served = sent * admitted * AIM_PERCENT / (100 * offered);
        // At most 95, for `served` is.
        (100 - served.min(100) as u8).max(self.reduction.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOT: Sample = Sample {
        offered: 1000,
        shed: 500,
        pressure: ENTER,
    };
    const CALM: Sample = Sample {
        offered: 1000,
        shed: 0,
        pressure: LEAVE - 1,
    };
    const BETWEEN: Sample = Sample {
        pressure: LEAVE,
        ..CALM
    };

    fn after(samples: &[Sample]) -> Control {
        samples
            .iter()
            .fold(Control::default(), |control, sample| control.next(*sample, 90))
    }

    #[test]
    fn a_burst_asks_for_nothing_and_overload_for_what_was_too_much() {
        assert_eq!(after(&[HOT]).reduction, 0);
        assert_eq!(after(&[HOT, BETWEEN, HOT]).reduction, 0, "not in a row");
        assert_eq!(after(&[HOT, HOT]).reduction, 53, "half of it, and a little more");
        assert_eq!(
            after(&[HOT, HOT, HOT]).reduction,
            53,
            "its effect is not seen yet"
        );
        assert_eq!(after(&[HOT, HOT, HOT, HOT]).reduction, 78);
    }

    #[test]
    fn it_stays_between_and_goes_down_slowly_to_nothing() {
        let overloaded = after(&[HOT, HOT]);
        assert_eq!(overloaded.next(BETWEEN, 90).reduction, overloaded.reduction);
        let mut control = overloaded;
        let mut windows = 0;
        while control.reduction > 0 {
            let next = control.next(CALM, 90);
            let step = control.reduction - next.reduction;
            assert!(step >= 1 && step <= (control.reduction / WAY_DOWN).max(LEAST_STEP));
            (control, windows) = (next, windows + 1);
        }
        assert!((5..30).contains(&windows), "{windows} windows");
        assert_eq!(control.next(CALM, 90), Control::default());
    }

    #[test]
    fn nothing_measured_asks_for_more_than_may_be_asked() {
        let all = Sample {
            offered: u64::MAX / 1_000_000,
            shed: u64::MAX,
            pressure: u32::MAX,
        };
        let mut control = Control::default();
        for _ in 0..50 {
            control = control.next(all, 90);
            assert!(control.reduction <= 90);
        }
        assert_eq!(control.reduction, 90);
        // Nobody asked, and something waits: not zero divided by zero.
        let silent = Sample {
            offered: 0,
            shed: 0,
            pressure: ENTER,
        };
        assert_eq!(after(&[silent, silent]).reduction, 5);
    }
}
