//! What pycrate calls the elements of 5GS, and how its values are compared with ours.

use crate::json::Json;
use crate::pycrate::How::{Bits, Inner, Number, Octets, Rule};
use crate::pycrate::{
    Element, KSI, TIMER, V, VALUE, container, inner, network_name, number, options, part, parts, plmn, swap,
    time,
};
use quintet_wire::Field;

/// pycrate's name, our row's name, how they are compared.
pub(crate) const ELEMENTS: &[Element] = &[
    ("PayloadContainerType", "Payload container type", V),
    ("PayloadContainer", "Payload container", Rule(container)),
    ("NASContainer", "NAS message container", Rule(container)),
    (
        "IntegrityProtMaxDataRate",
        "Integrity protection maximum data rate",
        Rule(data_rate),
    ),
    ("PDUSessType", "PDU session type", VALUE),
    ("PDUSessType", "Selected PDU session type", VALUE),
    ("SSCMode", "SSC mode", VALUE),
    ("SSCMode", "Selected SSC mode", VALUE),
    ("5GSMCap", "5GSM capability", Bits),
    (
        "ExtProtConfig",
        "Extended protocol configuration options",
        Rule(options),
    ),
    ("PDUSessID", "PDU session ID", Number(&[("PDUSessID", 0)])),
    ("RequestType", "Request type", VALUE),
    ("SNSSAI", "S-NSSAI", Rule(slice)),
    ("DNN", "DNN", Rule(dnn)),
    ("5GSMCause", "5GSM cause", Number(&[("5GSMCause", 0)])),
    ("5GMMCause", "5GMM cause", Number(&[("5GMMCause", 0)])),
    ("NAS_KSI", "ngKSI", KSI),
    (
        "5GSRegType",
        "5GS registration type",
        Number(&[("FOR", 3), ("Value", 0)]),
    ),
    ("5GSID", "5GS mobile identity", Rule(identity)),
    ("5GSID", "5G-S-TMSI", Rule(identity)),
    ("5GSID", "Mobile identity", Rule(identity)),
    ("GUTI", "5G-GUTI", Rule(identity)),
    ("IMEISV", "IMEISV", Rule(identity)),
    ("UESecCap", "UE security capability", Bits),
    ("UESecCap", "Replayed UE security capabilities", Bits),
    ("AddInfo", "Additional information", Octets),
    ("BackOffTimer", "Back-off timer value", TIMER),
    ("T3512", "T3512 value", TIMER),
    ("T3502", "T3502 value", TIMER),
    ("T3346", "T3346 value", TIMER),
    (
        "MaxPktFilters",
        "Maximum number of supported packet filters",
        VALUE,
    ),
    ("AlwaysOnPDUSess", "Always-on PDU session requested", VALUE),
    ("AlwaysOnPDUSess", "Always-on PDU session indication", VALUE),
    (
        "SMPDUDNReqContainer",
        "SM PDU DN request container",
        Rule(container),
    ),
    (
        "5GSRegResult",
        "5GS registration result",
        Number(&[
            ("DisasterRoaming", 6),
            ("Emergency", 5),
            ("NSSAAPerformed", 4),
            ("SMSAllowed", 3),
            ("Value", 0),
        ]),
    ),
    ("5GSTAIList", "TAI list", Rule(tai_list)),
    ("TAI", "Last visited registered TAI", Rule(tai)),
    ("AllowedNSSAI", "Allowed NSSAI", Rule(slices)),
    ("NSSAI", "Requested NSSAI", Rule(slices)),
    ("PDUSessStat", "PDU session status", Rule(sessions)),
    ("ULDataStat", "Uplink data status", Rule(sessions)),
    (
        "PDUSessReactResult",
        "PDU session reactivation result",
        Rule(sessions),
    ),
    (
        "PDUSessReactResultErr",
        "PDU session reactivation result error cause",
        Octets,
    ),
    ("RES", "Authentication response parameter", Octets),
    (
        "RAND",
        "Authentication parameter RAND (5G authentication challenge)",
        Octets,
    ),
    (
        "AUTN",
        "Authentication parameter AUTN (5G authentication challenge)",
        Octets,
    ),
    ("AUTS", "Authentication failure parameter", Octets),
    ("ABBA", "ABBA", Octets),
    ("EAPMsg", "EAP message", Octets),
    ("ServiceType", "Service type", V),
    ("QoSRules", "Authorized QoS rules", Rule(qos_rules)),
    ("QoSRules", "Requested QoS rules", Rule(qos_rules)),
    ("SessAMBR", "Session-AMBR", Rule(session_ambr)),
    ("PDUAddress", "PDU address", Rule(pdu_address)),
    ("QoSFlowDesc", "Authorized QoS flow descriptions", Rule(qos_flows)),
    ("QoSFlowDesc", "Requested QoS flow descriptions", Rule(qos_flows)),
    (
        "DeregistrationType",
        "De-registration type",
        Number(&[("SwitchOff", 3), ("ReregistrationRequired", 2), ("AccessType", 0)]),
    ),
    (
        "NASSecAlgo",
        "Selected NAS security algorithms",
        Inner(&[
            ("CiphAlgo", "Type of ciphering algorithm"),
            ("IntegAlgo", "Type of integrity protection algorithm"),
        ]),
    ),
    ("IMEISVReq", "IMEISV request", VALUE),
    (
        "Add5GSecInfo",
        "Additional 5G security information",
        Number(&[("RINMR", 1), ("HDP", 0)]),
    ),
    ("5GMMCap", "5GMM capability", Bits),
    ("S1UENetCap", "S1 UE network capability", Bits),
    ("5GSIDType", "Identity type", VALUE),
    (
        "CongestReattemptInd",
        "5GSM congestion re-attempt indicator",
        Number(&[("ABO", 0)]),
    ),
    (
        "ConfigUpdateInd",
        "Configuration update indication",
        Number(&[("RED", 1), ("ACK", 0)]),
    ),
    ("NetFullName", "Full name for network", Rule(network_name)),
    ("NetShortName", "Short name for network", Rule(network_name)),
    (
        "LocalTimeZone",
        "Local time zone",
        Number(&[("TZ1", 4), ("TZS", 3), ("TZ0", 0)]),
    ),
    (
        "UnivTimeAndTimeZone",
        "Universal time and local time zone",
        Rule(time),
    ),
    ("DLSavingTime", "Network daylight saving time", VALUE),
    (
        "5GSUpdateType",
        "5GS update type",
        Number(&[
            ("EPS-PNB-CIoT", 4),
            ("5GS-PNB-CIoT", 2),
            ("NG-RAN-RCU", 1),
            ("SMSRequested", 0),
        ]),
    ),
    (
        "AllowedSSCMode",
        "Allowed SSC mode",
        Number(&[("SSC3", 2), ("SSC2", 1), ("SSC1", 0)]),
    ),
    ("MICOInd", "MICO indication", Number(&[("SPRTI", 1), ("RAAI", 0)])),
    (
        "UEStatus",
        "UE status",
        Number(&[("N1ModeReg", 1), ("S1ModeReg", 0)]),
    ),
    ("UEUsage", "UE's usage setting", VALUE),
    ("5GSNetFeat", "5GS network feature support", Bits),
];

