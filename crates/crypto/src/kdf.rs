//! The key derivation function of 3GPP: HMAC-SHA-256 over FC ‖ P0 ‖ L0 ‖ P1 ‖ L1 … (TS 33.220 B.2; RFC 2104).
//!
//! One derivation is four or five compressions of SHA-256 and little else, so HMAC is laid out here by hand on the
//! compression function of `sha2` (which takes the processor's SHA instructions when it finds them at run time): no
//! hasher object to build, copy and finish. Tested against the `hmac` crate.
//!
//! Left out: KDF negotiation (TS 33.220 B.3): Annex A of TS 33.401 knows this one only.

use crate::hmac::HmacKey;
use sha2::block_api::compress256;
use zeroize::{Zeroize, optimization_barrier};

/// Octets of a block of SHA-256.
pub(crate) const BLOCK: usize = 64;

/// Length of the string S in octets that no derivation exceeds, with room for the padding of SHA-256 in two blocks. The
/// longest of TS 33.401 with fixed parameters is that of NH: 35 octets.
const MAX_S_OCTETS: usize = 2 * BLOCK - 9;

/// Initial hash value (FIPS 180-4 5.3.3).
pub(crate) const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The string S: FC, then each parameter followed by its length in two octets (TS 33.220 B.2.1).
#[derive(Clone)]
pub struct KdfInput {
    /// S from the start, then its padding: the last blocks of the inner hash.
    octets: [u8; 2 * BLOCK],
    length: usize,
}

impl KdfInput {
    /// With the function code.
    #[must_use]
    #[inline]
    pub const fn new(fc: u8) -> Self {
        let mut octets = [0; 2 * BLOCK];
        octets[0] = fc;
        Self { octets, length: 1 }
    }

    /// With one more parameter; `None` when S would pass 119 octets.
    #[must_use]
    pub fn try_parameter(mut self, p: &[u8]) -> Option<Self> {
        if p.len() + 2 > MAX_S_OCTETS - self.length {
            return None;
        }
        self.put(p);
        Some(self)
    }

    /// With one more parameter of a fixed length; the tree's derivations are far from the limit.
    #[inline]
    pub(crate) fn parameter<const N: usize>(mut self, p: &[u8; N]) -> Self {
        const { assert!(3 * (N + 2) < MAX_S_OCTETS) };
        self.put(p);
        self
    }

    /// With one more parameter of up to `MAX` octets, which its type bounds.
    #[inline]
    pub(crate) fn parameter_up_to<const MAX: usize>(mut self, p: &[u8]) -> Self {
        const {
            assert!(
                MAX + 60 < MAX_S_OCTETS,
                "room for the other parameters of its derivation"
            )
        };
        self.put(&p[..p.len().min(MAX)]);
        self
    }

    #[inline]
    fn put(&mut self, p: &[u8]) {
        let end = self.length + p.len();
        self.octets[self.length..end].copy_from_slice(p);
        self.octets[end..end + 2].copy_from_slice(&(p.len() as u16).to_be_bytes());
        self.length = end + 2;
    }

    /// S, for a person to compare.
    #[must_use]
    pub fn s(&self) -> &[u8] {
        &self.octets[..self.length]
    }

    /// The same as [`Self::derive`] with a key whose blocks are worked off already.
    pub(crate) fn derive_with(mut self, key: &HmacKey) -> [u8; 32] {
        let mut state = key.inner();
        self.octets[self.length] = 0x80;
        let bits = (8 * (BLOCK + self.length) as u64).to_be_bytes();
        let blocks = if self.length + 9 <= BLOCK { 1 } else { 2 };
        self.octets[blocks * BLOCK - 8..blocks * BLOCK].copy_from_slice(&bits);
        compress256(&mut state, &self.octets.as_chunks().0[..blocks]);
        self.octets = [0; 2 * BLOCK];
        optimization_barrier(&self.octets);
        key.finish(state)
    }

