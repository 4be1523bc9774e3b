//! AES-128 on the x86-64 AES instructions, in the one shape MILENAGE needs (FIPS 197; TS 35.206 4.1).
//!
//! A quintet takes a fresh subscriber key each time, so the key schedule is a good part of the work. Two things make it
//! short: `aeskeygenassist`, slow on every processor, is replaced by a byte shuffle and `aesenclast` (the same word in all
//! four columns makes ShiftRows a no-op, which leaves SubWord(RotWord(w)) ⊕ Rcon); and the first block is enciphered
//! while its round keys appear. The blocks that depend on it then run side by side. Everything stays in vector
//! registers from the first block to the last: a detour through integers costs more than a round.
//!
//! Left out: VAES. One vector has only four independent blocks; the latency of the rounds is the bound, not their
//! throughput.
#![expect(
    unsafe_code,
    reason = "calls code for AES instructions after the run-time check that the processor has them"
)]

use crate::milenage::Chain;
use std::arch::x86_64::{
    __m128i, _mm_add_epi8, _mm_aesenc_si128, _mm_aesenclast_si128, _mm_and_si128, _mm_cvtsi128_si64,
    _mm_extract_epi64, _mm_set_epi64x, _mm_set1_epi8, _mm_set1_epi32, _mm_shuffle_epi8, _mm_slli_si128,
    _mm_xor_si128,
};

/// RotWord of the last column, in all four columns.
const ROTATE_LAST_COLUMN: i32 = 0x0c0f_0e0d;

/// The octets of a block in their order.
const IN_ORDER: u128 = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100;

/// The chain's results; `None` where the processor lacks the instructions.
#[inline]
pub(crate) fn run<const N: usize>(chain: &Chain<N>) -> Option<[u128; N]> {
    if !(is_x86_feature_detected!("aes")
        && is_x86_feature_detected!("ssse3")
        && is_x86_feature_detected!("sse4.1"))
    {
        return None;
    }
    // SAFETY: the three features that `run_detected` is compiled for were detected just above.
    Some(unsafe { run_detected(chain) })
}

#[target_feature(enable = "aes,ssse3,sse4.1")]
fn run_detected<const N: usize>(chain: &Chain<N>) -> [u128; N] {
    let k0 = block(chain.key);
    let mut temp = _mm_xor_si128(block(chain.first), k0);
    let k1 = next_round_key::<0x01>(k0);
    temp = _mm_aesenc_si128(temp, k1);
    let k2 = next_round_key::<0x02>(k1);
    temp = _mm_aesenc_si128(temp, k2);
    let k3 = next_round_key::<0x04>(k2);
    temp = _mm_aesenc_si128(temp, k3);
    let k4 = next_round_key::<0x08>(k3);
    temp = _mm_aesenc_si128(temp, k4);
    let k5 = next_round_key::<0x10>(k4);
    temp = _mm_aesenc_si128(temp, k5);
    let k6 = next_round_key::<0x20>(k5);
    temp = _mm_aesenc_si128(temp, k6);
    let k7 = next_round_key::<0x40>(k6);
    temp = _mm_aesenc_si128(temp, k7);
    let k8 = next_round_key::<0x80>(k7);
    temp = _mm_aesenc_si128(temp, k8);
    let k9 = next_round_key::<0x1b>(k8);
    temp = _mm_aesenc_si128(temp, k9);
    let k10 = next_round_key::<0x36>(k9);
    temp = _mm_aesenclast_si128(temp, k10);

    let mut states = [k0; N];
    for (state, step) in states.iter_mut().zip(&chain.second) {
        let order = _mm_and_si128(
            _mm_add_epi8(block(IN_ORDER), _mm_set1_epi8((step.turn_bits / 8) as i8)),
            _mm_set1_epi8(0x0f),
        );
        let turned = _mm_shuffle_epi8(_mm_xor_si128(temp, block(step.before)), order);
        *state = _mm_xor_si128(turned, _mm_xor_si128(block(step.after), k0));
    }
    for round_key in [k1, k2, k3, k4, k5, k6, k7, k8, k9] {
        for state in &mut states {
            *state = _mm_aesenc_si128(*state, round_key);
        }
    }
    let last = _mm_xor_si128(k10, block(chain.last));
    let mut results = [0; N];
    for (result, state) in results.iter_mut().zip(states) {
        *result = integer(_mm_aesenclast_si128(state, last));
    }
    results
}

/// One step of the AES-128 key schedule (FIPS 197 5.2), with its round constant.
#[inline]
#[target_feature(enable = "aes,ssse3,sse4.1")]
fn next_round_key<const RCON: i32>(previous: __m128i) -> __m128i {
    let last_column = _mm_shuffle_epi8(previous, _mm_set1_epi32(ROTATE_LAST_COLUMN));
    let word = _mm_aesenclast_si128(last_column, _mm_set1_epi32(RCON));
    let pairs = _mm_xor_si128(previous, _mm_slli_si128::<4>(previous));
    let columns = _mm_xor_si128(pairs, _mm_slli_si128::<8>(pairs));
    _mm_xor_si128(columns, word)
}

#[inline]
#[target_feature(enable = "aes,ssse3,sse4.1")]
fn block(value: u128) -> __m128i {
    _mm_set_epi64x((value >> 64) as i64, value as i64)
}

#[inline]
#[target_feature(enable = "aes,ssse3,sse4.1")]
fn integer(value: __m128i) -> u128 {
    u128::from(_mm_extract_epi64::<1>(value) as u64) << 64 | u128::from(_mm_cvtsi128_si64(value) as u64)
}
