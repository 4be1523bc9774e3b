//! EPS mobile identity (TS 24.301 9.9.3.12) and mobile identity (TS 24.008 10.5.1.4).

use super::Guti;
use crate::common::Element;
use quintet_identity::{IdentityError, Imei, Imeisv, Imsi, Plmn};
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader};

/// EPS mobile identity (TS 24.301 9.9.3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EpsMobileIdentity<'a> {
    /// IMSI.
    Imsi(Imsi),
    /// IMEI.
    Imei(Imei),
    /// GUTI.
    Guti(Guti),
    /// An unknown type of identity: the whole value part.
    Other(&'a [u8]),
}

/// Mobile identity (TS 24.008 10.5.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MobileIdentity<'a> {
    /// IMSI.
    Imsi(Imsi),
    /// IMEI.
    Imei(Imei),
    /// IMEISV.
    Imeisv(Imeisv),
    /// TMSI, P-TMSI or M-TMSI.
    Tmsi(u32),
    /// No identity: the whole value part.
    NoIdentity(&'a [u8]),
    /// Another type of identity: the whole value part.
    Other(&'a [u8]),
}

/// Types of identity in bits 1 to 3 of the first octet.
mod kind {
    pub(super) const NO_IDENTITY: u8 = 0;
    pub(super) const IMSI: u8 = 1;
    pub(super) const IMEI: u8 = 2;
    /// IMEISV; in an EPS mobile identity this value says IMEI.
    pub(super) const IMEISV: u8 = 3;
    pub(super) const TMSI: u8 = 4;
    pub(super) const GUTI: u8 = 6;
}

/// Most digits an identity has (IMEISV).
const MAX_DIGITS: usize = 16;

/// Filler before a binary identity.
const FILLER: u8 = 0xf0;

/// Bit 4 of the first octet: the number of digits is odd.
pub(crate) const ODD: u8 = 8;

fn text(at: usize, expected: &'static str) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::Text { expected })
}

/// Digits of a BCD identity: the first in bits 5 to 8 of octet 1, then low half octets first; an even number ends with `f`.
pub(crate) fn digits<T>(
    value: &[u8],
    at: usize,
    expected: &'static str,
    make: impl FnOnce(&[u8]) -> Result<T, IdentityError>,
) -> Result<T, DecodeError> {
    let wrong = || text(at, expected);
    let (&first, rest) = value.split_first().ok_or_else(wrong)?;
    let halves = [first >> 4]
        .into_iter()
        .chain(rest.iter().flat_map(|&o| [o & 15, o >> 4]));
    let count = if first & ODD != 0 {
        2 * rest.len() + 1
    } else {
        2 * rest.len()
    };
    let mut ascii = [0u8; MAX_DIGITS];
    let out = ascii.get_mut(..count).ok_or_else(wrong)?;
    for (to, half) in out.iter_mut().zip(halves) {
        if half > 9 {
            return Err(wrong());
        }
        *to = b'0' + half;
    }
    make(out).map_err(|_| wrong())
}

pub(crate) fn put_digits((ascii, count): ([u8; 16], usize), kind: u8, out: &mut Vec<u8>) {
    let digits = &ascii[..count.min(MAX_DIGITS)];
    let half = |i: usize| digits.get(i).map_or(15, |c| c & 15);
    out.push(half(0) << 4 | if count % 2 == 1 { ODD } else { 0 } | kind);
    let mut i = 1;
    while i < digits.len() {
        out.push(half(i + 1) << 4 | half(i));
        i += 2;
    }
}

/// Everything is read: a binary identity has one length.
fn end(reader: &Reader<'_>) -> Result<(), DecodeError> {
    match reader.remaining() {
        0 => Ok(()),
        octets => Err(DecodeError::new(
            reader.at(),
            DecodeErrorKind::Trailing { octets },
        )),
    }
}

fn guti(value: &[u8], at: usize) -> Result<Guti, DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    reader.u8()?;
    let plmn = Plmn::from_octets(reader.array()?).map_err(|_| text(at + 1, "a PLMN"))?;
    let (mme_group_id, mme_code, m_tmsi) = (reader.u16()?, reader.u8()?, reader.u32()?);
    end(&reader)?;
    Ok(Guti {
        plmn,
        mme_group_id,
        mme_code,
        m_tmsi,
    })
}