fn shown(fields: &[Field]) -> String {
    let values: Vec<_> = fields.iter().map(|f| f.value.as_str()).collect();
    values.join(" ")
}

fn data_rate(value: &Json, field: &Field) -> (String, String) {
    let text = |name| match number(part(value, name)) {
        0 => "64 kbit/s".to_owned(),
        1 => "NULL".to_owned(),
        255 => "full data rate".to_owned(),
        other => other.to_string(),
    };
    (format!("{} {}", text("UPUL"), text("UPDL")), shown(&field.fields))
}

fn slice_text(value: &Json) -> String {
    let sst = number(&value["SST"]);
    match value.get("SD").map(number) {
        Some(sd) if sd != 0x00ff_ffff => format!("{sst}-{sd:06x}"),
        _ => sst.to_string(),
    }
}

fn slice(value: &Json, field: &Field) -> (String, String) {
    (slice_text(&value["SNSSAI"]), field.value.clone())
}

fn slices(value: &Json, field: &Field) -> (String, String) {
    let theirs: Vec<_> = value["NSSAI"]
        .items()
        .iter()
        .map(|item| slice_text(&item["SNSSAI"]))
        .collect();
    (theirs.join(" "), shown(&field.fields))
}

fn dnn(value: &Json, field: &Field) -> (String, String) {
    if let Some(octets) = value["V"].text() {
        // A label's length that is past the end, which the other does not take apart.
        let octets = hex::decode(octets).unwrap();
        return (octets[1..].escape_ascii().to_string(), field.value.clone());
    }
    let labels = value["DNN"].items().iter().map(|label| {
        let octets = hex::decode(label["Value"].text().unwrap()).unwrap();
        String::from_utf8(octets).unwrap()
    });
    (labels.collect::<Vec<_>>().join("."), field.value.clone())
}

