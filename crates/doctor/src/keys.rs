//! What keys make of a trail: MACs recomputed, ciphered messages opened, and which value is wrong when one is.
//!
//! Keys come from the capture itself (KASME in an AIA), from a list of published test keys and defaults of open projects,
//! and from the user. None is ever shown.

use crate::report::MacVerdict;
use quintet_identity::Plmn;

/// What keys say of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyNote {
    /// AUTN holds under this key, with this SQN.
    AutnValid {
        /// The key's name, never its value.
        key: String,
        /// SQN of the challenge.
        sqn: u64,
    },
    /// AUTN does not hold under the subscriber's key.
    AutnInvalid {
        /// The key's name.
        key: String,
    },
    /// AUTN holds if the value given as OPc is taken for OP.
    OpGivenAsOpc,
    /// AUTN holds if the value given as OP is taken for OPc.
    OpcGivenAsOp,
    /// AUTN holds if K and OPc are exchanged.
    KAndOpcSwapped,
    /// RES is what the key, or the HSS, expects.
    ResRight,
    /// RES is another.
    ResWrong,
    /// AUTS holds: the USIM has this SQN_MS; by how much it is ahead of the challenge's SQN (negative: behind).
    AutsValid {
        /// SQN_MS.
        sqn_ms: u64,
        /// SQN_MS − SQN.
        ahead: i64,
    },
    /// MAC-S does not hold.
    AutsInvalid,
    /// The MAC holds with a KASME for this serving network instead.
    KasmeOfOtherPlmn {
        /// The serving network that fits.
        plmn: Plmn,
    },
    /// The MAC holds with another algorithm than was selected.
    OtherAlgorithm {
        /// `128-EIA1`, …
        name: &'static str,
    },
    /// The MAC holds with this COUNT instead of the one expected.
    OtherCount {
        /// The COUNT that holds.
        count: u32,
        /// The COUNT expected.
        expected: u32,
    },
    /// The MAC holds with the other direction bit.
    OtherDirection,
    /// HASH_MME differs from that of the initial message as the MME received it.
    HashMmeDiffers,
    /// The MAC is 0: a simulator's log from before integrity protection.
    MacZero,
}

/// What came of opening a protected message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whether the MAC holds.
    pub mac: MacVerdict,
    /// With which COUNT.
    pub count: Option<u32>,
    /// The plain message, if it was in the clear or a key opened it.
    pub plain: Option<Box<[u8]>>,
    /// What else.
    pub notes: Vec<KeyNote>,
}

/// The keys that are tried: published ones, and those the user gave.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {}
