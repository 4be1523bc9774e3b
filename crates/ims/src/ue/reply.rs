//! What of a response to REGISTER counts for the UE.

use std::net::IpAddr;
use std::time::Duration;

/// A challenge of WWW-Authenticate (RFC 7616 3.3, RFC 3310 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// `realm`.
    pub realm: String,
    /// `nonce`.
    pub nonce: String,
    /// `algorithm`; empty without: MD5.
    pub algorithm: String,
    /// `opaque`.
    pub opaque: Option<String>,
    /// Whether there is a `qop`, and those of its values that are known: `auth`, `auth-int`.
    pub has_qop: bool,
    /// See there.
    pub qop: Vec<String>,
    /// `stale`.
    pub stale: bool,
}

/// A final response to REGISTER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Digest challenges of WWW-Authenticate, in their order.
    pub challenges: Vec<Challenge>,
    /// `received` of Via: the UE's address as the P-CSCF sees it, where that is another (TS 24.229 F.2.1.2).
    pub received: Option<IpAddr>,
    /// Whether a challenge carries `ck` or `ik`, which no P-CSCF lets through.
    pub leaks_keys: bool,
    /// Security-Server, each value as it stands.
    pub security_server: Vec<String>,
    /// What the registrar grants to the UE's own contact, in seconds; `None` if it does not list it.
    pub expires_s: Option<u32>,
    /// Min-Expires, in seconds.
    pub min_expires_s: Option<u32>,
    /// Retry-After.
    pub retry_after: Option<Duration>,
    /// Service-Route, each value as it stands.
    pub service_route: Vec<String>,
    /// P-Associated-URI: each URI.
    pub associated: Vec<String>,
}
