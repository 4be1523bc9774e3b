//! What the crate writes, judged by tshark: recorded Diameter messages sent through a flow must come out of Wireshark's
//! own TCP, SCTP, Diameter and S1AP dissectors, with every checksum verified.
//!
//! Needs tshark and the recorded messages (`vectors/diameter.json` and `vectors/s1ap.json` beside the checkout or below `QUINTET_SHARED`).
//! Without them the tests say so and pass, unless `CI=true`: there they must run.

#![cfg(test)]

mod sctp;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use quintet_capture::{LinkType, PcapngWriter, Side, TcpFlow};

/// Reports a missing prerequisite: fatal where everything must run.
fn skip(reason: &str) {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci != "true"),
        "must run in CI: {reason}"
    );
    eprintln!("skipped: {reason}");
}

fn recorded_messages() -> Option<Vec<serde_json::Value>> {
    vectors("vectors/diameter.json")
}

fn vectors(name: &str) -> Option<Vec<serde_json::Value>> {
    let shared = std::env::var_os("QUINTET_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!(
            "no recorded messages at {}; set QUINTET_SHARED",
            path.display()
        ));
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// Runs tshark over a capture with every checksum verified, and returns one line per frame with the given fields
/// separated by tabs. `None` if there is no tshark.
fn tshark(capture: &[u8], fields: &[&str]) -> Option<Vec<Vec<String>>> {
    let file = tempfile::Builder::new().suffix(".pcapng").tempfile().unwrap();
    std::fs::write(file.path(), capture).unwrap();
    let mut command = Command::new("tshark");
    command.arg("-r").arg(file.path()).args(["-T", "fields"]);
    for preference in [
        "ip.check_checksum:TRUE",
        "tcp.check_checksum:TRUE",
        "udp.check_checksum:TRUE",
        "sctp.checksum:CRC 32c",
        "nameres.network_name:TRUE",
    ] {
        command.args(["-o", preference]);
    }
    for field in fields {
        command.args(["-e", field]);
    }
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
    Some(
        text.lines()
            .map(|line| line.split('\t').map(str::to_owned).collect())
            .collect(),
    )
}

/// Expert information at or above this is a complaint (0x200000 is a chat such as "connection established").
const SEVERITY_NOTE: u32 = 0x0040_0000;
/// Expert group of a frame that a dissector could not make sense of.
const MALFORMED: &str = "_ws.malformed";

struct Capture {
    file: Vec<u8>,
    writer: PcapngWriter,
    interface: quintet_capture::InterfaceId,
    time_ns: u64,
}

impl Capture {
    const BEGIN_NS: u64 = 1_700_000_000_123_456_789;

    fn begin() -> Self {
        let mut file = Vec::new();
        let mut writer = PcapngWriter::begin(&mut file, "quintet tests");
        let interface = writer.interface(&mut file, "S6a", LinkType::ETHERNET);
        Self {
            file,
            writer,
            interface,
            time_ns: Self::BEGIN_NS,
        }
    }

    fn sink<'a>(&'a mut self, comment: &'a str) -> impl FnMut(&[u8]) + 'a {
        move |frame| {
            let comments = if comment.is_empty() {
                &[][..]
            } else {
                &[comment][..]
            };
            let time = Duration::from_nanos(self.time_ns);
            self.writer
                .packet(&mut self.file, self.interface, time, frame, comments);
            self.time_ns += 1_001;
        }
    }
}

fn endpoints(ipv6: bool) -> (SocketAddr, SocketAddr) {
    if ipv6 {
        (
            "[2001:db8::1]:40000".parse().unwrap(),
            "[2001:db8::2]:3868".parse().unwrap(),
        )
    } else {
        (
            "192.0.2.1:40000".parse().unwrap(),
            "192.0.2.2:3868".parse().unwrap(),
        )
    }
}

