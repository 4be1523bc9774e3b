//! The dictionaries against Wireshark's: codes, types and M of every AVP both know.

use std::collections::HashMap;
use std::path::Path;

use quintet_diameter::dict::{AvpType, Dictionary};

const DIRECTORY: &str = "/usr/share/wireshark/diameter";

/// The value of `name="..."` in a tag.
fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next()
}

struct Theirs {
    name: String,
    kind: String,
    mandatory: Option<String>,
}

fn theirs(directory: &Path) -> HashMap<(u32, u32), Theirs> {
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "xml") {
            let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
            texts.push(without_comments(&text));
        }
    }
    let mut vendors = HashMap::from([("None".to_owned(), 0)]);
    for tag in texts.iter().flat_map(|text| text.split("<vendor").skip(1)) {
        if let (Some(name), Some(code)) = (attribute(tag, "vendor-id"), attribute(tag, "code")) {
            vendors.insert(name.to_owned(), code.parse().unwrap());
        }
    }
    let mut out = HashMap::new();
    for avp in texts.iter().flat_map(|text| text.split("<avp ").skip(1)) {
        let avp = format!(" {}", avp.split("</avp>").next().unwrap());
        let head = avp.split('>').next().unwrap();
        let vendor = attribute(head, "vendor-id").map_or(Some(&0), |name| vendors.get(name));
        let (Some(vendor), Some(code), Some(name)) =
            (vendor, attribute(head, "code"), attribute(head, "name"))
        else {
            continue;
        };
        let kind = match avp
            .split("<type")
            .nth(1)
            .and_then(|tag| attribute(tag, "type-name"))
        {
            Some(kind) => kind.to_owned(),
            None if avp.contains("<grouped") => "Grouped".to_owned(),
            None => continue,
        };
        let mandatory = attribute(head, "mandatory").map(str::to_owned);
        out.entry((*vendor, code.parse().unwrap())).or_insert(Theirs {
            name: name.to_owned(),
            kind,
            mandatory,
        });
    }
    out
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("<!--");
    let mut out = parts.next().unwrap_or("").to_owned();
    parts.for_each(|part| out.push_str(part.split_once("-->").map_or("", |part| part.1)));
    // Attributes stand on lines of their own here and there.
    out.replace(['\n', '\t', '\r'], " ")
}

/// Types that are the same octets, or that Wireshark has otherwise than the specification.
fn agrees(ours: AvpType, theirs: &str) -> bool {
    match theirs {
        "IPAddress" => matches!(ours, AvpType::Address | AvpType::OctetString),
        "AppId" | "VendorId" => ours == AvpType::Unsigned32,
        "OctetStringOrUTF8" => matches!(ours, AvpType::OctetString | AvpType::Utf8String),
        // Result-Code, Experimental-Result-Code, Inband-Security-Id, UDR-Flags: Unsigned32 with names.
        "Enumerated" => matches!(ours, AvpType::Enumerated | AvpType::Unsigned32),
        // Authorization-Lifetime is Unsigned32 in RFC 6733 8.9.
        "Integer32" => matches!(ours, AvpType::Integer32 | AvpType::Unsigned32),
        other => ours.name() == other,
    }
}

