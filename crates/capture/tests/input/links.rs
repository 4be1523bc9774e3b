//! Link layers and IP: every way in which a packet may be wrapped gives the same PDU.

use crate::support::packet::{Ipv4, PPID_S1AP, S1AP, SCTP, UDP, ethernet, ipv4, ipv6, s1ap, sctp, udp};
use crate::support::{Bench, OwnPdu};
use quintet_capture::{End, LinkType, Protocol, sctp_packet};
use std::net::SocketAddr;

const SLL: [u8; 14] = [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
const SLL2_BEHIND_TYPE: [u8; 18] = [0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0];

fn ends(pdu: &OwnPdu) -> (SocketAddr, SocketAddr) {
    let (End::Address(source), End::Address(destination)) = (pdu.flow.source, pdu.flow.destination) else {
        panic!("{:?}", pdu.flow)
    };
    (source, destination)
}

fn is_s1ap(case: &str, link: LinkType, frame: &[u8]) {
    let mut bench = Bench::new();
    let found = bench.found_in(link, frame);
    let [pdu] = &found[..] else {
        panic!("{case}: {found:?}, {:?}", bench.dissector.counts())
    };
    assert_eq!((pdu.protocol, &pdu.octets[..]), (Protocol::S1ap, S1AP), "{case}");
    assert_eq!(
        (pdu.frame, pdu.first_frame, pdu.direction),
        (1, 1, None),
        "{case}"
    );
    let (source, destination) = ends(pdu);
    let expected = if source.is_ipv4() {
        (
            "192.0.2.1:36412".parse().unwrap(),
            "192.0.2.2:36412".parse().unwrap(),
        )
    } else {
        (
            "[2001:db8::1]:36412".parse().unwrap(),
            "[2001:db8::2]:36412".parse().unwrap(),
        )
    };
    assert_eq!((source, destination), expected, "{case}");
    assert_eq!(bench.dissector.counts().malformed, 0, "{case}");
}

#[test]
fn every_link_type_carries_either_version() {
    for (version, ethertype, family, packet) in [
        (4, [0x08, 0x00], 2, ipv4(SCTP, &s1ap())),
        (6, [0x86, 0xdd], 30, ipv6(SCTP, &s1ap())),
    ] {
        let wrapped = |parts: &[&[u8]]| [parts.concat(), packet.clone()].concat();
        for (name, link, frame) in [
            ("Ethernet", LinkType::ETHERNET, wrapped(&[&[2; 12], &ethertype])),
            ("SLL", LinkType::LINUX_SLL, wrapped(&[&SLL, &ethertype])),
            (
                "SLL2",
                LinkType::LINUX_SLL2,
                wrapped(&[&ethertype, &SLL2_BEHIND_TYPE]),
            ),
            ("raw", LinkType::RAW, wrapped(&[])),
            ("raw of OpenBSD", LinkType(14), wrapped(&[])),
            ("raw of others", LinkType(12), wrapped(&[])),
            (
                "IPv4 or IPv6",
                if version == 4 {
                    LinkType::IPV4
                } else {
                    LinkType::IPV6
                },
                wrapped(&[]),
            ),
            (
                "null, little-endian",
                LinkType::NULL,
                wrapped(&[&[family, 0, 0, 0]]),
            ),
            ("null, big-endian", LinkType::NULL, wrapped(&[&[0, 0, 0, family]])),
            ("loop", LinkType::LOOP, wrapped(&[&[0, 0, 0, family]])),
            (
                "PPP",
                LinkType::PPP,
                wrapped(&[&[0xff, 3, 0, if version == 4 { 0x21 } else { 0x57 }]]),
            ),
        ] {
            is_s1ap(&format!("{name}, version {version}"), link, &frame);
        }
    }
}

#[test]
fn tags_and_labels_are_passed() {
    let packet = ipv4(SCTP, &s1ap());
    for (name, tags) in [
        ("802.1Q", &[0x81, 0, 0x20, 5, 8, 0][..]),
        ("802.1ad", &[0x88, 0xa8, 0, 1, 0x81, 0, 0, 2, 8, 0]),
        ("QinQ of old", &[0x91, 0, 0, 1, 0x81, 0, 0, 2, 8, 0]),
        ("MPLS", &[0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64]),
        ("PPPoE", &[0x88, 0x64, 0x11, 0, 0, 1, 0, 90, 0, 0x21]),
        (
            "PPPoE in a VLAN",
            &[0x81, 0, 0, 1, 0x88, 0x64, 0x11, 0, 0, 1, 0, 90, 0, 0x21],
        ),
    ] {
        is_s1ap(name, LinkType::ETHERNET, &ethernet(tags, &packet));
    }
    let cooked = [&SLL[..], &[0x81, 0, 0, 7, 8, 0], &packet].concat();
    is_s1ap("SLL with a tag", LinkType::LINUX_SLL, &cooked);
    let cooked = [&[0x81, 0][..], &SLL2_BEHIND_TYPE, &[0, 7, 8, 0], &packet].concat();
    is_s1ap("SLL2 with a tag", LinkType::LINUX_SLL2, &cooked);
}

#[test]
fn padding_behind_the_packet_is_none_of_it() {
    let mut frame = ethernet(&[8, 0], &ipv4(SCTP, &s1ap()));
    frame.extend([0xaa; 30]);
    is_s1ap("padding", LinkType::ETHERNET, &frame);
}

#[test]
fn options_extension_headers_and_tunnels_are_passed() {
    let mut packet = Ipv4::of(SCTP);
    packet.options = vec![7, 7, 4, 0, 0, 0, 0, 0];
    is_s1ap("options", LinkType::RAW, &packet.with(&s1ap()));

    let chain = |first: u8, headers: &[u8]| ipv6(first, &[headers, &s1ap()].concat());
    let hop_by_hop = [SCTP, 0, 5, 2, 0, 0, 1, 0];
    is_s1ap("hop by hop", LinkType::RAW, &chain(0, &hop_by_hop));
    let destination_and_routing = [&[43, 1][..], &[0; 14], &[SCTP, 0, 0, 0, 0, 0, 0, 0]].concat();
    is_s1ap(
        "destination, routing",
        LinkType::RAW,
        &chain(60, &destination_and_routing),
    );
    let authentication = [&[SCTP, 4, 0, 0][..], &[0; 20]].concat();
    is_s1ap("authentication", LinkType::RAW, &chain(51, &authentication));
    is_s1ap(
        "atomic fragment",
        LinkType::RAW,
        &chain(44, &[SCTP, 0, 0, 0, 0, 0, 0, 9]),
    );

    is_s1ap("IPv4 in IPv4", LinkType::RAW, &ipv4(4, &ipv4(SCTP, &s1ap())));
    is_s1ap("IPv6 in IPv4", LinkType::RAW, &ipv4(41, &ipv6(SCTP, &s1ap())));
    is_s1ap("IPv4 in IPv6", LinkType::RAW, &ipv6(4, &ipv4(SCTP, &s1ap())));
}

#[test]
fn a_length_left_to_the_network_card_is_the_frames() {
    let mut packet = ipv4(SCTP, &s1ap());
    packet[2..4].fill(0);
    is_s1ap("IPv4 without a length", LinkType::RAW, &packet);
    let mut packet = ipv6(SCTP, &s1ap());
    packet[4..6].fill(0);
    is_s1ap("IPv6 without a length", LinkType::RAW, &packet);
}

#[test]
fn tunnels_without_end_do_end() {
    let mut packet = ipv4(SCTP, &s1ap());
    for _ in 0..100 {
        packet = ipv4(4, &packet);
    }
    let mut bench = Bench::new();
    assert!(bench.found_in(LinkType::RAW, &packet).is_empty());
    assert_eq!(bench.dissector.counts().malformed, 1);
}

#[test]
fn sctp_in_udp_is_found_by_its_port_or_by_its_look() {
    let s1ap = s1ap();
    is_s1ap(
        "port 9899",
        LinkType::RAW,
        &ipv4(UDP, &udp((9_899, 9_899), &s1ap)),
    );
    is_s1ap(
        "port 9899 on one side",
        LinkType::RAW,
        &ipv4(UDP, &udp((40_000, 9_899), &s1ap)),
    );

    // By look it needs its checksum, which the writer makes.
    let mut with_checksum = Vec::new();
    let (from, to): (SocketAddr, SocketAddr) = (
        "192.0.2.1:22222".parse().unwrap(),
        "192.0.2.2:33333".parse().unwrap(),
    );
    let mut summed = s1ap.clone();
    let sum = crc32c(&summed);
    summed[8..12].copy_from_slice(&sum);
    sctp_packet(from, to, &summed, &mut |frame| with_checksum = frame.to_vec()).unwrap();
    is_s1ap("by look", LinkType::ETHERNET, &with_checksum);
    let last = with_checksum.len() - 1;
    with_checksum[last] ^= 1;
    assert!(
        Bench::new()
            .found_in(LinkType::ETHERNET, &with_checksum)
            .is_empty()
    );
}

/// RFC 9260 Appendix A, bit by bit.
fn crc32c(octets: &[u8]) -> [u8; 4] {
    let mut crc = !0u32;
    for octet in octets {
        crc ^= u32::from(*octet);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0x82f6_3b78
            } else {
                crc >> 1
            };
        }
    }
    (!crc).to_le_bytes()
}

