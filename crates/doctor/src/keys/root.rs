//! The key at the root of a NAS security context: KASME of EPS, KAMF of 5GS. Both sit in the same place of the hierarchy, and
//! what hangs below differs in the FC alone (TS 33.401 A.7, TS 33.501 A.8).

use quintet_crypto::fgs::{KAmf, Mobility};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm, KNasEnc, KNasInt, Kasme};
use quintet_nas::security::{Access, System};

/// KASME or KAMF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Root {
    /// Of EPS.
    Kasme(Kasme),
    /// Of 5GS.
    KAmf(KAmf),
}

impl Root {
    pub(super) fn k_nas_int(&self, integrity: IntegrityAlgorithm) -> KNasInt {
        match self {
            Self::Kasme(kasme) => kasme.k_nas_int(integrity),
            Self::KAmf(k_amf) => k_amf.k_nas_int(integrity),
        }
    }

    pub(super) fn k_nas_enc(&self, ciphering: CipheringAlgorithm) -> KNasEnc {
        match self {
            Self::Kasme(kasme) => kasme.k_nas_enc(ciphering),
            Self::KAmf(k_amf) => k_amf.k_nas_enc(ciphering),
        }
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        match self {
            Self::Kasme(kasme) => kasme.expose(),
            Self::KAmf(k_amf) => k_amf.expose(),
        }
    }

    /// The systems whose NAS it may protect: with an access that is not known, both of 5GS.
    pub(super) fn systems(&self, access_known: bool) -> &'static [System] {
        match self {
            Self::Kasme(_) => &[System::Eps],
            Self::KAmf(_) if access_known => &[System::Fgs(Access::ThreeGpp)],
            Self::KAmf(_) => &[System::Fgs(Access::ThreeGpp), System::Fgs(Access::NonThreeGpp)],
        }
    }

    /// KAMF for the AMF that a UE moved to (TS 33.501 A.13); `None` of KASME.
    pub(super) fn at_mobility(&self, mobility: Mobility) -> Option<Self> {
        match self {
            Self::Kasme(_) => None,
            Self::KAmf(k_amf) => Some(Self::KAmf(k_amf.at_mobility(mobility))),
        }
    }
}
