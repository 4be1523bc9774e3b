//! Concealing a SUPI (TS 33.501 6.12, Annex C): ECIES with profile A (X25519) or B (secp256r1), and the null scheme, which
//! conceals nothing and is no more than its name here.
//!
//! ```text
//!  ephemeral private ─┐
//!                     ├─ECDH─► Z ──ANSI X9.63, SHA-256, ephemeral public──► encryption key ‖ ICB ‖ MAC key
//!  home network key ──┘                                                          │           │
//!                                                   scheme input ──AES-128-CTR───┴─► ciphertext ──HMAC─► tag
//!  scheme output = ephemeral public key ‖ ciphertext ‖ tag of 8 octets
//! ```
//!
//! The curves are those of `aws-lc-rs`, which refuses points off the curve and a shared secret of zeros. What of the text
//! goes in (MSIN or username) is `quintet-identity`'s.

use crate::hmac::HmacKey;
use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aws_lc_rs::agreement::{self, ECDH_P256, ParsedPublicKey, PrivateKey, UnparsedPublicKey, X25519};
use aws_lc_rs::encoding::{AsBigEndian, EcPublicKeyCompressedBin};
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Octets of the MAC tag (TS 33.501 C.3.4).
pub const TAG_OCTETS: usize = 8;

/// Longest scheme input: the username of the longest NAI.
pub const MAX_SCHEME_INPUT_OCTETS: usize = 253;

/// Why a SUPI could not be concealed or deconcealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuciError {
    /// A protection scheme that is none of the two profiles.
    #[error("protection scheme {0} has no ECIES profile")]
    Scheme(u8),
    /// A length that the scheme does not allow.
    #[error("{what} has {got} octets, which its scheme does not allow")]
    Length {
        /// What.
        what: &'static str,
        /// Octets of it.
        got: usize,
    },
    /// A public key that is no point of the curve, is not in the form of its profile, or makes a shared secret of zeros.
    #[error("the public key is no point that may be used")]
    Point,
    /// A private key out of its range (profile B: 1 to n − 1).
    #[error("the private key is out of its range")]
    PrivateKey,
    /// The MAC tag is another: another key concealed it, or somebody changed it.
    #[error("the MAC tag does not hold")]
    Tag,
}

/// A profile of ECIES (TS 33.501 C.3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// X25519.
    A,
    /// secp256r1, points compressed.
    B,
}

impl Profile {
    /// Of a protection scheme identifier (TS 33.501 C.1).
    ///
    /// # Errors
    /// `Scheme` for any but 1 and 2.
    pub const fn of_scheme(scheme: u8) -> Result<Self, SuciError> {
        match scheme {
            1 => Ok(Self::A),
            2 => Ok(Self::B),
            _ => Err(SuciError::Scheme(scheme)),
        }
    }

    /// Its protection scheme identifier.
    #[must_use]
    pub const fn scheme(self) -> u8 {
        match self {
            Self::A => 1,
            Self::B => 2,
        }
    }

    /// Octets of a public key.
    #[must_use]
    pub const fn public_key_octets(self) -> usize {
        match self {
            Self::A => 32,
            Self::B => 33,
        }
    }

    fn private_key(self, octets: &[u8; 32]) -> Result<PrivateKey, SuciError> {
        let algorithm = match self {
            Self::A => &X25519,
            Self::B => &ECDH_P256,
        };
        PrivateKey::from_private_key(algorithm, octets).map_err(|_| SuciError::PrivateKey)
    }
}

/// The home network's public key, as a USIM has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct HomeNetworkPublicKey {
    profile: Profile,
    octets: [u8; 33],
}

impl HomeNetworkPublicKey {
    /// From 32 octets of profile A, or the 33 of profile B's compressed point.
    ///
    /// # Errors
    /// `Length`, or `Point` if it is not on the curve.
    pub fn new(profile: Profile, octets: &[u8]) -> Result<Self, SuciError> {
        parsed(profile, octets)?;
        let mut key = Self {
            profile,
            octets: [0; 33],
        };
        key.octets[..octets.len()].copy_from_slice(octets);
        Ok(key)
    }

