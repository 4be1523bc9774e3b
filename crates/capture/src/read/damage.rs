//! What may be wrong with a capture file.

use std::fmt;

/// A place where a file is not what it should be. What stands before and after it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Which of the captures, from 0.
    pub file: u16,
    /// Offset of the first octet that is wrong.
    pub offset: u64,
    /// How many octets were skipped until something made sense again.
    pub octets: u64,
    /// Number of the last frame before it; 0 if there is none.
    pub after_frame: u64,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong at a place of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// It is no pcap or pcapng file.
    NotACapture,
    /// The header of the file is spoilt; what follows it makes sense.
    FileHeader,
    /// The file ends within a record or block.
    Truncated,
    /// The header of a pcap record makes no sense.
    Record,
    /// The header of a pcapng block makes no sense, or its two lengths differ.
    Block,
    /// A pcapng block contradicts itself within.
    BlockContent,
    /// Frames of an interface that was not described: their link type is not known. Said once a section.
    UnknownInterface,
    /// More interfaces than are kept; frames of those past the limit are left out.
    TooManyInterfaces,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DamageKind::NotACapture => return f.write_str("not a pcap or pcapng file"),
            DamageKind::FileHeader => "the file header is damaged",
            DamageKind::Truncated => "the file ends within a frame",
            DamageKind::Record => "a record header is damaged",
            DamageKind::Block => "a block header is damaged",
            DamageKind::BlockContent => "a block is damaged",
            DamageKind::UnknownInterface => "frames of an interface that is not described",
            DamageKind::TooManyInterfaces => "too many interfaces",
        };
        write!(
            f,
            "{what} at octet {} (after frame {}",
            self.offset, self.after_frame
        )?;
        if self.octets > 0 {
            write!(f, ", {} octets skipped", self.octets)?;
        }
        f.write_str(")")
    }
}
