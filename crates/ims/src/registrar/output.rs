//! What a session wants done, in order.

use super::binding::Binding;
use super::event::Event;
use super::input::RegisterId;
use quintet_crypto::digest::DigestAlgorithm;
use quintet_crypto::{Auts, Ck, Ik, Rand};
use quintet_cx::ServerAssignmentType;
use quintet_identity::Impu;
use std::time::Duration;

/// Which authentication scheme a MAR asks for (TS 29.229 6.3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// "Digest-AKAv1-MD5".
    Aka,
    /// "SIP Digest".
    SipDigest,
    /// "Unknown": the HSS knows the subscriber's.
    Unknown,
}

/// A request to the HSS. There is one at a time; the next comes after its answer, or its failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CxRequest {
    /// Multimedia-Auth-Request; its outcome comes back as [`super::Input::Vectors`].
    Mar {
        /// Public-Identity.
        impu: Impu,
        /// SIP-Authentication-Scheme.
        scheme: Scheme,
        /// SIP-Number-Auth-Items.
        count: u32,
        /// SIP-Authorization after a synchronisation failure.
        resynchronisation: Option<(Rand, Auts)>,
    },
    /// Server-Assignment-Request; its outcome comes back as [`super::Input::Assigned`].
    Sar {
        /// Public-Identity values: one, or those to be de-registered.
        impus: Vec<Impu>,
        /// Server-Assignment-Type.
        assignment: ServerAssignmentType,
        /// User-Data-Already-Available.
        has_profile: bool,
    },
}

/// 401 (Unauthorized) with WWW-Authenticate (TS 24.229 5.4.1.2.1). Its print has no keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// realm.
    pub realm: String,
    /// nonce: of AKA base64 of RAND, AUTN and server data.
    pub nonce: String,
    /// algorithm.
    pub algorithm: DigestAlgorithm,
    /// ck and ik for the P-CSCF, of AKA.
    pub keys: Option<(Ck, Ik)>,
    /// qop: "auth", or both; of AKA as the policy says.
    pub qop: Option<Qop>,
    /// stale: the answer was right, or might have been, for a nonce that is over.
    pub stale: bool,
    /// opaque, of SIP Digest.
    pub opaque: Option<String>,
}

/// qop-options of a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Qop {
    /// "auth".
    Auth,
    /// "auth,auth-int".
    AuthOrAuthInt,
}

impl Qop {
    /// The list, without quotes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::AuthOrAuthInt => "auth,auth-int",
        }
    }
}

/// Authentication-Info of a 200 to SIP Digest (RFC 7616 3.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthenticationInfo {
    /// rspauth.
    pub rspauth: String,
    /// qop that was used.
    pub qop: &'static str,
    /// cnonce, repeated.
    pub cnonce: String,
    /// nc, repeated.
    pub nonce_count: u32,
}

/// 200 (OK) to a REGISTER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Each contact that is bound now to the public identity and what is left of it as the UE is told, seconds.
    pub contacts: Vec<(Binding, u32)>,
    /// P-Associated-URI: the identities of the set that are not barred, the default one first.
    pub associated: Vec<Impu>,
    /// Whether anything is registered: a de-registration has neither Service-Route nor P-Associated-URI.
    pub registered: bool,
    /// Path of the request, repeated (RFC 3327 5.3).
    pub path: Vec<String>,
    /// Authentication-Info.
    pub info: Option<AuthenticationInfo>,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The status code.
    pub status: u16,
    /// Why.
    pub cause: RefusalCause,
    /// Min-Expires of a 423, seconds.
    pub min_expires: Option<u32>,
    /// Retry-After, seconds.
    pub retry_after: Option<u32>,
}

/// Why a REGISTER was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefusalCause {
    /// It contradicts itself: `*` with a lifetime, no call.
    BadRequest,
    /// The lifetime is too short.
    IntervalTooBrief,
    /// The response is not the expected one.
    WrongResponse,
    /// The UE did not take the network for its home: an empty response.
    NetworkRefused,
    /// Out of step again and again.
    OutOfStep,
    /// Answers to challenges that were not out, again and again.
    StaleAnswers,
    /// Too many contacts.
    TooManyContacts,
    /// No identity of the set may be used.
    Barred,
    /// Older than what was taken before (RFC 3261 10.3).
    OutOfOrder,
    /// Too many wait already.
    Overload,
    /// The HSS refused, or did not answer.
    Hss(super::CxFailure),
    /// Its registration was ended while it was handled.
    Superseded,
}

/// What a REGISTER is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// 401.
    Challenge(Box<Challenge>),
    /// 200.
    Accepted(Box<Accepted>),
    /// Another final response.
    Refused(Refusal),
}

/// What a session wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// A request to the HSS.
    Cx(Box<CxRequest>),
    /// The final response to a REGISTER.
    Reply {
        /// Which.
        to: RegisterId,
        /// What.
        reply: Reply,
    },
    /// What is durable has changed: it comes before the reply that acknowledges it.
    Changed,
    /// Something that others act on: subscribers, application servers, the operator.
    Event(Event),
}

/// A length of time in whole seconds, rounded up.
pub(super) fn seconds(duration: Duration) -> u32 {
    let up = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(up).unwrap_or(u32::MAX)
}
