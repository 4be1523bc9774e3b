//! PyHSS: its tables `auc`, `subscriber`, `apn`, `ims_subscriber`, `subscriber_routing`, `roaming_rule`, `roaming_network`, out of the
//! database (SQLite), a dump, or the lists that its API answers in JSON.
//!
//! The SQN is the next to be issued; each is 100 above the last. Rates are bit/s. IMS identities follow from IMSI and numbers. Who may
//! roam where is evaluated as PyHSS does it (`roaming`).

mod roaming;
mod subscription;

use crate::hex_octets::Hex;
use crate::members::Members;
use crate::objects::Objects;
use crate::record::{Constant, DEFAULT_AMF, sqn_profile};
use crate::row::{Entry, Note, Place, Refusal, Row};
use crate::source::{Input, Options, ReadError, Sink};
use crate::sql;
use crate::sqn;
use crate::tables::{Cell, TableRow, Tables};
use quintet_crypto::{Amf, K};
use quintet_identity::{Imsi, Msisdn};
use quintet_subscriber::model::{Algorithm, Authentication, Subscriber};
use roaming::Rules;
use std::collections::HashMap;
use std::sync::Arc;
use subscription::{ims, subscription};

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
