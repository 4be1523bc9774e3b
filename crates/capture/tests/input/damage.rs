//! Damaged files: everything up to the damage and everything after it is read, and the damage is said.

use crate::any::in_pieces;
use crate::support::file::{MICROSECONDS, ORDERS, Order, PcapFile, PcapngFile};
use crate::support::{OwnFrame, read};
use quintet_capture::{Damage, DamageKind, Item, MAX_BLOCK_OCTETS, Reader};

const FRAMES: u32 = 20;

/// A record of so many octets, none of which is a header.
fn content(number: u32) -> Vec<u8> {
    vec![0xf0 | number as u8; 60 + number as usize * 7]
}

fn pcap(order: Order) -> (Vec<u8>, Vec<usize>) {
    let mut file = PcapFile::new(order, MICROSECONDS, 65_535, 1);
    let mut places = Vec::new();
    for number in 0..FRAMES {
        places.push(file.octets.len());
        file.record(1_700_000_000 + number, 7, &content(number));
    }
    (file.octets, places)
}

fn pcapng(order: Order) -> (Vec<u8>, Vec<usize>) {
    let mut file = PcapngFile::new(order);
    file.interface(1, 0, &[]);
    let mut places = Vec::new();
    for number in 0..FRAMES {
        places.push(file.octets.len());
        file.packet(0, 1_700_000_000_000_000 + u64::from(number), &content(number));
    }
    (file.octets, places)
}

/// The contents of frames, by their first octet: their numbers move when one is lost.
fn contents(frames: &[OwnFrame]) -> Vec<u32> {
    frames
        .iter()
        .map(|frame| (frame.octets.len() as u32 - 60) / 7)
        .collect()
}

fn all_but(lost: &[u32]) -> Vec<u32> {
    (0..FRAMES).filter(|number| !lost.contains(number)).collect()
}

#[test]
fn a_truncated_file_is_read_to_its_last_whole_frame() {
    for order in ORDERS {
        for (octets, places) in [pcap(order), pcapng(order)] {
            let last = *places.last().unwrap();
            for length in places[FRAMES as usize - 2]..octets.len() {
                let (frames, damage) = read(&octets[..length]);
                let whole = FRAMES - 1 - u32::from(length < last);
                assert_eq!(frames.len() as u32, whole, "{length}");
                if length == last || length == places[FRAMES as usize - 2] {
                    assert!(damage.is_empty(), "{length}: {damage:?}");
                    continue;
                }
                let begin = if length < last {
                    places[FRAMES as usize - 2]
                } else {
                    last
                };
                assert_eq!(
                    damage,
                    [Damage {
                        file: 0,
                        offset: begin as u64,
                        octets: (length - begin) as u64,
                        after_frame: u64::from(whole),
                        kind: DamageKind::Truncated,
                    }],
                    "{length}"
                );
            }
        }
    }
}

