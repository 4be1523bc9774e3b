//! pcapng: byte orders, sections, interfaces, every kind of packet block, everything that is skipped.

use crate::support::file::{ORDERS, Order, PcapngFile};
use crate::support::outside::tshark_of;
use crate::support::read;
use quintet_capture::{LinkType, PcapngWriter};
use std::time::Duration;

const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

#[test]
fn either_order_and_every_packet_block() {
    for order in ORDERS {
        let mut file = PcapngFile::new(order);
        file.interface(1, 0, &[]);
        file.interface(101, 10, &[(IF_NAME, b"a b"), (IF_TSRESOL, &[9])]);
        file.packet(1, 1_700_000_000_123_456_789, &[1, 2, 3]);
        file.old_packet(0, 1_700_000_000_000_001, &[4; 5]);
        file.cut_packet(0, 1_700_000_000_000_002, &[6; 8], 100);
        file.simple_packet(&[7; 9], 9);
        let (frames, damage) = read(&file.octets);
        assert!(damage.is_empty(), "{order:?}: {damage:?}");
        let seen: Vec<_> = frames
            .iter()
            .map(|f| {
                (
                    f.number,
                    f.link,
                    f.interface,
                    f.time_ns,
                    f.octets.len(),
                    f.original,
                )
            })
            .collect();
        let ethernet = LinkType::ETHERNET;
        assert_eq!(
            seen,
            [
                (1, LinkType::RAW, 1, 1_700_000_000_123_456_789, 3, 3),
                (2, ethernet, 0, 1_700_000_000_000_001_000, 5, 5),
                (3, ethernet, 0, 1_700_000_000_000_002_000, 8, 100),
                (4, ethernet, 0, 1_700_000_000_000_002_000, 9, 9),
            ],
            "{order:?}"
        );
        assert_eq!(frames[0].octets, [1, 2, 3]);
    }
}

#[test]
fn a_simple_packet_ends_at_the_snap_length() {
    let mut file = PcapngFile::new(Order::Big);
    file.interface(1, 6, &[]);
    file.simple_packet(&[1, 2, 3, 4, 5, 6], 60);
    let (frames, _) = read(&file.octets);
    assert_eq!(
        (&frames[0].octets[..], frames[0].original),
        (&[1, 2, 3, 4, 5, 6][..], 60)
    );
}

#[test]
fn resolutions_and_offsets_are_the_interfaces() {
    for order in ORDERS {
        let mut file = PcapngFile::new(order);
        let offset = |seconds: i64| match order {
            Order::Little => seconds.to_le_bytes(),
            Order::Big => seconds.to_be_bytes(),
        };
        let (later, earlier) = (offset(1_700_000_000), offset(-1));
        file.interface(1, 0, &[(IF_TSRESOL, &[3]), (IF_TSOFFSET, &later)]);
        file.interface(1, 0, &[(IF_TSRESOL, &[0x80 | 10]), (IF_TSOFFSET, &earlier)]);
        file.interface(1, 0, &[(IF_TSRESOL, &[12])]);
        file.packet(0, 1_500, &[0; 4]);
        file.packet(1, 2_048 + 512, &[0; 4]);
        file.packet(2, 7_999, &[0; 4]);
        let times: Vec<_> = read(&file.octets).0.iter().map(|frame| frame.time_ns).collect();
        assert_eq!(times, [1_700_000_001_500_000_000, 1_500_000_000, 7], "{order:?}");
    }
}

#[test]
fn sections_begin_anew_and_may_change_their_order() {
    let mut little = PcapngFile::new(Order::Little);
    little.interface(1, 0, &[(IF_TSRESOL, &[9])]);
    little.packet(0, 5, &[1]);
    let mut big = PcapngFile::new(Order::Big);
    big.interface(113, 0, &[]);
    big.packet(0, 5, &[2]);
    let file = [&little.octets[..], &big.octets, &little.octets].concat();
    let (frames, damage) = read(&file);
    assert!(damage.is_empty(), "{damage:?}");
    let seen: Vec<_> = frames
        .iter()
        .map(|frame| (frame.number, frame.link, frame.interface, frame.time_ns))
        .collect();
    let (ethernet, cooked) = (LinkType::ETHERNET, LinkType::LINUX_SLL);
    assert_eq!(
        seen,
        [(1, ethernet, 0, 5), (2, cooked, 1, 5_000), (3, ethernet, 2, 5)]
    );
}

/// What is no packet is skipped; Wireshark gives numbers to some of it, and so must we.
#[test]
fn other_blocks_are_skipped_and_counted_as_wireshark_does() {
    let blocks: [(u32, &[u8], u64); 9] = [
        (0x0000_0004, &[0; 4], 0),
        (0x0000_0005, &[0; 12], 0),
        (0x0000_000a, &[0; 12], 0),
        (0x0000_0bad, b"\x39\x30\0\0data", 1),
        (0x4000_0bad, b"\x39\x30\0\0data", 1),
        (0x0000_0009, b"__REALTIME_TIMESTAMP=1\n", 1),
        (0x0000_0204, &[0; 24], 1),
        (0x0000_0999, b"unknown", 0),
        (0x8000_0001, b"of one's own", 0),
    ];
    for (kind, body, counted) in blocks {
        let mut file = PcapngFile::new(Order::Little);
        file.interface(1, 0, &[]);
        file.packet(0, 1, &[0; 60]);
        file.block(kind, body);
        file.packet(0, 2, &[0; 60]);
        let (frames, damage) = read(&file.octets);
        assert!(damage.is_empty(), "{kind:x}: {damage:?}");
        let numbers: Vec<_> = frames.iter().map(|frame| frame.number).collect();
        assert_eq!(numbers, [1, 2 + counted], "{kind:x}");
        let Some(lines) = tshark_of(&file.octets, &["frame.number"]) else {
            continue;
        };
        assert_eq!(
            lines.last().unwrap()[0],
            numbers[1].to_string(),
            "{kind:x}: tshark"
        );
    }
}

#[test]
fn what_the_writer_wrote_is_read() {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "tests");
    let first = writer.interface(&mut file, "S1", LinkType::ETHERNET);
    let second = writer.interface(&mut file, "Uu", LinkType(148));
    let at = Duration::from_nanos(1_700_000_000_000_000_001);
    writer.packet(&mut file, first, at, &[1; 61], &["one", "two"]);
    writer.packet(&mut file, second, at, &[2; 3], &[]);
    let (frames, damage) = read(&file);
    assert!(damage.is_empty(), "{damage:?}");
    let seen: Vec<_> = frames
        .iter()
        .map(|frame| (frame.link, frame.interface, frame.time_ns, frame.octets.len()))
        .collect();
    let time_ns = 1_700_000_000_000_000_001;
    assert_eq!(
        seen,
        [
            (LinkType::ETHERNET, 0, time_ns, 61),
            (LinkType(148), 1, time_ns, 3)
        ]
    );
}
