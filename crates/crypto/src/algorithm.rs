//! Which EPS or 5GS security algorithm, and its input parameters besides key and message (TS 33.401 5.1.3.2, 5.1.4.2,
//! B.1.1, B.2.1; TS 33.501 5.11.1, D.2.1.1, D.3.1.1).
//!
//! 128-NEA1 … 3 and 128-NIA1 … 3 are 128-EEA1 … 3 and 128-EIA1 … 3 with the same identifiers: one type serves both systems.

use std::fmt;

/// The most bits of one message, 2^32 - 1: LENGTH is a number of 32 bits in the keystream indices of 128-EIA3 and in
/// the modes of TS 35.215. The 65 504 bits of TS 35.221 1 are what LTE needs; PDCP of NR carries 9 000 octets.
pub const MAX_LENGTH_BITS: u64 = u32::MAX as u64;

/// A ciphering algorithm by its identifier on the wire; an identifier this project does not know survives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CipheringAlgorithm(pub u8);

impl CipheringAlgorithm {
    /// Null ciphering (EEA0, NEA0).
    pub const EEA0: Self = Self(0);
    /// SNOW 3G (128-EEA1, 128-NEA1, UEA2).
    pub const EEA1: Self = Self(1);
    /// AES-128 in counter mode (128-EEA2, 128-NEA2).
    pub const EEA2: Self = Self(2);
    /// ZUC (128-EEA3, 128-NEA3).
    pub const EEA3: Self = Self(3);
}

impl fmt::Display for CipheringAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if (1..=3).contains(&self.0) { "128-" } else { "" };
        write!(f, "{bits}EEA{}", self.0)
    }
}

impl fmt::Debug for CipheringAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An integrity algorithm by its identifier on the wire; an identifier this project does not know survives.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntegrityAlgorithm(pub u8);

impl IntegrityAlgorithm {
    /// Null integrity protection (EIA0, NIA0): for unauthenticated emergency calls only.
    pub const EIA0: Self = Self(0);
    /// SNOW 3G (128-EIA1, 128-NIA1, UIA2).
    pub const EIA1: Self = Self(1);
    /// AES-128 CMAC (128-EIA2, 128-NIA2).
    pub const EIA2: Self = Self(2);
    /// ZUC (128-EIA3, 128-NIA3).
    pub const EIA3: Self = Self(3);
}

impl fmt::Display for IntegrityAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = if (1..=3).contains(&self.0) { "128-" } else { "" };
        write!(f, "{bits}EIA{}", self.0)
    }
}

impl fmt::Debug for IntegrityAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// DIRECTION: which way the message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the UE: bit 0.
    Uplink = 0,
    /// To the UE: bit 1.
    Downlink = 1,
}

/// BEARER: five bits, the bearer identity less one, or what takes its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bearer(u8);

impl Bearer {
    /// The highest value of five bits.
    pub const MAX: u8 = 31;
    /// NAS of EPS: zero (TS 33.401 8.1.1).
    pub const EPS_NAS: Self = Self(0);
    /// NAS of 5GS over 3GPP access: the NAS connection identifier 1 (TS 33.501 6.4.2.2, 6.4.3.1).
    pub const FGS_NAS_3GPP: Self = Self(1);
    /// NAS of 5GS over non-3GPP access: the NAS connection identifier 2 (TS 33.501 6.4.2.2, 6.4.3.1).
    pub const FGS_NAS_NON_3GPP: Self = Self(2);

    /// From its value; `None` above five bits.
    #[must_use]
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX {
            Some(Self(value))
        } else {
            None
        }
    }

    /// Its value, 0 to 31.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

/// The input parameters that make one use of a key different from another (TS 33.401 B.1.1, B.2.1). The same three with
/// the same key must never protect two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SecurityInput {
    /// COUNT, 32 bits: for NAS the NAS COUNT of 24 bits under eight zeros (TS 33.401 8.1.1, TS 24.301 4.4.3.1).
    pub count: u32,
    /// BEARER.
    pub bearer: Bearer,
    /// DIRECTION.
    pub direction: Direction,
}

impl SecurityInput {
    /// COUNT ‖ BEARER ‖ DIRECTION ‖ 0^26, with which both AES modes begin (TS 33.401 B.1.3, B.2.3).
    pub(crate) fn header(self) -> [u8; 8] {
        let word = u32::from(self.bearer.0) << 27 | (self.direction as u32) << 26;
        (u64::from(self.count) << 32 | u64::from(word)).to_be_bytes()
    }
}

