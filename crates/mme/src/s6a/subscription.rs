//! Subscription-Data as an MME reads and keeps them (TS 29.272 7.3.2), and what IDR and DSR do to them (5.2.2).
//!
//! Left out: what an MME of this kind has no use for: GPRS, LCS, CSG, supplementary services, monitoring.

use super::AnswerFault;
use quintet_diameter::dict::avp;
use quintet_diameter::{Avp, Message};
use quintet_identity::Msisdn;
use quintet_subscriber::model::{
    AccessRestriction, AllocationRetentionPriority, Ambr, ApnConfiguration, PdnType, QosClass,
};
use quintet_subscriber::s6a::DsrFlags;

/// The most APN configurations kept of one subscriber: what no real profile reaches.
pub(super) const MAX_APN_CONFIGURATIONS: usize = 256;

/// What an MME was told of one subscriber. `None` is what it was not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionData {
    /// Subscriber-Status: 0 granted, 1 barred.
    pub subscriber_status: Option<u32>,
    /// MSISDN.
    pub msisdn: Option<Msisdn>,
    /// STN-SR.
    pub stn_sr: Option<Msisdn>,
    /// Network-Access-Mode.
    pub network_access_mode: Option<u32>,
    /// Operator-Determined-Barring.
    pub operator_determined_barring: Option<u32>,
    /// Regional-Subscription-Zone-Code values.
    pub zone_codes: Vec<[u8; 2]>,
    /// Roaming-Restricted-Due-To-Unsupported-Feature is present.
    pub roaming_restricted: bool,
    /// Access-Restriction-Data.
    pub access_restriction: Option<AccessRestriction>,
    /// APN-OI-Replacement.
    pub apn_oi_replacement: Option<String>,
    /// 3GPP-Charging-Characteristics.
    pub charging_characteristics: Option<u16>,
    /// AMBR of the UE.
    pub ambr: Option<Ambr>,
    /// Context-Identifier of the profile: the default APN.
    pub default_context_identifier: Option<u32>,
    /// APN-Configuration values.
    pub apn_configurations: Vec<ApnConfiguration>,
    /// All-APN-Configurations-Included-Indicator: the list replaces what was known.
    pub all_apn_configurations_included: bool,
    /// RAT-Frequency-Selection-Priority-ID.
    pub rfsp: Option<u32>,
    /// Subscribed-Periodic-RAU-TAU-Timer, s.
    pub rau_tau_timer_s: Option<u32>,
    /// UE-Usage-Type.
    pub ue_usage_type: Option<u32>,
}

/// Subscription-Data of a ULA, an IDR or an RSR; `None` if there are none.
///
/// # Errors
/// [`AnswerFault`] if they cannot be read.
pub fn read_subscription(message: &Message<'_>) -> Result<Option<SubscriptionData>, AnswerFault> {
    for found in message.avps() {
        let found = found?;
        if found.is(avp::SUBSCRIPTION_DATA) {
            return read_group(&found).map(Some);
        }
    }
    Ok(None)
}

