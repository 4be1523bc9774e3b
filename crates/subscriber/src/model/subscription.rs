//! The EPS subscription: what Subscription-Data of TS 29.272 7.3.2 carries; with what 5GS adds.

use super::{FgsSubscription, Non3gppSubscription};
use quintet_identity::{Apn, Plmn};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Subscriber-Status (TS 29.272 7.3.29).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubscriberStatus {
    /// SERVICE_GRANTED (0).
    #[default]
    ServiceGranted,
    /// OPERATOR_DETERMINED_BARRING (1).
    OperatorDeterminedBarring,
}

/// Whether short messages to the UE are subscribed (teleservice 21 of TS 22.003), for S6c.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MtSms {
    /// They are.
    #[default]
    Subscribed,
    /// They are, and barred: 5557 SERVICE_BARRED.
    Barred,
    /// They are not: 5556 SERVICE_NOT_SUBSCRIBED.
    NotSubscribed,
}

impl MtSms {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Access-Restriction-Data (TS 29.272 7.3.31): a set bit forbids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct AccessRestriction(pub u32);

impl AccessRestriction {
    /// UTRAN not allowed.
    pub const UTRAN: u32 = 1 << 0;
    /// GERAN not allowed.
    pub const GERAN: u32 = 1 << 1;
    /// GAN not allowed.
    pub const GAN: u32 = 1 << 2;
    /// I-HSPA-Evolution not allowed.
    pub const I_HSPA_EVOLUTION: u32 = 1 << 3;
    /// WB-E-UTRAN not allowed.
    pub const WB_E_UTRAN: u32 = 1 << 4;
    /// Handover to non-3GPP access not allowed.
    pub const HO_TO_NON_3GPP: u32 = 1 << 5;
    /// NB-IoT not allowed.
    pub const NB_IOT: u32 = 1 << 6;
    /// NR as secondary RAT not allowed.
    pub const NR_AS_SECONDARY: u32 = 1 << 8;

    /// Whether any of `bits` is restricted.
    #[must_use]
    pub const fn forbids(self, bits: u32) -> bool {
        self.0 & bits != 0
    }
}

/// Maximum bit rates in bit/s; above 2^32−1 they travel in the extended AVPs (TS 29.272 7.3.41).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Ambr {
    /// Uplink, bit/s.
    pub uplink: u64,
    /// Downlink, bit/s.
    pub downlink: u64,
}

/// PDN-Type (TS 29.272 7.3.62).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PdnType {
    /// IPv4 (0).
    Ipv4,
    /// IPv6 (1).
    Ipv6,
    /// IPv4v6 (2).
    #[default]
    Ipv4v6,
    /// IPv4_OR_IPv6 (3).
    #[serde(rename = "ipv4_or_ipv6")]
    Ipv4OrIpv6,
}

/// QoS-Class-Identifier (TS 29.212 5.3.17), 1 to 9 or an operator's own; 0 is not allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct QosClass(pub u8);

/// Allocation-Retention-Priority (TS 29.212 5.3.32).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllocationRetentionPriority {
    /// Priority-Level, 1 (highest) to 15.
    pub priority_level: u8,
    /// Pre-emption-Capability: may pre-empt others.
    #[serde(default)]
    pub pre_emption_capability: bool,
    /// Pre-emption-Vulnerability: may be pre-empted.
    #[serde(default)]
    pub pre_emption_vulnerability: bool,
}

