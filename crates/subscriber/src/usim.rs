//! The card's side of UMTS, EPS and 5G AKA: is a challenge genuine, is it fresh (TS 33.102 6.3.3, C.2), for simulators
//! and tests.
//!
//! ```text
//!   RAND, AUTN ──MAC-A wrong──────────────────────────► MacFailure
//!            └──MAC-A right─┬─ SQN fresh ─────────────► Accepted { RES, CK, IK }, SEQ_MS(IND) := SEQ
//!                           └─ SQN not fresh ─────────► SynchFailure(AUTS of the highest SQN accepted)
//! ```
//!
//! Left out: GSM, the conversion functions, and wrap-around of SEQ, which C.2 has no need of at these lengths.

use crate::model::{Authentication, SqnProfile};
use quintet_crypto::fgs::{KAusf, ResStar, ServingNetworkName};
use quintet_crypto::{
    AuthenticationFunctions, Autn, Auts, Ck, CkIkPrime, Ik, Kasme, Rand, Res, Sqn, WrongKeyLength,
};
use quintet_identity::Plmn;

/// The most entries of the array SEQ_MS: 5 bits of IND.
const MAX_ENTRIES: usize = 32;

/// What a card remembers of sequence numbers: SEQ_MS for each IND (TS 33.102 C.1.2, C.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SeqArray {
    profile: SqnProfile,
    /// L: how much older than the newest a SEQ may be (TS 33.102 C.2.1), in SEQ; `None` = any age.
    age_limit: Option<u64>,
    entries: [u64; MAX_ENTRIES],
    /// The IND of the highest entry.
    newest: usize,
}

impl SeqArray {
    /// A new card: all zero.
    #[must_use]
    pub fn new(profile: SqnProfile) -> Self {
        Self {
            profile,
            age_limit: None,
            entries: [0; MAX_ENTRIES],
            newest: 0,
        }
    }

    /// With the age limit L.
    #[must_use]
    pub fn with_age_limit(mut self, l: u64) -> Self {
        self.age_limit = Some(l);
        self
    }

    /// As if `sqn` had been accepted: a card that was in use elsewhere.
    #[must_use]
    pub fn having_accepted(mut self, sqn: Sqn) -> Self {
        self.put(sqn);
        self
    }

    /// Whether `sqn` is fresh (TS 33.102 C.2.1, C.2.2); if it is, it is remembered, and will not be again.
    pub fn accept(&mut self, sqn: Sqn) -> bool {
        let (seq, ind) = self.split(sqn);
        let newest = self.entries[self.newest];
        let delta = 1u64 << self.profile.delta_bits.min(47);
        let fresh = seq > self.entries[ind]
            && seq.saturating_sub(newest) <= delta
            && self.age_limit.is_none_or(|l| newest.saturating_sub(seq) < l);
        if fresh {
            self.put(sqn);
        }
        fresh
    }

    /// SQN_MS: the highest SQN accepted (TS 33.102 C.2.2).
    #[must_use]
    pub fn sqn_ms(&self) -> Sqn {
        let ind_bits = self.ind_bits();
        Sqn::new(self.entries[self.newest] << ind_bits | self.newest as u64).unwrap_or(Sqn::MAX)
    }

    fn put(&mut self, sqn: Sqn) {
        let (seq, ind) = self.split(sqn);
        self.entries[ind] = seq;
        if seq >= self.entries[self.newest] {
            self.newest = ind;
        }
    }

    /// SEQ and IND.
    fn split(&self, sqn: Sqn) -> (u64, usize) {
        let ind_bits = self.ind_bits();
        (
            sqn.value() >> ind_bits,
            (sqn.value() & ((1 << ind_bits) - 1)) as usize,
        )
    }

    fn ind_bits(&self) -> u8 {
        self.profile.ind_bits.min(5)
    }
}

/// What a card answers to a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The network is genuine and the challenge fresh.
    Accepted {
        /// RES.
        res: Res,
        /// CK.
        ck: Ck,
        /// IK.
        ik: Ik,
    },
    /// The challenge is genuine and not fresh.
    SynchFailure(Auts),
    /// The challenge is not genuine.
    MacFailure,
}

/// A card.
#[derive(Clone, Debug)]
pub struct Usim {
    functions: AuthenticationFunctions,
    /// The sequence numbers it accepted.
    pub seq_array: SeqArray,
}

