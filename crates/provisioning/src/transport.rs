//! Keys enciphered under a transport key, as SIM vendors deliver Ki ("K4").

use crate::hex_octets::Hex;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use std::fmt;
use std::str::FromStr;
use zeroize::{Zeroize, Zeroizing};

/// How a key is enciphered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-128, each block alone.
    Aes128Ecb,
    /// AES-128, chained.
    Aes128Cbc,
    /// AES-256, each block alone.
    Aes256Ecb,
    /// AES-256, chained.
    Aes256Cbc,
    /// Triple DES with two keys (16 octets), each block alone.
    Tdes2Ecb,
    /// Triple DES with three keys (24 octets), each block alone.
    Tdes3Ecb,
}

impl Cipher {
    /// All, by the names of a command line.
    pub const ALL: [(&'static str, Cipher); 6] = [
        ("aes-128-ecb", Self::Aes128Ecb),
        ("aes-128-cbc", Self::Aes128Cbc),
        ("aes-256-ecb", Self::Aes256Ecb),
        ("aes-256-cbc", Self::Aes256Cbc),
        ("3des-2key-ecb", Self::Tdes2Ecb),
        ("3des-3key-ecb", Self::Tdes3Ecb),
    ];

    const fn key_octets(self) -> usize {
        match self {
            Self::Aes128Ecb | Self::Aes128Cbc | Self::Tdes2Ecb => 16,
            Self::Tdes3Ecb => 24,
            Self::Aes256Ecb | Self::Aes256Cbc => 32,
        }
    }

    const fn block_octets(self) -> usize {
        match self {
            Self::Tdes2Ecb | Self::Tdes3Ecb => 8,
            _ => 16,
        }
    }
}

impl FromStr for Cipher {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text);
        found.map(|(_, cipher)| *cipher).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|(name, _)| *name).collect();
            format!("{text:?} is none of {}", names.join(", "))
        })
    }
}

/// What of a card the transport key covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Covers {
    /// K alone; OPc stands in clear, unless its column says that it is enciphered.
    #[default]
    K,
    /// K and OPc.
    KAndOpc,
}

/// A key check value: the first octets of an enciphered block of zeros (or, for AES, of ones).
#[derive(Clone, PartialEq, Eq)]
pub struct KeyCheck(Vec<u8>);

impl KeyCheck {
    /// The fewest octets: fewer say nothing.
    const MIN_OCTETS: usize = 2;

    /// From its octets; 3 are usual.
    ///
    /// # Errors
    /// Fewer than 2, or more than a block.
    pub fn new(octets: &[u8]) -> Result<Self, String> {
        match (Self::MIN_OCTETS..=16).contains(&octets.len()) {
            true => Ok(Self(octets.to_vec())),
            false => Err(format!(
                "a key check value of {} octets, 3 are usual",
                octets.len()
            )),
        }
    }
}

impl FromStr for KeyCheck {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::new(&crate::octets_of_hex(text)?)
    }
}

impl fmt::Debug for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCheck({} octets)", self.0.len())
    }
}

/// What is wrong with a transport key, or with what it should open.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// A key of another length.
    #[error("the transport key has {got} octets, {expected} are needed for this cipher")]
    KeyLength {
        /// Octets given.
        got: usize,
        /// Octets needed.
        expected: usize,
    },
    /// An initialisation vector of another length, or for a cipher that has none.
    #[error("the initialisation vector has {got} octets, {expected} are needed for this cipher")]
    IvLength {
        /// Octets given.
        got: usize,
        /// Octets needed.
        expected: usize,
    },
    /// The key check value is another's.
    #[error("the key check value is not of this transport key: it is another key, or mistyped")]
    KeyCheck,
    /// Octets that are not whole blocks.
    #[error("{octets} enciphered octets are not whole blocks of {block}")]
    Blocks {
        /// Octets given.
        octets: usize,
        /// Octets of a block.
        block: usize,
    },
}

/// A transport key.
#[derive(Clone)]
pub struct Transport {
    cipher: Cipher,
    key: Zeroizing<Vec<u8>>,
    iv: [u8; 16],
    /// What it covers.
    pub covers: Covers,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Transport({:?}, ***)", self.cipher)
    }
}

