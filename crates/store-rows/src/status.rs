//! What a database answers about its keys, and about other ones.

use quintet_vault::{DataKeyNumber, Fingerprint};
use std::sync::Arc;

/// Told how far a long work on a database is: what it is, how much is done, of how much.
pub type Progress = Arc<dyn Fn(&'static str, u64, u64) + Send + Sync>;

/// A data key of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataKey {
    /// Its number; the highest one seals.
    pub number: DataKeyNumber,
    /// The master key that wraps it.
    pub master: Fingerprint,
    /// When it was made, seconds of Unix time.
    pub made: i64,
    /// How many subscribers' keys are sealed under it.
    pub subscribers: u64,
}

/// What protects a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// Its data keys; more than one while a rotation is under way, or was interrupted.
    pub data_keys: Vec<DataKey>,
    /// Whether octets that were in the clear may still be in free pages.
    pub traces: bool,
}

/// What another master key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rewrapped {
    /// The new master key.
    pub master: Fingerprint,
    /// How many data keys it wraps.
    pub data_keys: usize,
}

/// What another data key came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The data key that seals now.
    pub number: DataKeyNumber,
    /// Whether a rotation that was interrupted went on.
    pub resumed: bool,
    /// How many rows were sealed anew.
    pub sealed: u64,
    /// How many data keys are gone.
    pub removed: usize,
}
