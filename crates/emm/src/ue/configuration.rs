//! What the UEs of a kind have in common.

use quintet_nas::eps::{
    ApnIe, MsNetworkCapability, PdnType, UeAdditionalSecurityCapability, UeNetworkCapability,
    UeSecurityCapability,
};
use std::time::Duration;

/// How often attach, update and service request are tried before T3402 (TS 24.301 5.5.1.2.6, 5.5.3.2.6, 5.6.1.6).
pub const MAX_ATTEMPTS: u8 = 5;

/// How many consecutive authentications a UE refuses before it takes the network for false (TS 24.301 5.4.2.7).
pub const MAX_AUTHENTICATION_FAILURES: u8 = 3;

/// The UE's timers (TS 24.301 table 10.2.1), where the network gives no other value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerValues {
    /// T3346 for a congestion reject without protection: 15 to 30 minutes by TS 24.008 table 11.2.1.
    pub t3346: Duration,
    /// T3402, between series of attempts: 12 minutes.
    pub t3402: Duration,
    /// T3410, for ATTACH REQUEST: 15 s.
    pub t3410: Duration,
    /// T3411, between attempts: 10 s.
    pub t3411: Duration,
    /// T3412, until the periodic update: 54 minutes.
    pub t3412: Duration,
    /// T3416, how long RAND and RES are kept: 30 s.
    pub t3416: Duration,
    /// T3417, for SERVICE REQUEST: 5 s.
    pub t3417: Duration,
    /// T3418, after AUTHENTICATION FAILURE #20 or #26: 20 s.
    pub t3418: Duration,
    /// T3420, after AUTHENTICATION FAILURE #21: 15 s.
    pub t3420: Duration,
    /// T3421, for DETACH REQUEST: 15 s.
    pub t3421: Duration,
    /// T3430, for TRACKING AREA UPDATE REQUEST: 15 s.
    pub t3430: Duration,
    /// T3440, for the network to release the connection: 10 s.
    pub t3440: Duration,
}

impl Default for TimerValues {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            t3346: s(15 * 60),
            t3402: s(12 * 60),
            t3410: s(15),
            t3411: s(10),
            t3412: s(54 * 60),
            t3416: s(30),
            t3417: s(5),
            t3418: s(20),
            t3420: s(15),
            t3421: s(15),
            t3430: s(15),
            t3440: s(10),
        }
    }
}

/// What the UEs of a kind have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// UE network capability: 2 to 13 octets (TS 24.301 9.9.3.34).
    pub ue_network_capability: Vec<u8>,
    /// MS network capability: 2 to 8 octets (TS 24.008 10.5.5.12).
    pub ms_network_capability: Option<Vec<u8>>,
    /// UE additional security capability (TS 24.301 9.9.3.53).
    pub ue_additional_security_capability: Option<UeAdditionalSecurityCapability>,
    /// The APN asked for, under protection (TS 24.301 6.5.1.2); the subscription's default without.
    pub apn: Option<ApnIe<'static>>,
    /// The kind of address asked for.
    pub pdn_type: PdnType,
    /// Whether the UE goes on by itself: attempts after T3411, T3402 and T3346, the attach that a reject or a detach asks
    /// for, the periodic update, the answer to paging. Without, every attempt is the only one.
    pub automatic: bool,
    /// Timers.
    pub timers: TimerValues,
}

impl Default for Configuration {
    /// EEA0 to EEA3, EIA1 to EIA3 (and EIA0 for emergency calls), IPv4, everything by itself.
    fn default() -> Self {
        Self {
            ue_network_capability: vec![0xf0, 0xf0],
            ms_network_capability: None,
            ue_additional_security_capability: None,
            apn: None,
            pdn_type: PdnType::IPV4,
            automatic: true,
            timers: TimerValues::default(),
        }
    }
}

impl Configuration {
    pub(super) fn ue_network_capability(&self) -> UeNetworkCapability<'_> {
        UeNetworkCapability(&self.ue_network_capability)
    }

    pub(super) fn ms_network_capability(&self) -> Option<MsNetworkCapability<'_>> {
        self.ms_network_capability.as_deref().map(MsNetworkCapability)
    }

    /// What a network must replay (TS 24.301 5.4.3.2): as it comes, with the octets before GEA's in their place.
    #[must_use]
    pub fn security_capability(&self) -> UeSecurityCapability {
        let mut own = UeSecurityCapability::replayed(
            &self.ue_network_capability(),
            self.ms_network_capability().as_ref(),
        );
        if own.gea.is_some() {
            own.uia.get_or_insert(0);
        }
        if own.uia.is_some() {
            own.uea.get_or_insert(0);
        }
        own
    }
}