/// One APN-Configuration (TS 29.272 7.3.35).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ApnConfiguration {
    /// Context-Identifier, unique in the profile, not 0.
    pub context_identifier: u32,
    /// Service-Selection.
    pub apn: Apn,
    /// PDN-Type.
    #[serde(default)]
    pub pdn_type: PdnType,
    /// QoS-Class-Identifier of the default bearer.
    pub qci: QosClass,
    /// Allocation-Retention-Priority of the default bearer.
    pub arp: AllocationRetentionPriority,
    /// AMBR of this APN; `None` = the subscriber's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambr: Option<Ambr>,
    /// Served-Party-IP-Address: static addresses, one IPv4 and one IPv6 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub served_party_ip_addresses: Vec<IpAddr>,
    /// MIP6-Agent-Info: a PDN gateway fixed by subscription, by addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub pdn_gw_addresses: Vec<IpAddr>,
    /// MIP6-Agent-Info: a PDN gateway fixed by subscription, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdn_gw_host: Option<String>,
    /// Realm of `pdn_gw_host`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdn_gw_realm: Option<String>,
    /// PDN-GW-Allocation-Type is DYNAMIC (1) rather than STATIC (0); meaningful with a gateway.
    #[serde(default)]
    pub pdn_gw_dynamic: bool,
    /// VPLMN-Dynamic-Address-Allowed.
    #[serde(default)]
    pub vplmn_dynamic_address_allowed: bool,
    /// 3GPP-Charging-Characteristics of this APN, 16 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charging_characteristics: Option<u16>,
}

/// Where the subscriber may roam (a decision of the home network, TS 29.272 5.2.1.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Roaming {
    /// In any PLMN.
    Everywhere,
    /// In the home PLMN and these.
    #[cfg_attr(feature = "openapi", schema(title = "RoamingOnly"))]
    Only(Vec<Plmn>),
    /// Anywhere but here.
    #[cfg_attr(feature = "openapi", schema(title = "RoamingExcept"))]
    Except(Vec<Plmn>),
}

/// The subscription of one or many subscribers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Subscriber-Status.
    #[serde(default)]
    pub subscriber_status: SubscriberStatus,
    /// Operator-Determined-Barring bits (TS 29.272 7.3.30), sent when barred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_determined_barring: Option<u32>,
    /// Network-Access-Mode: packet only (2), or packet and circuit (0).
    #[serde(default = "yes")]
    pub packet_only: bool,
    /// Access-Restriction-Data.
    #[serde(default)]
    pub access_restriction: AccessRestriction,
    /// Whether E-UTRAN is subscribed at all; if not, 5420 UNKNOWN_EPS_SUBSCRIPTION.
    #[serde(default = "yes")]
    pub eps: bool,
    /// Roaming policy.
    #[serde(default = "everywhere")]
    pub roaming: Roaming,
    /// UE-AMBR.
    pub ambr: Ambr,
    /// The APN configurations, one at least.
    pub apn_configurations: Vec<ApnConfiguration>,
    /// Context-Identifier of the default APN.
    pub default_context_identifier: u32,
    /// APN-OI-Replacement of the subscriber.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apn_oi_replacement: Option<String>,
    /// 3GPP-Charging-Characteristics, 16 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charging_characteristics: Option<u16>,
    /// RAT-Frequency-Selection-Priority-ID, 1 to 256 (TS 29.272 7.3.46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfsp: Option<u32>,
    /// Subscribed-Periodic-RAU-TAU-Timer, s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rau_tau_timer_s: Option<u32>,
    /// STN-SR as digits (TS 29.272 7.3.39).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stn_sr: Option<quintet_identity::Msisdn>,
    /// Regional-Subscription-Zone-Code values, two octets each (10 at most).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub regional_zone_codes: Vec<u16>,
    /// UE-Usage-Type (TS 29.272 7.3.202).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_usage_type: Option<u32>,
    /// SGSN CAMEL services are subscribed: an SGSN that can must use MAP for it (TS 29.272 7.4.4.2).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sgsn_camel: bool,
    /// Whether short messages reach the UE.
    #[serde(default, skip_serializing_if = "MtSms::is_default")]
    pub mt_sms: MtSms,
    /// What 5GS adds.
    #[serde(default, skip_serializing_if = "FgsSubscription::is_default")]
    pub fgs: FgsSubscription,
    /// What access that is not 3GPP's adds.
    #[serde(default, skip_serializing_if = "Non3gppSubscription::is_default")]
    pub non_3gpp: Non3gppSubscription,
}

fn yes() -> bool {
    true
}

fn everywhere() -> Roaming {
    Roaming::Everywhere
}
