//! The security header: type, MAC, sequence number (TS 24.301 9.1, 9.3.1, 9.5, 9.6; TS 24.501 9.1, 9.3, 9.8, 9.10).

use crate::common::{ExtendedProtocolDiscriminator, ProtocolDiscriminator, SecurityHeaderType};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// Protocol discriminator of EMM: low half of the first octet of every protected message (TS 24.007 11.2.3.1.1).
pub const EMM_PROTOCOL_DISCRIMINATOR: u8 = ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT.0;

impl SecurityHeaderType {
    /// Of a message by its first octet, if that says EMM: ESM messages have no security header of their own.
    #[must_use]
    pub const fn of_emm(first_octet: u8) -> Option<Self> {
        if first_octet & 0x0f == EMM_PROTOCOL_DISCRIMINATOR {
            Some(Self::of(first_octet))
        } else {
            None
        }
    }

    /// Of a message of 5GS by its first two octets, if the first says 5GMM: 5GSM messages have no security header of their
    /// own.
    #[must_use]
    pub const fn of_fgmm(octets: &[u8]) -> Option<Self> {
        match octets {
            [first, second, ..] if *first == ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0 => {
                Some(Self::of_second_octet(*second))
            }
            _ => None,
        }
    }

    /// Whether it announces a SERVICE REQUEST of EPS: 12, and 13 to 15, which are read as 12.
    #[must_use]
    pub const fn is_service_request(self) -> bool {
        self.0 >= Self::SERVICE_REQUEST.0
    }

    /// The protection it announces; `None` for a plain message, a SERVICE REQUEST and reserved values.
    #[must_use]
    pub const fn protection(self) -> Option<Protection> {
        Some(match self {
            Self::INTEGRITY_PROTECTED => Protection::Integrity,
            Self::INTEGRITY_PROTECTED_AND_CIPHERED => Protection::Ciphered,
            Self::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT => Protection::IntegrityNewContext,
            Self::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT => Protection::CipheredNewContext,
            Self::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED => Protection::PartiallyCiphered,
            _ => return None,
        })
    }
}

/// The protections that come with a whole security header: types 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// Integrity protected.
    Integrity,
    /// Integrity protected and ciphered.
    Ciphered,
    /// Integrity protected with new EPS or 5G NAS security context.
    IntegrityNewContext,
    /// Integrity protected and ciphered with new EPS or 5G NAS security context.
    CipheredNewContext,
    /// Integrity protected, and the value of the message's container ciphered.
    PartiallyCiphered,
    /// Integrity protected by a short MAC: SERVICE REQUEST.
    ShortMac,
}

impl Protection {
    /// The header type that announces it.
    #[must_use]
    pub const fn header_type(self) -> SecurityHeaderType {
        match self {
            Self::Integrity => SecurityHeaderType::INTEGRITY_PROTECTED,
            Self::Ciphered => SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED,
            Self::IntegrityNewContext => SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT,
            Self::CipheredNewContext => SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT,
            Self::PartiallyCiphered => SecurityHeaderType::INTEGRITY_PROTECTED_AND_PARTIALLY_CIPHERED,
            Self::ShortMac => SecurityHeaderType::SERVICE_REQUEST,
        }
    }

    /// Whether the whole message is ciphered.
    #[must_use]
    pub const fn is_ciphered(self) -> bool {
        matches!(self, Self::Ciphered | Self::CipheredNewContext)
    }

    /// Whether it takes a new context into use: allowed during the security mode procedure only (TS 24.301 9.3.1).
    #[must_use]
    pub const fn is_new_context(self) -> bool {
        matches!(self, Self::IntegrityNewContext | Self::CipheredNewContext)
    }
}

/// A protected message taken apart, nothing checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityHeader<'a> {
    /// Security header type.
    pub header_type: SecurityHeaderType,
    /// Message authentication code, as received.
    pub mac: [u8; 4],
    /// NAS sequence number, as received.
    pub sequence_number: u8,
    /// The NAS message after the header, ciphered as the type says. At least one octet.
    pub payload: &'a [u8],
}

impl<'a> SecurityHeader<'a> {
    /// Octets before the NAS message in EPS.
    pub const OCTETS: usize = 6;
    /// Octets before the NAS message in 5GS.
    pub const FGS_OCTETS: usize = 7;

    /// Takes a protected message of header type 1 to 5 (or 6 to 11, reserved) apart.
    ///
    /// # Errors
    /// `Value` at octet 0 if it is no EMM message or has no such header (plain, SERVICE REQUEST); `Truncated` if header or
    /// message is cut short.
    pub fn parse(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read(pdu).map_err(|error| error.within("security header"))
    }

    /// Takes a protected message of 5GS apart: extended protocol discriminator 5GMM, then header type 1 to 15, of which 5
    /// and above are reserved.
    ///
    /// # Errors
    /// `Value` if it is no 5GMM message (octet 0) or a plain one (octet 1); `Truncated` if header or message is cut short.
    pub fn parse_fgs(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        Self::read_fgs(pdu).map_err(|error| error.within("security header"))
    }

