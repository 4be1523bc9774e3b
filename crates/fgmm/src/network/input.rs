//! What happens to a session.

use super::ContextId;
use quintet_crypto::Rand;
use quintet_crypto::fgs::{HresStar, KSeaf};
use quintet_identity::fgs::{Ncgi, STmsi, Tac, Tai};
use quintet_identity::{SNssai, Supi};
use quintet_nas::fgs::FgmmCause;
use quintet_subscriber::model::Ambr;
use std::time::Duration;

/// Why the UE wants a connection, as its gNB says (TS 38.413 9.3.1.111, RRC Establishment Cause).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EstablishmentCause {
    /// emergency.
    Emergency,
    /// highPriorityAccess, mps-PriorityAccess, mcs-PriorityAccess.
    HighPriorityAccess,
    /// mt-Access: it was paged.
    MtAccess,
    /// mo-Signalling.
    MoSignalling,
    /// mo-Data.
    MoData,
    /// mo-VoiceCall, mo-VideoCall, mo-SMS.
    MoCall,
    /// notAvailable, and what this release does not know.
    Other,
}

/// What the gNB's INITIAL UE MESSAGE says besides its NAS PDU (TS 38.413 9.2.5.1).
#[derive(Clone, Copy, Debug)]
pub struct Initial {
    /// 5G-S-TMSI, if the UE gave one to its gNB.
    pub s_tmsi: Option<STmsi>,
    /// TAI of the cell.
    pub tai: Tai,
    /// The cell.
    pub ncgi: Ncgi,
    /// RRC Establishment Cause.
    pub establishment_cause: EstablishmentCause,
    /// UE Context Request: the gNB wants an INITIAL CONTEXT SETUP, whatever the UE asks for.
    pub context_requested: bool,
}

/// How the home network authenticates the subscriber: the AUSF's answer to a first
/// [`super::Output::Authenticate`] (TS 29.509 5.2.2.2, `UEAuthenticationCtx`).
#[derive(Clone, Debug)]
pub enum Challenge {
    /// 5G AKA: a 5G SE AV (TS 33.501 6.1.3.2.0).
    Aka {
        /// RAND.
        rand: Rand,
        /// AUTN.
        autn: [u8; 16],
        /// HXRES*.
        hxres_star: HresStar,
    },
    /// EAP-AKA': an EAP packet for the UE, not looked into.
    Eap {
        /// The EAP packet.
        payload: Box<[u8]>,
    },
}

/// Why there is no challenge (TS 29.509 table 6.1.7.3-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthenticationUnavailable {
    /// USER_NOT_FOUND.
    UserNotFound,
    /// AUTHENTICATION_REJECTED: this subscriber cannot be authenticated like this.
    AuthenticationRejected,
    /// SERVING_NETWORK_NOT_AUTHORIZED.
    ServingNetworkNotAuthorized,
    /// INVALID_HN_PUBLIC_KEY_IDENTIFIER, INVALID_SCHEME_OUTPUT: the SUCI cannot be deconcealed.
    InvalidSuci,
    /// The AUSF or the UDM behind it cannot answer now: again later.
    Unavailable,
    /// No answer in time, no way to an AUSF, or an answer that cannot be used.
    NoAnswer,
}

/// What the AUSF says of a right RES* (TS 29.509 5.2.2.2.2, `ConfirmationDataResponse`).
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// Who it is.
    pub supi: Supi,
    /// KSEAF.
    pub k_seaf: KSeaf,
}

/// Why an authentication was not confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfirmationFailure {
    /// AUTHENTICATION_FAILURE: RES* is not XRES*, or EAP failed.
    Rejected,
    /// The AUSF cannot answer now, or has forgotten the authentication.
    Unavailable,
    /// No answer in time, or one that cannot be used.
    NoAnswer,
}

/// What the AUSF says of an EAP response (TS 29.509 5.2.2.2.3, `EapSession`).
#[derive(Clone, Debug)]
pub enum EapProgress {
    /// Another EAP packet for the UE.
    Next {
        /// The EAP packet.
        payload: Box<[u8]>,
    },
    /// EAP-Success.
    Success {
        /// The EAP packet.
        payload: Box<[u8]>,
        /// Who it is.
        supi: Supi,
        /// KSEAF.
        k_seaf: KSeaf,
    },
    /// EAP-Failure.
    Failure {
        /// The EAP packet.
        payload: Box<[u8]>,
    },
}

/// A subscribed network slice (TS 29.503 6.1.6.2.2, `Nssai`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SubscribedSNssai {
    /// The slice.
    pub s_nssai: SNssai,
    /// One of those a UE gets that asks for none (`defaultSingleNssais`).
    pub default: bool,
}

/// What the UDM's access and mobility data say that registration needs (TS 29.503 6.1.6.2.4,
/// `AccessAndMobilitySubscriptionData`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Subscribed slices.
    pub nssai: Vec<SubscribedSNssai>,
    /// Subscribed UE-AMBR.
    pub ambr: Option<Ambr>,
    /// NR is among `ratRestrictions`.
    pub nr_restricted: bool,
    /// 5GC is among `coreNetworkTypeRestrictions`.
    pub core_network_restricted: bool,
    /// Tracking area codes of the serving PLMN where the UE may not be (`forbiddenAreas`).
    pub forbidden_tacs: Vec<Tac>,
}

