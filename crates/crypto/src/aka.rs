//! The values of UMTS AKA that are not keys (TS 33.102 6.3), and the vector that holds them.

use crate::{Ck, Ik};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, optimization_barrier};

/// The random challenge: 128 bits.
pub type Rand = [u8; 16];

/// A sequence number: 48 bits, SEQ ‖ IND (TS 33.102 Annex C.1.1.1). The upper 16 bits of the integer are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sqn(u64);

impl Sqn {
    /// The largest SQN.
    pub const MAX: Sqn = Sqn((1 << 48) - 1);

    /// From an integer; `None` above 48 bits.
    #[must_use]
    pub const fn new(value: u64) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// From six octets, big-endian.
    #[must_use]
    pub const fn from_octets([a, b, c, d, e, f]: [u8; 6]) -> Self {
        Self(u64::from_be_bytes([0, 0, a, b, c, d, e, f]))
    }

    /// Six octets, big-endian.
    #[must_use]
    pub const fn octets(self) -> [u8; 6] {
        let [_, _, a, b, c, d, e, f] = self.0.to_be_bytes();
        [a, b, c, d, e, f]
    }

    /// As an integer.
    #[must_use]
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The bitwise difference: concealment is its own inverse.
    #[inline]
    pub(crate) const fn xor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

/// Authentication Management Field: 16 bits (TS 33.102 6.3, Annex F and H).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Amf(pub [u8; 2]);

impl Amf {
    /// AMF* of resynchronisation: all zero (TS 33.102 6.3.3).
    pub const RESYNC: Amf = Amf([0, 0]);

    /// With the separation bit (bit 0, the most significant) set: E-UTRAN and 5G vectors (TS 33.401 6.1.1).
    #[must_use]
    pub const fn separated(self) -> Self {
        Self([self.0[0] | 0x80, self.0[1]])
    }

    /// With the separation bit clear: UTRAN and GERAN vectors.
    #[must_use]
    pub const fn unseparated(self) -> Self {
        Self([self.0[0] & 0x7f, self.0[1]])
    }

    /// Whether the separation bit is set.
    #[must_use]
    pub const fn is_separated(self) -> bool {
        self.0[0] & 0x80 != 0
    }
}

/// Defines a value of 4 to 32 octets that is compared in constant time.
macro_rules! sized {
    ($(#[$doc:meta])* $name:ident, $($length:literal)|+) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name {
            octets: [u8; 32],
            length: u8,
        }

        impl $name {
            /// From its octets; `None` for a length that is not allowed.
            #[must_use]
            #[inline]
            pub fn new(octets: &[u8]) -> Option<Self> {
                if !matches!(octets.len(), $($length)|+) {
                    return None;
                }
                let mut value = Self { octets: [0; 32], length: octets.len() as u8 };
                value.octets[..octets.len()].copy_from_slice(octets);
                Some(value)
            }

            /// From an array whose length is known to be allowed.
            #[inline]
            pub(crate) fn from_array<const N: usize>(array: [u8; N]) -> Self {
                const { assert!(matches!(N, $($length)|+)) };
                let mut octets = [0; 32];
                octets[..N].copy_from_slice(&array);
                Self { octets, length: N as u8 }
            }

            /// The octets.
            #[must_use]
            #[inline]
            pub fn octets(&self) -> &[u8] {
                &self.octets[..usize::from(self.length)]
            }
        }

        impl Zeroize for $name {
            #[inline]
            fn zeroize(&mut self) {
                self.octets = [0; 32];
                optimization_barrier(&self.octets);
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.octets().ct_eq(other.octets()).into()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}(redacted)", stringify!($name))
            }
        }
    };
}

sized!(
    /// RES or XRES: 32 to 128 bits, and 256 with TUAK (TS 33.102 6.3.7, TS 35.231).
    Res, 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15 | 16 | 32
);
sized!(
    /// MAC-A or MAC-S: 64 bits; 128 or 256 with TUAK (TS 35.231).
    Mac, 8 | 16 | 32
);

/// Authentication token: SQN ⊕ AK ‖ AMF ‖ MAC-A (TS 33.102 6.3.2); 16 octets with a MAC of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Autn {
    /// SQN concealed with AK.
    pub concealed_sqn: [u8; 6],
    /// The AMF, in the clear.
    pub amf: Amf,
    /// MAC-A.
    pub mac: Mac,
}

impl Autn {
    /// The 16 octets of the usual 64-bit MAC; `None` with a longer MAC, which 3GPP messages cannot carry.
    #[must_use]
    pub fn octets(&self) -> Option<[u8; 16]> {
        let mac = self.mac.octets();
        if mac.len() != 8 {
            return None;
        }
        let mut out = [0; 16];
        out[..6].copy_from_slice(&self.concealed_sqn);
        out[6..8].copy_from_slice(&self.amf.0);
        out[8..].copy_from_slice(mac);
        Some(out)
    }

    /// From the usual 16 octets.
    #[must_use]
    pub fn from_octets(octets: &[u8; 16]) -> Self {
        let mut concealed_sqn = [0; 6];
        concealed_sqn.copy_from_slice(&octets[..6]);
        let mut mac = [0; 8];
        mac.copy_from_slice(&octets[8..]);
        Self {
            concealed_sqn,
            amf: Amf([octets[6], octets[7]]),
            mac: Mac::from_array(mac),
        }
    }
}

/// Resynchronisation token: SQN_MS ⊕ AK* ‖ MAC-S (TS 33.102 6.3.3); 14 octets with a MAC of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Auts {
    /// SQN_MS concealed with AK*.
    pub concealed_sqn: [u8; 6],
    /// MAC-S.
    pub mac: Mac,
}

impl Auts {
    /// From 14 octets (or 22, 38 with TUAK's longer MACs); `None` for another length.
    #[must_use]
    pub fn from_octets(octets: &[u8]) -> Option<Self> {
        let (concealed_sqn, mac) = octets.split_first_chunk::<6>()?;
        Some(Self {
            concealed_sqn: *concealed_sqn,
            mac: Mac::new(mac)?,
        })
    }

    /// Appends the octets.
    pub fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.concealed_sqn);
        out.extend_from_slice(self.mac.octets());
    }
}

/// The authentication vector of UMTS AKA (TS 33.102 6.3.2): RAND, XRES, CK, IK, AUTN.
#[derive(Clone, Debug, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Quintet {
    /// The challenge.
    #[zeroize(skip)]
    pub rand: Rand,
    /// The expected response.
    pub xres: Res,
    /// The cipher key.
    #[zeroize(skip)]
    pub ck: Ck,
    /// The integrity key.
    #[zeroize(skip)]
    pub ik: Ik,
    /// The token.
    #[zeroize(skip)]
    pub autn: Autn,
}
