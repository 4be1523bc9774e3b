//! What a session reports: for the ladder, the logs and the doctor.

use crate::Disposition;
use quintet_crypto::{CipheringAlgorithm, Direction, IntegrityAlgorithm};
use quintet_identity::Supi;
use quintet_identity::fgs::Guti;
use quintet_nas::fgs::{FgmmCause, FgmmMessage, NasKsi};
use quintet_nas::security::SecurityHeaderType;

/// The protection a message had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// Security header type.
    pub header: SecurityHeaderType,
    /// NAS COUNT, 24 bits; that of a message whose MAC failed is an estimate.
    pub count: u32,
    /// ngKSI of the context.
    pub ksi: NasKsi,
    /// NIA.
    pub integrity: IntegrityAlgorithm,
    /// NEA.
    pub ciphering: CipheringAlgorithm,
}

/// How a subscriber is authenticated (TS 33.501 6.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// 5G AKA.
    Aka,
    /// EAP-AKA'.
    EapAkaPrime,
}

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// It is known who the UE says it is.
    Identified,
    /// A challenge is asked for.
    ChallengeRequested,
    /// A challenge is there.
    ChallengeReceived(Method),
    /// HRES* was right: authenticated as the serving network sees it (TS 33.501 6.1.3.2.0 step 9).
    ResponseRight,
    /// HRES* was not HXRES*.
    ResponseWrong,
    /// The home network confirms: the subscriber is authenticated.
    Authenticated,
    /// A current security context served without a new authentication.
    ContextReused,
    /// SECURITY MODE COMMAND is sent.
    SecurityModeCommanded,
    /// SECURITY MODE COMPLETE came, rightly protected: the context is in use.
    SecurityModeComplete,
    /// The first protected message after SECURITY MODE COMPLETE came, or the first that a re-used context protects.
    FirstProtected,
    /// The UDM knows where the UE is.
    Subscribed,
    /// REGISTRATION COMPLETE came.
    Registered,
    /// The service request is served.
    Served,
    /// CONFIGURATION UPDATE COMPLETE came.
    ConfigurationUpdated,
    /// The UE is deregistered.
    Deregistered,
    /// The procedure was refused.
    Rejected(FgmmCause),
    /// The UE was told AUTHENTICATION REJECT.
    AuthenticationRejected,
    /// The UE has a 5G-GUTI of another AMF, from which nothing is fetched: transfer of a UE's context between AMFs
    /// (TS 23.502 4.2.2.2.2 step 4, TS 33.501 6.9.3) is not supported.
    ContextTransferNotSupported,
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
        /// 5GMM cause in it.
        cause: Option<FgmmCause>,
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
        supi: Option<Supi>,
        /// GUTI of the context, once there is one.
        guti: Option<Guti>,
    },
}

/// Name and 5GMM cause of a plain message from a UE.
pub(super) fn described_uplink(plain: &[u8]) -> (&'static str, Option<FgmmCause>) {
    described(FgmmMessage::decode_uplink(plain).ok().map(|d| d.message))
}

/// Name and 5GMM cause of a plain message to a UE.
pub(super) fn described_downlink(plain: &[u8]) -> (&'static str, Option<FgmmCause>) {
    described(FgmmMessage::decode_downlink(plain).ok().map(|d| d.message))
}

fn described(message: Option<FgmmMessage<'_>>) -> (&'static str, Option<FgmmCause>) {
    message.map_or(("an unreadable message", None), |message| {
        (message.name(), cause_in(&message))
    })
}

fn cause_in(message: &FgmmMessage<'_>) -> Option<FgmmCause> {
    match message {
        FgmmMessage::RegistrationReject(m) => Some(m.fgmm_cause),
        FgmmMessage::ServiceReject(m) => Some(m.fgmm_cause),
        FgmmMessage::DeregistrationRequestFromNetwork(m) => m.fgmm_cause,
        FgmmMessage::AuthenticationFailure(m) => Some(m.fgmm_cause),
        FgmmMessage::SecurityModeReject(m) => Some(m.fgmm_cause),
        FgmmMessage::DlNasTransport(m) => m.fgmm_cause,
        FgmmMessage::FgmmStatus(m) => Some(m.fgmm_cause),
        _ => None,
    }
}
