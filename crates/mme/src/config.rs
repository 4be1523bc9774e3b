//! What an MME is told of itself, and its limits.

use quintet_emm::network::Policy;
use quintet_identity::{Gummei, Plmn};
use std::net::IpAddr;
use std::time::Duration;

/// Configuration of an [`Mme`](crate::Mme).
#[derive(Clone, Debug)]
pub struct Config {
    /// MME Name (TS 36.413 9.2.3, 1 to 150 printable characters), told to eNBs.
    pub name: String,
    /// GUMMEI.
    pub gummei: Gummei,
    /// Relative MME Capacity, 0 to 255 (TS 36.413 9.2.3.17).
    pub relative_capacity: u8,
    /// EMM: algorithms, timers, tracking areas, re-authentication.
    pub policy: Policy,
    /// Where S6a requests go: any HSS of this realm, unless a host is given.
    pub hss_realm: String,
    /// The HSS.
    pub hss_host: Option<String>,
    /// How long an answer of the HSS may take.
    pub hss_timeout: Duration,
    /// The user plane's address in INITIAL CONTEXT SETUP REQUEST. There is no gateway behind it: signalling only.
    pub gateway: IpAddr,
    /// How long INITIAL CONTEXT SETUP may take (TS 36.413 leaves it open).
    pub context_setup_timeout: Duration,
    /// How long UE CONTEXT RELEASE may take before the MME forgets the connection by itself.
    pub release_timeout: Duration,
    /// How long a connection of a registered UE may be without any message before it is released; eNBs release earlier.
    pub inactivity_timeout: Duration,
    /// T3413: how long a paged UE has to answer (TS 24.301 5.6.2.2), and how often it is paged.
    pub t3413: Duration,
    /// How often a UE is paged at most.
    pub pages: u8,
    /// How much longer than T3412 an idle UE counts as reachable (TS 24.301 5.3.5: 4 minutes).
    pub mobile_reachable_margin: Duration,
    /// How long after that it is detached implicitly.
    pub implicit_detach: Duration,
    /// How long a detached UE's context is kept for its return; then the HSS gets a Purge-UE-Request.
    pub purge_after: Duration,
    /// The first connection of a UE has the identity after this one. Another one at each start: what eNBs still know of the
    /// former run is nobody's then, and attempts of two runs are told apart.
    pub last_connection: u32,
    /// Limits.
    pub limits: Limits,
}

/// What bounds an MME's memory; every one is reached by floods only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Contexts of UEs.
    pub contexts: usize,
    /// eNBs.
    pub enbs: usize,
    /// Connections of all eNBs.
    pub connections: usize,
    /// Connections of one eNB.
    pub connections_per_enb: usize,
    /// Connections of one eNB whose UE has not proved itself: half-open attaches. The newest is refused.
    pub unproven_per_enb: usize,
    /// Requests to the HSS without an answer.
    pub outstanding_requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            contexts: 2_000_000,
            enbs: 4_096,
            // A connection with an attach under way takes about 2 KiB.
            connections: 262_144,
            // eNB-UE-S1AP-ID has 24 bits, a cell a few hundred connected UEs; simulators have more.
            connections_per_enb: 65_536,
            unproven_per_enb: 16_384,
            outstanding_requests: 65_536,
        }
    }
}

impl Config {
    /// A configuration with the specification's timers.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        gummei: Gummei,
        policy: Policy,
        hss_realm: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            gummei,
            relative_capacity: 255,
            policy,
            hss_realm: hss_realm.into(),
            hss_host: None,
            hss_timeout: Duration::from_secs(5),
            gateway: IpAddr::from([127, 0, 0, 1]),
            context_setup_timeout: Duration::from_secs(10),
            release_timeout: Duration::from_secs(5),
            inactivity_timeout: Duration::from_secs(600),
            t3413: Duration::from_secs(2),
            pages: 3,
            mobile_reachable_margin: Duration::from_secs(240),
            implicit_detach: Duration::from_secs(240),
            purge_after: Duration::from_secs(24 * 3600),
            last_connection: 0,
            limits: Limits::default(),
        }
    }

    /// The PLMN served.
    #[must_use]
    pub fn plmn(&self) -> Plmn {
        self.policy.plmn
    }
}
