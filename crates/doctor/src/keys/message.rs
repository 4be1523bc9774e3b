//! A message with a whole security header, as keys look at it.

use super::context::{Context, input};
use super::hypotheses::Protected;
use quintet_crypto::Direction;
use quintet_nas::security::{NasCount, Protection, SecurityHeader, partially_ciphered_octets};

/// A message with a whole security header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub(super) direction: Direction,
    pub(super) header: SecurityHeader<'a>,
    pub(super) protection: Protection,
    /// What the MAC covers.
    pub(super) covered: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn parse(direction: Direction, pdu: &'a [u8]) -> Option<Self> {
        let header = SecurityHeader::parse(pdu).ok()?;
        let protection = header.header_type.protection()?;
        let covered = pdu.get(SecurityHeader::OCTETS - 1..)?;
        Some(Self {
            direction,
            header,
            protection,
            covered,
        })
    }

    pub(super) fn is_ciphered(&self) -> bool {
        self.protection.is_ciphered() || self.protection == Protection::PartiallyCiphered
    }

    pub(super) fn protected(&self) -> Protected<'a> {
        Protected {
            direction: self.direction,
            mac: self.header.mac,
            covered: self.covered,
            ciphered: self.is_ciphered(),
        }
    }

    /// The COUNT it must have.
    pub(super) fn estimate(&self, context: &Context) -> Option<NasCount> {
        NasCount::estimate::<8>(context.window(self.direction).last(), self.header.sequence_number)
    }

    /// Whether the MAC holds with this COUNT.
    pub(super) fn holds(&self, context: &Context, count: NasCount) -> bool {
        context.mac(input(count, self.direction), self.covered) == Some(self.header.mac)
    }

    /// The KSI of an initial message that is not ciphered (TS 24.301 8.2.4, 8.2.11, 8.2.15, 8.2.29, 8.2.33).
    pub(super) fn initial_ksi(&self) -> Option<u8> {
        match self.header.payload {
            [0x07, 0x41 | 0x45 | 0x48 | 0x4c | 0x4d, octet, ..]
                if self.direction == Direction::Uplink && !self.protection.is_ciphered() =>
            {
                Some(octet >> 4)
            }
            _ => None,
        }
    }

    /// The plain message under this context and COUNT.
    pub(super) fn plain(&self, context: &Context, count: NasCount) -> Option<Box<[u8]>> {
        let payload = self.header.payload;
        let ciphered = match self.protection {
            Protection::PartiallyCiphered => partially_ciphered_octets(payload)?,
            whole if whole.is_ciphered() => 0..payload.len(),
            _ => 0..0,
        };
        let mut plain: Box<[u8]> = payload.into();
        context
            .decipher(count, self.direction, &mut plain[ciphered])
            .then_some(plain)
    }
}
