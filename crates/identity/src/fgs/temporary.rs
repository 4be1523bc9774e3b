//! What an AMF calls a subscriber: GUAMI, 5G-GUTI, 5G-S-TMSI (TS 23.003 2.10). In octets as in the 5GS mobile identity of
//! TS 24.501 9.11.3.4, without its first octet.
//!
//! `Debug` masks all but the last octet of the 5G-TMSI: while it is allocated, it names a person.

use crate::{IdentityError, Plmn};
use std::{fmt, str::FromStr};

/// AMF identifier: region (8 bits), set (10 bits), pointer (6 bits) (TS 23.003 2.10.1). As text six hexadecimal digits
/// (TS 29.571 5.3.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AmfId([u8; 3]);

impl AmfId {
    /// The highest set: 10 bits.
    pub const MAX_SET: u16 = 0x3ff;
    /// The highest pointer: 6 bits.
    pub const MAX_POINTER: u8 = 0x3f;

    /// Of its parts.
    ///
    /// # Errors
    /// `Number` when `set` has more than 10 bits or `pointer` more than 6.
    pub const fn new(region: u8, set: u16, pointer: u8) -> Result<Self, IdentityError> {
        if set > Self::MAX_SET || pointer > Self::MAX_POINTER {
            return Err(IdentityError::Number {
                what: "AMF identifier",
                expected: "a set of 10 bits and a pointer of 6",
            });
        }
        Ok(Self([region, (set >> 2) as u8, (set << 6) as u8 | pointer]))
    }

    /// From three octets.
    #[must_use]
    pub const fn from_octets(octets: [u8; 3]) -> Self {
        Self(octets)
    }

    /// The three octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 3] {
        self.0
    }

    /// AMF Region ID.
    #[must_use]
    pub const fn region(self) -> u8 {
        self.0[0]
    }

    /// AMF Set ID, 10 bits.
    #[must_use]
    pub const fn set(self) -> u16 {
        (self.0[1] as u16) << 2 | self.0[2] as u16 >> 6
    }

    /// AMF Pointer, 6 bits.
    #[must_use]
    pub const fn pointer(self) -> u8 {
        self.0[2] & Self::MAX_POINTER
    }
}

impl FromStr for AmfId {
    type Err = IdentityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != 6 || !text.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(IdentityError::Number {
                what: "AMF identifier",
                expected: "six hexadecimal digits",
            });
        }
        let value = u32::from_str_radix(text, 16).map_err(|_| IdentityError::Number {
            what: "AMF identifier",
            expected: "six hexadecimal digits",
        })?;
        let [_, a, b, c] = value.to_be_bytes();
        Ok(Self([a, b, c]))
    }
}

impl fmt::Display for AmfId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a:02x}{b:02x}{c:02x}")
    }
}

impl fmt::Debug for AmfId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AmfId({self})")
    }
}

impl serde::Serialize for AmfId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for AmfId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Globally unique AMF identifier: PLMN and AMF identifier (TS 23.003 2.10.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guami {
    /// The PLMN of the AMF.
    pub plmn: Plmn,
    /// Which AMF there.
    pub amf_id: AmfId,
}

impl Guami {
    /// Octets on the wire.
    pub const OCTETS: usize = 6;

    /// From PLMN (3), AMF identifier (3).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, amf_id @ ..]: [u8; 6]) -> Result<Self, IdentityError> {
        Ok(Self {
            plmn: Plmn::from_octets([a, b, c])?,
            amf_id: AmfId(amf_id),
        })
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 6] {
        let ([a, b, c], [d, e, g]) = (self.plmn.octets(), self.amf_id.0);
        [a, b, c, d, e, g]
    }
}

impl fmt::Display for Guami {
    /// `00101-800041`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.plmn, self.amf_id)
    }
}

/// 5G globally unique temporary identifier: GUAMI and 5G-TMSI (TS 23.003 2.10.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guti {
    /// The AMF that allocated it.
    pub guami: Guami,
    /// 5G-TMSI, 32 bits: unique within the AMF.
    pub tmsi: u32,
}

impl Guti {
    /// Octets on the wire.
    pub const OCTETS: usize = 10;

    /// Of an AMF's `guami` and its `tmsi`.
    #[must_use]
    pub const fn new(guami: Guami, tmsi: u32) -> Self {
        Self { guami, tmsi }
    }

    /// From PLMN (3), AMF identifier (3), 5G-TMSI (4).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, d, e, g, tmsi @ ..]: [u8; 10]) -> Result<Self, IdentityError> {
        Ok(Self::new(
            Guami::from_octets([a, b, c, d, e, g])?,
            u32::from_be_bytes(tmsi),
        ))
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 10] {
        let mut octets = [0; 10];
        octets[..6].copy_from_slice(&self.guami.octets());
        octets[6..].copy_from_slice(&self.tmsi.to_be_bytes());
        octets
    }

    /// Its shortened form, unique within the AMF region.
    #[must_use]
    pub const fn s_tmsi(self) -> STmsi {
        STmsi {
            amf_set_and_pointer: [self.guami.amf_id.0[1], self.guami.amf_id.0[2]],
            tmsi: self.tmsi,
        }
    }

    /// The GUTI of EPS that stands for it when a UE moves there. Region and the upper eight bits of the set become the MME
    /// Group ID, the rest of the set and the pointer the MME Code (TS 23.003 2.10.2.1.2).
    #[must_use]
    pub const fn to_eps(self) -> crate::Guti {
        let [region, set, rest] = self.guami.amf_id.0;
        crate::Guti {
            plmn: self.guami.plmn,
            mme_group_id: u16::from_be_bytes([region, set]),
            mme_code: rest,
            m_tmsi: self.tmsi,
        }
    }

    /// The 5G-GUTI that stands for a GUTI of EPS when a UE comes from there (TS 23.003 2.10.2.2.2): the reverse of
    /// [`Self::to_eps`].
    #[must_use]
    pub const fn from_eps(guti: crate::Guti) -> Self {
        let [region, set] = guti.mme_group_id.to_be_bytes();
        let guami = Guami {
            plmn: guti.plmn,
            amf_id: AmfId([region, set, guti.mme_code]),
        };
        Self::new(guami, guti.m_tmsi)
    }
}

