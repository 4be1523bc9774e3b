//! The pcapng file format (draft-ietf-opsawg-pcapng), written block by block.
//!
//! ```text
//!  SHB  one section, little-endian, of unstated length (the file may grow while it is read)
//!  IDB  one per interface, before the first packet of that interface; timestamps in nanoseconds
//!  NRB  names of hosts, if the caller knows any
//!  EPB  one per frame, with comments
//! ```
//!
//! Every block is appended whole, so whatever prefix of blocks reached the disk is a readable file. Left out: secrets
//! (DSB), statistics (ISB), the obsolete packet block, several sections in one file.

use std::net::IpAddr;
use std::time::Duration;

/// Longest frame kept of a packet, in octets; a longer one is cut and its true length noted. It is the limit Wireshark
/// itself puts on a captured frame.
pub const MAX_FRAME_OCTETS: usize = 262_144;

/// Longest option value (comment, name) in octets: the length field has 16 bits. A longer text is cut at a character.
pub const MAX_OPTION_OCTETS: usize = 65_535;

const BLOCK_SECTION_HEADER: u32 = 0x0a0d_0d0a;
const BLOCK_INTERFACE_DESCRIPTION: u32 = 1;
const BLOCK_NAME_RESOLUTION: u32 = 4;
const BLOCK_ENHANCED_PACKET: u32 = 6;

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;
const SECTION_LENGTH_UNSTATED: u64 = u64::MAX;

const OPTION_END: u16 = 0;
const OPTION_COMMENT: u16 = 1;
const OPTION_SHB_USERAPPL: u16 = 4;
const OPTION_IF_NAME: u16 = 2;
const OPTION_IF_TSRESOL: u16 = 9;
/// The exponent of ten of one timestamp unit: 10⁻⁹ s.
const NANOSECONDS: u8 = 9;

const NAME_END: u16 = 0;
const NAME_IPV4: u16 = 1;
const NAME_IPV6: u16 = 2;

/// What the frames of an interface begin with (the registry of link types, draft-ietf-opsawg-pcaplinktype).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// Ethernet II.
    pub const ETHERNET: Self = Self(1);
    /// An IPv4 or IPv6 header, nothing before it.
    pub const RAW: Self = Self(101);
}

/// An interface of the capture, as [`PcapngWriter::interface`] numbered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterfaceId(u32);

/// Appends the blocks of one pcapng section to a buffer.
///
/// The buffer is passed to each call, and the caller may empty it between any two: the writer keeps no octets.
///
/// ```
/// use quintet_capture::{LinkType, PcapngWriter};
///
/// let mut file = Vec::new();
/// let mut writer = PcapngWriter::begin(&mut file, "example");
/// let s6a = writer.interface(&mut file, "S6a", LinkType::ETHERNET);
/// let since_epoch = core::time::Duration::from_secs(1_700_000_000);
/// writer.packet(&mut file, s6a, since_epoch, &[0; 60], &["sixty zeros"]);
/// ```
#[derive(Debug)]
pub struct PcapngWriter {
    interfaces: u32,
}

impl PcapngWriter {
    /// Begins a section; `application` is the program that writes it.
    pub fn begin(out: &mut Vec<u8>, application: &str) -> Self {
        block(out, BLOCK_SECTION_HEADER, |out| {
            out.extend_from_slice(&BYTE_ORDER_MAGIC.to_le_bytes());
            out.extend_from_slice(&1u16.to_le_bytes());
            out.extend_from_slice(&0u16.to_le_bytes());
            out.extend_from_slice(&SECTION_LENGTH_UNSTATED.to_le_bytes());
            option(
                out,
                OPTION_SHB_USERAPPL,
                cut(application, MAX_OPTION_OCTETS).as_bytes(),
            );
            option(out, OPTION_END, &[]);
        });
        Self { interfaces: 0 }
    }

