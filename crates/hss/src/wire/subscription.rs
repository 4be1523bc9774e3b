//! Subscription-Data (TS 29.272 7.3.2), Non-3GPP-User-Data (TS 29.273 8.2.3.1), and what is inside.

use quintet_diameter::MessageWriter;
use quintet_diameter::dict::avp;
use quintet_identity::Msisdn;
use quintet_subscriber::model::{
    AccessRestriction, Ambr, ApnConfiguration, MAX_ZONE_CODES, PdnGateway, PdnType, SubscriberStatus,
    Subscription,
};
use quintet_subscriber::s6a::{Features, SubscriptionParts};
use quintet_swx::AgentInfo;
use std::io::Write as _;

/// What a serving node is told of one subscriber.
pub(crate) struct SubscriptionView<'a> {
    pub(crate) subscription: &'a Subscription,
    pub(crate) msisdn: Option<Msisdn>,
    /// PDN gateways that a serving node reported.
    pub(crate) gateways: &'a [PdnGateway],
    /// What the node understands.
    pub(crate) features: Features,
    /// Whether the UE cannot do SRVCC: then STN-SR is of no use.
    pub(crate) no_srvcc: bool,
    /// What to write.
    pub(crate) parts: SubscriptionParts,
}

impl<'a> SubscriptionView<'a> {
    /// What a 3GPP AAA server is told: all of it, and it has none of S6a's features.
    pub(crate) fn of_aaa(
        subscription: &'a Subscription,
        msisdn: Option<Msisdn>,
        gateways: &'a [PdnGateway],
    ) -> Self {
        Self {
            subscription,
            msisdn,
            gateways,
            features: Features::default(),
            no_srvcc: false,
            parts: SubscriptionParts::ALL,
        }
    }
}

/// Writes Subscription-Data, in the order of the specification's grammar.
pub(crate) fn write_subscription(w: &mut MessageWriter<'_>, view: &SubscriptionView<'_>) {
    w.group(avp::SUBSCRIPTION_DATA, |w| {
        let s = view.subscription;
        let wants = |part| view.parts.has(part);
        let barred = s.subscriber_status == SubscriberStatus::OperatorDeterminedBarring;
        if wants(SubscriptionParts::STATUS) {
            w.u32(avp::SUBSCRIBER_STATUS, u32::from(barred));
        }
        if let Some(msisdn) = view.msisdn.filter(|_| wants(SubscriptionParts::MSISDN)) {
            w.with(avp::MSISDN, |out| msisdn.put_tbcd(out));
        }
        if let Some(stn_sr) = s
            .stn_sr
            .filter(|_| wants(SubscriptionParts::STN_SR) && !view.no_srvcc)
        {
            w.with(avp::STN_SR, |out| stn_sr.put_tbcd(out));
        }
        if wants(SubscriptionParts::NETWORK_ACCESS_MODE) {
            w.u32(avp::NETWORK_ACCESS_MODE, if s.packet_only { 2 } else { 0 });
        }
        if wants(SubscriptionParts::STATUS) && barred {
            let odb = s.operator_determined_barring.unwrap_or(0) & view.features.odb();
            w.u32(avp::OPERATOR_DETERMINED_BARRING, odb);
        }
        let zone_codes = wants(SubscriptionParts::ZONE_CODES) && !s.regional_zone_codes.is_empty();
        if zone_codes && view.features.regional_subscription() {
            for code in s.regional_zone_codes.iter().take(MAX_ZONE_CODES) {
                w.octets(avp::REGIONAL_SUBSCRIPTION_ZONE_CODE, &code.to_be_bytes());
            }
        }
        if wants(SubscriptionParts::ACCESS_RESTRICTION) {
            w.u32(
                avp::ACCESS_RESTRICTION_DATA,
                access_restriction(s.access_restriction, view.features),
            );
        }
        if let Some(oi) = s
            .apn_oi_replacement
            .as_ref()
            .filter(|_| wants(SubscriptionParts::APN_OI_REPLACEMENT))
        {
            w.text(avp::APN_OI_REPLACEMENT, oi);
        }
        if let Some(cc) = s
            .charging_characteristics
            .filter(|_| wants(SubscriptionParts::CHARGING_CHARACTERISTICS))
        {
            write_charging_characteristics(w, cc);
        }
        if wants(SubscriptionParts::AMBR) {
            write_ambr(w, s.ambr, view.features);
        }
        if wants(SubscriptionParts::APN_CONFIGURATION_PROFILE) {
            write_profile(w, view);
        }
        if let Some(rfsp) = s.rfsp.filter(|_| wants(SubscriptionParts::RFSP)) {
            w.u32(avp::RAT_FREQUENCY_SELECTION_PRIORITY_ID, rfsp);
        }
        if zone_codes && !view.features.regional_subscription() {
            // A node that cannot apply zone codes must not let the UE roam as if there were none (7.3.10, RegSub).
            w.u32(avp::ROAMING_RESTRICTED_DUE_TO_UNSUPPORTED_FEATURE, 0);
        }
        if let Some(timer) = s
            .rau_tau_timer_s
            .filter(|_| wants(SubscriptionParts::RAU_TAU_TIMER))
        {
            w.u32(avp::SUBSCRIBED_PERIODIC_RAU_TAU_TIMER, timer);
        }
        let usage = wants(SubscriptionParts::UE_USAGE_TYPE) && view.features.dedicated_core_networks();
        if let Some(usage_type) = s.ue_usage_type.filter(|_| usage) {
            w.u32(avp::UE_USAGE_TYPE, usage_type);
        }
    });
}

