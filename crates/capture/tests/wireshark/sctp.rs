//! SCTP: recorded S1AP messages in synthetic associations, in IP and in UDP, dissected as S1AP and complained of by
//! nobody.

use quintet_capture::{SctpFlow, SctpMessage, Side, sctp_packet};
use std::net::SocketAddr;

use super::{Capture, MALFORMED, SEVERITY_NOTE, tshark, vectors};

/// Payload protocol identifier of S1AP (TS 36.412 7).
const S1AP: u32 = 18;
/// UDP port of encapsulated SCTP (RFC 6951 5.1).
const ENCAPSULATION: u16 = 9899;

/// What Wireshark finds in the recorded messages themselves: ciphered NAS, for one.
const ABOUT_THE_RECORDING: [&str; 1] = ["Not a NAS EPS PD"];

fn ends(ipv6: bool) -> (SocketAddr, SocketAddr) {
    if ipv6 {
        (
            "[2001:db8::1]:36412".parse().unwrap(),
            "[2001:db8::2]:36412".parse().unwrap(),
        )
    } else {
        (
            "192.0.2.1:36412".parse().unwrap(),
            "192.0.2.2:36412".parse().unwrap(),
        )
    }
}

/// What carries the packets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Over {
    Ip,
    Udp,
}

/// Moves a frame of a flow into UDP, as an endpoint's own packets are framed.
fn reframe(frame: &[u8], ends: (SocketAddr, SocketAddr), sink: &mut impl FnMut(&[u8])) {
    let ipv6 = ends.0.is_ipv6();
    let (header, source_at, octets) = if ipv6 { (54, 22, 16) } else { (34, 26, 4) };
    let address = ends.0.ip();
    let from_client = match address {
        std::net::IpAddr::V4(client) => frame[source_at..source_at + octets] == client.octets(),
        std::net::IpAddr::V6(client) => frame[source_at..source_at + octets] == client.octets(),
    };
    let (from, to) = if from_client { ends } else { (ends.1, ends.0) };
    let at = |end: SocketAddr| SocketAddr::new(end.ip(), ENCAPSULATION);
    sctp_packet(at(from), at(to), &frame[header..], sink).unwrap();
}

fn every_s1ap_message_is_dissected(ipv6: bool, over: Over) {
    let Some(messages) = vectors("vectors/s1ap.json") else {
        return;
    };
    let ends = ends(ipv6);
    let mut capture = Capture::begin();
    let mut file = capture.sink("");
    let mut sink = |frame: &[u8]| match over {
        Over::Ip => file(frame),
        Over::Udp => reframe(frame, ends, &mut file),
    };
    // Transmission sequence numbers wrap within the exchange.
    let mut flow = SctpFlow::open(ends.0, ends.1, [u32::MAX - 20, 7], 4, &mut sink).unwrap();
    let mut expected = Vec::new();
    for (n, message) in messages.iter().enumerate() {
        let payload = hex::decode(message["pdu"].as_str().unwrap()).unwrap();
        let from = if n % 2 == 0 { Side::Client } else { Side::Server };
        let stream = (n % 3) as u16;
        let message_of = SctpMessage {
            stream,
            ppid: S1AP,
            unordered: n % 7 == 6,
            payload: &payload,
        };
        flow.send(from, message_of, &mut sink).unwrap();
        expected.push(message["procedure_code"].to_string());
    }
    flow.shutdown(Side::Client, &mut sink);
    assert!(flow.is_over());
    drop(file);

    let fields = [
        "sctp.checksum.status",
        "udp.checksum.status",
        "s1ap.procedureCode",
        "sctp.data_payload_proto_id",
        "_ws.expert.severity",
        MALFORMED,
        "_ws.expert.message",
        "sctp.chunk_type",
    ];
    let Some(frames) = tshark(&capture.file, &fields) else {
        return;
    };
    let mut seen = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let number = index + 1;
        assert_eq!(frame[0], "1", "frame {number}: SCTP checksum");
        assert_eq!(
            frame[1],
            if over == Over::Udp { "1" } else { "" },
            "frame {number}: UDP checksum"
        );
        assert!(frame[5].is_empty(), "frame {number}: malformed");
        for (severity, what) in frame[4].split(',').zip(frame[6].split(',')) {
            let severity: u32 = severity.parse().unwrap_or_default();
            let recorded = ABOUT_THE_RECORDING.iter().any(|known| what.starts_with(known));
            assert!(severity < SEVERITY_NOTE || recorded, "frame {number}: {what}");
        }
        if frame[7] == "0" {
            assert_eq!(frame[3], S1AP.to_string(), "frame {number}");
            // A message may hold others; the first is its own.
            seen.push(frame[2].split(',').next().unwrap_or_default().to_owned());
        }
    }
    seen.retain(|code| !code.is_empty());
    assert_eq!(seen, expected);
}

#[test]
fn every_recorded_s1ap_message_is_dissected_in_ipv4() {
    every_s1ap_message_is_dissected(false, Over::Ip);
}

#[test]
fn every_recorded_s1ap_message_is_dissected_in_ipv6() {
    every_s1ap_message_is_dissected(true, Over::Ip);
}

#[test]
fn every_recorded_s1ap_message_is_dissected_in_udp() {
    every_s1ap_message_is_dissected(false, Over::Udp);
    every_s1ap_message_is_dissected(true, Over::Udp);
}

/// A message of many packets is put together again, and an ABORT ends the association.
#[test]
fn a_long_message_is_reassembled() {
    let Some(messages) = vectors("vectors/diameter.json") else {
        return;
    };
    let watchdog = messages
        .iter()
        .find(|message| message["command"] == "Device-Watchdog" && message["request"] == true)
        .unwrap();
    let mut large = hex::decode(watchdog["pdu"].as_str().unwrap()).unwrap();
    large.extend_from_slice(&[0, 0, 0, 25, 0x40]);
    large.extend_from_slice(&20_009u32.to_be_bytes()[1..]);
    // The last octet but three is padding (RFC 6733 4.1), and the last piece of the message is not a whole word's.
    large.resize(large.len() + 20_001 + 3, 0);
    let length = (large.len() as u32).to_be_bytes();
    large[1..4].copy_from_slice(&length[1..]);
    let ends = ends(false);
    let mut capture = Capture::begin();
    let mut sink = capture.sink("");
    let mut flow = SctpFlow::open(ends.0, ends.1, [1, 2], 1, &mut sink).unwrap();
    let message = SctpMessage {
        stream: 0,
        ppid: 46,
        unordered: false,
        payload: &large,
    };
    flow.send(Side::Client, message, &mut sink).unwrap();
    flow.abort(Side::Server, &mut sink);
    assert!(flow.send(Side::Client, message, &mut sink).is_err());
    drop(sink);
    let Some(frames) = tshark(
        &capture.file,
        &["diameter.length", "sctp.checksum.status", MALFORMED],
    ) else {
        return;
    };
    let lengths: Vec<&str> = frames
        .iter()
        .map(|frame| &frame[0][..])
        .filter(|length| !length.is_empty())
        .collect();
    assert_eq!(lengths, [large.len().to_string()]);
    assert!(frames.iter().all(|frame| frame[1] == "1" && frame[2].is_empty()));
}
