//! HMAC-SHA-256 (RFC 2104) with the key's two blocks worked off once, for a key that is used more than once and for
//! texts that are longer than the KDF's two blocks.

use crate::kdf::{BLOCK, INITIAL, digest, xor_into};
use sha2::block_api::compress256;
use zeroize::{Zeroize, optimization_barrier};

/// The states of the inner and the outer hash behind their block of key.
pub(crate) struct HmacKey {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl Drop for HmacKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

impl HmacKey {
    /// Of a key of up to 64 octets.
    pub(crate) fn new<const N: usize>(key: &[u8; N]) -> Self {
        const { assert!(N <= BLOCK, "RFC 2104 would hash a longer key first") };
        let mut pad = [0x36; BLOCK];
        xor_into(&mut pad, key);
        let (mut inner, mut outer) = (INITIAL, INITIAL);
        compress256(&mut inner, &[pad]);
        for octet in &mut pad {
            *octet ^= 0x36 ^ 0x5c;
        }
        compress256(&mut outer, &[pad]);
        pad = [0; BLOCK];
        optimization_barrier(&pad);
        Self { inner, outer }
    }

    /// HMAC of the parts, one behind the other.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let (mut state, mut block, mut filled, mut octets) = (self.inner, [0; BLOCK], 0, BLOCK as u64);
        for part in parts {
            octets += part.len() as u64;
            let mut part = *part;
            while !part.is_empty() {
                let (head, rest) = part.split_at(part.len().min(BLOCK - filled));
                block[filled..filled + head.len()].copy_from_slice(head);
                filled += head.len();
                part = rest;
                if filled == BLOCK {
                    compress256(&mut state, &[block]);
                    filled = 0;
                }
            }
        }
        block[filled..].fill(0);
        block[filled] = 0x80;
        if filled + 9 > BLOCK {
            compress256(&mut state, &[block]);
            block.fill(0);
        }
        block[BLOCK - 8..].copy_from_slice(&(8 * octets).to_be_bytes());
        compress256(&mut state, &[block]);
        block = [0; BLOCK];
        optimization_barrier(&block);
        self.finish(state)
    }

    /// The inner hash begun: its state behind the block of key.
    #[inline]
    pub(crate) const fn inner(&self) -> [u32; 8] {
        self.inner
    }

    /// The outer hash over the inner one.
    #[inline]
    pub(crate) fn finish(&self, mut inner: [u32; 8]) -> [u8; 32] {
        let mut last = [0; BLOCK];
        last[..32].copy_from_slice(&digest(&inner));
        last[32] = 0x80;
        last[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK as u64 + 32)).to_be_bytes());
        inner.zeroize();
        let mut state = self.outer;
        compress256(&mut state, &[last]);
        last = [0; BLOCK];
        optimization_barrier(&last);
        let derived = digest(&state);
        state.zeroize();
        derived
    }

    /// The KDF of TS 33.220 B.2 with parameters of any length; `None` when one is longer than its two octets of length
    /// can say.
    pub(crate) fn kdf(&self, fc: u8, parameters: &[&[u8]]) -> Option<[u8; 32]> {
        let mut s = zeroize::Zeroizing::new(Vec::with_capacity(
            1 + parameters.iter().map(|p| p.len() + 2).sum::<usize>(),
        ));
        s.push(fc);
        for parameter in parameters {
            s.extend_from_slice(parameter);
            s.extend_from_slice(&u16::try_from(parameter.len()).ok()?.to_be_bytes());
        }
        Some(self.mac(&[&s]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn every_length_in_two_parts() {
        let text: Vec<u8> = (0..300u16).map(|i| (i * 7) as u8).collect();
        for octets in 0..=text.len() {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[0x5a; 32]).unwrap();
            mac.update(&text[..octets]);
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            let (a, b) = text[..octets].split_at(octets / 3);
            assert_eq!(
                HmacKey::new(&[0x5a; 32]).mac(&[a, b]),
                expected,
                "{octets} octets"
            );
        }
    }
}
