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
mod tests {
    use super::*;

    fn transport(cipher: &str, key: &str, iv: Option<&str>) -> Transport {
        let iv: Option<Hex> = iv.map(|iv| iv.parse().unwrap());
        let key = key.parse().unwrap();
        Transport::new(cipher.parse().unwrap(), &key, iv.as_ref(), Covers::K).unwrap()
    }

    /// NIST SP 800-38A F.1, F.2 (AES); SP 800-20 and SP 800-67 B.1 (triple DES).
    #[test]
    fn published_vectors() {
        let plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
        let (key_128, key_256) = (
            "2b7e151628aed2a6abf7158809cf4f3c",
            "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
        );
        let iv = Some("000102030405060708090a0b0c0d0e0f");
        for (cipher, key, iv, enciphered) in [
            (
                "aes-128-ecb",
                key_128,
                None,
                "3ad77bb40d7a3660a89ecaf32466ef97f5d3d58503b9699de785895a96fdbaaf",
            ),
            (
                "aes-128-cbc",
                key_128,
                iv,
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
            ),
            (
                "aes-256-ecb",
                key_256,
                None,
                "f3eed1bdb5d2a03c064b5a7e3db181f8591ccb10d410ed26dc5ba74a31362870",
            ),
            (
                "aes-256-cbc",
                key_256,
                iv,
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
            ),
        ] {
            let opened = transport(cipher, key, iv)
                .decipher(&hex::decode(enciphered).unwrap())
                .unwrap();
            assert_eq!(hex::encode(&*opened), plain, "{cipher}");
        }
        let key = "0123456789abcdef23456789abcdef01456789abcdef0123";
        let opened = transport("3des-3key-ecb", key, None)
            .decipher(&hex::decode("a826fd8ce53b855fcce21c8112256fe668d5c05dd9b6b900").unwrap())
            .unwrap();
        assert_eq!(&*opened, b"The qufck brown fox jump");
    }

    #[test]
    fn two_keys_are_three_of_which_two_are_one() {
        let octets = hex::decode("a826fd8ce53b855fcce21c8112256fe6").unwrap();
        let two = transport("3des-2key-ecb", "0123456789abcdef23456789abcdef01", None);
        let three = transport(
            "3des-3key-ecb",
            "0123456789abcdef23456789abcdef010123456789abcdef",
            None,
        );
        assert_eq!(two.decipher(&octets), three.decipher(&octets));
    }

    #[test]
    fn check_values_of_both_traditions() {
        // AES-128 of zeros under a key of zeros (FIPS 197's empty block) begins 66e94b.
        let zeros = transport("aes-128-ecb", &"00".repeat(16), None);
        zeros.check(&"66e94b".parse().unwrap()).unwrap();
        assert_eq!(
            zeros.check(&"66e94c".parse().unwrap()),
            Err(TransportError::KeyCheck)
        );
        let mut ones = [1u8; 16];
        zeros.block(&mut ones, true);
        zeros.check(&KeyCheck::new(&ones[..3]).unwrap()).unwrap();
        // Triple DES under zeros is DES under zeros: 8ca64de9c1b123a7.
        let tdes = transport("3des-2key-ecb", &"00".repeat(16), None);
        tdes.check(&"8ca64d".parse().unwrap()).unwrap();
        assert!(is_check_of_k(&[0; 16], &"66e94b".parse().unwrap()));
        assert!("66".parse::<KeyCheck>().is_err());
    }

    #[test]
    fn lengths_are_checked() {
        let key: Hex = "00".repeat(15).parse().unwrap();
        let wrong = Transport::new(Cipher::Aes128Ecb, &key, None, Covers::K).unwrap_err();
        assert_eq!(
            wrong,
            TransportError::KeyLength {
                got: 15,
                expected: 16
            }
        );
        let iv: Hex = "00".repeat(16).parse().unwrap();
        assert!(Transport::new(Cipher::Aes128Ecb, &iv, Some(&iv), Covers::K).is_err());
        assert!(Transport::new(Cipher::Aes128Cbc, &iv, Some(&key), Covers::K).is_err());
        let short = transport("aes-128-ecb", &"00".repeat(16), None).decipher(&[0; 15]);
        assert_eq!(
            short,
            Err(TransportError::Blocks {
                octets: 15,
                block: 16
            })
        );
    }
}
