//! Keys mapped between EPS and UTRAN, GERAN and the CS domain (TS 33.401 9, A.8 to A.13).
//!
//! 3GPP publishes no values for these clauses: they are tested with those of the crate `oxirush-security`, an implementation
//! of its own. The FCs were also found in other implementations.

use super::{Kasme, ck_ik, halves};
use crate::kdf::KdfInput;
use crate::key::key;
use crate::{Ck, Ik};

key!(
    /// CKSRVCC: 128 bits, the CS domain's cipher key after SRVCC (TS 33.401 A.12).
    CkSrvcc, 16
);
key!(
    /// IKSRVCC: 128 bits, the CS domain's integrity key after SRVCC (TS 33.401 A.12).
    IkSrvcc, 16
);

/// FC of TS 33.401 A.8 to A.13.
const FC_CK_IK_HANDOVER: u8 = 0x16;
const FC_NAS_TOKEN: u8 = 0x17;
const FC_KASME_HANDOVER: u8 = 0x18;
const FC_KASME_IDLE: u8 = 0x19;
const FC_SRVCC: u8 = 0x1a;
const FC_CK_IK_IDLE: u8 = 0x1b;

/// CK' and IK': what KASME becomes for UTRAN or GERAN (TS 33.401 A.8, A.13), and CK and IK for EAP-AKA' (TS 33.501 A.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CkIkPrime {
    /// CK', the upper 128 bits.
    pub ck: Ck,
    /// IK', the lower 128 bits.
    pub ik: Ik,
}

/// CKSRVCC and IKSRVCC: what KASME becomes for the CS domain (TS 33.401 A.12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CkIkSrvcc {
    /// CKSRVCC, the upper 128 bits.
    pub ck: CkSrvcc,
    /// IKSRVCC, the lower 128 bits.
    pub ik: IkSrvcc,
}

impl Kasme {
    /// CK' and IK' at a handover to UTRAN or GERAN, from the current downlink NAS COUNT (TS 33.401 9.2, A.8).
    #[must_use]
    pub fn ck_ik_at_handover(&self, downlink_nas_count: u32) -> CkIkPrime {
        self.ck_ik_prime(FC_CK_IK_HANDOVER, downlink_nas_count)
    }

    /// CK' and IK' at idle mobility to UTRAN or GERAN, from the uplink NAS COUNT that gave the NAS token
    /// (TS 33.401 9.1, A.13).
    #[must_use]
    pub fn ck_ik_at_idle_mobility(&self, uplink_nas_count: u32) -> CkIkPrime {
        self.ck_ik_prime(FC_CK_IK_IDLE, uplink_nas_count)
    }

    /// The NAS token of idle mobility: the 16 least significant bits (TS 33.401 9.1, A.9).
    #[must_use]
    pub fn nas_token(&self, uplink_nas_count: u32) -> [u8; 2] {
        let derived = self.of_count(FC_NAS_TOKEN, uplink_nas_count);
        [derived[30], derived[31]]
    }

    /// CKSRVCC and IKSRVCC at a handover to the CS domain, from the current downlink NAS COUNT; zero when this is the
    /// KASME_SRVCC of 5G SRVCC (TS 33.401 A.12; TS 33.501 J.1.2).
    #[must_use]
    pub fn ck_ik_srvcc(&self, downlink_nas_count: u32) -> CkIkSrvcc {
        let (ck, ik) = halves(self.of_count(FC_SRVCC, downlink_nas_count));
        CkIkSrvcc {
            ck: CkSrvcc::new(ck),
            ik: IkSrvcc::new(ik),
        }
    }

    /// K'ASME at a handover from UTRAN or GERAN (TS 33.401 9.2, A.10); `None` if CK or IK has not 128 bits.
    #[must_use]
    pub fn mapped_at_handover(ck: &Ck, ik: &Ik, nonce_mme: &[u8; 4]) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        Some(Self::new(
            KdfInput::new(FC_KASME_HANDOVER)
                .parameter(nonce_mme)
                .derive(&key.0),
        ))
    }

    /// K'ASME at idle mobility from UTRAN or GERAN (TS 33.401 9.1, A.11); `None` if CK or IK has not 128 bits.
    #[must_use]
    pub fn mapped_at_idle_mobility(
        ck: &Ck,
        ik: &Ik,
        nonce_ue: &[u8; 4],
        nonce_mme: &[u8; 4],
    ) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        Some(Self::new(
            KdfInput::new(FC_KASME_IDLE)
                .parameter(nonce_ue)
                .parameter(nonce_mme)
                .derive(&key.0),
        ))
    }

    fn ck_ik_prime(&self, fc: u8, nas_count: u32) -> CkIkPrime {
        let (ck, ik) = halves(self.of_count(fc, nas_count));
        CkIkPrime {
            ck: Ck::new_128(ck),
            ik: Ik::new_128(ik),
        }
    }

    fn of_count(&self, fc: u8, nas_count: u32) -> [u8; 32] {
        KdfInput::new(fc)
            .parameter(&nas_count.to_be_bytes())
            .derive(self.expose())
    }
}
