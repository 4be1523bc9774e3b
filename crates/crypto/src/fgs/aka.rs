//! RES* and HRES* (TS 33.501 A.4, A.5), and the vector that the UDM gives for 5G AKA (6.1.3.2).

use super::{KAusf, ServingNetworkName};
use crate::eps::{ck_ik, halves};
use crate::hmac::HmacKey;
use crate::kdf::KdfInput;
use crate::key::key;
use crate::{Autn, Ck, Ik, Quintet, Rand, Res};
use sha2::{Digest, Sha256};

key!(
    /// RES* or XRES*: 128 bits, what the UE answers 5G AKA with (TS 33.501 A.4).
    ResStar, 16
);
key!(
    /// HRES* or HXRES*: 128 bits, by which the SEAF knows a RES* without knowing XRES* (TS 33.501 A.5).
    HresStar, 16
);

/// FC of TS 33.501 A.4.
const FC_RES_STAR: u8 = 0x6b;

/// Longest RES: 256 bits, with TUAK.
const MAX_RES_OCTETS: usize = 32;

impl ResStar {
    /// RES* from RES, or XRES* from XRES (TS 33.501 A.4); `None` if CK or IK has not 128 bits.
    #[must_use]
    pub fn derive(ck: &Ck, ik: &Ik, name: &ServingNetworkName, rand: &Rand, res: &Res) -> Option<Self> {
        let key = ck_ik(ck, ik)?;
        Some(Self::with(&HmacKey::new(&key.0), name, rand, res))
    }

    fn with(ck_ik: &HmacKey, name: &ServingNetworkName, rand: &Rand, res: &Res) -> Self {
        let s = name
            .into_s(KdfInput::new(FC_RES_STAR))
            .parameter(rand)
            .parameter_up_to::<MAX_RES_OCTETS>(res.octets());
        Self::new(halves(s.derive_with(ck_ik)).1)
    }

    /// HRES* from RES*, or HXRES* from XRES*: the 128 least significant bits of SHA-256 (TS 33.501 A.5).
    #[must_use]
    pub fn hres_star(&self, rand: &Rand) -> HresStar {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(rand)
            .chain_update(self.expose())
            .finalize()
            .into();
        HresStar::new(halves(digest).1)
    }
}

/// 5G home environment authentication vector (TS 33.501 6.1.3.2): RAND, AUTN, XRES*, KAUSF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeAv {
    /// The challenge.
    pub rand: Rand,
    /// The token.
    pub autn: Autn,
    /// The expected answer.
    pub xres_star: ResStar,
    /// The key for the AUSF.
    pub k_ausf: KAusf,
}

impl HeAv {
    /// Of a quintet with the separation bit, for the network that serves (TS 33.501 6.1.3.2.0). Also what a UE derives,
    /// its own RES standing as XRES. `None` if CK or IK has not 128 bits.
    #[must_use]
    pub fn derive(quintet: &Quintet, name: &ServingNetworkName) -> Option<Self> {
        let key = ck_ik(&quintet.ck, &quintet.ik)?;
        let key = HmacKey::new(&key.0);
        Some(Self {
            rand: quintet.rand,
            autn: quintet.autn,
            xres_star: ResStar::with(&key, name, &quintet.rand, &quintet.xres),
            k_ausf: KAusf::with(&key, name, &quintet.autn.concealed_sqn),
        })
    }
}
