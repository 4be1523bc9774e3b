//! What a node does about overload, its own and others'.

use super::report::MAX_VALIDITY;
use std::time::Duration;

/// The shortest waiting time that may be aimed at: below it the granularity of timers decides.
pub const MIN_TARGET_WAIT: Duration = Duration::from_millis(10);

/// The longest: past it no peer waits for an answer.
pub const MAX_TARGET_WAIT: Duration = Duration::from_secs(10);

/// The highest reduction that is asked for, in per cent. Not 100: answers carry the reports (RFC 7683 4.1), so somebody
/// must still ask to learn that the overload is over.
pub const MAX_REDUCTION: u8 = 95;

/// What a node does about overload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverloadConfig {
    /// Whether requests are refused by priority before others wait longer than [`OverloadConfig::target_wait`].
    pub shed: bool,
    /// Whether peers that support it are asked for less (a reporting node of RFC 7683).
    pub report: bool,
    /// Whether less is sent to who asks for it (a reacting node of RFC 7683).
    pub react: bool,
    /// The longest that an admitted request is to wait, [`MIN_TARGET_WAIT`] to [`MAX_TARGET_WAIT`].
    pub target_wait: Duration,
    /// OC-Validity-Duration of reports, one second to a day.
    pub validity: Duration,
    /// The highest OC-Reduction-Percentage asked for, 1 to [`MAX_REDUCTION`].
    pub max_reduction: u8,
}

impl Default for OverloadConfig {
    /// Everything is done. Half a second is far more than a healthy node ever lets wait, and far less than MMEs and CSCFs
    /// wait for an answer.
    fn default() -> Self {
        Self {
            shed: true,
            report: true,
            react: true,
            target_wait: Duration::from_millis(500),
            validity: Duration::from_secs(30),
            max_reduction: 90,
        }
    }
}

impl OverloadConfig {
    /// A node that neither refuses by waiting time nor says or heeds anything about overload; limits on how many requests
    /// there may be still hold, by priority.
    #[must_use]
    pub fn off() -> Self {
        Self {
            shed: false,
            report: false,
            react: false,
            ..Self::default()
        }
    }

    /// Whether its values are in their bounds.
    pub(in crate::node) fn is_sane(&self) -> bool {
        (MIN_TARGET_WAIT..=MAX_TARGET_WAIT).contains(&self.target_wait)
            && (Duration::from_secs(1)..=MAX_VALIDITY).contains(&self.validity)
            && (1..=MAX_REDUCTION).contains(&self.max_reduction)
    }

    /// Whether load is measured at all.
    pub(super) fn measures(&self) -> bool {
        self.shed || self.report
    }
}
