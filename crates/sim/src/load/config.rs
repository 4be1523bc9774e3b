//! What a load generator is told.

use crate::demo::MAX_POPULATION;
use core::time::Duration;
use quintet_identity::Plmn;

/// The most requests not yet answered: what one peer of a Diameter node takes (`NodeLimits::outstanding_per_peer`).
pub const MAX_OUTSTANDING: usize = 16 * 1024;

/// The highest rate, requests per second: far above what one connection carries.
pub const MAX_RATE: f64 = 10_000_000.0;

/// Subscribers n to n + count − 1 of the demo population.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriberRange {
    /// The first.
    pub first: u32,
    /// How many.
    pub count: u32,
}

/// How many of which request, as weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// Authentication-Information-Request.
    pub air: u32,
    /// Update-Location-Request.
    pub ulr: u32,
}

impl Mix {
    /// AIR only.
    pub const AIR: Self = Self { air: 1, ulr: 0 };
    /// ULR only.
    pub const ULR: Self = Self { air: 0, ulr: 1 };
    /// As an attach has them: one of each.
    pub const BOTH: Self = Self { air: 1, ulr: 1 };
}

/// When a request is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Closed loop: so many are always unanswered. Latency counts from the sending.
    Outstanding(usize),
    /// Open loop: so many a second, whatever the server does. Latency counts from the intended time of sending, so that
    /// a server that stalls is charged for all that had to wait (no coordinated omission).
    Rate(f64),
}

/// When it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// After so many requests.
    Count(u64),
    /// After this time, warm-up included.
    Elapsed(Duration),
}

/// A load.
#[derive(Clone, Debug)]
pub struct LoadConfig {
    /// Visited-PLMN-Id.
    pub plmn: Plmn,
    /// Destination-Realm.
    pub hss_realm: String,
    /// Destination-Host, if any.
    pub hss_host: Option<String>,
    /// Whom it is about: each request draws one at random.
    pub subscribers: SubscriberRange,
    /// What is asked.
    pub mix: Mix,
    /// How fast.
    pub pace: Pace,
    /// During this time the pace grows evenly from nothing.
    pub ramp: Duration,
    /// What is sent during this time is not in the latencies.
    pub warm_up: Duration,
    /// How long.
    pub until: Until,
    /// Number-Of-Requested-Vectors of an AIR.
    pub vectors: u32,
    /// Of how many answers one is checked whole (with the USIM of [`crate::demo::demo_key`]); 0: none.
    pub verify_every: u32,
    /// Decides the draws.
    pub seed: u64,
    /// For an answer.
    pub request_timeout: Duration,
}

impl LoadConfig {
    /// AIRs about the first `subscribers` of the population, 64 unanswered, 10 s, 1 of 1024 checked.
    #[must_use]
    pub fn new(plmn: Plmn, hss_realm: impl Into<String>, subscribers: u32) -> Self {
        Self {
            plmn,
            hss_realm: hss_realm.into(),
            hss_host: None,
            subscribers: SubscriberRange {
                first: 0,
                count: subscribers,
            },
            mix: Mix::AIR,
            pace: Pace::Outstanding(64),
            ramp: Duration::ZERO,
            warm_up: Duration::ZERO,
            until: Until::Elapsed(Duration::from_secs(10)),
            vectors: 1,
            verify_every: 1024,
            seed: 0,
            request_timeout: Duration::from_secs(10),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let SubscriberRange { first, count } = self.subscribers;
        if count == 0 || first.checked_add(count).is_none_or(|end| end > MAX_POPULATION) {
            return Err(ConfigError::Subscribers { first, count });
        }
        if self.mix.air.checked_add(self.mix.ulr).is_none_or(|sum| sum == 0) {
            return Err(ConfigError::Mix);
        }
        match self.pace {
            Pace::Outstanding(n) if !(1..=MAX_OUTSTANDING).contains(&n) => {
                Err(ConfigError::Outstanding { n })
            }
            Pace::Rate(rate) if !(rate > 0.0 && rate <= MAX_RATE) => Err(ConfigError::Rate { rate }),
            _ => Ok(()),
        }
    }
}

/// What is wrong with a [`LoadConfig`].
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// No subscriber, or one beyond the population.
    #[error(
        "subscribers {first} to {first} + {count}: at least one is needed, and there are {MAX_POPULATION} in all"
    )]
    Subscribers {
        /// The first.
        first: u32,
        /// How many.
        count: u32,
    },
    /// Both weights are 0, or too large.
    #[error("the weights of AIR and ULR must have a sum from 1 to 4294967295")]
    Mix,
    /// Too many or none.
    #[error("{n} outstanding requests are not allowed, expected 1 to {MAX_OUTSTANDING}")]
    Outstanding {
        /// How many.
        n: usize,
    },
    /// Not a rate.
    #[error(
        "a rate of {rate} requests per second is not allowed, expected more than 0 and at most {MAX_RATE}"
    )]
    Rate {
        /// The rate.
        rate: f64,
    },
}
