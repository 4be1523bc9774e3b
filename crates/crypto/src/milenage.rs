//! MILENAGE: f1, f1*, f2, f3, f4, f5 and f5* (TS 35.205, TS 35.206).
//!
//! ```text
//!   RAND ⊕ OPc ──AES_K──► TEMP ──┬─ ⊕ rot(SQN‖AMF‖SQN‖AMF ⊕ OPc, 64) ⊕ c1 ──AES_K── ⊕ OPc ──► f1 ‖ f1*
//!                                ├─ rot(TEMP ⊕ OPc, 0)  ⊕ c2 ──AES_K── ⊕ OPc ──► f5 (48) … f2 (64)
//!                                ├─ rot(TEMP ⊕ OPc, 32) ⊕ c3 ──AES_K── ⊕ OPc ──► f3
//!                                ├─ rot(TEMP ⊕ OPc, 64) ⊕ c4 ──AES_K── ⊕ OPc ──► f4
//!                                └─ rot(TEMP ⊕ OPc, 96) ⊕ c5 ──AES_K── ⊕ OPc ──► f5* (48)
//! ```
//!
//! Blocks are little-endian integers here: a cyclic shift of the octet string towards its front is then a rotation to the
//! right, and nothing needs swapping. The cipher is AES-128: its instructions on x86-64 where the processor has
//! them (see `aesni`), else the `aes` crate, which picks its own (AArch64 too).
//!
//! Left out: other values of r1 to r5 and c1 to c5 than those of TS 35.206 4.1, and other kernels than AES; RES is the
//! 64 bits of f2.

use crate::functions::{Vector, WrongKeyLength};
use crate::{Ak, Amf, Ck, Ik, K, Mac, Op, Opc, Rand, Res, Sqn};
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

/// The cyclic shifts r1 to r5 in bits, by output block (TS 35.206 4.1).
const R: [u32; 5] = [64, 0, 32, 64, 96];

/// The constants c1 to c5, whose one bit stands in the last octet, by output block (TS 35.206 4.1).
const C: [u128; 5] = [0, 1 << 120, 2 << 120, 4 << 120, 8 << 120];

/// What MILENAGE needs of a subscriber: K of 128 bits, and OPc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milenage {
    k: K,
    opc: Opc,
}

impl Opc {
    /// OPc = OP ⊕ AES_K(OP) (TS 35.206 4.1).
    ///
    /// # Errors
    /// [`WrongKeyLength`] if K has not 128 bits.
    pub fn derive(k: &K, op: &Op) -> Result<Self, WrongKeyLength> {
        let k = k.expose_128().ok_or(WrongKeyLength {
            algorithm: "MILENAGE",
        })?;
        let mut block = (*op.expose()).into();
        Aes128::new(&(*k).into()).encrypt_block(&mut block);
        let opc = u128::from_le_bytes(block.into()) ^ u128::from_le_bytes(*op.expose());
        Ok(Self::new(opc.to_le_bytes()))
    }
}

impl Milenage {
    /// With K and OPc.
    ///
    /// # Errors
    /// [`WrongKeyLength`] if K has not 128 bits.
    #[inline]
    pub fn new(k: K, opc: Opc) -> Result<Self, WrongKeyLength> {
        match k.expose_128() {
            Some(_) => Ok(Self { k, opc }),
            None => Err(WrongKeyLength {
                algorithm: "MILENAGE",
            }),
        }
    }

    /// f1: MAC-A, 64 bits (TS 35.206 4.1).
    #[must_use]
    pub fn f1(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        let [out1] = self.blocks([1], rand, sqn, amf);
        mac(low_half(out1))
    }

