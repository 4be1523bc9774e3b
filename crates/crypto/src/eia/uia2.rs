//! UIA2's f9, under 128-EIA1 too: a polynomial hash over GF(2^64) with a factor from SNOW 3G (TS 35.215 4).
//!
//! ```text
//!   EVAL = (…((M0·P ^ M1)·P ^ M2)·P … ^ LENGTH)·Q       MAC = EVAL's upper half ^ z5
//! ```
//!
//! Four blocks go into one reduction, with P, P², P³ and P⁴, so that the products do not wait for each other.

use zeroize::Zeroize;

use crate::algorithm::{Direction, zero_padded};
use crate::carryless::{Polynomials, dispatch};
use crate::eea::snow3g_key;
use crate::keystream::Keystream;
use crate::snow3g::Snow3g;

/// Octets of a block of the hash.
const BLOCK_OCTETS: usize = 8;

/// Blocks that share one reduction.
const STRIDE: usize = 4;

/// The MAC of `message`, whose octets are just those that `length_bits` bits take.
pub(super) fn mac(
    key: &[u8; 16],
    count: u32,
    fresh: u32,
    direction: Direction,
    message: &[u8],
    length_bits: usize,
) -> [u8; 4] {
    let direction = direction as u32;
    let iv = [fresh ^ direction << 15, count ^ direction << 31, fresh, count];
    let mut z = [0; 5];
    Snow3g::new(snow3g_key(key), iv).fill(&mut z);
    let [p, q] = [0, 2].map(|i| u64::from(z[i]) << 32 | u64::from(z[i + 1]));
    let eval = dispatch(Hash {
        p,
        q,
        message,
        length_bits,
    });
    let mac = (eval >> 32) as u32 ^ z[4];
    z.zeroize();
    mac.to_be_bytes()
}

/// The hash of one message.
struct Hash<'a> {
    p: u64,
    q: u64,
    message: &'a [u8],
    length_bits: usize,
}

impl Polynomials for Hash<'_> {
    type Output = u64;

    #[inline(always)]
    fn compute(self, multiply: impl Fn(u64, u64) -> u128 + Copy) -> u64 {
        let p = self.p;
        let whole = self.length_bits / (8 * BLOCK_OCTETS);
        let (octets, last) = self.message.split_at(whole * BLOCK_OCTETS);
        let (mut blocks, _) = octets.as_chunks::<BLOCK_OCTETS>();
        let mut eval = 0;
        if blocks.len() >= 2 * STRIDE {
            let p2 = reduce(multiply(p, p));
            let [p3, p4] = [p, p2].map(|factor| reduce(multiply(p2, factor)));
            let (strides, rest) = blocks.as_chunks::<STRIDE>();
            for stride in strides {
                let [a, b, c, d] = stride.map(u64::from_be_bytes);
                let products = multiply(eval ^ a, p4) ^ multiply(b, p3) ^ multiply(c, p2) ^ multiply(d, p);
                eval = reduce(products);
            }
            blocks = rest;
        }
        for block in blocks {
            eval = reduce(multiply(eval ^ u64::from_be_bytes(*block), p));
        }
        let last_bits = self.length_bits % (8 * BLOCK_OCTETS);
        if last_bits != 0 {
            let block = u64::from_be_bytes(zero_padded(last, last_bits));
            eval = reduce(multiply(eval ^ block, p));
        }
        reduce(multiply(eval ^ self.length_bits as u64, self.q))
    }
}

/// A product modulo x^64 + x^4 + x^3 + x + 1 (TS 35.215 4.3.2, the constant 0x1b).
#[inline(always)]
fn reduce(product: u128) -> u64 {
    let (high, low) = ((product >> 64) as u64, product as u64);
    // What high * 0x1b has above 64 bits comes around once more; it has four bits.
    let around = high ^ high >> 60 ^ high >> 61 ^ high >> 63;
    low ^ around ^ around << 1 ^ around << 3 ^ around << 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carryless::multiply_portable;
    use proptest::prelude::*;

    /// MUL64 as TS 35.215 4.3.4 defines it, bit by bit.
    fn mul64(v: u64, p: u64) -> u64 {
        let mulx = |v: u64| v << 1 ^ if v >> 63 == 1 { 0x1b } else { 0 };
        (0..64)
            .filter(|i| p >> i & 1 == 1)
            .fold(0, |sum, i| sum ^ (0..i).fold(v, |v, _| mulx(v)))
    }

    /// The hash as TS 35.215 4.5 defines it, one block and one bit at a time.
    fn straightforward(p: u64, q: u64, message: &[u8], length_bits: usize) -> u64 {
        let bit = |i: usize| i < length_bits && message[i / 8] >> (7 - i % 8) & 1 == 1;
        let blocks = length_bits.div_ceil(64);
        let eval = (0..blocks).fold(0, |eval, block| {
            let m = (0..64).fold(0, |m, i| m << 1 | u64::from(bit(block * 64 + i)));
            mul64(eval ^ m, p)
        });
        mul64(eval ^ length_bits as u64, q)
    }

    proptest! {
        #[test]
        fn reduction_is_the_bitwise_one(v: u64, p: u64) {
            prop_assert_eq!(reduce(multiply_portable(v, p)), mul64(v, p));
        }

        #[test]
        fn both_ways_are_the_straightforward_hash(
            p: u64, q: u64, message in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..8,
        ) {
            let length_bits = (message.len() * 8).saturating_sub(cut);
            let expected = straightforward(p, q, &message, length_bits);
            let message = &message[..length_bits.div_ceil(8)];
            prop_assert_eq!(dispatch(Hash { p, q, message, length_bits }), expected);
            prop_assert_eq!(Hash { p, q, message, length_bits }.compute(multiply_portable), expected);
        }
    }
}
