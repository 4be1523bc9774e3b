//! What a UE wants done.

use super::{Timer, Unanswered};
use crate::agreement::Unacceptable;
use quintet_crypto::Rand;
use quintet_esp::SaCommand;
use std::net::SocketAddr;
use std::time::Duration;

/// A procedure that the UE begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Procedure {
    /// Initial registration (TS 24.229 5.1.1.2).
    Registration,
    /// Re-registration (TS 24.229 5.1.1.4).
    ReRegistration,
    /// De-registration (TS 24.229 5.1.1.6).
    Deregistration,
}

/// Which way a REGISTER goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    /// The UE's address it is sent from: its port is the protected client port, or that of nothing protected.
    pub local: SocketAddr,
    /// The P-CSCF's.
    pub remote: SocketAddr,
    /// Where the UE hears: sent-by of Via; its protected server port, or that of nothing protected.
    pub heard_at: SocketAddr,
    /// Whether security associations protect it.
    pub protected: bool,
}

/// Authorization (RFC 7616 3.4, RFC 3310 3). Absent values are `None`; an empty one is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization {
    /// `username`: the IMPI.
    pub username: String,
    /// `realm`.
    pub realm: String,
    /// `nonce`: empty before the first challenge.
    pub nonce: String,
    /// `uri`.
    pub uri: String,
    /// `response`: empty before the first challenge and in a failure.
    pub response: String,
    /// `algorithm`.
    pub algorithm: Option<String>,
    /// `opaque`.
    pub opaque: Option<String>,
    /// `qop`, and with it `nc` and `cnonce`.
    pub qop: Option<Qop>,
    /// `auts`, base64.
    pub auts: Option<String>,
}

/// `qop` of an answer, and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Qop {
    /// `auth` or `auth-int`.
    pub value: &'static str,
    /// `nc`.
    pub nonce_count: u32,
    /// `cnonce`.
    pub cnonce: String,
}

/// A REGISTER, without what is the transaction's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// What it is for.
    pub procedure: Procedure,
    /// Which way it goes.
    pub way: Way,
    /// Request-URI.
    pub registrar: String,
    /// From and To.
    pub impu: String,
    /// `tag` of From.
    pub tag: String,
    /// Call-ID.
    pub call_id: String,
    /// CSeq.
    pub cseq: u32,
    /// The hostport of Contact: where the UE will be heard.
    pub contact: SocketAddr,
    /// `+sip.instance` of Contact, an URN.
    pub instance: Option<String>,
    /// Expires, in seconds.
    pub expires_s: u32,
    /// Authorization.
    pub authorization: Authorization,
    /// Security-Client; with it go Require and Proxy-Require: sec-agree.
    pub security_client: Option<String>,
    /// Security-Verify.
    pub security_verify: Option<String>,
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A final response that allows no other try.
    Refused(u16),
    /// A final response that allows one, later.
    Unavailable(u16),
    /// No response.
    Unanswered(Unanswered),
    /// The card answered, or was to, and its time was over (reg-await-auth).
    Expired(Timer),
    /// Two challenges in a row were invalid (TS 24.229 5.1.1.5.3), the last one by its MAC.
    MacFailure,
    /// As before, the last one by its SQN.
    SynchFailure,
    /// Challenges without end.
    ChallengeLoop,
    /// The challenge's algorithm is none that may be answered.
    Algorithm,
    /// The challenge cannot be read: no nonce of RAND and AUTN.
    Malformed,
    /// Security-Server is missing, or nothing in it answers the UE's own offer (TS 33.203 7.3.2.2).
    SecurityServer(Unacceptable),
    /// The P-CSCF wants sec-agree, and has nothing that the UE can do (494, 421).
    SecurityAgreement,
    /// The user wanted something else.
    Superseded,
    /// The registrar says it is done and does not list the UE's contact.
    NotBound,
    /// The registrar says it is done and has not proved whose it is: there was no challenge.
    NotChallenged,
}

/// How a registration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Departure {
    /// The UE de-registered, and the network agreed.
    Accepted,
    /// It de-registered, and the network did not answer, or refused.
    Unconfirmed,
    /// The network ended it.
    ByNetwork {
        /// It may come back at once (`deactivated`), or after a while (`probation`).
        reregister: bool,
    },
    /// Its time was over.
    Expired,
}

/// What became of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Registered.
    Registered {
        /// For the first time since it was not.
        initial: bool,
        /// For how long, in seconds.
        expires_s: u32,
        /// Whether there are security associations.
        protected: bool,
    },
    /// The registration has ended.
    Deregistered(Departure),
    /// The UE was challenged, and answers.
    Answered,
    /// The UE was challenged by somebody that does not know K, and says so.
    MacFailure,
    /// The UE was challenged with a number that is not fresh, and says so.
    SynchFailure,
    /// The challenge carried CK or IK in the clear.
    KeysLeaked,
    /// The expiry was too brief, and is asked for again.
    TooBrief {
        /// Min-Expires, in seconds.
        min_expires_s: u32,
    },
    /// An attempt failed.
    Failed {
        /// At what.
        procedure: Procedure,
        /// Why.
        why: Failure,
        /// When it is tried again, if it is.
        again: Option<Duration>,
    },
    /// What was wanted was not begun: there is nothing to be de-registered.
    NotRegistered,
}

/// What a UE wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// A REGISTER, in a transaction of its own.
    Register(Box<Register>),
    /// A challenge for the card; its answer comes back as [`super::Input::Challenged`].
    Challenge {
        /// RAND.
        rand: Rand,
        /// AUTN.
        autn: [u8; 16],
    },
    /// For whoever holds security associations.
    Sa(SaCommand),
    /// SUBSCRIBE to the reg event package, anew or to refresh it, for so many seconds.
    Subscribe {
        /// Expires.
        expires_s: u32,
    },
    /// What became of something.
    Event(Event),
}
