//! Numbers of attempts: of every technology out of one row.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Gives out numbers from 1 on, each once; clones give out of the same row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    /// The next one.
    pub(crate) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}
