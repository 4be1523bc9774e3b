//! `--decrypt`: the capture as it was, with NAS and ESP in the clear where keys opened it.
//!
//! ```text
//!  frame ──► the last frames, waiting ──► every opened PDU of their time is looked for ──► OUT.pcapng
//!                                            found: its octets replaced, checksums set right, a comment
//! ```
//!
//! A frame waits a little before it is written, for a PDU may be completed by a later one; and a PDU is looked for in
//! frames behind its own, for a capture may hold copies. A PDU that spans several frames, or does not begin at an octet
//! (NAS in RRC), is left as it is and counted. The message's header says "integrity protected" afterwards; its MAC stays
//! that of the ciphered message. A packet of ESP stands there without encryption (RFC 2410), more padding in place of what
//! encryption took, its integrity check value zero: `esp.enable_null_encryption_decode_heuristic` has Wireshark read it.

use super::session::Listener;
use crate::private;
use anyhow::{Context, Result};
use quintet_capture::{Frame, InterfaceId, LinkType, PcapngWriter, Seen, mend_checksums};
use quintet_doctor::report::Attempt;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Frames that wait: more than an association reorders, fewer than would matter in memory.
const WAITING: usize = 64;

/// Opened PDUs that are looked for; of more, the oldest go.
const MAX_OPENED: usize = 256;

/// Written at once.
const BUFFER_OCTETS: usize = 1 << 20;

/// A frame that waits to be written.
struct Waiting {
    seen: Seen,
    interface: InterfaceId,
    link: LinkType,
    octets: Vec<u8>,
    original: u32,
    /// Number of the frame among all of this pass.
    number: u64,
}

/// A PDU that a key opened.
struct Opened {
    pdu: Vec<u8>,
    clear: Vec<u8>,
    found: bool,
    /// The latest frame when it was opened.
    number: u64,
}

/// Writes the capture in the clear.
struct Writer {
    path: PathBuf,
    file: BufWriter<File>,
    pcapng: PcapngWriter,
    block: Vec<u8>,
    interfaces: HashMap<(u16, u32, u16), InterfaceId>,
    waiting: VecDeque<Waiting>,
    opened: VecDeque<Opened>,
    number: u64,
    deciphered: u64,
    left: u64,
}

/// A listener that hears what another hears, and writes the capture in the clear if that is wanted.
pub(super) struct Decrypting<'l, L> {
    listener: &'l mut L,
    writer: Option<Writer>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// PDUs in the clear, copies counted.
    pub(super) deciphered: u64,
    /// PDUs that a key opened and no frame holds in one piece.
    pub(super) left: u64,
}

impl Written {
    /// For a person.
    pub(super) fn words(self) -> String {
        let Self { deciphered, left } = self;
        let left = match left {
            0 => String::new(),
            n => format!("; {n} that span frames, or do not begin at an octet, are left as they were"),
        };
        format!("--decrypt: {deciphered} messages stand in the clear{left}")
    }
}

impl<'l, L: Listener> Decrypting<'l, L> {
    /// Opens the file, if there shall be one.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn open(path: Option<&Path>, listener: &'l mut L) -> Result<Self> {
        let writer = path.map(Writer::open).transpose()?;
        Ok(Self { listener, writer })
    }

    /// Writes what waits; `None` if no file was wanted.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn finish(self) -> Result<Option<Written>> {
        self.writer.map(Writer::finish).transpose()
    }
}

impl<L: Listener> Listener for Decrypting<'_, L> {
    fn attempt(&mut self, attempt: Attempt, first_frame: Option<i128>) -> Result<()> {
        self.listener.attempt(attempt, first_frame)
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.frame(frame)?;
        }
        self.listener.frame(frame)
    }

    fn deciphered(&mut self, seen: Seen, pdu: &[u8], clear: &[u8]) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.opened(pdu, clear);
        }
        self.listener.deciphered(seen, pdu, clear)
    }
}

