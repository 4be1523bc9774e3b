//! What keys say of a message.

use crate::report::MacVerdict;
use quintet_identity::Plmn;

/// What keys say of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyNote {
    /// The HSS handed out a vector with this RAND in the capture, so KASME and XRES are known.
    VectorOfHss {
        /// Whether AUTN is the vector's; if not, it was altered on its way.
        same_autn: bool,
    },
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
    /// AUTN holds under a key that belongs to another subscriber, or to none in particular: after `AutnInvalid`.
    AutnOfOtherKey {
        /// The key's name.
        key: String,
    },
    /// AUTN holds if the value given as OPc is taken for OP: K and OP are right, and OP stands where OPc belongs.
    OpGivenAsOpc,
    /// AUTN holds if the value given as OP is taken for OPc.
    OpcGivenAsOp,
    /// AUTN holds if K and OPc are exchanged.
    KAndOpcSwapped,
    /// AUTN holds if SQN is taken as it stands: whoever made it left out AK.
    SqnNotConcealed,
    /// AUTN holds if MAC-A was computed over this AMF instead of the one beside it.
    MacOverOtherAmf {
        /// The AMF that fits.
        amf: [u8; 2],
    },
    /// AUTN holds with MAC-S in the place of MAC-A: f1* was called for f1.
    MacOfResynchronisation,
    /// AUTN holds under K with another algorithm than the one given.
    AutnOfOtherAlgorithm {
        /// `MILENAGE`, `XOR`.
        name: &'static str,
    },
    /// RES is what the key, or the HSS, expects.
    ResRight,
    /// RES is another.
    ResWrong,
    /// RES answers an earlier challenge of this subscriber: after `ResWrong`.
    ResOfEarlierChallenge,
    /// RES is the beginning of XRES: after `ResWrong`.
    ResCut {
        /// Octets of RES.
        octets: usize,
    },
    /// RES is the SRES that a SIM makes of XRES (TS 33.102 6.8.1.2): after `ResWrong`.
    ResIsSres,
    /// AUTS holds: the USIM has this SQN_MS; by how much it is ahead of the challenge's SQN (negative: behind).
    AutsValid {
        /// SQN_MS.
        sqn_ms: u64,
        /// SQN_MS − SQN.
        ahead: i64,
    },
    /// MAC-S does not hold.
    AutsInvalid,
    /// MAC-S holds if computed over the AMF of the challenge; it must be 0000 (TS 33.102 6.3.3): after `AutsInvalid`.
    AutsOverAmf,
    /// MAC-S holds for an earlier challenge of this subscriber: after `AutsInvalid`.
    AutsOfEarlierChallenge,
    /// The MAC holds with a KASME, or KAMF, for this serving network instead.
    KasmeOfOtherPlmn {
        /// The serving network that fits.
        plmn: Plmn,
    },
    /// The MAC holds with the KASME of the HSS's answer, or the KSEAF of the home network's, which is that of K for no
    /// network in sight.
    KasmeOfHssDiffers,
    /// The MAC holds with the KASME, or KAMF, of an earlier challenge of this subscriber.
    KasmeOfEarlierChallenge,
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
    /// The MAC of the first message of a new context holds with a COUNT that goes on from the old one's.
    CountNotReset {
        /// The COUNT that holds.
        count: u32,
    },
    /// The MAC holds with a COUNT that is not above the last accepted, and no message was seen with it: it came late.
    Late {
        /// The COUNT that holds.
        count: u32,
        /// The highest seen before.
        last: u32,
    },
    /// The MAC holds with a COUNT that the same message had before: it is repeated.
    Repeated {
        /// The COUNT.
        count: u32,
    },
    /// The MAC holds with a COUNT that another message before it had: key, COUNT and direction protect two messages.
    CountReused {
        /// The COUNT.
        count: u32,
    },
    /// The MAC holds with the other direction bit.
    OtherDirection,
    /// The MAC holds with this BEARER; NAS of EPS has 0, of 5GS over 3GPP access 1.
    OtherBearer {
        /// The value that holds.
        bearer: u8,
    },
    /// The MAC holds with the context that was in use before.
    PreviousContext {
        /// Its KSI.
        ksi: u8,
    },
    /// The MAC holds with a key derived by another rule than TS 33.401 A.7, TS 33.501 A.8.
    WrongDerivation {
        /// The rule that fits, in words.
        what: &'static str,
    },
    /// The MAC holds over the plain message instead of the ciphered one.
    MacOverPlain,
    /// The MAC holds without the sequence number in front of the message.
    MacWithoutSequenceNumber,
    /// RES* is that for this serving network instead: after `ResWrong`.
    ResStarOfOtherPlmn {
        /// The serving network that fits.
        plmn: Plmn,
    },
    /// RES stands in the place of RES*: after `ResWrong`.
    ResNotStar,
    /// RES* is the upper 128 bits of the KDF's output instead of the lower (TS 33.501 A.4): after `ResWrong`.
    ResStarUpperHalf,
    /// AT_KDF_INPUT of EAP-AKA' is not the name of the network that serves.
    NetworkNameDiffers {
        /// The name as it was sent.
        name: String,
    },
    /// AT_MAC of EAP-AKA' does not hold.
    AtMacInvalid,
    /// The MAC holds with a KAMF that was derived with this ABBA instead of the one that was sent.
    KamfOfOtherAbba {
        /// The ABBA that fits.
        abba: Box<[u8]>,
    },
    /// The MAC holds with a KAMF derived by another rule than TS 33.501 A.7.
    KamfOfOtherRule {
        /// The rule that fits, in words: "of the SUPI with …".
        what: &'static str,
    },
    /// HASH_MME differs from that of the initial message as the MME received it.
    HashMmeDiffers,
    /// The MAC is 0: a simulator's log from before integrity protection.
    MacZero,
}

/// What came of opening a protected message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Whether the MAC holds as it must. `Invalid` also if it holds with one thing changed: then a note says which.
    pub mac: MacVerdict,
    /// With which COUNT the MAC holds.
    pub count: Option<u32>,
    /// The plain message, if it was in the clear or a key opened it. Of SERVICE REQUEST: the PDU itself.
    pub plain: Option<Box<[u8]>>,
    /// Whether a key deciphered it: the octets differ from those in the PDU.
    pub deciphered: bool,
    /// What else.
    pub notes: Vec<KeyNote>,
}
