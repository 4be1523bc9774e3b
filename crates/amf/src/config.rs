//! What an AMF is told of itself and of the network functions it speaks to, and its limits.

use quintet_crypto::fgs::ServingNetworkName;
use quintet_fgmm::network::Policy;
use quintet_identity::Plmn;
use quintet_sbi::Target;
use std::time::Duration;

/// Configuration of an [`Amf`](crate::Amf).
#[derive(Clone, Debug)]
pub struct Config {
    /// AMF Name (TS 38.413 9.3.3.21, 1 to 150 printable characters), told to gNBs.
    pub name: String,
    /// Relative AMF Capacity, 0 to 255 (TS 38.413 9.3.1.32).
    pub relative_capacity: u8,
    /// GUAMI, algorithms, timers, tracking areas, slices, re-authentication.
    pub policy: Policy,
    /// The service based interfaces.
    pub sbi: SbiConfig,
    /// How long INITIAL CONTEXT SETUP may take (TS 38.413 leaves it open).
    pub context_setup_timeout: Duration,
    /// How long UE CONTEXT RELEASE may take before the AMF forgets the connection by itself.
    pub release_timeout: Duration,
    /// How long a connection of a registered UE may be without any message before it is released; gNBs release earlier.
    pub inactivity_timeout: Duration,
    /// T3513: how long a paged UE has to answer (TS 24.501 5.6.2.2, table 10.2.2).
    pub t3513: Duration,
    /// How often a UE is paged at most.
    pub pages: u8,
    /// How much longer than T3512 an idle UE counts as reachable (TS 24.501 5.3.7: 4 minutes).
    pub mobile_reachable_margin: Duration,
    /// How long after that it is deregistered implicitly.
    pub implicit_deregistration: Duration,
    /// How long a deregistered UE's context is kept for its return.
    pub purge_after: Duration,
    /// The first connection of a UE has the identity after this one. Another one at each start: what gNBs still know of the
    /// former run is nobody's then, and attempts of two runs are told apart.
    pub last_connection: u64,
    /// Limits.
    pub limits: Limits,
}

/// The service based interfaces of an AMF.
#[derive(Clone, Debug)]
pub struct SbiConfig {
    /// `amfInstanceId`: a UUID of this AMF's own (TS 29.571 5.3.2, NfInstanceId).
    pub nf_instance_id: String,
    /// Where other network functions reach this AMF: what its callback URIs begin with.
    pub own: Target,
    /// AUSFs, the preferred first; more may be discovered.
    pub ausf: Vec<Target>,
    /// UDMs.
    pub udm: Vec<Target>,
    /// SMFs. Without one there is no session management: see [`Policy::smf`].
    pub smf: Vec<Target>,
    /// How long a response may take.
    pub timeout: Duration,
    /// How often a request is repeated at most, at the next target, that found nobody (or, where that does no harm, no
    /// response).
    pub retries: u8,
}

impl SbiConfig {
    /// One AUSF and one UDM, 5 s for a response, one repetition.
    #[must_use]
    pub fn new(nf_instance_id: impl Into<String>, own: Target, ausf: Target, udm: Target) -> Self {
        Self {
            nf_instance_id: nf_instance_id.into(),
            own,
            ausf: vec![ausf],
            udm: vec![udm],
            smf: Vec::new(),
            timeout: Duration::from_secs(5),
            retries: 1,
        }
    }
}

/// What bounds an AMF's memory; every one is reached by floods only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Contexts of UEs.
    pub contexts: usize,
    /// gNBs.
    pub gnbs: usize,
    /// Connections of all gNBs.
    pub connections: usize,
    /// Connections of one gNB.
    pub connections_per_gnb: usize,
    /// Connections of one gNB whose UE has not proved itself: half-open registrations. The newest is refused.
    pub unproven_per_gnb: usize,
    /// Calls of other network functions without a response.
    pub outstanding_calls: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            contexts: 2_000_000,
            gnbs: 4_096,
            // A connection with a registration under way takes about 3 KiB.
            connections: 262_144,
            // A cell has a few hundred connected UEs; simulators have more.
            connections_per_gnb: 65_536,
            unproven_per_gnb: 16_384,
            outstanding_calls: 65_536,
        }
    }
}

impl Config {
    /// A configuration with the specification's timers.
    #[must_use]
    pub fn new(name: impl Into<String>, policy: Policy, sbi: SbiConfig) -> Self {
        Self {
            name: name.into(),
            relative_capacity: 255,
            policy,
            sbi,
            context_setup_timeout: Duration::from_secs(10),
            release_timeout: Duration::from_secs(5),
            inactivity_timeout: Duration::from_secs(600),
            t3513: Duration::from_secs(2),
            pages: 3,
            mobile_reachable_margin: Duration::from_secs(240),
            implicit_deregistration: Duration::from_secs(240),
            purge_after: Duration::from_secs(24 * 3600),
            last_connection: 0,
            limits: Limits::default(),
        }
    }

    /// The PLMN served.
    #[must_use]
    pub fn plmn(&self) -> Plmn {
        self.policy.guami.plmn
    }

    /// The serving network name that keys are bound to (TS 24.501 9.12.1).
    ///
    /// # Panics
    /// Never: a [`Plmn`] has digits only.
    #[must_use]
    pub fn serving_network_name(&self) -> ServingNetworkName {
        ServingNetworkName::of_plmn(&self.plmn().octets()).expect("a PLMN has digits only")
    }
}
