//! What an operator or a laboratory may want to see.

use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::{Phase, SetChange};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScscfEvent {
    /// An authentication went on.
    Authentication {
        /// Whose.
        impi: Impi,
        /// How far.
        phase: Phase,
    },
    /// A registration changed.
    Registration {
        /// Whose.
        impi: Impi,
        /// Its public identities.
        impus: Vec<Impu>,
        /// How.
        change: SetChange,
    },
    /// A REGISTER was answered.
    Answered {
        /// Whose.
        impi: Impi,
        /// The status.
        status: u16,
    },
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// REGISTERs that were taken in.
    pub registers: u64,
    /// REGISTERs refused for their number: rate, sessions, pending challenges.
    pub refused_registers: u64,
    /// 401.
    pub challenges: u64,
    /// 200 to REGISTER.
    pub accepted: u64,
    /// Other final responses to REGISTER.
    pub rejected: u64,
    /// Requests passed on.
    pub forwarded: u64,
    /// Messages that could not be read.
    pub malformed: u64,
    /// NOTIFYs sent.
    pub notified: u64,
    /// REGISTERs to application servers.
    pub third_party: u64,
}