    fn read_fgs(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        let wrong = |at, got: u8, expected| {
            let got = got.into();
            Err(DecodeError::new(at, DecodeErrorKind::Value { got, expected }))
        };
        let mut reader = Reader::new(pdu);
        let first = reader.u8()?;
        if first != ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0 {
            return wrong(0, first, "7e, a 5GMM message");
        }
        let second = reader.u8()?;
        let header_type = SecurityHeaderType::of_second_octet(second);
        if header_type == SecurityHeaderType::PLAIN {
            return wrong(1, second, "a protected 5GMM message: a type from 1 to 4");
        }
        Self::rest(header_type, reader)
    }

    /// What follows the security header type in both systems.
    fn rest(header_type: SecurityHeaderType, mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let header = Self {
            header_type,
            mac: reader.array()?,
            sequence_number: reader.u8()?,
            payload: reader.rest(),
        };
        // An empty message has no protocol discriminator.
        reader.u8().map(|_| header)
    }

    fn read(pdu: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(pdu);
        let first = reader.u8()?;
        let header_type = SecurityHeaderType::of_emm(first)
            .filter(|t| *t != SecurityHeaderType::PLAIN && !t.is_service_request())
            .ok_or_else(|| {
                let expected = "a protected EMM message: x7 with x from 1 to b";
                DecodeError::new(
                    0,
                    DecodeErrorKind::Value {
                        got: first.into(),
                        expected,
                    },
                )
            })?;
        Self::rest(header_type, reader)
    }

    /// Appends the header of EPS and its NAS message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.header_type.first_octet());
        self.encode_rest(out);
    }

    /// Appends the header of 5GS and its NAS message.
    pub fn encode_fgs(&self, out: &mut Vec<u8>) {
        out.push(ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0);
        out.push(self.header_type.0 & 15);
        self.encode_rest(out);
    }

    fn encode_rest(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.mac);
        out.push(self.sequence_number);
        out.extend_from_slice(self.payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_in_and_out() {
        let pdu = [0x27, 1, 2, 3, 4, 5, 0x07, 0x43];
        let header = SecurityHeader::parse(&pdu).unwrap();
        assert_eq!(header.header_type.protection(), Some(Protection::Ciphered));
        assert_eq!((header.mac, header.sequence_number), ([1, 2, 3, 4], 5));
        let mut out = Vec::new();
        header.encode(&mut out);
        assert_eq!(out, pdu);
    }

    #[test]
    fn a_header_of_5gs_in_and_out() {
        let pdu = [0x7e, 0x02, 1, 2, 3, 4, 5, 0x7e, 0, 0x43];
        let header = SecurityHeader::parse_fgs(&pdu).unwrap();
        assert_eq!(header.header_type.protection(), Some(Protection::Ciphered));
        assert_eq!((header.mac, header.sequence_number), ([1, 2, 3, 4], 5));
        let mut out = Vec::new();
        header.encode_fgs(&mut out);
        assert_eq!(out, pdu);
        for (first, second, at) in [(0x2e, 2, 0), (0x27, 2, 0), (0x7e, 0, 1), (0x7e, 0xf0, 1)] {
            let error = SecurityHeader::parse_fgs(&[first, second, 0, 0, 0, 0, 0, 0]).unwrap_err();
            assert_eq!(error.at, at, "{first:02x} {second:02x}");
        }
        for octets in 0..8 {
            assert!(
                SecurityHeader::parse_fgs(&pdu[..octets]).is_err(),
                "{octets} octets"
            );
        }
        assert_eq!(
            SecurityHeaderType::of_fgmm(&[0x2e, 2]),
            None,
            "5GSM: the second octet is a session"
        );
    }

    #[test]
    fn what_has_no_such_header_is_refused_with_its_place() {
        for first in [0x07, 0xc7, 0xf7, 0x02, 0x52, 0x17 ^ 0x10] {
            let error = SecurityHeader::parse(&[first, 0, 0, 0, 0, 0, 0, 0]).unwrap_err();
            assert_eq!(
                (error.at, error.path.as_str()),
                (0, "security header"),
                "{first:02x}"
            );
        }
        for octets in 0..7 {
            let error = SecurityHeader::parse(&[0x17; 7][..octets]).unwrap_err();
            assert!(
                matches!(error.kind, DecodeErrorKind::Truncated { .. }),
                "{octets} octets"
            );
        }
    }

    #[test]
    fn types_and_protections_are_each_others() {
        for value in 0..=15 {
            let header_type = SecurityHeaderType(value);
            if let Some(protection) = header_type.protection() {
                assert_eq!(protection.header_type(), header_type);
            } else {
                assert!(!(1..=5).contains(&value));
            }
        }
        assert_eq!(
            SecurityHeaderType::of_emm(0x52),
            None,
            "ESM: the high half is a bearer identity"
        );
    }
}
