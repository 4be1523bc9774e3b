//! Opening packets (RFC 4303 3.4): the ICV is checked before anything is deciphered, and the window moves only then.

use crate::algorithm::Encryption;
use crate::keys::EspKeys;
use crate::replay::Replay;
use crate::spi::Spi;
use crate::transform::{Authenticator, Gcm, HEADER, Shape, TRAILER};
use aes::Aes128Dec;
use aes::cipher::{BlockModeDecrypt, InnerIvInit, KeyInit};
use des::TdesEde3;
use std::ops::Range;

/// Why a packet is not opened: it is to be dropped in silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It cannot be of this association: too short, or not whole blocks.
    #[error("no packet of this transform: too short, or not of whole blocks")]
    Malformed,
    /// The sequence number was used, is below the window, or 0.
    #[error("the sequence number was used already or is below the window")]
    Replayed,
    /// The integrity check value is wrong.
    #[error("the integrity check value is wrong")]
    MacFailed,
    /// The packet is authentic, but its padding is not what RFC 4303 2.4 wants.
    #[error("the packet is authentic, but its padding is wrong")]
    Padding,
}

enum Protection {
    Hmac(Authenticator, Cipher),
    Gcm(Box<Gcm>),
}

enum Cipher {
    Null,
    Aes(Box<Aes128Dec>),
    Des(Box<TdesEde3>),
}

/// What was in a packet.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened<'a> {
    /// The protocol of the payload (17 UDP, 6 TCP, 4 and 41 a tunnel, 59 nothing).
    pub next_header: u8,
    /// The payload.
    pub payload: &'a mut [u8],
    /// Its sequence number.
    pub sequence: u32,
}

/// The receiving end of an association.
pub struct Inbound {
    spi: Spi,
    shape: Shape,
    protection: Protection,
    replay: Replay,
}

/// SPI and sequence number of an ESP packet, as they are; `None` if it is too short to have them.
#[must_use]
pub fn peek(packet: &[u8]) -> Option<(u32, u32)> {
    let (&spi, rest) = packet.split_first_chunk()?;
    let (&sequence, _) = rest.split_first_chunk()?;
    Some((u32::from_be_bytes(spi), u32::from_be_bytes(sequence)))
}

impl Inbound {
    /// With an empty window.
    #[must_use]
    pub fn new(spi: Spi, keys: &EspKeys) -> Self {
        let suite = keys.suite();
        let key = keys.expose_encryption();
        const LENGTH: &str = "EspKeys has keys of the suite's lengths";
        let protection = match Authenticator::of(suite.integrity(), keys.expose_integrity()) {
            Some(hmac) => {
                let cipher = match suite.encryption() {
                    Encryption::AesCbc => {
                        Cipher::Aes(Box::new(Aes128Dec::new_from_slice(key).expect(LENGTH)))
                    }
                    Encryption::DesEde3Cbc => {
                        Cipher::Des(Box::new(TdesEde3::new_from_slice(key).expect(LENGTH)))
                    }
                    Encryption::Null | Encryption::AesGcm => Cipher::Null,
                };
                Protection::Hmac(hmac, cipher)
            }
            None => Protection::Gcm(Box::new(Gcm::of(keys).expect(LENGTH))),
        };
        Self {
            spi,
            shape: Shape::of(suite.integrity(), suite.encryption()),
            protection,
            replay: Replay::default(),
        }
    }

    /// Opens a packet, from SPI to ICV, in place.
    ///
    /// # Errors
    /// [`OpenError`]. The window has moved only if the packet was authentic.
    pub fn open<'a>(&mut self, packet: &'a mut [u8]) -> Result<Opened<'a>, OpenError> {
        let (next_header, range, sequence) = self.open_at(packet)?;
        Ok(Opened {
            next_header,
            payload: &mut packet[range],
            sequence,
        })
    }

    /// The same; answers next header, where the payload is, and the sequence number.
    pub(crate) fn open_at(&mut self, packet: &mut [u8]) -> Result<(u8, Range<usize>, u32), OpenError> {
        let (spi, sequence) = peek(packet).ok_or(OpenError::Malformed)?;
        let Shape { iv, block, icv } = self.shape;
        let start = HEADER + iv;
        let body = packet
            .len()
            .checked_sub(start + icv)
            .ok_or(OpenError::Malformed)?;
        if spi != self.spi.value() || body < TRAILER || body % block != 0 {
            return Err(OpenError::Malformed);
        }
        if !self.replay.admits(sequence) {
            return Err(OpenError::Replayed);
        }
        let (packet, icv) = packet.split_at_mut(start + body);
        self.protection.verify_and_decrypt(packet, icv)?;
        self.replay.commit(sequence);
        let (next_header, payload) = unpad(&packet[start..]).ok_or(OpenError::Padding)?;
        Ok((next_header, start..start + payload, sequence))
    }

    /// The SPI.
    #[must_use]
    pub const fn spi(&self) -> Spi {
        self.spi
    }

    /// The highest authentic sequence number; 0 before the first.
    #[must_use]
    pub const fn sequence(&self) -> u32 {
        self.replay.highest()
    }
}

impl Protection {
    fn verify_and_decrypt(&self, packet: &mut [u8], icv: &[u8]) -> Result<(), OpenError> {
        match self {
            Self::Hmac(hmac, cipher) => {
                hmac.verify(packet, icv).map_err(|_| OpenError::MacFailed)?;
                cipher.decrypt(&mut packet[HEADER..]);
                Ok(())
            }
            Self::Gcm(gcm) => gcm.open(packet, icv).map_err(|_| OpenError::MacFailed),
        }
    }
}

impl Cipher {
    /// The IV, then whole blocks that are deciphered in place.
    fn decrypt(&self, octets: &mut [u8]) {
        match self {
            Self::Null => {}
            Self::Aes(cipher) => {
                let (blocks, _) = aes::Block::slice_as_chunks_mut(octets);
                if let Some((iv, blocks)) = blocks.split_first_mut() {
                    cbc::Decryptor::inner_iv_init(&**cipher, iv).decrypt_blocks(blocks);
                }
            }
            Self::Des(cipher) => {
                let (blocks, _) = des::cipher::Block::<TdesEde3>::slice_as_chunks_mut(octets);
                if let Some((iv, blocks)) = blocks.split_first_mut() {
                    cbc::Decryptor::inner_iv_init(&**cipher, iv).decrypt_blocks(blocks);
                }
            }
        }
    }
}

/// The next header and the length of the payload, if the padding is 1, 2, 3 … (RFC 4303 2.4).
fn unpad(body: &[u8]) -> Option<(u8, usize)> {
    let (rest, &[padding, next_header]) = body.split_last_chunk::<TRAILER>()?;
    let payload = rest.len().checked_sub(usize::from(padding))?;
    let expected = 1..=padding;
    rest[payload..]
        .iter()
        .copied()
        .eq(expected)
        .then_some((next_header, payload))
}
