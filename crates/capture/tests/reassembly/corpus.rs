//! Captures of others: the octets of every S1AP, NGAP and Diameter PDU, and the frame that completed it, as tshark has
//! them.
//!
//! Needs tshark and the captures (`captures` in `shared` beside the checkout, or where `QUINTET_CORPUS` points). Without
//! them the test says so and passes, unless `CI=true`: there it must run.

mod differences;
#[path = "../support/captures.rs"]
pub(crate) mod shared;

use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Protocol, Seen, Sink, read_all};
use shared::{captures, skip, tshark_over};
use std::collections::BTreeMap;
use std::path::Path;

/// How often a frame completed a PDU of these octets.
pub(crate) type Pdus = BTreeMap<(u64, &'static str, String), usize>;

const PROTOCOLS: [&str; 3] = ["s1ap", "ngap", "diameter"];

#[derive(Default)]
struct Found {
    pdus: Pdus,
    events: BTreeMap<&'static str, usize>,
}

impl Sink for Found {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        let name = match pdu.protocol {
            Protocol::S1ap => "s1ap",
            Protocol::Ngap => "ngap",
            Protocol::Diameter => "diameter",
            _ => return,
        };
        assert!(pdu.first_frame <= pdu.seen.frame);
        let key = (pdu.seen.frame, name, hex::encode(pdu.octets));
        *self.pdus.entry(key).or_default() += 1;
    }

    fn flow(&mut self, _seen: Seen, _flow: FlowId, event: FlowEvent) {
        let name = match event {
            FlowEvent::Opened => "opened",
            FlowEvent::Closed => "closed",
            FlowEvent::Lost => "lost",
            FlowEvent::Gap => "gap",
            FlowEvent::Whole => "whole",
            _ => "other",
        };
        *self.events.entry(name).or_default() += 1;
    }
}

/// A layer's octets: `["hex", position, length, …]`, or a list of such.
fn octets_of(raw: &serde_json::Value, into: &mut Vec<String>) {
    let Some(list) = raw.as_array() else { return };
    match list.first().and_then(|first| first.as_str()) {
        Some(hex) => into.push(hex.to_owned()),
        None => list.iter().for_each(|one| octets_of(one, into)),
    }
}

fn tshark(path: &Path) -> Option<Pdus> {
    let mut command = tshark_over(path);
    command.args(["-T", "json", "-x", "--no-duplicate-keys"]);
    command.args(["-Y", "s1ap || ngap || diameter", "-j", "frame s1ap ngap diameter"]);
    let Ok(output) = command.output() else {
        skip("tshark cannot be run; install it");
        return None;
    };
    let mut pdus = Pdus::new();
    let frames: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap_or_default();
    for frame in &frames {
        let layers = &frame["_source"]["layers"];
        let number = layers["frame"]["frame.number"].as_str().unwrap().parse().unwrap();
        for protocol in PROTOCOLS {
            let mut all = Vec::new();
            octets_of(&layers[&format!("{protocol}_raw")[..]], &mut all);
            for octets in all {
                *pdus.entry((number, protocol, octets)).or_default() += 1;
            }
        }
    }
    Some(pdus)
}

#[test]
fn pdus_are_tsharks() {
    let Some(captures) = captures() else { return };
    let (mut wrong, mut totals, mut events) = (Vec::new(), BTreeMap::<&str, usize>::new(), BTreeMap::new());
    for (name, path) in &captures {
        let Some(theirs) = tshark(path) else { return };
        let mut dissector = Dissector::new(DissectorOptions::default());
        let mut ours = Found::default();
        read_all(
            &std::fs::read(path).unwrap(),
            0,
            |frame| dissector.frame(frame, &mut ours),
            |_| {},
        );
        dissector.finish(&mut ours);
        for ((_, protocol, _), count) in &ours.pdus {
            *totals.entry(protocol).or_default() += count;
        }
        for (event, count) in ours.events {
            *events.entry(event).or_insert(0) += count;
        }
        wrong.extend(differences::unexplained(name, &ours.pdus, &theirs));
    }
    println!("{} captures: {totals:?}, {events:?}", captures.len());
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
