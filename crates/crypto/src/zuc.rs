//! ZUC: the word stream cipher under 128-EEA3 and 128-EIA3 (TS 35.222; the modes are TS 35.221).
//!
//! ```text
//!   s15 s14 … s11 s9 … s7 s5 … s2 s0     LFSR, 16 cells modulo 2^31 - 1
//!    └─X0─┘    └─X1─┘   └─X2─┘  └─X3─┘   bit reorganisation
//!      │         │        │       │
//!      F(X0, X1, X2): R1, R2 ──►  ^ ──► z
//! ```
//!
//! The register is a ring that a block of words renews in place, as SNOW 3G's is. One step of the LFSR is one 64-bit sum,
//! folded twice: no branch, and never zero (TS 35.222 3.2 represents zero by 2^31 - 1). The S-boxes are computed at
//! compile time from their construction and are 512 octets together, eight cache lines that every message touches:
//! small, though still look-ups that depend on the key. What `snow3g` says of the cache holds here too. Boxes of shifted
//! words, eight times that, were some 5 % faster on a long keystream when tried.

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::keystream::{BLOCK_WORDS, Keystream, for_block};

/// Cells of the LFSR.
const REGISTER_CELLS: usize = 16;

/// Clocks of the initialisation stage (TS 35.222 3.6.1).
const INITIALISATION_CLOCKS: usize = 32;

/// The modulus of the LFSR, 2^31 - 1.
const MODULUS: u64 = (1 << 31) - 1;

/// The constants d0 … d15 of key loading, 15 bits each (TS 35.222 3.5).
const D: [u32; 16] = [
    0x44d7, 0x26bc, 0x626b, 0x135e, 0x5789, 0x35e2, 0x7135, 0x09af, 0x4d78, 0x2f13, 0x6bc4, 0x1af1, 0x5e26,
    0x3c4d, 0x789a, 0x47ac,
];

static S0: [u8; 256] = s0_table();
static S1: [u8; 256] = s1_table();

/// S0: three rounds over nibbles, then a rotation by five (TS 35.222 3.4, the design report's P1, P2, P3).
const fn s0_table() -> [u8; 256] {
    let p1 = [9, 15, 0, 14, 15, 15, 2, 10, 0, 4, 0, 12, 7, 5, 3, 9];
    let p2 = [8, 13, 6, 5, 7, 0, 12, 4, 11, 1, 14, 10, 15, 3, 9, 2];
    let p3 = [2, 6, 10, 6, 0, 13, 10, 15, 3, 3, 13, 5, 0, 9, 12, 13];
    let (mut table, mut i) = ([0u8; 256], 0);
    while i < 256 {
        let left = (i as u8 >> 4) ^ p1[i & 15];
        let right = (i as u8 & 15) ^ p2[left as usize];
        table[i] = ((left ^ p3[right as usize]) << 4 | right).rotate_left(5);
        i += 1;
    }
    table
}

/// S1: inversion modulo x^8 + x^7 + x^3 + x + 1, then an affine map (TS 35.222 3.4, the design report).
const fn s1_table() -> [u8; 256] {
    let columns = [0x97, 0x3e, 0x6d, 0xcb, 0xee, 0xdd, 0xbb, 0x77];
    let (mut table, mut i) = ([0x55; 256], 0);
    while i < 256 {
        let (inverse, mut bit) = (invert(i as u8), 0);
        while bit < 8 {
            if inverse >> bit & 1 != 0 {
                table[i] ^= columns[bit];
            }
            bit += 1;
        }
        i += 1;
    }
    table
}

/// The inverse (zero's is zero), as the 254th power.
const fn invert(x: u8) -> u8 {
    let (mut result, mut i) = (1, 0);
    while i < 254 {
        result = multiply(result, x);
        i += 1;
    }
    result
}

const fn multiply(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 != 0 {
            product ^= a;
        }
        a = (a << 1) ^ (if a & 0x80 != 0 { 0x8b } else { 0 });
        b >>= 1;
    }
    product
}

/// The S-box layer of F.
#[inline(always)]
fn substitute(word: u32) -> u32 {
    // By shifts: of `from_be_bytes` the compiler makes two octet swaps on the longest chain of dependences.
    let octet = |shift: u32| usize::from((word >> shift) as u8);
    u32::from(S0[octet(24)]) << 24
        | u32::from(S1[octet(16)]) << 16
        | u32::from(S0[octet(8)]) << 8
        | u32::from(S1[octet(0)])
}

/// The next LFSR cell, `added` being zero or the initialisation's u.
#[inline(always)]
fn feedback(s: &[u32; REGISTER_CELLS], n: usize, added: u32) -> u32 {
    let [s0, s4, s10, s13, s15] = [0, 4, 10, 13, 15].map(|i| u64::from(cell(s, n, i)));
    // Below 2^53. s15 comes last: it is the newest, and all the rest is ready before it.
    let older = s0 + (s0 << 8) + (s4 << 20) + (s10 << 21) + (s13 << 17) + u64::from(added);
    let sum = older + (s15 << 15);
    let folded = (sum & MODULUS) + (sum >> 31);
    ((folded & MODULUS) + (folded >> 31)) as u32
}

