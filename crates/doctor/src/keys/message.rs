//! A message with a whole security header, as keys look at it.

use super::context::Context;
use super::hypotheses::Protected;
use crate::nas;
use crate::report::Technology;
use quintet_crypto::Direction;
use quintet_nas::fgs::FgmmMessage;
use quintet_nas::security::{NasCount, Protection, SecurityHeader, partially_ciphered_octets};
use quintet_procedure::Ksi;
use std::ops::Range;

/// The first octets of a plain 5GMM message: extended protocol discriminator, security header type.
const PLAIN_FGMM: [u8; 2] = [0x7e, 0];

/// Whose NAS a PDU is, by its (extended) protocol discriminator (TS 24.007 11.2.3.1.1, 11.2.3.1.1A).
pub(super) fn technology(pdu: &[u8]) -> Technology {
    match pdu {
        [0x7e | 0x2e, ..] => Technology::Fgs,
        _ => Technology::Eps,
    }
}

/// Octets of the security header.
pub(super) const fn header_octets(technology: Technology) -> usize {
    match technology {
        Technology::Eps | Technology::Ims => SecurityHeader::OCTETS,
        Technology::Fgs => SecurityHeader::FGS_OCTETS,
    }
}

/// A message with a whole security header.
#[derive(Clone, Copy, Debug)]
pub(super) struct Message<'a> {
    pub(super) technology: Technology,
    pub(super) direction: Direction,
    pub(super) header: SecurityHeader<'a>,
    pub(super) protection: Protection,
    /// What the MAC covers.
    pub(super) covered: &'a [u8],
}

impl<'a> Message<'a> {
    pub(super) fn parse(direction: Direction, pdu: &'a [u8]) -> Option<Self> {
        let technology = technology(pdu);
        let header = nas::header(technology, pdu)?;
        let protection = header.header_type.protection()?;
        let covered = pdu.get(header_octets(technology) - 1..)?;
        Some(Self {
            technology,
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
        context.mac(context.input(count, self.direction), self.covered) == Some(self.header.mac)
    }

    /// Whether octets read as what may be inside.
    pub(super) fn reads_plain(&self, octets: &[u8]) -> bool {
        nas::reads_plain(self.technology, self.direction, octets)
    }

    /// The KSI of an initial message that is not ciphered (TS 24.301 8.2.4, 8.2.11, 8.2.15, 8.2.29, 8.2.33; TS 24.501 8.2.6,
    /// 8.2.12, 8.2.16, 8.2.30).
    pub(super) fn initial_ksi(&self) -> Option<u8> {
        if self.direction != Direction::Uplink || self.protection.is_ciphered() {
            return None;
        }
        let ksi = match (self.technology, self.header.payload) {
            (Technology::Eps, [0x07, 0x41 | 0x45 | 0x48 | 0x4c | 0x4d, octet, ..])
            | (Technology::Fgs, [0x7e, 0, 0x41 | 0x45 | 0x4f, octet, ..]) => octet >> 4,
            (Technology::Fgs, [0x7e, 0, 0x4c, octet, ..]) => octet & 0x0f,
            _ => return None,
        };
        Ksi(ksi).names_a_key().then_some(ksi)
    }

    /// The plain message under this context and COUNT. Of an initial message of 5GS, its NAS message container is in the
    /// clear then.
    pub(super) fn plain(&self, context: &Context, count: NasCount) -> Option<Box<[u8]>> {
        let payload = self.header.payload;
        if let Some(container) = self.container() {
            return Some(self.with_container(context, count, container));
        }
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

    /// The message with its container deciphered, if it is a message then.
    fn with_container(&self, context: &Context, count: NasCount, container: Range<usize>) -> Box<[u8]> {
        let payload = self.header.payload;
        let mut plain: Box<[u8]> = payload.into();
        let inside = &mut plain[container];
        if context.decipher(count, self.direction, inside) && inside.starts_with(&PLAIN_FGMM) {
            return plain;
        }
        payload.into()
    }

    /// Where the NAS message container of an initial message stands, which is ciphered in its place (TS 24.501 4.4.6).
    fn container(&self) -> Option<Range<usize>> {
        let initial = self.technology == Technology::Fgs
            && self.direction == Direction::Uplink
            && self.protection == Protection::Integrity;
        if !initial {
            return None;
        }
        let payload = self.header.payload;
        let container = match FgmmMessage::decode_uplink(payload).ok()?.message {
            FgmmMessage::RegistrationRequest(m) => m.nas_message_container,
            FgmmMessage::DeregistrationRequestFromUe(m) => m.nas_message_container,
            FgmmMessage::ServiceRequest(m) => m.nas_message_container,
            _ => None,
        }?
        .0;
        // Decoding borrows from the payload: where the value lies in it is how far it is from its beginning.
        let from = container.as_ptr().addr().checked_sub(payload.as_ptr().addr())?;
        let range = from..from + container.len();
        payload.get(range.clone()).is_some().then_some(range)
    }
}
