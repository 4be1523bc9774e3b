//! What the operator decides.

use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_identity::fgs::{Guami, Tai};
use quintet_identity::{Apn, SNssai};
use std::time::Duration;

/// Random octets, from the runtime.
pub trait Entropy {
    /// Fills `to`.
    fn fill(&mut self, to: &mut [u8]);
}

/// When a security context that still works is replaced by a new primary authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReauthenticationPolicy {
    /// After so many initial messages (every N); 1 is each time, `None` never for this reason.
    pub every: Option<u32>,
    /// When the authentication is older than this (every T).
    pub after: Option<Duration>,
}

/// The network's timers (TS 24.501 10.2) and how often each message is sent at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// T3522, for DEREGISTRATION REQUEST.
    pub t3522: Duration,
    /// T3550, for REGISTRATION ACCEPT.
    pub t3550: Duration,
    /// T3555, for CONFIGURATION UPDATE COMMAND.
    pub t3555: Duration,
    /// T3560, for AUTHENTICATION REQUEST and SECURITY MODE COMMAND.
    pub t3560: Duration,
    /// T3570, for IDENTITY REQUEST.
    pub t3570: Duration,
    /// T3512, told to the UE: its periodic update. What GPRS timer 3 cannot tell is told shorter.
    pub t3512: Duration,
    /// T3502, told to the UE: how long it rests after too many failures; the specification's 12 minutes without.
    pub t3502: Option<Duration>,
    /// How often a message is sent again: 4 (TS 24.501 10.2), five times in all.
    pub retransmissions: u8,
}

impl Default for Timers {
    /// The specification's values (TS 24.501 table 10.2.2), and T3512 of an hour: GPRS timer 3 cannot tell the 54 minutes
    /// that a UE takes if it is told nothing.
    fn default() -> Self {
        Self {
            t3522: Duration::from_secs(6),
            t3550: Duration::from_secs(6),
            t3555: Duration::from_secs(6),
            t3560: Duration::from_secs(6),
            t3570: Duration::from_secs(6),
            t3512: Duration::from_secs(60 * 60),
            t3502: None,
            retransmissions: 4,
        }
    }
}

/// The algorithms of one kind, the preferred first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlgorithmLists {
    /// Integrity algorithms. The null algorithm has no place here.
    pub integrity: Vec<IntegrityAlgorithm>,
    /// Ciphering algorithms.
    pub ciphering: Vec<CipheringAlgorithm>,
}

/// The operator's decisions.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The AMF's name: which GUTIs are its own, and the PLMN it serves.
    pub guami: Guami,
    /// The tracking areas served; the TAI list of a UE are those of its PLMN and its own (TS 24.501 9.11.3.9: 16 at most).
    pub tracking_areas: Vec<Tai>,
    /// The slices served. Of what is subscribed a UE gets these only.
    pub slices: Vec<SNssai>,
    /// NIA and NEA.
    pub algorithms: AlgorithmLists,
    /// EIA and EEA that a UE is told for S1 mode, if it has any (TS 24.501 5.4.2.2); `None` where there is no
    /// interworking.
    pub eps_algorithms: Option<AlgorithmLists>,
    /// Whether emergency services are there.
    pub emergency: bool,
    /// Whether an emergency call may do without authentication, under NIA0 (TS 33.501 10.2.2).
    pub unauthenticated_emergency: bool,
    /// When a new primary authentication is due although a context exists.
    pub reauthentication: ReauthenticationPolicy,
    /// Whether a mobility registration update under a context that holds is given a KAMF derived from it
    /// (TS 33.501 6.9.3; TS 24.501 5.4.2.2).
    pub change_k_amf_on_mobility: bool,
    /// Whether SECURITY MODE COMMAND asks for the IMEISV.
    pub request_imeisv: bool,
    /// Whether messages are reported, as [`super::Event::Message`]; phases always are.
    pub events: bool,
    /// Timers.
    pub timers: Timers,
    /// Whether N1 SM messages go to an SMF; if not they come back to the UE with 5GMM cause #90.
    pub smf: bool,
    /// The DNN of emergency services, if they have one of their own.
    pub emergency_dnn: Option<Apn>,
    /// Full and short network name for CONFIGURATION UPDATE COMMAND; none is told without.
    pub network_name: Option<String>,
    /// Quarters of an hour east of Greenwich, summer time included, with which a UE is told the time; it is not told
    /// without.
    pub time_zone: Option<i8>,
}
