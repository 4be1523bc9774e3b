//! Keys of the access network and their way from cell to cell (TS 33.501 6.9, A.8 to A.12).

use super::{FC_ALGORITHM_KEY, KAmf};
use crate::eps::{RRC_ENC, RRC_INT, UP_ENC, UP_INT, algorithm_key};
use crate::kdf::KdfInput;
use crate::key::key;
use crate::{CipheringAlgorithm, IntegrityAlgorithm, KRrcEnc, KRrcInt, KUpEnc, KUpInt};

key!(
    /// KgNB, or Kng-eNB: 256 bits, the root of a UE's keys in its node of NG-RAN (TS 33.501 6.2.1).
    KgNb, 32
);
key!(
    /// KN3IWF: 256 bits, the UE's key with the interworking function of an untrusted access (TS 33.501 6.2.1).
    KN3iwf, 32
);
key!(
    /// KTNGF: 256 bits, the UE's key with the gateway of a trusted non-3GPP access (TS 33.501 6.2.1).
    KTngf, 32
);
key!(
    /// Next Hop parameter of 5GS: 256 bits, for forward security at handover (TS 33.501 6.9.2.1).
    Nh, 32
);
key!(
    /// KNG-RAN*: 256 bits, what a handover makes the target cell's KgNB (TS 33.501 6.9.2.1).
    KNgRanStar, 32
);

/// FC of TS 33.501 A.9 to A.12.
const FC_ACCESS: u8 = 0x6e;
const FC_NH: u8 = 0x6f;
const FC_NG_RAN_STAR_GNB: u8 = 0x70;
const FC_NG_RAN_STAR_NG_ENB: u8 = 0x71;

/// Access type distinguishers (TS 33.501 table A.9-1).
const ACCESS_3GPP: u8 = 0x01;
const ACCESS_NON_3GPP: u8 = 0x02;

impl KAmf {
    /// KgNB (TS 33.501 A.9), from the uplink NAS COUNT of the message that led to it.
    #[must_use]
    pub fn k_gnb(&self, uplink_nas_count: u32) -> KgNb {
        KgNb::new(self.of_access(uplink_nas_count, ACCESS_3GPP))
    }

    /// KN3IWF (TS 33.501 A.9).
    #[must_use]
    pub fn k_n3iwf(&self, uplink_nas_count: u32) -> KN3iwf {
        KN3iwf::new(self.of_access(uplink_nas_count, ACCESS_NON_3GPP))
    }

    /// KTNGF (TS 33.501 A.9).
    #[must_use]
    pub fn k_tngf(&self, uplink_nas_count: u32) -> KTngf {
        KTngf::new(self.of_access(uplink_nas_count, ACCESS_NON_3GPP))
    }

    fn of_access(&self, uplink_nas_count: u32, access: u8) -> [u8; 32] {
        KdfInput::new(FC_ACCESS)
            .parameter(&uplink_nas_count.to_be_bytes())
            .parameter(&[access])
            .derive(self.expose())
    }

    /// The first NH, that of NCC 1, from the initial KgNB (TS 33.501 A.10).
    #[must_use]
    pub fn first_nh(&self, initial: &KgNb) -> Nh {
        Nh::new(
            KdfInput::new(FC_NH)
                .parameter(initial.expose())
                .derive(self.expose()),
        )
    }

    /// The NH after `previous` (TS 33.501 A.10).
    #[must_use]
    pub fn next_nh(&self, previous: &Nh) -> Nh {
        Nh::new(
            KdfInput::new(FC_NH)
                .parameter(previous.expose())
                .derive(self.expose()),
        )
    }
}

/// A handover's target cell of NR: the inputs of KNG-RAN* (TS 33.501 A.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NrTargetCell {
    pci: u16,
    arfcn_dl: u32,
}

impl NrTargetCell {
    /// The highest physical cell identity (TS 38.211 7.4.2.1).
    pub const MAX_PCI: u16 = 1007;
    /// The highest NR-ARFCN (TS 38.331 maxNARFCN).
    pub const MAX_ARFCN: u32 = 3_279_165;

