//! The key tree of 5GS (TS 33.501 6.2 and Annex A), each key a type of its own, derived by its parent.
//!
//! ```text
//!   CK, IK ─┬─A.4──► ResStar ──A.5──► HresStar                                              (`aka`)
//!           ├─A.2──► KAusf ◄── EMSK of EAP-AKA' ◄──RFC 9048── CK', IK' ◄──A.3── CK, IK
//!           │          ├─A.17 to A.20──► SorMac, UpuMac                                     (`steering`)
//!           │          └─A.6──► KSeaf ──A.7──► KAmf ─┬─A.8──► KNasEnc, KNasInt
//!           │                                        ├─A.9──► KgNb, KN3iwf, KTngf           (`access`)
//!           │                                        ├─A.10─► Nh ──A.10──► next Nh
//!           │     KgNb, Nh ──A.11, A.12──► KNgRanStar ──► KgNb of the target cell
//!           │     KAmf ──A.13──► KAmf at mobility
//!           └──── KAmf ──A.14, A.21──► Kasme ──A.15──► KAmf                                 (`mapped`)
//! ```
//!
//! A NAS COUNT is 32 bits here as it goes into S: 24 bits with a zero octet in front. The names of the algorithm keys are
//! those of EPS, for the algorithms are the same.
//!
//! Left out, until a node uses them: A.16 (secondary nodes), A.22 (what KTNGF becomes), A.23 (IAB), and what Annexes of
//! other documents derive from KAUSF (AKMA, ProSe).

mod access;
mod aka;
mod mapped;
mod name;
mod steering;

pub use access::{KN3iwf, KNgRanStar, KTngf, KgNb, LteTargetCell, Nh, NrTargetCell};
pub use aka::{HeAv, HresStar, ResStar};
pub use name::{MAX_SERVING_NETWORK_NAME_OCTETS, ServingNetworkName, WrongServingNetworkName};
pub use steering::{SorMac, UpuMac};

use crate::eap_aka_prime::Emsk;
use crate::eps::{NAS_ENC, NAS_INT, algorithm_key, ck_ik, halves};
use crate::hmac::HmacKey;
use crate::kdf::KdfInput;
use crate::key::key;
use crate::{CipheringAlgorithm, Ck, CkIkPrime, Ik, IntegrityAlgorithm, KNasEnc, KNasInt};

key!(
    /// KAUSF: 256 bits, what AUSF and UE share of an authentication (TS 33.501 6.2.1).
    KAusf, 32
);
key!(
    /// KSEAF: 256 bits, the anchor key, which the home network gives the serving one (TS 33.501 6.2.1).
    KSeaf, 32
);
key!(
    /// KAMF: 256 bits, the root of a UE's keys in its AMF (TS 33.501 6.2.1).
    KAmf, 32
);

/// The ABBA parameter of this release's features: two octets of zero, against bidding down (TS 33.501 5.1.1, A.7.1).
pub const ABBA: [u8; 2] = [0, 0];

/// FC of TS 33.501 A.2, A.3, A.6, A.7, A.8 and A.13.
const FC_KAUSF: u8 = 0x6a;
const FC_CK_IK_PRIME: u8 = 0x20;
const FC_KSEAF: u8 = 0x6c;
const FC_KAMF: u8 = 0x6d;
const FC_ALGORITHM_KEY: u8 = 0x69;
const FC_KAMF_MOBILITY: u8 = 0x72;

/// What made the AMF change (TS 33.501 A.13): which NAS COUNT makes the new KAMF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mobility {
    /// Registration in idle mode: the uplink NAS COUNT of the REGISTRATION REQUEST.
    Idle {
        /// 24 bits with a zero octet in front.
        uplink_nas_count: u32,
    },
    /// Handover: the downlink NAS COUNT of the NAS container.
    Handover {
        /// 24 bits with a zero octet in front.
        downlink_nas_count: u32,
    },
}