fn read_group(group: &Avp<'_>) -> Result<SubscriptionData, AnswerFault> {
    let mut data = SubscriptionData::default();
    for a in group.group() {
        let a = a?;
        if a.is(avp::SUBSCRIBER_STATUS) {
            data.subscriber_status = Some(a.u32()?);
        } else if a.is(avp::MSISDN) {
            data.msisdn = Some(number(&a, "MSISDN")?);
        } else if a.is(avp::STN_SR) {
            data.stn_sr = Some(number(&a, "STN-SR")?);
        } else if a.is(avp::NETWORK_ACCESS_MODE) {
            data.network_access_mode = Some(a.u32()?);
        } else if a.is(avp::OPERATOR_DETERMINED_BARRING) {
            data.operator_determined_barring = Some(a.u32()?);
        } else if a.is(avp::REGIONAL_SUBSCRIPTION_ZONE_CODE) {
            let wrong = |_| value("Regional-Subscription-Zone-Code", &a, "2 octets");
            data.zone_codes.push(a.data.try_into().map_err(wrong)?);
        } else if a.is(avp::ROAMING_RESTRICTED_DUE_TO_UNSUPPORTED_FEATURE) {
            data.roaming_restricted = true;
        } else if a.is(avp::ACCESS_RESTRICTION_DATA) {
            data.access_restriction = Some(AccessRestriction(a.u32()?));
        } else if a.is(avp::APN_OI_REPLACEMENT) {
            data.apn_oi_replacement = Some(a.text()?.to_owned());
        } else if a.is(avp::TGPP_CHARGING_CHARACTERISTICS) {
            data.charging_characteristics = Some(charging_characteristics(&a)?);
        } else if a.is(avp::AMBR) {
            data.ambr = Some(ambr(&a)?);
        } else if a.is(avp::APN_CONFIGURATION_PROFILE) {
            read_profile(&a, &mut data)?;
        } else if a.is(avp::RAT_FREQUENCY_SELECTION_PRIORITY_ID) {
            data.rfsp = Some(a.u32()?);
        } else if a.is(avp::SUBSCRIBED_PERIODIC_RAU_TAU_TIMER) {
            data.rau_tau_timer_s = Some(a.u32()?);
        } else if a.is(avp::UE_USAGE_TYPE) {
            data.ue_usage_type = Some(a.u32()?);
        }
    }
    Ok(data)
}

/// APN-Configuration-Profile (TS 29.272 7.3.34).
fn read_profile(profile: &Avp<'_>, data: &mut SubscriptionData) -> Result<(), AnswerFault> {
    for a in profile.group() {
        let a = a?;
        if a.is(avp::CONTEXT_IDENTIFIER) {
            data.default_context_identifier = Some(a.u32()?);
        } else if a.is(avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR) {
            data.all_apn_configurations_included = a.u32()? == 0;
        } else if a.is(avp::APN_CONFIGURATION) && data.apn_configurations.len() < MAX_APN_CONFIGURATIONS {
            data.apn_configurations.push(read_apn(&a)?);
        }
    }
    Ok(())
}

/// APN-Configuration (TS 29.272 7.3.35). Missing quality of service becomes QCI 0, which no subscription has.
fn read_apn(group: &Avp<'_>) -> Result<ApnConfiguration, AnswerFault> {
    let missing = |avp| AnswerFault::Missing { avp };
    let text_of = |id| group.group().find(id).map(|a| a.text()).transpose();
    let u32_of = |id| group.group().find(id).map(|a| a.u32()).transpose();
    let apn = text_of(avp::SERVICE_SELECTION)?.ok_or_else(|| missing("Service-Selection"))?;
    let not_an_apn = |_| AnswerFault::Value {
        avp: "Service-Selection",
        at: group.at,
        expected: "an APN",
    };
    let pdn_type = match u32_of(avp::PDN_TYPE)?.ok_or_else(|| missing("PDN-Type"))? {
        0 => PdnType::Ipv4,
        1 => PdnType::Ipv6,
        2 => PdnType::Ipv4v6,
        3 => PdnType::Ipv4OrIpv6,
        _ => return Err(value("PDN-Type", group, "0 to 3")),
    };
    let mut configuration = ApnConfiguration {
        context_identifier: u32_of(avp::CONTEXT_IDENTIFIER)?.ok_or_else(|| missing("Context-Identifier"))?,
        apn: apn.parse().map_err(not_an_apn)?,
        pdn_type,
        qci: QosClass(0),
        arp: AllocationRetentionPriority {
            priority_level: 0,
            pre_emption_capability: false,
            pre_emption_vulnerability: true,
        },
        ambr: group.group().find(avp::AMBR).map(|a| ambr(&a)).transpose()?,
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses: Vec::new(),
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: u32_of(avp::PDN_GW_ALLOCATION_TYPE)? == Some(1),
        vplmn_dynamic_address_allowed: u32_of(avp::VPLMN_DYNAMIC_ADDRESS_ALLOWED)? == Some(1),
        charging_characteristics: None,
    };
    for a in group.group() {
        let a = a?;
        if a.is(avp::EPS_SUBSCRIBED_QOS_PROFILE) {
            read_qos(&a, &mut configuration)?;
        } else if a.is(avp::SERVED_PARTY_IP_ADDRESS) {
            configuration.served_party_ip_addresses.extend(a.address()?);
        } else if a.is(avp::MIP6_AGENT_INFO) {
            read_gateway(&a, &mut configuration)?;
        } else if a.is(avp::TGPP_CHARGING_CHARACTERISTICS) {
            configuration.charging_characteristics = Some(charging_characteristics(&a)?);
        }
    }
    Ok(configuration)
}

