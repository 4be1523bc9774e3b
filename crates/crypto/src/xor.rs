//! The XOR test algorithm: f1, f1*, f2, f3, f4, f5 and f5* of test USIMs (TS 34.108 8.1.2). It protects nothing.
//!
//! XDOUT = K ⊕ RAND. f2 is XDOUT from its start, f3 and f4 are XDOUT turned by one and by two octets, f5 its octets 3 to 8,
//! and f1 its first 64 bits ⊕ SQN ‖ AMF. f1* and f5* are f1 and f5 (TS 34.108 8.1.2.2), so an AUTS conceals SQN_MS with
//! the very AK of the AUTN.
//!
//! The specification lets RES have 32 to 128 bits: libosmocore answers 128, the UE of srsRAN 64.
//! Left out: the 2G form of the algorithm, keys shorter than 128 bits, and the AMF value at which a test USIM
//! resynchronises whatever the SQN (TS 34.108 8.1.2.2), which is the USIM's decision.

use crate::functions::{Vector, WrongKeyLength};
use crate::{Ak, Amf, Ck, Ik, K, Mac, Rand, Res, Sqn};

/// What the XOR algorithm needs of a subscriber: K of 128 bits, and the length of RES.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xor {
    k: K,
    res_octets: u8,
}

impl Xor {
    /// With K, and RES of 128 bits.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if K has not 128 bits.
    pub fn new(k: K) -> Result<Self, WrongKeyLength> {
        match k.expose_128() {
            Some(_) => Ok(Self { k, res_octets: 16 }),
            None => Err(WrongKeyLength { algorithm: "XOR" }),
        }
    }

    /// With RES of another length, 4 to 16 octets; `None` outside that range.
    #[must_use]
    pub fn with_res_octets(mut self, octets: u8) -> Option<Self> {
        self.res_octets = octets;
        if (4..=16).contains(&octets) {
            Some(self)
        } else {
            None
        }
    }

    /// f1: MAC-A, 64 bits.
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        let cdout = u128::from(sqn.value()) << 80 | u128::from(u16::from_be_bytes(amf.0)) << 64;
        Mac::from_array(first::<8>(self.xdout(rand) ^ cdout))
    }

    /// f1*: MAC-S, the same function as f1.
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        self.f1(rand, sqn, amf)
    }

    /// f2 to f5: RES, CK, IK, AK.
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> (Res, Ck, Ik, Ak) {
        let xdout = self.xdout(rand);
        let octets = xdout.to_be_bytes();
        let res =
            Res::new(&octets[..usize::from(self.res_octets)]).expect("4 to 16 octets: see `with_res_octets`");
        let ck = Ck::new_128(xdout.rotate_left(8).to_be_bytes());
        let ik = Ik::new_128(xdout.rotate_left(16).to_be_bytes());
        (res, ck, ik, Ak::new(first(xdout.rotate_left(24))))
    }

    /// f5*: AK for resynchronisation, the same function as f5.
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> Ak {
        Ak::new(first(self.xdout(rand).rotate_left(24)))
    }

    pub(crate) fn vector(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Vector {
        let (res, ck, ik, ak) = self.f2345(rand);
        Vector {
            mac_a: self.f1(rand, sqn, amf),
            res,
            ck,
            ik,
            ak,
        }
    }

    /// K ⊕ RAND as a big-endian integer.
    fn xdout(&self, rand: &Rand) -> u128 {
        let k = self.k.expose_128().expect("`new` admits a K of 128 bits only");
        u128::from_be_bytes(*k) ^ u128::from_be_bytes(*rand)
    }
}

/// The first octets of a block.
fn first<const N: usize>(block: u128) -> [u8; N] {
    let mut octets = [0; N];
    octets.copy_from_slice(&block.to_be_bytes()[..N]);
    octets
}
