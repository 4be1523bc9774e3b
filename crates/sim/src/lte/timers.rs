//! Every duration of a play: the specification's for a test on virtual time, scaled down for a laboratory on a clock.

use quintet_emm::network::Timers;
use quintet_emm::ue::TimerValues;
use std::time::Duration;

/// The durations that a network and its plays share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabTimers {
    /// The MME's, for its policy.
    pub mme: Timers,
    /// The UEs'.
    pub ue: TimerValues,
    /// How long the MME waits for the HSS, for its configuration.
    pub hss_timeout: Duration,
    /// How late a slow HSS answers: less than `hss_timeout`.
    pub hss_slow: Duration,
    /// T3413 of the MME.
    pub t3413: Duration,
    /// How long nothing may happen before a play takes it that nothing will.
    pub quiet: Duration,
    /// How long a play waits for one step before it calls it a failure: more than any series of retransmissions.
    pub patience: Duration,
}

impl LabTimers {
    /// The specification's (TS 24.301 10.2), with retransmissions of 4.
    pub const SPECIFIED: Self = Self::divided(1);

    /// The specification's divided by `n`: 20 gives a T3460 of 0.3 s. 0 counts as 1.
    #[must_use]
    pub const fn divided(n: u32) -> Self {
        let n = if n == 0 { 1 } else { n };
        Self {
            mme: Timers {
                t3422: seconds(6, n),
                t3450: seconds(6, n),
                t3460: seconds(6, n),
                t3470: seconds(6, n),
                t3489: seconds(4, n),
                t3412: Duration::from_secs(54 * 60),
                retransmissions: 4,
            },
            ue: TimerValues {
                t3346: seconds(900, n),
                t3402: seconds(720, n),
                t3410: seconds(15, n),
                t3411: seconds(10, n),
                t3412: Duration::from_secs(54 * 60),
                t3416: seconds(30, n),
                t3417: seconds(5, n),
                t3418: seconds(20, n),
                t3420: seconds(15, n),
                t3421: seconds(15, n),
                t3430: seconds(15, n),
                t3440: seconds(10, n),
            },
            hss_timeout: seconds(5, n),
            hss_slow: seconds(2, n),
            t3413: seconds(2, n),
            quiet: seconds(4, n),
            patience: seconds(120, n),
        }
    }

    /// The UEs' of one that waits longer than any network: what ends is the network's doing.
    #[must_use]
    pub fn patient(&self) -> TimerValues {
        let long = self.patience * 2;
        TimerValues {
            t3410: long,
            t3417: long,
            t3418: long,
            t3420: long,
            t3421: long,
            t3430: long,
            ..self.ue
        }
    }
}

const fn seconds(seconds: u64, n: u32) -> Duration {
    Duration::from_micros(seconds * 1_000_000 / n as u64)
}
