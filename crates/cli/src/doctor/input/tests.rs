//! Captures from pieces, from compressed files, several at once.

use super::{Captures, Next, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use quintet_capture::{LinkType, PcapngWriter};
use quintet_consult::read::Stream;
use std::io::{self, Cursor, Read, Write};
use std::time::Duration;

const FRAME_OCTETS: usize = 200;

/// A capture with a frame at each of these seconds.
fn capture(seconds: &[u64]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "tests");
    let interface = writer.interface(&mut file, "a", LinkType::ETHERNET);
    for &second in seconds {
        let frame = [second as u8; FRAME_OCTETS];
        writer.packet(&mut file, interface, Duration::from_secs(second), &frame, &[]);
    }
    file
}

fn compressed(octets: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(octets).unwrap();
    encoder.finish().unwrap()
}

fn stream(number: u16, of: usize, input: impl Read + 'static) -> Stream {
    Stream::new(number, format!("capture {number}"), Box::new(input), Some(1), of).unwrap()
}

fn captures(streams: Vec<Stream>) -> Captures {
    Captures::of(streams)
}

/// File and second of each frame, until the end.
fn frames(captures: &mut Captures) -> Vec<(u16, u64)> {
    let mut found = Vec::new();
    loop {
        match captures.next().unwrap() {
            Next::Frame(frame) => {
                let second = frame.seen.time.0 as u64 / 1_000_000_000;
                assert_eq!(frame.octets, [second as u8; FRAME_OCTETS]);
                found.push((frame.seen.file, second));
            }
            Next::End => return found,
            Next::Quiet(_) => panic!("files are never quiet"),
        }
    }
}

#[test]
fn several_captures_are_merged_by_time_and_each_keeps_its_order() {
    // 3 before 2: whoever wrote the second file had more than one processor.
    let files = [
        capture(&[1, 4, 9]),
        capture(&[3, 2, 5]),
        capture(&[]),
        capture(&[4]),
    ];
    let streams = files
        .into_iter()
        .enumerate()
        .map(|(number, file)| stream(number as u16, 4, Cursor::new(file)))
        .collect();
    let mut captures = captures(streams);
    assert_eq!(
        frames(&mut captures),
        [(0, 1), (1, 3), (1, 2), (0, 4), (3, 4), (1, 5), (0, 9)]
    );
    let told = captures.captures();
    let counts: Vec<_> = told.iter().map(|capture| capture.frames).collect();
    assert_eq!(counts, [3, 3, 0, 1]);
    assert_eq!(told[1].first.as_deref(), Some("1970-01-01T00:00:02.000000000Z"));
    assert_eq!(told[1].last.as_deref(), Some("1970-01-01T00:00:05.000000000Z"));
    assert_eq!(told[2].first, None);
}

#[test]
fn a_compressed_capture_is_read_like_any_other() {
    let seconds: Vec<u64> = (1..200).collect();
    let file = capture(&seconds);
    // Two members, as of two files put together.
    let (head, tail) = file.split_at(5_000);
    let members = [compressed(head), compressed(tail)].concat();
    for octets in [compressed(&file), members] {
        let length = octets.len() as u64;
        let mut captures = captures(vec![stream(0, 1, Cursor::new(octets))]);
        let found: Vec<_> = frames(&mut captures)
            .into_iter()
            .map(|(_, second)| second)
            .collect();
        assert_eq!(found, seconds);
        assert_eq!(
            captures.progress().0,
            length,
            "octets of the file, not of what is in it"
        );
        assert!(captures.captures()[0].damage.is_empty());
    }
}