impl Writer {
    fn open(path: &Path) -> Result<Self> {
        // What ciphering hid from everybody else stands in it.
        let file = private::create(path).with_context(|| cannot_write(path))?;
        let mut block = Vec::new();
        let pcapng = PcapngWriter::begin(&mut block, concat!("quintet ", env!("CARGO_PKG_VERSION")));
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(BUFFER_OCTETS, file),
            pcapng,
            block,
            interfaces: HashMap::new(),
            waiting: VecDeque::with_capacity(WAITING),
            opened: VecDeque::new(),
            number: 0,
            deciphered: 0,
            left: 0,
        })
    }

    fn frame(&mut self, frame: &Frame<'_>) -> Result<()> {
        if self.waiting.len() == WAITING {
            self.write_first()?;
        }
        let key = (frame.seen.file, frame.interface, frame.link.0);
        let interface = match self.interfaces.get(&key) {
            Some(interface) => *interface,
            None => {
                let name = format!("capture {} interface {}", frame.seen.file, frame.interface);
                let interface = self.pcapng.interface(&mut self.block, &name, frame.link);
                self.interfaces.insert(key, interface);
                interface
            }
        };
        self.number += 1;
        self.waiting.push_back(Waiting {
            seen: frame.seen,
            interface,
            link: frame.link,
            octets: frame.octets.to_vec(),
            original: frame.original,
            number: self.number,
        });
        Ok(())
    }

    fn opened(&mut self, pdu: &[u8], clear: &[u8]) {
        // Repeated, it is looked for once: the first look replaces every copy.
        if let Some(known) = self.opened.iter().position(|opened| opened.pdu == pdu)
            && let Some(mut opened) = self.opened.remove(known)
        {
            opened.number = self.number;
            self.opened.push_back(opened);
            return;
        }
        if self.opened.len() == MAX_OPENED {
            self.forget_first();
        }
        self.opened.push_back(Opened {
            pdu: pdu.to_vec(),
            clear: clear.to_vec(),
            found: false,
            number: self.number,
        });
    }

    /// A PDU whose copies would come too late.
    fn forget_first(&mut self) {
        if let Some(opened) = self.opened.pop_front()
            && !opened.found
        {
            self.left += 1;
        }
    }

    fn write_first(&mut self) -> Result<()> {
        let Some(mut frame) = self.waiting.pop_front() else {
            return Ok(());
        };
        while self
            .opened
            .front()
            .is_some_and(|opened| opened.number + (WAITING as u64) < frame.number)
        {
            self.forget_first();
        }
        let before = match self.opened.is_empty() {
            true => Vec::new(),
            false => frame.octets.clone(),
        };
        let mut replaced = 0_u64;
        for opened in &mut self.opened {
            let here = replace_all(&mut frame.octets, &opened.pdu, &opened.clear);
            opened.found |= here > 0;
            replaced += here;
        }
        let since_epoch = Duration::from_nanos(u64::try_from(frame.seen.time.0).unwrap_or(0));
        if replaced > 0 {
            mend_checksums(frame.link, &before, &mut frame.octets);
            self.deciphered += replaced;
            let comment = format!(
                "Quintet put {replaced} NAS message{} in the clear: header type and checksum changed with {}, the MAC is that of the ciphered one",
                if replaced == 1 { "" } else { "s" },
                if replaced == 1 { "it" } else { "them" },
            );
            self.packet(&frame, since_epoch, &[&comment])
        } else {
            self.packet(&frame, since_epoch, &[])
        }
    }

    fn packet(&mut self, frame: &Waiting, since_epoch: Duration, comments: &[&str]) -> Result<()> {
        let block = &mut self.block;
        self.pcapng.cut_packet(
            block,
            frame.interface,
            since_epoch,
            (&frame.octets, frame.original),
            comments,
        );
        let written = self.file.write_all(block);
        block.clear();
        written.with_context(|| cannot_write(&self.path))
    }

    fn finish(mut self) -> Result<Written> {
        while !self.waiting.is_empty() {
            self.write_first()?;
        }
        while !self.opened.is_empty() {
            self.forget_first();
        }
        let written = self.file.write_all(&self.block).and_then(|()| self.file.flush());
        written.with_context(|| cannot_write(&self.path))?;
        Ok(Written {
            deciphered: self.deciphered,
            left: self.left,
        })
    }
}

/// Replaces every occurrence; answers how many there were.
fn replace_all(octets: &mut [u8], from: &[u8], to: &[u8]) -> u64 {
    let (mut at, mut replaced) = (0, 0);
    while let Some(found) = find(&octets[at..], from) {
        octets[at + found..at + found + from.len()].copy_from_slice(to);
        at += found + from.len();
        replaced += 1;
    }
    replaced
}

/// The first place of a PDU: its first octet is common, its MAC is not.
fn find(octets: &[u8], pdu: &[u8]) -> Option<usize> {
    let last = octets.len().checked_sub(pdu.len())?;
    (0..=last).find(|&at| octets[at + 1] == pdu[1] && octets[at..].starts_with(pdu))
}

fn cannot_write(path: &Path) -> String {
    format!(
        "cannot write the capture {}: choose another place with --decrypt",
        path.display()
    )
}

#[cfg(test)]
mod tests;
