//! RANDs that know their owner: which challenge is ours, without remembering it.
//!
//! An AUTS counts only if its RAND is one this AuC issued lately (design, SQN); otherwise a recorded AUTS could move
//! DIF at any later time. Remembering RANDs costs 16 octets for each vector, is lost at a restart, and another front
//! end does not know them. So a RAND carries what is needed, enciphered:
//!
//! ```text
//!   RAND = AES-128(challenge key; time (22 bits, units of 16 s) ‖ IMSI digits (50) ‖ random (56))
//! ```
//!
//! AES is a permutation: without the key, RANDs with 56 fresh random bits each look like 128 random bits, to the USIM,
//! to f1 … f5 and to everyone else. With the key, one decipherment shows subscriber and time. A forger hits the IMSI and
//! a time of the last day once in 2^59 tries, and would need a valid MAC-S, too.
//!
//! All front ends of a store share the key, and it stays over restarts. A RAND of another key is not ours: the card's next challenge repairs that.
//! The time counts modulo 776 days.

use super::WallClock;
use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use quintet_crypto::Rand;
use quintet_identity::Imsi;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// How old a RAND may be whose AUTS is accepted: a day. A serving node may keep vectors for hours before it uses them; and a
/// day is far below Δ, so that an AUTS played again finds its resynchronisation done.
pub const MAX_RAND_AGE_S: u64 = 86_400;

/// By how much another front end's clock may be ahead of ours: as much as [`super::AucConfig`] believes.
pub const MAX_RAND_AHEAD_S: u64 = 3_600;

/// Octets of entropy that a RAND takes.
const RANDOM_OCTETS: usize = 7;

const UNIT_S: u64 = 16;
const TIME_BITS: u32 = 22;
const IMSI_BITS: u32 = 50;
const RANDOM_BITS: u32 = 8 * RANDOM_OCTETS as u32;

/// A source of unpredictable octets: a runtime's DRBG, or a seed in tests.
pub trait Entropy {
    /// Fills `out`.
    fn fill(&mut self, out: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Entropy for F {
    fn fill(&mut self, out: &mut [u8]) {
        self(out);
    }
}

/// The octets of a [`ChallengeKey`]: what a store keeps. Zeroised when dropped, redacted when printed, compared in constant
/// time.
#[derive(Clone)]
pub struct ChallengeSecret([u8; 16]);

impl ChallengeSecret {
    /// Length in octets.
    pub const OCTETS: usize = 16;

    /// From octets of entropy.
    #[must_use]
    pub const fn new(octets: [u8; 16]) -> Self {
        Self(octets)
    }

    /// The octets: for a store; never for a log.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 16] {
        &self.0
    }
}

impl Zeroize for ChallengeSecret {
    fn zeroize(&mut self) {
        self.0 = [0; 16];
        zeroize::optimization_barrier(&self.0);
    }
}

impl Drop for ChallengeSecret {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for ChallengeSecret {}

impl PartialEq for ChallengeSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ChallengeSecret {}

impl fmt::Debug for ChallengeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeSecret(redacted)")
    }
}

/// The key that makes and recognises RANDs; one for all front ends of a store. Zeroised when dropped.
#[derive(Clone)]
pub struct ChallengeKey(Aes128);

impl ChallengeKey {
    /// From 16 octets of entropy that the runtime keeps beside the subscribers.
    #[must_use]
    pub fn new(octets: &[u8; 16]) -> Self {
        Self(Aes128::new(octets.into()))
    }

    /// A fresh RAND for a subscriber.
    #[must_use]
    #[inline]
    pub fn rand(&self, imsi: Imsi, wall: WallClock, entropy: &mut impl Entropy) -> Rand {
        let mut octets = [0; 16];
        entropy.fill(&mut octets[16 - RANDOM_OCTETS..]);
        let random = u128::from_be_bytes(octets);
        let owner = owner(imsi) << RANDOM_BITS;
        let time = time(wall) << (IMSI_BITS + RANDOM_BITS);
        let mut block = (time | owner | random).to_be_bytes().into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// Whether `rand` was made with this key for this subscriber, within [`MAX_RAND_AGE_S`].
    #[must_use]
    pub fn is_ours(&self, rand: &Rand, imsi: Imsi, wall: WallClock) -> bool {
        let mut block = (*rand).into();
        self.0.decrypt_block(&mut block);
        let plain = u128::from_be_bytes(block.into());
        let made = plain >> (IMSI_BITS + RANDOM_BITS);
        let latest = time(wall) + u128::from(MAX_RAND_AHEAD_S / UNIT_S);
        let age = latest.wrapping_sub(made) & ((1 << TIME_BITS) - 1);
        let allowed = u128::from((MAX_RAND_AGE_S + MAX_RAND_AHEAD_S) / UNIT_S);
        plain >> RANDOM_BITS & ((1 << IMSI_BITS) - 1) == owner(imsi) && age <= allowed
    }
}

impl From<&ChallengeSecret> for ChallengeKey {
    fn from(secret: &ChallengeSecret) -> Self {
        Self::new(secret.expose())
    }
}

impl fmt::Debug for ChallengeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChallengeKey(redacted)")
    }
}

