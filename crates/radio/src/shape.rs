//! Passing over elements that are not looked into: their shape is data, one walk reads them all.
//!
//! A [`Shape`] says how an ASN.1 type is laid down in unaligned PER, no more: no names, no values. What later releases
//! added behind an extension marker is an open type with a length and needs no shape, so the tables hold the first
//! release's roots and stay true for the later ones.

use crate::bits::{Bits, RrcError};

/// How a type is laid down.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// So many bits: BIT STRING of one size; 0 for NULL.
    Bits(u32),
    /// One of so many values: INTEGER of a range, BOOLEAN, ENUMERATED without a marker.
    Values(u32),
    /// ENUMERATED with a marker, of so many root values.
    ExtensibleValues(u32),
    /// OCTET STRING of a size between these.
    Octets(u32, u32),
    /// SEQUENCE without a marker.
    Sequence(&'static [Part]),
    /// SEQUENCE with a marker.
    ExtensibleSequence(&'static [Part]),
    /// SEQUENCE OF so many to so many.
    List(u32, u32, &'static Shape),
    /// CHOICE without a marker.
    Choice(&'static [Shape]),
    /// CHOICE with a marker.
    ExtensibleChoice(&'static [Shape]),
}

/// A component of a SEQUENCE.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Always there.
    Must(Shape),
    /// OPTIONAL or DEFAULT.
    May(Shape),
}

impl Shape {
    /// INTEGER of this range.
    pub(crate) const fn range(low: i32, high: i32) -> Self {
        Self::Values((high - low + 1) as u32)
    }

    /// Passes over an element of this shape.
    pub(crate) fn skip(&self, bits: &mut Bits<'_>) -> Result<(), RrcError> {
        match *self {
            Self::Bits(width) => bits.skip(width as usize),
            Self::Values(values) => bits.value(values).map(|_| ()),
            Self::ExtensibleValues(values) => {
                if bits.flag()? {
                    return bits.small().map(|_| ());
                }
                bits.value(values).map(|_| ())
            }
            Self::Octets(least, most) => {
                let count = least + bits.value(most - least + 1)?;
                bits.skip(count as usize * 8)
            }
            Self::Sequence(parts) => skip_parts(parts, bits),
            Self::ExtensibleSequence(parts) => {
                let extended = bits.flag()?;
                skip_parts(parts, bits)?;
                if extended { skip_additions(bits) } else { Ok(()) }
            }
            Self::List(least, most, item) => {
                let count = least + bits.value(most - least + 1)?;
                (0..count).try_for_each(|_| item.skip(bits))
            }
            Self::Choice(alternatives) => skip_alternative(alternatives, bits),
            Self::ExtensibleChoice(alternatives) => {
                if bits.flag()? {
                    bits.small()?;
                    return bits.skip_open();
                }
                skip_alternative(alternatives, bits)
            }
        }
    }
}

fn skip_parts(parts: &[Part], bits: &mut Bits<'_>) -> Result<(), RrcError> {
    let optional = parts.iter().filter(|part| matches!(part, Part::May(_))).count() as u32;
    let mut presence = bits.bits(optional)?.reverse_bits() >> (32 - optional.max(1));
    for part in parts {
        let (shape, there) = match part {
            Part::Must(shape) => (shape, true),
            Part::May(shape) => {
                let there = presence & 1 == 1;
                presence >>= 1;
                (shape, there)
            }
        };
        if there {
            shape.skip(bits)?;
        }
    }
    Ok(())
}

/// What stands behind an extension marker: how many, which of them, each with its length (X.691 19.7 to 19.9).
pub(crate) fn skip_additions(bits: &mut Bits<'_>) -> Result<(), RrcError> {
    let count = bits.small()? + 1;
    let mut there = 0;
    for _ in 0..count {
        there += u32::from(bits.flag()?);
    }
    (0..there).try_for_each(|_| bits.skip_open())
}

fn skip_alternative(alternatives: &[Shape], bits: &mut Bits<'_>) -> Result<(), RrcError> {
    let index = bits.value(alternatives.len() as u32)?;
    alternatives[index as usize].skip(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length(shape: Shape, octets: &[u8]) -> Result<usize, RrcError> {
        let mut bits = Bits::new(octets);
        shape.skip(&mut bits).map(|()| bits.at())
    }

    #[test]
    fn optional_parts_by_their_bits() {
        const SHAPE: Shape = Shape::Sequence(&[
            Part::May(Shape::Bits(3)),
            Part::Must(Shape::Values(16)),
            Part::May(Shape::Bits(11)),
        ]);
        assert_eq!(length(SHAPE, &[0b0000_0000]), Ok(6));
        assert_eq!(length(SHAPE, &[0b1000_0000, 0]), Ok(9));
        assert_eq!(length(SHAPE, &[0b0100_0000, 0, 0]), Ok(17));
        assert_eq!(length(SHAPE, &[0b1100_0000, 0, 0]), Ok(20));
    }

    #[test]
    fn additions_are_passed_by_their_lengths() {
        const SHAPE: Shape = Shape::ExtensibleSequence(&[Part::Must(Shape::Values(4))]);
        // Marker set, root 2 bits; two additions, the second there, of two octets.
        assert_eq!(
            length(SHAPE, &[0b1010_0000, 0b0101_0000, 0b0010_0000, 0, 0]),
            Ok(36)
        );
        assert_eq!(length(SHAPE, &[0b0010_0000]), Ok(3));
    }

    #[test]
    fn an_unknown_alternative_has_a_length_too() {
        const SHAPE: Shape = Shape::ExtensibleChoice(&[Shape::Values(4), Shape::Bits(20)]);
        assert_eq!(length(SHAPE, &[0b0001_0000]), Ok(4));
        assert_eq!(length(SHAPE, &[0b0100_0000, 0, 0]), Ok(22));
        assert_eq!(length(SHAPE, &[0b1000_0000, 1, 0]), Ok(24));
    }

    #[test]
    fn lists_and_strings_count_from_their_least() {
        const LIST: Shape = Shape::List(1, 32, &Shape::Bits(9));
        assert_eq!(length(LIST, &[0b0000_1000, 0, 0]), Ok(23));
        const STRING: Shape = Shape::Octets(1, 16);
        assert_eq!(length(STRING, &[0b0001_0000, 0, 0]), Ok(20));
    }
}
