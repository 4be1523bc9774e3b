//! Keys for a second node beside the eNB, for WLAN, and for isolated operation (TS 33.401 A.15 to A.19).
//!
//! A.15 is tested with a published worked example. For A.16 to A.19 the FC, the inputs and the values agree with one
//! independent implementation (the crate `oxirush-security`); no other was found, so treat A.16 to A.18 as checked
//! once. The algorithm keys of A.19 are those of TS 33.501 A.8.

use super::{KUpEnc, KeNb, RRC_ENC, RRC_INT, UP_ENC, UP_INT, algorithm_key};
use crate::kdf::KdfInput;
use crate::key::key;
use crate::{CipheringAlgorithm, IntegrityAlgorithm, K};

key!(
    /// S-KeNB: 256 bits, the root of a UE's keys in a secondary eNB (TS 33.401 Annex E).
    SKeNb, 32
);
key!(
    /// S-KgNB: 256 bits, the root of a UE's keys in a secondary gNB, EN-DC (TS 33.401 Annex E).
    SKgNb, 32
);
key!(
    /// LWIP-PSK: 256 bits, the pre-shared key of the IPsec tunnel over WLAN (TS 33.401 A.16).
    LwipPsk, 32
);
key!(
    /// S-KWT: 256 bits, the pairwise master key of LTE-WLAN aggregation (TS 33.401 A.18).
    SKwt, 32
);
key!(
    /// Kn: 256 bits, a subscriber's key in an isolated E-UTRAN, IOPS (TS 33.401 Annex F, A.17).
    IopsKn, 32
);
key!(
    /// KSgNB-RRC-enc: 128 bits (TS 33.401 A.19).
    KSgNbRrcEnc, 16
);
key!(
    /// KSgNB-RRC-int: 128 bits (TS 33.401 A.19).
    KSgNbRrcInt, 16
);
key!(
    /// KSgNB-UP-enc: 128 bits (TS 33.401 A.19).
    KSgNbUpEnc, 16
);
key!(
    /// KSgNB-UP-int: 128 bits (TS 33.401 A.19).
    KSgNbUpInt, 16
);

/// FC of TS 33.401 A.15 to A.18, and of TS 33.501 A.8.
const FC_SECONDARY: u8 = 0x1c;
const FC_IOPS: u8 = 0x1d;
const FC_LWIP_PSK: u8 = 0x1e;
const FC_S_KWT: u8 = 0x1f;
const FC_NR_ALGORITHM_KEY: u8 = 0x69;

impl KeNb {
    /// S-KeNB from the SCG Counter (TS 33.401 A.15).
    #[must_use]
    pub fn s_k_enb(&self, scg_counter: u16) -> SKeNb {
        SKeNb::new(self.of_counter(FC_SECONDARY, scg_counter))
    }

    /// S-KgNB from the SCG Counter, or SK Counter in RRC (TS 33.401 A.15).
    #[must_use]
    pub fn s_k_gnb(&self, scg_counter: u16) -> SKgNb {
        SKgNb::new(self.of_counter(FC_SECONDARY, scg_counter))
    }

    /// LWIP-PSK from the LWIP counter (TS 33.401 A.16).
    #[must_use]
    pub fn lwip_psk(&self, lwip_counter: u16) -> LwipPsk {
        LwipPsk::new(self.of_counter(FC_LWIP_PSK, lwip_counter))
    }

    /// S-KWT from the WT Counter (TS 33.401 A.18).
    #[must_use]
    pub fn s_k_wt(&self, wt_counter: u16) -> SKwt {
        SKwt::new(self.of_counter(FC_S_KWT, wt_counter))
    }

    fn of_counter(&self, fc: u8, counter: u16) -> [u8; 32] {
        KdfInput::new(fc)
            .parameter(&counter.to_be_bytes())
            .derive(self.expose())
    }
}

impl SKeNb {
    /// KUPenc of the secondary cell group (TS 33.401 Annex E, A.7).
    #[must_use]
    pub fn k_up_enc(&self, eea: CipheringAlgorithm) -> KUpEnc {
        KUpEnc::new(algorithm_key(
            super::FC_ALGORITHM_KEY,
            self.expose(),
            UP_ENC,
            eea.0,
        ))
    }
}

impl SKgNb {
    /// KSgNB-RRC-enc (TS 33.401 A.19).
    #[must_use]
    pub fn k_rrc_enc(&self, nea: CipheringAlgorithm) -> KSgNbRrcEnc {
        KSgNbRrcEnc::new(algorithm_key(FC_NR_ALGORITHM_KEY, self.expose(), RRC_ENC, nea.0))
    }

    /// KSgNB-RRC-int (TS 33.401 A.19).
    #[must_use]
    pub fn k_rrc_int(&self, nia: IntegrityAlgorithm) -> KSgNbRrcInt {
        KSgNbRrcInt::new(algorithm_key(FC_NR_ALGORITHM_KEY, self.expose(), RRC_INT, nia.0))
    }

    /// KSgNB-UP-enc (TS 33.401 A.19).
    #[must_use]
    pub fn k_up_enc(&self, nea: CipheringAlgorithm) -> KSgNbUpEnc {
        KSgNbUpEnc::new(algorithm_key(FC_NR_ALGORITHM_KEY, self.expose(), UP_ENC, nea.0))
    }

    /// KSgNB-UP-int (TS 33.401 A.19).
    #[must_use]
    pub fn k_up_int(&self, nia: IntegrityAlgorithm) -> KSgNbUpInt {
        KSgNbUpInt::new(algorithm_key(FC_NR_ALGORITHM_KEY, self.expose(), UP_INT, nia.0))
    }
}

impl IopsKn {
    /// Kn from the master key `mk`, the operator's own value f(n) and the IMSI as the operator codes it
    /// (TS 33.401 A.17); `None` when f(n) and IMSI together pass what S holds (114 octets).
    #[must_use]
    pub fn derive(mk: &K, f_n: &[u8], imsi: &[u8]) -> Option<Self> {
        let s = KdfInput::new(FC_IOPS).try_parameter(f_n)?.try_parameter(imsi)?;
        Some(Self::new(match mk.expose_128() {
            Some(mk) => s.derive(mk),
            None => s.derive(mk.expose().first_chunk::<32>()?),
        }))
    }
}
