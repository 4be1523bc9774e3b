//! Recorded requests of other MMEs, what their answers owe, and tshark's verdict on them. Used by this crate's tests
//! and by those of the program.

#[path = "../../../diameter/tests/support/judge.rs"]
pub(crate) mod tshark;

use quintet_diameter::dict::{avp, command};
use quintet_diameter::{AvpId, Message};
use quintet_hss::S6A;
use quintet_identity::{Imsi, Plmn};
use std::path::{Path, PathBuf};
pub(crate) use tshark::skip;

/// The recorded AIR and ULR, with their ids.
pub(crate) fn recorded() -> Option<Vec<(String, Vec<u8>)>> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("vectors/diameter.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!(
            "no recorded messages at {}; set QUINTET_SHARED",
            path.display()
        ));
        return None;
    };
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let wanted = |row: &&serde_json::Value| {
        let code = row["command_code"].as_u64().unwrap() as u32;
        let ours = [command::AUTHENTICATION_INFORMATION, command::UPDATE_LOCATION].contains(&code);
        ours && row["request"] == true && row["application_id"] == S6A
    };
    let octets = |row: &serde_json::Value| hex::decode(row["pdu"].as_str().unwrap()).unwrap();
    Some(
        rows.iter()
            .filter(wanted)
            .map(|row| (row["id"].as_str().unwrap().to_owned(), octets(row)))
            .collect(),
    )
}

/// The subscriber a recorded request is about, and where it is asked for.
pub(crate) fn subject(request: &[u8]) -> (Imsi, Plmn) {
    let message = Message::decode(request).unwrap();
    let imsi = Imsi::from_ascii(message.find(avp::USER_NAME).unwrap().data).unwrap();
    let visited = message.find(avp::VISITED_PLMN_ID).unwrap().data;
    (imsi, Plmn::from_octets(visited.try_into().unwrap()).unwrap())
}

/// What the answer must have (TS 29.272 7.2.4, 7.2.6): the command's fixed and required AVPs, and what a success owes.
pub(crate) fn owed(code: u32) -> Vec<Vec<AvpId>> {
    let mut owed = vec![
        vec![avp::SESSION_ID],
        vec![avp::AUTH_SESSION_STATE],
        vec![avp::ORIGIN_HOST],
        vec![avp::ORIGIN_REALM],
        vec![avp::RESULT_CODE],
    ];
    if code == command::AUTHENTICATION_INFORMATION {
        for inner in [avp::RAND, avp::XRES, avp::AUTN, avp::KASME] {
            owed.push(vec![avp::AUTHENTICATION_INFO, avp::E_UTRAN_VECTOR, inner]);
        }
    } else {
        let data = avp::SUBSCRIPTION_DATA;
        let profile = avp::APN_CONFIGURATION_PROFILE;
        owed.push(vec![avp::ULA_FLAGS]);
        for inner in [
            avp::SUBSCRIBER_STATUS,
            avp::MSISDN,
            avp::NETWORK_ACCESS_MODE,
            avp::ACCESS_RESTRICTION_DATA,
        ] {
            owed.push(vec![data, inner]);
        }
        for inner in [avp::MAX_REQUESTED_BANDWIDTH_UL, avp::MAX_REQUESTED_BANDWIDTH_DL] {
            owed.push(vec![data, avp::AMBR, inner]);
        }
        owed.push(vec![data, profile, avp::CONTEXT_IDENTIFIER]);
        owed.push(vec![
            data,
            profile,
            avp::ALL_APN_CONFIGURATIONS_INCLUDED_INDICATOR,
        ]);
        for inner in [
            avp::CONTEXT_IDENTIFIER,
            avp::PDN_TYPE,
            avp::SERVICE_SELECTION,
            avp::EPS_SUBSCRIBED_QOS_PROFILE,
        ] {
            owed.push(vec![data, profile, avp::APN_CONFIGURATION, inner]);
        }
    }
    owed
}

/// Fails unless tshark finds every answer complete and well-formed.
pub(crate) fn judged_by_tshark(pairs: &[(Vec<u8>, Vec<u8>)]) {
    let _ = tshark::judged(pairs, true, &[]);
}
