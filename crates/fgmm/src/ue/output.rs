//! What a UE wants done.

use super::Timer;
use crate::Violation;
use quintet_crypto::Rand;
use quintet_crypto::fgs::KgNb;
use quintet_eap::Refusal;
use quintet_identity::fgs::{Guti, STmsi};
use quintet_nas::fgs::{FgmmCause, FgsmCause};
use std::net::Ipv4Addr;

/// A procedure that the UE begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// Initial or emergency registration.
    Registration,
    /// Mobility or periodic registration update.
    Update,
    /// Service request.
    ServiceRequest,
    /// Deregistration.
    Deregistration,
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
    /// The NAS COUNT is used up (TS 24.501 4.4.3.5).
    CountExhausted,
}

/// Why a procedure was not begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotStarted {
    /// It needs a registered UE.
    NotRegistered,
    /// It needs a security context.
    NoContext,
    /// It needs a secure connection.
    NotConnected,
    /// Another one is under way.
    Busy,
    /// The network wants to be left alone until T3346 expires (TS 24.501 5.3.9).
    Congestion,
    /// The card is no longer valid for this network (TS 24.501 5.4.1.3.5, 5.5.1.2.5).
    InvalidUsim,
    /// There is no SUPI, or it could not be concealed.
    NoIdentity,
    /// No PDU session is configured, or there is one already.
    NoSession,
}

/// How a registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// The UE deregistered, and the network agreed.
    Accepted,
    /// The UE switched off, or no answer came.
    Unanswered,
    /// The network deregistered the UE.
    ByNetwork {
        /// It wants it back.
        reregister: bool,
        /// Its reason.
        cause: Option<FgmmCause>,
    },
}

/// Why a PDU session was not established.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionFailure {
    /// PDU SESSION ESTABLISHMENT REJECT.
    Rejected(FgsmCause),
    /// The AMF did not forward the request (TS 24.501 5.4.5.3.1).
    NotForwarded(FgmmCause),
    /// No answer came, however often it was asked.
    Unanswered,
    /// The connection or the registration ended before.
    Interrupted,
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An initial or emergency registration is complete.
    Registered {
        /// The 5G-GUTI it has now.
        guti: Option<Guti>,
    },
    /// The update is accepted.
    Updated {
        /// The 5G-GUTI it has now.
        guti: Option<Guti>,
    },
    /// The service request is accepted.
    Served,
    /// The registration has ended.
    Deregistered(Departure),
    /// The network refused.
    Rejected {
        /// What.
        procedure: Procedure,
        /// Why.
        cause: FgmmCause,
        /// Whether the refusal was protected.
        protected: bool,
    },
    /// AUTHENTICATION REJECT.
    AuthenticationRejected,
    /// The UE sent AUTHENTICATION FAILURE.
    AuthenticationFailed(FgmmCause),
    /// The UE refused the network's EAP message, inside AUTHENTICATION RESPONSE.
    EapRefused(Refusal),
    /// The EAP server refused the UE: EAP-failure in AUTHENTICATION RESULT.
    EapFailed,
    /// The network failed the authentication check: its cell is barred (TS 24.501 5.4.1.3.7).
    NetworkNotGenuine,
    /// The UE sent SECURITY MODE REJECT.
    SecurityModeRejected(FgmmCause),
    /// Secure exchange of NAS messages is established by SECURITY MODE COMPLETE.
    SecurityModeComplete {
        /// The initial message went again, whole.
        replayed: bool,
        /// KAMF was derived anew (HDP).
        horizontal: bool,
    },
    /// The network gave the UE another configuration.
    ConfigurationUpdated {
        /// The 5G-GUTI it has now.
        guti: Option<Guti>,
    },
    /// The PDU session is there.
    SessionEstablished {
        /// PDU session identity.
        identity: u8,
        /// Its IPv4 address, if it has one.
        address: Option<Ipv4Addr>,
    },
    /// The PDU session is not there.
    SessionFailed {
        /// PDU session identity.
        identity: u8,
        /// Why.
        why: SessionFailure,
    },
    /// The network released the PDU session.
    SessionReleased {
        /// PDU session identity.
        identity: u8,
        /// Its reason.
        cause: FgsmCause,
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
        /// 5G-S-TMSI, for the access stratum (TS 24.501 5.3.1.1).
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
    /// KgNB for the access stratum.
    KgNb(KgNb),
    /// The connection is released locally.
    Release,
    /// What became of something.
    Event(Event),
}