    /// Its profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// The octets of [`Self::new`].
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..self.profile.public_key_octets()]
    }

    /// Scheme output of a scheme input. `ephemeral` is entropy of 256 bits that is used once.
    ///
    /// # Errors
    /// `Length` for a scheme input of none or too many octets, `PrivateKey` if `ephemeral` is out of profile B's range
    /// (once in 2³²: draw again), `Point` if the shared secret is zero.
    pub fn conceal(&self, ephemeral: &[u8; 32], scheme_input: &[u8]) -> Result<Vec<u8>, SuciError> {
        if scheme_input.is_empty() || scheme_input.len() > MAX_SCHEME_INPUT_OCTETS {
            return Err(SuciError::Length {
                what: "the scheme input",
                got: scheme_input.len(),
            });
        }
        let ephemeral = HomeNetworkPrivateKey::new(self.profile, ephemeral)?;
        let mut output = Vec::with_capacity(33 + scheme_input.len() + TAG_OCTETS);
        output.extend_from_slice(ephemeral.public.octets());
        output.extend_from_slice(scheme_input);
        let keys = ephemeral.agree(self.octets(), ephemeral.public.octets())?;
        let ciphertext = &mut output[self.profile.public_key_octets()..];
        keys.apply(ciphertext);
        let tag = keys.tag(ciphertext);
        output.extend_from_slice(&tag);
        Ok(output)
    }
}

impl fmt::Debug for HomeNetworkPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HomeNetworkPublicKey({:?}, ", self.profile)?;
        self.octets()
            .iter()
            .try_for_each(|octet| write!(f, "{octet:02x}"))?;
        write!(f, ")")
    }
}

/// The home network's private key, as the SIDF has it: made once, used for every SUCI. Wiped when dropped.
pub struct HomeNetworkPrivateKey {
    key: PrivateKey,
    public: HomeNetworkPublicKey,
}

impl HomeNetworkPrivateKey {
    /// From 32 octets: with entropy of 256 bits, a new key.
    ///
    /// # Errors
    /// `PrivateKey` if it is out of profile B's range.
    pub fn new(profile: Profile, octets: &[u8; 32]) -> Result<Self, SuciError> {
        let key = profile.private_key(octets)?;
        let whole = key.compute_public_key().map_err(|_| SuciError::PrivateKey)?;
        let mut public = HomeNetworkPublicKey {
            profile,
            octets: [0; 33],
        };
        match profile {
            Profile::A => public.octets[..32].copy_from_slice(whole.as_ref()),
            Profile::B => {
                let point: EcPublicKeyCompressedBin<'_> =
                    whole.as_be_bytes().map_err(|_| SuciError::PrivateKey)?;
                public.octets.copy_from_slice(point.as_ref());
            }
        }
        Ok(Self { key, public })
    }

    /// The public key that belongs to it.
    #[must_use]
    pub const fn public_key(&self) -> &HomeNetworkPublicKey {
        &self.public
    }

    /// Its profile.
    #[must_use]
    pub const fn profile(&self) -> Profile {
        self.public.profile
    }

    /// Scheme input of a scheme output. Nothing is deciphered before the tag holds.
    ///
    /// # Errors
    /// `Length`, `Point` or `Tag`.
    pub fn deconceal(&self, scheme_output: &[u8]) -> Result<Zeroizing<Vec<u8>>, SuciError> {
        let key_octets = self.profile().public_key_octets();
        let wrong = SuciError::Length {
            what: "the scheme output",
            got: scheme_output.len(),
        };
        let (ephemeral, rest) = scheme_output.split_at_checked(key_octets).ok_or(wrong)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_OCTETS>().ok_or(wrong)?;
        if ciphertext.is_empty() || ciphertext.len() > MAX_SCHEME_INPUT_OCTETS {
            return Err(wrong);
        }
        let keys = self.agree(ephemeral, ephemeral)?;
        if !bool::from(keys.tag(ciphertext).ct_eq(tag)) {
            return Err(SuciError::Tag);
        }
        let mut input = Zeroizing::new(ciphertext.to_vec());
        keys.apply(&mut input);
        Ok(input)
    }

