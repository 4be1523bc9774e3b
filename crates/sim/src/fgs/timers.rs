//! Every duration of a play: the specification's for a test on virtual time, scaled down for a laboratory on a clock.

use quintet_fgmm::network::Timers;
use quintet_fgmm::ue::TimerValues;
use std::time::Duration;

/// The durations that a network and its plays share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabTimers {
    /// The AMF's, for its policy.
    pub amf: Timers,
    /// The UEs'.
    pub ue: TimerValues,
    /// How long the AMF waits for a response of AUSF or UDM, for its configuration.
    pub sbi_timeout: Duration,
    /// How long the AUSF waits for one of the UDM: less than `sbi_timeout`.
    pub udm_timeout: Duration,
    /// How late a slow AUSF or UDM answers: less than `udm_timeout`.
    pub slow: Duration,
    /// T3513 of the AMF.
    pub t3513: Duration,
    /// How long nothing may happen before a play takes it that nothing will.
    pub quiet: Duration,
    /// How long a play waits for one step before it calls it a failure: more than any series of retransmissions.
    pub patience: Duration,
}

impl LabTimers {
    /// The specification's (TS 24.501 10.2), with retransmissions of 4.
    pub const SPECIFIED: Self = Self::divided(1);

    /// The specification's divided by `n`: 20 gives a T3560 of 0.3 s. 0 counts as 1.
    #[must_use]
    pub const fn divided(n: u32) -> Self {
        let n = if n == 0 { 1 } else { n };
        Self {
            amf: Timers {
                t3522: seconds(6, n),
                t3550: seconds(6, n),
                t3555: seconds(6, n),
                t3560: seconds(6, n),
                t3570: seconds(6, n),
                t3512: Duration::from_secs(54 * 60),
                t3502: None,
                retransmissions: 4,
            },
            ue: TimerValues {
                t3346: seconds(900, n),
                t3502: seconds(720, n),
                t3510: seconds(15, n),
                t3511: seconds(10, n),
                t3512: Duration::from_secs(54 * 60),
                t3516: seconds(30, n),
                t3517: seconds(5, n),
                t3519: seconds(60, n),
                t3520: seconds(15, n),
                t3521: seconds(15, n),
                t3540: seconds(10, n),
                t3580: seconds(16, n),
            },
            sbi_timeout: seconds(5, n),
            udm_timeout: seconds(4, n),
            slow: seconds(2, n),
            t3513: seconds(2, n),
            quiet: seconds(4, n),
            patience: seconds(120, n),
        }
    }

    /// The UEs' of one that waits longer than any network: what ends is the network's doing.
    #[must_use]
    pub fn patient(&self) -> TimerValues {
        let long = self.patience * 2;
        TimerValues {
            t3510: long,
            t3517: long,
            t3520: long,
            t3521: long,
            ..self.ue
        }
    }
}

const fn seconds(seconds: u64, n: u32) -> Duration {
    Duration::from_micros(seconds * 1_000_000 / n as u64)
}