/// EPS-Subscribed-QoS-Profile (TS 29.272 7.3.37). In the pre-emption AVPs 0 is ENABLED (TS 29.212 5.3.46, 5.3.47).
fn read_qos(group: &Avp<'_>, configuration: &mut ApnConfiguration) -> Result<(), AnswerFault> {
    for a in group.group() {
        let a = a?;
        if a.is(avp::QOS_CLASS_IDENTIFIER) {
            let qci = u8::try_from(a.u32()?).map_err(|_| value("QoS-Class-Identifier", &a, "1 to 255"))?;
            configuration.qci = QosClass(qci);
        } else if a.is(avp::ALLOCATION_RETENTION_PRIORITY) {
            for p in a.group() {
                let p = p?;
                if p.is(avp::PRIORITY_LEVEL) {
                    let level = u8::try_from(p.u32()?).map_err(|_| value("Priority-Level", &p, "1 to 15"))?;
                    configuration.arp.priority_level = level;
                } else if p.is(avp::PRE_EMPTION_CAPABILITY) {
                    configuration.arp.pre_emption_capability = p.u32()? == 0;
                } else if p.is(avp::PRE_EMPTION_VULNERABILITY) {
                    configuration.arp.pre_emption_vulnerability = p.u32()? == 0;
                }
            }
        }
    }
    Ok(())
}

/// MIP6-Agent-Info (RFC 5447 4.2.1).
fn read_gateway(group: &Avp<'_>, configuration: &mut ApnConfiguration) -> Result<(), AnswerFault> {
    for a in group.group() {
        let a = a?;
        if a.is(avp::MIP_HOME_AGENT_ADDRESS) {
            configuration.pdn_gw_addresses.extend(a.address()?);
        } else if a.is(avp::MIP_HOME_AGENT_HOST) {
            let name = |id| {
                a.group()
                    .find(id)
                    .map(|n| n.text().map(str::to_owned))
                    .transpose()
            };
            configuration.pdn_gw_host = name(avp::DESTINATION_HOST)?;
            configuration.pdn_gw_realm = name(avp::DESTINATION_REALM)?;
        }
    }
    Ok(())
}

/// AMBR (TS 29.272 7.3.41): a rate at its maximum stands in kbit/s beside it.
fn ambr(group: &Avp<'_>) -> Result<Ambr, AnswerFault> {
    let of = |id| group.group().find(id).map(|a| a.u32()).transpose();
    let rate = |basic: u32, extended: Option<u32>| match extended {
        Some(kilobits) if basic == u32::MAX => u64::from(kilobits) * 1000,
        _ => u64::from(basic),
    };
    let missing = |avp| AnswerFault::Missing { avp };
    let up = of(avp::MAX_REQUESTED_BANDWIDTH_UL)?.ok_or_else(|| missing("Max-Requested-Bandwidth-UL"))?;
    let down = of(avp::MAX_REQUESTED_BANDWIDTH_DL)?.ok_or_else(|| missing("Max-Requested-Bandwidth-DL"))?;
    Ok(Ambr {
        uplink: rate(up, of(avp::EXTENDED_MAX_REQUESTED_BW_UL)?),
        downlink: rate(down, of(avp::EXTENDED_MAX_REQUESTED_BW_DL)?),
    })
}

