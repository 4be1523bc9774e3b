//! Logs: user link types, GSMTAP, exported PDUs.

use crate::support::packet::{UDP, ipv4, udp};
use crate::support::{Bench, OwnPdu};
use quintet_capture::{DissectorOptions, End, LinkType, Protocol};
use quintet_crypto::Direction::{self, Downlink, Uplink};

const NAS: &[u8] = &[0x07, 0x41, 0x71];
/// Radio type, direction, kind of RNTI, then a PDU without a tag in front of it.
const MAC_DOWN: &[u8] = &[1, 1, 3, 1, 0xaa];
const MAC_UP: &[u8] = &[1, 0, 3, 1, 0xbb];

fn one(mut found: Vec<OwnPdu>) -> OwnPdu {
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn user_links_are_what_srsran_means_unless_told() {
    let mut bench = Bench::new();
    for (link, octets, protocol) in [
        (147, MAC_DOWN, Protocol::MacLteFramed),
        (148, NAS, Protocol::NasEps),
        (150, NAS, Protocol::S1ap),
        (151, NAS, Protocol::Nas5gs),
        (152, NAS, Protocol::Ngap),
    ] {
        let pdu = one(bench.found_in(LinkType(link), octets));
        assert_eq!((pdu.protocol, &pdu.octets[..]), (protocol, octets), "{link}");
        assert_eq!(
            (pdu.flow.source, pdu.flow.destination),
            (End::Unnamed, End::Unnamed)
        );
    }
    assert!(bench.found_in(LinkType(162), NAS).is_empty());
    assert_eq!(bench.dissector.counts().unknown_links, 1);

    let mut told = Bench::with(DissectorOptions {
        user_links: vec![(LinkType(147), Protocol::NasEps), (LinkType(162), Protocol::S1ap)],
        ..DissectorOptions::default()
    });
    assert_eq!(one(told.found_in(LinkType(147), NAS)).protocol, Protocol::NasEps);
    assert_eq!(one(told.found_in(LinkType(162), NAS)).protocol, Protocol::S1ap);
    assert_eq!(one(told.found_in(LinkType(148), NAS)).protocol, Protocol::NasEps);
}

#[test]
fn a_mac_pdu_is_found_behind_whatever_marks_it() {
    let fake_udp = [0xbe, 0xef, 0xde, 0xad, 0, 42, 0, 0];
    for (framed, direction) in [(MAC_DOWN, Downlink), (MAC_UP, Uplink)] {
        for (link, octets) in [
            (147, framed.to_vec()),
            (147, [b"mac-lte", framed].concat()),
            (149, [&fake_udp, &b"mac-lte"[..], framed].concat()),
        ] {
            let pdu = one(Bench::new().found_in(LinkType(link), &octets));
            assert_eq!(pdu.direction, Some(direction), "{link}");
            assert_eq!(pdu.octets, framed, "{link}");
        }
    }
    // NR by its mark alone, whatever is supposed.
    for (framed, direction) in [(MAC_DOWN, Downlink), (MAC_UP, Uplink)] {
        for (link, octets) in [
            (147, [b"mac-nr", framed].concat()),
            (149, [&fake_udp, &b"mac-nr"[..], framed].concat()),
        ] {
            let pdu = one(Bench::new().found_in(LinkType(link), &octets));
            assert_eq!(
                (pdu.protocol, pdu.direction),
                (Protocol::MacNrFramed, Some(direction))
            );
            assert_eq!(pdu.octets, framed, "{link}");
        }
    }
    let mut told = Bench::with(DissectorOptions {
        user_links: vec![(LinkType(162), Protocol::MacNrFramed)],
        ..DissectorOptions::default()
    });
    assert_eq!(
        one(told.found_in(LinkType(162), MAC_UP)).protocol,
        Protocol::MacNrFramed
    );
}

/// A GSMTAP header of version 2 in the layout of `length` octets.
fn gsmtap(version: u8, length: u8, kind: u8, arfcn: u16, sub_type: u8, octets: &[u8]) -> Vec<u8> {
    let mut message = vec![version, length / 4, kind, 0];
    message.extend(arfcn.to_be_bytes());
    message.extend([0; 6]);
    message.extend([sub_type, 0, 0, 0]);
    message.resize(usize::from(length), 0);
    message.extend(octets);
    ipv4(UDP, &udp((40_000, 4_729), &message))
}

fn gsmtap3(kind: u16, sub_type: u16, octets: &[u8]) -> Vec<u8> {
    let mut message = vec![3, 0, 0, 3];
    message.extend(kind.to_be_bytes());
    message.extend(sub_type.to_be_bytes());
    message.extend([0, 0, 0, 0]);
    message.extend(octets);
    ipv4(UDP, &udp((4_729, 4_729), &message))
}

#[test]
fn gsmtap_of_every_version() {
    let cases: [(&str, Vec<u8>, Protocol, Option<Direction>); 10] = [
        (
            "DL-CCCH",
            gsmtap(2, 16, 0x0d, 0, 0, NAS),
            Protocol::LteRrc(0),
            Some(Downlink),
        ),
        (
            "UL-DCCH",
            gsmtap(2, 16, 0x0d, 0, 3, NAS),
            Protocol::LteRrc(3),
            Some(Uplink),
        ),
        (
            "PCCH",
            gsmtap(2, 16, 0x0d, 0, 6, NAS),
            Protocol::LteRrc(6),
            Some(Downlink),
        ),
        ("NAS", gsmtap(2, 16, 0x12, 0, 0, NAS), Protocol::NasEps, None),
        (
            "NAS, protected, up",
            gsmtap(2, 16, 0x12, 0x4001, 1, NAS),
            Protocol::NasEps,
            Some(Uplink),
        ),
        (
            "long header",
            gsmtap(2, 24, 0x12, 0, 0, NAS),
            Protocol::NasEps,
            None,
        ),
        (
            "3 before there was a 3",
            gsmtap(3, 28, 0x0d, 0, 1, NAS),
            Protocol::LteRrc(1),
            Some(Downlink),
        ),
        (
            "3: UL-CCCH",
            gsmtap3(0x0403, 0x0a, NAS),
            Protocol::LteRrc(2),
            Some(Uplink),
        ),
        ("3: NAS", gsmtap3(0x0404, 0, NAS), Protocol::NasEps, None),
        ("3: NAS of 5GS", gsmtap3(0x0504, 1, NAS), Protocol::Nas5gs, None),
    ];
    let mut bench = Bench::new();
    let mut flows = Vec::new();
    for (name, frame, protocol, direction) in cases {
        let pdu = one(bench.found_in(LinkType::RAW, &frame));
        assert_eq!((pdu.protocol, pdu.direction), (protocol, direction), "{name}");
        assert_eq!(pdu.octets, NAS, "{name}");
        flows.push(pdu.flow.id);
    }
    flows.dedup();
    assert_eq!(flows.len(), 1, "both directions and all channels are one log");
    let framed = one(bench.found_in(LinkType::RAW, &gsmtap(2, 16, 0x0f, 0, 0, MAC_UP)));
    assert_eq!(
        (framed.protocol, framed.direction),
        (Protocol::MacLteFramed, Some(Uplink))
    );
    assert!(
        bench
            .found_in(LinkType::RAW, &gsmtap(2, 16, 0x0c, 0, 8, NAS))
            .is_empty()
    );
    assert_eq!(bench.dissector.counts().unknown_logs, 1);
}

fn exported(tags: &[(u16, &[u8])], octets: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    for (tag, value) in tags {
        frame.extend(tag.to_be_bytes());
        frame.extend((value.len() as u16).to_be_bytes());
        frame.extend(*value);
    }
    frame.extend([0; 4]);
    frame.extend(octets);
    frame
}

#[test]
fn exported_pdus_of_every_name() {
    let mut bench = Bench::new();
    for (name, protocol, direction) in [
        (&b"nas-eps\0"[..], Protocol::NasEps, None),
        (b"nas-eps_plain\0\0\0", Protocol::NasEps, None),
        (b"s1ap", Protocol::S1ap, None),
        (b"diameter", Protocol::Diameter, None),
        (b"ngap", Protocol::Ngap, None),
        (b"nas-5gs", Protocol::Nas5gs, None),
        (b"f1ap", Protocol::F1ap, None),
        (b"lte_rrc.ul_dcch", Protocol::LteRrc(3), Some(Uplink)),
        (b"lte_rrc.dl_ccch", Protocol::LteRrc(0), Some(Downlink)),
        (b"lte-rrc.dl.dcch", Protocol::LteRrc(1), Some(Downlink)),
    ] {
        let frame = exported(&[(12, name)], NAS);
        let pdu = one(bench.found_in(LinkType::WIRESHARK_UPPER_PDU, &frame));
        let name = String::from_utf8_lossy(name);
        assert_eq!((pdu.protocol, pdu.direction), (protocol, direction), "{name}");
        assert_eq!((&pdu.octets[..], pdu.flow.source), (NAS, End::Unnamed), "{name}");
    }
    let mac = one(bench.found_in(
        LinkType::WIRESHARK_UPPER_PDU,
        &exported(&[(12, b"mac-lte-framed")], MAC_UP),
    ));
    assert_eq!(
        (mac.protocol, mac.direction),
        (Protocol::MacLteFramed, Some(Uplink))
    );
    let mac = one(bench.found_in(
        LinkType::WIRESHARK_UPPER_PDU,
        &exported(&[(12, b"mac-nr-framed")], MAC_DOWN),
    ));
    assert_eq!(
        (mac.protocol, mac.direction),
        (Protocol::MacNrFramed, Some(Downlink))
    );
    assert!(
        bench
            .found_in(LinkType::WIRESHARK_UPPER_PDU, &exported(&[(12, b"http")], NAS))
            .is_empty()
    );
    assert_eq!(bench.dissector.counts().unknown_links, 1);
}

#[test]
fn exported_pdus_keep_their_ends_and_share_a_flow_both_ways() {
    let (a, b): ([u8; 4], [u8; 4]) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let (client, server) = (40_000_u32.to_be_bytes(), 36_412_u32.to_be_bytes());
    let up = exported(
        &[(12, b"s1ap"), (20, &a), (21, &b), (25, &client), (26, &server)],
        NAS,
    );
    let down = exported(
        &[(12, b"s1ap"), (20, &b), (21, &a), (25, &server), (26, &client)],
        NAS,
    );
    let mut six = [0; 16];
    six[..2].copy_from_slice(&[0x20, 0x01]);
    let other = exported(&[(12, b"s1ap"), (22, &six), (23, &six), (25, &client)], NAS);
    let mut bench = Bench::new();
    let link = LinkType::WIRESHARK_UPPER_PDU;
    let found: Vec<_> = [up, down, other]
        .iter()
        .map(|frame| one(bench.found_in(link, frame)))
        .collect();
    let end = |text: &str| End::Address(text.parse().unwrap());
    assert_eq!(found[0].flow.source, end("192.0.2.1:40000"));
    assert_eq!(found[0].flow.destination, end("192.0.2.2:36412"));
    assert_eq!(found[1].flow.source, found[0].flow.destination);
    assert_eq!(found[1].flow.id, found[0].flow.id);
    assert_eq!(found[2].flow.source, end("[2001::]:40000"));
    assert_ne!(found[2].flow.id, found[0].flow.id);
}

#[test]
fn logs_that_contradict_themselves_are_counted() {
    let mut bench = Bench::new();
    bench.frame(LinkType::WIRESHARK_UPPER_PDU, &[0, 12, 0, 200, 1, 2]);
    bench.frame(LinkType::WIRESHARK_UPPER_PDU, &[0, 12, 0, 0].repeat(1_000));
    bench.frame(LinkType(147), &[1]);
    assert_eq!(bench.dissector.counts().malformed, 3);
    bench.frame(LinkType::RAW, &ipv4(UDP, &udp((4_729, 4_729), &[2, 1, 0x12])));
    assert_eq!(bench.dissector.counts().unknown_logs, 1);
    bench.cut_frame(LinkType(148), NAS, 100);
    assert_eq!(bench.dissector.counts().cut_pdus, 1);
    assert!(bench.take().is_empty());
}
