//! What happens to a session.

use super::vector::AuthenticationItem;
use quintet_crypto::Auts;
use quintet_cx::ReasonCode;
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impu;
use std::sync::Arc;
use std::time::Duration;

/// Which REGISTER: a number of the node's, given back with the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegisterId(pub u64);

/// "integrity-protected" of the Authorization header field (TS 24.229 7.2A.2, TS 33.203 6.1.5): what the P-CSCF vouches for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IntegrityProtected {
    /// Not there: a P-CSCF that knows no security association for this access.
    #[default]
    Absent,
    /// "no": outside of a security association, and one is being set up.
    No,
    /// "yes": through a security association.
    Yes,
    /// "tls-pending": over TLS, the user not authenticated.
    TlsPending,
    /// "tls-yes": over a TLS session that is bound to the user.
    TlsYes,
    /// "ip-assoc-pending": the address is bound to no user yet.
    IpAssocPending,
    /// "ip-assoc-yes": from the address that is bound to the user.
    IpAssocYes,
    /// "auth-done": authenticated by the network that sends it.
    AuthDone,
}

impl IntegrityProtected {
    /// Reads the parameter's value; `None` for one that the specification does not have.
    #[must_use]
    pub fn parse(value: &str) -> Option<Self> {
        Some(match value {
            "no" => Self::No,
            "yes" => Self::Yes,
            "tls-pending" => Self::TlsPending,
            "tls-yes" => Self::TlsYes,
            "ip-assoc-pending" => Self::IpAssocPending,
            "ip-assoc-yes" => Self::IpAssocYes,
            "auth-done" => Self::AuthDone,
            _ => return None,
        })
    }

    /// Whether the P-CSCF says that the request comes from the user who authenticated before.
    #[must_use]
    pub const fn is_protected(self) -> bool {
        matches!(self, Self::Yes | Self::TlsYes | Self::IpAssocYes | Self::AuthDone)
    }

    /// Whether the access is one of IMS AKA with IPsec (TS 24.229 5.2.2.2).
    #[must_use]
    pub const fn is_ipsec(self) -> bool {
        matches!(self, Self::Yes | Self::No)
    }
}

/// The credentials of a REGISTER (RFC 7616 3.4, RFC 3310 3.3), unquoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// username: the IMPI.
    pub username: String,
    /// realm.
    pub realm: String,
    /// nonce; empty in an initial REGISTER.
    pub nonce: String,
    /// uri: the digest-URI.
    pub uri: String,
    /// response: hexadecimal; empty where the UE has none.
    pub response: String,
    /// algorithm.
    pub algorithm: Option<String>,
    /// cnonce.
    pub cnonce: Option<String>,
    /// nc.
    pub nonce_count: Option<u32>,
    /// qop.
    pub qop: Option<String>,
    /// auts, decoded; `Some(None)` if what is there is no AUTS.
    pub auts: Option<Option<Auts>>,
}

/// One contact address of a REGISTER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The URI.
    pub uri: String,
    /// expires, seconds.
    pub expires: Option<u32>,
    /// q, thousandths.
    pub q: Option<u16>,
    /// +sip.instance, with its angle brackets.
    pub instance: Option<String>,
    /// reg-id (RFC 5626 4.2).
    pub reg_id: Option<u32>,
    /// Whether its URI has the "sos" parameter: an emergency registration (TS 24.229 5.1.6.2).
    pub emergency: bool,
    /// The other parameters as they stand, each with its semicolon: feature tags.
    pub parameters: String,
}

/// The contacts of a REGISTER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactSet {
    /// `*`: all of them, which only Expires 0 may go with.
    All,
    /// These; none asks which there are.
    These(Vec<Contact>),
}

/// A REGISTER, as far as the procedure looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Which one.
    pub id: RegisterId,
    /// The public identity of To.
    pub impu: Impu,
    /// Contact.
    pub contacts: ContactSet,
    /// Expires, seconds.
    pub expires: Option<u32>,
    /// Path: values in order, topmost first.
    pub path: Vec<String>,
    /// Call-ID.
    pub call_id: String,
    /// CSeq's number.
    pub cseq: u32,
    /// Authorization.
    pub authorization: Option<Authorization>,
    /// What the P-CSCF says of the protection.
    pub protection: IntegrityProtected,
    /// P-Visited-Network-ID.
    pub visited_network: Option<String>,
    /// The body, for qop auth-int.
    pub body: Vec<u8>,
}