#[test]
fn a_compressed_capture_that_is_cut_is_read_as_far_as_it_goes() {
    // Content that does not compress, so that what is cut off is not all of it.
    let mut file = Vec::new();
    let mut writer = PcapngWriter::begin(&mut file, "tests");
    let interface = writer.interface(&mut file, "a", LinkType::ETHERNET);
    let mut state = 1_u32;
    for second in 1..400 {
        let frame: Vec<u8> = (0..900)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        writer.packet(&mut file, interface, Duration::from_secs(second), &frame, &[]);
    }
    let mut octets = compressed(&file);
    octets.truncate(octets.len() / 2);
    let mut captures = captures(vec![stream(0, 1, Cursor::new(octets))]);
    let mut count = 0;
    while let Next::Frame(_) = captures.next().unwrap() {
        count += 1;
    }
    assert!((150..250).contains(&count), "{count} frames");
    let damage = &captures.captures()[0].damage;
    assert!(
        damage.iter().any(|said| said.contains("compressed")),
        "{damage:?}"
    );
}

#[test]
fn what_is_no_capture_or_otherwise_compressed_is_refused_by_name() {
    let mut captures = captures(vec![stream(0, 1, Cursor::new(b"imsi,k,opc\n".repeat(9)))]);
    let error = captures.next().map(|_| ()).unwrap_err().to_string();
    assert!(error.contains("capture 0: not a pcap or pcapng file"), "{error}");
    let zstd = Box::new(Cursor::new(vec![0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]));
    let error = Stream::new(0, "z".to_owned(), zstd, None, 1)
        .map(|_| ())
        .unwrap_err();
    assert!(format!("{error:#}").contains("zstd"), "{error:#}");
}

/// Gives so many octets a read, and none before they are asked for.
struct Trickle {
    octets: Cursor<Vec<u8>>,
    step: usize,
    left: std::rc::Rc<std::cell::Cell<usize>>,
}

impl Read for Trickle {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let room = self.step.min(octets.len());
        let read = self.octets.read(&mut octets[..room])?;
        self.left.set(self.left.get() - read);
        Ok(read)
    }
}

#[test]
fn a_pipe_is_answered_as_it_comes() {
    let file = capture(&[1, 2, 3, 4]);
    let left = std::rc::Rc::new(std::cell::Cell::new(file.len()));
    let trickle = Trickle {
        octets: Cursor::new(file),
        step: 10,
        left: std::rc::Rc::clone(&left),
    };
    let mut captures = captures(vec![stream(0, 1, trickle)]);
    let frame_in_file = FRAME_OCTETS + 32;
    for number in (1..=4_usize).rev() {
        assert!(matches!(captures.next().unwrap(), Next::Frame(_)));
        let behind = (number - 1) * frame_in_file;
        assert!(
            left.get() + 10 > behind,
            "{} octets left unread, {behind} behind it",
            left.get()
        );
        assert!(
            left.get() <= behind,
            "{} octets left unread, {behind} behind it",
            left.get()
        );
    }
    assert!(matches!(captures.next().unwrap(), Next::End));
}

/// The same frames over and over.
struct Endless {
    head: Cursor<Vec<u8>>,
    frame: Vec<u8>,
    at: usize,
    left: u64,
}

impl Read for Endless {
    fn read(&mut self, octets: &mut [u8]) -> io::Result<usize> {
        let read = self.head.read(octets)?;
        if read > 0 || self.left == 0 {
            return Ok(read);
        }
        let piece = &self.frame[self.at..];
        let read = piece.len().min(octets.len());
        octets[..read].copy_from_slice(&piece[..read]);
        self.at = (self.at + read) % self.frame.len();
        self.left -= u64::from(self.at == 0);
        Ok(read)
    }
}

#[test]
fn a_long_capture_takes_no_more_memory_than_its_buffer() {
    const FRAMES: u64 = 200_000;
    let head = capture(&[]);
    let frame = capture(&[7]).split_off(head.len());
    let endless = Endless {
        head: Cursor::new(head),
        frame,
        at: 0,
        left: FRAMES,
    };
    let mut stream = stream(0, 1, endless);
    let before = stream.buffer_octets();
    let mut frames = 0;
    while stream.advance().unwrap().is_some() {
        frames += 1;
    }
    assert_eq!(frames, FRAMES);
    assert_eq!(stream.buffer_octets(), before);
}