impl Transport {
    /// A key for a cipher; without an initialisation vector chaining begins with zeros.
    ///
    /// # Errors
    /// Wrong lengths.
    pub fn new(cipher: Cipher, key: &Hex, iv: Option<&Hex>, covers: Covers) -> Result<Self, TransportError> {
        let expected = cipher.key_octets();
        let got = key.expose().len();
        if got != expected {
            return Err(TransportError::KeyLength { got, expected });
        }
        let iv = match iv {
            None => [0; 16],
            Some(iv) => {
                let chained = matches!(cipher, Cipher::Aes128Cbc | Cipher::Aes256Cbc);
                let expected = if chained { 16 } else { 0 };
                let wrong = TransportError::IvLength {
                    got: iv.expose().len(),
                    expected,
                };
                let iv = iv.exactly::<16>("iv").ok().filter(|_| chained);
                iv.ok_or(wrong)?
            }
        };
        Ok(Self {
            cipher,
            key: key.expose().to_vec().into(),
            iv,
            covers,
        })
    }

    /// Compares a key check value with that of the key.
    ///
    /// # Errors
    /// [`TransportError::KeyCheck`].
    pub fn check(&self, check: &KeyCheck) -> Result<(), TransportError> {
        let is_of = |fill: u8| {
            let mut block = [fill; 16];
            let block = &mut block[..self.cipher.block_octets()];
            self.block(block, true);
            block.starts_with(&check.0)
        };
        // Zeros by tradition; ones for AES in GlobalPlatform (Card Specification B.6).
        let aes = self.cipher.block_octets() == 16;
        match is_of(0) || aes && is_of(1) {
            true => Ok(()),
            false => Err(TransportError::KeyCheck),
        }
    }

    /// Deciphers whole blocks.
    ///
    /// # Errors
    /// [`TransportError::Blocks`].
    pub fn decipher(&self, octets: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        let block = self.cipher.block_octets();
        if octets.is_empty() || !octets.len().is_multiple_of(block) {
            return Err(TransportError::Blocks {
                octets: octets.len(),
                block,
            });
        }
        let chained = matches!(self.cipher, Cipher::Aes128Cbc | Cipher::Aes256Cbc);
        let mut out = Zeroizing::new(octets.to_vec());
        let mut previous = &self.iv[..];
        for (plain, enciphered) in out.chunks_mut(block).zip(octets.chunks(block)) {
            self.block(plain, false);
            if chained {
                plain.iter_mut().zip(previous).for_each(|(a, b)| *a ^= b);
            }
            previous = enciphered;
        }
        Ok(out)
    }

    /// One block, in place.
    fn block(&self, block: &mut [u8], encipher: bool) {
        fn with<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
            key: &[u8],
            block: &mut [u8],
            encipher: bool,
        ) {
            let cipher = C::new_from_slice(key).expect("the length was checked when the key was made");
            let block: &mut Array<u8, C::BlockSize> =
                block.try_into().expect("blocks are cut to the cipher's length");
            match encipher {
                true => cipher.encrypt_block(block),
                false => cipher.decrypt_block(block),
            }
        }
        match self.cipher {
            Cipher::Aes128Ecb | Cipher::Aes128Cbc => with::<aes::Aes128>(&self.key, block, encipher),
            Cipher::Aes256Ecb | Cipher::Aes256Cbc => with::<aes::Aes256>(&self.key, block, encipher),
            Cipher::Tdes2Ecb => {
                let mut key = [0u8; 24];
                key[..16].copy_from_slice(&self.key);
                key[16..].copy_from_slice(&self.key[..8]);
                with::<des::TdesEde3>(&key, block, encipher);
                key.zeroize();
            }
            Cipher::Tdes3Ecb => with::<des::TdesEde3>(&self.key, block, encipher),
        }
    }
}

/// Whether a check value is that of a K: of AES-128 under it.
pub(crate) fn is_check_of_k(k: &[u8], check: &KeyCheck) -> bool {
    let cipher = match k.len() {
        16 => Cipher::Aes128Ecb,
        32 => Cipher::Aes256Ecb,
        _ => return false,
    };
    let transport = Transport::new(cipher, &Hex::new(k.to_vec()), None, Covers::K);
    transport.is_ok_and(|transport| transport.check(check).is_ok())
}

#[cfg(test)]
mod tests;
