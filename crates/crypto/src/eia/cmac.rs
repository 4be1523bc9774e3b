//! 128-EIA2: CMAC with AES-128 over COUNT ‖ BEARER ‖ DIRECTION ‖ 0^26 ‖ MESSAGE, the 32 most significant bits of it, for
//! messages of any number of bits (TS 33.401 B.2.3; NIST SP 800-38B 6.1, 6.2).
//!
//! The whole chain runs inside one call of the `aes` crate's back end, so that the choice of instructions is made once.

use aes::cipher::consts::U16;
use aes::cipher::{Block, BlockCipherEncBackend, BlockCipherEncClosure, BlockSizeUser};
use zeroize::Zeroize;

use crate::aes_schedule;
use crate::algorithm::{SecurityInput, zero_padded};

/// Octets of the header before the message.
const HEADER_OCTETS: usize = 8;

/// Bits of a block.
const BLOCK_BITS: usize = 128;

/// The MAC of `message`, whose octets are just those that `length_bits` bits take.
pub(super) fn mac(key: &[u8; 16], input: SecurityInput, message: &[u8], length_bits: usize) -> [u8; 4] {
    let header = u128::from(u64::from_be_bytes(input.header())) << 64;
    let beside_header = BLOCK_BITS - 8 * HEADER_OCTETS;
    let mut mac = [0; 4];
    let chain = if length_bits <= beside_header {
        let last = u128::from_be_bytes(zero_padded(message, length_bits)) >> (8 * HEADER_OCTETS) | header;
        Chain {
            first: None,
            middle: &[],
            last,
            last_bits: 8 * HEADER_OCTETS + length_bits,
            mac: &mut mac,
        }
    } else {
        let (beside, rest) = message.split_at(beside_header / 8);
        let beside: u128 = u128::from_be_bytes(zero_padded(beside, beside_header)) >> (8 * HEADER_OCTETS);
        // The last block may be whole, never empty.
        let rest_bits = length_bits - beside_header;
        let last_bits = (rest_bits - 1) % BLOCK_BITS + 1;
        let (middle, last) = rest.split_at((rest_bits - last_bits) / 8);
        let last = u128::from_be_bytes(zero_padded(last, last_bits));
        Chain {
            first: Some(header | beside),
            middle: middle.as_chunks().0,
            last,
            last_bits,
            mac: &mut mac,
        }
    };
    aes_schedule::encipher(key, chain);
    mac
}

/// The message in blocks, and what CMAC does with them.
struct Chain<'a> {
    /// The first block, unless it is the last.
    first: Option<u128>,
    middle: &'a [[u8; 16]],
    /// The last block, zeros after its bits.
    last: u128,
    /// Bits of the last block, 1 to 128.
    last_bits: usize,
    mac: &'a mut [u8; 4],
}

impl BlockSizeUser for Chain<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Chain<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let encipher = |octets: u128| {
            let mut block = Block::<B>::from(octets.to_be_bytes());
            backend.encrypt_block_inplace(&mut block);
            u128::from_be_bytes(block.0)
        };
        let mut subkey = double(encipher(0));
        let mut state = self.first.map_or(0, encipher);
        for block in self.middle {
            state = encipher(state ^ u128::from_be_bytes(*block));
        }
        let last = if self.last_bits == BLOCK_BITS {
            self.last ^ subkey
        } else {
            self.last ^ 1 << (BLOCK_BITS - 1 - self.last_bits) ^ double(subkey)
        };
        subkey.zeroize();
        *self.mac = ((encipher(state ^ last) >> (BLOCK_BITS - 32)) as u32).to_be_bytes();
    }
}

/// A subkey times x in GF(2^128), in constant time (SP 800-38B 6.1).
fn double(value: u128) -> u128 {
    value << 1 ^ (value >> (BLOCK_BITS - 1)).wrapping_neg() & 0x87
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::{Bearer, Direction};
    use aes::cipher::{BlockCipherEncrypt, KeyInit};

    /// CMAC as SP 800-38B 6.2 defines it, over a list of bits.
    fn straightforward(key: &[u8; 16], input: SecurityInput, message: &[u8], length_bits: usize) -> [u8; 4] {
        let encipher = |octets: u128| {
            let mut block = aes::Block::from(octets.to_be_bytes());
            aes::Aes128Enc::new(&(*key).into()).encrypt_block(&mut block);
            u128::from_be_bytes(block.0)
        };
        let times_x = |v: u128| if v >> 127 == 1 { v << 1 ^ 0x87 } else { v << 1 };
        let k1 = times_x(encipher(0));
        let octets = [&input.header()[..], message].concat();
        let mut bits: Vec<u128> = (0..64 + length_bits)
            .map(|i| u128::from(octets[i / 8] >> (7 - i % 8) & 1))
            .collect();
        let whole = bits.len().is_multiple_of(128);
        if !whole {
            bits.push(1);
            bits.resize(bits.len().next_multiple_of(128), 0);
        }
        let mut blocks: Vec<u128> = bits
            .chunks(128)
            .map(|b| b.iter().fold(0, |v, bit| v << 1 | bit))
            .collect();
        if let Some(last) = blocks.last_mut() {
            *last ^= if whole { k1 } else { times_x(k1) };
        }
        let mac = blocks.into_iter().fold(0, |state, block| encipher(state ^ block));
        ((mac >> 96) as u32).to_be_bytes()
    }

    #[test]
    fn every_length_up_to_four_blocks_is_the_straightforward_mac() {
        let message: [u8; 64] = std::array::from_fn(|i| (i * 37 + 11) as u8 | 1);
        let bearer = Bearer::FGS_NAS_3GPP;
        let input = SecurityInput {
            count: 0x89ab_cdef,
            bearer,
            direction: Direction::Downlink,
        };
        for key in [[0x00; 16], [0x77; 16], [0xfe; 16], [0x31; 16]] {
            for length_bits in 0..=8 * message.len() {
                let octets = &message[..length_bits.div_ceil(8)];
                let expected = straightforward(&key, input, octets, length_bits);
                assert_eq!(
                    mac(&key, input, octets, length_bits),
                    expected,
                    "key {key:x?}, {length_bits} bits"
                );
            }
        }
    }
}