/// Every recorded message in one connection: each comes back with its command code, and nobody complains about what
/// lies below Diameter.
fn every_message_is_dissected(ipv6: bool) {
    let Some(messages) = recorded_messages() else {
        return;
    };
    let (client, server) = endpoints(ipv6);
    let mut capture = Capture::begin();
    let mut flow = TcpFlow::open(client, server, [1, 2], &mut capture.sink("")).unwrap();
    let mut expected = Vec::new();
    for message in &messages {
        let pdu = hex::decode(message["pdu"].as_str().unwrap()).unwrap();
        let side = if message["request"] == true {
            Side::Client
        } else {
            Side::Server
        };
        flow.send(side, &pdu, &mut capture.sink("")).unwrap();
        expected.push(message["command_code"].to_string());
    }
    flow.finish(Side::Client, &mut capture.sink(""));
    flow.finish(Side::Server, &mut capture.sink(""));

    let fields = [
        "tcp.checksum.status",
        "ip.checksum.status",
        "diameter.cmd.code",
        "tcp.analysis.flags",
        MALFORMED,
    ];
    let Some(frames) = tshark(&capture.file, &fields) else {
        return;
    };
    let mut seen = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let [tcp, ip, command, analysis, malformed] = &frame[..] else {
            panic!("{frame:?}")
        };
        let number = index + 1;
        assert_eq!(tcp, "1", "frame {number}: TCP checksum");
        assert_eq!(ip, if ipv6 { "" } else { "1" }, "frame {number}: IP checksum");
        assert!(analysis.is_empty(), "frame {number}: {analysis}");
        assert!(malformed.is_empty(), "frame {number}: {malformed}");
        seen.extend(
            command
                .split(',')
                .filter(|code| !code.is_empty())
                .map(str::to_owned),
        );
    }
    assert_eq!(seen, expected);
}

#[test]
fn every_recorded_message_is_dissected_over_ipv4() {
    every_message_is_dissected(false);
}

#[test]
fn every_recorded_message_is_dissected_over_ipv6() {
    every_message_is_dissected(true);
}

/// A recorded request grown over 64 KiB by a Class AVP (RFC 6733 8.20): many segments, two dissected messages, and no
/// expert information above a chat.
#[test]
fn a_message_over_64_kib_is_reassembled() {
    let Some(messages) = recorded_messages() else {
        return;
    };
    let watchdog = messages
        .iter()
        .find(|message| message["command"] == "Device-Watchdog" && message["request"] == true)
        .unwrap();
    let small = hex::decode(watchdog["pdu"].as_str().unwrap()).unwrap();
    let mut large = small.clone();
    large.extend_from_slice(&[0, 0, 0, 25, 0x40]);
    large.extend_from_slice(&200_008u32.to_be_bytes()[1..]);
    large.resize(large.len() + 200_000, 0x5a);
    let length = (large.len() as u32).to_be_bytes();
    large[1..4].copy_from_slice(&length[1..]);

    let (client, server) = endpoints(false);
    let mut capture = Capture::begin();
    let hosts = [(client.ip(), "mme.example"), (server.ip(), "hss.example")];
    capture.writer.names(&mut capture.file, hosts);
    let mut flow = TcpFlow::open(client, server, [u32::MAX - 1000, 0], &mut capture.sink("")).unwrap();
    flow.send(Side::Client, &large, &mut capture.sink("a large request"))
        .unwrap();
    flow.send(Side::Client, &small, &mut capture.sink("")).unwrap();
    flow.reset(Side::Server, &mut capture.sink(""));

    let fields = [
        "frame.time_epoch",
        "frame.comment",
        "ip.src_host",
        "tcp.flags.reset",
        "diameter.length",
        "_ws.expert.severity",
        "tcp.checksum.status",
        "frame.interface_name",
        "_ws.expert.message",
    ];
    let Some(frames) = tshark(&capture.file, &fields) else {
        return;
    };
    assert_eq!(frames[0][0], "1700000000.123456789", "nanoseconds survive");
    assert_eq!(frames[0][2], "mme.example");
    assert_eq!(frames[1][2], "hss.example");
    assert_eq!(frames[3][1], "a large request");
    let mut messages: Vec<usize> = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let reset = frame[3] == "1" || frame[3] == "True";
        let severities = frame[5].split(',').filter(|severity| !severity.is_empty());
        for severity in severities.map(|severity| severity.parse::<u32>().unwrap()) {
            // A reset is itself worth a warning to Wireshark.
            assert!(
                severity < SEVERITY_NOTE || reset,
                "frame {}: {}",
                index + 1,
                frame[8]
            );
        }
        assert_eq!(frame[6], "1", "frame {}: TCP checksum", index + 1);
        assert_eq!(frame[7], "S6a");
        let lengths = frame[4].split(',').filter(|length| !length.is_empty());
        messages.extend(lengths.map(|length| length.parse::<usize>().unwrap()));
    }
    assert_eq!(messages, [large.len(), small.len()]);
}
