//! PyHSS: its tables `auc`, `subscriber`, `apn`, `ims_subscriber`, `subscriber_routing`, `roaming_rule`, `roaming_network`, out of the
//! database (SQLite), a dump, or the lists that its API answers in JSON.
//!
//! The SQN is the next to be issued; each is 100 above the last. Rates are bit/s. IMS identities follow from IMSI and numbers. Who may
//! roam where is evaluated as PyHSS does it (`roaming`).

mod roaming;

use crate::hex_octets::Hex;
use crate::members::Members;
use crate::objects::Objects;
use crate::record::{Constant, DEFAULT_AMF, default_subscription, derived, home, sqn_profile};
use crate::row::{Entry, Note, Place, Refusal, Row};
use crate::source::{Input, Options, ReadError, Sink};
use crate::sql;
use crate::sqn;
use crate::tables::{Cell, TableRow, Tables};
use quintet_crypto::{Amf, K};
use quintet_identity::{Apn, Impu, Imsi, Msisdn};
use quintet_subscriber::ims::{ImsSubscription, PublicIdentity};
use quintet_subscriber::model::{
    Algorithm, AllocationRetentionPriority, Ambr, ApnConfiguration, Authentication, PdnType, QosClass,
    Subscriber, Subscription,
};
use roaming::Rules;
use std::collections::HashMap;
use std::sync::Arc;

/// The tables that are read; what follows them is only counted.
pub(crate) const TABLES: [&str; 12] = [
    "auc",
    "subscriber",
    "apn",
    "ims_subscriber",
    "subscriber_routing",
    "roaming_rule",
    "roaming_network",
    "charging_rule",
    "tft",
    "eir",
    "subscriber_attributes",
    "emergency_subscriber",
];

/// Whether a table of this name is read, out of PyHSS's database.
#[must_use]
pub fn is_table_of_pyhss(name: &str) -> bool {
    TABLES.iter().any(|table| name.eq_ignore_ascii_case(table))
}

/// The column that makes an object of its API a row of which table.
const KEYS: [(&str, &str); 11] = [
    ("subscriber_routing_id", "subscriber_routing"),
    ("subscriber_attributes_id", "subscriber_attributes"),
    ("ims_subscriber_id", "ims_subscriber"),
    ("emergency_subscriber_id", "emergency_subscriber"),
    ("subscriber_id", "subscriber"),
    ("roaming_rule_id", "roaming_rule"),
    ("roaming_network_id", "roaming_network"),
    ("charging_rule_id", "charging_rule"),
    ("eir_id", "eir"),
    ("auc_id", "auc"),
    ("apn_id", "apn"),
];

/// Whether an object of JSON is a row of PyHSS.
pub(crate) fn is_row(object: &serde_json::Map<String, serde_json::Value>) -> bool {
    KEYS.iter().any(|(key, _)| object.contains_key(*key))
}

/// The tables of all files.
pub(crate) fn tables(inputs: Vec<Input<'_>>) -> Result<Tables, ReadError> {
    let wanted: Vec<(&str, &[&str])> = TABLES.iter().map(|name| (*name, &[][..])).collect();
    let mut found = Tables::default();
    for (file, input) in inputs.into_iter().enumerate() {
        found.begin(file);
        match input {
            Input::Tables(tables) => found
                .extend(tables)
                .map_err(|why| ReadError::at(file, (0, why)))?,
            Input::Octets(octets) => {
                let first = loop {
                    let peeked = octets
                        .fill_buf()
                        .map_err(|e| ReadError::at(file, (1, e.to_string())))?;
                    match peeked.first() {
                        Some(c) if c.is_ascii_whitespace() => octets.consume(1),
                        other => break other.copied(),
                    }
                };
                match first {
                    Some(b'{' | b'[') => of_api(file, octets, &mut found)?,
                    _ => sql::read_dump(octets, &wanted, &mut found)
                        .map_err(|stop| ReadError::at(file, stop))?,
                }
            }
        }
    }
    Ok(found)
}

/// The lists of the API.
fn of_api(file: usize, input: &mut dyn std::io::BufRead, tables: &mut Tables) -> Result<(), ReadError> {
    let mut objects = Objects::new(input);
    while let Some((line, octets)) = objects.next().map_err(|stop| ReadError::at(file, stop))? {
        let stop = |why: String| ReadError::at(file, (line, why));
        let document = Members::parse(&octets).map_err(|refusal| stop(refusal.why))?;
        let Some((_, table)) = KEYS.iter().find(|(key, _)| document.has(key)) else {
            return Err(stop("an object that is no row of PyHSS".to_owned()));
        };
        let (columns, cells): (Vec<String>, Vec<Cell>) = document.cells().unzip();
        tables.insert(table, &columns, line, cells).map_err(stop)?;
    }
    Ok(())
}

/// What rows are joined with.
struct Joined<'a> {
    auc: HashMap<String, Vec<TableRow<'a>>>,
    apns: HashMap<String, Vec<TableRow<'a>>>,
    ims_by_imsi: HashMap<String, Vec<TableRow<'a>>>,
    ims_by_msisdn: HashMap<String, Vec<TableRow<'a>>>,
    routing: HashMap<String, Vec<TableRow<'a>>>,
    attributes: HashMap<String, Vec<TableRow<'a>>>,
    roaming: Rules,
}

