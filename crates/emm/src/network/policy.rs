//! What the operator decides.

use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_identity::{Plmn, Tai};
use std::time::Duration;

/// Random octets, from the runtime.
pub trait Entropy {
    /// Fills `to`.
    fn fill(&mut self, to: &mut [u8]);
}

/// When a security context that still works is replaced by a new AKA (TS 33.401 7.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReauthenticationPolicy {
    /// After so many initial messages (every N); 1 is each time, `None` never for this reason.
    pub every: Option<u32>,
    /// When the AKA is older than this (every T).
    pub after: Option<Duration>,
}

/// The network's timers (TS 24.301 10.2) and how often each message is sent at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// T3422, for DETACH REQUEST.
    pub t3422: Duration,
    /// T3450, for ATTACH ACCEPT, TRACKING AREA UPDATE ACCEPT and GUTI REALLOCATION COMMAND.
    pub t3450: Duration,
    /// T3460, for AUTHENTICATION REQUEST and SECURITY MODE COMMAND.
    pub t3460: Duration,
    /// T3470, for IDENTITY REQUEST.
    pub t3470: Duration,
    /// T3485, for ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST sent on its own; T3489 for ESM INFORMATION REQUEST.
    pub t3489: Duration,
    /// T3412, told to the UE: its periodic update.
    pub t3412: Duration,
    /// How often a message is sent again: 4 (TS 24.301 10.2), five times in all.
    pub retransmissions: u8,
}

impl Default for Timers {
    /// The specification's values (TS 24.301 tables 10.2.2 and 10.3.2), and T3412 of 54 minutes.
    fn default() -> Self {
        Self {
            t3422: Duration::from_secs(6),
            t3450: Duration::from_secs(6),
            t3460: Duration::from_secs(6),
            t3470: Duration::from_secs(6),
            t3489: Duration::from_secs(4),
            t3412: Duration::from_secs(54 * 60),
            retransmissions: 4,
        }
    }
}

/// The operator's decisions.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The PLMN served: SN id of vectors.
    pub plmn: Plmn,
    /// The tracking areas served; the TAI list of a UE are those of its PLMN and its own (TS 24.301 9.9.3.33: 16 at most).
    pub tracking_areas: Vec<Tai>,
    /// Integrity algorithms, the preferred first. EIA0 has no place here.
    pub integrity: Vec<IntegrityAlgorithm>,
    /// Ciphering algorithms, the preferred first.
    pub ciphering: Vec<CipheringAlgorithm>,
    /// Whether an emergency call may do without authentication, under EIA0 (TS 33.401 15.2.2).
    pub unauthenticated_emergency: bool,
    /// The APN of emergency bearer services.
    pub emergency_apn: Option<quintet_identity::Apn>,
    /// When a new AKA is due although a context exists.
    pub reauthentication: ReauthenticationPolicy,
    /// Vectors asked for at once.
    pub vectors_at_once: u8,
    /// Whether SECURITY MODE COMMAND asks for the IMEISV.
    pub request_imeisv: bool,
    /// Whether messages are reported, as [`super::Event::Message`]; phases always are.
    pub events: bool,
    /// Timers.
    pub timers: Timers,
    /// IPv4 addresses for default bearers without a static one: first address and prefix length.
    pub address_pool: ([u8; 4], u8),
    /// The DNS server that a UE is told if it asks (TS 24.008 10.5.6.3).
    pub dns: Option<[u8; 4]>,
    /// Full and short network name for EMM INFORMATION; none is sent without.
    pub network_name: Option<String>,
}
