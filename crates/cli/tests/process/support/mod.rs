//! The program as a process, an MME that speaks to it, and what both need.

pub(crate) mod access;
pub(crate) mod api;
pub(crate) mod back_end;
pub(crate) mod cell;
pub(crate) mod core;
pub(crate) mod ims;
pub(crate) mod mme;
pub(crate) mod nodes;
pub(crate) mod nudm;
pub(crate) mod server;
pub(crate) mod station;
pub(crate) mod subscribers;

use std::time::{Duration, Instant};

/// The longest any awaited event may take, on a machine that is busy with every other test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at something that cannot be waited for.
const POLL: Duration = Duration::from_millis(10);

/// Looks until `look` finds something.
pub(crate) fn await_some<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "waited {PATIENCE:?} in vain for {what}"
        );
        std::thread::sleep(POLL);
    }
}

/// Says why a test is left out; under `CI=true` nothing may be.
pub(crate) fn leave_out(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("left out: {reason}");
}

/// A seeded generator (SplitMix64): enough to choose what a test does.
pub(crate) struct Random(u64);

impl Random {
    /// From `QUINTET_SEED`, else from `default`.
    pub(crate) fn seeded(default: u64) -> (u64, Self) {
        let seed = std::env::var("QUINTET_SEED")
            .ok()
            .and_then(|s| s.parse().ok())
            .unwrap_or(default);
        eprintln!("QUINTET_SEED={seed}");
        (seed, Self(seed))
    }

    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `bound` - 1.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
