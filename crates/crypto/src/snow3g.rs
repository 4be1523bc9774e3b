//! SNOW 3G: the word stream cipher under UEA2, UIA2, 128-EEA1 and 128-EIA1 (TS 35.216, TS 35.215 3.4 and 4.4).
//!
//! ```text
//!   s15 … s11 … s5 … s2 … s0          LFSR, 16 words over GF(2^32)
//!    │           │           │
//!    ▼           ▼           ▼
//!    F = (s15 + R1) ^ R2     z = F ^ s0
//!    R1 ──S1──► R2 ──S2──► R3,  R1' = R2 + (R3 ^ s5)
//! ```
//!
//! The register is a ring that a block of [`BLOCK_WORDS`] words renews in place: nothing is shifted or copied, and every
//! index is a constant. S1 and S2 are one table look-up and one rotation per octet (S-box and MixColumn combined); the
//! multiplications by alpha and 1/alpha are one look-up each. The tables are computed at compile time from the fields
//! and polynomials of TS 35.216, no octet of them is written down here. A table for each octet's place instead of the
//! rotation was some 8 % faster on a long keystream when tried; it takes 10 KiB of a cache that short messages find cold.
//!
//! Table look-ups that depend on the key can be seen through the cache by a neighbour on the same core. It is accepted:
//! S2 has no instruction of its own, a bitsliced form pays for many messages at once, not for single short ones as in NAS, and all
//! four tables together are 4 KiB (64 cache lines), which a message touches nearly whole. Where that neighbour is in the
//! threat model, choose 128-EEA2 and 128-EIA2, which run in constant time.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::keystream::{BLOCK_WORDS, Keystream, for_block};

/// Words of the LFSR.
const REGISTER_WORDS: usize = 16;

/// Clocks of the initialisation mode (TS 35.216 4.1).
const INITIALISATION_CLOCKS: usize = 32;

/// The low octet of Rijndael's polynomial, of S1 (TS 35.216 3.3.1).
const S1_POLYNOMIAL: u8 = 0x1b;

/// The low octet of the polynomial of S2 (TS 35.216 3.3.2).
const S2_POLYNOMIAL: u8 = 0x69;

/// The low octet of the polynomial under alpha (TS 35.216 3.4.2, 3.4.3).
const ALPHA_POLYNOMIAL: u8 = 0xa9;

static S1: [u32; 256] = column_table(S1_POLYNOMIAL);
static S2: [u32; 256] = column_table(S2_POLYNOMIAL);
static MUL_ALPHA: [u32; 256] = power_table([23, 245, 48, 239]);
static DIV_ALPHA: [u32; 256] = power_table([16, 39, 6, 64]);

/// `value * x` in GF(2^8) (TS 35.216 3.1.1).
const fn mulx(value: u8, polynomial: u8) -> u8 {
    (value << 1) ^ (if value & 0x80 != 0 { polynomial } else { 0 })
}

/// `a * b` in GF(2^8).
const fn multiply(mut a: u8, mut b: u8, polynomial: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a = mulx(a, polynomial);
        b >>= 1;
    }
    product
}

/// `base ^ exponent` in GF(2^8).
const fn power(base: u8, mut exponent: u8, polynomial: u8) -> u8 {
    let (mut result, mut square) = (1, base);
    while exponent != 0 {
        if exponent & 1 != 0 {
            result = multiply(result, square, polynomial);
        }
        square = multiply(square, square, polynomial);
        exponent >>= 1;
    }
    result
}

/// The S-box SR: inversion, then Rijndael's affine map (TS 35.216 3.3.1, 5.1).
const fn sr(x: u8) -> u8 {
    let inverse = power(x, 254, S1_POLYNOMIAL);
    inverse
        ^ inverse.rotate_left(1)
        ^ inverse.rotate_left(2)
        ^ inverse.rotate_left(3)
        ^ inverse.rotate_left(4)
        ^ 0x63
}

/// The S-box SQ: a Dickson polynomial (TS 35.216 3.3.2, 5.2).
const fn sq(x: u8) -> u8 {
    let exponents = [1, 9, 13, 15, 33, 41, 45, 47, 49];
    let (mut sum, mut i) = (0x25, 0);
    while i < exponents.len() {
        sum ^= power(x, exponents[i], S2_POLYNOMIAL);
        i += 1;
    }
    sum
}

/// S-box and MixColumn for the most significant octet; the other three are the same word rotated.
const fn column_table(polynomial: u8) -> [u32; 256] {
    let (mut table, mut i) = ([0; 256], 0);
    while i < 256 {
        let s = if polynomial == S1_POLYNOMIAL {
            sr(i as u8)
        } else {
            sq(i as u8)
        };
        let double = mulx(s, polynomial);
        table[i] = u32::from_be_bytes([double, double ^ s, s, s]);
        i += 1;
    }
    table
}

/// Four products of an octet with powers of x, side by side (TS 35.216 3.4.2, 3.4.3).
const fn power_table(exponents: [u8; 4]) -> [u32; 256] {
    let (mut table, mut i) = ([0; 256], 0);
    while i < 256 {
        let (mut octets, mut k) = ([0; 4], 0);
        while k < 4 {
            octets[k] = multiply(
                i as u8,
                power(2, exponents[k], ALPHA_POLYNOMIAL),
                ALPHA_POLYNOMIAL,
            );
            k += 1;
        }
        table[i] = u32::from_be_bytes(octets);
        i += 1;
    }
    table
}

