//! What the UEs of a kind have in common.

use quintet_crypto::fgs::ServingNetworkName;
use quintet_identity::{Plmn, SNssai};
use quintet_nas::fgs::{
    Dnn, FgmmCapability, PduSessionType, S1UeNetworkCapability, S1UeSecurityCapability, UeSecurityCapability,
};
use std::time::Duration;

/// How often registration and service request are tried before T3502 (TS 24.501 5.5.1.2.7, 5.5.1.3.7).
pub const MAX_ATTEMPTS: u8 = 5;

/// How many consecutive authentications a UE refuses before it takes the network for false (TS 24.501 5.4.1.3.7).
pub const MAX_AUTHENTICATION_FAILURES: u8 = 3;

/// The UE's timers (TS 24.501 tables 10.2.1 and 10.3.1), where the network gives no other value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerValues {
    /// T3346 for a congestion reject without protection: 15 to 30 minutes by TS 24.008 table 11.2.1.
    pub t3346: Duration,
    /// T3502, between series of attempts: 12 minutes.
    pub t3502: Duration,
    /// T3510, for REGISTRATION REQUEST: 15 s.
    pub t3510: Duration,
    /// T3511, between attempts: 10 s.
    pub t3511: Duration,
    /// T3512, until the periodic registration update: 54 minutes.
    pub t3512: Duration,
    /// T3516, how long RAND and RES* are kept: 30 s.
    pub t3516: Duration,
    /// T3517, for SERVICE REQUEST: 5 s.
    pub t3517: Duration,
    /// T3519, how long a SUCI serves: 60 s.
    pub t3519: Duration,
    /// T3520, after the UE has refused a challenge: 15 s.
    pub t3520: Duration,
    /// T3521, for DEREGISTRATION REQUEST: 15 s.
    pub t3521: Duration,
    /// T3540, for the network to release the connection: 10 s.
    pub t3540: Duration,
    /// T3580, for PDU SESSION ESTABLISHMENT REQUEST: 16 s.
    pub t3580: Duration,
}

impl Default for TimerValues {
    fn default() -> Self {
        let s = Duration::from_secs;
        Self {
            t3346: s(15 * 60),
            t3502: s(12 * 60),
            t3510: s(15),
            t3511: s(10),
            t3512: s(54 * 60),
            t3516: s(30),
            t3517: s(5),
            t3519: s(60),
            t3520: s(15),
            t3521: s(15),
            t3540: s(10),
            t3580: s(16),
        }
    }
}

/// A PDU session that the UE asks for (TS 24.501 6.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedSession {
    /// PDU session identity, 1 to 15.
    pub identity: u8,
    /// The kind of address.
    pub session_type: PduSessionType,
    /// The data network; the subscription's default without.
    pub dnn: Option<Dnn<'static>>,
    /// The slice; the subscription's default without.
    pub s_nssai: Option<SNssai>,
}

/// What the UEs of a kind have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The network that the UE hears, by its PLMN.
    pub serving_plmn: Plmn,
    /// The serving network name that goes into the UE's keys; that of `serving_plmn` without. Another is a UE that believes
    /// to be elsewhere.
    pub serving_network_name: Option<ServingNetworkName>,
    /// UE security capability (TS 24.501 9.11.3.54).
    pub ue_security_capability: UeSecurityCapability,
    /// 5GMM capability (TS 24.501 9.11.3.1), one octet or more.
    pub fgmm_capability: Option<Vec<u8>>,
    /// S1 UE network capability (TS 24.501 9.11.3.48): a UE that does EPS too.
    pub s1_ue_network_capability: Option<Vec<u8>>,
    /// The slices that the UE asks for; none without.
    pub requested_nssai: Vec<SNssai>,
    /// The PDU session that the UE wants as soon as it is registered.
    pub session: Option<WantedSession>,
    /// Whether the UE goes on by itself: attempts after T3511, T3502 and T3346, the registration that a reject or a
    /// deregistration asks for, the periodic update, the answer to paging. Without, every attempt is the only one.
    pub automatic: bool,
    /// Timers.
    pub timers: TimerValues,
}

impl Configuration {
    /// 5G-EA0 to 5G-EA3, 5G-IA1 to 5G-IA3 (and 5G-IA0 for emergency calls), no slice, no session, everything by itself.
    #[must_use]
    pub fn new(serving_plmn: Plmn) -> Self {
        Self {
            serving_plmn,
            serving_network_name: None,
            ue_security_capability: UeSecurityCapability::new(0xf0, 0xf0),
            fgmm_capability: Some(vec![0x00]),
            s1_ue_network_capability: None,
            requested_nssai: Vec::new(),
            session: None,
            automatic: true,
            timers: TimerValues::default(),
        }
    }

    /// The serving network name for the UE's keys; `None` if the PLMN has none, which no valid PLMN has.
    pub(super) fn network_name(&self) -> Option<ServingNetworkName> {
        self.serving_network_name
            .or_else(|| ServingNetworkName::of_plmn(&self.serving_plmn.octets()))
    }

    pub(super) fn fgmm_capability(&self) -> Option<FgmmCapability<'_>> {
        self.fgmm_capability.as_deref().map(FgmmCapability)
    }

    pub(super) fn s1_ue_network_capability(&self) -> Option<S1UeNetworkCapability<'_>> {
        self.s1_ue_network_capability
            .as_deref()
            .map(S1UeNetworkCapability)
    }

    /// What of the EPS capabilities a network may replay (TS 24.501 5.4.2.3).
    pub(super) fn s1_ue_security_capability(&self) -> Option<S1UeSecurityCapability> {
        let own = self.s1_ue_network_capability()?;
        Some(S1UeSecurityCapability::replayed(&own, None))
    }
}
