//! A UE's way through all layers: what it asked for, segments, ciphering, numbers that cannot be believed, F1AP, and noise.

use crate::support::nr::{self, RNTI};
use crate::support::random::Random;
use crate::support::{OwnNas, Trace};
use quintet_crypto::Direction::{self, Downlink, Uplink};
use quintet_radio::{InitialUeIdentity, NotDecoded, System, UeKey};

const REQUEST: &[u8] = &[0x7e, 0, 0x41, 0x79, 0, 1, 2];
const CHALLENGE: &[u8] = &[0x7e, 0, 0x56, 1, 2, 0, 0];
const PART_1: usize = 0x12_3456_789a;
const PART_2: usize = 0x1_55;

/// All 48 bits.
const S_TMSI: u64 = (PART_2 as u64) << 39 | PART_1 as u64;

/// Octets, and with which 5G-S-TMSI the UE asked.
fn found(nas: &[OwnNas]) -> Vec<(&[u8], Direction, Option<u64>)> {
    nas.iter()
        .map(|nas| {
            let s_tmsi = nas.request.and_then(|request| request.five_g_s_tmsi());
            let number = s_tmsi.map(|s_tmsi| {
                s_tmsi
                    .octets()
                    .iter()
                    .fold(0, |sum, octet| sum << 8 | u64::from(*octet))
            });
            (&nas.octets[..], nas.direction, number)
        })
        .collect()
}

#[test]
fn a_connection_brings_who_asked_for_it() {
    let mut trace = Trace::default();
    let request = nr::setup_request(PART_1);
    trace.mac_nr(&nr::framed(Uplink, &nr::ccch(Uplink, &request)));
    trace.mac_nr(&nr::framed(Downlink, &nr::resolution(&request)));
    trace.mac_nr(&nr::srb1(0, Uplink, &nr::setup_complete(PART_2, REQUEST), [0; 4]));
    trace.mac_nr(&nr::srb1(0, Downlink, &nr::transfer(Downlink, CHALLENGE), [0; 4]));
    assert_eq!(
        found(&trace.nas),
        [
            (REQUEST, Uplink, Some(S_TMSI)),
            (CHALLENGE, Downlink, Some(S_TMSI))
        ]
    );
    let ue = UeKey {
        system: System::Fgs,
        log: 0,
        rnti: Some(RNTI),
        ue_id: Some(0),
    };
    assert!(trace.nas.iter().all(|nas| nas.ue == ue), "{:?}", trace.nas);
    assert_eq!(trace.nas[0].carrier, "rrcSetupComplete");
    let InitialUeIdentity::FiveGSTmsi(_) = trace.nas[1].request.unwrap().identity else {
        panic!("{:?}", trace.nas[1].request)
    };
    assert_eq!(trace.radio.not_decoded().iter().collect::<Vec<_>>(), []);
}

#[test]
fn the_answer_to_a_request_finds_the_ue_under_another_number() {
    // srsRAN numbers the UE only behind its request; some of its versions write no C-RNTI where that belongs.
    for (rnti, ue_id, is_believed) in [(RNTI, 0x0400, true), (0x0b16, 0, false)] {
        let mut trace = Trace::default();
        let request = nr::setup_request(PART_1);
        trace.mac_nr(&nr::framed_for(rnti, ue_id, Uplink, &nr::ccch(Uplink, &request)));
        trace.mac_nr(&nr::framed(Downlink, &nr::resolution(&request)));
        for (number, later) in [(0, RNTI), (1, RNTI + 9)] {
            let sdu = nr::pdcp(number, &nr::setup_complete(PART_2, REQUEST), [0; 4]);
            let pdu = nr::amd(number, &sdu, 0, sdu.len());
            let mac = nr::mac(Uplink, &[(1, &pdu)]);
            trace.mac_nr(&nr::framed_for(later, 0, Uplink, &mac));
        }
        let [first, second] = &trace.nas[..] else {
            panic!("{:?}", trace.nas)
        };
        assert_eq!(
            found(std::slice::from_ref(first)),
            [(REQUEST, Uplink, Some(S_TMSI))]
        );
        assert_eq!(first.ue == second.ue, !is_believed);
        assert_eq!(first.ue.rnti.is_some(), is_believed);
        assert_eq!(second.request.is_some(), !is_believed);
    }
}

