//! A secret of 32 octets in a file of its own, wrapped by a master key: a few lines of text.

use crate::cipher::Nonce;
use crate::master::{Fingerprint, Master, Secret, WrapError};
use crate::masters::{Masters, NoMaster};

/// How the file begins.
const HEAD: &str = "quintet-sealed-key 1";

/// Longest file: the text, and what a device adds to what it wraps.
const MAX_TEXT_OCTETS: usize = 4096;

/// A wrapped secret and the name of its master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    master: Fingerprint,
    wrapped: Vec<u8>,
}

/// Why there is no secret in a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedKeyError {
    /// It is no such text.
    #[error(
        "it begins as a sealed key and is none: three lines are wanted, `{HEAD}`, `master FINGERPRINT`, hex digits"
    )]
    Form,
    /// Its master key is not at hand.
    #[error(transparent)]
    NoMaster(#[from] NoMaster),
    /// The master key does not unwrap it.
    #[error(transparent)]
    Wrap(#[from] WrapError),
}

impl SealedKey {
    /// Wraps a secret for a purpose.
    ///
    /// # Errors
    /// [`WrapError`] of the master key.
    pub fn seal(
        master: &dyn Master,
        nonce: &Nonce,
        purpose: &[u8],
        secret: &Secret,
    ) -> Result<Self, WrapError> {
        Ok(Self {
            master: master.fingerprint(),
            wrapped: master.wrap(nonce, purpose, secret)?,
        })
    }

    /// Whether a text is meant to be one.
    #[must_use]
    pub fn is_meant(text: &str) -> bool {
        text.trim_start().starts_with("quintet-sealed-key")
    }

    /// From its text.
    ///
    /// # Errors
    /// [`SealedKeyError::Form`].
    pub fn from_text(text: &str) -> Result<Self, SealedKeyError> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let (Some(HEAD), Some(master), Some(digits), None, true) = (
            lines.next(),
            lines.next(),
            lines.next(),
            lines.next(),
            text.len() <= MAX_TEXT_OCTETS,
        ) else {
            return Err(SealedKeyError::Form);
        };
        let master = master.strip_prefix("master ").ok_or(SealedKeyError::Form)?;
        Ok(Self {
            master: master.trim().parse().map_err(|_| SealedKeyError::Form)?,
            wrapped: hex::decode(digits).map_err(|_| SealedKeyError::Form)?,
        })
    }

    /// Its text.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{HEAD}\nmaster {}\n{}\n", self.master, hex::encode(&self.wrapped))
    }

    /// The master key it needs.
    #[must_use]
    pub fn master(&self) -> Fingerprint {
        self.master
    }

    /// The secret.
    ///
    /// # Errors
    /// [`SealedKeyError`].
    pub fn open(&self, masters: &dyn Masters, purpose: &[u8]) -> Result<Secret, SealedKeyError> {
        Ok(masters.named(self.master)?.unwrap(purpose, &self.wrapped)?)
    }
}