/// 3GPP-Charging-Characteristics: four hexadecimal digits (TS 29.061 16.4.7).
fn charging_characteristics(a: &Avp<'_>) -> Result<u16, AnswerFault> {
    u16::from_str_radix(a.text()?, 16)
        .map_err(|_| value("3GPP-Charging-Characteristics", a, "four hexadecimal digits"))
}

fn number(a: &Avp<'_>, name: &'static str) -> Result<Msisdn, AnswerFault> {
    Msisdn::from_tbcd(a.data).map_err(|_| value(name, a, "digits in TBCD"))
}

fn value(avp: &'static str, found: &Avp<'_>, expected: &'static str) -> AnswerFault {
    AnswerFault::Value {
        avp,
        at: found.at,
        expected,
    }
}

impl SubscriptionData {
    /// What an Insert-Subscriber-Data-Request changes: every part that is there replaces the old one (TS 29.272
    /// 5.2.2.1.2).
    pub fn insert(&mut self, new: SubscriptionData) {
        macro_rules! replace {
            ($($member:ident),*) => { $(if new.$member.is_some() { self.$member = new.$member; })* };
        }
        // Barring goes with the status that announced it: granted service knows none.
        if new.subscriber_status.is_some() {
            self.operator_determined_barring = None;
        }
        let profile = new.default_context_identifier.is_some();
        replace!(
            subscriber_status,
            msisdn,
            stn_sr,
            network_access_mode,
            operator_determined_barring
        );
        replace!(
            access_restriction,
            apn_oi_replacement,
            charging_characteristics,
            ambr,
            default_context_identifier
        );
        replace!(rfsp, rau_tau_timer_s, ue_usage_type);
        if !new.zone_codes.is_empty() {
            self.zone_codes = new.zone_codes;
        }
        self.roaming_restricted |= new.roaming_restricted;
        if profile && new.all_apn_configurations_included {
            self.apn_configurations = new.apn_configurations;
        } else {
            for configuration in new.apn_configurations {
                let id = configuration.context_identifier;
                self.apn_configurations.retain(|old| old.context_identifier != id);
                if self.apn_configurations.len() < MAX_APN_CONFIGURATIONS {
                    self.apn_configurations.push(configuration);
                }
            }
        }
    }

    /// What a Delete-Subscriber-Data-Request withdraws (TS 29.272 5.2.2.2.2). Answers whether everything it names was
    /// there to be deleted, as far as Context-Identifiers go.
    pub fn delete(&mut self, flags: DsrFlags, context_identifiers: &[u32]) -> bool {
        if flags.has(DsrFlags::REGIONAL_SUBSCRIPTION) {
            self.zone_codes.clear();
        }
        if flags.has(DsrFlags::CHARGING_CHARACTERISTICS) {
            self.charging_characteristics = None;
        }
        if flags.has(DsrFlags::STN_SR) {
            self.stn_sr = None;
        }
        if flags.has(DsrFlags::ROAMING_RESTRICTED) {
            self.roaming_restricted = false;
        }
        if flags.has(DsrFlags::APN_OI_REPLACEMENT) {
            self.apn_oi_replacement = None;
        }
        if flags.has(DsrFlags::RAU_TAU_TIMER) {
            self.rau_tau_timer_s = None;
        }
        if flags.has(DsrFlags::MSISDN) {
            self.msisdn = None;
        }
        if flags.has(DsrFlags::UE_USAGE_TYPE) {
            self.ue_usage_type = None;
        }
        if flags.has(DsrFlags::COMPLETE_APN_CONFIGURATION_PROFILE) {
            self.apn_configurations.clear();
            self.default_context_identifier = None;
        }
        if !flags.has(DsrFlags::PDN_SUBSCRIPTION_CONTEXTS) {
            return true;
        }
        let known = |id: &u32| {
            self.apn_configurations
                .iter()
                .any(|c| c.context_identifier == *id)
        };
        let all = context_identifiers.iter().all(known);
        self.apn_configurations
            .retain(|c| !context_identifiers.contains(&c.context_identifier));
        all
    }
}