fn identity(value: &Json, field: &Field) -> (String, String) {
    if let Some(octets) = value["V"].text() {
        // No identity, with octets behind it.
        return (octets.to_owned(), field.fields[0].value.clone());
    }
    let get = |name| part(value, name);
    let mine = |names: &[&str]| {
        let values: Vec<_> = names.iter().map(|name| inner(field, name).unwrap()).collect();
        values.join(" ")
    };
    match number(get("Type")) {
        0 => (String::new(), field.fields[0].value.replace('0', "")),
        1 => {
            let routing = swap(get("RoutingInd").text().unwrap());
            let after: Vec<_> = parts(value)
                .into_iter()
                .skip_while(|(name, _)| *name != "HNPKID")
                .skip(1)
                .map(|(_, leaf)| leaf.text().unwrap())
                .collect();
            let scheme = number(get("ProtSchemeID"));
            let theirs = format!(
                "{} {} {} {scheme} {} {}",
                number(get("Fmt")),
                plmn(get("PLMN")),
                // One that begins with a filler has no digit, which is that of none.
                routing
                    .split('f')
                    .next()
                    .filter(|digits| !digits.is_empty())
                    .unwrap_or("0"),
                number(get("HNPKID")),
                after.concat(),
            );
            let names = [
                "SUPI format",
                "Home network",
                "Routing indicator",
                "Protection scheme",
                "Home network public key identifier",
                "Scheme output",
            ];
            (theirs, mine(&names))
        }
        2 => {
            let parts =
                ["AMFRegionID", "AMFSetID", "AMFPtr", "5GTMSI"].map(|name| number(get(name)).to_string());
            (
                format!("{} {}", plmn(get("PLMN")), parts.join(" ")),
                mine(&["PLMN", "AMF region ID", "AMF set ID", "AMF pointer", "5G-TMSI"]),
            )
        }
        4 => {
            let parts = ["AMFSetID", "AMFPtr", "5GTMSI"].map(|name| number(get(name)).to_string());
            (parts.join(" "), mine(&["AMF set ID", "AMF pointer", "5G-TMSI"]))
        }
        _ => {
            let mut digits = format!("{}{}", number(get("Digit1")), swap(get("Digits").text().unwrap()));
            // An IMEISV has sixteen digits, whatever the other bit says.
            digits.truncate(if number(get("Type")) == 5 { 16 } else { 15 });
            (digits, field.fields[0].value.clone())
        }
    }
}

fn tai(value: &Json, field: &Field) -> (String, String) {
    let theirs = format!("{}-{}", plmn(part(value, "PLMN")), number(part(value, "TAC")));
    (theirs, field.value.clone())
}

