//! What a subscriber of PyHSS may do: APNs with their QoS, and IMS.

use super::{Joined, parsed};
use crate::record::{default_subscription, derived, home};
use crate::row::{Note, Refusal};
use crate::source::Options;
use crate::tables::TableRow;
use quintet_identity::{Apn, Impu, Imsi, Msisdn};
use quintet_subscriber::ims::{ImsSubscription, PublicIdentity};
use quintet_subscriber::model::{
    AllocationRetentionPriority, Ambr, ApnConfiguration, PdnType, QosClass, Subscriber, Subscription,
};

pub(super) fn subscription(
    row: &TableRow<'_>,
    joined: &Joined<'_>,
    imsi: Imsi,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Subscription, Refusal> {
    let mut subscription = default_subscription(&[]);
    if row.flag("enabled")? == Some(false) {
        (subscription.eps, subscription.fgs.subscribed) = (false, false);
        notes.push(Note::Changed(
            "disabled there: served neither in EPS nor in 5GS here".to_owned(),
        ));
    }
    subscription.packet_only = row.number("nam")?.unwrap_or(0) == 2;
    let rate = |column| -> Result<u64, Refusal> { Ok(row.small(column)?.unwrap_or(999_999)) };
    subscription.ambr = Ambr {
        uplink: rate("ue_ambr_ul")?,
        downlink: rate("ue_ambr_dl")?,
    };
    subscription.rau_tau_timer_s = row.small("subscribed_rau_tau_timer")?;
    let list = row.text("apn_list").unwrap_or_default();
    let default = row.text("default_apn").unwrap_or_default();
    let mut ids: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .collect();
    if !ids.contains(&default.as_str()) && !default.is_empty() {
        ids.push(&default);
    }
    let subscriber_id = row.text("subscriber_id").unwrap_or_default();
    let routes = joined.routing.get(&subscriber_id).map_or(&[][..], |rows| rows);
    subscription.apn_configurations.clear();
    let mut default_at = None;
    for id in ids {
        let apn = joined.apns.get(id).and_then(|rows| rows.first());
        let apn = apn.ok_or_else(|| {
            Refusal::new(format_args!("APN {id} of apn_list is no row of apn"))
                .remedy("export the table apn too, or take it out of apn_list")
        })?;
        let context = subscription.apn_configurations.len() as u32 + 1;
        let Some(mut configuration) = apn_configuration(apn, context, notes)? else {
            continue;
        };
        for route in routes
            .iter()
            .filter(|route| route.text("apn_id").as_deref() == Some(id))
        {
            configuration
                .served_party_ip_addresses
                .extend(route.address("ip_address")?);
        }
        if id == default {
            default_at = Some(context);
        }
        subscription.apn_configurations.push(configuration);
    }
    subscription.default_context_identifier = default_at.unwrap_or(1);
    let home = home(imsi, options.mnc_digits)?;
    subscription.roaming = joined.roaming.of_subscriber(row, home, notes)?;
    subscription.check().map_err(Refusal::new)?;
    Ok(subscription)
}

/// An APN; none if it is one of NB-IoT without IP.
fn apn_configuration(
    row: &TableRow<'_>,
    context_identifier: u32,
    notes: &mut Vec<Note>,
) -> Result<Option<ApnConfiguration>, Refusal> {
    let apn: Apn = parsed(row, "apn")?.ok_or_else(|| Refusal::new("an APN has no name"))?;
    let pdn_type = match row.number("ip_version")?.unwrap_or(0) {
        0 => PdnType::Ipv4,
        1 => PdnType::Ipv6,
        2 => PdnType::Ipv4v6,
        3 => PdnType::Ipv4OrIpv6,
        _ => {
            notes.push(Note::NotCarried("APNs without IP (NB-IoT)".to_owned()));
            return Ok(None);
        }
    };
    let rates: (Option<u64>, Option<u64>) = (row.small("apn_ambr_ul")?, row.small("apn_ambr_dl")?);
    let nb_iot = ["nidd_scef_id", "nidd_scef_realm", "nidd_mechanism", "nidd_rds"];
    if nb_iot.iter().any(|column| row.says(column)) {
        notes.push(Note::NotCarried("NIDD of an APN (SCEF)".to_owned()));
    }
    if row.says("charging_rule_list") {
        notes.push(Note::NotCarried(
            "charging_rule_list of an APN: it is the PCRF's".to_owned(),
        ));
    }
    if row.says("sgw_address") {
        notes.push(Note::NotCarried("sgw_address of an APN".to_owned()));
    }
    let charging = row.text("charging_characteristics");
    let charging_characteristics = charging
        .map(|text| u16::from_str_radix(&text, 16))
        .transpose()
        .map_err(|_| Refusal::new("charging_characteristics of an APN: 4 hexadecimal digits are expected"))?;
    let mut pdn_gw_addresses = Vec::new();
    match row.address("pgw_address") {
        Ok(address) => pdn_gw_addresses.extend(address),
        Err(_) => notes.push(Note::NotCarried(
            "pgw_address of an APN that is no address".to_owned(),
        )),
    }
    Ok(Some(ApnConfiguration {
        context_identifier,
        apn,
        pdn_type,
        qci: QosClass(row.small("qci")?.unwrap_or(9)),
        arp: AllocationRetentionPriority {
            priority_level: row.small("arp_priority")?.unwrap_or(4),
            pre_emption_capability: row.flag("arp_preemption_capability")?.unwrap_or(false),
            pre_emption_vulnerability: row.flag("arp_preemption_vulnerability")?.unwrap_or(true),
        },
        ambr: match rates {
            (Some(uplink), Some(downlink)) => Some(Ambr { uplink, downlink }),
            _ => None,
        },
        served_party_ip_addresses: Vec::new(),
        pdn_gw_addresses,
        pdn_gw_host: None,
        pdn_gw_realm: None,
        pdn_gw_dynamic: false,
        vplmn_dynamic_address_allowed: false,
        charging_characteristics,
    }))
}

/// The IMS subscription of whoever has a row in `ims_subscriber`.
pub(super) fn ims(
    row: &TableRow<'_>,
    subscriber: &Subscriber,
    joined: &Joined<'_>,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Option<ImsSubscription>, Refusal> {
    let imsi = row.text("imsi").unwrap_or_default();
    let msisdn = row.text("msisdn").unwrap_or_default();
    let found = joined
        .ims_by_imsi
        .get(&imsi)
        .or(joined.ims_by_msisdn.get(&msisdn));
    let Some(ims) = found.and_then(|rows| rows.first()) else {
        return match options.ims {
            true => derived(subscriber, options.mnc_digits).map(Some),
            false => Ok(None),
        };
    };
    let mut subscription = derived(subscriber, options.mnc_digits)?;
    let domain = subscription.private[0].impi.realm().to_owned();
    let numbers = [ims.text("msisdn"), ims.text("msisdn_list")];
    for number in numbers.iter().flatten().flat_map(|list| list.split(',')) {
        let number = number.trim().trim_start_matches('+');
        if number.is_empty() {
            continue;
        }
        let wrong = |error| Refusal::new(format_args!("ims_subscriber: {number}: {error}"));
        let number: Msisdn = number.parse().map_err(wrong)?;
        let both = [
            Impu::sip_of_msisdn(number, &domain).map_err(wrong)?,
            Impu::tel(number).map_err(wrong)?,
        ];
        let identities = &mut subscription.sets[0].identities;
        for impu in both {
            if identities.iter().all(|there| there.impu != impu) {
                identities.push(PublicIdentity::new(impu));
            }
        }
    }
    if ims.says("ifc_path") {
        notes.push(Note::NotCarried(
            "filter criteria: ifc_path names a template of PyHSS (fill it in, then `subscriber set --ifc`)"
                .to_owned(),
        ));
    }
    if ["xcap_profile", "sh_profile", "sh_template_path"]
        .iter()
        .any(|column| ims.says(column))
    {
        notes.push(Note::NotCarried("profiles of XCAP and Sh".to_owned()));
    }
    subscription.check().map_err(Refusal::new)?;
    Ok(Some(subscription))
}
