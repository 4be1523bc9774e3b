//! Octets that nobody would send: no panic, no growth without bounds, and what is readable behind them is read.

use crate::support::Trace;
use crate::support::build::{RNTI, amd, framed, framed_for, mac, pdcp, transfer};
use crate::support::random::Random;
use quintet_crypto::Direction::{Downlink, Uplink};
use quintet_radio::{NotDecoded, Radio};
use serde_json::Value;

/// Traces to break: a connection through all layers, and messages of logs with the number of their channel.
fn seeds() -> Vec<(Option<u8>, Vec<u8>)> {
    let mut seeds = Vec::new();
    let sdu = pdcp(0, &transfer(Downlink, &[7; 60]), [0; 4]);
    for pdu in [
        amd(0, &sdu, &[0, sdu.len()], None),
        amd(1, &sdu[..40], &[0], None),
        amd(2, &sdu[40..], &[sdu.len() - 40], None),
        amd(3, &sdu[..20], &[0], Some((0, false))),
        amd(3, &sdu[20..], &[sdu.len() - 20], Some((20, true))),
    ] {
        seeds.push((
            None,
            framed(Downlink, &mac(Downlink, &[(1, &pdu), (3, &sdu)], true)),
        ));
    }
    let rows: Vec<Value> = serde_json::from_str(include_str!("../../../../vectors/lte_rrc.json")).unwrap();
    for row in &rows {
        let channel = ["DlCcch", "DlDcch", "UlCcch", "UlDcch"]
            .iter()
            .position(|name| row["channel"] == *name);
        seeds.push((
            channel.map(|channel| channel as u8),
            hex::decode(row["pdu"].as_str().unwrap()).unwrap(),
        ));
    }
    seeds
}

fn mutate(octets: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        if octets.is_empty() {
            return;
        }
        let at = random.below(octets.len());
        match random.below(5) {
            0 => octets[at] ^= 1 << random.below(8),
            1 => octets[at] = random.next() as u8,
            2 => octets.truncate(at),
            3 => octets.insert(at, random.next() as u8),
            _ => octets[at..].fill(0xff),
        }
    }
}

#[test]
fn no_panic_under_mutation() {
    let seeds = seeds();
    let mut random = Random(0x2e0a);
    let mut radio = Radio::new();
    let mut found = 0;
    for round in 0..100_000 {
        let (channel, octets) = &seeds[random.below(seeds.len())];
        let mut octets = octets.clone();
        mutate(&mut octets, &mut random);
        let mut out = |_: quintet_radio::Found<'_>| found += 1;
        match channel {
            Some(channel) => radio.rrc(0, round, *channel, &octets, &mut out),
            None => radio.mac(0, round, &octets, &mut out),
        }
    }
    radio.finish();
    let broken = radio.not_decoded().count(NotDecoded::Rrc);
    assert!(
        found > 10_000 && broken > 10_000,
        "{found} found, {broken} broken"
    );
    for kind in [
        NotDecoded::Framing,
        NotDecoded::Mac,
        NotDecoded::Rlc,
        NotDecoded::Pdcp,
    ] {
        assert!(radio.not_decoded().count(kind) > 0, "{kind} never happened");
    }
}

#[test]
fn noise_in_every_layer() {
    let mut random = Random(0x5eed);
    let mut radio = Radio::new();
    let mut out = |_: quintet_radio::Found<'_>| {};
    for round in 0..50_000 {
        let count = random.below(64);
        let noise = random.octets(count);
        let direction = if random.once_in(2) { Uplink } else { Downlink };
        match random.below(4) {
            0 => radio.mac(0, round, &noise, &mut out),
            1 => radio.mac(0, round, &framed(direction, &noise), &mut out),
            2 => radio.mac(
                0,
                round,
                &framed(direction, &mac(direction, &[(1, &noise)], true)),
                &mut out,
            ),
            _ => radio.rrc(0, round, random.below(24) as u8, &noise, &mut out),
        }
    }
}

