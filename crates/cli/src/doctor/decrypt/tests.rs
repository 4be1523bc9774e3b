//! What is written, read again.

use super::*;
use quintet_capture::{Timestamp, read_all};

/// Counts what it hears.
#[derive(Default)]
struct Heard {
    frames: u64,
    deciphered: u64,
}

impl Listener for Heard {
    fn attempt(&mut self, _: Attempt, _: Option<i128>) -> Result<()> {
        Ok(())
    }

    fn frame(&mut self, _: &Frame<'_>) -> Result<()> {
        self.frames += 1;
        Ok(())
    }

    fn deciphered(&mut self, _: Seen, _: &[u8], _: &[u8]) -> Result<()> {
        self.deciphered += 1;
        Ok(())
    }
}

fn frame(number: u64, link: u16, octets: &[u8]) -> Frame<'_> {
    Frame {
        seen: Seen {
            file: 0,
            frame: number,
            time: Timestamp(number as i64 * 1_000_000_007),
        },
        link: LinkType(link),
        interface: 0,
        octets,
        original: octets.len() as u32 + 3,
    }
}

const PDU: &[u8] = &[0x27, 0xde, 0xad, 0xbe, 0xef, 5, 0x99, 0x98, 0x97];
const CLEAR: &[u8] = &[0x17, 0xde, 0xad, 0xbe, 0xef, 5, 0x07, 0x61, 0x43];

/// A frame as it was read back: link, time, length on the wire, octets.
type ReadBack = (u16, i64, u32, Vec<u8>);

/// Plays frames; `told` says behind which frame the PDU is opened. What is in the file then.
fn played(frames: &[(u16, Vec<u8>)], told: usize) -> (Written, Vec<ReadBack>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("out.pcapng");
    let mut heard = Heard::default();
    let mut decrypting = Decrypting::open(Some(&path), &mut heard).unwrap();
    for (at, (link, octets)) in frames.iter().enumerate() {
        let frame = frame(at as u64 + 1, *link, octets);
        decrypting.frame(&frame).unwrap();
        if at == told {
            decrypting.deciphered(frame.seen, PDU, CLEAR).unwrap();
        }
    }
    let written = decrypting.finish().unwrap().unwrap();
    assert_eq!((heard.frames, heard.deciphered), (frames.len() as u64, 1));
    let (octets, mut read) = (std::fs::read(&path).unwrap(), Vec::new());
    read_all(
        &octets,
        0,
        |frame| {
            read.push((
                frame.link.0,
                frame.seen.time.0,
                frame.original,
                frame.octets.to_vec(),
            ))
        },
        |damage| panic!("{damage:?}"),
    );
    (written, read)
}

fn holding(pdu: &[u8], around: u8) -> Vec<u8> {
    [&[around; 20][..], pdu, &[around; 7]].concat()
}

#[test]
fn frames_are_as_they_were_but_for_the_pdu() {
    let frames = [
        (1, holding(b"another", 1)),
        (147, holding(PDU, 2)),
        (1, holding(PDU, 3)),
        (1, vec![]),
    ];
    let (written, read) = played(&frames, 1);
    assert_eq!(
        written,
        Written {
            deciphered: 2,
            left: 0
        },
        "the copy in another frame too"
    );
    let wanted = [
        holding(b"another", 1),
        holding(CLEAR, 2),
        holding(CLEAR, 3),
        vec![],
    ];
    for (at, (link, time, original, octets)) in read.iter().enumerate() {
        assert_eq!((*link, octets), (frames[at].0, &wanted[at]));
        assert_eq!(*time, (at as i64 + 1) * 1_000_000_007);
        assert_eq!(*original, wanted[at].len() as u32 + 3);
    }
    assert_eq!(read.len(), 4);
}

#[test]
fn a_pdu_that_a_later_frame_completes_is_found_in_its_own() {
    let mut frames = vec![(1, holding(PDU, 1))];
    frames.extend((0..WAITING as u16 - 2).map(|n| (1, holding(b"other", n as u8))));
    let told = frames.len() - 1;
    let (written, read) = played(&frames, told);
    assert_eq!(
        written,
        Written {
            deciphered: 1,
            left: 0
        }
    );
    assert_eq!(read[0].3, holding(CLEAR, 1));
}

#[test]
fn a_pdu_that_spans_frames_is_left_and_counted() {
    let frames = [(1, holding(&PDU[..5], 1)), (1, holding(&PDU[5..], 2))];
    let (written, read) = played(&frames, 1);
    assert_eq!(
        written,
        Written {
            deciphered: 0,
            left: 1
        }
    );
    assert_eq!(read[0].3, frames[0].1);
    // So it is with one whose frames are long gone.
    let mut frames = vec![(1, holding(PDU, 1))];
    frames.extend((0..300).map(|n| (1, vec![n as u8; 30])));
    let (written, _) = played(&frames, 200);
    assert_eq!(
        written,
        Written {
            deciphered: 0,
            left: 1
        }
    );
}

#[test]
fn a_repeated_pdu_is_found_wherever_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    let mut heard = Heard::default();
    let path = directory.path().join("out.pcapng");
    let mut decrypting = Decrypting::open(Some(&path), &mut heard).unwrap();
    for number in 1..=3 {
        let octets = holding(PDU, number as u8);
        let frame = frame(number, 1, &octets);
        decrypting.frame(&frame).unwrap();
        decrypting.deciphered(frame.seen, PDU, CLEAR).unwrap();
    }
    let written = decrypting.finish().unwrap();
    assert_eq!(
        written,
        Some(Written {
            deciphered: 3,
            left: 0
        })
    );
}

#[test]
fn without_a_file_it_only_listens() {
    let mut heard = Heard::default();
    let mut decrypting = Decrypting::open(None, &mut heard).unwrap();
    decrypting.frame(&frame(1, 1, PDU)).unwrap();
    assert_eq!(decrypting.finish().unwrap(), None);
    assert_eq!(heard.frames, 1);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let mut heard = Heard::default();
    let place = tempfile::tempdir().unwrap();
    let nowhere = place.path().join("none/out.pcapng");
    let Err(error) = Decrypting::open(Some(&nowhere), &mut heard) else {
        panic!("it cannot be written");
    };
    assert!(format!("{error:#}").contains("--decrypt"), "{error:#}");
}

#[test]
fn pdus_are_found_at_either_end_and_more_than_once() {
    let mut octets = [PDU, &[0x27, 0xde], PDU].concat();
    assert_eq!(replace_all(&mut octets, PDU, CLEAR), 2);
    assert_eq!(octets, [CLEAR, &[0x27, 0xde], CLEAR].concat());
    assert_eq!(find(&PDU[1..], PDU), None);
}
