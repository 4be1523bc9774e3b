//! What an MME calls a subscriber: GUMMEI, GUTI, S-TMSI (TS 23.003 2.8). In octets as in the EPS mobile identity of
//! TS 24.301 9.9.3.12, without its first two octets, and as the parts stand in TS 36.413 9.2.3.6 and 9.2.3.9.
//!
//! `Debug` masks all but the last octet of the M-TMSI: while it is allocated, it names a person.

use crate::{IdentityError, Plmn};
use std::fmt;

/// Globally unique MME identity (TS 23.003 2.8.1): PLMN, MME Group ID and MME Code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gummei {
    /// The PLMN of the MME.
    pub plmn: Plmn,
    /// MME Group ID, 16 bits.
    pub mme_group_id: u16,
    /// MME Code, 8 bits: unique within the group.
    pub mme_code: u8,
}

impl Gummei {
    /// Octets on the wire.
    pub const OCTETS: usize = 6;

    /// From PLMN (3), MME Group ID (2), MME Code (1).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets([a, b, c, group_high, group_low, mme_code]: [u8; 6]) -> Result<Self, IdentityError> {
        Ok(Self {
            plmn: Plmn::from_octets([a, b, c])?,
            mme_group_id: u16::from_be_bytes([group_high, group_low]),
            mme_code,
        })
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 6] {
        let [a, b, c] = self.plmn.octets();
        let [group_high, group_low] = self.mme_group_id.to_be_bytes();
        [a, b, c, group_high, group_low, self.mme_code]
    }
}

impl fmt::Display for Gummei {
    /// `00101-8001-2a`: PLMN in digits, group and code in hexadecimal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04x}-{:02x}", self.plmn, self.mme_group_id, self.mme_code)
    }
}

/// Globally unique temporary UE identity: GUMMEI and M-TMSI (TS 23.003 2.8.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guti {
    /// The PLMN of the MME that allocated it.
    pub plmn: Plmn,
    /// MME Group ID, 16 bits.
    pub mme_group_id: u16,
    /// MME Code, 8 bits.
    pub mme_code: u8,
    /// M-TMSI, 32 bits: unique within the MME.
    pub m_tmsi: u32,
}

impl Guti {
    /// Octets on the wire.
    pub const OCTETS: usize = 10;

    /// Of an MME's `gummei` and its `m_tmsi`.
    #[must_use]
    pub const fn new(gummei: Gummei, m_tmsi: u32) -> Self {
        Self {
            plmn: gummei.plmn,
            mme_group_id: gummei.mme_group_id,
            mme_code: gummei.mme_code,
            m_tmsi,
        }
    }

    /// From PLMN (3), MME Group ID (2), MME Code (1), M-TMSI (4).
    ///
    /// # Errors
    /// `Digit` if the PLMN holds a half-octet that is no digit.
    pub fn from_octets(octets: [u8; 10]) -> Result<Self, IdentityError> {
        let [a, b, c, d, e, g, m_tmsi @ ..] = octets;
        let gummei = Gummei::from_octets([a, b, c, d, e, g])?;
        Ok(Self::new(gummei, u32::from_be_bytes(m_tmsi)))
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub fn octets(self) -> [u8; 10] {
        let mut octets = [0; 10];
        octets[..6].copy_from_slice(&self.gummei().octets());
        octets[6..].copy_from_slice(&self.m_tmsi.to_be_bytes());
        octets
    }

    /// Which MME allocated it.
    #[must_use]
    pub const fn gummei(self) -> Gummei {
        Gummei {
            plmn: self.plmn,
            mme_group_id: self.mme_group_id,
            mme_code: self.mme_code,
        }
    }

    /// Its shortened form, unique within the MME group.
    #[must_use]
    pub const fn s_tmsi(self) -> STmsi {
        STmsi {
            mme_code: self.mme_code,
            m_tmsi: self.m_tmsi,
        }
    }
}

impl fmt::Display for Guti {
    /// `00101-8001-2a-c0ffee01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:08x}", self.gummei(), self.m_tmsi)
    }
}

impl fmt::Debug for Guti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guti({}-******{:02x})", self.gummei(), self.m_tmsi & 0xff)
    }
}

/// S-TMSI: MME Code and M-TMSI, with which a UE is paged (TS 23.003 2.8.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct STmsi {
    /// MME Code, 8 bits.
    pub mme_code: u8,
    /// M-TMSI, 32 bits.
    pub m_tmsi: u32,
}

impl STmsi {
    /// Octets on the wire.
    pub const OCTETS: usize = 5;

    /// From MME Code (1), M-TMSI (4).
    #[must_use]
    pub const fn from_octets([mme_code, a, b, c, d]: [u8; 5]) -> Self {
        Self {
            mme_code,
            m_tmsi: u32::from_be_bytes([a, b, c, d]),
        }
    }

    /// The octets of [`Self::from_octets`].
    #[must_use]
    pub const fn octets(self) -> [u8; 5] {
        let [a, b, c, d] = self.m_tmsi.to_be_bytes();
        [self.mme_code, a, b, c, d]
    }
}

impl fmt::Display for STmsi {
    /// `2a-c0ffee01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}-{:08x}", self.mme_code, self.m_tmsi)
    }
}

impl fmt::Debug for STmsi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "STmsi({:02x}-******{:02x})", self.mme_code, self.m_tmsi & 0xff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OCTETS: [u8; 10] = [0x00, 0xf1, 0x10, 0x80, 0x01, 0x2a, 0xc0, 0xff, 0xee, 0x01];

    #[test]
    fn a_guti_is_a_gummei_and_an_s_tmsi() {
        let guti = Guti::from_octets(OCTETS).unwrap();
        assert_eq!(guti.octets(), OCTETS);
        assert_eq!(guti.to_string(), "00101-8001-2a-c0ffee01");
        assert_eq!(guti.gummei().to_string(), "00101-8001-2a");
        assert_eq!(guti.gummei().octets(), OCTETS[..6]);
        assert_eq!(guti.s_tmsi().octets(), OCTETS[5..]);
        assert_eq!(
            STmsi::from_octets(guti.s_tmsi().octets()).to_string(),
            "2a-c0ffee01"
        );
        assert_eq!(Guti::new(guti.gummei(), guti.m_tmsi), guti);
        let mut wrong = OCTETS;
        wrong[0] = 0x0a;
        assert_eq!(
            Guti::from_octets(wrong),
            Err(IdentityError::Digit { what: "PLMN" })
        );
    }

    #[test]
    fn debug_masks_the_m_tmsi() {
        let guti = Guti::from_octets(OCTETS).unwrap();
        assert_eq!(format!("{guti:?}"), "Guti(00101-8001-2a-******01)");
        assert_eq!(format!("{:?}", guti.s_tmsi()), "STmsi(2a-******01)");
    }
}