/// Access-Restriction-Data without the bit that a node does not understand.
fn access_restriction(data: AccessRestriction, features: Features) -> u32 {
    if features.nr_as_secondary_rat() {
        data.0
    } else {
        data.0 & !AccessRestriction::NR_AS_SECONDARY
    }
}

/// 3GPP-Charging-Characteristics: four hexadecimal digits as text (TS 29.061 16.4.7).
fn write_charging_characteristics(w: &mut MessageWriter<'_>, value: u16) {
    w.with(avp::TGPP_CHARGING_CHARACTERISTICS, |out| {
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{value:04X}");
    });
}

/// AMBR (TS 29.272 7.3.41): rates above 2^32−1 bit/s are told as that, and in kbit/s beside it to a node that
/// understands.
fn write_ambr(w: &mut MessageWriter<'_>, ambr: Ambr, features: Features) {
    let capped = |rate: u64| u32::try_from(rate).unwrap_or(u32::MAX);
    let extended = |rate: u64| {
        let beyond = features.nr_as_secondary_rat() && rate > u64::from(u32::MAX);
        beyond.then(|| capped(rate / 1000))
    };
    w.group(avp::AMBR, |w| {
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_UL, capped(ambr.uplink));
        w.u32(avp::MAX_REQUESTED_BANDWIDTH_DL, capped(ambr.downlink));
        if let Some(kilobits) = extended(ambr.uplink) {
            w.u32(avp::EXTENDED_MAX_REQUESTED_BW_UL, kilobits);
        }
        if let Some(kilobits) = extended(ambr.downlink) {
            w.u32(avp::EXTENDED_MAX_REQUESTED_BW_DL, kilobits);
        }
    });
}

/// Non-3GPP-User-Data (TS 29.273 8.2.3.1): what a 3GPP AAA server is told of one subscriber.
pub(crate) fn write_user_data(w: &mut MessageWriter<'_>, view: &SubscriptionView<'_>) {
    const END_USER_E164: u32 = 0;
    w.group(avp::NON_3GPP_USER_DATA, |w| {
        let s = view.subscription;
        if let Some(msisdn) = view.msisdn {
            w.group(avp::SUBSCRIPTION_ID, |w| {
                w.u32(avp::SUBSCRIPTION_ID_TYPE, END_USER_E164);
                w.with(avp::SUBSCRIPTION_ID_DATA, |out| {
                    // Writing to a Vec cannot fail.
                    let _ = write!(out, "{msisdn}");
                });
            });
        }
        w.u32(avp::NON_3GPP_IP_ACCESS, u32::from(s.non_3gpp.barred));
        w.u32(avp::NON_3GPP_IP_ACCESS_APN, u32::from(!s.non_3gpp.apns_enabled));
        for rat in &s.non_3gpp.restricted_rats {
            w.u32(avp::RAT_TYPE, rat.value());
        }
        write_ambr(w, s.ambr, view.features);
        if let Some(cc) = s.charging_characteristics {
            write_charging_characteristics(w, cc);
        }
        w.u32(avp::CONTEXT_IDENTIFIER, s.default_context_identifier);
        if let Some(oi) = &s.apn_oi_replacement {
            w.text(avp::APN_OI_REPLACEMENT, oi);
        }
        for configuration in &s.apn_configurations {
            write_apn(w, configuration, view);
        }
    });
}