/// AVPs whose M is not Wireshark's, and why.
const M_DIFFERS: &[(&str, &str)] = &[
    ("RAT-Type", "TS 29.272 table 7.3.1/2 sets it on S6a"),
    ("Non-3GPP-IP-Access", "TS 29.273 table 8.2.3.0/1 sets it"),
    ("Non-3GPP-IP-Access-APN", "TS 29.273 table 8.2.3.0/1 sets it"),
    ("AN-Trusted", "TS 29.273 table 5.2.3.0/1 sets it"),
    ("Feature-List-ID", "TS 29.229 table 6.3.0 does not set it"),
    ("Feature-List", "TS 29.229 table 6.3.0 does not set it"),
    ("Supported-Applications", "TS 29.229 table 6.3.0 does not set it"),
    ("Associated-Identities", "TS 29.229 table 6.3.0 does not set it"),
    ("Originating-Request", "TS 29.229 table 6.3.0 does not set it"),
    ("Wildcarded-PSI", "TS 29.229 table 6.3.0 does not set it"),
    ("LIA-Flags", "TS 29.229 table 6.3.0 does not set it"),
    (
        "Initial-CSeq-Sequence-Number",
        "TS 29.229 table 6.3.0 does not set it",
    ),
    ("SAR-Flags", "TS 29.229 table 6.3.0 does not set it"),
    (
        "WebRTC-Authentication-Function-Name",
        "TS 29.229 table 6.3.0 does not set it",
    ),
    (
        "WebRTC-Web-Server-Function-Name",
        "TS 29.229 table 6.3.0 does not set it",
    ),
    ("Identity-Set", SH_CLEARS_M),
    ("Expiry-Time", SH_CLEARS_M),
    ("Send-Data-Indication", SH_CLEARS_M),
    ("One-Time-Notification", SH_CLEARS_M),
    ("Requested-Nodes", SH_CLEARS_M),
    ("Serving-Node-Indication", SH_CLEARS_M),
    ("Repository-Data-ID", SH_CLEARS_M),
    ("Sequence-Number", SH_CLEARS_M),
    ("Pre-paging-Supported", SH_CLEARS_M),
    ("Local-Time-Zone-Indication", SH_CLEARS_M),
    ("UDR-Flags", SH_CLEARS_M),
    ("SRR-Flags", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("SM-Delivery-Not-Intended", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("MWD-Status", "TS 29.338 table 5.3.3.1/1 sets it"),
    (
        "MME-Absent-User-Diagnostic-SM",
        "TS 29.338 table 5.3.3.1/1 sets it",
    ),
    (
        "MSC-Absent-User-Diagnostic-SM",
        "TS 29.338 table 5.3.3.1/1 sets it",
    ),
    (
        "SGSN-Absent-User-Diagnostic-SM",
        "TS 29.338 table 5.3.3.1/1 sets it",
    ),
    ("SM-Delivery-Outcome", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("MME-SM-Delivery-Outcome", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("MSC-SM-Delivery-Outcome", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("SGSN-SM-Delivery-Outcome", "TS 29.338 table 5.3.3.1/1 sets it"),
    (
        "IP-SM-GW-SM-Delivery-Outcome",
        "TS 29.338 table 5.3.3.1/1 sets it",
    ),
    ("SM-Delivery-Cause", "TS 29.338 table 5.3.3.1/1 sets it"),
    ("Absent-User-Diagnostic-SM", "TS 29.338 table 5.3.3.1/1 sets it"),
];

const SH_CLEARS_M: &str = "TS 29.329 table 6.3.1 clears it, and so does freeDiameter's dictionary";

/// AVPs whose type is not Wireshark's: which it is, and why.
const TYPE_DIFFERS: &[(&str, AvpType, &str)] =
    &[("TWAG-UP-Address", AvpType::Utf8String, "TS 29.273 5.2.3.30")];

/// AVPs whose name is not Wireshark's, and why.
const NAME_DIFFERS: &[(&str, &str)] = &[
    ("RFC4740-SIP-Authentication-Scheme", "TS 29.229 has the name too"),
    ("SIP-Number-Auth-Items", "the name of TS 29.229"),
    ("SIP-Authentication-Scheme", "the name of TS 29.229"),
    ("SIP-Authenticate", "the name of TS 29.229"),
    ("SIP-Authorization", "the name of TS 29.229"),
    ("SIP-Auth-Data-Item", "the name of TS 29.229"),
    ("SIP-Item-Number", "the name of TS 29.229"),
    ("Call-Barring-Info", "the name of TS 29.272"),
    ("Acct-Multi-Session-Id", "the name of RFC 6733 9.8.5"),
    ("PPR-Address", "the name of TS 29.173"),
    ("Service-Type-LCS", "RFC 7155 has a Service-Type"),
];

#[test]
fn codes_types_and_m() {
    let directory = Path::new(DIRECTORY);
    if !directory.is_dir() {
        assert!(
            std::env::var_os("CI").is_none(),
            "{DIRECTORY} is missing: install tshark"
        );
        eprintln!("skipped: no {DIRECTORY}; install tshark to run this");
        return;
    }
    let (theirs, mut differences, mut compared) = (theirs(directory), Vec::new(), 0);
    for avp in Dictionary::builtin().avps() {
        let Some(their) = theirs.get(&(avp.id.vendor_id, avp.id.code)) else {
            continue;
        };
        compared += 1;
        let excused = |list: &[(&str, &str)]| list.iter().any(|row| row.0 == avp.name);
        let plain = |name: &str| name.to_lowercase().replace([' ', '_'], "-");
        if plain(&avp.name) != plain(&their.name) && !excused(NAME_DIFFERS) {
            differences.push(format!("{}: {} there", avp.name, their.name));
        }
        let is_known = TYPE_DIFFERS
            .iter()
            .any(|row| (row.0, row.1) == (&*avp.name, avp.kind));
        if !agrees(avp.kind, &their.kind) && !is_known {
            differences.push(format!(
                "{}: {} here, {} there",
                avp.name,
                avp.kind.name(),
                their.kind
            ));
        }
        let m = avp.id.flags.mandatory();
        let other = match their.mandatory.as_deref() {
            Some("must") => Some(true),
            Some("mustnot") => Some(false),
            _ => None,
        };
        if other.is_some_and(|other| other != m) && !excused(M_DIFFERS) {
            differences.push(format!("{}: M {m} here, {:?} there", avp.name, their.mandatory));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(compared > 600, "only {compared} AVPs were found there");
}
