//! Comparison with what pycrate says: every element of its answer has an entry here, and its value is compared.

use crate::json::Json;
use crate::pycrate_fgs;
use crate::support::Message;
use quintet_wire::Field;

/// How an element of pycrate is compared with ours.
pub(crate) enum How {
    /// Octets, or numbers whose octets follow each other.
    Octets,
    /// A number from its parts: name of the part and its shift.
    Number(&'static [(&'static str, u32)]),
    /// Parts of one bit each (or the given width), first in bit 8.
    Bits,
    /// Inner fields of ours that hold the numbers named.
    Inner(&'static [(&'static str, &'static str)]),
    /// A rule of its own.
    Rule(fn(&Json, &Field) -> (String, String)),
}

use How::{Bits, Inner, Number, Octets, Rule};

pub(crate) const VALUE: How = Number(&[("Value", 0)]);
pub(crate) const V: How = Number(&[("V", 0)]);
pub(crate) const TIMER: How = Inner(&[("Unit", "Unit"), ("Value", "Timer value")]);
pub(crate) const KSI: How = Number(&[("TSC", 3), ("Value", 0)]);

/// pycrate's name, our row's name, how they are compared.
pub(crate) type Element = (&'static str, &'static str, How);

const ELEMENTS: &[Element] = &[
    ("RES", "Authentication response parameter", Octets),
    ("RAND", "Authentication parameter RAND (EPS challenge)", Octets),
    ("AUTN", "Authentication parameter AUTN (EPS challenge)", Octets),
    ("AUTS", "Authentication failure parameter", Octets),
    ("HashMME", "HashMME", Octets),
    ("SuppCodecs", "Supported Codecs", Octets),
    ("APN_AMBR", "APN-AMBR", Octets),
    ("EPSQoS", "EPS QoS", Inner(&[("QCI", "QCI")])),
    ("APN", "Access point name", Rule(apn)),
    ("PDNAddr", "PDN address", Rule(pdn_address)),
    ("ProtConfig", "Protocol configuration options", Rule(options)),
    ("EMMCause", "EMM cause", Number(&[("EMMCause", 0)])),
    ("ESMCause", "ESM cause", Number(&[("ESMCause", 0)])),
    ("NAS_KSI", "NAS key set identifier", KSI),
    ("EPSAttachType", "EPS attach type", V),
    ("EPSAttachResult", "EPS attach result", V),
    ("EPSUpdateResult", "EPS update result", V),
    ("PDNType", "PDN type", V),
    ("RequestType", "Request type", V),
    (
        "EPSUpdateType",
        "EPS update type",
        Number(&[("Active", 3), ("Value", 0)]),
    ),
    (
        "EPSDetachType",
        "Detach type",
        Number(&[("SwitchOff", 3), ("Type", 0)]),
    ),
    (
        "AddUpdateType",
        "Additional update type",
        Number(&[("PNB_CIoT", 2), ("SAF", 1), ("AUTV", 0)]),
    ),
    ("AddUpdateRes", "Additional update result", VALUE),
    (
        "VoiceDomPref",
        "Voice domain preference and UE's usage setting",
        Number(&[("UEUsage", 2), ("VoiceDomPref", 0)]),
    ),
    (
        "MSNetFeatSupp",
        "MS network feature support",
        Number(&[("ExtPeriodTimers", 0)]),
    ),
    ("TMSIStatus", "TMSI status", Number(&[("Flag", 0)])),
    ("OldGUTIType", "Old GUTI type", VALUE),
    ("ESMInfoTransferFlag", "ESM information transfer flag", VALUE),
    ("DLSavingTime", "Network daylight saving time", VALUE),
    ("IMEISVReq", "IMEISV request", VALUE),
    ("DeviceProp", "Device properties", Number(&[("LowPriority", 0)])),
    (
        "LocalTimeZone",
        "Local time zone",
        Number(&[("TZ1", 4), ("TZS", 3), ("TZ0", 0)]),
    ),
    (
        "NASSecAlgo",
        "Selected NAS security algorithms",
        Inner(&[
            ("CiphAlgo", "Type of ciphering algorithm"),
            ("IntegAlgo", "Type of integrity protection algorithm"),
        ]),
    ),
    ("T3412", "T3412 value", TIMER),
    ("T3423", "T3423 value", TIMER),
    ("T3402", "T3402 value", TIMER),
    ("T3412Ext", "T3412 extended value", TIMER),
    (
        "DRXParam",
        "DRX parameter",
        Inner(&[
            ("SPLIT_PG_CYCLE_CODE", "SPLIT PG CYCLE CODE"),
            ("DRXCycleLen", "CN specific DRX cycle length"),
        ]),
    ),
    (
        "MSCm2",
        "Mobile station classmark 2",
        Inner(&[("RevLevel", "Revision level"), ("RFClass", "RF power capability")]),
    ),
    ("UENetCap", "UE network capability", Bits),
    ("UESecCap", "Replayed UE security capabilities", Bits),
    ("EPSNetFeat", "EPS network feature support", Bits),
    ("MSNetCap", "MS network capability", Rule(ms_network_capability)),
    (
        "EPSBearerCtxtStat",
        "EPS bearer context status",
        Rule(bearer_status),
    ),
    ("EPSID", "EPS mobile identity", Rule(identity)),
    ("OldGUTI", "Old GUTI", Rule(identity)),
    ("GUTI", "GUTI", Rule(identity)),
    ("ID", "MS identity", Rule(identity)),
    ("ID", "Mobile identity", Rule(identity)),
    ("IMEISV", "IMEISV", Rule(identity)),
    ("TAIList", "TAI list", Rule(tai_list)),
    ("OldTAI", "Last visited registered TAI", Rule(area)),
    ("OldLAI", "Old location area identification", Rule(area)),
    ("LAI", "Location area identification", Rule(area)),
    ("NetFullName", "Full name for network", Rule(network_name)),
    ("NetShortName", "Short name for network", Rule(network_name)),
    (
        "UnivTimeAndTimeZone",
        "Universal time and local time zone",
        Rule(time),
    ),
    ("MSCm3", "Mobile station classmark 3", Rule(container)),
    ("NASContainer", "NAS message container", Rule(container)),
];

