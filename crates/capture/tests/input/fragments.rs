//! Fragments of IP: any order, overlaps, copies, losses, floods.

use crate::support::Bench;
use crate::support::packet::{Ipv4, PPID_S1AP, SCTP, UDP, ipv6, sctp, udp};
use quintet_capture::LinkType;

/// A packet that needs several fragments, and the PDU in it.
fn long_packet() -> (Vec<u8>, Vec<u8>) {
    let pdu: Vec<u8> = (0..3_001u32).map(|at| ((at * 7) >> 3) as u8).collect();
    (sctp((36_412, 36_412), 1, PPID_S1AP, &pdu), pdu)
}

/// IPv4 fragments of so many octets.
fn ipv4_fragments(packet: &[u8], size: usize, identification: u16) -> Vec<Vec<u8>> {
    let mut header = Ipv4::of(SCTP);
    header.identification = identification;
    let count = packet.len().div_ceil(size);
    packet
        .chunks(size)
        .enumerate()
        .map(|(number, piece)| {
            header.offset = (number * size) as u16;
            header.more = number + 1 < count;
            header.with(piece)
        })
        .collect()
}

fn ipv6_fragments(packet: &[u8], size: usize) -> Vec<Vec<u8>> {
    let count = packet.len().div_ceil(size);
    packet
        .chunks(size)
        .enumerate()
        .map(|(number, piece)| {
            let place = (number * size) as u16 | u16::from(number + 1 < count);
            let mut payload = vec![SCTP, 0];
            payload.extend(place.to_be_bytes());
            payload.extend([0, 0, 0, 77]);
            payload.extend(piece);
            ipv6(44, &payload)
        })
        .collect()
}

fn feed(bench: &mut Bench, fragments: &[Vec<u8>], order: &[usize]) {
    for &number in order {
        bench.frame(LinkType::RAW, &fragments[number]);
    }
}

#[test]
fn any_order_makes_the_packet_whole() {
    let (packet, pdu) = long_packet();
    for (version, fragments) in [
        (4, ipv4_fragments(&packet, 1_000, 5)),
        (6, ipv6_fragments(&packet, 1_000)),
    ] {
        assert_eq!(fragments.len(), 4);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1], [1, 3, 0, 2]] {
            let mut bench = Bench::new();
            feed(&mut bench, &fragments, &order[..3]);
            assert!(bench.take().is_empty(), "version {version}, {order:?}");
            feed(&mut bench, &fragments, &order[3..]);
            let found = bench.take();
            assert_eq!(found.len(), 1, "version {version}, {order:?}");
            assert!(found[0].octets == pdu, "version {version}, {order:?}");
            assert_eq!((found[0].first_frame, found[0].frame), (1, 4));
            assert_eq!(bench.dissector.counts().lost_fragments, 0);
        }
    }
}

#[test]
fn what_came_first_stays_where_fragments_overlap() {
    let (packet, pdu) = long_packet();
    let mut bench = Bench::new();
    let mut header = Ipv4::of(SCTP);
    for (from, to, spoilt) in [
        (0, 1_600, false),
        (1_200, 2_000, true),
        (800, 2_800, true),
        (1_600, 4_000, false),
    ] {
        let mut piece = packet[from..to.min(packet.len())].to_vec();
        if spoilt {
            // Only what is there already is other than it was.
            let known = 1_600 - from;
            piece[..known].fill(0xff);
        }
        header.offset = from as u16;
        header.more = to < packet.len();
        bench.frame(LinkType::RAW, &header.with(&piece));
    }
    let found = bench.take();
    assert_eq!(found.len(), 1);
    assert!(found[0].octets == pdu);
}

#[test]
fn copies_of_fragments_make_no_second_packet() {
    let (packet, _) = long_packet();
    let fragments = ipv4_fragments(&packet, 1_000, 5);
    let mut bench = Bench::new();
    feed(&mut bench, &fragments, &[0, 0, 1, 1, 2, 2, 3, 3, 0, 1, 2, 3]);
    assert_eq!(bench.take().len(), 1);
    bench.dissector.finish(&mut bench.found);
    assert_eq!(bench.dissector.counts().lost_fragments, 0);
}

