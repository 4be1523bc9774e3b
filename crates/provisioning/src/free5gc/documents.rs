//! What is provisioned of 5GS: the types of TS 29.503 and TS 29.505 as free5GC stores them.

use super::IGNORED;
use crate::members::Members;
use crate::rate;
use crate::row::{Note, Refusal};
use quintet_identity::{Apn, Msisdn, SNssai};
use quintet_subscriber::model::{AllocationRetentionPriority, Ambr, DnnConfiguration, PduSessionType};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Access and mobility data.
#[derive(Default)]
pub(super) struct Access {
    gpsis: Vec<String>,
    default: Vec<SNssai>,
    others: Vec<SNssai>,
    pub(super) ambr: Option<Ambr>,
}

impl Access {
    pub(super) fn read(mut document: Members, notes: &mut Vec<Note>) -> Result<Self, Refusal> {
        document.ignore(&IGNORED);
        document.ignore(&["servingPlmnId"]);
        let gpsis = document.texts("gpsis")?;
        let (mut default, mut others) = (Vec::new(), Vec::new());
        if let Some(mut nssai) = document.object("nssai")? {
            for (name, list) in [
                ("defaultSingleNssais", &mut default),
                ("singleNssais", &mut others),
            ] {
                for slice in nssai.objects(name)? {
                    list.push(s_nssai(slice)?);
                }
            }
            nssai.rest(notes);
        }
        let ambr = ambr(&mut document, "subscribedUeAmbr")?;
        document.rest(notes);
        Ok(Self {
            gpsis,
            default,
            others,
            ambr,
        })
    }

    /// The number.
    pub(super) fn msisdn(&self, notes: &mut Vec<Note>) -> Result<Option<Msisdn>, Refusal> {
        let numbers: Vec<&str> = self
            .gpsis
            .iter()
            .filter_map(|gpsi| gpsi.strip_prefix("msisdn-"))
            .collect();
        if self.gpsis.len() > numbers.len().min(1) {
            notes.push(Note::NotCarried("the second and further GPSIs".to_owned()));
        }
        match numbers.first().filter(|number| !number.is_empty()) {
            None => Ok(None),
            Some(number) => number
                .parse()
                .map(Some)
                .map_err(|error| Refusal::new(format_args!("gpsis: {error}"))),
        }
    }

    /// Subscribed slices, each once, and whether it is a default one.
    pub(super) fn slices(&self) -> Vec<(SNssai, bool)> {
        let mut found: Vec<(SNssai, bool)> = Vec::new();
        for &s_nssai in self.default.iter().chain(&self.others) {
            if found.iter().all(|(there, _)| *there != s_nssai) {
                found.push((s_nssai, self.default.contains(&s_nssai)));
            }
        }
        found
    }
}

/// The sessions of a slice.
pub(super) struct Slice {
    pub(super) s_nssai: SNssai,
    pub(super) dnns: Vec<DnnConfiguration>,
    addresses: Vec<(Apn, Vec<IpAddr>)>,
}

impl Slice {
    pub(super) fn read(mut document: Members, notes: &mut Vec<Note>) -> Result<Self, Refusal> {
        document.ignore(&IGNORED);
        document.ignore(&["servingPlmnId"]);
        let slice = document
            .object("singleNssai")?
            .ok_or_else(|| Refusal::new("singleNssai is missing"))?;
        let s_nssai = s_nssai(slice)?;
        let (mut dnns, mut addresses) = (Vec::new(), Vec::new());
        if let Some(map) = document.object("dnnConfigurations")? {
            for (name, mut configuration) in map.each() {
                let dnn: Apn = name
                    .parse()
                    .map_err(|error| Refusal::new(format_args!("dnnConfigurations: {name}: {error}")))?;
                let fixed = static_addresses(&mut configuration)?;
                dnns.push(dnn_configuration(dnn.clone(), configuration, notes)?);
                addresses.push((dnn, fixed));
            }
        }
        document.rest(notes);
        Ok(Self {
            s_nssai,
            dnns,
            addresses,
        })
    }

    /// Static addresses of a DNN.
    pub(super) fn addresses_of(&self, dnn: &Apn) -> Vec<IpAddr> {
        let found = self.addresses.iter().find(|(name, _)| name == dnn);
        found.map_or_else(Vec::new, |(_, addresses)| addresses.clone())
    }
}

/// Which DNNs an SMF is selected for, and in which order.
#[derive(Default)]
pub(super) struct Selection {
    by_slice: BTreeMap<String, Vec<(String, bool)>>,
}

impl Selection {
    pub(super) fn read(mut document: Members, notes: &mut Vec<Note>) -> Result<Self, Refusal> {
        document.ignore(&IGNORED);
        document.ignore(&["servingPlmnId"]);
        let mut by_slice = BTreeMap::new();
        if let Some(map) = document.object("subscribedSnssaiInfos")? {
            for (name, mut info) in map.each() {
                let mut dnns = Vec::new();
                for mut dnn in info.objects("dnnInfos")? {
                    let default = dnn.flag("defaultDnnIndicator")?.unwrap_or(false);
                    dnns.extend(dnn.text("dnn")?.map(|name| (name, default)));
                    dnn.rest(notes);
                }
                info.rest(notes);
                by_slice.insert(name.to_ascii_lowercase().replace('-', ""), dnns);
            }
        }
        document.rest(notes);
        Ok(Self { by_slice })
    }

