//! The security parameters index (RFC 4303 2.1), and the name of a set of associations.

use std::fmt;
use std::num::NonZeroU32;

/// A security parameters index: 256 or more, for IANA keeps 1 to 255 and 0 never goes on the wire.
///
/// Printed as the decimal number that `spi-c` and `spi-s` are in a sec-agree header (RFC 3329, TS 33.203 Annex H).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Spi(NonZeroU32);

impl Spi {
    /// The least that may be chosen.
    pub const MIN: u32 = 256;

    /// `None` for the reserved values 0 to 255.
    #[must_use]
    pub const fn new(value: u32) -> Option<Self> {
        if value < Self::MIN {
            return None;
        }
        match NonZeroU32::new(value) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u32 {
        self.0.get()
    }
}

impl fmt::Display for Spi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Spi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Spi({:#010x})", self.0)
    }
}

/// Which associations belong together: the four that one run of sec-agree makes (TS 33.203 7.1) have one number, which
/// their maker chooses and does not use again while any of them lives. The kernel knows it as `reqid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaSet(pub u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_values_are_no_spi() {
        assert_eq!(Spi::new(0), None);
        assert_eq!(Spi::new(255), None);
        assert_eq!(Spi::new(256).map(Spi::value), Some(256));
        let last = Spi::new(u32::MAX).unwrap();
        assert_eq!(last.to_string(), "4294967295");
        assert_eq!(format!("{last:?}"), "Spi(0xffffffff)");
    }
}
