//! Numbers that nobody else may guess, from the seed of the endpoint: HMAC-SHA-256 of a counter.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Draws of 32 octets; the octets of a draw are used from the front.
pub(crate) struct Drbg {
    keyed: Hmac<Sha256>,
    counter: u64,
}

impl Drbg {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self {
            keyed: Hmac::new_from_slice(&seed).expect("HMAC takes a key of any length"),
            counter: 0,
        }
    }

    pub(crate) fn draw(&mut self) -> [u8; 32] {
        self.counter += 1;
        let mut mac = self.keyed.clone();
        mac.update(&self.counter.to_be_bytes());
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn u32(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.draw();
        u32::from_be_bytes([a, b, c, d])
    }

    pub(crate) fn u64(&mut self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.draw();
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// A verification tag: any number but zero (RFC 9260 5.3.1).
    pub(crate) fn tag(&mut self) -> u32 {
        loop {
            let tag = self.u32();
            if tag != 0 {
                return tag;
            }
        }
    }
}
