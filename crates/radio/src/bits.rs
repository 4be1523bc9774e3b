//! Reading bits, as unaligned PER lays them down (ITU-T X.691).
//!
//! Only what RRC needs: constrained whole numbers, lengths, open types. Nothing here allocates but octet strings, which
//! stand at any bit and so cannot be borrowed.

use thiserror::Error;

/// Why an RRC message could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RrcError {
    /// It ends inside an element.
    #[error("bit {at}: {wanted} bits wanted, {left} left")]
    Cut {
        /// Where, in bits from the start of the message.
        at: usize,
        /// How many bits the element takes.
        wanted: usize,
        /// How many are there.
        left: usize,
    },
    /// A number that its type does not have.
    #[error("bit {at}: a value outside its type")]
    Range {
        /// Where, in bits from the start of the message.
        at: usize,
    },
    /// A length in fragments of 16K (X.691 11.9.3.8), which no message of the radio is long enough for.
    #[error("bit {at}: a fragmented length")]
    Fragmented {
        /// Where, in bits from the start of the message.
        at: usize,
    },
    /// A spare, or an alternative of a release that is not known here.
    #[error("bit {at}: an alternative that is not known")]
    Unknown {
        /// Where, in bits from the start of the message.
        at: usize,
    },
}

/// The most octets an open type or string may have before its length is fragmented (X.691 11.9.3.8).
const MAX_UNFRAGMENTED: usize = 0x3fff;

/// Bits of a message, read from the first octet's highest bit on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Bits<'a> {
    pub(crate) const fn new(octets: &'a [u8]) -> Self {
        Self { octets, at: 0 }
    }

    /// Where the next bit is.
    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    fn left(&self) -> usize {
        self.octets.len() * 8 - self.at
    }

    /// The next bits, `width` of up to 32, as a number.
    pub(crate) fn bits(&mut self, width: u32) -> Result<u32, RrcError> {
        debug_assert!(width <= 32);
        let wanted = width as usize;
        self.expect(wanted)?;
        // At most 32 bits at any position lie in five octets.
        let first = self.at / 8;
        let mut window = 0u64;
        for index in first..first + 5 {
            window = window << 8 | u64::from(self.octets.get(index).copied().unwrap_or(0));
        }
        let shift = 40 - (self.at % 8) as u32 - width;
        self.at += wanted;
        let mask = (1u64 << width) - 1;
        Ok((window >> shift & mask) as u32)
    }

    /// One bit.
    pub(crate) fn flag(&mut self) -> Result<bool, RrcError> {
        Ok(self.bits(1)? == 1)
    }

    /// A constrained whole number, from 0, of so many values (X.691 11.5.6).
    pub(crate) fn value(&mut self, values: u32) -> Result<u32, RrcError> {
        let at = self.at;
        let value = self.bits(u32::BITS - values.saturating_sub(1).leading_zeros())?;
        if value < values {
            Ok(value)
        } else {
            Err(RrcError::Range { at })
        }
    }

    /// A length without bounds, in one piece (X.691 11.9.3.6, 11.9.3.7).
    pub(crate) fn length(&mut self) -> Result<usize, RrcError> {
        let at = self.at;
        if !self.flag()? {
            return Ok(self.bits(7)? as usize);
        }
        if self.flag()? {
            return Err(RrcError::Fragmented { at });
        }
        Ok(self.bits(14)? as usize)
    }

    /// A normally small number below 64 (X.691 11.6.1). Nothing in RRC has more extensions than that.
    pub(crate) fn small(&mut self) -> Result<u32, RrcError> {
        let at = self.at;
        if self.flag()? {
            return Err(RrcError::Unknown { at });
        }
        self.bits(6)
    }

    /// Passes over bits.
    pub(crate) fn skip(&mut self, bits: usize) -> Result<(), RrcError> {
        self.expect(bits)?;
        self.at += bits;
        Ok(())
    }

    /// Passes over an open type, or a string of octets without bounds.
    pub(crate) fn skip_open(&mut self) -> Result<(), RrcError> {
        let octets = self.length()?;
        self.skip(octets * 8)
    }

    /// Appends a string of octets without bounds to `out`; says how many.
    pub(crate) fn octets(&mut self, out: &mut Vec<u8>) -> Result<usize, RrcError> {
        let count = self.length()?;
        debug_assert!(count <= MAX_UNFRAGMENTED);
        self.expect(count * 8)?;
        out.reserve(count);
        let (first, shift) = (self.at / 8, self.at % 8);
        for index in first..first + count {
            let high = u16::from(self.octets[index]) << 8;
            let low = u16::from(self.octets.get(index + 1).copied().unwrap_or(0));
            out.push(((high | low) << shift >> 8) as u8);
        }
        self.at += count * 8;
        Ok(count)
    }

    /// Whether nothing is left but the zeros that fill the last octet (X.691 11.1).
    pub(crate) fn is_at_end(&self) -> bool {
        let mut rest = *self;
        rest.left() < 8 && rest.bits(rest.left() as u32).is_ok_and(|padding| padding == 0)
    }

    fn expect(&self, wanted: usize) -> Result<(), RrcError> {
        let left = self.left();
        if wanted <= left {
            Ok(())
        } else {
            Err(RrcError::Cut {
                at: self.at,
                wanted,
                left,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_cross_octets() {
        let mut bits = Bits::new(&[0b1010_0101, 0b1100_0011, 0xff, 0x00, 0x81, 0x7e]);
        assert_eq!(bits.bits(3), Ok(0b101));
        assert_eq!(bits.bits(7), Ok(0b001_0111));
        assert_eq!(bits.bits(32), Ok(0x0ffc_0205));
        assert_eq!(bits.bits(0), Ok(0));
        assert_eq!(bits.at(), 42);
        assert_eq!(
            bits.bits(7),
            Err(RrcError::Cut {
                at: 42,
                wanted: 7,
                left: 6
            })
        );
    }

    #[test]
    fn a_value_has_its_range() {
        // 10 of 11 values take four bits; 11 is none.
        let mut bits = Bits::new(&[0b1010_1011]);
        assert_eq!(bits.value(11), Ok(10));
        assert_eq!(bits.value(11), Err(RrcError::Range { at: 4 }));
        // One value takes no bits.
        assert_eq!(Bits::new(&[]).value(1), Ok(0));
    }

    #[test]
    fn lengths_of_one_and_two_octets() {
        assert_eq!(Bits::new(&[0x7f]).length(), Ok(127));
        assert_eq!(Bits::new(&[0x80, 0x80]).length(), Ok(128));
        assert_eq!(
            Bits::new(&[0xc1, 0]).length(),
            Err(RrcError::Fragmented { at: 0 })
        );
    }

    #[test]
    fn octets_at_any_bit() {
        let mut bits = Bits::new(&[0b1110_0000, 0b0100_1010, 0b1011_1100, 0b1101_1000]);
        assert_eq!(bits.bits(3), Ok(7));
        let mut out = vec![9];
        assert_eq!(bits.octets(&mut out), Ok(2));
        assert_eq!(out, [9, 0x55, 0xe6]);
        assert!(!bits.is_at_end() || bits.at() == 27);
        assert_eq!(bits.bits(2), Ok(0b11));
        assert!(bits.is_at_end());
    }
}