impl Usim {
    /// The card that belongs to a subscriber's data, new.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if the algorithm does not take this K.
    pub fn new(authentication: &Authentication) -> Result<Self, WrongKeyLength> {
        let functions = authentication.functions()?;
        Ok(Self {
            functions,
            seq_array: SeqArray::new(authentication.sqn_profile),
        })
    }

    /// Answers a challenge (TS 33.102 6.3.3).
    pub fn answer(&mut self, rand: &Rand, autn: &[u8; 16]) -> Answer {
        let autn = Autn::from_octets(autn);
        let Ok((sqn, res, ck, ik)) = self.functions.verify_autn(rand, &autn) else {
            return Answer::MacFailure;
        };
        if self.seq_array.accept(sqn) {
            return Answer::Accepted { res, ck, ik };
        }
        Answer::SynchFailure(self.functions.auts(rand, self.seq_array.sqn_ms()))
    }

    /// What the UE makes of an accepted EPS challenge (TS 33.401 A.2); `None` if the separation bit is clear, when the
    /// UE refuses the challenge (TS 33.401 6.1.1), or CK or IK has not 128 bits.
    #[must_use]
    pub fn kasme(ck: &Ck, ik: &Ik, serving: Plmn, autn: &[u8; 16]) -> Option<Kasme> {
        let autn = separated(autn)?;
        Kasme::derive(ck, ik, &serving.octets(), &autn.concealed_sqn)
    }

    /// What the UE makes of an accepted challenge of 5G AKA: RES* and KAUSF (TS 33.501 6.1.3.2); `None` if the separation
    /// bit is clear, when the UE refuses the challenge (TS 33.501 6.1.3.2.0), or CK or IK has not 128 bits.
    #[must_use]
    pub fn fgs(
        (ck, ik, res): (&Ck, &Ik, &Res),
        serving: &ServingNetworkName,
        rand: &Rand,
        autn: &[u8; 16],
    ) -> Option<(ResStar, KAusf)> {
        let autn = separated(autn)?;
        let k_ausf = KAusf::derive(ck, ik, serving, &autn.concealed_sqn)?;
        Some((ResStar::derive(ck, ik, serving, rand, res)?, k_ausf))
    }

    /// What the UE makes of an accepted challenge of EAP-AKA': CK' and IK' (TS 33.501 6.1.3.1, RFC 9048 3.3), with
    /// `network_name` as AT_KDF_INPUT had it; `None` as [`Usim::fgs`].
    #[must_use]
    pub fn eap_aka_prime(ck: &Ck, ik: &Ik, network_name: &[u8], autn: &[u8; 16]) -> Option<CkIkPrime> {
        CkIkPrime::eap_aka_prime(ck, ik, network_name, &separated(autn)?.concealed_sqn)
    }
}

/// AUTN, if the separation bit of its AMF is set.
fn separated(autn: &[u8; 16]) -> Option<Autn> {
    Some(Autn::from_octets(autn)).filter(|autn| autn.amf.is_separated())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sqn(seq: u64, ind: u64) -> Sqn {
        Sqn::new(seq << 5 | ind).unwrap()
    }

    #[test]
    fn each_ind_has_its_own_order() {
        let mut card = SeqArray::new(SqnProfile::TIME_BASED);
        assert!(card.accept(sqn(100, 1)));
        assert!(!card.accept(sqn(100, 1)), "never twice");
        assert!(card.accept(sqn(50, 2)), "older, of another IND");
        assert!(!card.accept(sqn(49, 2)));
        assert_eq!(card.sqn_ms(), sqn(100, 1), "the highest, not the last");
    }

    #[test]
    fn delta_and_l_bound_both_sides() {
        let profile = SqnProfile {
            ind_bits: 5,
            delta_bits: 4,
        };
        let mut card = SeqArray::new(profile)
            .having_accepted(sqn(100, 0))
            .with_age_limit(10);
        assert!(!card.accept(sqn(117, 3)));
        assert!(card.accept(sqn(116, 3)));
        assert!(!card.accept(sqn(106, 4)), "too old");
        assert!(card.accept(sqn(107, 4)));
    }

    #[test]
    fn a_plain_card_compares_whole_numbers() {
        let mut card = SeqArray::new(SqnProfile::PLAIN);
        assert!(card.accept(Sqn::new(33).unwrap()));
        assert!(!card.accept(Sqn::new(32).unwrap()));
        assert!(card.accept(Sqn::new(34).unwrap()));
        assert_eq!(card.sqn_ms().value(), 34);
    }
}
