//! The authentication subscription: what the AuC holds (TS 23.008 2.3, TS 33.102 6.3, Annex C).

use quintet_crypto::{Amf, K, Opc, Topc, TuakSizes};

/// Which functions the USIM runs, with the operator's part of their input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MILENAGE (TS 35.206).
    Milenage {
        /// OPc.
        opc: Opc,
    },
    /// TUAK (TS 35.231).
    Tuak {
        /// TOPc.
        topc: Topc,
        /// Lengths and iterations.
        sizes: TuakSizes,
    },
    /// The test algorithm (TS 34.108 8.1.2).
    Xor,
}

/// How this USIM checks sequence numbers (TS 33.102 Annex C.2, C.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SqnProfile {
    /// Bits of IND at the low end of SQN: 5, or 0 for a USIM that compares whole numbers.
    pub ind_bits: u8,
    /// Δ: by how much a SEQ may exceed SEQ_MS (TS 33.102 C.2.1); log2 of it.
    pub delta_bits: u8,
}

impl SqnProfile {
    /// TS 33.102 C.3.3: 5 bits of IND, Δ = 2^28.
    pub const TIME_BASED: SqnProfile = SqnProfile {
        ind_bits: 5,
        delta_bits: 28,
    };
    /// A USIM that accepts whatever is greater (`SQN > SQN_MS`): no IND, so one slot only.
    pub const PLAIN: SqnProfile = SqnProfile {
        ind_bits: 0,
        delta_bits: 28,
    };
}

impl Default for SqnProfile {
    fn default() -> Self {
        Self::TIME_BASED
    }
}

/// The authentication data of one subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authentication {
    /// The subscriber key.
    pub k: K,
    /// Functions and operator constant.
    pub algorithm: Algorithm,
    /// AMF; the separation bit is set or cleared per vector (TS 33.401 6.1.1).
    pub amf: Amf,
    /// How the USIM checks SQN.
    pub sqn_profile: SqnProfile,
    /// DIF of TS 33.102 C.1.1.3, in ticks: SEQ = GLC + DIF. `None` until the first vector is issued.
    pub dif: Option<i64>,
    /// The highest SEQ another AuC may have issued before: where the first SEQ starts when `dif` is `None`.
    pub seq_seed: u64,
}
