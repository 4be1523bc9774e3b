//! Keys against other people's captures: their published keys are found with nothing supplied, and verify what an
//! independent decoder says they do.

use crate::labels::Corpus;
use quintet_capture::{Dissector, DissectorOptions, FlowEvent, FlowId, Pdu, Seen, Sink, read_all};
use quintet_doctor::keys::{KeyNote, KeyRing};
use quintet_doctor::observer::{Happening, Observer, Wanted};
use quintet_doctor::report::{MacVerdict, Technology};
use quintet_doctor::trail::{Sighting, Trail, View};

use serde_json::Value;
use std::collections::BTreeMap;

/// What the key of a label is called: K, OPc, name.
const NAMES: &[(&str, &str, &str)] = &[
    (
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "e8ed289deba952e4283b54e88e6183ca",
        "default of Open5GS, NextEPC, UERANSIM and PyHSS",
    ),
    (
        "00112233445566778899aabbccddeeff",
        "63bfa50ee6523365ff14c1f45f88737d",
        "default of srsRAN (user_db.csv, ue.conf)",
    ),
    (
        "8baf473f2f8fd09487cccbd7097c6862",
        "8e27b6af0e692e750f32667a3b14605d",
        "default of OpenAirInterface, free5GC and PyHSS",
    ),
    (
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "63bfa50ee6523365ff14c1f45f88737d",
        "test SIM of Magma",
    ),
    (
        "70d49a71dd1a2b806a25abe0ef749f1e",
        "6f1bf53d624b3a43af6592854e2444c7",
        "test SIM of Open5GS and default of my5G-RANTester",
    ),
    (
        "c9a5be8ba4db8266c35aa6857d742dc7",
        "660653553493d9f892fd5430bddca9b4",
        "published SIM of srsRAN and Open5GS laboratories",
    ),
    (
        "0c0a34601d4f07677303652c0462535b",
        "63bfa50ee6523365ff14c1f45f88737d",
        "default of OpenAirInterface's 5G core",
    ),
    (
        "fec86ba6eb707ed08905757b1bb44b8f",
        "c42449363bbad02b66d16bc975d77cc1",
        "default of OpenAirInterface's UE",
    ),
    (
        "5122250214c33e723a5dd523fc145fc0",
        "981d464c7c52eb6e5036234984ad0bcf",
        "TS 35.208 test set 19, default of SD-Core",
    ),
];

/// Messages whose MAC does not hold although the labels do not say so: file, frame, the COUNT that holds, the COUNT
/// expected. The MME sends 3, 4 and 5 as sequence numbers and computes all three MACs with COUNT 1 (another
/// implementation of 128-EIA2 agrees); the UE drops them and begins again.
const NOT_COUNTED_ON: &[(&str, u64, u32, u32)] = &[
    (
        "oai-openair-cn__SM_G900F_S5_TAU_S1_UE_CTXT_RELEASE_THEN_TAU_s1.pcapng",
        40,
        1,
        3,
    ),
    (
        "oai-openair-cn__SM_G900F_S5_TAU_S1_UE_CTXT_RELEASE_THEN_TAU_s1.pcapng",
        42,
        1,
        4,
    ),
    (
        "oai-openair-cn__SM_G900F_S5_TAU_S1_UE_CTXT_RELEASE_THEN_TAU_s1.pcapng",
        44,
        1,
        5,
    ),
];

/// Keeps every trail.
struct Keeper {
    observer: Observer,
    trails: Vec<Trail>,
}

impl Keeper {
    fn drain(&mut self) {
        while let Some(happening) = self.observer.poll() {
            if let Happening::Ended(trail, _) = happening {
                self.trails.push(*trail);
            }
        }
    }
}

impl Sink for Keeper {
    fn pdu(&mut self, pdu: &Pdu<'_>) {
        self.observer.pdu(pdu);
        self.drain();
    }

    fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        self.observer.flow(seen, flow, event);
        self.drain();
    }
}

/// What was seen in a capture of one system's NAS.
struct Messages {
    seen: Vec<Sighting>,
    /// Whether a SUCI in it is concealed with a key that nobody published: KAMF is out of reach without the SUPI.
    concealed: bool,
}

/// The NAS messages of a capture, with nothing supplied.
fn sightings(technology: Technology, octets: &[u8]) -> Messages {
    let observer = Observer::new(KeyRing::new(), Wanted::default());
    let mut keeper = Keeper {
        observer,
        trails: Vec::new(),
    };
    let mut dissector = Dissector::new(DissectorOptions::default());
    read_all(octets, 0, |frame| dissector.frame(frame, &mut keeper), |_| {});
    dissector.finish(&mut keeper);
    keeper.observer.finish();
    keeper.drain();
    let mut trails = keeper.trails;
    trails.retain(|trail| trail.technology == technology);
    let unknown = |trail: &Trail| trail.identities.suci.is_some() && trail.identities.imsi.is_none();
    Messages {
        concealed: trails.iter().any(unknown),
        seen: trails.into_iter().flat_map(|trail| trail.nas).collect(),
    }
}

/// The rounds of a system whose key a file's label knows.
fn keyed<'l>(technology: &str, label: &'l Value) -> Vec<&'l Value> {
    let procedures = label["procedures"].as_array().into_iter().flatten();
    procedures
        .filter(|procedure| procedure["technology"] == technology)
        .flat_map(|procedure| procedure["keyed"].as_array().into_iter().flatten())
        .collect()
}

