//! The key tree of EPS (TS 33.401 6.2 and Annex A), each key a type of its own, derived by its parent.
//!
//! ```text
//!   CK, IK ──A.2──► Kasme ─┬─A.7──► KNasEnc, KNasInt
//!      ▲                   ├─A.3──► KeNb ─┬─A.7──► KRrcEnc, KRrcInt, KUpEnc, KUpInt
//!      │                   │   ▲          ├─A.5──► KeNbStar ──► KeNb of the target cell
//!      │                   │   └──────────┼─A.5─── Nh
//!      │                   │              └─A.15, A.16, A.18──► SKeNb, SKgNb, LwipPsk, SKwt     (`access`)
//!      │                   ├─A.4──► Nh ──A.4──► next Nh
//!      └──── A.8 to A.13 ──┘  mapping to and from UTRAN, GERAN and the CS domain               (`mapped`)
//! ```
//!
//! A.6 and A.14 are void. A NAS COUNT is 32 bits here as it goes into S: 24 bits with a zero octet in front.
//!
//! A.2 to A.5, A.7 and A.15 are tested with worked examples of other implementations; for the others see the submodules.

mod access;
mod hash;
mod mapped;

pub use access::{IopsKn, KSgNbRrcEnc, KSgNbRrcInt, KSgNbUpEnc, KSgNbUpInt, LwipPsk, SKeNb, SKgNb, SKwt};
pub use hash::{HASH_MME_OCTETS, hash_mme};
pub use mapped::{CkIkPrime, CkIkSrvcc, CkSrvcc, IkSrvcc};

use crate::kdf::KdfInput;
use crate::key::key;
use crate::{CipheringAlgorithm, Ck, Ik, IntegrityAlgorithm};

key!(
    /// KASME: 256 bits, the root of a UE's keys in EPS (TS 33.401 6.2).
    Kasme, 32
);
key!(
    /// KeNB: 256 bits, the root of a UE's keys in its eNB (TS 33.401 6.2).
    KeNb, 32
);
key!(
    /// KeNB*: 256 bits, what a handover makes the target cell's KeNB (TS 33.401 7.2.8).
    KeNbStar, 32
);
key!(
    /// Next Hop parameter: 256 bits, known to MME and UE, for forward security at handover (TS 33.401 7.2.8).
    Nh, 32
);
key!(
    /// KNASenc: 128 bits, ciphers NAS (TS 33.401 6.2).
    KNasEnc, 16
);
key!(
    /// KNASint: 128 bits, protects NAS's integrity (TS 33.401 6.2).
    KNasInt, 16
);
key!(
    /// KRRCenc: 128 bits, ciphers RRC (TS 33.401 6.2).
    KRrcEnc, 16
);
key!(
    /// KRRCint: 128 bits, protects RRC's integrity (TS 33.401 6.2).
    KRrcInt, 16
);
key!(
    /// KUPenc: 128 bits, ciphers the user plane (TS 33.401 6.2).
    KUpEnc, 16
);
key!(
    /// KUPint: 128 bits, protects the integrity of the user plane of a relay node, or of a UE that supports it with EPS
    /// (TS 33.401 6.2, 7.3).
    KUpInt, 16
);

/// FC of TS 33.401 A.2, A.3, A.4, A.5 and A.7.
const FC_KASME: u8 = 0x10;
const FC_KENB: u8 = 0x11;
const FC_NH: u8 = 0x12;
const FC_KENB_STAR: u8 = 0x13;
const FC_ALGORITHM_KEY: u8 = 0x15;

/// Algorithm type distinguishers (TS 33.401 table A.7-1; the AS ones also TS 33.501 table A.8-1).
pub(crate) const NAS_ENC: u8 = 0x01;
pub(crate) const NAS_INT: u8 = 0x02;
pub(crate) const RRC_ENC: u8 = 0x03;
pub(crate) const RRC_INT: u8 = 0x04;
pub(crate) const UP_ENC: u8 = 0x05;
pub(crate) const UP_INT: u8 = 0x06;

/// A handover's target cell: the inputs of KeNB* (TS 33.401 A.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TargetCell {
    pci: u16,
    earfcn_dl: u32,
}

impl TargetCell {
    /// The highest physical cell identity (TS 36.211 6.11).
    pub const MAX_PCI: u16 = 503;
    /// The highest EARFCN (maxEARFCN2 of TS 36.331 6.4).
    pub const MAX_EARFCN: u32 = 262_143;

    /// From PCI (0 to 503) and EARFCN-DL (0 to 262143); `None` outside these.
    #[must_use]
    pub const fn new(pci: u16, earfcn_dl: u32) -> Option<Self> {
        if pci <= Self::MAX_PCI && earfcn_dl <= Self::MAX_EARFCN {
            Some(Self { pci, earfcn_dl })
        } else {
            None
        }
    }

    /// KeNB* from KeNB or NH: EARFCN-DL takes two octets up to 65535 and three above.
    fn k_enb_star(self, key: &[u8; 32]) -> KeNbStar {
        let s = KdfInput::new(FC_KENB_STAR).parameter(&self.pci.to_be_bytes());
        let [_, high, middle, low] = self.earfcn_dl.to_be_bytes();
        let s = if high == 0 {
            s.parameter(&[middle, low])
        } else {
            s.parameter(&[high, middle, low])
        };
        KeNbStar::new(s.derive(key))
    }
}

