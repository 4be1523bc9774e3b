//! Which system's NAS, and over which access: what tells two uses of the same keys apart.

use super::header::SecurityHeader;
use quintet_crypto::Bearer;

/// Access to 5GS. Each has a NAS connection of its own, with COUNTs of its own (TS 33.501 6.3.2, TS 24.501 4.4.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// 3GPP access: NAS connection identifier 1.
    ThreeGpp,
    /// Non-3GPP access: NAS connection identifier 2.
    NonThreeGpp,
}

/// The system whose NAS messages a context protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    /// EPS: a header of six octets, BEARER 0 (TS 24.301, TS 33.401 8.1.1).
    Eps,
    /// 5GS: a header of seven octets, the NAS connection identifier as BEARER (TS 24.501, TS 33.501 6.4.2.2, 6.4.3.1).
    Fgs(Access),
}

impl System {
    /// BEARER, an input of ciphering and integrity protection.
    #[must_use]
    pub const fn bearer(self) -> Bearer {
        match self {
            Self::Eps => Bearer::EPS_NAS,
            Self::Fgs(Access::ThreeGpp) => Bearer::FGS_NAS_3GPP,
            Self::Fgs(Access::NonThreeGpp) => Bearer::FGS_NAS_NON_3GPP,
        }
    }

    /// Octets before the NAS message in a protected one.
    #[must_use]
    pub const fn header_octets(self) -> usize {
        match self {
            Self::Eps => SecurityHeader::OCTETS,
            Self::Fgs(_) => SecurityHeader::FGS_OCTETS,
        }
    }

    /// Octets before what the MAC covers: sequence number and NAS message.
    pub(super) const fn covered_from(self) -> usize {
        self.header_octets() - 1
    }

    /// Octets before the MAC.
    pub(super) const fn mac_from(self) -> usize {
        self.covered_from() - 4
    }
}