#[test]
fn published_keys_are_found_and_verify_what_the_labels_say() {
    check(Technology::Eps, "eps");
}

#[test]
fn published_keys_are_found_in_5gs_too() {
    check(Technology::Fgs, "5gs");
}

fn check(system: Technology, technology: &str) {
    let Some(corpus) = Corpus::load() else {
        return;
    };
    let octets = std::fs::read(corpus.path("labels.json")).unwrap();
    let labels: BTreeMap<String, Value> = serde_json::from_slice(&octets).unwrap();
    let (mut rounds, mut macs, mut wrong) = (0, 0, Vec::new());
    for (file, label) in &labels {
        let keyed = keyed(technology, label);
        if keyed.is_empty() {
            continue;
        }
        let messages = sightings(system, &std::fs::read(corpus.path(file)).unwrap());
        let seen = &messages.seen;
        for round in &keyed {
            rounds += 1;
            if let Err(what) = agrees(seen, round) {
                wrong.push(format!("{file} frame {}: {what}", round["auth_frame"]));
            }
        }
        macs += count_agrees(file, &messages, &keyed, &mut wrong);
    }
    println!(
        "{technology}: {rounds} challenges with a published key, {macs} MACs that hold, {} disagreements",
        wrong.len()
    );
    assert!(rounds > 0, "no keyed attempt of {technology} in the labels");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A challenge and its answer, as the label has them.
fn agrees(seen: &[Sighting], round: &Value) -> Result<(), String> {
    let text = |name: &str| round[name].as_str().unwrap_or_default();
    let hex = |text: &str| u64::from_str_radix(text, 16).unwrap_or(u64::MAX);
    let frame = round["auth_frame"].as_u64().unwrap();
    let sqn = hex(text("sqn"));
    let name = NAMES
        .iter()
        .find(|(k, opc, _)| *k == text("k") && *opc == text("opc"))
        .map(|(_, _, name)| *name);
    let at = seen
        .iter()
        .position(|s| s.seen.frame == frame && matches!(s.view, View::AuthenticationRequest { .. }))
        .ok_or("no AUTHENTICATION REQUEST")?;
    let expected = KeyNote::AutnValid {
        key: name.ok_or("a key without a name")?.to_owned(),
        sqn,
    };
    if !seen[at].notes.contains(&expected) {
        return Err(format!("{expected:?} was expected, not {:?}", seen[at].notes));
    }
    let answers = || seen[at + 1..].iter();
    if round["res_ok"] == true {
        let right = answers()
            .find(|s| matches!(s.view, View::AuthenticationResponse))
            .is_some_and(|s| s.notes.contains(&KeyNote::ResRight));
        right.then_some(()).ok_or("RES is right")?;
    }
    if let Some(auts) = round.get("auts") {
        let sqn_ms = hex(auts["sqn_ms"].as_str().unwrap());
        let expected = match auts["mac_s_ok"].as_bool() {
            Some(false) => KeyNote::AutsInvalid,
            _ => KeyNote::AutsValid {
                sqn_ms,
                ahead: sqn_ms as i64 - sqn as i64,
            },
        };
        answers()
            .find(|s| Some(s.seen.frame) == auts["frame"].as_u64() && s.notes.contains(&expected))
            .ok_or(format!("{expected:?} in frame {}", auts["frame"]))?;
    }
    Ok(())
}

/// As many MACs hold as the labels say, or more: a context is followed past the attempt that made it. None fails that
/// holds by the labels.
fn count_agrees(file: &str, messages: &Messages, keyed: &[&Value], wrong: &mut Vec<String>) -> usize {
    let labelled = |name: &str| keyed.iter().filter_map(|round| round[name].as_u64()).sum::<u64>() as usize;
    let seen = &messages.seen;
    let valid = seen.iter().filter(|s| s.mac == MacVerdict::Valid).count();
    if valid < labelled("nas_macs_ok") && !messages.concealed {
        wrong.push(format!(
            "{file}: {valid} MACs hold, {} by the labels",
            labelled("nas_macs_ok")
        ));
    }
    let zero = seen
        .iter()
        .filter(|s| s.notes.contains(&KeyNote::MacZero))
        .count();
    if zero < labelled("nas_macs_zero") {
        wrong.push(format!(
            "{file}: {zero} MACs are 0, {} by the labels",
            labelled("nas_macs_zero")
        ));
    }
    let bad: Vec<u64> = keyed
        .iter()
        .flat_map(|round| round["nas_macs_bad"].as_array().into_iter().flatten())
        .filter_map(|bad| bad.as_u64().or_else(|| bad["frame"].as_u64()))
        .collect();
    for s in seen
        .iter()
        .filter(|s| s.mac == MacVerdict::Invalid && !bad.contains(&s.seen.frame))
    {
        let explained = NOT_COUNTED_ON.iter().any(|(of, frame, count, expected)| {
            let note = KeyNote::OtherCount {
                count: *count,
                expected: *expected,
            };
            *of == file && *frame == s.seen.frame && s.notes.contains(&note)
        });
        if !explained {
            wrong.push(format!(
                "{file} frame {}: the MAC of {:?} does not hold: {:?}",
                s.seen.frame, s.view, s.notes
            ));
        }
    }
    for frame in bad {
        if !seen
            .iter()
            .any(|s| s.seen.frame == frame && s.mac == MacVerdict::Invalid)
        {
            wrong.push(format!(
                "{file} frame {frame}: the MAC holds, and does not by the labels"
            ));
        }
    }
    valid
}
