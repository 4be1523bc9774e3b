//! What a P-CSCF tells of itself.

use quintet_esp::SaSet;
use quintet_ims::agreement::{Refusal, VerifyFailure};
use std::net::SocketAddr;
use std::time::Duration;

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PcscfEvent {
    /// SM6 is on its way: temporary associations stand.
    Challenged {
        /// The private identity.
        impi: String,
        /// The associations, if there are any.
        set: Option<SaSet>,
    },
    /// Registered.
    Registered {
        /// The private identity.
        impi: String,
        /// For how long.
        granted: Duration,
    },
    /// A REGISTER was answered with an error.
    Refused {
        /// The private identity.
        impi: String,
        /// The status.
        status: u16,
    },
    /// The proposal of a UE is not taken (TS 33.203 7.3.2.1).
    Proposal {
        /// From where.
        source: SocketAddr,
        /// Why.
        why: Refusal,
    },
    /// What a UE repeated is not what was said (TS 33.203 7.3.2.3).
    Tampered {
        /// The private identity.
        impi: String,
        /// Why.
        why: VerifyFailure,
    },
    /// A challenge was not answered through its associations in time (TS 33.203 7.3.1.1, 7.3.1.4).
    Unanswered {
        /// The private identity.
        impi: String,
    },
    /// A registration ended.
    Deregistered {
        /// The private identity.
        impi: String,
        /// Why.
        why: Ended,
    },
    /// A message came outside of the associations that there are, or where none is.
    Unprotected {
        /// From where.
        source: SocketAddr,
    },
    /// A source sends more REGISTERs than it may.
    Flood {
        /// From where.
        source: SocketAddr,
    },
}

/// Why a registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The UE deregistered.
    Ue,
    /// It expired.
    Expired,
    /// The home network ended it.
    Network,
    /// A new registration took its place.
    Replaced,
}

/// How often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages received.
    pub received: u64,
    /// Messages that were no SIP.
    pub malformed: u64,
    /// REGISTERs dropped for their source's rate.
    pub flooded: u64,
    /// REGISTERs refused because too many are pending.
    pub full: u64,
    /// Challenges passed on.
    pub challenged: u64,
    /// Registrations granted.
    pub registered: u64,
    /// REGISTERs answered with an error of the home network.
    pub refused: u64,
    /// Security associations that could not be had.
    pub associations_refused: u64,
    /// Proposals not taken.
    pub proposals_refused: u64,
    /// Checks of Security-Verify or Security-Client that failed.
    pub tampered: u64,
    /// Messages refused for coming outside of associations.
    pub unprotected: u64,
    /// Responses dropped because they came from a UE that was not asked.
    pub forged: u64,
    /// Requests of UEs passed on.
    pub originating: u64,
    /// Requests to UEs passed on.
    pub terminating: u64,
}
