//! Profiles by name: what subscribers share of EPS, 5GS and IMS.

use crate::rate;
use crate::record::{DEFAULT_AMBR, apn_configuration, default_subscription};
use crate::row::Refusal;
use quintet_identity::{Apn, Msisdn};
use quintet_subscriber::model::{
    AccessRestriction, AllocationRetentionPriority, Ambr, ApnConfiguration, FgsSubscription, MtSms,
    Non3gppSubscription, PdnType, QosClass, Roaming, SubscriberStatus, Subscription,
};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use std::fmt;
use std::net::IpAddr;

/// A bit rate: a number, or one with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate(pub(super) u64);

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&rate::text_of(self.0))
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Written;
        impl Visitor<'_> for Written {
            type Value = Rate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a bit rate such as 100 Mbps")
            }
            fn visit_u64<E: de::Error>(self, rate: u64) -> Result<Rate, E> {
                Ok(Rate(rate))
            }
            fn visit_i64<E: de::Error>(self, rate: i64) -> Result<Rate, E> {
                u64::try_from(rate)
                    .map(Rate)
                    .map_err(|_| E::custom("a bit rate is not negative"))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Rate, E> {
                rate::of_text(text).map(Rate).map_err(E::custom)
            }
        }
        d.deserialize_any(Written)
    }
}

/// AMBR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rates {
    uplink: Rate,
    downlink: Rate,
}

impl Rates {
    fn ambr(self) -> Ambr {
        Ambr {
            uplink: self.uplink.0,
            downlink: self.downlink.0,
        }
    }

    fn of(ambr: Ambr) -> Self {
        Self {
            uplink: Rate(ambr.uplink),
            downlink: Rate(ambr.downlink),
        }
    }
}

/// An APN with what is not usual about it.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ApnBody {
    apn: Apn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context_identifier: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pdn_type: Option<PdnType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    qci: Option<QosClass>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arp: Option<AllocationRetentionPriority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ambr: Option<Rates>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    served_party_ip_addresses: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pdn_gw_addresses: Vec<IpAddr>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pdn_gw_host: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pdn_gw_realm: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pdn_gw_dynamic: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    vplmn_dynamic_address_allowed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charging_characteristics: Option<u16>,
}

/// An APN: its name, or more.
#[derive(Clone, Debug)]
struct ApnEntry(ApnBody);

impl<'de> Deserialize<'de> for ApnEntry {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Written;
        impl<'de> Visitor<'de> for Written {
            type Value = ApnEntry;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of an APN, or its members")
            }
            fn visit_str<E: de::Error>(self, name: &str) -> Result<ApnEntry, E> {
                let apn: Apn = name.parse().map_err(E::custom)?;
                Ok(ApnEntry(ApnBody::named(apn)))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ApnEntry, A::Error> {
                Deserialize::deserialize(de::value::MapAccessDeserializer::new(map)).map(ApnEntry)
            }
        }
        d.deserialize_any(Written)
    }
}

impl Serialize for ApnEntry {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}

impl ApnBody {
    fn named(apn: Apn) -> Self {
        Self {
            apn,
            context_identifier: None,
            pdn_type: None,
            qci: None,
            arp: None,
            ambr: None,
            served_party_ip_addresses: Vec::new(),
            pdn_gw_addresses: Vec::new(),
            pdn_gw_host: None,
            pdn_gw_realm: None,
            pdn_gw_dynamic: false,
            vplmn_dynamic_address_allowed: false,
            charging_characteristics: None,
        }
    }

    fn configuration(&self, position: u32) -> ApnConfiguration {
        let usual = apn_configuration(&self.apn, position);
        ApnConfiguration {
            context_identifier: self.context_identifier.unwrap_or(position),
            apn: self.apn.clone(),
            pdn_type: self.pdn_type.unwrap_or(usual.pdn_type),
            qci: self.qci.unwrap_or(usual.qci),
            arp: self.arp.unwrap_or(usual.arp),
            ambr: self.ambr.map(Rates::ambr),
            served_party_ip_addresses: self.served_party_ip_addresses.clone(),
            pdn_gw_addresses: self.pdn_gw_addresses.clone(),
            pdn_gw_host: self.pdn_gw_host.clone(),
            pdn_gw_realm: self.pdn_gw_realm.clone(),
            pdn_gw_dynamic: self.pdn_gw_dynamic,
            vplmn_dynamic_address_allowed: self.vplmn_dynamic_address_allowed,
            charging_characteristics: self.charging_characteristics,
        }
    }

    fn of(configuration: &ApnConfiguration, position: u32) -> Self {
        let usual = apn_configuration(&configuration.apn, position);
        let context = configuration.context_identifier;
        Self {
            apn: configuration.apn.clone(),
            context_identifier: (context != position).then_some(context),
            pdn_type: (configuration.pdn_type != usual.pdn_type).then_some(configuration.pdn_type),
            qci: (configuration.qci != usual.qci).then_some(configuration.qci),
            arp: (configuration.arp != usual.arp).then_some(configuration.arp),
            ambr: configuration.ambr.map(Rates::of),
            served_party_ip_addresses: configuration.served_party_ip_addresses.clone(),
            pdn_gw_addresses: configuration.pdn_gw_addresses.clone(),
            pdn_gw_host: configuration.pdn_gw_host.clone(),
            pdn_gw_realm: configuration.pdn_gw_realm.clone(),
            pdn_gw_dynamic: configuration.pdn_gw_dynamic,
            vplmn_dynamic_address_allowed: configuration.vplmn_dynamic_address_allowed,
            charging_characteristics: configuration.charging_characteristics,
        }
    }
}