/// S1 or S2 of a word.
#[inline(always)]
fn substitute(table: &[u32; 256], word: u32) -> u32 {
    let [a, b, c, d] = word.to_be_bytes();
    table[usize::from(a)]
        ^ table[usize::from(b)].rotate_right(8)
        ^ table[usize::from(c)].rotate_right(16)
        ^ table[usize::from(d)].rotate_right(24)
}

/// Word s_i when the register begins at `n`.
#[inline(always)]
fn word(s: &[u32; REGISTER_WORDS], n: usize, i: usize) -> u32 {
    s[(n + i) % REGISTER_WORDS]
}

/// The linear part of the next LFSR word.
#[inline(always)]
fn feedback(s: &[u32; REGISTER_WORDS], n: usize) -> u32 {
    let [s0, s2, s11] = [0, 2, 11].map(|i| word(s, n, i));
    let [high, ..] = s0.to_be_bytes();
    let [.., low] = s11.to_be_bytes();
    (s0 << 8) ^ MUL_ALPHA[usize::from(high)] ^ s2 ^ (s11 >> 8) ^ DIV_ALPHA[usize::from(low)]
}

/// The finite state machine: R1, R2, R3.
#[derive(Clone, Copy, Default, Zeroize)]
struct Fsm {
    r1: u32,
    r2: u32,
    r3: u32,
}

impl Fsm {
    /// One clock (TS 35.216 3.4.6): gives F, the register beginning at `n`.
    #[inline(always)]
    fn clock(&mut self, s: &[u32; REGISTER_WORDS], n: usize) -> u32 {
        let [s5, s15] = [5, 15].map(|i| word(s, n, i));
        let f = s15.wrapping_add(self.r1) ^ self.r2;
        let r1 = self.r2.wrapping_add(self.r3 ^ s5);
        self.r3 = substitute(&S2, self.r2);
        self.r2 = substitute(&S1, self.r1);
        self.r1 = r1;
        f
    }
}

/// One initialised generator; zeroised when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Snow3g {
    /// s0 … s15.
    register: [u32; REGISTER_WORDS],
    fsm: Fsm,
}

impl Snow3g {
    /// From k0 … k3 and IV0 … IV3 (TS 35.216 4.1), ready for the first keystream word.
    pub(crate) fn new(k: [u32; 4], iv: [u32; 4]) -> Self {
        let mut snow = Self {
            register: [0; REGISTER_WORDS],
            fsm: Fsm::default(),
        };
        for (i, word) in k.into_iter().enumerate() {
            snow.register[i] = !word;
            snow.register[i + 4] = word;
            snow.register[i + 8] = !word;
            snow.register[i + 12] = word;
        }
        snow.register[15] ^= iv[0];
        snow.register[12] ^= iv[1];
        snow.register[10] ^= iv[2];
        snow.register[9] ^= iv[3];
        for _ in 0..INITIALISATION_CLOCKS / BLOCK_WORDS {
            let (s, mut fsm) = (&mut snow.register, snow.fsm);
            for_block!(n => s[n] = fsm.clock(s, n) ^ feedback(s, n));
            snow.fsm = fsm;
        }
        // The first clock of the keystream mode gives no word (TS 35.216 4.2).
        snow.run(1, |_, _| ());
        snow
    }

    /// Clocks `count` times, at most [`BLOCK_WORDS`], and gives each keystream word to `take`.
    fn run(&mut self, count: usize, mut take: impl FnMut(usize, u32)) {
        for n in 0..count {
            take(n, self.fsm.clock(&self.register, n) ^ self.register[n]);
            self.register[n] = feedback(&self.register, n);
        }
        self.register.rotate_left(count % REGISTER_WORDS);
    }
}

impl Keystream for Snow3g {
    fn block(&mut self, words: &mut [u32; BLOCK_WORDS]) {
        let (s, mut fsm) = (&mut self.register, self.fsm);
        for_block!(n => {
            words[n] = fsm.clock(s, n) ^ s[n];
            s[n] = feedback(s, n);
        });
        self.fsm = fsm;
    }

    fn part(&mut self, words: &mut [u32]) {
        self.run(words.len().min(BLOCK_WORDS), |n, word| words[n] = word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_computed_boxes_are_permutations_with_the_published_corners() {
        for (name, sbox) in [("SR", sr as fn(u8) -> u8), ("SQ", sq)] {
            let mut seen = [false; 256];
            (0..=255).for_each(|x| seen[usize::from(sbox(x))] = true);
            assert!(seen.iter().all(|&s| s), "{name} is not a permutation");
        }
        assert_eq!([sr(0), sr(1), sr(255)], [0x63, 0x7c, 0x16]);
        assert_eq!([sq(0), sq(1), sq(255)], [0x25, 0x24, 0x86]);
    }

    #[test]
    fn parts_and_blocks_give_the_same_words() {
        let (k, iv) = ([1, 2, 3, 4], [5, 6, 7, 8]);
        let mut whole = [0; 3 * BLOCK_WORDS];
        Snow3g::new(k, iv).fill(&mut whole);
        for cut in 0..=whole.len() {
            let mut snow = Snow3g::new(k, iv);
            let mut parts = [0; 3 * BLOCK_WORDS];
            let (head, tail) = parts.split_at_mut(cut);
            snow.fill(head);
            snow.fill(tail);
            assert_eq!(parts, whole, "cut at word {cut}");
        }
    }
}