    /// The keys that this private key and the public key `other` make; `ephemeral` is the public one of the two that was
    /// made for this SUCI.
    fn agree(&self, other: &[u8], ephemeral: &[u8]) -> Result<EciesKeys, SuciError> {
        let other = parsed(self.profile(), other)?;
        agreement::agree(&self.key, other, SuciError::Point, |z| {
            // Low orders make zeros (RFC 7748 6.1): refused here as well as there.
            if bool::from(z.ct_eq(&[0; 32][..])) {
                return Err(SuciError::Point);
            }
            Ok(EciesKeys::derive(z, ephemeral))
        })
    }
}

impl fmt::Debug for HomeNetworkPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HomeNetworkPrivateKey({:?}, redacted)", self.profile())
    }
}

/// A public key of the profile's form, on its curve. Lengths and forms are checked here, for the library takes others too.
fn parsed(profile: Profile, octets: &[u8]) -> Result<ParsedPublicKey, SuciError> {
    if octets.len() != profile.public_key_octets() {
        return Err(SuciError::Length {
            what: "the public key",
            got: octets.len(),
        });
    }
    let algorithm = match profile {
        Profile::A => &X25519,
        Profile::B if matches!(octets[0], 2 | 3) => &ECDH_P256,
        Profile::B => return Err(SuciError::Point),
    };
    ParsedPublicKey::try_from(UnparsedPublicKey::new(algorithm, octets)).map_err(|_| SuciError::Point)
}

/// Encryption key, initial counter block and MAC key (TS 33.501 C.3.2), wiped after use.
struct EciesKeys(Zeroizing<[u8; 64]>);

impl EciesKeys {
    /// ANSI-X9.63-KDF with SHA-256: Z, a counter of 32 bits from 1 on, and the ephemeral public key as SharedInfo.
    fn derive(z: &[u8], ephemeral: &[u8]) -> Self {
        let mut keys = Zeroizing::new([0; 64]);
        for (counter, half) in (1u32..).zip(keys.chunks_exact_mut(32)) {
            let digest = Sha256::new()
                .chain_update(z)
                .chain_update(counter.to_be_bytes())
                .chain_update(ephemeral)
                .finalize();
            half.copy_from_slice(&digest);
        }
        Self(keys)
    }

    /// AES-128 in counter mode, both ways.
    fn apply(&self, text: &mut [u8]) {
        let mut key = Zeroizing::new([0; 16]);
        key.copy_from_slice(&self.0[..16]);
        let cipher = Aes128Enc::new(&(*key).into());
        let mut counter = [0; 16];
        counter.copy_from_slice(&self.0[16..32]);
        let mut counter = u128::from_be_bytes(counter);
        for chunk in text.chunks_mut(16) {
            let mut block = counter.to_be_bytes().into();
            cipher.encrypt_block(&mut block);
            for (octet, key) in chunk.iter_mut().zip(block) {
                *octet ^= key;
            }
            counter = counter.wrapping_add(1);
        }
    }

    /// The first eight octets of HMAC-SHA-256 over the ciphertext.
    fn tag(&self, ciphertext: &[u8]) -> [u8; TAG_OCTETS] {
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&self.0[32..]);
        let mut tag = [0; TAG_OCTETS];
        tag.copy_from_slice(&HmacKey::new(&key).mac(&[ciphertext])[..TAG_OCTETS]);
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_private_key() {
        let key = HomeNetworkPrivateKey::new(Profile::A, &[0xab; 32]).unwrap();
        assert_eq!(format!("{key:?}"), "HomeNetworkPrivateKey(A, redacted)");
    }

    #[test]
    fn schemes() {
        for profile in [Profile::A, Profile::B] {
            assert_eq!(Profile::of_scheme(profile.scheme()), Ok(profile));
        }
        assert_eq!(Profile::of_scheme(0), Err(SuciError::Scheme(0)));
        assert_eq!(Profile::of_scheme(3), Err(SuciError::Scheme(3)));
    }
}
