//! What a session reports: for the ladder, the logs and the doctor.

use crate::Disposition;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_identity::{Guti, Imsi};
use quintet_nas::eps::{EmmCause, EmmMessage, EsmMessage, NasKsi};
use quintet_nas::security::SecurityHeaderType;

/// The protection a message had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Security header type.
    pub header: SecurityHeaderType,
    /// NAS COUNT, 24 bits; that of a message whose MAC failed is an estimate.
    pub count: u32,
    /// eKSI of the context.
    pub ksi: NasKsi,
    /// EIA.
    pub integrity: IntegrityAlgorithm,
    /// EEA.
    pub ciphering: CipheringAlgorithm,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is known who the UE says it is.
    Identified,
    /// Vectors are asked for.
    VectorsRequested,
    /// Vectors are there.
    VectorsReceived,
    /// RES was right.
    Authenticated,
    /// A current security context served without a new AKA.
    ContextReused,
    /// SECURITY MODE COMMAND is sent.
    SecurityModeCommanded,
    /// SECURITY MODE COMPLETE came, rightly protected: the context is in use.
    SecurityModeComplete,
    /// The first protected message after SECURITY MODE COMPLETE came, or the first that a re-used context protects.
    FirstProtected,
    /// The HSS knows where the UE is.
    Located,
    /// ATTACH COMPLETE came.
    Attached,
    /// The update is complete.
    Updated,
    /// The service request is served.
    Served,
    /// The UE is detached.
    Detached,
    /// The procedure was refused.
    Rejected(EmmCause),
    /// The UE was told AUTHENTICATION REJECT.
    AuthenticationRejected,
    /// A message was sent as often as it may without an answer.
    GivenUp(super::Timer),
}

/// Something an operator wants to see. Messages are reported only if [`super::Policy::events`] asks for it, phases always: a
/// node counts them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A NAS message went through.
    Message {
        /// Which way.
        direction: Direction,
        /// The specification's name, or what can be said of an unreadable one.
        name: &'static str,
        /// How it was protected; `None` if it came or went plain.
        protection: Option<Protection>,
        /// EMM cause in it.
        cause: Option<EmmCause>,
        /// What became of an uplink one.
        disposition: Option<Disposition>,
        /// Sent again because a timer expired.
        repeated: bool,
    },
    /// The session has come so far.
    Phase {
        /// How far.
        phase: Phase,
        /// Whose, if it is known.
        imsi: Option<Imsi>,
        /// GUTI of the context, once there is one.
        guti: Option<Guti>,
    },
}

/// Name and EMM cause of a plain message from a UE.
pub(super) fn described_uplink(plain: &[u8]) -> (&'static str, Option<EmmCause>) {
    described(plain, |plain| {
        EmmMessage::decode_uplink(plain).ok().map(|d| d.message)
    })
}

/// Name and EMM cause of a plain message to a UE.
pub(super) fn described_downlink(plain: &[u8]) -> (&'static str, Option<EmmCause>) {
    described(plain, |plain| {
        EmmMessage::decode_downlink(plain).ok().map(|d| d.message)
    })
}

fn described<'a>(
    plain: &'a [u8],
    decode: impl FnOnce(&'a [u8]) -> Option<EmmMessage<'a>>,
) -> (&'static str, Option<EmmCause>) {
    if let Some(message) = decode(plain) {
        return (message.name(), cause_in(&message));
    }
    let esm = EsmMessage::decode(plain).map(|d| d.message.name());
    (esm.unwrap_or("an unreadable message"), None)
}

fn cause_in(message: &EmmMessage<'_>) -> Option<EmmCause> {
    match message {
        EmmMessage::AttachReject(m) => Some(m.emm_cause),
        EmmMessage::AttachAccept(m) => m.emm_cause,
        EmmMessage::DetachRequestFromNetwork(m) => m.emm_cause,
        EmmMessage::TrackingAreaUpdateReject(m) => Some(m.emm_cause),
        EmmMessage::TrackingAreaUpdateAccept(m) => m.emm_cause,
        EmmMessage::ServiceReject(m) => Some(m.emm_cause),
        EmmMessage::AuthenticationFailure(m) => Some(m.emm_cause),
        EmmMessage::SecurityModeReject(m) => Some(m.emm_cause),
        EmmMessage::EmmStatus(m) => Some(m.emm_cause),
        _ => None,
    }
}
