//! A segment's header (RFC 9293 3.1).

const HEADER_OCTETS: usize = 20;

const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// A segment, borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment<'a> {
    pub(super) source: u16,
    pub(super) destination: u16,
    pub(super) sequence: u32,
    acknowledgement: u32,
    flags: u8,
    pub(super) payload: &'a [u8],
    /// Octets of the payload on the wire: more than were captured behind a short snap length.
    pub(super) length: usize,
}

impl<'a> Segment<'a> {
    /// `original` is how long the segment was on the wire, with its header.
    #[inline]
    pub(super) fn decode(octets: &'a [u8], original: usize) -> Option<Self> {
        let header = octets.first_chunk::<HEADER_OCTETS>()?;
        let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, ..] = header;
        let offset = usize::from(offset >> 4) * 4;
        if offset < HEADER_OCTETS || offset > original {
            return None;
        }
        let payload = octets.get(offset..).unwrap_or_default();
        Some(Self {
            source: u16::from_be_bytes([s0, s1]),
            destination: u16::from_be_bytes([d0, d1]),
            sequence: u32::from_be_bytes([q0, q1, q2, q3]),
            acknowledgement: u32::from_be_bytes([a0, a1, a2, a3]),
            flags,
            payload,
            length: (original - offset).max(payload.len()),
        })
    }

    pub(super) fn syn(&self) -> bool {
        self.flags & SYN != 0
    }

    pub(super) fn fin(&self) -> bool {
        self.flags & FIN != 0
    }

    pub(super) fn rst(&self) -> bool {
        self.flags & RST != 0
    }

    /// The sequence number its sender expects next, if it says one.
    pub(super) fn acknowledges(&self) -> Option<u32> {
        (self.flags & ACK != 0).then_some(self.acknowledgement)
    }

    /// The sequence number of its first octet of payload: SYN has one itself.
    pub(super) fn begins(&self) -> u32 {
        self.sequence.wrapping_add(u32::from(self.syn()))
    }
}
