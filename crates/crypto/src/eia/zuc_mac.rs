//! 128-EIA3: the message selects windows of ZUC's keystream, one bit apart, and their sum is the MAC (TS 35.221 4).
//!
//! ```text
//!   T = sum over the bits i that are set of z_i, z_i = the 32 keystream bits from bit i on;  T ^= z_LENGTH
//!   MAC = T ^ the last keystream word
//! ```
//!
//! The sum for one message word is bits 32 to 63 of the carry-less product of two keystream words and the word's
//! bits in reverse order: word by word, with no loop over the bits.

use zeroize::Zeroize;

use crate::algorithm::{SecurityInput, zero_padded};
use crate::carryless::{Polynomials, dispatch};
use crate::keystream::{BLOCK_WORDS, Keystream};
use crate::zuc::Zuc;

/// Octets of the message that one block of keystream covers.
const BLOCK_OCTETS: usize = BLOCK_WORDS * 4;

/// Room for a block of keystream words after the one carried over, and for the last word of all.
const WINDOW_WORDS: usize = BLOCK_WORDS + 2;

/// The MAC of `message`, whose octets are just those that `length_bits` bits take.
pub(super) fn mac(key: &[u8; 16], input: SecurityInput, message: &[u8], length_bits: usize) -> [u8; 4] {
    let mut zuc = Zuc::new(key, &initialisation_vector(input));
    let mac = dispatch(Sum {
        zuc: &mut zuc,
        message,
        length_bits,
    });
    mac.to_be_bytes()
}

/// IV of TS 35.221 4.4: unlike 128-EEA3's, DIRECTION is XORed onto the second half alone.
fn initialisation_vector(input: SecurityInput) -> [u8; 16] {
    let half = u64::from(input.count) << 32 | u64::from(input.bearer.value()) << 27;
    let direction = input.direction as u64;
    let second = half ^ direction << 63 ^ direction << 15;
    (u128::from(half) << 64 | u128::from(second)).to_be_bytes()
}

/// The MAC of one message over any source of keystream.
struct Sum<'a, K> {
    zuc: &'a mut K,
    message: &'a [u8],
    length_bits: usize,
}

impl<K: Keystream> Polynomials for Sum<'_, K> {
    type Output = u32;

    #[inline(always)]
    fn compute(self, multiply: impl Fn(u64, u64) -> u128 + Copy) -> u32 {
        let mut z = [0; WINDOW_WORDS];
        self.zuc.fill(&mut z[..1]);
        let mut sum = 0;
        let (blocks, last) = self
            .message
            .split_at(self.length_bits / 8 / BLOCK_OCTETS * BLOCK_OCTETS);
        for block in blocks.as_chunks::<BLOCK_OCTETS>().0 {
            self.zuc.fill(&mut z[1..=BLOCK_WORDS]);
            sum ^= select(multiply, &z, block);
            z[0] = z[BLOCK_WORDS];
        }
        let last_bits = self.length_bits % (8 * BLOCK_OCTETS);
        let words = last_bits.div_ceil(32);
        self.zuc.fill(&mut z[1..words + 2]);
        let padded: [u8; BLOCK_OCTETS] = zero_padded(last, last_bits);
        sum ^= select(multiply, &z, &padded[..words.next_multiple_of(2) * 4]);
        sum ^= window(&z, last_bits) ^ z[words + 1];
        z.zeroize();
        sum
    }
}

/// The sum of the windows that an even number of message words selects, the first one beginning at `z[0]`.
#[inline(always)]
fn select(multiply: impl Fn(u64, u64) -> u128 + Copy, z: &[u32; WINDOW_WORDS], message: &[u8]) -> u32 {
    let mut sum = 0;
    for (i, octets) in message.as_chunks::<8>().0.iter().enumerate() {
        let reversed = u64::from_be_bytes(*octets).reverse_bits();
        let [first, second] = [0, 1].map(|k| u64::from(z[2 * i + k]) << 32 | u64::from(z[2 * i + k + 1]));
        sum ^= multiply(first, reversed & u64::from(u32::MAX)) ^ multiply(second, reversed >> 32);
    }
    (sum >> 32) as u32
}

/// The 32 keystream bits from bit `i` on.
fn window(z: &[u32; WINDOW_WORDS], i: usize) -> u32 {
    let two = u64::from(z[i / 32]) << 32 | u64::from(z[i / 32 + 1]);
    (two >> (32 - i % 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{Bearer, Direction};
    use crate::carryless::multiply_portable;
    use proptest::prelude::*;

    /// The MAC as TS 35.221 4.5 defines it, bit by bit.
    fn straightforward(key: &[u8; 16], input: SecurityInput, message: &[u8], length_bits: usize) -> u32 {
        let words = length_bits.div_ceil(32) + 2;
        let mut z = vec![0; words];
        Zuc::new(key, &initialisation_vector(input)).fill(&mut z);
        let bit = |octets: &dyn Fn(usize) -> u8, i: usize| u32::from(octets(i / 8) >> (7 - i % 8) & 1);
        let key_octet = |i: usize| z[i / 4].to_be_bytes()[i % 4];
        let window = |i: usize| (0..32).fold(0, |w, k| w << 1 | bit(&key_octet, i + k));
        let t = (0..length_bits)
            .filter(|&i| bit(&|k| message[k], i) == 1)
            .fold(0, |t, i| t ^ window(i));
        t ^ window(length_bits) ^ z[words - 1]
    }

    proptest! {
        #[test]
        fn both_ways_are_the_straightforward_sum(
            key: [u8; 16], count: u32, bearer in 0u8..32, down: bool,
            message in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..40,
        ) {
            let direction = if down { Direction::Downlink } else { Direction::Uplink };
            let input = SecurityInput { count, bearer: Bearer::new(bearer).unwrap(), direction };
            let length_bits = (message.len() * 8).saturating_sub(cut);
            let expected = straightforward(&key, input, &message, length_bits);
            let message = &message[..length_bits.div_ceil(8)];
            let mut zuc = Zuc::new(&key, &initialisation_vector(input));
            let portable = Sum { zuc: &mut zuc, message, length_bits }.compute(multiply_portable);
            prop_assert_eq!(mac(&key, input, message, length_bits), expected.to_be_bytes());
            prop_assert_eq!(portable, expected);
        }
    }
}
