//! A capture of any size out of small ones: the same frames over and over, later each time and between other addresses, so
//! that every pass has associations of its own.

use anyhow::{Context, Result, bail};
use quintet_capture::{InterfaceId, LinkType, PcapngWriter, read_all};
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

/// How long after the last frame of a pass the next one begins: longer than any timer of the procedures runs.
const PAUSE: Duration = Duration::from_secs(60);

/// When the first pass begins: any time will do, as long as it is the same in every run.
const BEGINNING: Duration = Duration::from_secs(1_700_000_000);

/// Protocol number of SCTP.
const SCTP: u8 = 132;

/// A frame to be repeated.
struct Frame {
    link: LinkType,
    /// After the first frame of the pass.
    at: Duration,
    octets: Vec<u8>,
    /// Where its IPv4 header is, if it has one.
    ip: Option<usize>,
}

/// Makes captures.
pub(super) struct Multiplier {
    frames: Vec<Frame>,
    pass: u32,
    writer: PcapngWriter,
    interfaces: HashMap<u16, InterfaceId>,
    scratch: Vec<u8>,
}

impl Multiplier {
    /// Takes in the files, one after the other, and writes the beginning of a capture.
    ///
    /// # Errors
    /// If one cannot be read or holds no frame.
    pub(super) fn begin(files: &[PathBuf], out: &mut Vec<u8>) -> Result<Self> {
        let mut frames = Vec::new();
        let mut offset = Duration::ZERO;
        for path in files {
            let octets = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let before = frames.len();
            let mut first = None;
            read_all(
                &octets,
                0,
                |frame| {
                    let since = frame.seen.time.since(*first.get_or_insert(frame.seen.time));
                    frames.push(Frame {
                        link: frame.link,
                        at: offset + Duration::from_nanos(since.max(0).unsigned_abs()),
                        octets: frame.octets.to_vec(),
                        ip: ipv4(frame.link, frame.octets),
                    });
                },
                |_| {},
            );
            if frames.len() == before {
                bail!("{} holds no frame", path.display());
            }
            offset = frames.iter().map(|frame| frame.at).max().unwrap_or_default() + PAUSE;
        }
        let mut writer = PcapngWriter::begin(out, "quintet bench doctor");
        let mut interfaces = HashMap::new();
        for frame in &frames {
            interfaces
                .entry(frame.link.0)
                .or_insert_with(|| writer.interface(out, "multiplied", frame.link));
        }
        Ok(Self {
            frames,
            pass: 0,
            writer,
            interfaces,
            scratch: Vec::new(),
        })
    }

    /// Writes the frames once more.
    pub(super) fn pass(&mut self, out: &mut Vec<u8>) {
        let length = self.frames.last().map_or(PAUSE, |frame| frame.at + PAUSE);
        let begins = BEGINNING + length * self.pass;
        for frame in &self.frames {
            let Some(interface) = self.interfaces.get(&frame.link.0) else {
                continue;
            };
            self.scratch.clear();
            self.scratch.extend_from_slice(&frame.octets);
            if let Some(packet) = frame.ip.and_then(|at| self.scratch.get_mut(at..)) {
                estrange(packet, self.pass);
            }
            self.writer
                .packet(out, *interface, begins + frame.at, &self.scratch, &[]);
        }
        self.pass += 1;
    }
}

/// Where the IPv4 header of a frame is.
fn ipv4(link: LinkType, octets: &[u8]) -> Option<usize> {
    let at = match link.0 {
        1 => 14,
        101 | 12 | 228 => 0,
        113 => 16,
        276 => 20,
        _ => return None,
    };
    let first = *octets.get(at)?;
    (first >> 4 == 4 && octets.len() >= at + 20).then_some(at)
}

/// Gives a packet the addresses and SCTP tags of this pass.
fn estrange(packet: &mut [u8], pass: u32) {
    let mark = pass.to_be_bytes();
    for address in [12, 16] {
        packet[address + 1] ^= mark[2];
        packet[address + 2] ^= mark[3];
    }
    let header = usize::from(packet[0] & 0x0f) * 4;
    if packet[9] != SCTP || packet.len() < header + 12 {
        return;
    }
    let sctp = &mut packet[header..];
    mark_tag(&mut sctp[4..8], pass);
    // INIT and INIT ACK stand alone in their packets (RFC 9260 6.10).
    if sctp.len() >= 20 && matches!(sctp[12], 1 | 2) {
        mark_tag(&mut sctp[16..20], pass);
    }
}

/// Another verification tag; 0 stays, it means an INIT.
fn mark_tag(tag: &mut [u8], pass: u32) {
    if tag.iter().any(|octet| *octet != 0) {
        for (octet, mark) in tag.iter_mut().zip(pass.to_be_bytes()) {
            *octet ^= mark;
        }
    }
}