/// Why a message was not ciphered or authenticated: always the caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CipherError {
    /// No such ciphering algorithm here.
    #[error("ciphering algorithm {0} is not supported: choose EEA0, 128-EEA1, 128-EEA2 or 128-EEA3")]
    UnsupportedCiphering(CipheringAlgorithm),
    /// No such integrity algorithm here.
    #[error("integrity algorithm {0} is not supported: choose EIA0, 128-EIA1, 128-EIA2 or 128-EIA3")]
    UnsupportedIntegrity(IntegrityAlgorithm),
    /// The message has fewer bits than LENGTH says.
    #[error("LENGTH is {length_bits} bits but the message has {octets} octets: give all of its octets")]
    LengthBeyondMessage {
        /// LENGTH, bits.
        length_bits: usize,
        /// Octets of the message.
        octets: usize,
    },
    /// LENGTH is above [`MAX_LENGTH_BITS`].
    #[error(
        "LENGTH is {length_bits} bits, more than the {MAX_LENGTH_BITS} of one message: split the message"
    )]
    LengthBeyondLimit {
        /// LENGTH, bits.
        length_bits: usize,
    },
}

/// The octets that `length_bits` bits take, if `octets` octets hold them and the limit allows them.
pub(crate) fn octets_of_length(length_bits: usize, octets: usize) -> Result<usize, CipherError> {
    if length_bits as u64 > MAX_LENGTH_BITS {
        return Err(CipherError::LengthBeyondLimit { length_bits });
    }
    let needed = length_bits.div_ceil(8);
    if needed > octets {
        return Err(CipherError::LengthBeyondMessage { length_bits, octets });
    }
    Ok(needed)
}

/// Zeroes the bits of the last octet that lie beyond `length_bits`.
pub(crate) fn clear_beyond(octets: &mut [u8], length_bits: usize) {
    let used = length_bits % 8;
    if used != 0
        && let Some(last) = octets.get_mut(length_bits / 8)
    {
        *last &= 0xff << (8 - used);
    }
}

/// The first `length_bits` bits of `octets`, which has them, and zeros up to `N` octets, which hold them.
pub(crate) fn zero_padded<const N: usize>(octets: &[u8], length_bits: usize) -> [u8; N] {
    let needed = length_bits.div_ceil(8);
    let mut padded = [0; N];
    padded[..needed].copy_from_slice(&octets[..needed]);
    clear_beyond(&mut padded, length_bits);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_specifications_and_unknown_ones_survive() {
        assert_eq!(CipheringAlgorithm::EEA0.to_string(), "EEA0");
        assert_eq!(CipheringAlgorithm::EEA2.to_string(), "128-EEA2");
        assert_eq!(CipheringAlgorithm(7).to_string(), "EEA7");
        assert_eq!(IntegrityAlgorithm::EIA3.to_string(), "128-EIA3");
        assert_eq!(format!("{:?}", IntegrityAlgorithm(4)), "EIA4");
    }

    #[test]
    fn a_bearer_has_five_bits() {
        assert_eq!(Bearer::new(31).map(Bearer::value), Some(31));
        assert_eq!(Bearer::new(32), None);
    }

    #[test]
    fn lengths_are_bounded_by_message_and_limit() {
        assert_eq!(octets_of_length(0, 0), Ok(0));
        assert_eq!(octets_of_length(9, 2), Ok(2));
        assert_eq!(
            octets_of_length(17, 2),
            Err(CipherError::LengthBeyondMessage {
                length_bits: 17,
                octets: 2
            })
        );
        let most = MAX_LENGTH_BITS as usize;
        assert_eq!(octets_of_length(most, usize::MAX), Ok(most.div_ceil(8)));
        assert_eq!(
            octets_of_length(most + 1, usize::MAX),
            Err(CipherError::LengthBeyondLimit {
                length_bits: most + 1
            })
        );
        assert!(octets_of_length(usize::MAX, usize::MAX).is_err());
    }

    #[test]
    fn padding_clears_what_is_beyond() {
        assert_eq!(zero_padded::<4>(&[0xff, 0xff, 0xff], 9), [0xff, 0x80, 0, 0]);
        assert_eq!(zero_padded::<2>(&[0xff, 0xff], 16), [0xff, 0xff]);
        assert_eq!(zero_padded::<2>(&[], 0), [0, 0]);
    }
}