#[test]
fn the_c_rnti_behind_the_messages_says_whose_they_are() {
    let sdu = nr::pdcp(0, &nr::transfer(Uplink, REQUEST), [0; 4]);
    let mut mac = vec![1, sdu.len() as u8 + 2];
    mac.extend_from_slice(&nr::amd(0, &sdu, 0, sdu.len()));
    mac.extend_from_slice(&[58, 0x12, 0x34, 63]);
    let mut trace = Trace::default();
    trace.mac_nr(&nr::framed(Uplink, &mac));
    assert_eq!(trace.nas[0].ue.rnti, Some(0x1234));
}

#[test]
fn segments_in_any_order_and_again() {
    let mut random = Random(0x4e52);
    for round in 0..200 {
        let nas: Vec<u8> = [REQUEST, &random.octets(300)].concat();
        let sdu = nr::pdcp(7, &nr::transfer(Uplink, &nas), [0; 4]);
        let mut places: Vec<usize> = (0..random.below(6))
            .map(|_| 1 + random.below(sdu.len() - 1))
            .collect();
        places.extend([0, sdu.len()]);
        places.sort_unstable();
        places.dedup();
        let mut pdus: Vec<Vec<u8>> = places
            .windows(2)
            .map(|ends| nr::amd(7, &sdu, ends[0], ends[1]))
            .collect();
        for index in (1..pdus.len()).rev() {
            pdus.swap(index, random.below(index + 1));
        }
        pdus.push(pdus[random.below(pdus.len())].clone());
        let mut trace = Trace::default();
        for pdu in &pdus {
            trace.mac_nr(&nr::framed(Uplink, &nr::mac(Uplink, &[(2, pdu)])));
        }
        let found: Vec<_> = trace.nas.iter().map(|nas| &nas.octets[..]).collect();
        assert_eq!(found, [&nas[..]], "round {round}");
        assert_eq!(trace.radio.not_decoded().count(NotDecoded::RlcRepeated), 1);
        trace.radio.finish();
        assert_eq!(trace.radio.not_decoded().count(NotDecoded::RlcIncomplete), 0);
    }
}

#[test]
fn what_the_access_stratum_ciphers_is_counted_and_null_is_read() {
    for (ciphering, is_read) in [(0, true), (2, false)] {
        let mut trace = Trace::default();
        let mac_i = [1, 2, 3, 4];
        trace.mac_nr(&nr::srb1(
            0,
            Downlink,
            &nr::security_mode_command(ciphering, 2),
            mac_i,
        ));
        trace.mac_nr(&nr::srb1(0, Uplink, &nr::security_mode_complete(), mac_i));
        trace.mac_nr(&nr::srb1(1, Downlink, &nr::transfer(Downlink, CHALLENGE), mac_i));
        trace.mac_nr(&nr::srb1(1, Uplink, &nr::transfer(Uplink, REQUEST), mac_i));
        assert_eq!(trace.nas.len(), if is_read { 2 } else { 0 }, "{ciphering}");
        let ciphered = trace.radio.not_decoded().count(NotDecoded::AsCiphered);
        assert_eq!(ciphered, if is_read { 0 } else { 2 });
        let names: Vec<_> = trace.signals.iter().map(|signal| signal.name).collect();
        assert_eq!(&names[..2], ["securityModeCommand", "securityModeComplete"]);
    }
}

#[test]
fn without_its_command_only_what_looks_like_nas_is_believed() {
    let mut trace = Trace::default();
    let mac_i = [1, 2, 3, 4];
    trace.mac_nr(&nr::srb1(0, Uplink, &nr::transfer(Uplink, REQUEST), mac_i));
    trace.mac_nr(&nr::srb1(1, Uplink, &nr::transfer(Uplink, &[0x41; 9]), mac_i));
    assert_eq!(found(&trace.nas), [(REQUEST, Uplink, None)]);
    assert_eq!(trace.radio.not_decoded().count(NotDecoded::AsLooksCiphered), 1);
}

/// DU's number, and what carries an RRC message over F1.
fn over_f1(procedure: u8, ue: u8, srb: Option<u8>, container: &[u8]) -> Vec<u8> {
    let mut ies = vec![(40, vec![0, 9]), (41, vec![0, ue])];
    if let Some(srb) = srb {
        ies.push((64, vec![srb << 5]));
    }
    ies.push((50, nr::open(container)));
    nr::f1ap(procedure, &ies)
}

