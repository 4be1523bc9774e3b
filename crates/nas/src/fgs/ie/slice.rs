//! Network slices: S-NSSAI (TS 24.501 9.11.2.8), NSSAI (9.11.3.37), rejected NSSAI (9.11.3.46).

use crate::common::{Element, hex, wrong_length};
use quintet_identity::SNssai;
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader};
use std::borrow::Cow;

/// Longest S-NSSAI: SST, SD, and both of the mapped one.
const MAX_OCTETS: usize = 8;

/// Most S-NSSAIs in an NSSAI: 16 in a configured or pending one (TS 24.501 9.11.3.37).
pub const MAX_S_NSSAIS: usize = 16;

/// S-NSSAI element (TS 24.501 9.11.2.8): a slice and, for a roaming UE, the one of the home network it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SNssaiIe {
    octets: [u8; MAX_OCTETS],
    length: u8,
}

/// NSSAI (TS 24.501 9.11.3.37): S-NSSAIs with their lengths, checked when read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Nssai<'a>(Cow<'a, [u8]>);

/// Rejected NSSAI (TS 24.501 9.11.3.46): S-NSSAIs with their causes, checked when read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RejectedNssai<'a>(Cow<'a, [u8]>);

/// Cause of a rejected S-NSSAI, four bits (TS 24.501 9.11.3.46).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RejectedSNssaiCause(pub u8);

impl RejectedSNssaiCause {
    /// S-NSSAI not available in the current PLMN or SNPN.
    pub const NOT_AVAILABLE_IN_PLMN: Self = Self(0);
    /// S-NSSAI not available in the current registration area.
    pub const NOT_AVAILABLE_IN_REGISTRATION_AREA: Self = Self(1);
    /// S-NSSAI not available: slice-specific authentication and authorization failed or was revoked.
    pub const NOT_AVAILABLE_DUE_TO_NSSAA: Self = Self(2);
}

fn octets_of(slice: SNssai) -> ([u8; 4], usize) {
    match slice.sd() {
        Some(sd) => {
            let [_, a, b, c] = sd.to_be_bytes();
            ([slice.sst(), a, b, c], 4)
        }
        None => ([slice.sst(), 0, 0, 0], 1),
    }
}

fn slice(sst: u8, sd: Option<[u8; 3]>) -> SNssai {
    let Some([a, b, c]) = sd else {
        return SNssai::new(sst);
    };
    // Three octets are 24 bits.
    SNssai::with_sd(sst, u32::from_be_bytes([0, a, b, c])).unwrap_or(SNssai::new(sst))
}

impl From<SNssai> for SNssaiIe {
    fn from(slice: SNssai) -> Self {
        let ([a, b, c, d], length) = octets_of(slice);
        Self {
            octets: [a, b, c, d, 0, 0, 0, 0],
            length: length as u8,
        }
    }
}

impl SNssaiIe {
    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    /// The slice in the serving network.
    #[must_use]
    pub fn s_nssai(&self) -> SNssai {
        let [sst, a, b, c, ..] = self.octets;
        slice(sst, (self.length >= 4).then_some([a, b, c]))
    }

    /// The slice of the home network it is mapped to, when the UE roams.
    #[must_use]
    pub fn mapped(&self) -> Option<SNssai> {
        match *self.octets() {
            [_, sst] => Some(slice(sst, None)),
            [_, _, _, _, sst] => Some(slice(sst, None)),
            [_, _, _, _, sst, a, b, c] => Some(slice(sst, Some([a, b, c]))),
            _ => None,
        }
    }

    fn read(value: &[u8], at: usize) -> Result<Self, DecodeError> {
        let mut octets = [0; MAX_OCTETS];
        match (value.len(), octets.get_mut(..value.len())) {
            (1 | 2 | 4 | 5 | 8, Some(to)) => to.copy_from_slice(value),
            (got, _) => return Err(wrong_length(at, got, "1, 2, 4, 5 or 8")),
        }
        Ok(Self {
            octets,
            length: value.len() as u8,
        })
    }

    fn text(&self) -> String {
        match self.mapped() {
            Some(mapped) => format!("{} (mapped to {mapped})", self.s_nssai()),
            None => self.s_nssai().to_string(),
        }
    }
}

