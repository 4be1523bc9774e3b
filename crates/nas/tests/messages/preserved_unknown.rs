//! What is not understood is kept where it stood, and written again.

use crate::support::{Message, Random, System, rounds, seeds};
use quintet_nas::common::{MAX_SOFT_ERRORS, MAX_UNRECOGNISED, SoftErrorKind};
use quintet_nas::eps::{EmmCause, EpsAttachType, ServiceReject};

#[test]
fn kept_elements_stay_where_they_stood() {
    for tail in [
        "91",
        "7100025b21",
        "5b2191926b0121",
        "915b2192",
        "5f01215b22936b0121",
        "5b215f05aa",
    ] {
        let octets = hex::decode(format!("074e16{tail}")).unwrap();
        let (message, _) = ServiceReject::decode(&octets).unwrap();
        let mut written = Vec::new();
        message.encode(&mut written);
        assert_eq!(hex::encode(written), hex::encode(&octets));
        let shown: Vec<_> = message
            .describe()
            .iter()
            .map(|f| (f.at, f.name.clone()))
            .collect();
        assert!(shown.is_sorted_by_key(|(at, _)| *at), "{shown:?}");
        assert!(shown.iter().any(|(_, name)| name == "Unrecognised element"));
    }
}

#[test]
fn a_message_with_anything_behind_it_is_written_octet_for_octet() {
    System::BOTH.into_iter().for_each(append);
}

fn append(system: System) {
    let seed = 0x9e5e_12ed;
    println!("seed {seed:#x}, {system:?}");
    let (mut random, seeds) = (Random(seed), seeds(system));
    let (mut compared, mut spare) = (0u32, 0u32);
    for _ in 0..rounds(300_000, 30_000) {
        let mut octets = seeds[random.below(seeds.len())].clone();
        for _ in 0..random.below(40) {
            octets.push(random.next() as u8);
        }
        let Ok((message, soft)) = Message::decode(&octets) else {
            continue;
        };
        // Octets past an element's longest length are ignored, and so are not written.
        if soft
            .iter()
            .any(|e| matches!(e.kind, SoftErrorKind::Longer { .. }))
        {
            continue;
        }
        let (written, sent) = (message.octets(), hex::encode(&octets));
        // The sets of PDU sessions may have spare octets behind them, which are not kept.
        if system == System::Fgs && written.len() < octets.len() {
            spare += 1;
            continue;
        }
        // An optional identity or address may have been read and be written in its one form.
        assert_eq!(written.len(), octets.len(), "{sent} -> {}", hex::encode(&written));
        compared += u32::from(written == octets);
    }
    assert!(
        compared > 10_000 && spare * 100 < compared,
        "{compared} compared, {spare} with spare octets"
    );
}

#[test]
fn many_unknown_elements_are_kept_in_bounds() {
    let mut octets = vec![7, 0x4e, 22];
    octets.resize(60_000, 0x91);
    octets.extend([0x5b, 0x21]);
    octets.resize(65_000, 0x92);
    octets.extend([1, 0]);
    let (message, soft) = ServiceReject::decode(&octets).unwrap();
    assert_eq!(soft.0.len(), MAX_SOFT_ERRORS);
    assert!(soft.comprehension_required(), "the one that matters is listed");
    assert!(message.unrecognised.0.len() <= MAX_UNRECOGNISED + ServiceReject::OPTIONAL.len() + 1);
    assert!(message.t3442_value.is_some());
    let mut written = Vec::new();
    message.encode(&mut written);
    assert!(written == octets);
}

#[test]
fn unknown_values_survive() {
    for value in 0..=255 {
        let octets = [7, 0x4e, value];
        let (message, _) = ServiceReject::decode(&octets).unwrap();
        assert_eq!(message.emm_cause, EmmCause(value));
        let mut written = Vec::new();
        message.encode(&mut written);
        assert_eq!(written, octets);
    }
    assert_eq!(EpsAttachType(4).interpreted(), EpsAttachType::EPS_ATTACH);
    assert_eq!(EmmCause(200).name(), None);
    assert_eq!(EmmCause::SYNCH_FAILURE, EmmCause(21));
}
