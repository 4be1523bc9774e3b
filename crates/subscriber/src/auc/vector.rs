//! Authentication vectors (TS 33.102 6.3.2, TS 33.401 6.1.2, TS 33.501 6.1.3) and the check of AUTS (TS 33.102 6.3.5).
//!
//! ```text
//!   SQN, RAND ──f1…f5──► quintet, separation bit clear ─────────────► UTRAN and GERAN
//!            └─f1…f5──► quintet, separation bit set ─┬─A.2, SN id──► E-UTRAN { RAND, XRES, AUTN, KASME }
//!                                                     │ TS 33.501, serving network name:
//!                                                     ├─A.2, A.4────► 5G HE AV { RAND, AUTN, XRES*, KAUSF }
//!                                                     └─A.3─────────► AV' { RAND, XRES, AUTN, CK', IK' }, also TS 33.402 A.2
//! ```
//!
//! A subscriber whose lengths the interface cannot carry is refused as a whole: AUTN has 16 octets (TS 24.301
//! 9.9.3.2), RES 4 to 16 (TS 24.301 9.9.3.4), CK and IK have 128 bits. Longer ones of TUAK wait for an interface that has them.

use super::{ChallengeKey, Entropy, Issued, WallClock};
use crate::model::{Algorithm, Authentication};
use quintet_crypto::fgs::{HeAv, ServingNetworkName};
use quintet_crypto::{
    Amf, AuthenticationFunctions, Auts, CkIkPrime, Kasme, Milenage, Quintet, Rand, Res, Sqn, Tuak,
    WrongKeyLength, Xor,
};
use quintet_identity::{Imsi, Plmn};

/// An E-UTRAN vector (TS 29.272 7.3.18). Secret: XRES and KASME. Zeroised when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpsVector {
    /// The challenge.
    pub rand: Rand,
    /// The expected response, 4 to 16 octets.
    pub xres: Secret<Res>,
    /// AUTN.
    pub autn: [u8; 16],
    /// The root of the session's keys.
    pub kasme: Kasme,
}

/// A vector of EAP-AKA' (TS 33.501 6.1.3.1, TS 33.402 6.2): AV'. Secret: XRES, CK', IK'. Zeroised when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EapAkaPrimeVector {
    /// The challenge.
    pub rand: Rand,
    /// The expected response, 4 to 16 octets.
    pub xres: Secret<Res>,
    /// AUTN.
    pub autn: [u8; 16],
    /// CK' and IK'.
    pub keys: CkIkPrime,
}

/// A value of [`quintet_crypto`] that is zeroised when this is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret<T: zeroize::Zeroize>(T);

impl<T: zeroize::Zeroize> core::ops::Deref for Secret<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: zeroize::Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// Why no vector can be made for a subscriber: the provisioned data are wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VectorError {
    /// K has a length that the algorithm does not take.
    #[error(transparent)]
    KeyLength(#[from] WrongKeyLength),
    /// A length that S6a and NAS cannot carry.
    #[error(
        "{what} has {bits} bits, which S6a and NAS cannot carry: give the card CK, IK of 128 bits, MAC of 64, RES of 32 to 128"
    )]
    Size {
        /// Which value.
        what: &'static str,
        /// Its length.
        bits: u16,
    },
}

/// Why an AUTS is not accepted: nothing may be resynchronised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AutsRefused {
    /// The RAND is not ours, is another subscriber's, or is too old.
    #[error("the RAND of this AUTS is none that was issued lately for this subscriber")]
    RandNotOurs,
    /// MAC-S does not hold.
    #[error("MAC-S does not match: AUTS was altered, or card and AuC differ in K, OPc (TOPc) or algorithm")]
    MacFailure,
    /// The subscriber's data are wrong.
    #[error(transparent)]
    Vector(#[from] VectorError),
}

/// An SQN_MS that a card has proven: MAC-S held, and the RAND was ours. Made by [`Vectors::check_auts`] alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SqnMs(Sqn);

impl SqnMs {
    /// The number.
    #[must_use]
    pub fn value(self) -> Sqn {
        self.0
    }

    /// What the model's card says: it has no cryptography.
    #[cfg(test)]
    pub(super) fn unproven(sqn: Sqn) -> Self {
        Self(sqn)
    }
}

/// Makes the vectors of one subscriber: the functions, keyed. For the length of one request.
#[derive(Debug)]
pub struct Vectors<'a> {
    functions: AuthenticationFunctions,
    amf: Amf,
    imsi: Imsi,
    challenge: &'a ChallengeKey,
    wall: WallClock,
}

impl<'a> Vectors<'a> {
    /// For a subscriber, now.
    ///
    /// # Errors
    /// [`VectorError`] if the provisioned data cannot give vectors for S6a.
    #[inline]
    pub fn new(
        imsi: Imsi,
        authentication: &Authentication,
        challenge: &'a ChallengeKey,
        wall: WallClock,
    ) -> Result<Self, VectorError> {
        Self::keyed(
            imsi,
            authentication.functions()?,
            authentication.amf,
            challenge,
            wall,
        )
    }

    /// For a subscriber whose functions are keyed already, as a compact table of subscribers gives them.
    ///
    /// # Errors
    /// [`VectorError::Size`] as [`Self::new`].
    #[inline]
    pub fn keyed(
        imsi: Imsi,
        functions: AuthenticationFunctions,
        amf: Amf,
        challenge: &'a ChallengeKey,
        wall: WallClock,
    ) -> Result<Self, VectorError> {
        check_sizes(&functions)?;
        Ok(Self {
            functions,
            amf,
            imsi,
            challenge,
            wall,
        })
    }