impl Kasme {
    /// KASME from a quintet's CK and IK, the serving network's PLMN and SQN ⊕ AK (TS 33.401 A.2). `sn_id` is coded as in
    /// TS 24.301, `concealed_sqn` is AUTN's first six octets; `None` if CK or IK has not 128 bits.
    #[must_use]
    #[inline]
    pub fn derive(ck: &Ck, ik: &Ik, sn_id: &[u8; 3], concealed_sqn: &[u8; 6]) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        Some(Self::new(
            KdfInput::new(FC_KASME)
                .parameter(sn_id)
                .parameter(concealed_sqn)
                .derive(&key.0),
        ))
    }

    /// KeNB (TS 33.401 A.3), from the uplink NAS COUNT of the message that led to it, or 2³² − 1 at a handover from 5GS
    /// (TS 33.501 8.3.2).
    #[must_use]
    pub fn k_enb(&self, uplink_nas_count: u32) -> KeNb {
        KeNb::new(
            KdfInput::new(FC_KENB)
                .parameter(&uplink_nas_count.to_be_bytes())
                .derive(self.expose()),
        )
    }

    /// The first NH, that of NCC 1, from the initial KeNB (TS 33.401 A.4).
    #[must_use]
    pub fn first_nh(&self, initial: &KeNb) -> Nh {
        Nh::new(
            KdfInput::new(FC_NH)
                .parameter(initial.expose())
                .derive(self.expose()),
        )
    }

    /// The NH after `previous` (TS 33.401 A.4).
    #[must_use]
    pub fn next_nh(&self, previous: &Nh) -> Nh {
        Nh::new(
            KdfInput::new(FC_NH)
                .parameter(previous.expose())
                .derive(self.expose()),
        )
    }

    /// KNASenc (TS 33.401 A.7).
    #[must_use]
    pub fn k_nas_enc(&self, eea: CipheringAlgorithm) -> KNasEnc {
        KNasEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), NAS_ENC, eea.0))
    }

    /// KNASint (TS 33.401 A.7).
    #[must_use]
    pub fn k_nas_int(&self, eia: IntegrityAlgorithm) -> KNasInt {
        KNasInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), NAS_INT, eia.0))
    }
}

impl KeNb {
    /// KeNB* without a new NH: horizontal derivation (TS 33.401 7.2.8.1, A.5).
    #[must_use]
    pub fn k_enb_star(&self, target: TargetCell) -> KeNbStar {
        target.k_enb_star(self.expose())
    }

    /// KRRCenc (TS 33.401 A.7).
    #[must_use]
    pub fn k_rrc_enc(&self, eea: CipheringAlgorithm) -> KRrcEnc {
        KRrcEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), RRC_ENC, eea.0))
    }

    /// KRRCint (TS 33.401 A.7).
    #[must_use]
    pub fn k_rrc_int(&self, eia: IntegrityAlgorithm) -> KRrcInt {
        KRrcInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), RRC_INT, eia.0))
    }

    /// KUPenc (TS 33.401 A.7).
    #[must_use]
    pub fn k_up_enc(&self, eea: CipheringAlgorithm) -> KUpEnc {
        KUpEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), UP_ENC, eea.0))
    }

    /// KUPint (TS 33.401 A.7).
    #[must_use]
    pub fn k_up_int(&self, eia: IntegrityAlgorithm) -> KUpInt {
        KUpInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), UP_INT, eia.0))
    }
}

impl Nh {
    /// KeNB* from a fresh NH: vertical derivation (TS 33.401 7.2.8.1, A.5).
    #[must_use]
    pub fn k_enb_star(&self, target: TargetCell) -> KeNbStar {
        target.k_enb_star(self.expose())
    }
}

impl From<KeNbStar> for KeNb {
    /// The target cell takes KeNB* as its KeNB (TS 33.401 7.2.8.1).
    fn from(star: KeNbStar) -> Self {
        Self::new(*star.expose())
    }
}

/// A key for an algorithm: the 128 least significant bits. The identity has four bits (TS 33.401 A.7).
pub(crate) fn algorithm_key(fc: u8, key: &[u8; 32], type_distinguisher: u8, identity: u8) -> [u8; 16] {
    let derived = KdfInput::new(fc)
        .parameter(&[type_distinguisher])
        .parameter(&[identity & 0x0f])
        .derive(key);
    halves(derived).1
}

/// The upper and the lower 128 bits.
pub(crate) fn halves(derived: [u8; 32]) -> ([u8; 16], [u8; 16]) {
    let (mut upper, mut lower) = ([0; 16], [0; 16]);
    upper.copy_from_slice(&derived[..16]);
    lower.copy_from_slice(&derived[16..]);
    (upper, lower)
}

/// CK ‖ IK, wiped after use.
pub(crate) struct CkIk(pub(crate) [u8; 32]);

impl Drop for CkIk {
    #[inline]
    fn drop(&mut self) {
        self.0 = [0; 32];
        zeroize::optimization_barrier(&self.0);
    }
}

/// CK ‖ IK, if both have 128 bits.
#[inline]
pub(crate) fn ck_ik(ck: &Ck, ik: &Ik) -> Option<CkIk> {
    let mut key = CkIk([0; 32]);
    key.0[..16].copy_from_slice(ck.expose_128()?);
    key.0[16..].copy_from_slice(ik.expose_128()?);
    Some(key)
}
