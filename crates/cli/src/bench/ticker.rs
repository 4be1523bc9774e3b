//! A clock for open loops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;

/// How often an open loop looks at its schedule: the runtime's timers count in ms, which would send bursts.
const TICK: Duration = Duration::from_micros(200);

/// Wakes an open loop every [`TICK`] until it is dropped.
pub(super) struct Ticker(Arc<AtomicBool>);

impl Ticker {
    #[expect(
        clippy::disallowed_methods,
        reason = "a clock finer than the runtime's timers: a thread that sleeps"
    )]
    pub(super) fn start(pump: &Arc<Notify>) -> Self {
        let on = Arc::new(AtomicBool::new(true));
        let (keep, pump) = (Arc::clone(&on), Arc::clone(pump));
        std::thread::spawn(move || {
            while keep.load(Ordering::Relaxed) {
                std::thread::sleep(TICK);
                pump.notify_one();
            }
        });
        Self(on)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}