/// The nonlinear function's registers.
#[derive(Clone, Copy, Default, Zeroize)]
struct Registers {
    r1: u32,
    r2: u32,
}

impl Registers {
    /// F of the bit reorganisation at `n` (TS 35.222 3.3, 3.4): gives W.
    #[inline(always)]
    fn clock(&mut self, s: &[u32; REGISTER_CELLS], n: usize) -> u32 {
        let x0 = (cell(s, n, 15) & 0x7fff_8000) << 1 | cell(s, n, 14) & 0xffff;
        let x1 = cell(s, n, 11) << 16 | cell(s, n, 9) >> 15;
        let x2 = cell(s, n, 7) << 16 | cell(s, n, 5) >> 15;
        let w = (x0 ^ self.r1).wrapping_add(self.r2);
        let w1 = self.r1.wrapping_add(x1);
        let w2 = self.r2 ^ x2;
        let u = w1 << 16 | w2 >> 16;
        let v = w2 << 16 | w1 >> 16;
        let l1 = u ^ u.rotate_left(2) ^ u.rotate_left(10) ^ u.rotate_left(18) ^ u.rotate_left(24);
        let l2 = v ^ v.rotate_left(8) ^ v.rotate_left(14) ^ v.rotate_left(22) ^ v.rotate_left(30);
        self.r1 = substitute(l1);
        self.r2 = substitute(l2);
        w
    }
}

/// One initialised generator; zeroised when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Zuc {
    /// s0 … s15.
    register: [u32; REGISTER_CELLS],
    registers: Registers,
}

impl Zuc {
    /// From key and initialisation vector (TS 35.222 3.5, 3.6), ready for the first keystream word.
    pub(crate) fn new(key: &[u8; 16], iv: &[u8; 16]) -> Self {
        let mut zuc = Self {
            register: [0; REGISTER_CELLS],
            registers: Registers::default(),
        };
        for i in 0..REGISTER_CELLS {
            zuc.register[i] = u32::from(key[i]) << 23 | D[i] << 8 | u32::from(iv[i]);
        }
        for _ in 0..INITIALISATION_CLOCKS / BLOCK_WORDS {
            let (s, mut registers) = (&mut zuc.register, zuc.registers);
            for_block!(n => {
                let w = registers.clock(s, n);
                s[n] = feedback(s, n, w >> 1);
            });
            zuc.registers = registers;
        }
        // The first clock of the working stage gives no word (TS 35.222 3.6.2).
        zuc.run(1, |_, _| ());
        zuc
    }

    /// Clocks `count` times, at most [`BLOCK_WORDS`], and gives each keystream word to `take`.
    fn run(&mut self, count: usize, mut take: impl FnMut(usize, u32)) {
        for n in 0..count {
            let w = self.registers.clock(&self.register, n);
            take(n, w ^ x3(&self.register, n));
            self.register[n] = feedback(&self.register, n, 0);
        }
        self.register.rotate_left(count % REGISTER_CELLS);
    }
}

/// Cell s_i when the register begins at `n`.
#[inline(always)]
fn cell(s: &[u32; REGISTER_CELLS], n: usize, i: usize) -> u32 {
    s[(n + i) % REGISTER_CELLS]
}

/// X3 of the bit reorganisation.
#[inline(always)]
fn x3(s: &[u32; REGISTER_CELLS], n: usize) -> u32 {
    cell(s, n, 2) << 16 | cell(s, n, 0) >> 15
}

impl Keystream for Zuc {
    fn block(&mut self, words: &mut [u32; BLOCK_WORDS]) {
        let (s, mut registers) = (&mut self.register, self.registers);
        for_block!(n => {
            words[n] = registers.clock(s, n) ^ x3(s, n);
            s[n] = feedback(s, n, 0);
        });
        self.registers = registers;
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
        for (name, table) in [("S0", &S0), ("S1", &S1)] {
            let mut seen = [false; 256];
            table.iter().for_each(|&y| seen[usize::from(y)] = true);
            assert!(seen.iter().all(|&s| s), "{name} is not a permutation");
        }
        assert_eq!([S0[0], S0[1], S0[255]], [0x3e, 0x72, 0x60]);
        assert_eq!([S1[0], S1[1], S1[255]], [0x55, 0xc2, 0xf2]);
    }

    #[test]
    fn parts_and_blocks_give_the_same_words() {
        let (key, iv) = ([0x5a; 16], [0xc3; 16]);
        let mut whole = [0; 3 * BLOCK_WORDS];
        Zuc::new(&key, &iv).fill(&mut whole);
        for cut in 0..=whole.len() {
            let mut zuc = Zuc::new(&key, &iv);
            let mut parts = [0; 3 * BLOCK_WORDS];
            let (head, tail) = parts.split_at_mut(cut);
            zuc.fill(head);
            zuc.fill(tail);
            assert_eq!(parts, whole, "cut at word {cut}");
        }
    }

    #[test]
    fn a_cell_is_never_zero() {
        let mut s = [MODULUS as u32; REGISTER_CELLS];
        assert_eq!(feedback(&s, 0, 0), MODULUS as u32);
        s.fill(1);
        assert_eq!(
            u64::from(feedback(&s, 0, 0)),
            257 + (1 << 20) + (1 << 21) + (1 << 17) + (1 << 15)
        );
    }
}
