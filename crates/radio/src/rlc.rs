//! RLC of the signalling radio bearers (TS 36.322): acknowledged mode, 10-bit sequence numbers.
//!
//! ```text
//!  AMD PDU          D/C RF P FI E SN      [E LI …]  data
//!  AMD PDU segment  D/C RF P FI E SN LSF SO [E LI …]  data
//! ```
//!
//! A tap is no receiver: it may miss what the receiver had, see what the receiver lost, and begin anywhere. So there is
//! no receiving window to wait for. A message is handed on as soon as all its pieces were seen, in whatever order.
//!
//! Transparent mode (CCCH) needs nothing: the MAC SDU is the message. Status PDUs carry none.
//!
//! Left out: 16-bit sequence numbers and 15-bit length indicators, which no signalling radio bearer uses.

mod entity;
mod segments;

pub(crate) use entity::Entity;

use crate::tally::NotDecoded;

/// Sequence numbers are modulo this (7.1).
const SEQUENCE_NUMBERS: u16 = 1024;

/// The most messages, or pieces of them, in one PDU. A length indicator takes 12 bits and a PDU of a signalling radio
/// bearer seldom holds three messages.
const MAX_PIECES: usize = 32;

/// What a PDU of acknowledged mode says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AmdPdu<'a> {
    sequence_number: u16,
    /// Whether the data begins with the first octet of a message, and ends with the last one of a message.
    begins: bool,
    ends: bool,
    /// Of a PDU that was sent again in segments: where this one begins in its data, and whether it is the last.
    segment: Option<Segment>,
    /// Lengths of all pieces but the last.
    lengths: [u16; MAX_PIECES],
    count: usize,
    data: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Segment {
    offset: u16,
    is_last: bool,
}

impl<'a> AmdPdu<'a> {
    /// Reads the header. `None` for a control PDU.
    fn read(pdu: &'a [u8]) -> Result<Option<Self>, NotDecoded> {
        let [first, second, behind @ ..] = pdu else {
            return Err(NotDecoded::Rlc);
        };
        let mut rest = behind;
        if first & 0x80 == 0 {
            return Ok(None);
        }
        let sequence_number = u16::from(first & 0x03) << 8 | u16::from(*second);
        let segment = if first & 0x40 == 0 {
            None
        } else {
            let [high, low, behind @ ..] = rest else {
                return Err(NotDecoded::Rlc);
            };
            rest = behind;
            Some(Segment {
                offset: u16::from_be_bytes([high & 0x7f, *low]),
                is_last: high & 0x80 != 0,
            })
        };
        let mut lengths = [0; MAX_PIECES];
        let mut count = 0;
        let mut extended = first & 0x04 != 0;
        // Extension and length take twelve bits; after an odd number of them four bits are filled up.
        while extended {
            let (element, used) = match (count % 2, rest) {
                (0, [high, low, ..]) => (u16::from_be_bytes([*high, *low]) >> 4, 1),
                (1, [high, low, ..]) => (u16::from_be_bytes([*high, *low]) & 0x0fff, 2),
                _ => return Err(NotDecoded::Rlc),
            };
            extended = element & 0x800 != 0;
            let length = element & 0x7ff;
            if length == 0 || count == MAX_PIECES {
                return Err(NotDecoded::Rlc);
            }
            lengths[count] = length;
            count += 1;
            rest = &rest[used..];
        }
        if count % 2 == 1 {
            rest = &rest[1..];
        }
        let inner: usize = lengths[..count].iter().map(|length| usize::from(*length)).sum();
        // The last piece has no length, but at least one octet.
        if inner >= rest.len() {
            return Err(NotDecoded::Rlc);
        }
        Ok(Some(Self {
            sequence_number,
            begins: first & 0x10 == 0,
            ends: first & 0x08 == 0,
            segment,
            lengths,
            count,
            data: rest,
        }))
    }

    fn lengths(&self) -> &[u16] {
        &self.lengths[..self.count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        // One whole message.
        let pdu = AmdPdu::read(&[0xa0, 0x05, 1, 2, 3]).unwrap().unwrap();
        assert_eq!((pdu.sequence_number, pdu.begins, pdu.ends), (5, true, true));
        assert_eq!(pdu.data, [1, 2, 3]);
        // Two pieces: one length of 2, then four bits of filling; the last goes on.
        let pdu = AmdPdu::read(&[0x8c | 0x01, 0xff, 0x00, 0x20, 1, 2, 3])
            .unwrap()
            .unwrap();
        assert_eq!((pdu.sequence_number, pdu.begins, pdu.ends), (0x1ff, true, false));
        assert_eq!((pdu.lengths(), pdu.data), ([2].as_slice(), [1, 2, 3].as_slice()));
        // Three pieces: two lengths fit three octets.
        let pdu = AmdPdu::read(&[0x94, 0x00, 0x80, 0x10, 0x02, 1, 2, 3, 4])
            .unwrap()
            .unwrap();
        assert_eq!((pdu.begins, pdu.ends), (false, true));
        assert_eq!(
            (pdu.lengths(), pdu.data),
            ([1, 2].as_slice(), [1, 2, 3, 4].as_slice())
        );
        // A segment, the last of its PDU.
        let pdu = AmdPdu::read(&[0xc0, 0x07, 0x81, 0x02, 9]).unwrap().unwrap();
        assert_eq!(
            pdu.segment,
            Some(Segment {
                offset: 0x102,
                is_last: true
            })
        );
        // Status.
        assert_eq!(AmdPdu::read(&[0x00, 0x14]), Ok(None));
    }

    #[test]
    fn lengths_that_do_not_add_up() {
        for pdu in [
            [].as_slice(),
            &[0x80],
            &[0x80, 0],
            &[0xc0, 0, 0],
            // A length of 0, one that leaves nothing for the last piece, and one that is cut.
            &[0x84, 0, 0x00, 0x00, 1],
            &[0x84, 0, 0x00, 0x30, 1, 2, 3],
            &[0x84, 0, 0x00],
            &[0x84, 0, 0x80, 0x10],
        ] {
            assert_eq!(AmdPdu::read(pdu), Err(NotDecoded::Rlc), "{pdu:02x?}");
        }
    }
}