    /// f1*: MAC-S, 64 bits (TS 35.206 4.1).
    #[must_use]
    pub fn f1_star(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Mac {
        let [out1] = self.blocks([1], rand, sqn, amf);
        mac(high_half(out1))
    }

    /// f2 to f5: RES (64 bits), CK, IK, AK (TS 35.206 4.1).
    #[must_use]
    pub fn f2345(&self, rand: &Rand) -> (Res, Ck, Ik, Ak) {
        let [out2, out3, out4] = self.blocks([2, 3, 4], rand, Sqn::default(), Amf::default());
        keys(out2, out3, out4)
    }

    /// f5*: AK for resynchronisation (TS 35.206 4.1).
    #[must_use]
    pub fn f5_star(&self, rand: &Rand) -> Ak {
        let [out5] = self.blocks([5], rand, Sqn::default(), Amf::default());
        Ak::new(first_48(out5))
    }

    /// f1 to f5 with one key schedule.
    #[inline]
    pub(crate) fn vector(&self, rand: &Rand, sqn: Sqn, amf: Amf) -> Vector {
        let [out1, out2, out3, out4] = self.blocks([1, 2, 3, 4], rand, sqn, amf);
        let (res, ck, ik, ak) = keys(out2, out3, out4);
        Vector {
            mac_a: mac(low_half(out1)),
            res,
            ck,
            ik,
            ak,
        }
    }

    /// The wanted ones of OUT1 to OUT5; SQN and AMF matter to OUT1 alone.
    #[inline]
    fn blocks<const N: usize>(&self, wanted: [usize; N], rand: &Rand, sqn: Sqn, amf: Amf) -> [u128; N] {
        let key = self.k.expose_128().expect("`new` admits a K of 128 bits only");
        let opc = u128::from_le_bytes(*self.opc.expose());
        let mut second = [Step::default(); N];
        for (step, out) in second.iter_mut().zip(wanted) {
            *step = if out == 1 {
                let after = (in1(sqn, amf) ^ opc).rotate_right(R[0]) ^ C[0];
                Step {
                    before: 0,
                    turn_bits: 0,
                    after,
                }
            } else {
                Step {
                    before: opc,
                    turn_bits: R[out - 1],
                    after: C[out - 1],
                }
            };
        }
        run(&Chain {
            key: u128::from_le_bytes(*key),
            first: u128::from_le_bytes(*rand) ^ opc,
            second,
            last: opc,
        })
    }
}

/// Two encryptions under one key, the second of several blocks that are made of the first's result.
pub(crate) struct Chain<const N: usize> {
    pub(crate) key: u128,
    /// Enciphered first: gives TEMP.
    pub(crate) first: u128,
    /// How each block of the second encryption is made of TEMP.
    pub(crate) second: [Step; N],
    /// Added to each result.
    pub(crate) last: u128,
}

/// A block of the second encryption: rot(TEMP ⊕ before, turn) ⊕ after.
#[derive(Clone, Copy, Default)]
pub(crate) struct Step {
    pub(crate) before: u128,
    /// A multiple of 8.
    pub(crate) turn_bits: u32,
    pub(crate) after: u128,
}

/// The chain's results, by the fastest means the processor has.
#[inline]
fn run<const N: usize>(chain: &Chain<N>) -> [u128; N] {
    #[cfg(target_arch = "x86_64")]
    if let Some(results) = crate::aesni::run(chain) {
        return results;
    }
    run_portable(chain)
}

/// The chain's results with the `aes` crate.
fn run_portable<const N: usize>(chain: &Chain<N>) -> [u128; N] {
    let cipher = Aes128::new(&chain.key.to_le_bytes().into());
    let mut temp = chain.first.to_le_bytes().into();
    cipher.encrypt_block(&mut temp);
    let temp = u128::from_le_bytes(temp.into());
    let mut blocks = chain.second.map(
        |Step {
             before,
             turn_bits,
             after,
         }| {
            ((temp ^ before).rotate_right(turn_bits) ^ after)
                .to_le_bytes()
                .into()
        },
    );
    cipher.encrypt_blocks(&mut blocks);
    blocks.map(|block| u128::from_le_bytes(block.into()) ^ chain.last)
}

/// SQN ‖ AMF ‖ SQN ‖ AMF.
#[inline]
fn in1(sqn: Sqn, amf: Amf) -> u128 {
    let [a, b, c, d, e, f] = sqn.octets();
    let half = u128::from(u64::from_le_bytes([a, b, c, d, e, f, amf.0[0], amf.0[1]]));
    half << 64 | half
}

#[inline]
fn keys(out2: u128, out3: u128, out4: u128) -> (Res, Ck, Ik, Ak) {
    let res = Res::from_array(high_half(out2));
    let ck = Ck::new_128(out3.to_le_bytes());
    let ik = Ik::new_128(out4.to_le_bytes());
    (res, ck, ik, Ak::new(first_48(out2)))
}

#[inline]
fn mac(octets: [u8; 8]) -> Mac {
    Mac::from_array(octets)
}

/// Octets 0 to 7 of a block.
#[inline]
fn low_half(block: u128) -> [u8; 8] {
    (block as u64).to_le_bytes()
}

/// Octets 8 to 15 of a block.
#[inline]
fn high_half(block: u128) -> [u8; 8] {
    ((block >> 64) as u64).to_le_bytes()
}

/// Octets 0 to 5 of a block.
#[inline]
fn first_48(block: u128) -> [u8; 6] {
    let [a, b, c, d, e, f, ..] = block.to_le_bytes();
    [a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a [`Step`] is made of: it prints nothing itself, for it holds OPc.
    fn parts() -> impl Strategy<Value = (u128, u32, u128)> {
        (
            any::<u128>(),
            (0..16_u32).prop_map(|octets| octets * 8),
            any::<u128>(),
        )
    }

    proptest! {
        /// The instructions and the portable cipher agree, whatever the blocks.
        #[test]
        #[cfg(target_arch = "x86_64")]
        fn both_paths_agree(key: u128, first: u128, parts in [parts(), parts(), parts(), parts()], last: u128) {
            let second = parts.map(|(before, turn_bits, after)| Step { before, turn_bits, after });
            let chain = Chain { key, first, second, last };
            if let Some(results) = crate::aesni::run(&chain) {
                prop_assert_eq!(results, run_portable(&chain));
            }
        }
    }

    /// The portable path by itself, which a processor with AES instructions does not take: TS 35.208 4.3.1.
    #[test]
    fn portable_path_on_a_published_set() {
        let block = |text: &str| u128::from_str_radix(text, 16).unwrap().swap_bytes();
        let opc = block("cd63cb71954a9f4e48a5994e37a02baf");
        let chain = Chain {
            key: block("465b5ce8b199b49faa5f0a2ee238a6bc"),
            first: block("23553cbe9637a89d218ae64dae47bf35") ^ opc,
            second: [2, 3, 4, 5].map(|out| Step {
                before: opc,
                turn_bits: R[out - 1],
                after: C[out - 1],
            }),
            last: opc,
        };
        let [out2, out3, out4, out5] = run_portable(&chain);
        let (res, ck, ik, ak) = keys(out2, out3, out4);
        assert_eq!(hex::encode(res.octets()), "a54211d5e3ba50bf");
        assert_eq!(hex::encode(ck.expose()), "b40ba9a3c58b2a05bbf0d987b21bf8cb");
        assert_eq!(hex::encode(ik.expose()), "f769bcd751044604127672711c6d3441");
        assert_eq!(hex::encode(ak.expose()), "aa689c648370");
        assert_eq!(hex::encode(first_48(out5)), "451e8beca43b");
    }

    #[test]
    fn a_long_k_is_refused() {
        let k = K::new(&[1; 32]).unwrap();
        let refused = WrongKeyLength {
            algorithm: "MILENAGE",
        };
        assert_eq!(Milenage::new(k.clone(), Opc::new([2; 16])), Err(refused));
        assert_eq!(Opc::derive(&k, &Op::new([2; 16])), Err(refused));
    }
}
