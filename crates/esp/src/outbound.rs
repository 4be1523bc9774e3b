//! Sealing packets (RFC 4303 3.3).
//!
//! **Initialisation vectors.** All four associations of a sec-agree share their keys (TS 33.203 7.1), and so do both ends.
//! An IV of AES-GCM and AES-GMAC is therefore SPI ‖ sequence number: the SPIs of a sec-agree differ from each other
//! (TS 33.203 7.2), and a sequence number is used once. One of AES-CBC must be unforeseeable instead (RFC 3602 3): it is
//! that number enciphered with a secret of the sender's own.

use crate::algorithm::{Encryption, Integrity};
use crate::keys::EspKeys;
use crate::spi::Spi;
use crate::transform::{Authenticator, Gcm, HEADER, Shape, TRAILER};
use aes::Aes128Enc;
use aes::cipher::{BlockCipherEncrypt, BlockModeEncrypt, InnerIvInit, KeyInit};

/// The longest payload: what the length field of IP holds, less what any transform adds.
pub const MAX_PAYLOAD: usize = 65_535 - 20 - 8 - 64;

/// Why nothing was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// All sequence numbers were used (RFC 4303 3.3.3).
    #[error("the association has used up its sequence numbers: agree on a new one (RFC 4303 3.3.3)")]
    Exhausted,
    /// The payload is too long.
    #[error("{0} octets do not fit into an ESP packet (at most {MAX_PAYLOAD})")]
    TooLong(usize),
    /// The suite is for receiving.
    #[error("des-ede3-cbc is for receiving only")]
    ReceiveOnly,
}

enum Protection {
    Hmac(Authenticator),
    HmacCbc(Authenticator, Box<Cbc>),
    Gcm(Box<Gcm>),
}

struct Cbc {
    cipher: Aes128Enc,
    /// What makes the IVs.
    vectors: Aes128Enc,
}

/// The sending end of an association.
pub struct Outbound {
    spi: Spi,
    sequence: u32,
    shape: Shape,
    protection: Protection,
}

impl Outbound {
    /// With the number of packets that were sent already, and secret octets of which the IVs are made.
    ///
    /// # Errors
    /// [`SealError::ReceiveOnly`]: a suite with 3DES.
    pub fn new(spi: Spi, keys: &EspKeys, sequence: u32, secret: &[u8; 16]) -> Result<Self, SealError> {
        let suite = keys.suite();
        let authenticator = Authenticator::of(suite.integrity(), keys.expose_integrity());
        let protection = match (suite.encryption(), authenticator) {
            (Encryption::Null, Some(hmac)) => Protection::Hmac(hmac),
            (Encryption::AesCbc, Some(hmac)) => Protection::HmacCbc(hmac, Box::new(Cbc::of(keys, secret)?)),
            (Encryption::DesEde3Cbc, _) => return Err(SealError::ReceiveOnly),
            _ => Protection::Gcm(Box::new(Gcm::of(keys).ok_or(SealError::ReceiveOnly)?)),
        };
        Ok(Self {
            spi,
            sequence,
            shape: Shape::of(suite.integrity(), suite.encryption()),
            protection,
        })
    }

    /// Appends one ESP packet to `out`, from SPI to ICV, with the parts of the payload one after the other inside.
    ///
    /// # Errors
    /// [`SealError`]: nothing was appended.
    pub fn seal(&mut self, next_header: u8, parts: &[&[u8]], out: &mut Vec<u8>) -> Result<(), SealError> {
        let payload: usize = parts.iter().map(|part| part.len()).sum();
        if payload > MAX_PAYLOAD {
            return Err(SealError::TooLong(payload));
        }
        let sequence = self.sequence.checked_add(1).ok_or(SealError::Exhausted)?;
        self.sequence = sequence;
        let Shape { iv, icv, .. } = self.shape;
        let padding = self.shape.padding(payload);
        let start = out.len();
        out.reserve(self.shape.least() + payload + padding);
        out.extend(self.spi.value().to_be_bytes());
        out.extend(sequence.to_be_bytes());
        self.put_iv(iv, out);
        parts.iter().for_each(|part| out.extend_from_slice(part));
        // The default content of padding: 1, 2, 3 … (RFC 4303 2.4).
        out.extend((1..).take(padding));
        out.extend([padding as u8, next_header]);
        let packet = &mut out[start..];
        match &self.protection {
            Protection::Hmac(hmac) => {
                let icv = hmac.icv(packet);
                out.extend(icv);
            }
            Protection::HmacCbc(hmac, cbc) => {
                cbc.encrypt(&mut packet[HEADER..]);
                let icv = hmac.icv(packet);
                out.extend(icv);
            }
            Protection::Gcm(gcm) => {
                let icv = gcm.seal(packet);
                out.extend(icv);
            }
        }
        debug_assert_eq!(out.len() - start, self.shape.least() + payload + padding, "{icv}");
        Ok(())
    }

    fn put_iv(&self, octets: usize, out: &mut Vec<u8>) {
        let mut number = [0; 16];
        number[..4].copy_from_slice(&self.spi.value().to_be_bytes());
        number[4..8].copy_from_slice(&self.sequence.to_be_bytes());
        if let Protection::HmacCbc(_, cbc) = &self.protection {
            cbc.vectors.encrypt_block((&mut number).into());
        }
        out.extend_from_slice(&number[..octets]);
    }

    /// The SPI.
    #[must_use]
    pub const fn spi(&self) -> Spi {
        self.spi
    }

    /// The last sequence number that was used; 0 before the first.
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        self.sequence
    }

    /// Octets of the ESP packet that a payload becomes.
    #[must_use]
    pub const fn sealed_octets(&self, payload: usize) -> usize {
        self.shape.least() + payload + self.shape.padding(payload)
    }
}

impl Cbc {
    fn of(keys: &EspKeys, secret: &[u8; 16]) -> Result<Self, SealError> {
        let cipher = Aes128Enc::new_from_slice(keys.expose_encryption());
        Ok(Self {
            cipher: cipher.map_err(|_| SealError::ReceiveOnly)?,
            vectors: Aes128Enc::new(&(*secret).into()),
        })
    }

    /// The IV, then whole blocks that are enciphered in place.
    fn encrypt(&self, octets: &mut [u8]) {
        let (blocks, _) = aes::Block::slice_as_chunks_mut(octets);
        if let Some((iv, blocks)) = blocks.split_first_mut() {
            cbc::Encryptor::inner_iv_init(&self.cipher, iv).encrypt_blocks(blocks);
        }
    }
}

/// The payload of the longest packet still fits into any suite's.
const _: () = {
    let cbc = Shape::of(Integrity::HmacSha1_96, Encryption::AesCbc);
    assert!(cbc.least() + TRAILER + cbc.block <= 64);
};