#[test]
fn pieces_that_never_end_are_given_up() {
    let mut trace = Trace::default();
    // A message that begins and goes on for ever, in PDUs of the longest kind.
    for number in 0..1_000 {
        let boundaries: &[usize] = if number == 0 { &[0] } else { &[] };
        let pdu = amd(number, &[0; 2_000], boundaries, None);
        trace.mac(&framed(Uplink, &mac(Uplink, &[(1, &pdu)], false)));
    }
    assert!(trace.radio.not_decoded().count(NotDecoded::RlcIncomplete) > 900);
    // Segments without end, of a few PDUs and of one only.
    for number in 0..2_000 {
        let pdu = amd(number % 7, &[1; 500], &[], Some((usize::from(number), false)));
        trace.mac(&framed(Uplink, &mac(Uplink, &[(2, &pdu)], false)));
    }
    for number in 0..200 {
        let pdu = amd(8, &[1], &[], Some((2 * number, false)));
        trace.mac(&framed(Uplink, &mac(Uplink, &[(2, &pdu)], false)));
    }
    assert!(trace.radio.not_decoded().count(NotDecoded::Rlc) > 0);
    // A message longer than any is not handed on.
    for number in 0..6 {
        let boundaries: &[usize] = match number {
            0 => &[0],
            5 => &[2_000],
            _ => &[],
        };
        let pdu = amd(number, &[0; 2_000], boundaries, None);
        trace.mac(&framed_for(9, Uplink, &mac(Uplink, &[(1, &pdu)], false)));
    }
    assert!(trace.nas.is_empty() && trace.signals.is_empty());
    // And then there is order again.
    let sdu = pdcp(0, &transfer(Uplink, &[7; 20]), [0; 4]);
    let pdu = amd(0, &sdu, &[0, sdu.len()], None);
    trace.mac(&framed(Uplink, &mac(Uplink, &[(1, &pdu)], false)));
    assert_eq!(trace.nas.len(), 1);
}

#[test]
fn what_is_no_pdu_of_a_ue_is_counted_as_what_it_is() {
    let mut trace = Trace::default();
    let sdu = pdcp(0, &transfer(Uplink, &[7; 20]), [0; 4]);
    let pdu = amd(0, &sdu, &[0, sdu.len()], None);
    let good = framed(Uplink, &mac(Uplink, &[(1, &pdu)], false));
    let with = |at: usize, octet: u8| {
        let mut octets = good.clone();
        octets[at] = octet;
        octets
    };
    // Radio type, direction, RNTI type, CRC status and NB mode stand at these places.
    for (octets, kind) in [
        (with(0, 3), NotDecoded::Framing),
        (with(1, 2), NotDecoded::Framing),
        (with(2, 4), NotDecoded::OtherRnti),
        (with(2, 11), NotDecoded::Framing),
        (with(3, 0x7f), NotDecoded::Framing),
        (with(13, 0), NotDecoded::CrcFailed),
        (with(17, 1), NotDecoded::NarrowBand),
        (good[..18].to_vec(), NotDecoded::NoPayload),
        (good[..17].to_vec(), NotDecoded::Framing),
        (good[..19].to_vec(), NotDecoded::Mac),
        (framed(Uplink, &[0x0d, 0]), NotDecoded::MacExtension),
    ] {
        trace.mac(&octets);
        assert_eq!(
            trace.radio.not_decoded().iter().collect::<Vec<_>>(),
            [(kind, 1)],
            "{octets:02x?}"
        );
        trace = Trace::default();
    }
    // Behind the mark of UDP it is the same, and a C-RNTI control element says whose it is.
    trace.mac(&[b"mac-lte".as_slice(), &good].concat());
    assert_eq!(trace.nas[0].ue.rnti, Some(RNTI));
    let mut element = vec![0x3b, 0x01, 0x12, 0x34];
    element.extend_from_slice(&pdu);
    trace.mac(&framed(Uplink, &element));
    assert_eq!(trace.nas[1].ue.rnti, Some(0x1234));
}