/// Bits wider than one.
const WIDE: &[(&str, &str, u32)] = &[
    ("EPSNetFeat", "CS_LCS", 2),
    ("EPSNetFeat", "spare", 4),
    ("5GSNetFeat", "EMF", 2),
    ("5GSNetFeat", "EMC", 2),
    ("5GSNetFeat", "RestrictEC", 2),
    ("5GSMCap", "ATSSS-ST", 4),
    ("5GMMCap", "spare", 4),
];

pub(crate) fn number(value: &Json) -> u64 {
    value.number()
}

/// The numbers and octet strings of a value, in order, with their names.
pub(crate) fn leaves<'v>(name: &'v str, value: &'v Json, out: &mut Vec<(&'v str, &'v Json)>) {
    match value {
        Json::Object(members) => members.iter().for_each(|(name, value)| leaves(name, value, out)),
        Json::Array(items) => items.iter().for_each(|value| leaves(name, value, out)),
        leaf => out.push((name, leaf)),
    }
}

pub(crate) fn parts(value: &Json) -> Vec<(&str, &Json)> {
    let mut out = Vec::new();
    leaves("", value, &mut out);
    out.retain(|(name, _)| !matches!(*name, "T" | "L"));
    out
}

pub(crate) fn part<'v>(value: &'v Json, name: &str) -> &'v Json {
    parts(value)
        .into_iter()
        .find(|(n, _)| *n == name)
        .unwrap_or_else(|| panic!("no {name} in {value:?}"))
        .1
}

pub(crate) fn inner<'f>(field: &'f Field, name: &str) -> Option<&'f str> {
    field.fields.iter().find_map(|f| {
        if f.name == name {
            Some(f.value.as_str())
        } else {
            inner(f, name)
        }
    })
}