#[test]
fn what_is_not_followed_is_counted_or_passed() {
    let mut bench = Bench::new();
    bench.frame(LinkType::ETHERNET, &ethernet(&[0x08, 0x06], &[0; 28]));
    bench.frame(LinkType::RAW, &ipv4(UDP, &udp((2_152, 2_152), &[0x30; 40])));
    assert_eq!((bench.take().len(), bench.dissector.counts().malformed), (0, 0));
    bench.frame(LinkType(127), &[0; 60]);
    assert_eq!(bench.dissector.counts().unknown_links, 1);
    bench.frame(LinkType::RAW, &ipv4(50, &[0; 60]));
    assert_eq!(bench.dissector.counts().encrypted, 1);
    bench.frame(LinkType::RAW, &ipv4(SCTP, &s1ap())[..19]);
    bench.frame(LinkType::ETHERNET, &[0; 13]);
    bench.frame(LinkType::RAW, &[0x10; 60]);
    assert_eq!(bench.dissector.counts().malformed, 3);
    assert_eq!(bench.dissector.counts().frames, 7);
}

/// A short snap length: what was not captured is not taken for the end of the packet.
#[test]
fn a_cut_frame_is_counted_and_its_chunk_is_no_pdu() {
    let frame = ipv4(SCTP, &sctp((1, 36_412), 1, PPID_S1AP, &[5; 200]));
    let mut bench = Bench::new();
    bench.cut_frame(LinkType::RAW, &frame[..100], frame.len());
    assert!(bench.take().is_empty());
    assert_eq!(bench.dissector.counts().cut_frames, 1);
    assert_eq!(bench.dissector.counts().malformed, 0);
}
