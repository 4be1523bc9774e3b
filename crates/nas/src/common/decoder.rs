//! Reading a message along its table (TS 24.007 11.2; TS 24.301 7.5 to 7.7, TS 24.501 7.5 to 7.7).

use super::{
    Element, ExtendedProtocolDiscriminator, Format, MAX_UNRECOGNISED, ProtocolDiscriminator, Row,
    SecurityHeaderType, SoftError, SoftErrorKind, SoftErrors, Unrecognised, UnrecognisedElement,
};
use quintet_wire::{DecodeError, DecodeErrorKind, Reader};

/// Reads a message along its table; what is soft is collected.
#[derive(Debug)]
pub struct Decoder<'a> {
    message: &'a [u8],
    reader: Reader<'a>,
    soft: SoftErrors,
    kept: Unrecognised<'a>,
    /// Optional rows up to here are past.
    next_row: usize,
    /// Bit per optional row that was seen.
    seen: u128,
}

/// An optional element in its place.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    row: &'static Row,
    at: usize,
    whole: &'a [u8],
    value: Value<'a>,
}

/// The value part of an element.
#[derive(Clone, Copy, Debug)]
enum Value<'a> {
    /// Whole octets.
    Octets(&'a [u8]),
    /// A half octet.
    Half(u8),
}

impl Found<'_> {
    /// Whether it is the element with this IEI.
    #[must_use]
    pub fn is(&self, iei: u8) -> bool {
        self.row.iei == iei
    }
}

/// Every half octet, so that the value of a half-octet element can be lent out as octets.
static HALVES: [[u8; 1]; 16] = [
    [0],
    [1],
    [2],
    [3],
    [4],
    [5],
    [6],
    [7],
    [8],
    [9],
    [10],
    [11],
    [12],
    [13],
    [14],
    [15],
];

fn half(value: u8) -> &'static [u8] {
    &HALVES[usize::from(value & 0x0f)]
}

impl<'a> Decoder<'a> {
    /// A decoder at the octet after the first one of a plain EMM message.
    ///
    /// # Errors
    /// No octet, or another first octet than that of a plain EMM message.
    pub fn emm(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut decoder = Self::over(octets);
        let first = decoder.reader.u8()?;
        if first != ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT.0 {
            return Err(value_error(0, first, "0x07, a plain EMM message"));
        }
        Ok(decoder)
    }

    /// A decoder at the first octet of an ESM message, whose bits 5 to 8 are the first element.
    ///
    /// # Errors
    /// No octet, or another protocol discriminator.
    pub fn esm(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let decoder = Self::over(octets);
        let first = decoder.peek()?;
        if ProtocolDiscriminator::of(first) != ProtocolDiscriminator::EPS_SESSION_MANAGEMENT {
            return Err(value_error(0, first & 0x0f, "2, an ESM message"));
        }
        Ok(decoder)
    }

    /// A decoder at the message type of a plain 5GMM message, behind discriminator and security header type.
    ///
    /// # Errors
    /// Fewer than two octets, another protocol, or a security header.
    pub fn fgmm(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut decoder = Self::over(octets);
        decoder.discriminator(
            ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT,
            "0x7e, a 5GMM message",
        )?;
        let second = decoder.reader.u8()?;
        if SecurityHeaderType::of_second_octet(second) != SecurityHeaderType::PLAIN {
            return Err(value_error(
                1,
                second & 0x0f,
                "security header type 0, a plain 5GMM message",
            ));
        }
        Ok(decoder)
    }

    /// A decoder behind the first octet of a 5GSM message.
    ///
    /// # Errors
    /// No octet, or another protocol.
    pub fn fgsm(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut decoder = Self::over(octets);
        decoder.discriminator(
            ExtendedProtocolDiscriminator::FGS_SESSION_MANAGEMENT,
            "0x2e, a 5GSM message",
        )?;
        Ok(decoder)
    }