fn tai_list(value: &Json, field: &Field) -> (String, String) {
    let mut theirs = Vec::new();
    for list in value["5GSTAIList"].items() {
        let tai = &list["PTAI"];
        match number(&list["Type"]) {
            0 => {
                let plmn = plmn(&tai["PLMN"]);
                theirs.extend(
                    tai["TACs"]
                        .items()
                        .iter()
                        .map(|tac| format!("{plmn}-{}", number(tac))),
                );
            }
            1 => {
                let plmn = plmn(&tai["PLMN"]);
                theirs.extend(
                    (0..=number(&tai["Num"])).map(|i| format!("{plmn}-{}", number(&tai["TAC1"]) + i)),
                );
            }
            _ => theirs.extend(
                tai["TAIs"]
                    .items()
                    .iter()
                    .map(|tai| format!("{}-{}", plmn(&tai["PLMN"]), number(&tai["TAC"]))),
            ),
        }
    }
    (theirs.join(" "), shown(&field.fields))
}

fn sessions(value: &Json, field: &Field) -> (String, String) {
    let mut theirs: Vec<u8> = parts(value)
        .into_iter()
        .filter(|(name, v)| name.starts_with("PSI_") && number(v) == 1)
        .map(|(name, _)| name.strip_prefix("PSI_").unwrap().parse().unwrap())
        .collect();
    theirs.sort_unstable();
    let theirs: Vec<_> = theirs.iter().map(u8::to_string).collect();
    (theirs.join(" "), field.fields[0].value.clone())
}

fn qos_rules(value: &Json, field: &Field) -> (String, String) {
    let theirs = value["QoSRules"].items().iter().map(|rule| {
        let numbers = ["ID", "OpCode", "DQR", "NumPktFilters"].map(|name| number(&rule[name]).to_string());
        let optional = [rule.get("Precedence"), rule["Flow"].get("QFI")];
        let optional = optional.into_iter().flatten().map(|v| number(v).to_string());
        numbers.into_iter().chain(optional).collect::<Vec<_>>().join(" ")
    });
    let mine = field.fields.iter().map(|rule| {
        let kept = rule.fields.iter().filter(|f| f.name != "Packet filter list");
        let values = std::iter::once(rule.value.clone()).chain(kept.map(|f| f.value.clone()));
        values.collect::<Vec<_>>().join(" ")
    });
    (
        theirs.collect::<Vec<_>>().join("; "),
        mine.collect::<Vec<_>>().join("; "),
    )
}

fn qos_flows(value: &Json, field: &Field) -> (String, String) {
    let theirs = value["QoSFlowDesc"].items().iter().map(|flow| {
        let params = flow["Params"]
            .items()
            .iter()
            .map(|p| number(&p["Content"]).to_string());
        let head = ["QFI", "OpCode"].map(|name| number(&flow[name]).to_string());
        head.into_iter().chain(params).collect::<Vec<_>>().join(" ")
    });
    let mine = field
        .fields
        .iter()
        .map(|flow| format!("{} {}", flow.value, shown(&flow.fields)));
    (
        theirs.collect::<Vec<_>>().join("; "),
        mine.collect::<Vec<_>>().join("; "),
    )
}

fn session_ambr(value: &Json, field: &Field) -> (String, String) {
    let rate = |unit, rate| {
        let unit = number(part(value, unit)) as u32 - 1;
        number(part(value, rate)) * 4u64.pow(unit % 5) * 1000u64.pow(unit / 5)
    };
    (
        format!("{} kbit/s {} kbit/s", rate("DLUnit", "DL"), rate("ULUnit", "UL")),
        shown(&field.fields),
    )
}

fn pdu_address(value: &Json, field: &Field) -> (String, String) {
    let mine = field
        .fields
        .iter()
        .map(|f| match f.value.parse::<std::net::Ipv4Addr>() {
            Ok(address) => hex::encode(address.octets()),
            Err(_) => f.value.clone(),
        });
    let theirs = match &value["PDUAddress"]["Addr"] {
        Json::Text(text) => text.clone(),
        both => both
            .members()
            .iter()
            .map(|(_, part)| part.text().unwrap())
            .collect(),
    };
    (theirs, mine.collect())
}
