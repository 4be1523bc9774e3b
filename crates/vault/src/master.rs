//! Master keys: what names them, what they wrap.

use crate::cipher::{Cipher, NONCE_OCTETS, Nonce, TAG_OCTETS};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Octets of a master key, and of every secret that one wraps.
pub const KEY_OCTETS: usize = 32;

/// Octets of a wrapped secret as a [`MasterKey`] makes it; other kinds of [`Master`] make others.
pub const WRAPPED_OCTETS: usize = 1 + NONCE_OCTETS + KEY_OCTETS + TAG_OCTETS;

/// The form of what a [`MasterKey`] wraps.
const FORM: u8 = 1;

/// Most octets of a text with a master key: the key, and some lines about it.
const MAX_TEXT_OCTETS: usize = 4096;

/// A secret that is wrapped, or was: zeroised when dropped, redacted when printed.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Secret([u8; KEY_OCTETS]);

impl Secret {
    /// From its octets.
    #[must_use]
    pub fn new(octets: [u8; KEY_OCTETS]) -> Self {
        Self(octets)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl Deref for Secret {
    type Target = [u8; KEY_OCTETS];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Secret {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// The name of a master key: 64 bits that follow from it by HMAC-SHA-256, and from which nobody comes back to it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; Self::OCTETS]);

impl Fingerprint {
    /// Length in octets: two keys of one operator will not share it, and it fits into a line.
    pub const OCTETS: usize = 8;
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| write!(f, "{octet:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut octets = [0; Self::OCTETS];
        hex::decode_to_slice(text, &mut octets).map_err(|_| KeyError::Fingerprint)?;
        Ok(Self(octets))
    }
}

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Neither form.
    #[error("a master key is 32 octets, or a line of 64 hex digits; lines that begin with # are skipped")]
    Form,
    /// All octets the same: a file of zeros is no key.
    #[error("a master key of 32 equal octets is none: take random ones (`quintet keys init`)")]
    Weak,
    /// No fingerprint.
    #[error("a fingerprint is 16 hex digits")]
    Fingerprint,
}

/// Why a secret could not be wrapped or unwrapped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The master key is the right one, by its name, and what it wrapped does not open.
    #[error("what the master key wrapped was changed since, or belongs elsewhere")]
    Refused,
    /// A later version wrapped it.
    #[error("it was wrapped in a form that this version does not know ({0})")]
    Form(u8),
    /// A device that keeps the key says no.
    #[error("{0}")]
    Device(String),
}

/// What keeps a master key and uses it: a key in memory ([`MasterKey`]), or a device that never gives it away.
pub trait Master: Send + Sync {
    /// The key's name.
    fn fingerprint(&self) -> Fingerprint;

    /// Wraps a secret for a purpose: it unwraps for the same one only. `nonce` is unpredictable.
    ///
    /// # Errors
    /// [`WrapError::Device`].
    fn wrap(&self, nonce: &Nonce, purpose: &[u8], secret: &Secret) -> Result<Vec<u8>, WrapError>;

    /// Unwraps.
    ///
    /// # Errors
    /// [`WrapError`].
    fn unwrap(&self, purpose: &[u8], wrapped: &[u8]) -> Result<Secret, WrapError>;
}

/// A master key in memory. Zeroised when dropped; prints its fingerprint.
#[derive(Clone)]
pub struct MasterKey(Secret);

impl MasterKey {
    /// From its octets, which must be unpredictable.
    ///
    /// # Errors
    /// [`KeyError::Weak`].
    pub fn new(octets: Secret) -> Result<Self, KeyError> {
        if octets.iter().all(|octet| *octet == octets[0]) {
            return Err(KeyError::Weak);
        }
        Ok(Self(octets))
    }

    /// From what a file or a variable holds: 32 octets as they are, or a line of 64 hex digits among lines that begin
    /// with `#`.
    ///
    /// # Errors
    /// [`KeyError`]; it shows nothing of the content.
    pub fn read(content: &[u8]) -> Result<Self, KeyError> {
        if let Ok(octets) = <[u8; KEY_OCTETS]>::try_from(content) {
            return Self::new(Secret::new(octets));
        }
        if content.len() > MAX_TEXT_OCTETS {
            return Err(KeyError::Form);
        }
        let text = std::str::from_utf8(content).map_err(|_| KeyError::Form)?;
        let mut lines = text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return Err(KeyError::Form);
        };
        let mut octets = Secret::default();
        hex::decode_to_slice(line, &mut octets[..]).map_err(|_| KeyError::Form)?;
        Self::new(octets)
    }

    /// The text for a file, as [`read`](Self::read) takes it.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut digits = Zeroizing::new([0; 2 * KEY_OCTETS]);
        hex::encode_to_slice(&self.0[..], &mut digits[..]).expect("two digits for each octet");
        let digits = std::str::from_utf8(&digits[..]).expect("hex digits");
        // Room for all of it: a text that grew would leave a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(MAX_TEXT_OCTETS));
        text.push_str("# Quintet master key ");
        text.push_str(&self.fingerprint().to_string());
        text.push_str(": keep a copy apart from the databases it opens\n");
        text.push_str(digits);
        text.push('\n');
        text
    }

    fn derive(&self, label: &[u8]) -> Secret {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0[..]).expect("HMAC takes keys of any length");
        mac.update(label);
        Secret::new(mac.finalize().into_bytes().into())
    }

    fn cipher(&self) -> Cipher {
        Cipher::new(&self.derive(b"quintet master key: wrapping"))
    }
}

impl Master for MasterKey {
    fn fingerprint(&self) -> Fingerprint {
        let derived = self.derive(b"quintet master key: fingerprint");
        Fingerprint(*derived.first_chunk().expect("eight of 32 octets"))
    }

    fn wrap(&self, nonce: &Nonce, purpose: &[u8], secret: &Secret) -> Result<Vec<u8>, WrapError> {
        let mut wrapped = Vec::with_capacity(WRAPPED_OCTETS);
        wrapped.push(FORM);
        self.cipher().seal(nonce, purpose, &secret[..], &mut wrapped);
        Ok(wrapped)
    }

    fn unwrap(&self, purpose: &[u8], wrapped: &[u8]) -> Result<Secret, WrapError> {
        match wrapped.split_first() {
            Some((&FORM, sealed)) if wrapped.len() == WRAPPED_OCTETS => {
                let mut opened = Zeroizing::new(Vec::with_capacity(KEY_OCTETS));
                let refused = |_| WrapError::Refused;
                self.cipher()
                    .open(purpose, sealed, &mut opened)
                    .map_err(refused)?;
                let mut secret = Secret::default();
                secret.copy_from_slice(&opened);
                Ok(secret)
            }
            Some((&form, _)) if form != FORM => Err(WrapError::Form(form)),
            _ => Err(WrapError::Refused),
        }
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for MasterKey {}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({}, redacted)", self.fingerprint())
    }
}
