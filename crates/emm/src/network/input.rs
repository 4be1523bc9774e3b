//! What happens to a session.

use super::ContextId;
use quintet_crypto::{Auts, Kasme, Rand, Res};
use quintet_identity::{Ecgi, STmsi, Tai};
use quintet_subscriber::model::{AccessRestriction, Ambr, ApnConfiguration};
use std::time::Duration;

/// What the eNB's INITIAL UE MESSAGE says besides its NAS PDU (TS 36.413 9.1.7.1).
#[derive(Clone, Copy, Debug)]
pub struct Initial {
    /// S-TMSI, if the UE gave one: a SERVICE REQUEST has no other identity.
    pub s_tmsi: Option<STmsi>,
    /// TAI of the cell.
    pub tai: Tai,
    /// The cell.
    pub ecgi: Ecgi,
}

/// An E-UTRAN vector (TS 29.272 7.3.18).
#[derive(Clone, Debug)]
pub struct Vector {
    /// RAND.
    pub rand: Rand,
    /// XRES, 4 to 16 octets.
    pub xres: Res,
    /// AUTN.
    pub autn: [u8; 16],
    /// KASME.
    pub kasme: Kasme,
}

/// Why no vector came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VectorsFailure {
    /// DIAMETER_ERROR_USER_UNKNOWN (5001).
    UserUnknown,
    /// DIAMETER_ERROR_UNKNOWN_EPS_SUBSCRIPTION (5420).
    UnknownEpsSubscription,
    /// DIAMETER_ERROR_ROAMING_NOT_ALLOWED (5004) and others that say that the UE may not be here.
    RoamingNotAllowed,
    /// DIAMETER_ERROR_RAT_NOT_ALLOWED (5421).
    RatNotAllowed,
    /// DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE (4181) and the other transient answers: again later.
    Unavailable,
    /// No answer in time, no way to the HSS, or one that cannot be used.
    NoAnswer,
}

/// Why the HSS refused to take the location.
pub type LocationFailure = VectorsFailure;

/// What a ULA or an IDR says that attach and TAU need.
#[derive(Clone, Debug, PartialEq)]
pub struct Location {
    /// Access-Restriction-Data.
    pub access_restriction: Option<AccessRestriction>,
    /// Subscriber-Status: operator determined barring.
    pub barred: bool,
    /// UE-AMBR.
    pub ambr: Option<Ambr>,
    /// Context-Identifier of the default APN.
    pub default_context_identifier: Option<u32>,
    /// APN-Configuration values.
    pub apn_configurations: Vec<ApnConfiguration>,
}

/// Why an INITIAL CONTEXT SETUP failed or its connection went away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextSetupFailure {
    /// INITIAL CONTEXT SETUP FAILURE.
    Refused,
    /// No answer in the node's time.
    NoAnswer,
}

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// The first NAS PDU of the connection.
    Initial {
        /// The NAS PDU.
        nas: &'a [u8],
        /// What the eNB adds.
        from: Initial,
    },
    /// A further NAS PDU (UPLINK NAS TRANSPORT).
    Uplink {
        /// The NAS PDU.
        nas: &'a [u8],
        /// TAI of the cell.
        tai: Tai,
        /// The cell.
        ecgi: Ecgi,
    },
    /// The answer to [`super::Output::FetchVectors`], in the order of use.
    Vectors(Result<Vec<Vector>, VectorsFailure>),
    /// The answer to [`super::Output::UpdateLocation`].
    Location(Result<&'a Location, LocationFailure>),
    /// INITIAL CONTEXT SETUP RESPONSE, or not.
    ContextSetup(Result<(), ContextSetupFailure>),
    /// NAS NON DELIVERY INDICATION: this PDU did not reach the UE (TS 36.413 8.6.2.4).
    NotDelivered(&'a [u8]),
    /// The eNB let the UE go, or the eNB is gone: no release is asked for any more.
    ConnectionLost,
    /// The eNB asks for the release (UE CONTEXT RELEASE REQUEST).
    ReleaseRequested,
    /// The network lets the UE go: Cancel-Location, withdrawn subscription, operator (TS 24.301 5.5.2.3).
    Detach {
        /// "re-attach required" or "re-attach not required", with a cause where one is due.
        reattach: bool,
        /// EMM cause to send.
        cause: Option<quintet_nas::eps::EmmCause>,
    },
    /// A new AKA now, whatever the policy says.
    Reauthenticate,
    /// The same UE has begun another connection: this one ends (TS 24.301 5.5.1.2.7, TS 23.401).
    Superseded {
        /// Whose.
        by: ContextId,
    },
    /// The deadline of [`super::Session::poll_timeout`] has passed.
    Timeout,
}

/// A resynchronisation: what AUTS answers (TS 33.102 6.3.5).
#[derive(Clone, Debug)]
pub struct Resynchronisation {
    /// The challenge it answers.
    pub rand: Rand,
    /// AUTS.
    pub auts: Auts,
}

/// When something happens: `now` for timers, `wall` for what must survive a restart.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Since an epoch of the caller's, never backwards.
    pub now: Duration,
    /// Since the Unix epoch.
    pub wall: Duration,
}