    /// E-UTRAN vectors, one for each issued number, in order; KASME is bound to the serving network.
    #[inline]
    pub fn eps(
        &self,
        serving: Plmn,
        sqns: Issued,
        entropy: &mut impl Entropy,
    ) -> impl Iterator<Item = EpsVector> {
        let sn_id = serving.octets();
        sqns.filter_map(move |sqn| {
            let quintet = self.quintet(sqn, self.amf.separated(), entropy);
            let autn = quintet.autn.octets()?;
            let kasme = Kasme::derive(&quintet.ck, &quintet.ik, &sn_id, &quintet.autn.concealed_sqn)?;
            Some(EpsVector {
                rand: quintet.rand,
                xres: Secret(quintet.xres),
                autn,
                kasme,
            })
        })
    }

    /// 5G HE AVs, one for each issued number, in order; XRES* and KAUSF are bound to the serving network (TS 33.501
    /// 6.1.3.2).
    #[inline]
    pub fn fgs(
        &self,
        serving: ServingNetworkName,
        sqns: Issued,
        entropy: &mut impl Entropy,
    ) -> impl Iterator<Item = HeAv> {
        sqns.filter_map(move |sqn| HeAv::derive(&self.quintet(sqn, self.amf.separated(), entropy), &serving))
    }

    /// Vectors of EAP-AKA', one for each issued number, in order; CK' and IK' are bound to a network: in 5GS the name of
    /// the serving one (TS 33.501 6.1.3.1), in access that is not 3GPP's the Access Network Identity (TS 33.402 6.1, A.2).
    #[inline]
    pub fn eap_aka_prime(
        &self,
        network_name: &[u8],
        sqns: Issued,
        entropy: &mut impl Entropy,
    ) -> impl Iterator<Item = EapAkaPrimeVector> {
        sqns.filter_map(move |sqn| {
            let quintet = self.quintet(sqn, self.amf.separated(), entropy);
            let Quintet { ck, ik, autn, .. } = &quintet;
            let keys = CkIkPrime::eap_aka_prime(ck, ik, network_name, &autn.concealed_sqn)?;
            Some(EapAkaPrimeVector {
                autn: autn.octets()?,
                keys,
                rand: quintet.rand,
                xres: Secret(quintet.xres),
            })
        })
    }

    /// UTRAN vectors, which GERAN uses as well, one for each issued number, in order.
    #[inline]
    pub fn utran(&self, sqns: Issued, entropy: &mut impl Entropy) -> impl Iterator<Item = Quintet> {
        sqns.map(move |sqn| self.quintet(sqn, self.amf.unseparated(), entropy))
    }

    /// Checks Re-Synchronization-Info: the RAND must be ours, and MAC-S must hold.
    ///
    /// # Errors
    /// [`AutsRefused`].
    pub fn check_auts(&self, rand: &Rand, auts: &Auts) -> Result<SqnMs, AutsRefused> {
        if !self.challenge.is_ours(rand, self.imsi, self.wall) {
            return Err(AutsRefused::RandNotOurs);
        }
        let sqn_ms = self
            .functions
            .verify_auts(rand, auts)
            .map_err(|_| AutsRefused::MacFailure)?;
        Ok(SqnMs(sqn_ms))
    }

    #[inline]
    fn quintet(&self, sqn: Sqn, amf: Amf, entropy: &mut impl Entropy) -> Quintet {
        let rand = self.challenge.rand(self.imsi, self.wall, entropy);
        self.functions.quintet(&rand, sqn, amf)
    }
}

impl Authentication {
    /// Whether vectors for S6a can be made from these data.
    ///
    /// # Errors
    /// [`VectorError`] if not.
    pub(crate) fn check_vectors(&self) -> Result<(), VectorError> {
        check_sizes(&self.functions()?)
    }

    /// The subscriber's functions, keyed.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if the algorithm does not take this K.
    #[inline]
    pub fn functions(&self) -> Result<AuthenticationFunctions, WrongKeyLength> {
        let k = self.k.clone();
        Ok(match &self.algorithm {
            Algorithm::Milenage { opc } => AuthenticationFunctions::Milenage(Milenage::new(k, opc.clone())?),
            Algorithm::Tuak { topc, sizes } => {
                AuthenticationFunctions::Tuak(Tuak::new(k, topc.clone(), *sizes))
            }
            Algorithm::Xor => AuthenticationFunctions::Xor(Xor::new(k)?),
        })
    }
}

/// MILENAGE and XOR have the right lengths by nature.
#[inline]
fn check_sizes(functions: &AuthenticationFunctions) -> Result<(), VectorError> {
    let AuthenticationFunctions::Tuak(tuak) = functions else {
        return Ok(());
    };
    let sizes = tuak.sizes();
    let wrong = |what, bits| Err(VectorError::Size { what, bits });
    match sizes {
        sizes if sizes.mac_bits() != 64 => wrong("MAC-A", sizes.mac_bits()),
        sizes if sizes.ck_bits() != 128 => wrong("CK", sizes.ck_bits()),
        sizes if sizes.ik_bits() != 128 => wrong("IK", sizes.ik_bits()),
        sizes if sizes.res_bits() > 128 => wrong("RES", sizes.res_bits()),
        _ => Ok(()),
    }
}
