//! TUAK: f1, f1*, f2, f3, f4, f5 and f5* on Keccak-f[1600] (TS 35.231), with every length it allows.
//!
//! The input of each permutation is 1600 bits (TS 35.231):
//!
//! ```text
//!   lane  0‥3  TOP or TOPc      lane 5‥6  RAND        lane 8‥11  K, 128 bits in 8‥9
//!   lane  4    "TUAK1.0" ‖ INSTANCE   lane 7  SQN ‖ AMF   lanes 12, 16  padding
//! ```
//!
//! TUAK numbers the bits of each value from its end, so a value fills its lanes from the last octet on: a lane is then
//! a big-endian integer of eight octets, counted from the end of the value. INSTANCE names the function and the lengths:
//! no two uses share an input. The permutation is applied `keccak_iterations` times.

use crate::functions::Vector;
use crate::keccak::keccak_f1600;
use crate::{Ak, Amf, Ck, Ik, K, Mac, Rand, Res, Sqn, Top, Topc};
use thiserror::Error;

/// ALGONAME (TS 35.231), in the upper seven octets of lane 4.
const ALGONAME: u64 = u64::from_be_bytes(*b"TUAK1.0\0");

/// INSTANCE of f1, f1*, f2 to f5, f5* without the lengths (TS 35.231).
const F1: u8 = 0x00;
const F1_STAR: u8 = 0x80;
const F2345: u8 = 0x40;
const F5_STAR: u8 = 0xc0;

/// INSTANCE bits for CK, IK and K of 256 bits.
const LONG_CK: u8 = 0x04;
const LONG_IK: u8 = 0x02;
const LONG_K: u8 = 0x01;

/// Lengths of TUAK's values in bits, and its iterations: agreed between AuC and USIM (TS 35.231).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TuakSizes {
    res_bits: u16,
    mac_bits: u16,
    ck_bits: u16,
    ik_bits: u16,
    keccak_iterations: u8,
}

/// A length that TUAK does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("TUAK has no {name} of {value}: TS 35.231 allows {allowed}")]
pub struct WrongTuakSize {
    /// Which one.
    pub name: &'static str,
    /// What was asked for, in bits or iterations.
    pub value: u16,
    /// What may be asked for.
    pub allowed: &'static str,
}

impl TuakSizes {
    /// Lengths in bits: RES 32, 64, 128 or 256; MAC 64, 128 or 256; CK and IK 128 or 256; iterations from 1 (the
    /// usual number) to 255.
    ///
    /// # Errors
    /// [`WrongTuakSize`] for another value.
    pub fn new(
        res_bits: u16,
        mac_bits: u16,
        ck_bits: u16,
        ik_bits: u16,
        keccak_iterations: u8,
    ) -> Result<Self, WrongTuakSize> {
        let wrong = |name, value, allowed| Err(WrongTuakSize { name, value, allowed });
        if !matches!(res_bits, 32 | 64 | 128 | 256) {
            return wrong("RES length in bits", res_bits, "32, 64, 128, 256");
        }
        if !matches!(mac_bits, 64 | 128 | 256) {
            return wrong("MAC length in bits", mac_bits, "64, 128, 256");
        }
        if !matches!(ck_bits, 128 | 256) {
            return wrong("CK length in bits", ck_bits, "128, 256");
        }
        if !matches!(ik_bits, 128 | 256) {
            return wrong("IK length in bits", ik_bits, "128, 256");
        }
        if keccak_iterations == 0 {
            return wrong("number of Keccak iterations", 0, "1 to 255");
        }
        Ok(Self {
            res_bits,
            mac_bits,
            ck_bits,
            ik_bits,
            keccak_iterations,
        })
    }

    /// Length of RES in bits.
    #[must_use]
    pub fn res_bits(self) -> u16 {
        self.res_bits
    }

    /// Length of MAC-A and MAC-S in bits.
    #[must_use]
    pub fn mac_bits(self) -> u16 {
        self.mac_bits
    }

    /// Length of CK in bits.
    #[must_use]
    pub fn ck_bits(self) -> u16 {
        self.ck_bits
    }

    /// Length of IK in bits.
    #[must_use]
    pub fn ik_bits(self) -> u16 {
        self.ik_bits
    }

    /// How often the permutation is applied.
    #[must_use]
    pub fn keccak_iterations(self) -> u8 {
        self.keccak_iterations
    }
}

impl Default for TuakSizes {
    /// What 3GPP messages of today carry: RES and MAC of 64 bits, CK and IK of 128, one iteration.
    fn default() -> Self {
        Self {
            res_bits: 64,
            mac_bits: 64,
            ck_bits: 128,
            ik_bits: 128,
            keccak_iterations: 1,
        }
    }
}

/// What TUAK needs of a subscriber: K of 128 or 256 bits, TOPc, and the lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tuak {
    k: K,
    topc: Topc,
    sizes: TuakSizes,
}

impl Topc {
    /// TOPc from TOP and K (TS 35.231), with the subscriber's number of iterations.
    #[must_use]
    pub fn derive(k: &K, top: &Top, sizes: TuakSizes) -> Self {
        let state = permuted(k, top.expose(), 0, &[0; 16], 0, sizes.keccak_iterations);
        Self::new(state.octets(0))
    }
}

