//! What a UE wants done.

use super::Timer;
use crate::Violation;
use quintet_crypto::{KeNb, Rand};
use quintet_identity::{Guti, STmsi};
use quintet_nas::eps::EmmCause;
use std::net::Ipv4Addr;

/// A procedure that the UE begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// Attach.
    Attach,
    /// Tracking area update.
    TrackingAreaUpdate,
    /// Service request.
    ServiceRequest,
    /// Detach.
    Detach,
}

/// Why a procedure was given up without the network's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Abandonment {
    /// The network did not answer in time.
    Expired(Timer),
    /// The connection was lost, or released.
    ConnectionLost,
    /// The user wanted something else.
    Superseded,
    /// The NAS COUNT is used up (TS 24.301 4.4.3.5).
    CountExhausted,
}

/// Why a procedure was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotStarted {
    /// It needs a registered UE.
    NotRegistered,
    /// It needs a security context.
    NoContext,
    /// The UE has a connection, and needs none.
    Connected,
    /// Another one is under way.
    Busy,
    /// The network wants to be left alone until T3346 expires (TS 24.301 5.3.9).
    Congestion,
    /// The card is no longer valid for this network (TS 24.301 5.4.2.5, 5.5.1.2.5).
    InvalidUsim,
    /// There is no IMSI.
    NoIdentity,
}

/// How a registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// The UE detached, and the network agreed.
    Accepted,
    /// The UE switched off, or no answer came.
    Unanswered,
    /// The network detached the UE.
    ByNetwork {
        /// It wants it back.
        reattach: bool,
        /// Its reason.
        cause: Option<EmmCause>,
    },
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// ATTACH COMPLETE is sent.
    Registered {
        /// The GUTI it has now.
        guti: Option<Guti>,
        /// The address of the default bearer.
        address: Option<Ipv4Addr>,
    },
    /// The update is accepted.
    Updated {
        /// The GUTI it has now.
        guti: Option<Guti>,
    },
    /// The service request has its bearers.
    Served,
    /// The registration has ended.
    Deregistered(Departure),
    /// The network refused.
    Rejected {
        /// What.
        procedure: Procedure,
        /// Why.
        cause: EmmCause,
        /// Whether the refusal was protected.
        protected: bool,
    },
    /// AUTHENTICATION REJECT.
    AuthenticationRejected,
    /// The UE sent AUTHENTICATION FAILURE.
    AuthenticationFailed(EmmCause),
    /// The network failed the authentication check: its cell is barred (TS 24.301 5.4.2.7).
    NetworkNotGenuine,
    /// The UE sent SECURITY MODE REJECT.
    SecurityModeRejected(EmmCause),
    /// Secure exchange of NAS messages is established by SECURITY MODE COMPLETE.
    SecurityModeComplete {
        /// HASH_MME was not that of what the UE had sent: the message went again.
        replayed: bool,
    },
    /// A procedure ended without the network's word.
    Abandoned {
        /// Which.
        procedure: Procedure,
        /// Why.
        why: Abandonment,
        /// The how manieth attempt it was, from 1.
        attempt: u8,
    },
    /// A procedure was not begun.
    NotStarted(NotStarted),
    /// The UE was about to send what the table does not allow: an error of this code.
    Internal(Violation),
}

/// What a UE wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// A connection, with this as its initial NAS message.
    Initial {
        /// The NAS PDU.
        nas: Vec<u8>,
        /// S-TMSI, for the access stratum (TS 24.301 5.3.1.1).
        s_tmsi: Option<STmsi>,
    },
    /// A NAS PDU for the network.
    Uplink(Vec<u8>),
    /// A challenge for the card; its answer comes back as [`super::Input::Challenged`].
    Challenge {
        /// RAND.
        rand: Rand,
        /// AUTN.
        autn: [u8; 16],
    },
    /// KeNB for the access stratum.
    KeNb(KeNb),
    /// The connection is released locally.
    Release,
    /// What became of something.
    Event(Event),
}
