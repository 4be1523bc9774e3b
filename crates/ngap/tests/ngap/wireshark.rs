//! Wireshark reads what we write: one frame a message, without a complaint, with the same identities.

use crate::samples;
use crate::shared::skip;
use quintet_capture::{LinkType, PcapngWriter};
use quintet_ngap::{NgapPdu, PORT, PPID};
use std::process::Command;
use std::time::Duration;

/// An IPv4 packet with one SCTP DATA chunk.
fn packet(pdu: &[u8], sequence: u32) -> Vec<u8> {
    let padded = pdu.len().next_multiple_of(4);
    let mut chunk = vec![0, 3];
    chunk.extend((16 + pdu.len() as u16).to_be_bytes());
    chunk.extend(sequence.to_be_bytes());
    chunk.extend([0, 1]);
    chunk.extend((sequence as u16).to_be_bytes());
    chunk.extend(PPID.to_be_bytes());
    chunk.extend(pdu);
    chunk.resize(16 + padded, 0);
    let mut packet = vec![0x45, 0];
    packet.extend((20 + 12 + chunk.len() as u16).to_be_bytes());
    packet.extend([0, 0, 0x40, 0, 64, 132, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
    packet.extend(PORT.to_be_bytes());
    packet.extend(PORT.to_be_bytes());
    packet.extend([0, 0, 0, 1, 0, 0, 0, 0]);
    packet.extend(chunk);
    packet
}

fn capture(pdus: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "quintet tests");
    let interface = writer.interface(&mut file, "N2", LinkType::RAW);
    for (sequence, pdu) in (1..).zip(pdus) {
        let time = Duration::from_secs(1_760_000_000 + u64::from(sequence));
        writer.packet(&mut file, interface, time, &packet(pdu, sequence), &[]);
    }
    file
}

/// Columns of tshark's answer.
const FIELDS: [&str; 6] = [
    "frame.protocols",
    "_ws.malformed",
    "_ws.expert.message",
    "ngap.procedureCode",
    "ngap.AMF_UE_NGAP_ID",
    "ngap.RAN_UE_NGAP_ID",
];

fn dissect(pdus: &[Vec<u8>]) -> Option<Vec<Vec<String>>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ngap.pcapng");
    std::fs::write(&path, capture(pdus)).unwrap();
    // The radio capabilities of the samples are no RRC message; NGAP carries them unread.
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(&path)
        .args(["-o", "ngap.dissect_container:FALSE", "-T", "fields"]);
    command.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let Ok(output) = command.output() else {
        skip("tshark cannot be run; install it");
        return None;
    };
    assert!(
        output.status.success(),
        "tshark: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let columns = |line: &str| line.split('\t').map(str::to_owned).collect();
    Some(text.lines().map(columns).collect())
}

#[test]
fn wireshark_reads_every_message() {
    let messages = samples::all();
    let octets: Vec<_> = messages.iter().map(samples::encode).collect();
    let Some(rows) = dissect(&octets) else { return };
    assert_eq!(rows.len(), messages.len());
    let mut identified = 0;
    for (message, row) in messages.iter().zip(&rows) {
        let name = message.name();
        let [protocols, malformed, expert, code, mme, enb] = &row[..] else {
            panic!("{name}: {row:?}");
        };
        assert!(protocols.contains("sctp:ngap"), "{name}: {protocols}");
        assert_eq!((&malformed[..], &expert[..]), ("", ""), "{name}");
        assert_eq!(
            code.split(',').next(),
            Some(&message.procedure_code().to_string()[..]),
            "{name}"
        );
        if let NgapPdu::UplinkNasTransport(_) | NgapPdu::InitialContextSetupRequest(_) = message {
            assert_eq!((&mme[..], &enb[..]), ("734456316676", "16386828"), "{name}");
            identified += 1;
        }
    }
    assert_eq!(identified, 4);
}

#[test]
fn wireshark_sees_a_broken_message() {
    let mut broken = samples::encode(&samples::all()[0]);
    // The first IE's length: beyond the message.
    broken[10] = 0x7f;
    let Some(rows) = dissect(&[broken]) else { return };
    assert!(!rows[0][1].is_empty() || !rows[0][2].is_empty(), "{rows:?}");
}