/// The elements of an NSSAI; not more than [`MAX_S_NSSAIS`] count.
fn read_list(value: &[u8], at: usize) -> Result<Vec<SNssaiIe>, DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    let mut slices = Vec::new();
    while !reader.is_empty() && slices.len() < MAX_S_NSSAIS {
        let length = usize::from(reader.u8()?);
        let at = reader.at();
        slices.push(SNssaiIe::read(reader.take(length)?, at)?);
    }
    Ok(slices)
}

/// The elements of a rejected NSSAI: length in bits 5 to 8, cause in bits 1 to 4.
fn read_rejected(value: &[u8], at: usize) -> Result<Vec<(SNssai, RejectedSNssaiCause)>, DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    let mut slices = Vec::new();
    while !reader.is_empty() && slices.len() < MAX_S_NSSAIS {
        let at = reader.at();
        let head = reader.u8()?;
        let octets = reader.take(usize::from(head >> 4))?;
        let rejected = match *octets {
            [sst] => slice(sst, None),
            [sst, a, b, c] => slice(sst, Some([a, b, c])),
            _ => {
                let kind = DecodeErrorKind::Length {
                    got: octets.len(),
                    expected: "1 or 4",
                };
                return Err(DecodeError::new(at, kind));
            }
        };
        slices.push((rejected, RejectedSNssaiCause(head & 15)));
    }
    Ok(slices)
}

impl Nssai<'static> {
    /// A list of `slices`, of which [`MAX_S_NSSAIS`] at most are taken.
    #[must_use]
    pub fn of(slices: &[SNssai]) -> Self {
        Self::of_elements(slices.iter().map(|slice| SNssaiIe::from(*slice)))
    }

    /// A list of elements, of which [`MAX_S_NSSAIS`] at most are taken.
    #[must_use]
    pub fn of_elements(elements: impl IntoIterator<Item = SNssaiIe>) -> Self {
        let mut out = Vec::new();
        for element in elements.into_iter().take(MAX_S_NSSAIS) {
            out.push(element.length);
            out.extend_from_slice(element.octets());
        }
        Self(out.into())
    }
}

impl Nssai<'_> {
    /// The elements in order.
    #[must_use]
    pub fn elements(&self) -> Vec<SNssaiIe> {
        read_list(&self.0, 0).unwrap_or_default()
    }

    /// The slices of the serving network, in order.
    pub fn slices(&self) -> impl Iterator<Item = SNssai> + use<> {
        self.elements().into_iter().map(|element| element.s_nssai())
    }

    /// The list with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> Nssai<'static> {
        Nssai(Cow::Owned(self.0.into_owned()))
    }
}

impl RejectedNssai<'static> {
    /// A list of `slices` with their causes, of which [`MAX_S_NSSAIS`] at most are taken.
    #[must_use]
    pub fn of(slices: &[(SNssai, RejectedSNssaiCause)]) -> Self {
        let mut out = Vec::new();
        for (slice, cause) in slices.iter().take(MAX_S_NSSAIS) {
            let (octets, length) = octets_of(*slice);
            out.push((length as u8) << 4 | cause.0 & 15);
            out.extend_from_slice(&octets[..length]);
        }
        Self(out.into())
    }
}

impl RejectedNssai<'_> {
    /// The slices with their causes, in order.
    #[must_use]
    pub fn slices(&self) -> Vec<(SNssai, RejectedSNssaiCause)> {
        read_rejected(&self.0, 0).unwrap_or_default()
    }
}

impl<'a> Element<'a> for SNssaiIe {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Self::read(value, at)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.octets());
    }

    fn describe(&self, field: &mut Field) {
        field.value = self.text();
    }
}

impl<'a> Element<'a> for Nssai<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        read_list(value, at)?;
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for element in self.elements() {
            field
                .fields
                .push(Field::leaf("S-NSSAI", element.text(), field.at));
        }
    }
}

impl<'a> Element<'a> for RejectedNssai<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        read_rejected(value, at)?;
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for (slice, cause) in self.slices() {
            let text = format!("{slice} (cause {})", cause.0);
            field.fields.push(Field::leaf("Rejected S-NSSAI", text, field.at));
        }
    }
}
