//! What the doctor deciphers of ESP is, octet for octet, what Wireshark deciphers of it with the associations' keys; and what
//! `--decrypt` puts in its place Wireshark reads without any.

use crate::doctor::play;
use crate::support::{Packet, Place, WALL, World};
use quintet_capture::{LinkType, PcapngWriter};
use quintet_doctor::keys::KeyRing;
use quintet_doctor::{Doctor, Output, Settings};
use quintet_esp::SaParameters;
use quintet_sim::ims::{LabTimers, scenario};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;
use std::process::Command;

/// A packet of ESP in IPv4, in UDP too where it has ports.
fn frame(packet: &Packet, octets: &[u8]) -> Vec<u8> {
    let (IpAddr::V4(from), IpAddr::V4(to)) = (packet.source.ip(), packet.destination.ip()) else {
        panic!("{packet:?}");
    };
    let encapsulated = packet.source.port() != 0;
    let length = if encapsulated { 28 } else { 20 } + octets.len() as u16;
    let protocol = if encapsulated { 17 } else { 50 };
    let mut frame = [
        &[0x45, 0][..],
        &length.to_be_bytes(),
        &[0, 0, 0, 0, 64, protocol, 0, 0],
    ]
    .concat();
    frame.extend([from.octets(), to.octets()].concat());
    if encapsulated {
        let ports = [packet.source.port(), packet.destination.port()];
        for number in [ports[0], ports[1], 8 + octets.len() as u16, 0] {
            frame.extend(number.to_be_bytes());
        }
    }
    frame.extend(octets);
    frame
}

/// A capture of these packets, each as it was or with other octets.
fn capture(packets: &[Packet], clear: &BTreeMap<u64, Box<[u8]>>) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "test");
    let gm = writer.interface(&mut file, "Gm", LinkType::RAW);
    for packet in packets {
        let octets = clear
            .get(&packet.number)
            .map_or(&packet.octets[..], |clear| clear);
        writer.packet(&mut file, gm, WALL + packet.at, &frame(packet, octets), &[]);
    }
    file
}

/// By the packet's number, what the doctor puts in its place.
fn deciphered(world: &World) -> BTreeMap<u64, Box<[u8]>> {
    let mut doctor = Doctor::new(Settings {
        keys: KeyRing::new().without_published(),
        decipher: true,
        ..Settings::default()
    });
    let mut clear = BTreeMap::new();
    let listen = |doctor: &mut Doctor| {
        while let Some(output) = doctor.poll() {
            if let Output::Deciphered {
                seen, clear: octets, ..
            } = output
            {
                clear.insert(seen.frame, octets);
            }
        }
    };
    world
        .tap
        .show(&mut doctor, WALL, &[Place::Gm, Place::Esp, Place::Cx], listen);
    clear
}

/// A row of Wireshark's table of associations.
fn association(parameters: &SaParameters) -> String {
    assert_eq!(parameters.keys.suite().to_string(), "hmac-sha-1-96/aes-cbc");
    format!(
        "uat:esp_sa:\"IPv4\",\"*\",\"*\",\"{:#010x}\",\"AES-CBC [RFC3602]\",\"0x{}\",\"HMAC-SHA-1-96 [RFC2404]\",\"0x{}\",\"32-bit\"",
        parameters.spi.value(),
        hex::encode(parameters.keys.expose_encryption()),
        hex::encode(parameters.keys.expose_integrity()),
    )
}

/// What Wireshark finds in each packet: payloads of UDP and TCP, the outer first, and whether its ICV holds. `None` if there is
/// no Wireshark.
fn tshark(file: &Path, options: &[String]) -> Option<Vec<[String; 3]>> {
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(file)
        .args(["-T", "fields", "-E", "occurrence=a", "-E", "separator=|"]);
    command.args(options.iter().flat_map(|option| ["-o", option]));
    command.args(["-e", "udp.payload", "-e", "tcp.payload", "-e", "esp.icv_good"]);
    let Ok(output) = command.output() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "tshark cannot be run; install it"
        );
        eprintln!("skipped: tshark cannot be run; install it");
        return None;
    };
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "tshark: {error}");
    let text = String::from_utf8(output.stdout).expect("text");
    let row = |line: &str| {
        let mut fields = line.split('|').map(str::to_owned);
        [(); 3].map(|()| fields.next().expect("three fields"))
    };
    Some(text.lines().map(row).collect())
}

/// The payload of the transport in ESP, without that of UDP around it.
fn inner(packet: &Packet, [udp, tcp, _]: &[String; 3]) -> String {
    let around = usize::from(packet.source.port() != 0);
    let within = udp.split(',').filter(|payload| !payload.is_empty()).skip(around);
    within.chain([tcp.as_str()]).collect()
}

#[test]
fn wireshark_deciphers_what_the_doctor_does() {
    for (name, messages) in [
        ("register", 6),
        ("udp-tcp-switch", 10),
        ("nat-udp-encapsulated", 6),
    ] {
        let (world, _) = play(scenario(name).expect("a scenario"), 1, LabTimers::specified());
        let packets = world.tap.packets();
        let clear = deciphered(&world);
        assert_eq!(clear.len(), packets.len(), "{name}: every packet is deciphered");
        let directory = tempfile::tempdir().expect("a directory");
        let file = |name: &str, octets: &[u8]| {
            let path = directory.path().join(name);
            std::fs::write(&path, octets).expect("room for a file");
            path
        };
        let keys = [
            "esp.enable_encryption_decode:TRUE",
            "esp.enable_authentication_check:TRUE",
        ];
        let rows = world.tap.installed();
        let options: Vec<String> = keys
            .map(str::to_owned)
            .into_iter()
            .chain(rows.iter().map(association))
            .collect();
        let Some(theirs) = tshark(
            &file("sealed.pcapng", &capture(&packets, &BTreeMap::new())),
            &options,
        ) else {
            return;
        };
        let heuristic = ["esp.enable_null_encryption_decode_heuristic:TRUE".to_owned()];
        let ours =
            tshark(&file("clear.pcapng", &capture(&packets, &clear)), &heuristic).expect("it ran before");
        assert_eq!(theirs.len(), packets.len());
        let mut sip = 0;
        for ((packet, theirs), ours) in packets.iter().zip(&theirs).zip(&ours) {
            assert_eq!(theirs[2], "1", "{name}: packet {} is authentic", packet.number);
            let [theirs, ours] = [theirs, ours].map(|row| inner(packet, row));
            assert_eq!(theirs, ours, "{name}: packet {}", packet.number);
            let payload = hex::decode(theirs).expect("hexadecimal digits");
            let inside = &clear[&packet.number];
            assert!(
                payload.is_empty() || inside.windows(payload.len()).any(|octets| octets == payload),
                "{name}: packet {}",
                packet.number
            );
            sip += usize::from(payload.starts_with(b"REGISTER ") || payload.starts_with(b"SIP/2.0 "));
        }
        assert!(
            sip >= messages,
            "{name}: {sip} messages of SIP in {} packets",
            packets.len()
        );
    }
}
