//! What a session wants done, in order.

use super::ContextId;
use super::input::Resynchronisation;
use quintet_crypto::KeNb;
use quintet_identity::{Imsi, Plmn};

/// A request for vectors (TS 29.272 5.2.3.1).
#[derive(Clone, Debug)]
pub struct VectorRequest {
    /// Whose.
    pub imsi: Imsi,
    /// SN id.
    pub plmn: Plmn,
    /// How many.
    pub count: u8,
    /// After a synchronisation failure.
    pub resynchronisation: Option<Resynchronisation>,
    /// For emergency bearer services: the last that an overloaded HSS may be spared.
    pub emergency: bool,
}

/// What an INITIAL CONTEXT SETUP REQUEST sets up (TS 36.413 9.1.4.1).
#[derive(Debug)]
pub struct BearerSetup {
    /// The NAS PDU for the UE, protected; absent after a SERVICE REQUEST.
    pub nas: Option<Vec<u8>>,
    /// KeNB.
    pub kenb: KeNb,
    /// EEA1 to EEA3 and EIA1 to EIA3 the UE has, as S1AP's bit strings want them (TS 36.413 9.2.1.40).
    pub capabilities: (u16, u16),
    /// UE-AMBR, bit/s: uplink, downlink.
    pub ambr: (u64, u64),
    /// E-RAB ID.
    pub bearer: u8,
    /// QCI.
    pub qci: u8,
    /// ARP priority level.
    pub arp_priority: u8,
}

/// Why a connection is released (the node makes it an S1AP cause, TS 36.413 9.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseCause {
    /// NAS: normal release.
    NormalRelease,
    /// NAS: authentication failure.
    AuthenticationFailure,
    /// NAS: detach.
    Detach,
    /// NAS: unspecified.
    Unspecified,
    /// Radio network: release due to E-UTRAN generated reason, or as the eNB asked.
    AsRequested,
}

/// What a session wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// DOWNLINK NAS TRANSPORT.
    Downlink(Vec<u8>),
    /// INITIAL CONTEXT SETUP REQUEST; its outcome comes back as [`super::Input::ContextSetup`].
    ContextSetup(Box<BearerSetup>),
    /// UE CONTEXT MODIFICATION REQUEST with another KeNB: the keys of an AKA are in use on a connection that has bearers
    /// (TS 33.401 7.2.9.2). Nothing waits for its outcome: an eNB that refuses goes on with the KeNB it has.
    ContextModification(KeNb),
    /// AIR; its outcome comes back as [`super::Input::Vectors`].
    FetchVectors(Box<VectorRequest>),
    /// ULR; its outcome comes back as [`super::Input::Location`].
    UpdateLocation {
        /// Whose.
        imsi: Imsi,
        /// Initial-AttachIndicator (TS 29.272 7.3.7): an attach.
        initial_attach: bool,
    },
    /// PUR: the context of a detached UE was forgotten (TS 29.272 5.2.1.3).
    Purge(Imsi),
    /// The connection is now that of this UE: another one it had is to be [`super::Input::Superseded`].
    Bound(ContextId),
    /// What is durable of this context has changed.
    Changed(ContextId),
    /// The context is gone: forget it durably.
    Removed(ContextId),
    /// UE CONTEXT RELEASE COMMAND; the session is over.
    Release(ReleaseCause),
    /// Something an operator wants to see.
    Event(super::Event),
}
