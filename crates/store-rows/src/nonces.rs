//! Entropy, and nonces drawn some hundred at a time.

use crate::data_key::KeyFault;
use quintet_vault::{NONCE_OCTETS, NoMaster, Nonce};

/// Nonces drawn at once: a call of the system costs as much as sealing.
const NONCES_AT_ONCE: usize = 256;

/// Nonces, drawn some hundred at a time.
pub(crate) struct Nonces {
    drawn: [u8; NONCE_OCTETS * NONCES_AT_ONCE],
    used: usize,
}

impl Default for Nonces {
    fn default() -> Self {
        Self {
            drawn: [0; NONCE_OCTETS * NONCES_AT_ONCE],
            used: NONCES_AT_ONCE,
        }
    }
}

impl Nonces {
    pub(crate) fn draw(&mut self) -> Result<Nonce, KeyFault> {
        if self.used == NONCES_AT_ONCE {
            entropy(&mut self.drawn)?;
            self.used = 0;
        }
        let at = self.used * NONCE_OCTETS;
        self.used += 1;
        let mut nonce = [0; NONCE_OCTETS];
        nonce.copy_from_slice(&self.drawn[at..at + NONCE_OCTETS]);
        Ok(nonce)
    }
}

#[expect(clippy::disallowed_methods, reason = "data keys and nonces are made here")]
pub(crate) fn entropy(octets: &mut [u8]) -> Result<(), KeyFault> {
    getrandom::fill(octets).map_err(|error| {
        KeyFault::NoMaster(NoMaster::Unusable {
            place: "this system".to_owned(),
            why: format!("there is no entropy: {error}"),
        })
    })
}