#[test]
fn f1ap_carries_the_same() {
    let mut trace = Trace::default();
    trace.f1ap(&over_f1(11, 5, None, &nr::setup_request(PART_1)));
    let complete = nr::pdcp(0, &nr::setup_complete(PART_2, REQUEST), [0; 4]);
    trace.f1ap(&over_f1(13, 5, Some(1), &complete));
    let challenge = nr::pdcp(0, &nr::transfer(Downlink, CHALLENGE), [0; 4]);
    trace.f1ap(&over_f1(12, 5, Some(1), &challenge));
    trace.f1ap(&over_f1(12, 6, Some(2), &challenge));
    trace.f1ap(&over_f1(
        5,
        6,
        None,
        &nr::pdcp(1, &nr::security_mode_command(2, 2), [1; 4]),
    ));
    trace.f1ap(&over_f1(12, 6, Some(1), &challenge[..challenge.len() - 4]));
    trace.f1ap(&over_f1(
        12,
        6,
        Some(1),
        &nr::pdcp(2, &nr::transfer(Downlink, CHALLENGE), [1; 4]),
    ));
    trace.f1ap(&over_f1(12, 6, Some(3), &challenge));
    assert_eq!(
        found(&trace.nas),
        [
            (REQUEST, Uplink, Some(S_TMSI)),
            (CHALLENGE, Downlink, Some(S_TMSI)),
            (CHALLENGE, Downlink, None)
        ]
    );
    let ids: Vec<_> = trace.nas.iter().map(|nas| nas.ue.ue_id).collect();
    assert_eq!(ids, [Some(5), Some(5), Some(6)]);
    let not_decoded = trace.radio.not_decoded();
    assert_eq!(not_decoded.count(NotDecoded::AsCiphered), 2);
    assert_eq!(not_decoded.count(NotDecoded::OtherChannel), 1);
}

#[test]
fn a_du_may_send_the_completion_along() {
    let mut trace = Trace::default();
    let complete = nr::pdcp(0, &nr::setup_complete(PART_2, REQUEST), [0; 4]);
    trace.f1ap(&nr::f1ap(
        11,
        &[
            (41, vec![0x40, 1, 2]),
            (50, nr::open(&nr::setup_request(PART_1))),
            (241, nr::open(&complete)),
        ],
    ));
    assert_eq!(found(&trace.nas), [(REQUEST, Uplink, Some(S_TMSI))]);
    assert_eq!(trace.nas[0].ue.ue_id, Some(0x0102));
}

#[test]
fn noise_and_mutations_do_no_harm() {
    let request = nr::setup_request(PART_1);
    let command = nr::security_mode_command(0, 2);
    let complete = nr::pdcp(0, &nr::setup_complete(PART_2, REQUEST), [0; 4]);
    let macs = [
        nr::framed(Uplink, &nr::ccch(Uplink, &request)),
        nr::framed(Downlink, &nr::resolution(&request)),
        nr::srb1(0, Uplink, &nr::setup_complete(PART_2, REQUEST), [0; 4]),
        nr::srb1(0, Downlink, &command, [1; 4]),
        nr::srb1(1, Downlink, &nr::transfer(Downlink, CHALLENGE), [1; 4]),
        nr::framed(Uplink, &nr::mac(Uplink, &[(1, &nr::amd(3, &complete, 0, 5))])),
    ];
    let f1 = over_f1(13, 5, Some(1), &complete);
    let seed = 0x4e52_0002;
    let mut random = Random(seed);
    let mut trace = Trace::default();
    for round in 0..40_000 {
        let mut octets = if round % 4 == 0 {
            f1.clone()
        } else {
            macs[random.below(macs.len())].clone()
        };
        for _ in 0..=random.below(3) {
            let place = random.below(octets.len());
            octets[place] = random.next() as u8;
        }
        if random.once_in(4) {
            octets.truncate(random.below(octets.len()));
        }
        if round % 4 == 0 {
            trace.f1ap(&octets);
        } else {
            trace.mac_nr(&octets);
        }
    }
    // Enough of it got through to all layers.
    assert!(trace.nas.len() > 1_000, "seed {seed:#x}: {}", trace.nas.len());
    for kind in [
        NotDecoded::Framing,
        NotDecoded::Mac,
        NotDecoded::Rlc,
        NotDecoded::Pdcp,
        NotDecoded::Rrc,
        NotDecoded::F1ap,
    ] {
        assert!(
            trace.radio.not_decoded().count(kind) > 0,
            "seed {seed:#x}: {kind}"
        );
    }
}