fn yes() -> bool {
    true
}

fn is_yes(value: &bool) -> bool {
    *value
}

fn is_everywhere(roaming: &Roaming) -> bool {
    *roaming == Roaming::Everywhere
}

fn everywhere() -> Roaming {
    Roaming::Everywhere
}

fn is_granted(status: &SubscriberStatus) -> bool {
    *status == SubscriberStatus::ServiceGranted
}

fn is_none(restriction: &AccessRestriction) -> bool {
    restriction.0 == 0
}

fn is_default(fgs: &FgsSubscription) -> bool {
    *fgs == FgsSubscription::default()
}

/// A subscription that many share: the members of [`Subscription`], with APNs by name.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Profile {
    #[serde(default, skip_serializing_if = "is_granted")]
    subscriber_status: SubscriberStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operator_determined_barring: Option<u32>,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    packet_only: bool,
    #[serde(default, skip_serializing_if = "is_none")]
    access_restriction: AccessRestriction,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    eps: bool,
    #[serde(default = "everywhere", skip_serializing_if = "is_everywhere")]
    roaming: Roaming,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ambr: Option<Rates>,
    #[serde(default)]
    apns: Vec<ApnEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_apn: Option<Apn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    apn_oi_replacement: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charging_characteristics: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rfsp: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rau_tau_timer_s: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stn_sr: Option<Msisdn>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    regional_zone_codes: Vec<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ue_usage_type: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sgsn_camel: bool,
    #[serde(default, skip_serializing_if = "MtSms::is_default")]
    mt_sms: MtSms,
    #[serde(default, skip_serializing_if = "is_default")]
    fgs: FgsSubscription,
    #[serde(default, skip_serializing_if = "Non3gppSubscription::is_default")]
    non_3gpp: Non3gppSubscription,
}

impl Profile {
    pub(super) fn subscription(&self) -> Result<Subscription, Refusal> {
        let usual = default_subscription(&[]);
        let mut subscription = Subscription {
            subscriber_status: self.subscriber_status,
            operator_determined_barring: self.operator_determined_barring,
            packet_only: self.packet_only,
            access_restriction: self.access_restriction,
            eps: self.eps,
            roaming: self.roaming.clone(),
            ambr: self.ambr.map_or(DEFAULT_AMBR, Rates::ambr),
            apn_oi_replacement: self.apn_oi_replacement.clone(),
            charging_characteristics: self.charging_characteristics,
            rfsp: self.rfsp,
            rau_tau_timer_s: self.rau_tau_timer_s,
            stn_sr: self.stn_sr,
            regional_zone_codes: self.regional_zone_codes.clone(),
            ue_usage_type: self.ue_usage_type,
            sgsn_camel: self.sgsn_camel,
            mt_sms: self.mt_sms,
            fgs: self.fgs.clone(),
            non_3gpp: self.non_3gpp.clone(),
            ..usual
        };
        if !self.apns.is_empty() {
            let apns = self.apns.iter().zip(1..);
            subscription.apn_configurations = apns
                .map(|(entry, position)| entry.0.configuration(position))
                .collect();
            subscription.default_context_identifier = subscription.apn_configurations[0].context_identifier;
        }
        if let Some(default) = &self.default_apn {
            let found = subscription
                .apn_configurations
                .iter()
                .find(|apn| apn.apn == *default);
            let found =
                found.ok_or_else(|| Refusal::new(format_args!("default_apn: no APN is {default}")))?;
            subscription.default_context_identifier = found.context_identifier;
        }
        subscription.check().map_err(Refusal::new)?;
        Ok(subscription)
    }

    pub(super) fn of(subscription: &Subscription) -> Self {
        let apns = &subscription.apn_configurations;
        let default = subscription.default_context_identifier;
        let first = apns.first().map(|apn| apn.context_identifier);
        let named = apns.iter().find(|apn| apn.context_identifier == default);
        Self {
            subscriber_status: subscription.subscriber_status,
            operator_determined_barring: subscription.operator_determined_barring,
            packet_only: subscription.packet_only,
            access_restriction: subscription.access_restriction,
            eps: subscription.eps,
            roaming: subscription.roaming.clone(),
            ambr: Some(Rates::of(subscription.ambr)),
            apns: apns
                .iter()
                .zip(1..)
                .map(|(apn, at)| ApnEntry(ApnBody::of(apn, at)))
                .collect(),
            default_apn: named
                .filter(|_| first != Some(default))
                .map(|apn| apn.apn.clone()),
            apn_oi_replacement: subscription.apn_oi_replacement.clone(),
            charging_characteristics: subscription.charging_characteristics,
            rfsp: subscription.rfsp,
            rau_tau_timer_s: subscription.rau_tau_timer_s,
            stn_sr: subscription.stn_sr,
            regional_zone_codes: subscription.regional_zone_codes.clone(),
            ue_usage_type: subscription.ue_usage_type,
            sgsn_camel: subscription.sgsn_camel,
            mt_sms: subscription.mt_sms,
            fgs: subscription.fgs.clone(),
            non_3gpp: subscription.non_3gpp.clone(),
        }
    }
}