/// The digits of an IMSI as a number below 10^15 < 2^50. (IMSIs that differ in leading zeros alone share it; MAC-S tells them apart.)
#[inline]
fn owner(imsi: Imsi) -> u128 {
    u128::from(imsi.packed() & ((1 << IMSI_BITS) - 1))
}

/// Units of 16 s, modulo 2^22.
#[inline]
fn time(wall: WallClock) -> u128 {
    u128::from(wall.0.as_secs() / UNIT_S) & ((1 << TIME_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    fn counting() -> impl FnMut(&mut [u8]) {
        let mut n = 0u8;
        move |out: &mut [u8]| {
            n += 1;
            out.fill(n);
        }
    }

    fn at(seconds: u64) -> WallClock {
        WallClock(Duration::from_secs(seconds))
    }

    #[test]
    fn a_rand_knows_its_subscriber_and_its_time() {
        let key = ChallengeKey::new(&[7; 16]);
        let (mine, other): (Imsi, Imsi) = (
            "999999999999999".parse().unwrap(),
            "999999999999998".parse().unwrap(),
        );
        let now = 1_790_000_000;
        let rand = key.rand(mine, at(now), &mut counting());
        assert!(key.is_ours(&rand, mine, at(now)));
        assert!(key.is_ours(&rand, mine, at(now + MAX_RAND_AGE_S - UNIT_S)));
        assert!(key.is_ours(&rand, mine, at(now - MAX_RAND_AHEAD_S + UNIT_S)));
        assert!(
            !key.is_ours(&rand, mine, at(now + MAX_RAND_AGE_S + 2 * UNIT_S)),
            "too old"
        );
        assert!(
            !key.is_ours(&rand, mine, at(now - MAX_RAND_AHEAD_S - 2 * UNIT_S)),
            "of the future"
        );
        assert!(!key.is_ours(&rand, other, at(now)));
        assert!(
            !ChallengeKey::new(&[8; 16]).is_ours(&rand, mine, at(now)),
            "another store's"
        );
        for bit in 0..128 {
            let mut altered = rand;
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(!key.is_ours(&altered, mine, at(now)), "bit {bit}");
        }
    }

    #[test]
    fn the_secret_is_redacted_wiped_and_compared() {
        let mut secret = ChallengeSecret::new([0xab; 16]);
        let text = format!("{secret:?} {secret:#?}");
        assert_eq!(text, "ChallengeSecret(redacted) ChallengeSecret(redacted)");
        assert_eq!(secret, secret.clone());
        assert_ne!(secret, ChallengeSecret::new([0xac; 16]));
        let imsi = "001010000000001".parse().unwrap();
        let rand = ChallengeKey::new(&[0xab; 16]).rand(imsi, at(0), &mut counting());
        assert!(ChallengeKey::from(&secret).is_ours(&rand, imsi, at(0)));
        secret.zeroize();
        assert_eq!(secret.expose(), &[0; ChallengeSecret::OCTETS]);
    }

    #[test]
    fn it_survives_the_wrap_of_its_time() {
        let key = ChallengeKey::new(&[1; 16]);
        let imsi = "001010000000001".parse().unwrap();
        let wrap = UNIT_S << TIME_BITS;
        let rand = key.rand(imsi, at(wrap - 5), &mut counting());
        assert!(key.is_ours(&rand, imsi, at(wrap + 100)));
        let rand = key.rand(imsi, at(wrap + 5), &mut counting());
        assert!(key.is_ours(&rand, imsi, at(wrap - 100)));
    }

    #[test]
    fn rands_differ() {
        let key = ChallengeKey::new(&[1; 16]);
        let imsi = "001010000000001".parse().unwrap();
        let mut entropy = counting();
        let rands: std::collections::BTreeSet<Rand> =
            (0..200).map(|_| key.rand(imsi, at(0), &mut entropy)).collect();
        assert_eq!(rands.len(), 200);
    }
}
