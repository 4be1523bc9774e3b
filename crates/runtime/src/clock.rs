//! The clocks: the only place that reads them.

use std::time::{Duration, Instant, SystemTime};

/// A point in time on both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// Since the runtime's origin; never goes back.
    pub now: Duration,
    /// Since 1970; may be set by people and by NTP.
    pub wall: Duration,
}

/// Reads both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock whose origin is now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the runtime is where time enters")]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// What time it is. A wall clock before 1970 reads as 1970.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the runtime is where time enters")]
    pub fn moment(&self) -> Moment {
        let wall = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Moment {
            now: self.origin.elapsed(),
            wall,
        }
    }

    /// The instant at which this clock reads `now`.
    #[must_use]
    pub fn instant(&self, now: Duration) -> Instant {
        self.origin + now
    }
}