fn tmsi(value: &[u8], at: usize) -> Result<u32, DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    reader.u8()?;
    let tmsi = reader.u32()?;
    end(&reader)?;
    Ok(tmsi)
}

fn first(value: &[u8], at: usize) -> Result<u8, DecodeError> {
    value.first().copied().ok_or_else(|| {
        DecodeError::new(
            at,
            DecodeErrorKind::Truncated {
                needed: 1,
                available: 0,
            },
        )
    })
}

impl<'a> Element<'a> for EpsMobileIdentity<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Ok(match first(value, at)? & 7 {
            kind::IMSI => Self::Imsi(digits(value, at, "an IMSI", Imsi::from_ascii)?),
            kind::IMEISV => Self::Imei(digits(value, at, "an IMEI", Imei::from_ascii)?),
            kind::GUTI => Self::Guti(guti(value, at)?),
            _ => Self::Other(value),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Imsi(imsi) => put_digits(imsi.ascii(), kind::IMSI, out),
            Self::Imei(imei) => put_digits(imei.ascii(), kind::IMEISV, out),
            Self::Guti(guti) => {
                out.push(FILLER | kind::GUTI);
                out.extend_from_slice(&guti.plmn.octets());
                quintet_wire::put::u16(out, guti.mme_group_id);
                out.push(guti.mme_code);
                quintet_wire::put::u32(out, guti.m_tmsi);
            }
            Self::Other(value) => out.extend_from_slice(value),
        }
    }

    fn describe(&self, field: &mut Field) {
        let at = field.at;
        let inner = match self {
            Self::Imsi(imsi) => Field::leaf("IMSI", imsi.to_string(), at),
            Self::Imei(imei) => Field::leaf("IMEI", imei.to_string(), at),
            Self::Guti(guti) => Field {
                fields: vec![
                    Field::leaf("PLMN", guti.plmn.to_string(), at),
                    Field::leaf("MME group ID", guti.mme_group_id.to_string(), at),
                    Field::leaf("MME code", guti.mme_code.to_string(), at),
                    Field::leaf("M-TMSI", guti.m_tmsi.to_string(), at),
                ],
                ..Field::leaf("GUTI", String::new(), at)
            },
            Self::Other(value) => return value.describe(field),
        };
        field.fields.push(inner);
    }
}

impl<'a> Element<'a> for MobileIdentity<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Ok(match first(value, at)? & 7 {
            kind::NO_IDENTITY => Self::NoIdentity(value),
            kind::IMSI => Self::Imsi(digits(value, at, "an IMSI", Imsi::from_ascii)?),
            kind::IMEI => Self::Imei(digits(value, at, "an IMEI", Imei::from_ascii)?),
            kind::IMEISV => Self::Imeisv(digits(value, at, "an IMEISV", Imeisv::from_ascii)?),
            kind::TMSI => Self::Tmsi(tmsi(value, at)?),
            _ => Self::Other(value),
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Imsi(imsi) => put_digits(imsi.ascii(), kind::IMSI, out),
            Self::Imei(imei) => put_digits(imei.ascii(), kind::IMEI, out),
            Self::Imeisv(imeisv) => put_digits(imeisv.ascii(), kind::IMEISV, out),
            Self::Tmsi(tmsi) => {
                out.push(FILLER | kind::TMSI);
                quintet_wire::put::u32(out, *tmsi);
            }
            Self::NoIdentity(value) | Self::Other(value) => out.extend_from_slice(value),
        }
    }

    fn describe(&self, field: &mut Field) {
        let at = field.at;
        let inner = match self {
            Self::Imsi(imsi) => Field::leaf("IMSI", imsi.to_string(), at),
            Self::Imei(imei) => Field::leaf("IMEI", imei.to_string(), at),
            Self::Imeisv(imeisv) => Field::leaf("IMEISV", imeisv.to_string(), at),
            Self::Tmsi(tmsi) => Field::leaf("TMSI", tmsi.to_string(), at),
            Self::NoIdentity(value) => Field::leaf("No identity", crate::common::hex(value), at),
            Self::Other(value) => return value.describe(field),
        };
        field.fields.push(inner);
    }
}
