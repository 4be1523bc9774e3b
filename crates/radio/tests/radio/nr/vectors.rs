//! `vectors/nr_rrc.json`: RRC messages of NR that pycrate wrote from random values, with the values that matter here. Many
//! are reconfigurations with bearers and measurements of every kind before their NAS.

use crate::support::{Trace, nr};
use quintet_crypto::Direction;
use quintet_radio::{Detail, FiveGSTmsiValue, InitialUeIdentity, NotDecoded};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../../vectors/nr_rrc.json");

/// Rows: adding one without covering it is an error.
const ROWS: usize = 273;

/// A message on its channel, not protected.
fn framed(channel: &str, octets: &[u8]) -> Vec<u8> {
    match channel {
        "UlCcch" => nr::framed(Direction::Uplink, &nr::ccch(Direction::Uplink, octets)),
        "DlCcch" => nr::framed(Direction::Downlink, &nr::ccch(Direction::Downlink, octets)),
        "UlDcch" => nr::srb1(0, Direction::Uplink, octets, [0; 4]),
        "DlDcch" => nr::srb1(0, Direction::Downlink, octets, [0; 4]),
        other => panic!("{other}"),
    }
}

/// What the vectors say of a message: its values, between commas.
fn told(detail: &Detail) -> String {
    match detail {
        Detail::None => "-".into(),
        Detail::ConnectionRequest(request) => match request.identity {
            InitialUeIdentity::FiveGSTmsiPart1(part) => format!("p,{part:010x},{}", request.cause),
            InitialUeIdentity::Random(random) => format!("r,{random:010x},{}", request.cause),
            other => panic!("{other:?}"),
        },
        Detail::ReestablishmentRequest {
            c_rnti,
            phys_cell_id,
            cause,
        } => format!("{c_rnti},{phys_cell_id},{cause}"),
        Detail::Reject { wait_time_s } => wait_time_s.to_string(),
        Detail::SetupCompleteNr {
            selected_plmn,
            registered_amf,
            s_tmsi,
        } => {
            let amf = registered_amf.map_or("-,-".into(), |amf| {
                let plmn = amf.plmn.map_or("-".into(), |plmn| {
                    let (digits, count) = plmn.ascii();
                    String::from_utf8(digits[..count].to_vec()).unwrap()
                });
                format!("{},{plmn}", amf.amf_id)
            });
            let s_tmsi = match s_tmsi {
                None => "-".into(),
                Some(FiveGSTmsiValue::Whole(s_tmsi)) => format!("w{}", hex::encode(s_tmsi.octets())),
                Some(FiveGSTmsiValue::Part2(part)) => format!("p{part}"),
            };
            format!("{selected_plmn},{amf},{s_tmsi}")
        }
        Detail::Security { ciphering, integrity } => {
            let integrity = integrity.map_or("-".into(), |number| number.to_string());
            format!("{},{integrity}", ciphering.unwrap())
        }
        Detail::Release { cause, redirected } => format!("{cause},{redirected}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_message_of_pycrate_is_read() {
    let rows: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    assert_eq!(rows.len(), ROWS);
    let mut nas = 0;
    for (row, value) in rows.iter().enumerate() {
        let octets = hex::decode(value["pdu"].as_str().unwrap()).unwrap();
        let mut trace = Trace::default();
        trace.mac_nr(&framed(value["channel"].as_str().unwrap(), &octets));
        let [signal] = &trace.signals[..] else {
            panic!("row {row}: {:?} {:?}", trace.signals, trace.radio.not_decoded())
        };
        assert_eq!(signal.name, value["name"], "row {row}");
        let not_decoded: Vec<_> = trace.radio.not_decoded().iter().collect();
        assert_eq!(not_decoded, [], "row {row}");
        assert_eq!(
            told(&signal.detail),
            value["detail"].as_str().unwrap(),
            "row {row}: {value}"
        );
        let found: Vec<String> = trace.nas.iter().map(|nas| hex::encode(&nas.octets)).collect();
        assert_eq!(Value::from(found), value["nas"], "row {row}");
        assert!(
            trace.nas.iter().all(|nas| nas.carrier == signal.name),
            "row {row}"
        );
        nas += trace.nas.len();
    }
    assert!(nas > 200, "{nas}");
}

#[test]
fn a_message_that_is_cut_gives_no_nas_but_its_own() {
    let rows: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    for (row, value) in rows.iter().enumerate() {
        let octets = hex::decode(value["pdu"].as_str().unwrap()).unwrap();
        let channel = value["channel"].as_str().unwrap();
        if channel.ends_with("Ccch") {
            // The size of those is MAC's.
            continue;
        }
        let sent: Vec<&str> = value["nas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|nas| nas.as_str().unwrap())
            .collect();
        for cut in 1..octets.len() {
            let mut trace = Trace::default();
            trace.mac_nr(&framed(channel, &octets[..cut]));
            let found: Vec<String> = trace.nas.iter().map(|nas| hex::encode(&nas.octets)).collect();
            assert!(
                sent.starts_with(&found.iter().map(String::as_str).collect::<Vec<_>>()),
                "row {row} cut {cut}"
            );
            if found.len() < sent.len() {
                assert_eq!(
                    trace.radio.not_decoded().count(NotDecoded::Rrc),
                    1,
                    "row {row} cut {cut}"
                );
            }
        }
    }
}
