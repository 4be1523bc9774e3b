//! What AKA puts into a digest: the nonce, the password, AUTS (RFC 3310 3, RFC 4169 3).

use super::DigestAlgorithm;
use crate::{Auts, Ck, Ik, Rand, Res};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The most octets a server may add behind RAND and AUTN: more than any does, few enough to bound a header.
pub const MAX_SERVER_DATA_OCTETS: usize = 256;

/// What the PRF of AKAv2 is keyed for (RFC 4169 3.3).
const LABEL: &[u8] = b"http-digest-akav2-password";

/// The nonce of a challenge: base64(RAND ‖ AUTN ‖ server data) (RFC 3310 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AkaNonce {
    /// RAND.
    pub rand: Rand,
    /// AUTN, 16 octets.
    pub autn: [u8; 16],
    /// What the server added.
    pub server_data: Vec<u8>,
}

impl AkaNonce {
    /// Reads a nonce; `None` if it is no base64, shorter than RAND and AUTN, or longer than [`MAX_SERVER_DATA_OCTETS`] beyond them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > (32 + MAX_SERVER_DATA_OCTETS).div_ceil(3) * 4 {
            return None;
        }
        let octets = STANDARD.decode(text).ok()?;
        let (rand, rest) = octets.split_first_chunk::<16>()?;
        let (autn, server_data) = rest.split_first_chunk::<16>()?;
        (server_data.len() <= MAX_SERVER_DATA_OCTETS).then(|| Self {
            rand: *rand,
            autn: *autn,
            server_data: server_data.to_vec(),
        })
    }
}

impl fmt::Display for AkaNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let octets = [&self.rand[..], &self.autn, &self.server_data].concat();
        f.write_str(&STANDARD.encode(octets))
    }
}

/// The password that AKA agreed on.
#[derive(Clone)]
pub struct AkaPassword(Zeroizing<Vec<u8>>);

impl AkaPassword {
    /// Of RES and, with AKAv2, the keys.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, res: &Res, ck: &Ck, ik: &Ik) -> Self {
        let octets = match algorithm {
            DigestAlgorithm::AkaV2Md5 => prf::<Hmac<md5::Md5>>(res, ck, ik),
            DigestAlgorithm::AkaV2Sha256 => prf::<Hmac<sha2::Sha256>>(res, ck, ik),
            _ => res.octets().to_vec(),
        };
        Self(Zeroizing::new(octets))
    }

    /// The one of a request that carries AUTS: empty (RFC 3310 3.4).
    #[must_use]
    pub fn of_resynchronisation() -> Self {
        Self(Zeroizing::new(Vec::new()))
    }

    /// The octets: for a hash, never for a log.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for AkaPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AkaPassword(redacted)")
    }
}

/// base64 of the HMAC keyed with RES ‖ IK ‖ CK (RFC 4169 3.3).
fn prf<M: Mac + KeyInit>(res: &Res, ck: &Ck, ik: &Ik) -> Vec<u8> {
    let key = Zeroizing::new([res.octets(), ik.expose(), ck.expose()].concat());
    // HMAC takes a key of any length.
    let Ok(mac) = <M as KeyInit>::new_from_slice(&key) else {
        return Vec::new();
    };
    let mut output = mac.chain_update(LABEL).finalize().into_bytes();
    let text = STANDARD.encode(&output).into_bytes();
    output.as_mut_slice().zeroize();
    text
}

/// AUTS as the parameter `auts` carries it (RFC 3310 3.4).
#[must_use]
pub fn auts_text(auts: &Auts) -> String {
    let mut octets = Vec::with_capacity(14);
    auts.put(&mut octets);
    STANDARD.encode(octets)
}

/// Reads the parameter `auts`; `None` if it is none.
#[must_use]
pub fn read_auts(text: &str) -> Option<Auts> {
    if text.len() > 64 {
        return None;
    }
    Auts::from_octets(&STANDARD.decode(text).ok()?)
}
