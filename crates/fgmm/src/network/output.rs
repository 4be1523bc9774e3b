//! What a session wants done, in order.

use super::ContextId;
use quintet_crypto::fgs::{KgNb, ResStar};
use quintet_crypto::{Auts, Rand};
use quintet_identity::{Apn, SNssai, Suci, Supi};
use quintet_nas::fgs::UeSecurityCapability;
use quintet_subscriber::model::Ambr;

/// Who is to be authenticated (TS 29.509 6.1.6.2.2, `supiOrSuci`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// As the UE says.
    Suci(Suci),
    /// As this AMF knows it by the UE's 5G-GUTI.
    Supi(Supi),
}

/// A resynchronisation: what AUTS answers (TS 33.501 6.1.3.3, TS 29.509 `ResynchronizationInfo`).
#[derive(Clone, Debug)]
pub struct Resynchronisation {
    /// The challenge it answers.
    pub rand: Rand,
    /// AUTS.
    pub auts: Auts,
}

/// A request for authentication (TS 29.509 5.2.2.2, `AuthenticationInfo`). The serving network name is the node's.
#[derive(Clone, Debug)]
pub struct AuthenticationRequest {
    /// Whose.
    pub subject: Subject,
    /// After a synchronisation failure.
    pub resynchronisation: Option<Resynchronisation>,
}

/// What an INITIAL CONTEXT SETUP REQUEST sets up (TS 38.413 9.2.2.1).
#[derive(Debug)]
pub struct ContextSetup {
    /// The NAS PDU for the UE, protected.
    pub nas: Option<Vec<u8>>,
    /// KgNB: the Security Key.
    pub k_gnb: KgNb,
    /// UE Security Capabilities, as the UE said.
    pub capabilities: UeSecurityCapability,
    /// UE-AMBR; given when PDU sessions are set up with it, and otherwise of use later.
    pub ambr: Option<Ambr>,
    /// Allowed NSSAI; empty for emergency services.
    pub allowed_nssai: Box<[SNssai]>,
}

/// What is asked of session management (TS 29.502 5.2.2).
#[derive(Debug)]
pub struct SmRequest {
    /// PDU session ID, 1 to 15.
    pub pdu_session_id: u8,
    /// What is asked.
    pub kind: SmRequestKind,
}

/// Kinds of [`SmRequest`].
#[derive(Debug, PartialEq, Eq)]
pub enum SmRequestKind {
    /// A session that has no context at an SMF: select one, and create it (Nsmf_PDUSession_CreateSMContext).
    Create {
        /// Request type: an existing session is moved here, or it is a new one.
        existing: bool,
        /// For emergency services.
        emergency: bool,
        /// PTI of the N1 SM message.
        pti: u8,
        /// The slice: named by the UE and allowed, or the first default one. None for emergency services.
        s_nssai: Option<SNssai>,
        /// The DNN that the UE named; the slice's default otherwise.
        dnn: Option<Apn>,
        /// The N1 SM message, plain.
        container: Box<[u8]>,
    },
    /// A message for the session's SMF (Nsmf_PDUSession_UpdateSMContext).
    Update {
        /// PTI of the N1 SM message.
        pti: u8,
        /// The N1 SM message, plain.
        container: Box<[u8]>,
    },
    /// The UE wants its user plane back (Nsmf_PDUSession_UpdateSMContext, `upCnxState`).
    Activate,
    /// The UE does not have it any more (Nsmf_PDUSession_ReleaseSMContext).
    Release,
}

/// A PDU session for the gNB: PDU SESSION RESOURCE SETUP REQUEST (TS 38.413 9.2.1.1).
#[derive(Debug)]
pub struct SmResource {
    /// PDU session ID.
    pub pdu_session_id: u8,
    /// Its slice; none for emergency services.
    pub s_nssai: Option<SNssai>,
    /// DL NAS TRANSPORT for the UE, protected.
    pub nas: Option<Vec<u8>>,
    /// PDU Session Resource Setup Request Transfer, as the SMF made it.
    pub transfer: Box<[u8]>,
}

/// Why a connection is released (the node makes it an NGAP cause, TS 38.413 9.3.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReleaseCause {
    /// NAS: normal release.
    NormalRelease,
    /// NAS: authentication failure.
    AuthenticationFailure,
    /// NAS: deregister.
    Deregister,
    /// NAS: unspecified.
    Unspecified,
    /// Radio network: release due to NG-RAN generated reason, or as the gNB asked.
    AsRequested,
}

/// What a session wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// DOWNLINK NAS TRANSPORT.
    Downlink(Vec<u8>),
    /// INITIAL CONTEXT SETUP REQUEST; its outcome comes back as [`super::Input::ContextSetup`].
    ContextSetup(Box<ContextSetup>),
    /// UE CONTEXT MODIFICATION REQUEST with another KgNB: the keys of a new primary authentication are in use on a
    /// connection whose gNB has a context (TS 33.501 6.9.4.4). Nothing waits for its outcome.
    ContextModification(KgNb),
    /// Nausf_UEAuthentication_Authenticate, POST to `ue-authentications`; its outcome comes back as
    /// [`super::Input::Challenge`]. One that is under way is replaced by it.
    Authenticate(Box<AuthenticationRequest>),
    /// PUT to `5g-aka-confirmation`; its outcome comes back as [`super::Input::Confirmed`].
    Confirm {
        /// RES*.
        res_star: ResStar,
    },
    /// POST to `eap-session`; its outcome comes back as [`super::Input::Eap`].
    EapAnswer {
        /// The UE's EAP packet.
        payload: Box<[u8]>,
    },
    /// What the latest `Authenticate` began is over without a result: nothing it brings is wanted any more. 5G AKA is told
    /// by a confirmation without RES* (TS 29.509 6.1.6.2.5, `resStar` null; TS 33.501 6.1.3.2.2); EAP ends by itself.
    AbandonAuthentication,
    /// Nudm_UECM_Registration and Nudm_SDM_Get; their outcome comes back as [`super::Input::Subscription`].
    Register {
        /// Whose.
        supi: Supi,
        /// `initialRegistrationInd`: an initial registration.
        initial: bool,
    },
    /// The UE has left 5GMM-REGISTERED: its SM contexts are released, and Nudm_UECM_Deregistration follows unless it was
    /// the UDM that wanted this (TS 23.502 4.2.2.3).
    Deregistered {
        /// Whose.
        supi: Supi,
    },
    /// For session management.
    Sm(Box<SmRequest>),
    /// PDU SESSION RESOURCE SETUP REQUEST. The gNB has a context.
    SmResource(Box<SmResource>),
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