impl CkIkPrime {
    /// CK' and IK' of EAP-AKA' (TS 33.501 A.3, RFC 9048 3.3): `network_name` is AT_KDF_INPUT, in 5GS the serving network
    /// name; `concealed_sqn` is AUTN's first six octets. `None` if CK or IK has not 128 bits or the name more than 65535
    /// octets.
    #[must_use]
    pub fn eap_aka_prime(ck: &Ck, ik: &Ik, network_name: &[u8], concealed_sqn: &[u8; 6]) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        let (ck, ik) = halves(HmacKey::new(&key.0).kdf(FC_CK_IK_PRIME, &[network_name, concealed_sqn])?);
        Some(Self {
            ck: Ck::new_128(ck),
            ik: Ik::new_128(ik),
        })
    }
}

impl KAusf {
    /// KAUSF of 5G AKA (TS 33.501 A.2); `concealed_sqn` is AUTN's first six octets. `None` if CK or IK has not 128 bits.
    #[must_use]
    pub fn derive(ck: &Ck, ik: &Ik, name: &ServingNetworkName, concealed_sqn: &[u8; 6]) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        Some(Self::with(&HmacKey::new(&key.0), name, concealed_sqn))
    }

    fn with(ck_ik: &HmacKey, name: &ServingNetworkName, concealed_sqn: &[u8; 6]) -> Self {
        Self::new(
            name.into_s(KdfInput::new(FC_KAUSF))
                .parameter(concealed_sqn)
                .derive_with(ck_ik),
        )
    }

    /// KAUSF of EAP-AKA': the most significant 256 bits of EMSK (TS 33.501 6.1.3.1).
    #[must_use]
    pub fn from_emsk(emsk: &Emsk) -> Self {
        Self::new(upper_half(emsk))
    }

    /// KSEAF (TS 33.501 A.6).
    #[must_use]
    pub fn k_seaf(&self, name: &ServingNetworkName) -> KSeaf {
        KSeaf::new(name.into_s(KdfInput::new(FC_KSEAF)).derive(self.expose()))
    }
}

#[inline]
fn upper_half(emsk: &Emsk) -> [u8; 32] {
    let mut upper = [0; 32];
    upper.copy_from_slice(&emsk.expose()[..32]);
    upper
}

impl KSeaf {
    /// KAMF (TS 33.501 A.7) of the SUPI without its prefix, the digits of an IMSI or a NAI, and ABBA as it was sent.
    /// `None` when one has more than 65535 octets.
    #[must_use]
    pub fn k_amf(&self, supi: &str, abba: &[u8]) -> Option<KAmf> {
        let short = KdfInput::new(FC_KAMF)
            .try_parameter(supi.as_bytes())
            .and_then(|s| s.try_parameter(abba));
        Some(KAmf::new(match short {
            Some(s) => s.derive(self.expose()),
            None => HmacKey::new(self.expose()).kdf(FC_KAMF, &[supi.as_bytes(), abba])?,
        }))
    }
}

impl KAmf {
    /// KNASenc (TS 33.501 A.8).
    #[must_use]
    pub fn k_nas_enc(&self, nea: CipheringAlgorithm) -> KNasEnc {
        KNasEnc::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), NAS_ENC, nea.0))
    }

    /// KNASint (TS 33.501 A.8).
    #[must_use]
    pub fn k_nas_int(&self, nia: IntegrityAlgorithm) -> KNasInt {
        KNasInt::new(algorithm_key(FC_ALGORITHM_KEY, self.expose(), NAS_INT, nia.0))
    }

    /// KAMF' for the AMF that a UE moves to: horizontal derivation (TS 33.501 6.9.3, A.13).
    #[must_use]
    pub fn at_mobility(&self, mobility: Mobility) -> Self {
        let (direction, count) = match mobility {
            Mobility::Idle { uplink_nas_count } => (0, uplink_nas_count),
            Mobility::Handover { downlink_nas_count } => (1, downlink_nas_count),
        };
        Self::new(
            KdfInput::new(FC_KAMF_MOBILITY)
                .parameter(&[direction])
                .parameter(&count.to_be_bytes())
                .derive(self.expose()),
        )
    }
}