/// Why registration at the UDM or its data failed (TS 29.503 tables 6.1.7.3-1, 6.2.7.3-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubscriptionFailure {
    /// USER_NOT_FOUND, DATA_NOT_FOUND.
    UserNotFound,
    /// UNKNOWN_5GS_SUBSCRIPTION, NO_PS_SUBSCRIPTION, ACCESS_NOT_ALLOWED.
    UnknownFgsSubscription,
    /// ROAMING_NOT_ALLOWED.
    RoamingNotAllowed,
    /// RAT_NOT_ALLOWED.
    RatNotAllowed,
    /// The UDM cannot answer now.
    Unavailable,
    /// No answer in time, or one that cannot be used.
    NoAnswer,
}

/// Why an INITIAL CONTEXT SETUP failed or its connection went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextSetupFailure {
    /// INITIAL CONTEXT SETUP FAILURE.
    Refused,
    /// No answer in the node's time.
    NoAnswer,
}

/// Why a request of session management did not reach an SMF, or not as it should (TS 24.501 5.4.5.2.4, 5.4.5.2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SmFailure {
    /// There is no SMF, none answers, or it has no such context: 5GMM cause #90.
    NotForwarded,
    /// No SMF serves this DNN in this slice, or it is not subscribed: #91.
    DnnNotSupported,
    /// No user plane for it: #92.
    InsufficientUserPlane,
    /// Congestion of slice and DNN: #67.
    SliceAndDnnCongested,
    /// Congestion of the slice: #69.
    SliceCongested,
}

/// What came of session management for one PDU session (TS 29.502 5.2.2, TS 29.518 5.2.2.3.1).
#[derive(Clone, Copy, Debug)]
pub struct SmDelivery<'a> {
    /// PDU session ID, 1 to 15.
    pub pdu_session_id: u8,
    /// What it is.
    pub kind: SmDeliveryKind<'a>,
}

/// Kinds of [`SmDelivery`].
#[derive(Clone, Copy, Debug)]
pub enum SmDeliveryKind<'a> {
    /// The SMF has a context of the session from now on: what the UE sends for it goes there.
    Created,
    /// The SMF sends something to the UE, to its gNB, or both.
    Message {
        /// The session's slice, for the gNB; none for emergency services.
        s_nssai: Option<SNssai>,
        /// N1 SM message, plain.
        n1: Option<&'a [u8]>,
        /// N2 SM information: the PDU Session Resource Setup Request Transfer.
        n2: Option<&'a [u8]>,
    },
    /// The session's context at its SMF is gone, with a last word for the UE if there is one.
    Released {
        /// N1 SM message, plain.
        n1: Option<&'a [u8]>,
    },
    /// A request of the UE was not served: its message goes back to it.
    Refused {
        /// Why.
        failure: SmFailure,
        /// The UE's N1 SM message, as it was in `SmRequest::container`.
        container: &'a [u8],
    },
}

/// What a configuration update tells the UE (TS 24.501 5.4.4.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConfigurationChange {
    /// Another 5G-GUTI, with the TAI list.
    pub guti: bool,
    /// The network's name and the time.
    pub identity_and_time_zone: bool,
    /// The allowed NSSAI, from the subscription as the context now has it.
    pub nssai: bool,
    /// The UE is to register anew afterwards.
    pub registration_requested: bool,
}

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// The first NAS PDU of the connection.
    Initial {
        /// The NAS PDU.
        nas: &'a [u8],
        /// What the gNB adds.
        from: Initial,
    },
    /// A further NAS PDU (UPLINK NAS TRANSPORT).
    Uplink {
        /// The NAS PDU.
        nas: &'a [u8],
        /// TAI of the cell.
        tai: Tai,
        /// The cell.
        ncgi: Ncgi,
    },
    /// The answer to the latest [`super::Output::Authenticate`]. One to an earlier request, or to one that was abandoned, is
    /// the node's to drop; so it is with every answer here.
    Challenge(Result<Challenge, AuthenticationUnavailable>),
    /// The answer to [`super::Output::Confirm`].
    Confirmed(Result<Confirmation, ConfirmationFailure>),
    /// The answer to [`super::Output::EapAnswer`].
    Eap(Result<EapProgress, ConfirmationFailure>),
    /// The answer to [`super::Output::Register`].
    Subscription(Result<&'a Subscription, SubscriptionFailure>),
    /// INITIAL CONTEXT SETUP RESPONSE, or not.
    ContextSetup(Result<(), ContextSetupFailure>),
    /// From session management.
    Sm(SmDelivery<'a>),
    /// NAS NON DELIVERY INDICATION: this PDU did not reach the UE (TS 38.413 8.6.4).
    NotDelivered(&'a [u8]),
    /// The gNB let the UE go, or the gNB is gone: no release is asked for any more.
    ConnectionLost,
    /// The gNB asks for the release (UE CONTEXT RELEASE REQUEST).
    ReleaseRequested,
    /// The network lets the UE go: deregistration notification of the UDM, withdrawn subscription, operator
    /// (TS 24.501 5.5.2.3).
    Deregister {
        /// "re-registration required" or not.
        reregister: bool,
        /// 5GMM cause to send.
        cause: Option<FgmmCause>,
    },
    /// Something the UE was told has changed (TS 24.501 5.4.4).
    UpdateConfiguration(ConfigurationChange),
    /// A new primary authentication now, whatever the policy says.
    Reauthenticate,
    /// The same UE has begun another connection: this one ends (TS 24.501 5.5.1.2.8, TS 23.502 4.2.2.2.2).
    Superseded {
        /// Whose.
        by: ContextId,
    },
    /// The deadline of [`super::Session::poll_timeout`] has passed.
    Timeout,
}

/// When something happens: `now` for timers, `wall` for what must survive a restart and for the time a UE is told.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Since an epoch of the caller's, never backwards.
    pub now: Duration,
    /// Since the Unix epoch.
    pub wall: Duration,
}
