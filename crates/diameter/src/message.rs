//! The message header, and a message walked in place (RFC 6733 3).

use crate::{Avp, AvpId, Avps};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// Octets of the header.
pub const HEADER_OCTETS: usize = 20;

/// The longest message accepted. The field has 24 bits; the largest S6a answers have about 8 kB, and a peer must not
/// make the receiver hold 16 MB per connection.
pub const MAX_MESSAGE_OCTETS: usize = 256 * 1024;

/// The command flags (RFC 6733 3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct CommandFlags(pub u8);

impl CommandFlags {
    /// R: a request.
    pub const REQUEST: u8 = 0x80;
    /// P: may be proxied, relayed or redirected.
    pub const PROXIABLE: u8 = 0x40;
    /// E: an answer that reports a protocol error.
    pub const ERROR: u8 = 0x20;
    /// T: may be a retransmission after a link failure.
    pub const RETRANSMITTED: u8 = 0x10;
    /// Bits that must be zero.
    pub const RESERVED: u8 = 0x0f;

    /// Whether R is set.
    #[must_use]
    pub const fn request(self) -> bool {
        self.0 & Self::REQUEST != 0
    }

    /// Whether P is set.
    #[must_use]
    pub const fn proxiable(self) -> bool {
        self.0 & Self::PROXIABLE != 0
    }

    /// Whether E is set.
    #[must_use]
    pub const fn error(self) -> bool {
        self.0 & Self::ERROR != 0
    }

    /// Whether T is set.
    #[must_use]
    pub const fn retransmitted(self) -> bool {
        self.0 & Self::RETRANSMITTED != 0
    }
}

/// The message header (RFC 6733 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version: 1, or whatever was received; see 5011.
    pub version: u8,
    /// Message Length in octets, header and padding included.
    pub length: u32,
    /// Command flags.
    pub flags: CommandFlags,
    /// Command Code, 24 bits.
    pub code: u32,
    /// Application-ID.
    pub application_id: u32,
    /// Hop-by-Hop Identifier.
    pub hop_by_hop: u32,
    /// End-to-End Identifier.
    pub end_to_end: u32,
}

impl Header {
    /// Reads the header from the first 20 octets and judges nothing.
    ///
    /// # Errors
    /// `Truncated` with fewer than 20 octets.
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(octets);
        let [version, l0, l1, l2] = r.array()?;
        let [flags, c0, c1, c2] = r.array()?;
        Ok(Self {
            version,
            length: u32::from_be_bytes([0, l0, l1, l2]),
            flags: CommandFlags(flags),
            code: u32::from_be_bytes([0, c0, c1, c2]),
            application_id: r.u32()?,
            hop_by_hop: r.u32()?,
            end_to_end: r.u32()?,
        })
    }

    /// Appends the 20 octets.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut octets = [0u8; HEADER_OCTETS];
        octets[0..4].copy_from_slice(&self.length.to_be_bytes());
        octets[0] = self.version;
        octets[4..8].copy_from_slice(&self.code.to_be_bytes());
        octets[4] = self.flags.0;
        octets[8..12].copy_from_slice(&self.application_id.to_be_bytes());
        octets[12..16].copy_from_slice(&self.hop_by_hop.to_be_bytes());
        octets[16..20].copy_from_slice(&self.end_to_end.to_be_bytes());
        out.extend_from_slice(&octets);
    }
}

/// A message in the octets it arrived in.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    header: Header,
    octets: &'a [u8],
}

impl<'a> Message<'a> {
    /// A message that fills `octets` exactly. Only length and version are judged; AVPs are judged when walked.
    ///
    /// # Errors
    /// `Truncated`; `Value` for a version other than 1; `Length` for a length below 20, not a multiple of 4, above
    /// [`MAX_MESSAGE_OCTETS`] or other than the octets given.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let header = Header::decode(octets)?;
        if header.version != 1 {
            let kind = DecodeErrorKind::Value {
                got: u64::from(header.version),
                expected: "version 1",
            };
            return Err(DecodeError::new(0, kind).within("Version"));
        }
        let length = header.length as usize;
        let wrong = |expected| {
            let kind = DecodeErrorKind::Length {
                got: length,
                expected,
            };
            Err(DecodeError::new(1, kind).within("Message Length"))
        };
        if length < HEADER_OCTETS || !length.is_multiple_of(4) {
            return wrong("20 or more, a multiple of 4");
        }
        if length > MAX_MESSAGE_OCTETS {
            return wrong("262144 or less");
        }
        if length > octets.len() {
            let kind = DecodeErrorKind::Truncated {
                needed: length,
                available: octets.len(),
            };
            return Err(DecodeError::new(1, kind).within("Message Length"));
        }
        if length < octets.len() {
            let kind = DecodeErrorKind::Trailing {
                octets: octets.len() - length,
            };
            return Err(DecodeError::new(length, kind));
        }
        Ok(Self { header, octets })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The whole message.
    #[must_use]
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The AVPs at the top level.
    #[must_use]
    pub fn avps(&self) -> Avps<'a> {
        Avps::new(&self.octets[HEADER_OCTETS..], HEADER_OCTETS)
    }

    /// The first AVP `id` at the top level.
    #[must_use]
    pub fn find(&self, id: AvpId) -> Option<Avp<'a>> {
        self.avps().find(id)
    }
}
