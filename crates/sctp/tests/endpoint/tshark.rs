//! What Wireshark thinks of our packets: whole lives of associations, in UDP on port 9899 (RFC 6951).

use crate::packets::{ask, init, packet, parameter};
use crate::support::message;
use quintet_sctp::testing::{Network, UDP_PORT};
use quintet_sctp::{Config, Endpoint, Message, Transmit};
use std::net::IpAddr;
use std::process::Command;
use std::time::Duration;

/// A pcap file of raw IP.
fn pcap(packets: &[(Duration, Transmit)]) -> Vec<u8> {
    const LINKTYPE_RAW: u32 = 101;
    let mut out = Vec::new();
    for number in [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65_535, LINKTYPE_RAW] {
        out.extend(u32::to_be_bytes(number));
    }
    for (at, transmit) in packets {
        let (IpAddr::V4(from), IpAddr::V4(to)) = (transmit.path.local, transmit.path.remote.ip()) else {
            panic!("{:?}", transmit.path);
        };
        let octets = 28 + transmit.packet.len() as u16;
        let mut frame = vec![0x45, 0];
        frame.extend(octets.to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, 17, 0, 0]);
        frame.extend(from.octets());
        frame.extend(to.octets());
        for number in [UDP_PORT, UDP_PORT, octets - 20, 0] {
            frame.extend(number.to_be_bytes());
        }
        frame.extend(&transmit.packet);
        for number in [
            at.as_secs() as u32,
            at.subsec_micros(),
            frame.len() as u32,
            frame.len() as u32,
        ] {
            out.extend(number.to_be_bytes());
        }
        out.extend(frame);
    }
    out
}

/// Set up, talk, idle, shut down; again, and restart; abort; strays and refusals.
fn lives() -> Vec<(Duration, Transmit)> {
    let mut network = Network::new(5);
    network.add(Config::new(7000), IpAddr::from([10, 0, 0, 1]));
    network.add(Config::new(7001), IpAddr::from([10, 0, 0, 2]));
    network.transcript = Some(Vec::new());
    let talk = |network: &mut Network, id| {
        for octets in [1, 100, 5000] {
            // Of no protocol that Wireshark reads.
            let ordered = Message {
                ppid: 0,
                ..message(1, vec![1; octets])
            };
            let unordered = Message {
                unordered: true,
                ..ordered.clone()
            };
            for message in [ordered, unordered] {
                network.send(0, id, message).expect("there is room");
            }
        }
        network.run_for(Duration::from_secs(1));
    };
    let client = network.connect(0, 1).expect("nothing is in the way");
    talk(&mut network, client);
    network.run_for(Duration::from_secs(100));
    let now = network.now();
    network.hosts[0].endpoint.shutdown(now, client);
    network.run_for(Duration::from_secs(1));

    let client = network.connect(0, 1).expect("the port is free again");
    talk(&mut network, client);
    network.hosts[0].endpoint = Endpoint::new(Config::new(7000), [1; 32]);
    let client = network.connect(0, 1).expect("it knows nothing of the old one");
    talk(&mut network, client);
    let now = network.now();
    network.hosts[0].endpoint.abort(now, client);
    network.run_for(Duration::from_secs(1));

    let mut sent = network.transcript.take().expect("it was asked for");
    let path = network.path(1, 0);
    let unknown = parameter(0xc000, &[]);
    for (tag, kind, value) in [
        (99, 0, vec![0; 20]),
        (99, 8, vec![]),
        (0, 1, init(5, &unknown)),
        (0, 1, init(5, &parameter(11, b"host.example"))),
    ] {
        let answers = ask(&mut network, 1, path, &packet((7000, 7001), tag, kind, 3, &value));
        assert_eq!(answers.len(), 1);
        sent.extend(answers.into_iter().map(|answer| (now, answer)));
    }
    sent
}

#[test]
fn wireshark_finds_nothing_wrong() {
    let packets = lives();
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("sctp.pcap");
    std::fs::write(&file, pcap(&packets)).expect("room for a file");
    let fields = [
        "frame.protocols",
        "_ws.malformed",
        "_ws.expert.message",
        "sctp.checksum.status",
        "sctp.chunk_type",
    ];
    let mut command = Command::new("tshark");
    command
        .arg("-r")
        .arg(&file)
        .args(["-o", "sctp.checksum:crc-32c", "-T", "fields"]);
    command.args(fields.iter().flat_map(|field| ["-e", field]));
    let Ok(output) = command.output() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "tshark cannot be run; install it"
        );
        eprintln!("skipped: tshark cannot be run; install it");
        return;
    };
    assert!(
        output.status.success(),
        "tshark: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), packets.len());
    let mut kinds = std::collections::BTreeSet::new();
    for row in &rows {
        let [protocols, malformed, expert, checksum, chunks] = row[..] else {
            panic!("{row:?}");
        };
        assert!(protocols.starts_with("raw:ip:udp:sctp"), "{row:?}");
        assert_eq!((malformed, expert, checksum), ("", "", "1"), "{row:?}");
        kinds.extend(chunks.split(',').map(|kind| kind.parse::<u8>().expect("a type")));
    }
    // Every type but ERROR, ECNE and CWR.
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 14]
    );
}