pub(crate) fn leading(text: &str) -> String {
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn octets(value: &Json) -> String {
    let texts = parts(value).into_iter().map(|(_, leaf)| match leaf {
        Json::Text(text) => text.clone(),
        other => format!("{:02x}", number(other)),
    });
    texts.collect()
}

fn bits(element: &str, value: &Json) -> String {
    let (mut all, mut length) = (0u128, 0);
    for (name, leaf) in parts(value) {
        let (width, bits) = match leaf {
            // Whole octets that the other does not know.
            Json::Text(hex) if name.starts_with("spare") => {
                (4 * hex.len() as u32, u128::from_str_radix(hex, 16).unwrap())
            }
            leaf => {
                let width = WIDE.iter().find(|w| w.0 == element && w.1 == name);
                (width.map_or(1, |w| w.2), u128::from(number(leaf)))
            }
        };
        all = all << width | bits;
        length += width;
    }
    assert_eq!(length % 8, 0, "{element}: {value:?}");
    format!("{all:0width$x}", width = length as usize / 4)
}

pub(crate) fn swap(text: &str) -> String {
    let mut out = String::new();
    for pair in text.as_bytes().chunks(2) {
        out.extend([char::from(pair[1]), char::from(pair[0])]);
    }
    out
}

/// MCC and MNC from three octets in hex.
pub(crate) fn plmn(text: &Json) -> String {
    let c: Vec<char> = text.text().unwrap().chars().collect();
    [c[1], c[0], c[3], c[5], c[4], c[2]]
        .into_iter()
        .filter(|c| *c != 'f')
        .collect()
}

fn apn(value: &Json, field: &Field) -> (String, String) {
    let labels = value["APN"].items().iter().map(|label| {
        let octets = hex::decode(label["Value"].text().unwrap()).unwrap();
        String::from_utf8(octets).unwrap()
    });
    (labels.collect::<Vec<_>>().join("."), field.value.clone())
}

fn pdn_address(value: &Json, field: &Field) -> (String, String) {
    let mine = field
        .fields
        .iter()
        .map(|f| match f.value.parse::<std::net::Ipv4Addr>() {
            Ok(address) => hex::encode(address.octets()),
            Err(_) => f.value.clone(),
        });
    (part(value, "Addr").text().unwrap().to_owned(), mine.collect())
}

pub(crate) fn options(value: &Json, field: &Field) -> (String, String) {
    let theirs = value["ProtConfig"]["Config"].items().iter().map(|option| {
        let contents = option["Cont"].text().unwrap_or("?");
        (number(&option["ID"]), number(&option["Len"]), contents.to_owned())
    });
    let theirs: Vec<_> = theirs.collect();
    let mine = field.fields.iter().zip(&theirs).map(|(f, (_, _, contents))| {
        let shown = if contents == "?" {
            contents.clone()
        } else {
            f.value.clone()
        };
        (
            u64::from_str_radix(&f.name, 16).unwrap(),
            f.value.len() as u64 / 2,
            shown,
        )
    });
    let mine: Vec<_> = mine.collect();
    (
        format!("{} {theirs:?}", theirs.len()),
        format!("{} {mine:?}", field.fields.len()),
    )
}

fn ms_network_capability(value: &Json, field: &Field) -> (String, String) {
    let all: Vec<u64> = parts(value).into_iter().map(|(_, v)| v.number()).collect();
    let gea = std::iter::once(all[0])
        .chain(all[8..14].iter().copied())
        .enumerate();
    let names: Vec<_> = gea
        .filter(|(_, on)| *on == 1)
        .map(|(n, _)| format!("GEA{}", n + 1))
        .collect();
    (names.join(" "), inner(field, "GEA").unwrap().to_owned())
}

fn bearer_status(value: &Json, field: &Field) -> (String, String) {
    let mut active: Vec<u8> = parts(value)
        .into_iter()
        .filter(|(_, v)| number(v) == 1)
        .map(|(name, _)| name.strip_prefix("EBI_").unwrap().parse().unwrap())
        .collect();
    active.sort_unstable();
    let active: Vec<_> = active.iter().map(u8::to_string).collect();
    (
        active.join(" "),
        inner(field, "Active EPS bearer identities").unwrap().to_owned(),
    )
}

fn identity(value: &Json, field: &Field) -> (String, String) {
    let get = |name| part(value, name);
    match number(get("Type")) {
        6 => {
            let theirs = format!(
                "{} {} {} {}",
                plmn(get("PLMN")),
                number(get("MMEGroupID")),
                number(get("MMECode")),
                number(get("MTMSI"))
            );
            let mine = ["PLMN", "MME group ID", "MME code", "M-TMSI"].map(|name| inner(field, name).unwrap());
            (theirs, mine.join(" "))
        }
        4 => (
            number(get("TMSI")).to_string(),
            inner(field, "TMSI").unwrap().to_owned(),
        ),
        _ => {
            let mut digits = format!("{}{}", number(get("Digit1")), swap(get("Digits").text().unwrap()));
            if number(get("Odd")) == 0 {
                digits.pop();
            }
            (digits, field.fields[0].value.clone())
        }
    }
}

fn tai_list(value: &Json, field: &Field) -> (String, String) {
    let mut theirs = Vec::new();
    for list in value["TAIList"].items() {
        let (tai, plmn) = (&list["PTAI"], plmn(&list["PTAI"]["PLMN"]));
        match number(&list["Type"]) {
            0 => theirs.extend(
                tai["TACs"]
                    .items()
                    .iter()
                    .map(|tac| format!("{plmn}-{}", number(tac))),
            ),
            _ => theirs
                .extend((0..=number(&tai["Num"])).map(|i| format!("{plmn}-{}", number(&tai["TAC1"]) + i))),
        }
    }
    let mine: Vec<_> = field.fields.iter().map(|f| f.value.clone()).collect();
    (theirs.join(" "), mine.join(" "))
}

fn area(value: &Json, field: &Field) -> (String, String) {
    let all = parts(value);
    (
        format!("{}-{}", plmn(part(value, "PLMN")), number(all.last().unwrap().1)),
        field.value.clone(),
    )
}

pub(crate) fn network_name(value: &Json, field: &Field) -> (String, String) {
    let get = |name| number(part(value, name));
    let first = get("Ext") << 7 | get("Coding") << 4 | get("AddCountryInitials") << 3 | get("SpareBits");
    (
        format!("{first:02x}{}", part(value, "Name").text().unwrap()),
        field.value.clone(),
    )
}

pub(crate) fn time(value: &Json, field: &Field) -> (String, String) {
    let all: Vec<u64> = parts(value).into_iter().map(|(_, v)| v.number()).collect();
    let digits: String = all[..13].iter().map(u64::to_string).collect();
    (
        format!("{digits}{:x}", all[13] << 3 | all[14]),
        field.value.clone(),
    )
}

/// What only another layer reads: its length.
pub(crate) fn container(value: &Json, field: &Field) -> (String, String) {
    (
        number(&value["L"]).to_string(),
        (field.value.len() / 2).to_string(),
    )
}

/// The two sides of a comparison.
fn sides(name: &str, how: &How, value: &Json, field: &Field) -> (String, String) {
    match how {
        Octets => (octets(value), field.value.clone()),
        Number(shifts) => {
            let number: u64 = shifts
                .iter()
                .map(|(name, shift)| number(part(value, name)) << shift)
                .sum();
            (number.to_string(), leading(&field.value))
        }
        Bits => (bits(name, value), field.value.clone()),
        Inner(names) => {
            let theirs: Vec<_> = names
                .iter()
                .map(|(theirs, _)| number(part(value, theirs)).to_string())
                .collect();
            let mine: Vec<_> = names
                .iter()
                .map(|(_, mine)| inner(field, mine).unwrap_or("none").to_owned())
                .collect();
            (theirs.join(" "), mine.join(" "))
        }
        Rule(rule) => rule(value, field),
    }
}

fn compare_header(id: &str, value: &Json, message: &Message<'_>) {
    let message_type = match message {
        Message::Emm(message) => message.message_type(),
        Message::Esm(message) => message.message_type(),
        Message::Fgmm(message) => message.message_type(),
        Message::Fgsm(message) => message.message_type(),
        Message::ServiceRequest(_) => panic!("{id}: a SERVICE REQUEST has no message type"),
    };
    assert_eq!(number(&value["Type"]), u64::from(message_type), "{id}");
    let session = match message {
        Message::Fgsm(_) => value.get("PDUSessID"),
        _ => value.get("EPSBearerId"),
    };
    if let Some(bearer) = session {
        let fields = message.fields();
        assert_eq!(number(bearer).to_string(), leading(&fields[0].value), "{id}");
        assert_eq!(
            number(&value["PTI"]).to_string(),
            leading(&fields[1].value),
            "{id}"
        );
    }
}

/// Whether a container of 5GS holds a message that pycrate has read.
fn is_message(value: &Json) -> bool {
    value
        .members()
        .iter()
        .any(|(name, _)| name.starts_with("5GMM") || name.starts_with("5GSM"))
}

/// Compares every element, in both directions; how many were compared.
pub(crate) fn compare(id: &str, answer: &Json, message: &Message<'_>) -> usize {
    let fields = message.fields();
    let mut rest: Vec<&Field> = fields.iter().collect();
    rest.retain(|f| !matches!(&*f.name, "EPS bearer identity" | "Procedure transaction identity"));
    let elements = match message {
        Message::Fgmm(_) => pycrate_fgs::ELEMENTS,
        Message::Fgsm(_) => {
            // The header.
            rest.drain(..2);
            pycrate_fgs::ELEMENTS
        }
        _ => ELEMENTS,
    };
    let mut compared = 0;
    for (name, value) in answer.members() {
        match name.as_str() {
            "EMMHeader" | "ESMHeader" | "5GMMHeader" | "5GSMHeader" => compare_header(id, value, message),
            "spare" => {}
            "PayloadContainer" | "NASContainer" if is_message(value) => {
                let at = rest
                    .iter()
                    .position(|f| f.name.to_lowercase().ends_with("container"))
                    .unwrap();
                let octets = hex::decode(&rest.remove(at).value).unwrap();
                let (inner, _) = Message::decode(&octets).unwrap_or_else(|e| panic!("{id}: {e}"));
                compared += compare(id, &value.members().last().unwrap().1, &inner);
            }
            "ESMContainer" => {
                let at = rest
                    .iter()
                    .position(|f| f.name == "ESM message container")
                    .unwrap();
                let octets = hex::decode(&rest.remove(at).value).unwrap();
                let (inner, _) = Message::decode(&octets).unwrap_or_else(|e| panic!("{id}: {e}"));
                let said = value
                    .members()
                    .iter()
                    .find(|(name, _)| name.starts_with("ESM"))
                    .unwrap();
                compared += compare(id, &said.1, &inner);
            }
            _ => {
                let found = elements
                    .iter()
                    .filter(|e| e.0 == name)
                    .find_map(|(_, ours, how)| {
                        rest.iter()
                            .position(|f| {
                                f.name == *ours
                                    || &*f.name == "NAS key set identifierASME"
                                        && *ours == "NAS key set identifier"
                            })
                            .map(|at| (at, how))
                    });
                let (at, how) =
                    found.unwrap_or_else(|| panic!("{id}: no rule or no element for {name} {value:?}"));
                let (theirs, mine) = sides(name, how, value, rest.remove(at));
                assert_eq!(mine, theirs, "{id}: {name} {value:?}");
                compared += 1;
            }
        }
    }
    assert!(
        rest.is_empty(),
        "{id}: elements that pycrate does not see: {rest:?}"
    );
    compared
}
