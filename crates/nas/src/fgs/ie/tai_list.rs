//! 5GS tracking area identity list (TS 24.501 9.11.3.9).

use super::Tai;
use crate::common::{Element, hex, wrong_length};
use quintet_identity::{Plmn, fgs::Tac};
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader};
use std::borrow::Cow;

/// Most tracking areas in a list (TS 24.501 9.11.3.9).
pub const MAX_TAIS: usize = 16;

/// 5GS tracking area identity list: partial lists, checked when read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaiList<'a>(Cow<'a, [u8]>);

/// Types of a partial list, bits 6 and 7 of its first octet.
const SAME_PLMN: u8 = 0;
const CONSECUTIVE: u8 = 1;
const MANY_PLMNS: u8 = 2;

impl TaiList<'static> {
    /// A list of `tais`, a partial list of one PLMN for each run of areas of the same PLMN.
    ///
    /// # Errors
    /// `TooMany` past [`MAX_TAIS`], `Length` when there is none.
    pub fn of(tais: &[Tai]) -> Result<Self, DecodeError> {
        if tais.is_empty() {
            return Err(wrong_length(0, 0, "one tracking area or more"));
        }
        if tais.len() > MAX_TAIS {
            return Err(DecodeError::new(0, DecodeErrorKind::TooMany { limit: MAX_TAIS }));
        }
        let mut out = Vec::new();
        for run in tais.chunk_by(|a, b| a.plmn == b.plmn) {
            out.push(SAME_PLMN << 5 | (run.len() - 1) as u8);
            out.extend_from_slice(&run[0].plmn.octets());
            for tai in run {
                out.extend_from_slice(&tai.tac.octets());
            }
        }
        Ok(Self(out.into()))
    }
}

impl TaiList<'_> {
    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The tracking areas in order.
    #[must_use]
    pub fn tais(&self) -> Vec<Tai> {
        read(&self.0, 0).unwrap_or_default()
    }

    /// Whether `tai` is in the list.
    #[must_use]
    pub fn contains(&self, tai: Tai) -> bool {
        self.tais().contains(&tai)
    }

    /// The list with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> TaiList<'static> {
        TaiList(Cow::Owned(self.0.into_owned()))
    }
}

/// The first [`MAX_TAIS`] areas; what follows them is ignored (TS 24.501 table 9.11.3.9.1).
fn read(value: &[u8], at: usize) -> Result<Vec<Tai>, DecodeError> {
    let mut reader = Reader::at_offset(value, at);
    let mut tais = Vec::new();
    while !reader.is_empty() && tais.len() < MAX_TAIS {
        partial(&mut reader, &mut tais)?;
    }
    tais.truncate(MAX_TAIS);
    Ok(tais)
}

fn partial(reader: &mut Reader<'_>, tais: &mut Vec<Tai>) -> Result<(), DecodeError> {
    let at = reader.at();
    let head = reader.u8()?;
    let count = (usize::from(head & 31) + 1).min(MAX_TAIS);
    match head >> 5 & 3 {
        SAME_PLMN => {
            let plmn = plmn(reader)?;
            for _ in 0..count {
                let tac = Tac::from_octets(reader.array()?);
                tais.push(Tai { plmn, tac });
            }
        }
        CONSECUTIVE => {
            let (plmn, first) = (plmn(reader)?, Tac::from_octets(reader.array()?));
            tais.extend((0..count).map(|i| {
                let [_, a, b, c] = first.value().wrapping_add(i as u32).to_be_bytes();
                let tac = Tac::from_octets([a, b, c]);
                Tai { plmn, tac }
            }));
        }
        MANY_PLMNS => {
            for _ in 0..count {
                let plmn = plmn(reader)?;
                let tac = Tac::from_octets(reader.array()?);
                tais.push(Tai { plmn, tac });
            }
        }
        other => {
            let kind = DecodeErrorKind::Value {
                got: u64::from(other),
                expected: "a type of list from 0 to 2",
            };
            return Err(DecodeError::new(at, kind));
        }
    }
    Ok(())
}

fn plmn(reader: &mut Reader<'_>) -> Result<Plmn, DecodeError> {
    let at = reader.at();
    Plmn::from_octets(reader.array()?)
        .map_err(|_| DecodeError::new(at, DecodeErrorKind::Text { expected: "a PLMN" }))
}

impl<'a> Element<'a> for TaiList<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        read(value, at)?;
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for tai in self.tais() {
            field.fields.push(Field::leaf("TAI", tai.to_string(), field.at));
        }
    }
}
