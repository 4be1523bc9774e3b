//! A subscriber's authentication functions, whichever algorithm they are: what the AuC and the USIM do with K
//! (TS 33.102 6.3).
//!
//! ```text
//!   AuC    quintet:     RAND, SQN, AMF ──f1…f5──► XRES, CK, IK, AUTN = SQN⊕AK ‖ AMF ‖ MAC-A
//!          verify_auts: RAND, AUTS     ──f5*, f1*──► SQN_MS, or a MAC failure
//!   USIM   verify_autn: RAND, AUTN     ──f5, f1…──► SQN, RES, CK, IK, or a MAC failure
//!          auts:        RAND, SQN_MS   ──f5*, f1*──► AUTS = SQN_MS⊕AK* ‖ MAC-S, with AMF* = 0000
//! ```
//!
//! Whether an SQN is fresh is not decided here: it needs the state of the AuC or of the USIM.

use crate::{Ak, Amf, Autn, Auts, Ck, Ik, Mac, Milenage, Quintet, Rand, Res, Sqn, Tuak, Xor};
use thiserror::Error;

/// K has a length that the algorithm does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{algorithm} needs a K of 128 bits, and this one has 256: only TUAK takes it")]
pub struct WrongKeyLength {
    /// The algorithm.
    pub algorithm: &'static str,
}

/// MAC-A or MAC-S does not match: the message was altered, or AuC and USIM do not share K, OPc (TOPc) and lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "the MAC does not match: the token was altered, or AuC and USIM differ in K, OPc (TOPc), algorithm or lengths"
)]
pub struct MacFailure;

/// A subscriber's algorithm with its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticationFunctions {
    /// MILENAGE (TS 35.206).
    Milenage(Milenage),
    /// TUAK (TS 35.231).
    Tuak(Tuak),
    /// The XOR test algorithm (TS 34.108 8.1.2).
    Xor(Xor),
}

/// What f1 to f5 give for one vector.
pub(crate) struct Vector {
    pub(crate) mac_a: Mac,
    pub(crate) res: Res,
    pub(crate) ck: Ck,
    pub(crate) ik: Ik,
    pub(crate) ak: Ak,
}

/// The outputs of all seven functions for one RAND, SQN and AMF: for a person to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionOutputs {
    /// f1.
    pub mac_a: Mac,
    /// f1*, with the AMF as given: a genuine AUTS has AMF* = 0000 (TS 33.102 6.3.3).
    pub mac_s: Mac,
    /// f2.
    pub res: Res,
    /// f3.
    pub ck: Ck,
    /// f4.
    pub ik: Ik,
    /// f5.
    pub ak: Ak,
    /// f5*.
    pub ak_star: Ak,
}

/// Calls the same function of whichever algorithm.
macro_rules! each {
    ($self:ident, $algorithm:ident => $call:expr) => {
        match $self {
            AuthenticationFunctions::Milenage($algorithm) => $call,
            AuthenticationFunctions::Tuak($algorithm) => $call,
            AuthenticationFunctions::Xor($algorithm) => $call,
        }
    };
}

impl AuthenticationFunctions {
    /// The quintet for a challenge (TS 33.102 6.3.2). `amf` goes in as given: see [`Amf::separated`].
    #[must_use]
    #[inline]
    pub fn quintet(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Quintet {
        let Vector {
            mac_a,
            res,
            ck,
            ik,
            ak,
        } = each!(self, algorithm => algorithm.vector(rand, sqn, amf));
        let autn = Autn {
            concealed_sqn: concealed(sqn, &ak),
            amf,
            mac: mac_a,
        };
        Quintet {
            rand: *rand,
            xres: res,
            ck,
            ik,
            autn,
        }
    }

    /// Checks an AUTS that answers `rand`, and gives SQN_MS (TS 33.102 6.3.5).
    ///
    /// # Errors
    /// [`MacFailure`] if MAC-S does not hold: then nothing may be resynchronised.
    pub fn verify_auts(&self, rand: &Rand, auts: &Auts) -> Result<Sqn, MacFailure> {
        let sqn_ms = revealed(auts.concealed_sqn, &self.f5_star(rand));
        if self.f1_star(rand, sqn_ms, Amf::RESYNC) == auts.mac {
            Ok(sqn_ms)
        } else {
            Err(MacFailure)
        }
    }

    /// The USIM's side of a challenge: checks MAC-A and gives SQN, RES, CK and IK (TS 33.102 6.3.3).
    ///
    /// # Errors
    /// [`MacFailure`] if MAC-A does not hold.
    pub fn verify_autn(&self, rand: &Rand, autn: &Autn) -> Result<(Sqn, Res, Ck, Ik), MacFailure> {
        let (res, ck, ik, ak) = each!(self, algorithm => algorithm.f2345(rand));
        let sqn = revealed(autn.concealed_sqn, &ak);
        if self.f1(rand, sqn, autn.amf) == autn.mac {
            Ok((sqn, res, ck, ik))
        } else {
            Err(MacFailure)
        }
    }

    /// The USIM's answer to an SQN that is not fresh (TS 33.102 6.3.3), with AMF* = 0000.
    #[must_use]
    pub fn auts(&self, rand: &Rand, sqn_ms: Sqn) -> Auts {
        Auts {
            concealed_sqn: concealed(sqn_ms, &self.f5_star(rand)),
            mac: self.f1_star(rand, sqn_ms, Amf::RESYNC),
        }
    }

    /// All seven functions.
    #[must_use]
    pub fn outputs(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> FunctionOutputs {
        let Vector {
            mac_a,
            res,
            ck,
            ik,
            ak,
        } = each!(self, algorithm => algorithm.vector(rand, sqn, amf));
        let mac_s = self.f1_star(rand, sqn, amf);
        FunctionOutputs {
            mac_a,
            mac_s,
            res,
            ck,
            ik,
            ak,
            ak_star: self.f5_star(rand),
        }
    }

    /// f1: MAC-A.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        each!(self, algorithm => algorithm.f1(rand, sqn, amf))
    }

    /// f1*: MAC-S.
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        each!(self, algorithm => algorithm.f1_star(rand, sqn, amf))
    }

    /// f5*: AK for resynchronisation.
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> Ak {
        each!(self, algorithm => algorithm.f5_star(rand))
    }
}

/// SQN ⊕ AK.
#[inline]
fn concealed(sqn: Sqn, ak: &Ak) -> [u8; 6] {
    Sqn::from_octets(*ak.expose()).xor(sqn).octets()
}

/// SQN from SQN ⊕ AK.
#[inline]
fn revealed(concealed_sqn: [u8; 6], ak: &Ak) -> Sqn {
    Sqn::from_octets(*ak.expose()).xor(Sqn::from_octets(concealed_sqn))
}
