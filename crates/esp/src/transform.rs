//! The transforms: how many octets they add, and how they make and check the integrity check value.
//!
//! | suite         | IV | block | ICV | authenticated                                   |
//! |---------------|----|-------|-----|-------------------------------------------------|
//! | hmac/null     | 0  | 4     | 12  | SPI to next header (RFC 4303 2.8)               |
//! | hmac/aes-cbc  | 16 | 16    | 12  | the same                                        |
//! | hmac/3des-cbc | 8  | 8     | 12  | the same                                        |
//! | aes-gmac      | 8  | 4     | 16  | the same, as additional data (RFC 4543 3.3)     |
//! | aes-gcm       | 8  | 4     | 16  | SPI and sequence number, ciphertext (RFC 4106 5) |

use crate::algorithm::{Encryption, Integrity};
use crate::keys::EspKeys;
use aes::cipher::typenum::U12;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{AeadInOut, AesGcm, KeyInit, Nonce, Tag};
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use subtle::ConstantTimeEq;

/// Octets of SPI and sequence number.
pub(crate) const HEADER: usize = 8;

/// Octets of pad length and next header.
pub(crate) const TRAILER: usize = 2;

/// Octets of the ICV of HMAC-MD5-96 and HMAC-SHA-1-96.
const HMAC_ICV: usize = 12;

/// Octets of the ICV of GCM and GMAC.
const GCM_ICV: usize = 16;

/// Octets of the IV of GCM and GMAC.
pub(crate) const GCM_IV: usize = 8;

/// A packet that is not authentic.
pub(crate) struct Forged;

/// Octets that a transform adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) iv: usize,
    pub(crate) block: usize,
    pub(crate) icv: usize,
}

impl Shape {
    pub(crate) const fn of(integrity: Integrity, encryption: Encryption) -> Self {
        let (iv, block) = match (integrity, encryption) {
            (_, Encryption::AesCbc) => (16, 16),
            (_, Encryption::DesEde3Cbc) => (8, 8),
            (_, Encryption::AesGcm) | (Integrity::AesGmac, _) => (GCM_IV, 4),
            (_, Encryption::Null) => (0, 4),
        };
        let icv = match integrity {
            Integrity::HmacMd5_96 | Integrity::HmacSha1_96 => HMAC_ICV,
            Integrity::AesGmac | Integrity::Null => GCM_ICV,
        };
        Self { iv, block, icv }
    }

    /// Octets of a packet without payload and padding.
    pub(crate) const fn least(self) -> usize {
        HEADER + self.iv + TRAILER + self.icv
    }

    /// Padding for a payload: to whole blocks, and at least to a multiple of four (RFC 4303 2.4).
    pub(crate) const fn padding(self, payload: usize) -> usize {
        (payload + TRAILER).next_multiple_of(self.block) - payload - TRAILER
    }
}

/// A keyed HMAC: both pads are worked off already.
#[derive(Clone)]
pub(crate) enum Authenticator {
    Md5(Hmac<Md5>),
    Sha1(Hmac<Sha1>),
}

impl Authenticator {
    pub(crate) fn of(integrity: Integrity, key: &[u8]) -> Option<Self> {
        const ANY: &str = "HMAC takes a key of any length";
        match integrity {
            Integrity::HmacMd5_96 => Some(Self::Md5(Hmac::new_from_slice(key).expect(ANY))),
            Integrity::HmacSha1_96 => Some(Self::Sha1(Hmac::new_from_slice(key).expect(ANY))),
            Integrity::AesGmac | Integrity::Null => None,
        }
    }

    pub(crate) fn icv(&self, octets: &[u8]) -> [u8; HMAC_ICV] {
        let mut icv = [0; HMAC_ICV];
        match self {
            Self::Md5(keyed) => {
                let mut mac = keyed.clone();
                mac.update(octets);
                icv.copy_from_slice(&mac.finalize().into_bytes()[..HMAC_ICV]);
            }
            Self::Sha1(keyed) => {
                let mut mac = keyed.clone();
                mac.update(octets);
                icv.copy_from_slice(&mac.finalize().into_bytes()[..HMAC_ICV]);
            }
        }
        icv
    }

    pub(crate) fn verify(&self, octets: &[u8], icv: &[u8]) -> Result<(), Forged> {
        let right: bool = self.icv(octets).ct_eq(icv).into();
        if right { Ok(()) } else { Err(Forged) }
    }
}

/// AES-GCM with its salt; encrypts for both ways.
#[derive(Clone)]
pub(crate) struct Gcm {
    cipher: AesGcm<aes::Aes128Enc, U12>,
    salt: [u8; 4],
    /// GMAC: everything is additional data, nothing enciphered.
    only_authenticates: bool,
}

impl Gcm {
    /// For suites with AES-GCM or AES-GMAC.
    pub(crate) fn of(keys: &EspKeys) -> Option<Self> {
        let only_authenticates = keys.suite().integrity() == Integrity::AesGmac;
        let key = if only_authenticates {
            keys.expose_integrity()
        } else {
            keys.expose_encryption()
        };
        let (&key, salt) = key.split_first_chunk::<16>()?;
        Some(Self {
            cipher: AesGcm::new(&key.into()),
            salt: salt.try_into().ok()?,
            only_authenticates,
        })
    }

    fn nonce(&self, iv: &[u8]) -> Nonce<U12> {
        let mut nonce = [0; 12];
        nonce[..4].copy_from_slice(&self.salt);
        nonce[4..].copy_from_slice(iv);
        nonce.into()
    }

    /// Splits a packet without ICV into IV, additional data and what is to be enciphered.
    fn parts<'a>(&self, packet: &'a mut [u8]) -> (Nonce<U12>, &'a [u8], &'a mut [u8]) {
        let nonce = self.nonce(&packet[HEADER..HEADER + GCM_IV]);
        if self.only_authenticates {
            return (nonce, packet, &mut []);
        }
        let (head, body) = packet.split_at_mut(HEADER + GCM_IV);
        (nonce, &head[..HEADER], body)
    }

    /// Enciphers a packet (SPI to next header) in place, and answers its ICV.
    pub(crate) fn seal(&self, packet: &mut [u8]) -> [u8; GCM_ICV] {
        let (nonce, aad, body) = self.parts(packet);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, aad, InOutBuf::from(body));
        tag.expect("an IP packet is shorter than the 64 GB of GCM").into()
    }

    /// Checks the ICV of a packet, then deciphers it in place.
    pub(crate) fn open(&self, packet: &mut [u8], icv: &[u8]) -> Result<(), Forged> {
        let tag = Tag::try_from(icv).map_err(|_| Forged)?;
        let (nonce, aad, body) = self.parts(packet);
        let opened = self
            .cipher
            .decrypt_inout_detached(&nonce, aad, InOutBuf::from(body), &tag);
        opened.map_err(|_| Forged)
    }
}
