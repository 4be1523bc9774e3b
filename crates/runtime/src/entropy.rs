//! Entropy: a ChaCha generator per front end, seeded by the operating system (design: never a fast
//! non-cryptographic generator for RAND).

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::io;
use zeroize::Zeroize;

/// Octets drawn before the generator takes a new seed from the operating system, so that a state once seen does not
/// give away challenges for ever.
const RESEED_OCTETS: usize = 1 << 24;

/// A deterministic random bit generator. Zeroised by its crate when dropped.
pub struct Drbg {
    generator: ChaCha20Rng,
    drawn: usize,
}

impl Drbg {
    /// A generator with a fresh seed.
    ///
    /// # Errors
    /// If the operating system has no entropy.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            generator: seeded()?,
            drawn: 0,
        })
    }

    /// Fills `out` with unpredictable octets.
    pub fn fill(&mut self, out: &mut [u8]) {
        self.drawn += out.len();
        if self.drawn >= RESEED_OCTETS {
            // Without fresh entropy the old state goes on: still unpredictable, only not renewed.
            if let Ok(generator) = seeded() {
                self.generator = generator;
            }
            self.drawn = 0;
        }
        self.generator.fill_bytes(out);
    }

    /// Eight octets as an integer.
    pub fn next_u64(&mut self) -> u64 {
        let mut octets = [0; 8];
        self.fill(&mut octets);
        u64::from_be_bytes(octets)
    }
}

#[expect(clippy::disallowed_methods, reason = "the runtime is where entropy enters")]
fn seeded() -> io::Result<ChaCha20Rng> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    let generator = ChaCha20Rng::from_seed(seed);
    seed.zeroize();
    Ok(generator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_generators_differ_and_reseeding_goes_on() {
        let (mut a, mut b) = (Drbg::new().unwrap(), Drbg::new().unwrap());
        assert_ne!(a.next_u64(), b.next_u64());
        let mut large = vec![0; RESEED_OCTETS];
        a.fill(&mut large);
        assert_eq!(a.drawn, 0, "a new seed was taken");
        assert_ne!(large[..16], large[16..32]);
    }
}
