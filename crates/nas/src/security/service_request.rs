//! SERVICE REQUEST: four octets with a short MAC of their own (TS 24.301 8.2.25, 9.9.3.19, 9.9.3.28).
//!
//! ```text
//!   c7 │ KSI (3) SQN (5) │ short MAC (16): the low half of the MAC over the first two octets
//! ```

use crate::common::SecurityHeaderType;
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// A SERVICE REQUEST taken apart, nothing checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRequestHeader {
    /// Key set identifier of the context: three bits.
    pub ksi: u8,
    /// The five low bits of the uplink COUNT.
    pub sequence_number: u8,
    /// The two least significant octets of the MAC, as received.
    pub short_mac: [u8; 2],
}

impl ServiceRequestHeader {
    /// Octets of the message.
    pub const OCTETS: usize = 4;
    /// Octets that the short MAC covers.
    pub(super) const COVERED: usize = 2;

    /// Takes a SERVICE REQUEST apart; octets after the fourth are not covered by the MAC and are ignored.
    ///
    /// # Errors
    /// `Value` at octet 0 if it is no EMM message or its header type is not that of SERVICE REQUEST (12 to 15);
    /// `Truncated`.
    pub fn parse(pdu: &[u8]) -> Result<Self, DecodeError> {
        Self::read(pdu).map_err(|error| error.within("SERVICE REQUEST"))
    }

    fn read(pdu: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(pdu);
        let first = reader.u8()?;
        if !SecurityHeaderType::of_emm(first).is_some_and(SecurityHeaderType::is_service_request) {
            let expected = "c7, the security header for SERVICE REQUEST";
            let got = first.into();
            return Err(DecodeError::new(0, DecodeErrorKind::Value { got, expected }));
        }
        let second = reader.u8()?;
        Ok(Self {
            ksi: second >> 5,
            sequence_number: second & 31,
            short_mac: reader.array()?,
        })
    }

    /// The first two octets.
    pub(super) fn covered(ksi: u8, sequence_number: u8) -> [u8; Self::COVERED] {
        [0xc7, ksi << 5 | sequence_number & 31]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_octets_apart() {
        let parsed = ServiceRequestHeader::parse(&[0xc7, 0xbf, 1, 2]).unwrap();
        assert_eq!(
            (parsed.ksi, parsed.sequence_number, parsed.short_mac),
            (5, 31, [1, 2])
        );
        assert_eq!(ServiceRequestHeader::covered(5, 31 + 32), [0xc7, 0xbf]);
        assert!(
            ServiceRequestHeader::parse(&[0xd7, 0, 0, 0]).is_ok(),
            "13 to 15 are read as 12"
        );
        assert_eq!(ServiceRequestHeader::parse(&[0xc7, 0, 1]).unwrap_err().at, 2);
        for first in [0x07, 0x17, 0xc2] {
            assert_eq!(ServiceRequestHeader::parse(&[first, 0, 0, 0]).unwrap_err().at, 0);
        }
    }
}
