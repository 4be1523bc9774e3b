//! One SIP message as it passed at one hop.

use quintet_capture::Seen;
use quintet_crypto::{Ck, Ik};
use std::net::SocketAddr;

/// A SIP message at one hop.
#[derive(Clone, Debug)]
pub(crate) struct Sighting {
    pub(crate) seen: Seen,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    /// The SPI of the packet that carried it.
    pub(crate) spi: Option<u32>,
    /// Which leg of its way, from 1 at the UE; what a leg is, the attempt knows.
    pub(crate) hop: u8,
    pub(crate) call_id: String,
    pub(crate) cseq: u32,
    /// The branch of the topmost Via.
    pub(crate) branch: String,
    /// How many values Via has.
    pub(crate) vias: u8,
    /// Whether associations of a challenge of this attempt carried it.
    pub(crate) fresh: bool,
    /// Whether the same passed here before.
    pub(crate) repeated: bool,
    pub(crate) kind: Kind,
    /// Why it may not come here, as the path has it.
    pub(crate) violation: Option<quintet_ims::Violation>,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// REGISTER.
    Register(Box<Register>),
    /// An answer to REGISTER.
    Response(Box<Response>),
    /// A request or response of another method that belongs to the registration's tale.
    Other {
        /// `INVITE`, or `480 INVITE`.
        name: String,
        /// Its status, of a response.
        status: Option<u16>,
    },
}

/// What counts in a REGISTER.
#[derive(Clone, Debug, Default)]
pub(crate) struct Register {
    pub(crate) impu: Option<String>,
    /// Of the Request-URI.
    pub(crate) domain: String,
    pub(crate) expires: Option<u32>,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) client: Vec<Mechanism>,
    pub(crate) verify: Vec<Mechanism>,
}

/// What counts in an answer to REGISTER.
#[derive(Clone, Debug, Default)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) reason: String,
    /// What Reason, Warning or Error-Info adds.
    pub(crate) warning: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) server: Vec<Mechanism>,
    pub(crate) expires: Option<u32>,
    pub(crate) min_expires: Option<u32>,
}

/// Credentials of Digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) username: String,
    pub(crate) realm: String,
    pub(crate) nonce: String,
    pub(crate) uri: String,
    pub(crate) response: String,
    pub(crate) algorithm: Option<String>,
    pub(crate) cnonce: Option<String>,
    pub(crate) nc: Option<String>,
    pub(crate) qop: Option<String>,
    /// AUTS, out of base64; `Some` of what is none has no octets.
    pub(crate) auts: Option<Vec<u8>>,
    pub(crate) integrity_protected: Option<String>,
    /// The request's body, for auth-int.
    pub(crate) body: Vec<u8>,
}

/// A challenge of Digest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Challenge {
    pub(crate) nonce: String,
    pub(crate) algorithm: Option<String>,
    pub(crate) ck: Option<Ck>,
    pub(crate) ik: Option<Ik>,
    /// RAND and AUTN, if the nonce has room for them.
    pub(crate) token: Option<([u8; 16], [u8; 16])>,
}

/// One value of Security-Client, -Server or -Verify.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mechanism {
    pub(crate) name: String,
    pub(crate) alg: Option<String>,
    pub(crate) ealg: Option<String>,
    pub(crate) mode: Option<String>,
    pub(crate) spi_c: Option<u32>,
    pub(crate) spi_s: Option<u32>,
    pub(crate) port_c: Option<u16>,
    pub(crate) port_s: Option<u16>,
    pub(crate) q: Option<u16>,
    /// Its letters without white space, its parameters in order of their names.
    pub(crate) letters: String,
}

impl Mechanism {
    /// Whether it is `ipsec-3gpp`.
    pub(crate) fn is_ipsec(&self) -> bool {
        self.name.eq_ignore_ascii_case("ipsec-3gpp")
    }

    /// Integrity and encryption, as named; the defaults of TS 33.203 Annex H.
    pub(crate) fn algorithms(&self) -> (&str, &str) {
        (
            self.alg.as_deref().unwrap_or_default(),
            self.ealg.as_deref().unwrap_or("null"),
        )
    }
}

impl Challenge {
    /// Whether it asks for AKA by its algorithm.
    pub(crate) fn is_aka(&self) -> bool {
        self.algorithm
            .as_deref()
            .is_some_and(|name| name.len() > 4 && name.as_bytes()[..4].eq_ignore_ascii_case(b"AKAv"))
    }
}

impl Credentials {
    /// Whether they answer a challenge at all: SM1 has an empty nonce and an empty response.
    pub(crate) fn answers(&self) -> bool {
        !self.nonce.is_empty()
    }

    /// Whether they bring a response.
    pub(crate) fn has_response(&self) -> bool {
        self.answers() && !self.response.is_empty() && self.auts.is_none()
    }
}

impl Sighting {
    /// The REGISTER.
    pub(crate) fn register(&self) -> Option<&Register> {
        match &self.kind {
            Kind::Register(register) => Some(register),
            _ => None,
        }
    }

    /// The answer to REGISTER.
    pub(crate) fn response(&self) -> Option<&Response> {
        match &self.kind {
            Kind::Response(response) => Some(response),
            _ => None,
        }
    }

    /// The credentials, if they answer a challenge.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        self.register()?
            .credentials
            .as_ref()
            .filter(|credentials| credentials.answers())
    }

    /// The challenge.
    pub(crate) fn challenge(&self) -> Option<&Challenge> {
        self.response()?.challenge.as_ref()
    }

    /// Whether it is a final answer to REGISTER, and no challenge.
    pub(crate) fn is_final(&self) -> bool {
        self.response()
            .is_some_and(|response| response.status >= 200 && response.challenge.is_none())
    }
}

impl Register {
    /// Whether it asks to be registered no longer.
    pub(crate) fn deregisters(&self) -> bool {
        self.expires == Some(0)
    }

    /// Whether the network is one of IMS, by what the UE says: its domain is a 3GPP one, or it offers IPsec.
    pub(crate) fn is_of_ims(&self) -> bool {
        self.domain.contains("3gppnetwork.org") || self.client.iter().any(Mechanism::is_ipsec)
    }
}