    /// Describes one more interface, with the name a reader shows for it.
    pub fn interface(&mut self, out: &mut Vec<u8>, name: &str, link_type: LinkType) -> InterfaceId {
        block(out, BLOCK_INTERFACE_DESCRIPTION, |out| {
            out.extend_from_slice(&link_type.0.to_le_bytes());
            out.extend_from_slice(&0u16.to_le_bytes());
            out.extend_from_slice(&(MAX_FRAME_OCTETS as u32).to_le_bytes());
            option(out, OPTION_IF_NAME, cut(name, MAX_OPTION_OCTETS).as_bytes());
            option(out, OPTION_IF_TSRESOL, &[NANOSECONDS]);
            option(out, OPTION_END, &[]);
        });
        let id = InterfaceId(self.interfaces);
        self.interfaces += 1;
        id
    }

    /// Gives hosts their names. A host may be named several times; an empty name is left out.
    pub fn names<'a>(&self, out: &mut Vec<u8>, names: impl IntoIterator<Item = (IpAddr, &'a str)>) {
        block(out, BLOCK_NAME_RESOLUTION, |out| {
            for (address, name) in names {
                name_record(out, address, name);
            }
            option(out, NAME_END, &[]);
        });
    }

    /// Appends one frame. `since_epoch` is the wall clock since 1970-01-01T00:00:00Z; a time after the year 2554, which 64
    /// bits of nanoseconds cannot hold, becomes the last one they can.
    pub fn packet(
        &self,
        out: &mut Vec<u8>,
        interface: InterfaceId,
        since_epoch: Duration,
        frame: &[u8],
        comments: &[&str],
    ) {
        let original = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        self.cut_packet(out, interface, since_epoch, (frame, original), comments);
    }

    /// [`Self::packet`] of a frame that had `original` octets on the wire: more than there are, behind a short snap length.
    pub fn cut_packet(
        &self,
        out: &mut Vec<u8>,
        interface: InterfaceId,
        since_epoch: Duration,
        (frame, original): (&[u8], u32),
        comments: &[&str],
    ) {
        let time_ns = u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX);
        let kept = &frame[..frame.len().min(MAX_FRAME_OCTETS)];
        block(out, BLOCK_ENHANCED_PACKET, |out| {
            out.extend_from_slice(&interface.0.to_le_bytes());
            out.extend_from_slice(&((time_ns >> 32) as u32).to_le_bytes());
            out.extend_from_slice(&(time_ns as u32).to_le_bytes());
            out.extend_from_slice(&(kept.len() as u32).to_le_bytes());
            out.extend_from_slice(&original.to_le_bytes());
            out.extend_from_slice(kept);
            pad(out, kept.len());
            if !comments.is_empty() {
                for comment in comments {
                    option(out, OPTION_COMMENT, cut(comment, MAX_OPTION_OCTETS).as_bytes());
                }
                option(out, OPTION_END, &[]);
            }
        });
    }
}

/// Appends a block: type, total length, body, total length again.
fn block(out: &mut Vec<u8>, kind: u32, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&kind.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    body(out);
    let length = ((out.len() - start + 4) as u32).to_le_bytes();
    out.extend_from_slice(&length);
    out[start + 4..start + 8].copy_from_slice(&length);
}

/// Appends an option or a record: code, length of the value, value, padding.
fn option(out: &mut Vec<u8>, code: u16, value: &[u8]) {
    debug_assert!(
        value.len() <= MAX_OPTION_OCTETS,
        "texts are cut before they become options"
    );
    out.extend_from_slice(&code.to_le_bytes());
    out.extend_from_slice(&(value.len() as u16).to_le_bytes());
    out.extend_from_slice(value);
    pad(out, value.len());
}

fn name_record(out: &mut Vec<u8>, address: IpAddr, name: &str) {
    let mut record = Vec::with_capacity(16 + name.len() + 1);
    let code = match address.to_canonical() {
        IpAddr::V4(address) => {
            record.extend_from_slice(&address.octets());
            NAME_IPV4
        }
        IpAddr::V6(address) => {
            record.extend_from_slice(&address.octets());
            NAME_IPV6
        }
    };
    // A zero octet ends the name, so the name holds none and room is left for the one that ends it.
    let text = cut(
        name.split('\0').next().unwrap_or_default(),
        MAX_OPTION_OCTETS - record.len() - 1,
    );
    if text.is_empty() {
        return;
    }
    record.extend_from_slice(text.as_bytes());
    record.push(0);
    option(out, code, &record);
}

