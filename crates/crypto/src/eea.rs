//! Ciphering: EEA0, 128-EEA1, 128-EEA2, 128-EEA3, which are also NEA0, 128-NEA1, 128-NEA2, 128-NEA3 (TS 33.401 B.0,
//! B.1; TS 33.501 D.1, D.2; TS 35.215 3, TS 35.221 3).
//!
//! Each is a keystream XORed onto the message in place: ciphering and deciphering are the same call. EEA2 makes as many
//! counter blocks at once as the `aes` crate's back end for this processor encrypts side by side.

use aes::cipher::consts::U16;
use aes::cipher::typenum::Unsigned;
use aes::cipher::{Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser, ParBlocks};
use zeroize::optimization_barrier;

use crate::aes_schedule;
use crate::algorithm::{CipherError, CipheringAlgorithm, SecurityInput, clear_beyond, octets_of_length};
use crate::keystream::Keystream;
use crate::snow3g::Snow3g;
use crate::zuc::Zuc;

/// Ciphers or deciphers the first `length_bits` bits of `message` in place with a 128-bit `key`.
///
/// The bits of the last octet beyond `length_bits` become zero, with EEA0 too; octets after it are left alone. Nothing is
/// changed on an error.
///
/// # Errors
/// [`CipherError::UnsupportedCiphering`] for an unknown algorithm; [`CipherError::LengthBeyondMessage`] and
/// [`CipherError::LengthBeyondLimit`] for a length that the message or the limit does not hold.
pub fn apply(
    algorithm: CipheringAlgorithm,
    key: &[u8; 16],
    input: SecurityInput,
    message: &mut [u8],
    length_bits: usize,
) -> Result<(), CipherError> {
    let needed = octets_of_length(length_bits, message.len())?;
    let message = &mut message[..needed];
    match algorithm {
        CipheringAlgorithm::EEA0 => {}
        CipheringAlgorithm::EEA1 => uea2_keystream(key, input).apply(message),
        CipheringAlgorithm::EEA2 => aes_counter_mode(key, input, message),
        CipheringAlgorithm::EEA3 => eea3_keystream(key, input).apply(message),
        unknown => return Err(CipherError::UnsupportedCiphering(unknown)),
    }
    clear_beyond(message, length_bits);
    Ok(())
}

/// k0 … k3 of a confidentiality or integrity key: its words from last to first (TS 35.215 3.4, 4.4).
pub(crate) fn snow3g_key(key: &[u8; 16]) -> [u32; 4] {
    let words = key.as_chunks::<4>().0;
    std::array::from_fn(|i| u32::from_be_bytes(words[3 - i]))
}

/// SNOW 3G as f8 starts it (TS 35.215 3.4).
fn uea2_keystream(key: &[u8; 16], input: SecurityInput) -> Snow3g {
    let bearer = u32::from(input.bearer.value()) << 27 | (input.direction as u32) << 26;
    Snow3g::new(snow3g_key(key), [bearer, input.count, bearer, input.count])
}

/// ZUC as 128-EEA3 starts it (TS 35.221 3.4).
fn eea3_keystream(key: &[u8; 16], input: SecurityInput) -> Zuc {
    let half = u128::from(u64::from_be_bytes(input.header()));
    Zuc::new(key, &(half << 64 | half).to_be_bytes())
}

/// AES-128 in counter mode (TS 33.401 B.1.3).
fn aes_counter_mode(key: &[u8; 16], input: SecurityInput, message: &mut [u8]) {
    aes_schedule::encipher(
        key,
        CounterMode {
            header: input.header(),
            message,
        },
    );
}

/// What counter mode does with whichever back end the processor has.
struct CounterMode<'a> {
    /// The upper half of every counter block; the lower counts the blocks from zero.
    header: [u8; 8],
    message: &'a mut [u8],
}

impl BlockSizeUser for CounterMode<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for CounterMode<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let header = u64::from_le_bytes(self.header);
        let write_counter = |block: &mut Block<B>, counter: u64| {
            // The halves in memory order, which is that of a little-endian integer.
            let lower = u128::from(u64::from_le_bytes(counter.to_be_bytes())) << 64;
            block.0 = (lower | u128::from(header)).to_le_bytes();
        };
        let mut counter = 0;
        let batch_octets = 16 * B::ParBlocksSize::USIZE;
        let (whole, rest) = self
            .message
            .split_at_mut(self.message.len() / batch_octets * batch_octets);
        if !whole.is_empty() {
            let mut keystream = ParBlocks::<B>::default();
            for batch in whole.chunks_exact_mut(batch_octets) {
                for (i, block) in (0..).zip(&mut keystream) {
                    write_counter(block, counter + i);
                }
                backend.encrypt_par_blocks_inplace(&mut keystream);
                for (octets, key) in batch.as_chunks_mut::<16>().0.iter_mut().zip(&keystream) {
                    *octets = (u128::from_ne_bytes(*octets) ^ u128::from_ne_bytes(key.0)).to_ne_bytes();
                }
                counter += B::ParBlocksSize::U64;
            }
            // Wiped at once: `zeroize` would write this kilobyte octet by octet.
            keystream = ParBlocks::<B>::default();
            optimization_barrier(&keystream);
        }
        for (i, octets) in (counter..).zip(rest.chunks_mut(16)) {
            let mut key = Block::<B>::default();
            write_counter(&mut key, i);
            backend.encrypt_block_inplace(&mut key);
            octets.iter_mut().zip(key).for_each(|(octet, key)| *octet ^= key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{Bearer, Direction};
    use aes::cipher::{BlockCipherEncrypt, KeyInit};
    use proptest::prelude::*;

    proptest! {
        /// Octets enough for two batches of the widest back end (64 blocks) and what remains.
        #[test]
        fn counter_mode_is_block_by_block(key: [u8; 16], count: u32, down: bool, octets in 0usize..3000) {
            let direction = if down { Direction::Downlink } else { Direction::Uplink };
            let input = SecurityInput { count, bearer: Bearer::FGS_NAS_NON_3GPP, direction };
            let mut keystream = vec![0; octets];
            aes_counter_mode(&key, input, &mut keystream);
            let cipher = aes::Aes128Enc::new(&key.into());
            for (i, expected) in (0u64..).zip(keystream.chunks(16)) {
                let bearer = [2 << 3 | u8::from(down) << 2, 0, 0, 0];
                let counter = [&count.to_be_bytes()[..], &bearer, &i.to_be_bytes()].concat();
                let mut block = aes::Block::try_from(&counter[..]).unwrap();
                cipher.encrypt_block(&mut block);
                prop_assert_eq!(expected, &block[..expected.len()], "block {}", i);
            }
        }
    }
}