    /// From PCI and the NR-ARFCN of its SSB; `None` outside their ranges.
    #[must_use]
    pub const fn new(pci: u16, arfcn_dl: u32) -> Option<Self> {
        if pci <= Self::MAX_PCI && arfcn_dl <= Self::MAX_ARFCN {
            Some(Self { pci, arfcn_dl })
        } else {
            None
        }
    }

    fn k_ng_ran_star(self, key: &[u8; 32]) -> KNgRanStar {
        star(FC_NG_RAN_STAR_GNB, self.pci, self.arfcn_dl, key)
    }
}

/// A handover's target cell of E-UTRA at an ng-eNB: the inputs of KNG-RAN* (TS 33.501 A.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LteTargetCell {
    pci: u16,
    earfcn_dl: u32,
}

impl LteTargetCell {
    /// From PCI (0 to 503) and EARFCN-DL (0 to 262143); `None` outside these.
    #[must_use]
    pub const fn new(pci: u16, earfcn_dl: u32) -> Option<Self> {
        if pci <= crate::TargetCell::MAX_PCI && earfcn_dl <= crate::TargetCell::MAX_EARFCN {
            Some(Self { pci, earfcn_dl })
        } else {
            None
        }
    }

    fn k_ng_ran_star(self, key: &[u8; 32]) -> KNgRanStar {
        star(FC_NG_RAN_STAR_NG_ENB, self.pci, self.earfcn_dl, key)
    }
}

/// The frequency takes three octets in 5GS, also where two would do.
fn star(fc: u8, pci: u16, frequency: u32, key: &[u8; 32]) -> KNgRanStar {
    let [_, high, middle, low] = frequency.to_be_bytes();
    KNgRanStar::new(
        KdfInput::new(fc)
            .parameter(&pci.to_be_bytes())
            .parameter(&[high, middle, low])
            .derive(key),
    )
}

macro_rules! hands_over {
    ($name:ident, $how:literal) => {
        impl $name {
            #[doc = concat!("KNG-RAN* for a gNB: ", $how, " derivation (TS 33.501 6.9.2.1.1, A.11).")]
            #[must_use]
            pub fn k_ng_ran_star(&self, target: NrTargetCell) -> KNgRanStar {
                target.k_ng_ran_star(self.expose())
            }

            #[doc = concat!("KNG-RAN* for an ng-eNB: ", $how, " derivation (TS 33.501 6.9.2.1.1, A.12).")]
            #[must_use]
            pub fn k_ng_ran_star_ng_enb(&self, target: LteTargetCell) -> KNgRanStar {
                target.k_ng_ran_star(self.expose())
            }
        }
    };
}

hands_over!(KgNb, "horizontal");
hands_over!(Nh, "vertical");

impl From<KNgRanStar> for KgNb {
    /// The target cell takes KNG-RAN* as its KgNB (TS 33.501 6.9.2.1.1).
    fn from(star: KNgRanStar) -> Self {
        Self::new(*star.expose())
    }
}

impl KgNb {
    /// KRRCenc (TS 33.501 A.8).
    #[must_use]
    pub fn k_rrc_enc(&self, nea: CipheringAlgorithm) -> KRrcEnc {
        KRrcEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), RRC_ENC, nea.0))
    }

    /// KRRCint (TS 33.501 A.8).
    #[must_use]
    pub fn k_rrc_int(&self, nia: IntegrityAlgorithm) -> KRrcInt {
        KRrcInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), RRC_INT, nia.0))
    }

    /// KUPenc (TS 33.501 A.8).
    #[must_use]
    pub fn k_up_enc(&self, nea: CipheringAlgorithm) -> KUpEnc {
        KUpEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), UP_ENC, nea.0))
    }

    /// KUPint (TS 33.501 A.8).
    #[must_use]
    pub fn k_up_int(&self, nia: IntegrityAlgorithm) -> KUpInt {
        KUpInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), UP_INT, nia.0))
    }
}
