//! Areas, PLMNs, paging and bearer states.

use super::Tai;
use crate::common::{Element, hex, wrong_length};
use quintet_identity::Plmn;
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader, put};
use std::borrow::Cow;

/// Location area identification (TS 24.008 10.5.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LocationAreaIdentification {
    /// PLMN.
    pub plmn: Plmn,
    /// Location area code.
    pub lac: u16,
}

/// PLMN list (TS 24.008 10.5.1.13): up to 15 PLMNs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PlmnList<'a>(Cow<'a, [u8]>);

/// Most PLMNs in a list (TS 24.008 10.5.1.13).
const MAX_PLMNS: usize = 15;

/// DRX parameter (TS 24.008 10.5.5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrxParameter(pub [u8; 2]);

/// EPS bearer context status (TS 24.301 9.9.2.1): EBI 0 to 7 in the first octet, 8 to 15 in the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct EpsBearerContextStatus(pub [u8; 2]);

impl EpsBearerContextStatus {
    /// Whether the bearer context with EPS bearer identity `ebi` is active.
    #[must_use]
    pub fn is_active(self, ebi: u8) -> bool {
        self.0
            .get(usize::from(ebi / 8))
            .is_some_and(|octet| octet >> (ebi % 8) & 1 == 1)
    }

    /// The status with the context of `ebi` (0 to 15) active.
    #[must_use]
    pub fn with(mut self, ebi: u8) -> Self {
        if let Some(octet) = self.0.get_mut(usize::from(ebi / 8)) {
            *octet |= 1 << (ebi % 8);
        }
        self
    }
}

fn plmn(reader: &mut Reader<'_>) -> Result<Plmn, DecodeError> {
    let at = reader.at();
    Plmn::from_octets(reader.array()?)
        .map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected: "a PLMN" }))
}

/// PLMN and two octets: an area of either kind.
fn area(value: &[u8], at: usize) -> Result<(Plmn, u16), DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    Ok((plmn(&mut reader)?, reader.u16()?))
}

fn put_area(plmn: Plmn, code: u16, out: &mut Vec<u8>) {
    out.extend_from_slice(&plmn.octets());
    put::u16(out, code);
}

/// Tracking area identity (TS 24.301 9.9.3.32).
impl<'a> Element<'a> for Tai {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let (plmn, tac) = area(value, at)?;
        Ok(Self { plmn, tac })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_area(self.plmn, self.tac, out);
    }

    fn describe(&self, field: &mut Field) {
        field.value = format!("{}-{}", self.plmn, self.tac);
    }
}

impl<'a> Element<'a> for LocationAreaIdentification {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let (plmn, lac) = area(value, at)?;
        Ok(Self { plmn, lac })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        put_area(self.plmn, self.lac, out);
    }

    fn describe(&self, field: &mut Field) {
        field.value = format!("{}-{}", self.plmn, self.lac);
    }
}

impl PlmnList<'static> {
    /// A list of `plmns`, of which 15 at most are taken.
    #[must_use]
    pub fn of(plmns: &[Plmn]) -> Self {
        Self(
            plmns
                .iter()
                .take(MAX_PLMNS)
                .flat_map(|plmn| plmn.octets())
                .collect::<Vec<_>>()
                .into(),
        )
    }
}

impl PlmnList<'_> {
    /// The PLMNs in order.
    pub fn plmns(&self) -> impl Iterator<Item = Plmn> {
        self.0
            .chunks_exact(3)
            .filter_map(|chunk| Plmn::from_octets(chunk.try_into().ok()?).ok())
    }
}

impl<'a> Element<'a> for PlmnList<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        if !value.len().is_multiple_of(3) {
            return Err(wrong_length(at, value.len(), "three octets for each PLMN"));
        }
        let mut reader = Reader::at_offset(value, at);
        while !reader.is_empty() {
            plmn(&mut reader)?;
        }
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for (i, plmn) in self.plmns().enumerate() {
            field
                .fields
                .push(Field::leaf("PLMN", plmn.to_string(), field.at + 3 * i));
        }
    }
}

impl<'a> Element<'a> for DrxParameter {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 2]>::decode(value, at).map(Self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        self.0.describe(field);
        field.fields.push(Field::leaf(
            "SPLIT PG CYCLE CODE",
            self.0[0].to_string(),
            field.at,
        ));
        field.fields.push(Field::leaf(
            "CN specific DRX cycle length",
            (self.0[1] >> 4).to_string(),
            field.at + 1,
        ));
    }
}

impl<'a> Element<'a> for EpsBearerContextStatus {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 2]>::decode(value, at).map(Self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        let active: Vec<_> = (0..16)
            .filter(|&ebi| self.is_active(ebi))
            .map(|ebi| ebi.to_string())
            .collect();
        field.value = hex(&self.0);
        field.fields.push(Field::leaf(
            "Active EPS bearer identities",
            active.join(" "),
            field.at,
        ));
    }
}