impl Tuak {
    /// With K, TOPc and the lengths.
    #[must_use]
    pub fn new(k: K, topc: Topc, sizes: TuakSizes) -> Self {
        Self { k, topc, sizes }
    }

    /// The lengths.
    #[must_use]
    pub fn sizes(&self) -> TuakSizes {
        self.sizes
    }

    /// f1: MAC-A (TS 35.231).
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        self.mac(F1, rand, sqn, amf)
    }

    /// f1*: MAC-S (TS 35.231).
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        self.mac(F1_STAR, rand, sqn, amf)
    }

    /// f2 to f5: RES, CK, IK, AK (TS 35.231).
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> (Res, Ck, Ik, Ak) {
        let TuakSizes {
            res_bits,
            ck_bits,
            ik_bits,
            ..
        } = self.sizes;
        let mut instance = F2345 | length_code(res_bits);
        if ck_bits == 256 {
            instance |= LONG_CK;
        }
        if ik_bits == 256 {
            instance |= LONG_IK;
        }
        let out = self.permuted(instance, rand, 0);
        let res = match res_bits {
            32 => Res::from_array(out.octets::<4>(0)),
            64 => Res::from_array(out.octets::<8>(0)),
            128 => Res::from_array(out.octets::<16>(0)),
            _ => Res::from_array(out.octets::<32>(0)),
        };
        let ck = if ck_bits == 256 {
            Ck::new_256(out.octets(4))
        } else {
            Ck::new_128(out.octets(4))
        };
        let ik = if ik_bits == 256 {
            Ik::new_256(out.octets(8))
        } else {
            Ik::new_128(out.octets(8))
        };
        (res, ck, ik, Ak::new(out.octets(12)))
    }

    /// f5*: AK for resynchronisation (TS 35.231).
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> Ak {
        Ak::new(self.permuted(F5_STAR, rand, 0).octets(12))
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

    fn mac(&self, function: u8, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        let sqn_amf = sqn.value() << 16 | u64::from(u16::from_be_bytes(amf.0));
        let out = self.permuted(function | length_code(self.sizes.mac_bits), rand, sqn_amf);
        match self.sizes.mac_bits {
            64 => Mac::from_array(out.octets::<8>(0)),
            128 => Mac::from_array(out.octets::<16>(0)),
            _ => Mac::from_array(out.octets::<32>(0)),
        }
    }

    fn permuted(&self, instance: u8, rand: &Rand, sqn_amf: u64) -> Lanes {
        permuted(
            &self.k,
            self.topc.expose(),
            instance,
            rand,
            sqn_amf,
            self.sizes.keccak_iterations,
        )
    }
}

/// The three bits of INSTANCE for the length of RES or MAC; 32 bits are 0.
fn length_code(bits: u16) -> u8 {
    (bits / 64 * 8) as u8
}

/// Fills the input and permutes it.
fn permuted(k: &K, top: &[u8; 32], instance: u8, rand: &Rand, sqn_amf: u64, iterations: u8) -> Lanes {
    let long_k = k.expose().len() == 32;
    let mut lanes = Lanes([0; 25]);
    lanes.put(0, top);
    lanes.0[4] = ALGONAME | u64::from(instance | if long_k { LONG_K } else { 0 });
    lanes.put(5, rand);
    lanes.0[7] = sqn_amf;
    lanes.put(8, k.expose());
    lanes.0[12] = 0x1f;
    lanes.0[16] = 1 << 63;
    for _ in 0..iterations {
        keccak_f1600(&mut lanes.0);
    }
    lanes
}

/// The state: it holds K before and CK, IK after the permutation, so it is wiped.
struct Lanes([u64; 25]);

impl Lanes {
    /// Writes a value whose last octets go to lane `at`.
    fn put(&mut self, at: usize, value: &[u8]) {
        for (lane, octets) in self.0[at..]
            .iter_mut()
            .zip(value.as_rchunks::<8>().1.iter().rev())
        {
            *lane = u64::from_be_bytes(*octets);
        }
    }

    /// Reads a value whose last octets stand in lane `at`.
    fn octets<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut value = [0; N];
        for (octets, lane) in value.rchunks_mut(8).zip(&self.0[at..]) {
            octets.copy_from_slice(&lane.to_be_bytes()[8 - octets.len()..]);
        }
        value
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        self.0 = [0; 25];
        zeroize::optimization_barrier(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_checked() {
        let new = |res, mac, ck, ik, n| {
            TuakSizes::new(res, mac, ck, ik, n)
                .map(|_| ())
                .map_err(|wrong| wrong.name)
        };
        for res in [32, 64, 128, 256] {
            for mac in [64, 128, 256] {
                assert_eq!(new(res, mac, 128, 256, 255), Ok(()));
            }
        }
        assert_eq!(new(96, 64, 128, 128, 1), Err("RES length in bits"));
        assert_eq!(new(64, 32, 128, 128, 1), Err("MAC length in bits"));
        assert_eq!(new(64, 64, 64, 128, 1), Err("CK length in bits"));
        assert_eq!(new(64, 64, 128, 192, 1), Err("IK length in bits"));
        assert_eq!(new(64, 64, 128, 128, 0), Err("number of Keccak iterations"));
        let wrong = TuakSizes::new(96, 64, 128, 128, 1).unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "TUAK has no RES length in bits of 96: TS 35.231 allows 32, 64, 128, 256"
        );
    }
}
