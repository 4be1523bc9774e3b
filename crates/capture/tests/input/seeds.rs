//! Files that make sense: what random changes begin with, and the corpus of the fuzz target `capture`
//! (`QUINTET_WRITE_CORPUS=1` writes it).

use crate::any::in_pieces;
use crate::support::file::{MICROSECONDS, ORDERS, PcapFile, PcapngFile};
use crate::support::packet::{SCTP, UDP, ethernet, ipv4, ipv6, s1ap, udp};
use crate::support::{Found, read};
use quintet_capture::{Dissector, DissectorOptions, read_all};
use std::path::Path;

/// Runs a file through everything.
pub(crate) fn dissect(file: &[u8]) -> Found {
    let mut dissector = Dissector::new(DissectorOptions::default());
    let mut found = Found::default();
    read_all(file, 0, |frame| dissector.frame(frame, &mut found), |_| ());
    dissector.finish(&mut found);
    found
}

/// Every link type that is understood.
pub(crate) const LINKS: [u16; 14] = [0, 1, 9, 12, 101, 108, 113, 147, 148, 149, 228, 229, 252, 276];

/// Names and octets of files of every format with packets of every kind.
pub(crate) fn files() -> Vec<(String, Vec<u8>)> {
    let packets = [
        ethernet(&[8, 0], &ipv4(SCTP, &s1ap())),
        ipv4(SCTP, &s1ap()),
        ipv6(SCTP, &s1ap()),
        ipv6(0, &[&[SCTP, 0, 0, 0, 0, 0, 0, 0], &s1ap()[..]].concat()),
        ethernet(&[0x81, 0, 0, 1, 8, 0], &ipv4(UDP, &udp((9_899, 9_899), &s1ap()))),
        ipv4(
            UDP,
            &udp(
                (4_729, 4_729),
                &[2, 4, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0x41],
            ),
        ),
        vec![0, 12, 0, 4, b's', b'1', b'a', b'p', 0, 0, 0, 0, 1, 2, 3],
    ];
    let mut files = Vec::new();
    for order in ORDERS {
        for link in LINKS {
            let mut file = PcapFile::new(order, MICROSECONDS, 65_535, u32::from(link));
            for (number, packet) in packets.iter().enumerate() {
                file.record(1_700_000_000 + number as u32, 5, packet);
            }
            files.push((format!("pcap-{order:?}-{link}").to_lowercase(), file.octets));
        }
        let mut file = PcapngFile::new(order);
        for link in LINKS {
            file.interface(link, 0, &[(9, &[9])]);
        }
        for (number, packet) in packets.iter().cycle().take(30).enumerate() {
            file.packet(number as u32 % LINKS.len() as u32, number as u64, packet);
        }
        files.push((format!("pcapng-{order:?}").to_lowercase(), file.octets));
    }
    files
}

#[test]
fn corpus_of_captures() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/capture");
    let seeds = files();
    if std::env::var_os("QUINTET_WRITE_CORPUS").is_some() {
        std::fs::create_dir_all(&directory).unwrap();
        for (name, octets) in &seeds {
            std::fs::write(directory.join(name), octets).unwrap();
        }
    }
    for (name, octets) in &seeds {
        let found = std::fs::read(directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(found == *octets, "{name}: not what is made now");
    }
    let (mut frames, mut pdus) = (0, 0);
    for entry in std::fs::read_dir(&directory).unwrap() {
        let octets = std::fs::read(entry.unwrap().path()).unwrap();
        let (whole, damage) = read(&octets);
        frames += whole.len();
        assert_eq!(in_pieces(&octets, &[1]), (whole, damage.len()));
        pdus += dissect(&octets).pdus.len();
    }
    assert!(frames >= 200 && pdus >= 50, "{frames} frames, {pdus} PDUs");
}
