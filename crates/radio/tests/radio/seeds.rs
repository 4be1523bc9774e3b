//! The committed corpus of the fuzz target `radio` run again, and its seeds, made here (`QUINTET_WRITE_CORPUS=1`).

use crate::support::Trace;
use crate::support::build::{
    amd, connection_request, framed, framed_for, mac, pdcp, security_mode_command, security_mode_complete,
    transfer,
};
use crate::support::random::Random;
use quintet_crypto::Direction::{Downlink, Uplink};
use std::path::Path;

/// What the target does with a PDU: its lowest bits say which layer, its highest the direction.
const FRAMED: u8 = 0;
const MAC: u8 = 1;
const SRB1: u8 = 2;
const RRC: u8 = 4;
const TO_UE: u8 = 0x80;

const NAS: [u8; 13] = [
    0x27, 0x82, 0x0a, 0x0a, 0xc7, 0x1a, 0x07, 0x43, 0, 3, 0x52, 0, 0xc2,
];

fn input(pdus: &[(u8, Vec<u8>)]) -> Vec<u8> {
    pdus.iter()
        .flat_map(|(kind, pdu)| [&[*kind, pdu.len() as u8], pdu.as_slice()].concat())
        .collect()
}

fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let message = pdcp(0, &transfer(Uplink, &NAS), [0; 4]);
    let end = message.len();
    let whole = amd(0, &message, &[0, end], None);
    let command = pdcp(0, &security_mode_command(0, 2), [1; 4]);
    let complete = pdcp(0, &security_mode_complete(), [2; 4]);
    let request = mac(Uplink, &[(0, &connection_request(7))], true);
    let srb = |number, data: &[u8], places: &[usize], segment| (SRB1, amd(number, data, places, segment));
    vec![
        (
            "framed",
            input(&[(
                FRAMED,
                framed(Uplink, &mac(Uplink, &[(1, &whole), (3, &NAS)], true)),
            )]),
        ),
        (
            "connection",
            input(&[
                (MAC, request),
                (SRB1 | TO_UE, amd(0, &command, &[0, command.len()], None)),
                srb(0, &complete, &[0, complete.len()], None),
                srb(1, &message, &[0, end], None),
            ]),
        ),
        (
            "cut",
            input(&[
                srb(0, &message[..9], &[0], None),
                srb(1, &message[9..], &[end - 9], None),
            ]),
        ),
        (
            "segments",
            input(&[
                srb(0, &message[9..], &[end - 9], Some((9, true))),
                srb(0, &message[..9], &[0], Some((0, false))),
            ]),
        ),
        ("two-in-one", {
            let both = [message.as_slice(), &message].concat();
            input(&[srb(0, &both, &[0, end, 2 * end], None)])
        }),
        (
            "logs",
            input(&[
                (RRC + 1, transfer(Downlink, &NAS)),
                (RRC + 2, connection_request(9)),
                (RRC + 3, transfer(Uplink, &NAS)),
            ]),
        ),
    ]
}

/// Feeds an input as the target does.
fn run(octets: &[u8]) -> Trace {
    let mut trace = Trace::default();
    let mut rest = octets;
    while let [kind, count, behind @ ..] = rest {
        let (pdu, after) = behind.split_at(behind.len().min(usize::from(*count)));
        rest = after;
        let direction = if kind & TO_UE == 0 { Uplink } else { Downlink };
        match kind % 8 {
            FRAMED => trace.mac(pdu),
            MAC => trace.mac(&framed_for(0x46, direction, pdu)),
            layer @ SRB1..RRC => trace.mac(&framed_for(0x46, direction, &[&[layer - 1], pdu].concat())),
            channel => trace.rrc(channel - RRC, pdu),
        }
    }
    trace.radio.finish();
    trace
}

#[test]
fn corpus_of_the_fuzz_target() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/radio");
    let seeds = seeds();
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, octets) in &seeds {
            std::fs::write(directory.join(name), octets).unwrap();
        }
    }
    for (name, octets) in &seeds {
        assert_eq!(std::fs::read(directory.join(name)).unwrap(), *octets, "{name}");
        assert!(run(octets).nas.iter().any(|nas| nas.octets == NAS), "{name}");
    }
    let mut random = Random(1);
    for entry in std::fs::read_dir(&directory).unwrap() {
        let mut octets = std::fs::read(entry.unwrap().path()).unwrap();
        run(&octets);
        let at = random.below(octets.len());
        octets[at] ^= 0x10;
        run(&octets);
    }
}
