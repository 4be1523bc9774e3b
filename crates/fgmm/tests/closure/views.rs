//! What the table sees in messages that others made: the same message, whoever reads it.

use crate::recorded::{shared, skip};
use quintet_crypto::Direction;
use quintet_fgmm::path::{MessageView, Protection, Step};
use serde_json::Value;

/// 5GMM, the first octet.
const FGMM: &str = "7e";

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_default()
}

/// The message as the table sees it whichever way it goes, for most rows do not say.
fn seen(pdu: &[u8]) -> Option<MessageView> {
    [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .filter_map(|direction| MessageView::of_plain(direction, pdu).ok())
        .find(|view| !matches!(view, MessageView::Other { .. }))
}

/// "68 (Registration reject)" or "69 (MO Deregistration request)", as the specification writes it.
fn name_by_pycrate(header_type: &str) -> String {
    let name = header_type.split_once('(').map_or("", |(_, name)| name);
    let name = name.trim_end_matches(')').trim_start_matches("MO ");
    name.to_uppercase()
}

#[test]
fn messages_have_the_names_that_others_give_them() {
    let file = shared().join("vectors/nas_5gs.json");
    let Ok(octets) = std::fs::read(&file) else {
        return skip(&format!("no {}; set QUINTET_SHARED", file.display()));
    };
    let rows: Vec<Value> = serde_json::from_slice(&octets).expect("rows");
    let (mut plain, mut protected) = (0, 0);
    for row in &rows {
        let id = text(row, "id");
        let pdu = hex::decode(text(row, "pdu")).expect("hexadecimal digits");
        if !text(row, "pdu").starts_with(FGMM) {
            continue;
        }
        if text(row, "type") == "plain" {
            let theirs = name_by_pycrate(text(&row["pycrate"]["5GMMHeader"], "Type"));
            let Some(view) = seen(&pdu) else {
                continue;
            };
            assert_eq!(view.name(), theirs, "{id}");
            plain += 1;
            continue;
        }
        let direction = match text(row, "direction") {
            "downlink" => Direction::Downlink,
            _ => Direction::Uplink,
        };
        let null = row["ciphering_algorithm"] == 0;
        let step = Step::observe(direction, &pdu, null).unwrap_or_else(|why| panic!("{id}: {why}"));
        let Protection::Protected { verified: None, .. } = step.protection else {
            panic!("{id}: {step:?}");
        };
        let inside = hex::decode(text(row, "plain_pdu")).expect("hexadecimal digits");
        if inside.is_empty() {
            // A row about a MAC that does not hold.
            continue;
        }
        let whole = MessageView::of_plain(direction, &inside);
        assert!(
            step.message == MessageView::Ciphered || Ok(step.message) == whole,
            "{id}: {step:?}, not {whole:?}"
        );
        protected += 1;
    }
    assert!(
        plain > 90 && protected > 30,
        "{plain} plain, {protected} protected"
    );
}