    fn discriminator(
        &mut self,
        of: ExtendedProtocolDiscriminator,
        expected: &'static str,
    ) -> Result<(), DecodeError> {
        match self.reader.u8()? {
            octet if octet == of.0 => Ok(()),
            other => Err(value_error(0, other, expected)),
        }
    }

    fn over(octets: &'a [u8]) -> Self {
        Self {
            message: octets,
            reader: Reader::new(octets),
            soft: SoftErrors::default(),
            kept: Unrecognised::default(),
            next_row: 0,
            seen: 0,
        }
    }

    fn peek(&self) -> Result<u8, DecodeError> {
        let mut ahead = self.reader;
        ahead.u8()
    }

    /// Reads the message type.
    ///
    /// # Errors
    /// No octet, or another type.
    pub fn message_type(&mut self, expected: u8) -> Result<(), DecodeError> {
        let at = self.reader.at();
        let got = self.reader.u8()?;
        if got == expected {
            Ok(())
        } else {
            Err(value_error(at, got, "the message type of this message"))
        }
    }

    /// Reads a mandatory element.
    ///
    /// # Errors
    /// Missing, too short for its row, or syntactically incorrect (TS 24.301 7.5.1).
    pub fn mandatory<E: Element<'a>>(&mut self, row: &'static Row) -> Result<E, DecodeError> {
        let start = self.reader.at();
        let result = self.mandatory_value(row).and_then(|(at, value)| {
            let value = self.cut(start, row, value)?;
            E::decode(value, at)
        });
        result.map_err(|e| e.within(row.name))
    }

    fn mandatory_value(&mut self, row: &Row) -> Result<(usize, &'a [u8]), DecodeError> {
        let at = self.reader.at();
        let value = match row.format {
            Format::HalfLow => half(self.peek()?),
            Format::HalfHigh => half(self.reader.u8()? >> 4),
            Format::HalfSpare => half(self.reader.u8()?),
            Format::Lv => {
                let n = usize::from(self.reader.u8()?);
                self.reader.take(n)?
            }
            Format::LvE => {
                let n = usize::from(self.reader.u16()?);
                self.reader.take(n)?
            }
            // A mandatory element with IEI occurs in no message of TS 24.301; its octets would all be value.
            Format::V | Format::Tv1 | Format::Tv | Format::Tlv | Format::TlvE => self.reader.take(row.max)?,
        };
        Ok((self.reader.at().saturating_sub(value.len()).max(at), value))
    }

    /// Checks the length against the row; octets past the longest are dropped with a soft error.
    fn cut(&mut self, at: usize, row: &'static Row, value: &'a [u8]) -> Result<&'a [u8], DecodeError> {
        let overhead = row.format.overhead();
        if value.len() + overhead < row.min {
            return Err(DecodeError::new(
                at,
                DecodeErrorKind::Truncated {
                    needed: row.min - overhead,
                    available: value.len(),
                },
            ));
        }
        match value.split_at_checked(row.max - overhead) {
            Some((kept, past)) if !past.is_empty() => {
                let kind = SoftErrorKind::Longer { octets: past.len() };
                self.soft.push(SoftError {
                    at,
                    iei: row.iei,
                    name: Some(row.name),
                    kind,
                });
                Ok(kept)
            }
            _ => Ok(value),
        }
    }

    /// The next optional element that is known, in sequence and not repeated. The others are kept on the way.
    pub fn optional(&mut self, rows: &'static [Row]) -> Option<Found<'a>> {
        while let Ok(first) = self.peek() {
            let at = self.reader.at();
            let known = rows.iter().position(|row| row.begins_with(first));
            let framed = self.frame(first, known.map(|i| &rows[i]));
            let name = known.map(|i| rows[i].name);
            let Some((whole, value)) = framed else {
                let length = self.reader.remaining();
                self.reader = Reader::new(&[]);
                let unknown_required = name.is_none() && comprehension_required(first);
                let kind = if unknown_required {
                    SoftErrorKind::ComprehensionRequired
                } else {
                    SoftErrorKind::Truncated
                };
                self.keep(
                    SoftError {
                        at,
                        iei: first,
                        name,
                        kind,
                    },
                    length,
                );
                return None;
            };
            let kind = match known {
                None if comprehension_required(first) => SoftErrorKind::ComprehensionRequired,
                None => SoftErrorKind::Unknown,
                Some(i) if self.seen >> i & 1 == 1 => SoftErrorKind::Repeated,
                Some(i) if i < self.next_row => SoftErrorKind::OutOfSequence,
                Some(i) => {
                    self.seen |= 1 << i;
                    self.next_row = i + 1;
                    return Some(Found {
                        row: &rows[i],
                        at,
                        whole,
                        value,
                    });
                }
            };
            self.keep(
                SoftError {
                    at,
                    iei: first,
                    name,
                    kind,
                },
                whole.len(),
            );
        }
        None
    }

    /// The whole next element and its value part; `None` when the message ends inside it.
    fn frame(&mut self, first: u8, row: Option<&Row>) -> Option<(&'a [u8], Value<'a>)> {
        let format = match row {
            Some(row) => row.format,
            // TS 24.007 11.2.4: how an unknown element is skipped.
            None if first & 0x80 != 0 => Format::Tv1,
            None if first & 0xf0 == 0x70 => Format::TlvE,
            None => Format::Tlv,
        };
        let rest = self.reader.rest();
        let length = match (format, row) {
            (Format::Tv1, _) => 1,
            (Format::Tv, Some(row)) => row.max,
            (Format::TlvE, _) => 3 + usize::from(u16::from_be_bytes([*rest.get(1)?, *rest.get(2)?])),
            _ => 2 + usize::from(*rest.get(1)?),
        };
        let whole = self.reader.take(length).ok()?;
        let value = match format {
            Format::Tv1 => Value::Half(first & 0x0f),
            _ => Value::Octets(whole.get(format.overhead()..)?),
        };
        Some((whole, value))
    }

    /// Keeps `length` octets of the message from where `error` points.
    fn keep(&mut self, error: SoftError, length: usize) {
        let mut start = error.at;
        let end = start + length;
        self.soft.push(error);
        let before = self.next_row;
        if self.kept.0.len() >= MAX_UNRECOGNISED
            && let Some(last) = self.kept.0.pop_if(|last| last.before == before)
        {
            start -= last.octets.len();
        }
        let octets = self.message.get(start..end).unwrap_or_default();
        self.kept.0.push(UnrecognisedElement { before, octets });
    }

    /// Decodes an optional element into its field; a malformed one is kept and the field stays empty.
    pub fn store<E: Element<'a>>(&mut self, found: &Found<'a>, field: &mut Option<E>) {
        let row = found.row;
        let decoded = match found.value {
            Value::Half(value) => E::decode(half(value), found.at),
            Value::Octets(value) => self
                .cut(found.at, row, value)
                .and_then(|value| E::decode(value, found.at + row.format.overhead())),
        };
        match decoded {
            Ok(element) => *field = Some(element),
            Err(e) => {
                let kind = SoftErrorKind::Malformed(e.within(row.name));
                self.keep(
                    SoftError {
                        at: found.at,
                        iei: row.iei,
                        name: Some(row.name),
                        kind,
                    },
                    found.whole.len(),
                );
            }
        }
    }

    /// What was kept and what was wrong.
    #[must_use]
    pub fn finish(self) -> (Unrecognised<'a>, SoftErrors) {
        (self.kept, self.soft)
    }
}

fn value_error(at: usize, got: u8, expected: &'static str) -> DecodeError {
    DecodeError::new(
        at,
        DecodeErrorKind::Value {
            got: u64::from(got),
            expected,
        },
    )
}

/// TS 24.007 11.2.4: an IEI with bits 5 to 8 zero asks to be understood.
fn comprehension_required(iei: u8) -> bool {
    iei & 0xf0 == 0
}