impl fmt::Display for Guti {
    /// `00101-800041-c0ffee01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:08x}", self.guami, self.tmsi)
    }
}

impl fmt::Debug for Guti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guti({}-******{:02x})", self.guami, self.tmsi & 0xff)
    }
}

/// 5G-S-TMSI: AMF Set ID, AMF Pointer and 5G-TMSI, with which a UE is paged (TS 23.003 2.10.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct STmsi {
    amf_set_and_pointer: [u8; 2],
    /// 5G-TMSI, 32 bits.
    pub tmsi: u32,
}

impl STmsi {
    /// Octets on the wire.
    pub const OCTETS: usize = 6;

    /// Of its parts.
    ///
    /// # Errors
    /// `Number` when `set` has more than 10 bits or `pointer` more than 6.
    pub fn new(set: u16, pointer: u8, tmsi: u32) -> Result<Self, IdentityError> {
        let [_, a, b] = AmfId::new(0, set, pointer)?.0;
        Ok(Self {
            amf_set_and_pointer: [a, b],
            tmsi,
        })
    }

    /// From AMF Set ID and Pointer (2), 5G-TMSI (4).
    #[must_use]
    pub const fn from_octets([a, b, tmsi @ ..]: [u8; 6]) -> Self {
        Self {
            amf_set_and_pointer: [a, b],
            tmsi: u32::from_be_bytes(tmsi),
        }
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub const fn octets(self) -> [u8; 6] {
        let ([a, b], [c, d, e, g]) = (self.amf_set_and_pointer, self.tmsi.to_be_bytes());
        [a, b, c, d, e, g]
    }

    /// AMF Set ID, 10 bits.
    #[must_use]
    pub const fn amf_set(self) -> u16 {
        self.in_region(0).set()
    }

    /// AMF Pointer, 6 bits.
    #[must_use]
    pub const fn amf_pointer(self) -> u8 {
        self.in_region(0).pointer()
    }

    /// The AMF that allocated it, in the region whose gNB or AMF heard it.
    #[must_use]
    pub const fn in_region(self, region: u8) -> AmfId {
        AmfId([region, self.amf_set_and_pointer[0], self.amf_set_and_pointer[1]])
    }
}

impl fmt::Display for STmsi {
    /// `0041-c0ffee01`: set and pointer, 5G-TMSI.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.amf_set_and_pointer;
        write!(f, "{a:02x}{b:02x}-{:08x}", self.tmsi)
    }
}

impl fmt::Debug for STmsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.amf_set_and_pointer;
        write!(f, "STmsi({a:02x}{b:02x}-******{:02x})", self.tmsi & 0xff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCTETS: [u8; 10] = [0x00, 0xf1, 0x10, 0x80, 0x01, 0x43, 0xc0, 0xff, 0xee, 0x01];

    #[test]
    fn a_guti_is_a_guami_and_an_s_tmsi() {
        let guti = Guti::from_octets(OCTETS).unwrap();
        assert_eq!(guti.octets(), OCTETS);
        assert_eq!(guti.to_string(), "00101-800143-c0ffee01");
        let id = guti.guami.amf_id;
        assert_eq!((id.region(), id.set(), id.pointer()), (0x80, 5, 3));
        assert_eq!(AmfId::new(0x80, 5, 3), Ok(id));
        assert_eq!("800143".parse(), Ok(id));
        assert!(AmfId::new(0, 0x400, 0).is_err() && AmfId::new(0, 0, 0x40).is_err());
        assert!("80014".parse::<AmfId>().is_err() && "+80014".parse::<AmfId>().is_err());
        let short = guti.s_tmsi();
        assert_eq!(short.octets(), OCTETS[4..]);
        assert_eq!(STmsi::from_octets(short.octets()), short);
        assert_eq!(STmsi::new(5, 3, 0xc0ff_ee01), Ok(short));
        assert_eq!(
            (short.amf_set(), short.amf_pointer(), short.in_region(0x80)),
            (5, 3, id)
        );
        let mut wrong = OCTETS;
        wrong[0] = 0x0a;
        assert!(Guti::from_octets(wrong).is_err());
    }

    #[test]
    fn debug_masks_the_tmsi() {
        let guti = Guti::from_octets(OCTETS).unwrap();
        assert_eq!(format!("{guti:?}"), "Guti(00101-800143-******01)");
        assert_eq!(format!("{:?}", guti.s_tmsi()), "STmsi(0143-******01)");
    }

    /// Bits 23 to 8 of the AMF identifier are the MME Group ID, bits 7 to 0 the MME Code.
    #[test]
    fn mapped_to_eps_and_back() {
        let guami = Guami {
            plmn: "00101".parse().unwrap(),
            amf_id: AmfId::new(0xab, 0b11_0011_0001, 0b10_1010).unwrap(),
        };
        let guti = Guti::new(guami, 0x1234_5678);
        let eps = guti.to_eps();
        assert_eq!(
            (eps.plmn, eps.mme_group_id, eps.mme_code, eps.m_tmsi),
            (guami.plmn, 0xabcc, 0b0110_1010, 0x1234_5678)
        );
        assert_eq!(Guti::from_eps(eps), guti);
    }
}