/// Each octet of each header spoilt in turn: no more than the frame itself is lost, and where one is, it is said.
#[test]
fn a_spoilt_header_costs_one_frame() {
    for order in ORDERS {
        for (format, (octets, places), header) in [("pcap", pcap(order), 16), ("pcapng", pcapng(order), 28)] {
            for spoilt in [3, 9, FRAMES - 1] {
                for at in 0..header {
                    for bit in 0..8 {
                        let mut copy = octets.clone();
                        copy[places[spoilt as usize] + at] ^= 1 << bit;
                        let (frames, damage) = read(&copy);
                        let lost = FRAMES - frames.len() as u32;
                        let case = format!("{format} {order:?}, frame {spoilt}, octet {at}, bit {bit}");
                        // A time may be any, an interface or a type unknown, a length a little less.
                        assert!(lost <= 1, "{case}: {lost} lost, {damage:?}");
                        if lost == 1 {
                            assert_eq!(contents(&frames), all_but(&[spoilt]), "{case}");
                        }
                        let is_type = format == "pcapng" && at < 4;
                        assert!(
                            lost == 0 || !damage.is_empty() || is_type,
                            "{case}: lost and not said"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn frames_after_rubbish_are_found() {
    for order in ORDERS {
        for (format, (octets, places)) in [("pcap", pcap(order)), ("pcapng", pcapng(order))] {
            for length in [1, 2, 3, 4, 15, 16, 400, 70_000] {
                let place = places[5];
                let mut copy = octets[..place].to_vec();
                copy.extend((0..length).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8));
                copy.extend(&octets[place..]);
                let (frames, damage) = read(&copy);
                let case = format!("{format} {order:?}, {length} octets");
                assert_eq!(contents(&frames), all_but(&[]), "{case}: {damage:?}");
                let [said] = &damage[..] else {
                    panic!("{case}: {damage:?}")
                };
                assert_eq!(
                    (said.offset, said.octets, said.after_frame),
                    (place as u64, u64::from(length), 5),
                    "{case}"
                );
            }
        }
    }
}

/// What looks like a header amid rubbish is none unless others follow it.
#[test]
fn one_header_amid_rubbish_is_no_record() {
    for order in ORDERS {
        let (octets, places) = pcap(order);
        let mut rubbish = vec![0xa7; 300];
        let header = [1_700_000_006, 9, 40, 40].map(|word| order.u32(word)).concat();
        rubbish[50..66].copy_from_slice(&header);
        let copy = [&octets[..places[6]], &rubbish, &octets[places[6]..]].concat();
        let (frames, damage) = read(&copy);
        assert_eq!(frames.len() as u32, FRAMES, "{order:?}: {damage:?}");
        assert_eq!(contents(&frames), all_but(&[]), "{order:?}");
    }
}

#[test]
fn a_hole_of_zeros_is_passed() {
    for order in ORDERS {
        for (format, (octets, places)) in [("pcap", pcap(order)), ("pcapng", pcapng(order))] {
            let mut copy = octets.clone();
            copy[places[7] + 2..places[9] + 12].fill(0);
            let (frames, damage) = read(&copy);
            assert_eq!(
                contents(&frames),
                all_but(&[7, 8, 9]),
                "{format} {order:?}: {damage:?}"
            );
            assert_eq!(damage.len(), 1, "{format} {order:?}: {damage:?}");
        }
    }
}

#[test]
fn a_spoilt_file_header_is_not_the_end() {
    for order in ORDERS {
        for (octets, header) in [(pcap(order).0, 4), (pcapng(order).0, 8)] {
            for at in 0..header {
                let mut copy = octets.clone();
                copy[at] ^= 0x40;
                let (frames, damage) = read(&copy);
                assert_eq!(contents(&frames), all_but(&[]), "{order:?} octet {at}");
                assert_eq!(damage.len(), 1, "{order:?} octet {at}");
            }
        }
    }
}

#[test]
fn a_spoilt_interface_description_is_used_as_far_as_it_goes() {
    for order in ORDERS {
        let (octets, _) = pcapng(order);
        // The lengths of the second block: at its beginning and at its end.
        for at in [28 + 4, 28 + 16] {
            let mut copy = octets.clone();
            copy[at] ^= 0x15;
            let (frames, damage) = read(&copy);
            assert_eq!(
                contents(&frames),
                all_but(&[]),
                "{order:?}, octet {at}: {damage:?}"
            );
            assert_eq!(damage.len(), 1, "{order:?}, octet {at}");
            assert_eq!(in_pieces(&copy, &[1]), (frames, 1), "{order:?}, octet {at}");
        }
    }
}

#[test]
fn frames_of_an_interface_that_is_not_described_are_counted_and_said_once() {
    let mut file = PcapngFile::new(Order::Little);
    file.interface(1, 0, &[]);
    file.packet(3, 1, &[0; 60]);
    file.packet(3, 2, &[0; 60]);
    file.packet(0, 3, &[0; 60]);
    let (frames, damage) = read(&file.octets);
    assert_eq!(frames.iter().map(|frame| frame.number).collect::<Vec<_>>(), [3]);
    let kinds: Vec<_> = damage.iter().map(|damage| damage.kind).collect();
    assert_eq!(kinds, [DamageKind::UnknownInterface]);
}

#[test]
fn a_frame_longer_than_its_block_is_damage_of_the_block() {
    let mut file = PcapngFile::new(Order::Little);
    file.interface(1, 0, &[]);
    let place = file.octets.len();
    file.packet(0, 1, &[0; 60]);
    file.packet(0, 2, &[1; 60]);
    file.octets[place + 20] = 90;
    let (frames, damage) = read(&file.octets);
    assert_eq!(frames.iter().map(|frame| frame.number).collect::<Vec<_>>(), [2]);
    assert_eq!(
        (damage[0].kind, damage[0].offset),
        (DamageKind::BlockContent, place as u64)
    );
}

#[test]
fn what_is_no_capture_is_said_to_be_none() {
    for octets in [&b""[..], b"a", b"imsi,k,opc\n001010123456789,00,00\n", &[0; 4096]] {
        let (frames, damage) = read(octets);
        assert!(frames.is_empty());
        let kinds: Vec<_> = damage.iter().map(|damage| damage.kind).collect();
        assert_eq!(kinds, [DamageKind::NotACapture], "{} octets", octets.len());
    }
}

/// Whatever a header says, no more than a block is asked for.
#[test]
fn no_length_makes_the_reader_ask_for_more_than_a_block() {
    for order in ORDERS {
        for (octets, places) in [pcap(order), pcapng(order)] {
            for at in 0..28 {
                let mut copy = octets[..places[4] + 28].to_vec();
                copy[places[4] + at] = 0xff;
                copy[places[4] + (at ^ 1)] = 0x00;
                let mut reader = Reader::new(0);
                let mut rest = &copy[..];
                loop {
                    let step = reader.next(rest, false);
                    rest = &rest[step.consumed..];
                    match step.item {
                        Item::More(wanted) => {
                            assert!(wanted <= MAX_BLOCK_OCTETS + 16, "{order:?} octet {at}: {wanted}");
                            break;
                        }
                        Item::End => panic!("no end was said"),
                        Item::Frame(_) | Item::Damage(_) => {}
                    }
                }
            }
        }
    }
}