/// Nothing above IP tells copies of a log's message apart once parts of them are missing.
#[test]
fn a_copy_of_one_fragment_is_not_taken_for_the_whole_again() {
    let mut message = vec![2, 4, 0x12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    message.extend([7; 600]);
    let datagram = udp((4_729, 4_729), &message);
    let mut header = Ipv4::of(UDP);
    header.more = true;
    let first = header.with(&datagram[..304]);
    (header.more, header.offset) = (false, 304);
    let second = header.with(&datagram[304..]);
    let mut bench = Bench::new();
    for frame in [&first, &second, &second, &first] {
        bench.frame(LinkType::RAW, frame);
    }
    let found = bench.take();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].octets, [7; 600]);
}

#[test]
fn an_identification_is_used_again_after_a_while() {
    let (packet, _) = long_packet();
    let fragments = ipv4_fragments(&packet, 1_000, 5);
    let mut bench = Bench::new();
    feed(&mut bench, &fragments, &[0, 1, 2]);
    bench.time_ns += 61_000_000_000;
    // The last of the old would make a packet of two.
    feed(&mut bench, &fragments, &[3]);
    assert!(bench.take().is_empty());
    assert_eq!(bench.dissector.counts().lost_fragments, 1);
    feed(&mut bench, &fragments, &[0, 1, 2]);
    assert_eq!(bench.take().len(), 1);
}

#[test]
fn a_packet_with_a_hole_is_lost_and_counted() {
    let (packet, _) = long_packet();
    let mut bench = Bench::new();
    feed(&mut bench, &ipv4_fragments(&packet, 1_000, 5), &[0, 1, 3]);
    let whole = ipv4_fragments(&packet, 1_000, 6);
    let cut = &whole[1][..200];
    bench.frame(LinkType::RAW, &whole[0]);
    bench.cut_frame(LinkType::RAW, cut, whole[1].len());
    feed(&mut bench, &whole, &[2, 3]);
    assert!(bench.take().is_empty());
    bench.dissector.finish(&mut bench.found);
    assert_eq!(bench.dissector.counts().lost_fragments, 2);
}

#[test]
fn fragments_of_two_packets_are_kept_apart() {
    let (packet, pdu) = long_packet();
    let other = sctp((36_412, 36_412), 2, PPID_S1AP, &[9; 2_500]);
    let (first, second) = (
        ipv4_fragments(&packet, 1_400, 1),
        ipv4_fragments(&other, 1_400, 2),
    );
    let mut bench = Bench::new();
    for number in 0..first.len().max(second.len()) {
        for fragments in [&first, &second] {
            if let Some(fragment) = fragments.get(number) {
                bench.frame(LinkType::RAW, fragment);
            }
        }
    }
    let mut found: Vec<_> = bench.take().into_iter().map(|pdu| pdu.octets).collect();
    found.sort_by_key(Vec::len);
    assert!(found == [vec![9; 2_500], pdu]);
}

#[test]
fn a_flood_of_first_fragments_leaves_room_for_the_last() {
    let (packet, _) = long_packet();
    let mut bench = Bench::new();
    for identification in 0..5_000 {
        bench.frame(LinkType::RAW, &ipv4_fragments(&packet, 1_000, identification)[0]);
    }
    let lost = bench.dissector.counts().lost_fragments;
    assert!(lost >= 5_000 - 1_024, "{lost} given up");
    let last = ipv4_fragments(&packet, 1_000, 4_999);
    feed(&mut bench, &last, &[1, 2, 3]);
    assert_eq!(bench.take().len(), 1);
}

/// Every second unit of eight octets, so that nothing ever joins.
#[test]
fn a_packet_in_crumbs_is_bounded() {
    let mut bench = Bench::new();
    let mut header = Ipv4::of(SCTP);
    header.more = true;
    for unit in 0..4_000 {
        header.offset = unit * 16;
        bench.frame(LinkType::RAW, &header.with(&[1; 8]));
    }
    assert!(bench.take().is_empty());
    bench.dissector.finish(&mut bench.found);
    assert_eq!(bench.dissector.counts().lost_fragments, 1);
}

#[test]
fn a_fragment_past_the_longest_packet_is_malformed() {
    let mut bench = Bench::new();
    let mut header = Ipv4::of(SCTP);
    header.offset = 65_528;
    bench.frame(LinkType::RAW, &header.with(&[1; 64]));
    assert_eq!(bench.dissector.counts().malformed, 1);
}
