//! pcap: byte orders, resolutions, cut frames, odd headers that are believed all the same.

use crate::support::file::{MICROSECONDS, MODIFIED, NANOSECONDS, ORDERS, Order, PcapFile};
use crate::support::read;
use quintet_capture::{Item, LinkType, Reader};

#[test]
fn either_order_and_every_resolution() {
    for order in ORDERS {
        for (magic, unit_ns) in [(MICROSECONDS, 1_000), (NANOSECONDS, 1), (MODIFIED, 1_000)] {
            let mut file = PcapFile::new(order, magic, 65_535, 113);
            file.record(1_700_000_000, 999_999, &[1, 2, 3]);
            file.record(1_700_000_001, 0, &[4; 77]);
            let (frames, damage) = read(&file.octets);
            assert!(damage.is_empty(), "{order:?} {magic:x}: {damage:?}");
            let [first, second] = &frames[..] else {
                panic!("{order:?} {magic:x}: {frames:?}")
            };
            assert_eq!(first.time_ns, 1_700_000_000_000_000_000 + 999_999 * unit_ns);
            assert_eq!((first.number, first.link), (1, LinkType::LINUX_SLL));
            assert_eq!((&first.octets[..], first.original), (&[1, 2, 3][..], 3));
            assert_eq!(second.time_ns, 1_700_000_001_000_000_000);
            assert_eq!((second.number, &second.octets[..]), (2, &[4; 77][..]));
        }
    }
}

#[test]
fn the_upper_bits_of_the_link_type_are_of_check_sequences() {
    let mut file = PcapFile::new(Order::Little, MICROSECONDS, 65_535, 0x2400_0001);
    file.record(1, 0, &[0; 60]);
    assert_eq!(read(&file.octets).0[0].link, LinkType::ETHERNET);
}

#[test]
fn a_cut_frame_tells_its_length() {
    let mut file = PcapFile::new(Order::Big, NANOSECONDS, 68, 1);
    file.cut_record(1, 5, &[7; 68], 1_500);
    file.cut_record(1, 6, &[7; 60], 60);
    let (frames, damage) = read(&file.octets);
    assert!(damage.is_empty(), "{damage:?}");
    let lengths: Vec<_> = frames.iter().map(|f| (f.octets.len(), f.original)).collect();
    assert_eq!(lengths, [(68, 1_500), (60, 60)]);
}

/// Captures that programs made: no snap length, a length on the wire of zero, fractions over a second, years between
/// frames, times that go back, empty frames.
#[test]
fn odd_records_are_believed_if_records_follow() {
    let mut file = PcapFile::new(Order::Little, MICROSECONDS, 0, 1);
    file.cut_record(1_700_000_000, 1_000_001, &[1; 60], 0);
    file.record(5, 0, &[]);
    file.record(1_000_000_000, 3, &[2; 300]);
    file.record(1_700_000_000, 2_000_000, &[3; 60]);
    let (frames, damage) = read(&file.octets);
    assert!(damage.is_empty(), "{damage:?}");
    let lengths: Vec<_> = frames.iter().map(|f| (f.octets.len(), f.original)).collect();
    assert_eq!(lengths, [(60, 60), (0, 0), (300, 300), (60, 60)]);
    assert_eq!(frames[0].time_ns, 1_700_000_001_000_001_000);
}

#[test]
fn any_cut_of_the_buffer_gives_the_same_frames() {
    let mut file = PcapFile::new(Order::Little, MICROSECONDS, 65_535, 1);
    for number in 0..5 {
        file.record(
            1_700_000_000 + number,
            0,
            &vec![number as u8; 20 + number as usize],
        );
    }
    let whole = read(&file.octets).0;
    for piece in 1..60 {
        let mut reader = Reader::new(0);
        let (mut begin, mut end) = (0, 0);
        let mut found = Vec::new();
        loop {
            let last = end == file.octets.len();
            let step = reader.next(&file.octets[begin..end], last);
            match step.item {
                Item::Frame(frame) => {
                    let at = begin + step.frame_at;
                    assert_eq!(frame.octets, &file.octets[at..at + frame.octets.len()]);
                    found.push(crate::support::OwnFrame::from(&frame));
                }
                Item::More(wanted) => {
                    assert!(!last && wanted > end - begin - step.consumed, "pieces of {piece}");
                    end = file.octets.len().min(end + piece);
                }
                Item::Damage(damage) => panic!("pieces of {piece}: {damage}"),
                Item::End => break,
            }
            begin += step.consumed;
        }
        assert_eq!(found, whole, "pieces of {piece}");
        assert_eq!(reader.offset(), file.octets.len() as u64);
    }
}