impl Register {
    /// Whether one of its contacts is an emergency registration's.
    #[must_use]
    pub fn is_emergency(&self) -> bool {
        matches!(&self.contacts, ContactSet::These(contacts) if contacts.iter().any(|contact| contact.emergency))
    }
}

/// Why Cx gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CxFailure {
    /// DIAMETER_ERROR_USER_UNKNOWN (5001).
    UserUnknown,
    /// DIAMETER_ERROR_IDENTITIES_DONT_MATCH (5002).
    IdentitiesDontMatch,
    /// DIAMETER_ERROR_IDENTITY_NOT_REGISTERED (5003).
    IdentityNotRegistered,
    /// DIAMETER_ERROR_ROAMING_NOT_ALLOWED (5004).
    RoamingNotAllowed,
    /// DIAMETER_ERROR_IDENTITY_ALREADY_REGISTERED (5005): another S-CSCF has it.
    IdentityAlreadyRegistered,
    /// DIAMETER_ERROR_AUTH_SCHEME_NOT_SUPPORTED (5006).
    AuthSchemeNotSupported,
    /// DIAMETER_ERROR_IN_ASSIGNMENT_TYPE (5007).
    InAssignmentType,
    /// DIAMETER_TOO_BUSY (3004): again later.
    TooBusy,
    /// DIAMETER_AUTHORIZATION_REJECTED (5003 of the base protocol).
    AuthorizationRejected,
    /// Another refusal: DIAMETER_UNABLE_TO_COMPLY and its like.
    Refused(u32),
    /// An answer that cannot be used.
    Unusable,
    /// No answer in time, or no way to the HSS.
    NoAnswer,
}

/// What a granting SAA says (TS 29.228 6.1.2).
#[derive(Clone, Debug, Default)]
pub struct Assigned {
    /// User-Data, where it was asked for.
    pub profile: Option<Arc<ImsSubscription>>,
    /// Whether identities of the set have other private identities that are registered too.
    pub shared: bool,
}

/// Why the network ends registrations without the HSS asking for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetworkReason {
    /// The user is asked to register anew.
    Deactivated,
    /// The user is not to come back.
    Rejected,
}

/// What happens to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// A REGISTER whose private identity is the session's.
    Register(Box<Register>),
    /// The answer to [`super::CxRequest::Mar`], in the order of use.
    Vectors(Result<Vec<AuthenticationItem>, CxFailure>),
    /// The answer to [`super::CxRequest::Sar`].
    Assigned(Result<Assigned, CxFailure>),
    /// RTR (TS 29.228 6.1.3): these public identities, or all if there is none.
    Terminate {
        /// Public-Identity values.
        impus: &'a [Impu],
        /// Reason-Code.
        reason: ReasonCode,
    },
    /// PPR (TS 29.228 6.2.2): the profile as it is now.
    Profile(Arc<ImsSubscription>),
    /// PPR: the password of SIP Digest changed (TS 29.228 6.2.2). The next challenge asks the HSS.
    CredentialsChanged,
    /// The operator wants the user authenticated anew, by these public identities, or by all if there is none: their registrations
    /// last so many seconds more, or less (TS 24.229 5.4.1.6).
    Reauthenticate {
        /// Public identities.
        impus: &'a [Impu],
        /// What is left of them, seconds.
        expires: u32,
    },
    /// The operator ends the registration of these public identities, or of all if there is none.
    Deregister {
        /// Public identities.
        impus: &'a [Impu],
        /// What the user is told.
        reason: NetworkReason,
    },
    /// The deadline of [`super::Session::poll_timeout`] has passed.
    Timeout,
}

/// When something happens: `now` for timers, `wall` for what must survive a restart.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// Since an epoch of the caller's, never backwards.
    pub now: Duration,
    /// Since the Unix epoch.
    pub wall: Duration,
}