pub(crate) fn rows(tables: &Tables, options: &Options, sink: &mut Sink<'_>) -> Result<(), ReadError> {
    let joined = Joined {
        auc: tables.by("auc", "auc_id"),
        apns: tables.by("apn", "apn_id"),
        ims_by_imsi: tables.by("ims_subscriber", "imsi"),
        ims_by_msisdn: tables.by("ims_subscriber", "msisdn"),
        routing: tables.by("subscriber_routing", "subscriber_id"),
        attributes: tables.by("subscriber_attributes", "subscriber_id"),
        roaming: Rules::of(tables),
    };
    let mut used: HashMap<String, ()> = HashMap::new();
    for row in tables.rows("subscriber") {
        used.extend(row.text("auc_id").map(|id| (id, ())));
        let identity = row.text("imsi").unwrap_or_default();
        let mut notes = Vec::new();
        let entry = entry(&row, &joined, options, &mut notes);
        sink.put(Row::of(row.place, identity, entry, notes))?;
    }
    for row in tables.rows("auc") {
        if row.text("auc_id").is_none_or(|id| !used.contains_key(&id)) {
            let identity = row.text("imsi").unwrap_or_default();
            let why = "a card without a subscriber (auc alone)";
            sink.put(Row::skipped(row.place, identity, why))?;
        }
    }
    let others = [
        ("eir", "rules of the EIR"),
        ("charging_rule", "charging rules: they are the PCRF's"),
        ("tft", "TFTs of charging rules"),
        (
            "emergency_subscriber",
            "emergency subscribers: sessions under way",
        ),
    ];
    for (table, what) in others {
        let count = tables.count(table);
        if count > 0 {
            sink.put(Row::skipped(
                Place::default(),
                format!("table {table}"),
                format!("{count} rows: {what}, no part of subscribers"),
            ))?;
        }
    }
    Ok(())
}

fn entry(
    row: &TableRow<'_>,
    joined: &Joined<'_>,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Entry, Refusal> {
    let imsi: Imsi = parsed(row, "imsi")?.ok_or_else(|| Refusal::new("imsi is missing"))?;
    let auc = row.text("auc_id").and_then(|id| joined.auc.get(&id)?.first());
    let auc = auc.ok_or_else(|| {
        Refusal::new(format_args!(
            "auc_id {} names no row of auc",
            row.text("auc_id").unwrap_or_default()
        ))
        .remedy("export the table auc too")
    })?;
    let authentication = authentication(auc, options, notes)?;
    let msisdn: Option<Msisdn> = parsed(row, "msisdn")?;
    let subscription = subscription(row, joined, imsi, options, notes)?;
    let subscriber = Subscriber {
        imsi,
        msisdn,
        authentication,
        subscription: Arc::new(subscription),
    };
    let ims = ims(row, &subscriber, joined, options, notes)?;
    if let Some(id) = row.text("subscriber_id")
        && joined.attributes.contains_key(&id)
    {
        notes.push(Note::NotCarried("subscriber_attributes".to_owned()));
    }
    let serving = ["serving_mme", "serving_sgsn", "serving_msc", "serving_vlr"];
    if serving.iter().any(|column| row.says(column)) {
        notes.push(Note::NotCarried(
            "where the subscriber is served (it registers again)".to_owned(),
        ));
    }
    Ok(Entry {
        subscriber,
        ims,
        ims_only: false,
    })
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &TableRow<'_>,
    column: &str,
) -> Result<Option<T>, Refusal> {
    let Some(text) = row.text(column) else {
        return Ok(None);
    };
    text.parse()
        .map(Some)
        .map_err(|error| Refusal::new(format_args!("{column}: {error}")))
}

fn authentication(
    auc: &TableRow<'_>,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Authentication, Refusal> {
    let k: Hex = parsed(auc, "ki")?.ok_or_else(|| {
        Refusal::new("auc.ki is missing")
            .remedy("the API hides keys unless `hss.insecure_auc` of PyHSS is set: dump the database instead")
    })?;
    let k = K::new_128(k.exactly("auc.ki").map_err(Refusal::new)?);
    let opc: Option<Hex> = parsed(auc, "opc")?;
    let constant = match (&opc, &options.opc, &options.op) {
        (Some(opc), ..) | (None, Some(opc), _) => Constant::Opc(opc),
        (None, None, Some(op)) => Constant::Op(op),
        _ => return Err(Refusal::new("auc.opc is missing")),
    };
    let opc = constant.opc(&k)?;
    let amf: Option<Hex> = parsed(auc, "amf")?;
    let amf = match &amf {
        Some(amf) => amf.exactly("auc.amf").map_err(Refusal::new)?,
        None => DEFAULT_AMF,
    };
    let sqn_profile = sqn_profile(options.ind_bits)?;
    let sqn: u64 = auc.small("sqn")?.unwrap_or(0);
    let card = [
        "iccid",
        "batch_name",
        "sim_vendor",
        "esim",
        "lpa",
        "pin1",
        "pin2",
        "puk1",
        "puk2",
        "kid",
        "psk",
        "des",
        "adm1",
        "misc1",
        "misc2",
        "misc3",
        "misc4",
    ];
    if card.iter().any(|column| auc.says(column)) {
        notes.push(Note::NotCarried(
            "data of the card itself: ICCID, PINs, OTA keys, batch".to_owned(),
        ));
    }
    if matches!(auc.text("algo").as_deref(), Some("1" | "2")) {
        notes.push(Note::NotCarried("the algorithm of 2G (COMP128)".to_owned()));
    }
    Ok(Authentication {
        k,
        algorithm: Algorithm::Milenage { opc },
        amf: Amf(amf),
        sqn_profile,
        dif: None,
        seq_seed: sqn::seed(sqn, sqn_profile).map_err(|refusal| refusal.at("auc.sqn"))?,
    })
}

fn subscription(
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
fn ims(
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