/// APN-Configuration-Profile (TS 29.272 7.3.34) with all configurations.
fn write_profile(w: &mut MessageWriter<'_>, view: &SubscriptionView<'_>) {
    w.group(avp::APN_CONFIGURATION_PROFILE, |w| {
        w.u32(
            avp::CONTEXT_IDENTIFIER,
            view.subscription.default_context_identifier,
        );
        w.u32(avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR, 0);
        for configuration in &view.subscription.apn_configurations {
            write_apn(w, configuration, view);
        }
    });
}

/// APN-Configuration (TS 29.272 7.3.35). Without an AMBR of its own the APN has the subscriber's: an MME takes a missing
/// one for zero or for an error.
fn write_apn(w: &mut MessageWriter<'_>, c: &ApnConfiguration, view: &SubscriptionView<'_>) {
    w.group(avp::APN_CONFIGURATION, |w| {
        w.u32(avp::CONTEXT_IDENTIFIER, c.context_identifier);
        for address in &c.served_party_ip_addresses {
            w.address(avp::SERVED_PARTY_IP_ADDRESS, *address);
        }
        w.u32(avp::PDN_TYPE, pdn_type(c.pdn_type));
        w.text(avp::SERVICE_SELECTION, c.apn.as_str());
        w.group(avp::EPS_SUBSCRIBED_QOS_PROFILE, |w| {
            w.u32(avp::QOS_CLASS_IDENTIFIER, u32::from(c.qci.0));
            w.group(avp::ALLOCATION_RETENTION_PRIORITY, |w| {
                w.u32(avp::PRIORITY_LEVEL, u32::from(c.arp.priority_level));
                // In both, 0 is ENABLED and 1 DISABLED (TS 29.212 5.3.46, 5.3.47).
                w.u32(
                    avp::PRE_EMPTION_CAPABILITY,
                    u32::from(!c.arp.pre_emption_capability),
                );
                w.u32(
                    avp::PRE_EMPTION_VULNERABILITY,
                    u32::from(!c.arp.pre_emption_vulnerability),
                );
            });
        });
        w.u32(
            avp::VPLMN_DYNAMIC_ADDRESS_ALLOWED,
            u32::from(c.vplmn_dynamic_address_allowed),
        );
        let reported = view
            .gateways
            .iter()
            .find(|g| g.context_identifier == c.context_identifier);
        let specific = reported.filter(|g| c.apn.as_str() == "*" && g.apn.is_some());
        let fixed = !c.pdn_gw_addresses.is_empty() || c.pdn_gw_host.is_some();
        let replaced = !fixed || c.pdn_gw_dynamic;
        if let Some(g) = reported.filter(|_| specific.is_none() && replaced) {
            AgentInfo::write_parts(w, g.host.as_deref(), g.realm.as_deref(), &g.addresses);
            w.u32(avp::PDN_GW_ALLOCATION_TYPE, 1);
        } else if fixed {
            let (host, realm) = (c.pdn_gw_host.as_deref(), c.pdn_gw_realm.as_deref());
            AgentInfo::write_parts(w, host, realm, &c.pdn_gw_addresses);
            w.u32(avp::PDN_GW_ALLOCATION_TYPE, u32::from(c.pdn_gw_dynamic));
        }
        if let Some(cc) = c.charging_characteristics {
            write_charging_characteristics(w, cc);
        }
        write_ambr(w, c.ambr.unwrap_or(view.subscription.ambr), view.features);
        if let Some((g, apn)) = specific.and_then(|g| Some((g, g.apn.as_ref()?))) {
            w.group(avp::SPECIFIC_APN_INFO, |w| {
                w.text(avp::SERVICE_SELECTION, apn.as_str());
                AgentInfo::write_parts(w, g.host.as_deref(), g.realm.as_deref(), &g.addresses);
            });
        }
    });
}

fn pdn_type(pdn_type: PdnType) -> u32 {
    match pdn_type {
        PdnType::Ipv4 => 0,
        PdnType::Ipv6 => 1,
        PdnType::Ipv4v6 => 2,
        PdnType::Ipv4OrIpv6 => 3,
    }
}