/// Fills up to a multiple of four octets.
fn pad(out: &mut Vec<u8>, length: usize) {
    let missing = length.next_multiple_of(4) - length;
    out.extend_from_slice(&[0; 3][..missing]);
}

/// The longest start of `text` that has at most `octets` octets and ends with a whole character.
fn cut(text: &str, octets: usize) -> &str {
    &text[..text.floor_char_boundary(octets)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits a file into (type, body) and checks the framing of every block.
    fn blocks(file: &[u8]) -> Vec<(u32, &[u8])> {
        let mut rest = file;
        let mut found = Vec::new();
        while !rest.is_empty() {
            let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap());
            let length = word(4) as usize;
            assert_eq!(length % 4, 0, "blocks are aligned to four octets");
            assert_eq!(
                word(length - 4) as usize,
                length,
                "the length is repeated at the end"
            );
            found.push((word(0), &rest[8..length - 4]));
            rest = &rest[length..];
        }
        found
    }

    #[test]
    fn blocks_stand_in_order_whole_and_aligned() {
        let mut file = Vec::new();
        let mut writer = PcapngWriter::begin(&mut file, "odd");
        let first = writer.interface(&mut file, "a", LinkType::ETHERNET);
        let second = writer.interface(&mut file, "bc", LinkType::RAW);
        assert_ne!(first, second);
        writer.names(
            &mut file,
            [(IpAddr::from([192, 0, 2, 1]), "hss"), (IpAddr::from([0; 16]), "")],
        );
        for length in 0..9 {
            writer.packet(&mut file, second, Duration::ZERO, &vec![7; length], &["x", ""]);
        }
        let kinds: Vec<u32> = blocks(&file).iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [0x0a0d_0d0a, 1, 1, 4, 6, 6, 6, 6, 6, 6, 6, 6, 6]);
    }

    #[test]
    fn a_frame_over_the_limit_is_cut_and_keeps_its_true_length() {
        let mut file = Vec::new();
        let writer = PcapngWriter { interfaces: 1 };
        writer.packet(
            &mut file,
            InterfaceId(0),
            Duration::MAX,
            &vec![1; MAX_FRAME_OCTETS + 5],
            &[],
        );
        let (_, body) = blocks(&file)[0];
        assert_eq!(
            &body[4..12],
            &[0xff; 8],
            "a time beyond the field is the last it can hold"
        );
        assert_eq!(&body[12..16], &(MAX_FRAME_OCTETS as u32).to_le_bytes());
        assert_eq!(&body[16..20], &(MAX_FRAME_OCTETS as u32 + 5).to_le_bytes());
        assert_eq!(body.len(), 20 + MAX_FRAME_OCTETS);
    }

    #[test]
    fn a_comment_over_the_limit_ends_with_a_whole_character() {
        let mut file = Vec::new();
        let writer = PcapngWriter { interfaces: 1 };
        // 65,535 is odd and the character has two octets.
        writer.packet(
            &mut file,
            InterfaceId(0),
            Duration::ZERO,
            &[],
            &[&"é".repeat(40_000)],
        );
        let (_, body) = blocks(&file)[0];
        assert_eq!(&body[20..24], &[1, 0, 0xfe, 0xff], "option 1, 65,534 octets");
        assert!(core::str::from_utf8(&body[24..24 + 65_534]).is_ok());
    }

    #[test]
    fn a_zero_octet_ends_a_name() {
        let mut out = Vec::new();
        name_record(&mut out, IpAddr::from([192, 0, 2, 1]), "mme\0junk");
        assert_eq!(out, [1, 0, 8, 0, 192, 0, 2, 1, b'm', b'm', b'e', 0]);
    }
}
