//! What the table looks at in a message.

use quintet_crypto::Direction;

/// The nonce of a challenge, by a fingerprint: the table only asks whether two are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Nonce(pub u64);

impl Nonce {
    /// Of the octets of the header's parameter, as they are on the wire (FNV-1a).
    #[must_use]
    pub const fn of(octets: &[u8]) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut rest = octets;
        while let [octet, tail @ ..] = rest {
            hash = (hash ^ *octet as u64).wrapping_mul(0x0100_0000_01b3);
            rest = tail;
        }
        Self(hash)
    }
}

/// How the registrar authenticates (TS 33.203 6.1, annex N).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// IMS AKA: a nonce of RAND and AUTN (RFC 3310).
    Aka,
    /// SIP Digest: a password (RFC 7616).
    Digest,
}

/// Which security associations a message came through (TS 33.203 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// An observer cannot tell, for it sees another hop.
    Unknown,
    /// None.
    None,
    /// Those of an earlier registration.
    Established,
    /// Those that the challenge under way set up.
    New,
}

/// What a REGISTER is for (TS 24.229 5.1.1.2, 5.1.1.4, 5.1.1.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// To register, or to refresh.
    Registration,
    /// With an expiry of 0.
    Deregistration,
}

/// What the Authorization header of a REGISTER brings (TS 24.229 5.1.1.2.2, 5.1.1.5, RFC 3310 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// No header, or one with an empty nonce: SM1.
    None,
    /// A response over this nonce: SM7; or the last one again, in a re-registration.
    Response {
        /// The nonce.
        nonce: Nonce,
    },
    /// An empty response to this nonce and no AUTS: the MAC of AUTN is wrong (TS 33.203 6.1.2.2).
    Empty {
        /// The nonce.
        nonce: Nonce,
    },
    /// AUTS for this nonce: its SQN is out of range (TS 33.203 6.1.3).
    Auts {
        /// The nonce.
        nonce: Nonce,
    },
}

/// The Security-Verify header of a REGISTER (RFC 3329 2.3.1, TS 33.203 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Not there.
    Missing,
    /// There, and not the list of Security-Server.
    Differs,
    /// There; the list of Security-Server, or an observer cannot tell.
    Same,
}

/// A REGISTER.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register {
    /// What for.
    pub purpose: Purpose,
    /// What it brings.
    pub credentials: Credentials,
    /// Through which associations.
    pub protection: Protection,
    /// Whether Security-Client is there.
    pub client: bool,
    /// Security-Verify.
    pub verify: Verify,
}

impl Register {
    /// SM1 with Security-Client, outside associations.
    pub const INITIAL: Self = Self {
        purpose: Purpose::Registration,
        credentials: Credentials::None,
        protection: Protection::None,
        client: true,
        verify: Verify::Missing,
    };
}

/// What the table depends on in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// REGISTER: SM1, SM7.
    Register(Register),
    /// 401 or 407 with a challenge: SM6.
    Challenge {
        /// The nonce.
        nonce: Nonce,
        /// How.
        method: Method,
        /// Whether Security-Server is there: associations are set up.
        server: bool,
    },
    /// 2xx to REGISTER: SM12.
    Ok {
        /// The longest expiry of the UE's contacts, in seconds; 0 if none is left; `None` if it says nothing.
        expires: Option<u32>,
    },
    /// 3xx to 6xx to REGISTER, without a challenge.
    Reject {
        /// Status code.
        status: u16,
    },
    /// NOTIFY of the registration's end by the network (TS 24.229 5.1.1.7, RFC 3680).
    NetworkDeregistration,
    /// A request other than REGISTER that begins a dialog or stands alone, from the UE or towards it.
    Request {
        /// Through which associations.
        protection: Protection,
    },
}

/// One message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// From the UE, or towards it.
    pub direction: Direction,
    /// What it is.
    pub message: Message,
}

impl Message {
    /// A name for it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Register(register) => match (register.credentials, register.purpose) {
                (Credentials::None, Purpose::Registration) => "REGISTER",
                (Credentials::None, Purpose::Deregistration) => "REGISTER with an expiry of 0",
                (Credentials::Response { .. }, _) => "REGISTER with a response",
                (Credentials::Empty { .. }, _) => "REGISTER with an empty response",
                (Credentials::Auts { .. }, _) => "REGISTER with AUTS",
            },
            Self::Challenge { .. } => "a challenge",
            Self::Ok { .. } => "200 OK",
            Self::Reject { .. } => "a rejection",
            Self::NetworkDeregistration => "NOTIFY of the registration's end",
            Self::Request { .. } => "a request",
        }
    }

    /// The only direction the message has; `None` if it has both.
    #[must_use]
    pub const fn direction(&self) -> Option<Direction> {
        match self {
            Self::Register(_) => Some(Direction::Uplink),
            Self::Request { .. } => None,
            _ => Some(Direction::Downlink),
        }
    }
}
