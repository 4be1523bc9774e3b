//! What a store measures of itself, for metrics.

use quintet_telemetry::Histogram;

/// Commands that wait, by what they are done by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// Writing.
    pub writes: usize,
    /// Reading single rows.
    pub rows: usize,
    /// Reading many.
    pub runs: usize,
}

/// The figures of a store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// Transactions, from their beginning until they were durable.
    pub commits: Histogram,
    /// Commands that were done in them.
    pub commands: u64,
    /// Transactions that were not done.
    pub failed: u64,
    /// Sealed fields that did not open.
    pub unopened: u64,
    /// Commands that wait now.
    pub queued: Queued,
}
