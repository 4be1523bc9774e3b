//! Every duration of a play: the specification's for a test on virtual time, scaled down for a laboratory on a clock.

use quintet_ims::ue::TimerValues;
use quintet_sip::transaction::Timers;
use std::time::Duration;

/// The durations that a network and its plays share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabTimers {
    /// Transactions of UEs, and of a P-CSCF towards them.
    pub air: Timers,
    /// Transactions between CSCFs.
    pub core: Timers,
    /// The UEs'.
    pub ue: TimerValues,
    /// reg-await-auth of the S-CSCF.
    pub reg_await_auth: Duration,
    /// How long a CSCF waits for the HSS.
    pub cx_timeout: Duration,
    /// How long nothing may happen before a play takes it that nothing will: more than the longest pause between repetitions.
    pub quiet: Duration,
    /// How long a play waits for one step before it calls it a failure: more than any series of repetitions.
    pub patience: Duration,
}

impl LabTimers {
    /// The specification's (RFC 3261 table 4, TS 24.229 tables 7.7.1 and 7.8.1).
    #[must_use]
    pub fn specified() -> Self {
        Self::divided(1)
    }

    /// The specification's divided by `n`: 20 gives a timer F of 6.4 s at the UE. 0 counts as 1.
    #[must_use]
    pub fn divided(n: u32) -> Self {
        let s = |seconds: u64| Duration::from_secs(seconds) / n.max(1);
        let ms = |milliseconds: u64| Duration::from_millis(milliseconds) / n.max(1);
        Self {
            air: Timers::of(s(2), s(16), s(17)),
            core: Timers::of(ms(500), s(4), s(5)),
            ue: TimerValues {
                reg_await_auth: s(240),
                base_time: s(90),
                base_time_all_failed: s(30),
                max_time: s(1_800),
                refresh_ahead: s(600),
            },
            reg_await_auth: s(240),
            cx_timeout: s(5),
            quiet: s(20),
            patience: s(600),
        }
    }
}