    /// The DNNs of a slice in its order, one of them the default one.
    pub(super) fn ordered(&self, s_nssai: SNssai, dnns: &[DnnConfiguration]) -> Vec<DnnConfiguration> {
        let key = match s_nssai.sd() {
            Some(sd) => format!("{:02x}{sd:06x}", s_nssai.sst()),
            None => format!("{:02x}", s_nssai.sst()),
        };
        let order = self.by_slice.get(&key).map_or(&[][..], |list| list);
        let place = |dnn: &DnnConfiguration| {
            let found = order
                .iter()
                .position(|(name, _)| name.eq_ignore_ascii_case(dnn.dnn.as_str()));
            found.unwrap_or(usize::MAX)
        };
        let mut sorted = dnns.to_vec();
        sorted.sort_by_key(place);
        let marked = order
            .iter()
            .find(|(_, default)| *default)
            .map(|(name, _)| name.as_str());
        let first = sorted.first().map(|dnn| dnn.dnn.as_str().to_owned());
        let default = marked.map(str::to_owned).or(first);
        for dnn in &mut sorted {
            dnn.default = default
                .as_deref()
                .is_some_and(|name| name.eq_ignore_ascii_case(dnn.dnn.as_str()));
        }
        sorted
    }
}

fn s_nssai(mut slice: Members) -> Result<SNssai, Refusal> {
    let at = slice.at("sst");
    let sst: u8 = slice
        .small("sst")?
        .ok_or_else(|| Refusal::new(format_args!("{at} is missing")))?;
    match slice.text("sd")? {
        None => Ok(SNssai::new(sst)),
        Some(sd) => u32::from_str_radix(sd.trim(), 16)
            .ok()
            .and_then(|sd| SNssai::with_sd(sst, sd).ok())
            .ok_or_else(|| {
                Refusal::new(format_args!(
                    "{}: 6 hexadecimal digits are expected",
                    slice.at("sd")
                ))
            }),
    }
}

fn dnn_configuration(
    dnn: Apn,
    mut configuration: Members,
    notes: &mut Vec<Note>,
) -> Result<DnnConfiguration, Refusal> {
    let mut pdu_session_type = PduSessionType::default();
    if let Some(mut types) = configuration.object("pduSessionTypes")? {
        pdu_session_type = match types.text("defaultSessionType")?.as_deref() {
            None | Some("IPV4V6") => PduSessionType::Ipv4v6,
            Some("IPV4") => PduSessionType::Ipv4,
            Some("IPV6") => PduSessionType::Ipv6,
            Some("UNSTRUCTURED") => PduSessionType::Unstructured,
            Some("ETHERNET") => PduSessionType::Ethernet,
            Some(other) => return Err(Refusal::new(format_args!("{other:?} is no type of a session"))),
        };
        types.texts("allowedSessionTypes")?;
        types.rest(notes);
    }
    let mut five_qi = 9;
    let mut arp = AllocationRetentionPriority {
        priority_level: 8,
        pre_emption_capability: false,
        pre_emption_vulnerability: false,
    };
    if let Some(mut qos) = configuration.object("5gQosProfile")? {
        five_qi = qos.small("5qi")?.unwrap_or(five_qi);
        // The priority of the 5QI, which TS 23.501 table 5.7.4-1 gives, in free5GC a copy of that of ARP.
        qos.ignore(&["priorityLevel"]);
        if let Some(mut members) = qos.object("arp")? {
            arp = AllocationRetentionPriority {
                priority_level: members.small("priorityLevel")?.unwrap_or(arp.priority_level),
                pre_emption_capability: members.text("preemptCap")?.as_deref() == Some("MAY_PREEMPT"),
                pre_emption_vulnerability: members.text("preemptVuln")?.as_deref() == Some("PREEMPTABLE"),
            };
            members.rest(notes);
        }
        qos.rest(notes);
    }
    let ambr = ambr(&mut configuration, "sessionAmbr")?;
    configuration.not_carried(&["sscModes"], "SSC modes", notes);
    configuration.not_carried(&["upSecurity"], "security policy of the user plane", notes);
    configuration.rest(notes);
    Ok(DnnConfiguration {
        dnn,
        default: false,
        pdu_session_type,
        five_qi,
        arp,
        ambr,
    })
}

fn static_addresses(configuration: &mut Members) -> Result<Vec<IpAddr>, Refusal> {
    let mut found = Vec::new();
    for mut address in configuration.objects("staticIpAddress")? {
        found.extend(address.address("ipv4Addr")?);
        found.extend(address.address("ipv6Addr")?);
    }
    Ok(found)
}

fn ambr(document: &mut Members, name: &str) -> Result<Option<Ambr>, Refusal> {
    let Some(mut rates) = document.object(name)? else {
        return Ok(None);
    };
    let mut rate = |name: &str| -> Result<Option<u64>, Refusal> {
        let at = rates.at(name);
        let text = rates.text(name)?;
        let rate = text.map(|text| rate::of_text(&text)).transpose();
        rate.map_err(|why| Refusal::new(format_args!("{at}: {why}")))
    };
    let (uplink, downlink) = (rate("uplink")?, rate("downlink")?);
    Ok(match (uplink, downlink) {
        (Some(uplink), Some(downlink)) => Some(Ambr { uplink, downlink }),
        (Some(both), None) | (None, Some(both)) => Some(Ambr {
            uplink: both,
            downlink: both,
        }),
        (None, None) => None,
    })
}
