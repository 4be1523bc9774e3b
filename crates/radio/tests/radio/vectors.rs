//! `vectors/lte_rrc.json`: RRC messages that pycrate wrote from random values, with the values that matter here. Half are
//! reconfigurations with measurement configurations and handovers of every kind before their NAS.

use crate::support::Trace;
use quintet_radio::{Channel, Detail, InitialUeIdentity, NotDecoded};
use serde_json::Value;

const VECTORS: &str = include_str!("../../../../vectors/lte_rrc.json");

/// Rows: adding one without covering it is an error.
const ROWS: usize = 240;

/// GSMTAP's number of a channel.
fn sub_type(name: &str) -> u8 {
    let sub_type = ["DlCcch", "DlDcch", "UlCcch", "UlDcch"]
        .iter()
        .position(|known| *known == name)
        .unwrap() as u8;
    assert_eq!(format!("{:?}", Channel::from_gsmtap(sub_type).unwrap()), name);
    sub_type
}

/// What the vectors say of a message: its values, between commas.
fn told(detail: &Detail) -> String {
    match detail {
        Detail::None => "-".into(),
        Detail::ConnectionRequest(request) => match request.identity {
            InitialUeIdentity::STmsi(s_tmsi) => {
                format!("s,{},{}", hex::encode(s_tmsi.octets()), request.cause)
            }
            InitialUeIdentity::Random(random) => format!("r,{random:010x},{}", request.cause),
            other => panic!("{other:?}"),
        },
        Detail::ReestablishmentRequest {
            c_rnti,
            phys_cell_id,
            cause,
        } => format!("{c_rnti},{phys_cell_id},{cause}"),
        Detail::Reject { wait_time_s } => wait_time_s.to_string(),
        Detail::SetupComplete {
            selected_plmn,
            registered_mme: None,
        } => selected_plmn.to_string(),
        Detail::SetupComplete {
            selected_plmn,
            registered_mme: Some(mme),
        } => {
            let plmn = mme.plmn.map_or("-".into(), |plmn| {
                let (digits, count) = plmn.ascii();
                String::from_utf8(digits[..count].to_vec()).unwrap()
            });
            format!("{selected_plmn},{},{},{plmn}", mme.mme_group_id, mme.mme_code)
        }
        Detail::Security { ciphering, integrity } => format!("{},{}", ciphering.unwrap(), integrity.unwrap()),
        Detail::Release { cause, redirected } => format!("{cause},{redirected}"),
        Detail::Handover {
            phys_cell_id,
            new_rnti,
        } => format!("{phys_cell_id},{new_rnti}"),
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
        trace.rrc(sub_type(value["channel"].as_str().unwrap()), &octets);
        let [signal] = &trace.signals[..] else {
            panic!("row {row}: {:?}", trace.signals)
        };
        assert_eq!(signal.name, value["name"], "row {row}");
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
        assert_eq!(
            trace.radio.not_decoded().iter().collect::<Vec<_>>(),
            [],
            "row {row}"
        );
        nas += trace.nas.len();
    }
    assert!(nas > 150, "{nas}");
}

#[test]
fn a_message_that_is_cut_gives_no_nas_but_its_own() {
    let rows: Vec<Value> = serde_json::from_str(VECTORS).unwrap();
    for (row, value) in rows.iter().enumerate() {
        let octets = hex::decode(value["pdu"].as_str().unwrap()).unwrap();
        let channel = sub_type(value["channel"].as_str().unwrap());
        let sent: Vec<&str> = value["nas"]
            .as_array()
            .unwrap()
            .iter()
            .map(|nas| nas.as_str().unwrap())
            .collect();
        let mut broken = 0;
        for cut in 0..octets.len() {
            let mut trace = Trace::default();
            trace.rrc(channel, &octets[..cut]);
            let found: Vec<String> = trace.nas.iter().map(|nas| hex::encode(&nas.octets)).collect();
            assert!(
                sent.starts_with(&found.iter().map(String::as_str).collect::<Vec<_>>()),
                "row {row} cut {cut}"
            );
            broken += trace.radio.not_decoded().count(NotDecoded::Rrc);
            if found.len() < sent.len() {
                assert_eq!(
                    trace.radio.not_decoded().count(NotDecoded::Rrc),
                    1,
                    "row {row} cut {cut}"
                );
            }
        }
        assert!(broken > 0, "row {row}");
    }
}
