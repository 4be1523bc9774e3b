//! The card of a simulated UE, and the check of the ME around it (TS 33.102 6.3.3, Annex C.2; TS 33.401 6.1.1).
//!
//! ```text
//!   RAND, AUTN ─► card: MAC-A holds? ─no─► MacFailure
//!                 card: SEQ fresh for its IND? ─no─► SynchronisationFailure(AUTS)
//!                 ME: separation bit set? ─no─► NotSeparated
//!                 ME: └─► RES, KASME for the serving network
//! ```

use quintet_crypto::{Auts, Kasme, Rand, Res, Sqn, WrongKeyLength};
use quintet_identity::{Imsi, Plmn};
use quintet_subscriber::model::Authentication;
use quintet_subscriber::usim::{self, Answer};

/// The card of a subscriber, in an ME.
#[derive(Clone, Debug)]
pub struct Usim {
    imsi: Imsi,
    card: usim::Usim,
}

/// What the card and the ME say to a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenged {
    /// The network is genuine and the vector is fresh.
    Accepted(KeyAgreement),
    /// MAC-A does not hold: the network does not know K.
    MacFailure,
    /// The vector is genuine but not one for E-UTRAN.
    NotSeparated,
    /// The vector is genuine but old, or too far ahead.
    SynchronisationFailure {
        /// The token for the AuC.
        auts: Auts,
        /// What the card has accepted last.
        sqn_ms: Sqn,
    },
}

/// What a successful authentication leaves on the side of the UE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAgreement {
    /// RES.
    pub res: Res,
    /// KASME for the serving network (TS 33.401 A.2).
    pub kasme: Kasme,
    /// The highest SQN accepted, that of this vector included.
    pub sqn_ms: Sqn,
}

impl Usim {
    /// A card with the same secrets as the AuC has. `sqn_ms` is the highest SQN it has accepted so far, 0 for a new one.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if the algorithm does not take a K of this length.
    pub fn new(imsi: Imsi, authentication: &Authentication, sqn_ms: Sqn) -> Result<Self, WrongKeyLength> {
        let mut card = usim::Usim::new(authentication)?;
        card.seq_array = card.seq_array.having_accepted(sqn_ms);
        Ok(Self { imsi, card })
    }

    /// Whose card it is.
    #[must_use]
    pub fn imsi(&self) -> Imsi {
        self.imsi
    }

    /// SQN_MS: the highest SQN accepted.
    #[must_use]
    pub fn sqn_ms(&self) -> Sqn {
        self.card.seq_array.sqn_ms()
    }

    /// What the card alone says to a challenge. An accepted SQN is used up.
    pub fn answer(&mut self, rand: &Rand, autn: &[u8; 16]) -> Answer {
        self.card.answer(rand, autn)
    }

    /// An authentication in E-UTRAN by the serving network `plmn`. An accepted SQN is used up.
    pub fn challenge(&mut self, rand: &Rand, autn: &[u8; 16], plmn: Plmn) -> Challenged {
        match self.card.answer(rand, autn) {
            Answer::MacFailure => Challenged::MacFailure,
            Answer::SynchFailure(auts) => Challenged::SynchronisationFailure {
                auts,
                sqn_ms: self.sqn_ms(),
            },
            Answer::Accepted { res, ck, ik } => match usim::Usim::kasme(&ck, &ik, plmn, autn) {
                Some(kasme) => Challenged::Accepted(KeyAgreement {
                    res,
                    kasme,
                    sqn_ms: self.sqn_ms(),
                }),
                // Or CK or IK of 256 bits, of which no KASME is made; no AuC gives E-UTRAN vectors then.
                None => Challenged::NotSeparated,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{Purpose, home_plmn, subscriber};
    use quintet_crypto::{Amf, AuthenticationFunctions};

    const RAND: Rand = [0x5a; 16];

    fn card(purpose: Purpose) -> (Usim, AuthenticationFunctions) {
        let demo = subscriber(purpose);
        let authentication = &demo.subscriber.authentication;
        let usim = Usim::new(demo.subscriber.imsi, authentication, demo.sqn_ms).unwrap();
        (usim, authentication.functions().unwrap())
    }

    fn autn(functions: &AuthenticationFunctions, sqn: u64, amf: [u8; 2]) -> [u8; 16] {
        functions
            .quintet(&RAND, Sqn::new(sqn).unwrap(), Amf(amf))
            .autn
            .octets()
            .unwrap()
    }

    #[test]
    fn a_fresh_vector_is_accepted_once_by_every_algorithm() {
        for purpose in [
            Purpose::Milenage,
            Purpose::Tuak,
            Purpose::TuakLongKey,
            Purpose::Xor,
        ] {
            let (mut usim, functions) = card(purpose);
            let autn = autn(&functions, 32 << 5, [0x80, 0]);
            let Challenged::Accepted(agreement) = usim.challenge(&RAND, &autn, home_plmn()) else {
                panic!("{purpose:?}: a fresh vector")
            };
            let quintet = functions.quintet(&RAND, Sqn::new(32 << 5).unwrap(), Amf([0x80, 0]));
            assert_eq!(agreement.res, quintet.xres);
            let again = usim.challenge(&RAND, &autn, home_plmn());
            let Challenged::SynchronisationFailure { auts, sqn_ms } = again else {
                panic!("a used vector: {again:?}")
            };
            assert_eq!(functions.verify_auts(&RAND, &auts), Ok(sqn_ms));
            assert_eq!(sqn_ms.value(), 32 << 5);
        }
    }

    #[test]
    fn a_wrong_mac_and_a_clear_separation_bit_are_told_apart() {
        let (mut usim, functions) = card(Purpose::Milenage);
        let mut wrong = autn(&functions, 1 << 5, [0x80, 0]);
        wrong[15] ^= 1;
        assert_eq!(usim.challenge(&RAND, &wrong, home_plmn()), Challenged::MacFailure);
        assert_eq!(usim.sqn_ms(), Sqn::default(), "that used no number up");
        let utran = autn(&functions, 1 << 5, [0, 0]);
        assert_eq!(
            usim.challenge(&RAND, &utran, home_plmn()),
            Challenged::NotSeparated
        );
    }
}
