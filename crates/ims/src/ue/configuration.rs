//! What the UEs of a kind have in common.

use crate::agreement::UePolicy;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Registration expiry that a UE asks for (TS 24.229 5.1.1.2.1: 600 000 s).
pub const DEFAULT_EXPIRES_S: u32 = 600_000;

/// Challenges in a row that a UE takes for invalid before it gives an attempt up (TS 24.229 5.1.1.5.3: two).
pub const MAX_INVALID_CHALLENGES: u8 = 2;

/// Challenges of any kind that one attempt answers: an invalid one or two, the one that is right, and one because the
/// nonce was stale. A network that goes on is in a loop.
pub const MAX_CHALLENGES: u8 = 5;

/// How often one attempt takes a Min-Expires for an answer (RFC 3261 10.2.8): a registrar that asks for more each time is
/// in a loop.
pub const MAX_EXPIRES_CORRECTIONS: u8 = 2;

/// Longest Retry-After that a UE obeys (RFC 3261 20.33 has no bound): a day.
pub const MAX_RETRY_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// How a UE protects what it says to the P-CSCF, and how it proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// IMS AKA with IPsec (TS 33.203 6.1, 7), and what is offered.
    Ipsec(UePolicy),
    /// IMS AKA without security associations: what a network may allow in its own access (TS 33.203 Annex P, T).
    AkaAlone,
    /// SIP Digest without security associations (TS 33.203 Annex N): the password of the IMPI.
    SipDigest(Password),
}

/// A password of SIP Digest: redacted when printed, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Vec<u8>);

impl Password {
    /// Of these octets.
    #[must_use]
    pub fn new(octets: impl Into<Vec<u8>>) -> Self {
        Self(octets.into())
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Password {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

/// The UE's durations (TS 24.229 5.1.1, 7.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerValues {
    /// reg-await-auth: how long a temporary set of security associations lives (TS 24.229 7.8: 4 min).
    pub reg_await_auth: Duration,
    /// base-time of RFC 5626 4.5 while another registration works: 90 s.
    pub base_time: Duration,
    /// base-time where none does: 30 s.
    pub base_time_all_failed: Duration,
    /// max-time of RFC 5626 4.5: 1 800 s.
    pub max_time: Duration,
    /// A registration longer than twice this is refreshed so long before its end, others at half (TS 24.229 5.1.1.4.1:
    /// 600 s).
    pub refresh_ahead: Duration,
}

impl Default for TimerValues {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            reg_await_auth: s(240),
            base_time: s(90),
            base_time_all_failed: s(30),
            max_time: s(1_800),
            refresh_ahead: s(600),
        }
    }
}

/// What the UEs of a kind have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The P-CSCF, where nothing is protected: 5060 in most networks.
    pub pcscf: SocketAddr,
    /// The UE's port for what is not protected.
    pub port: u16,
    /// The protected server port, port-s of Security-Client, the same as long as anything is registered.
    pub server_port: u16,
    /// Protected client ports, port-c, another for each set (TS 33.203 7.4).
    pub client_ports: RangeInclusive<u16>,
    /// How it protects and authenticates.
    pub security: Security,
    /// Expiry that it asks for, in seconds.
    pub expires_s: u32,
    /// Whether it subscribes to its registration state (TS 24.229 5.1.1.3).
    pub subscribes: bool,
    /// Whether it goes on by itself: attempts after a failure, re-registration, the registration that the network asks for.
    /// Without, every attempt is the only one.
    pub automatic: bool,
    /// Timers.
    pub timers: TimerValues,
}