    /// The derived 256 bits: HMAC-SHA-256(`key`, S), with a key of up to 64 octets.
    #[must_use]
    pub fn derive<const N: usize>(mut self, key: &[u8; N]) -> [u8; 32] {
        const { assert!(N <= BLOCK, "RFC 2104 would hash a longer key first") };
        // The inner hash: the key's block, then S with its padding in one block or two.
        let mut pad = [0x36; BLOCK];
        xor_into(&mut pad, key);
        let mut state = INITIAL;
        self.octets[self.length] = 0x80;
        let bits = 8 * (BLOCK + self.length) as u64;
        if self.length + 9 <= BLOCK {
            let mut blocks = [pad, [0; BLOCK]];
            blocks[1].copy_from_slice(&self.octets[..BLOCK]);
            blocks[1][BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
            compress256(&mut state, &blocks);
        } else {
            self.octets[2 * BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
            compress256(&mut state, &[pad]);
            compress256(&mut state, self.octets.as_chunks().0);
        }

        // The outer hash: the key's other block, then the inner digest with its padding.
        for octet in &mut pad {
            *octet ^= 0x36 ^ 0x5c;
        }
        let mut last = [0; BLOCK];
        last[..32].copy_from_slice(&digest(&state));
        last[32] = 0x80;
        last[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK as u64 + 32)).to_be_bytes());
        state = INITIAL;
        let mut blocks = [pad, last];
        compress256(&mut state, &blocks);
        pad = [0; BLOCK];
        blocks = [[0; BLOCK]; 2];
        optimization_barrier(&pad);
        optimization_barrier(&blocks);
        self.octets = [0; 2 * BLOCK];
        optimization_barrier(&self.octets);
        let derived = digest(&state);
        state.zeroize();
        derived
    }
}

#[inline]
pub(crate) fn xor_into(pad: &mut [u8; BLOCK], key: &[u8]) {
    for (octet, key) in pad.iter_mut().zip(key) {
        *octet ^= key;
    }
}

#[inline]
pub(crate) fn digest(state: &[u32; 8]) -> [u8; 32] {
    let mut octets = [0; 32];
    for (octets, word) in octets.chunks_exact_mut(4).zip(state) {
        octets.copy_from_slice(&word.to_be_bytes());
    }
    octets
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;

    fn by_crate(key: &[u8], s: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
        mac.update(s);
        mac.finalize().into_bytes().into()
    }

    proptest! {
        /// Every length of S, over the seam between one block and two.
        #[test]
        fn agrees_with_the_hmac_crate(fc: u8, key: [u8; 32], p in proptest::collection::vec(any::<u8>(), 0..=116)) {
            let input = KdfInput::new(fc).try_parameter(&p).unwrap();
            let expected = by_crate(&key, input.s());
            prop_assert_eq!(input.clone().derive_with(&HmacKey::new(&key)), expected);
            prop_assert_eq!(input.derive(&key), expected);
        }
    }

    #[test]
    fn every_length_of_s() {
        for octets in 0..=116 {
            let input = KdfInput::new(0x69).try_parameter(&[0xa5; 116][..octets]).unwrap();
            let expected = (by_crate(&[7; 16], input.s()), by_crate(&[7; 64], input.s()));
            assert_eq!(
                input.clone().derive_with(&HmacKey::new(&[7; 64])),
                expected.1,
                "{octets} octets"
            );
            assert_eq!(
                (input.clone().derive(&[7; 16]), input.derive(&[7; 64])),
                expected,
                "{octets} octets"
            );
        }
        assert!(
            KdfInput::new(0x69).try_parameter(&[0; 117]).is_none(),
            "S of 120 octets"
        );
        let full = KdfInput::new(0x69).try_parameter(&[0; 116]).unwrap();
        assert!(full.try_parameter(&[]).is_none(), "not even a length more");
    }
}
