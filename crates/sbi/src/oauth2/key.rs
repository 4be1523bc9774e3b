//! Public keys that tokens are verified with, and JWS in its compact form (RFC 7515).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;

/// Object identifier of EC public keys (RFC 5480 2.1.1), in DER.
const OID_EC: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// Object identifier of RSA public keys (RFC 8017 A.1), in DER.
const OID_RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No `-----BEGIN PUBLIC KEY-----`.
    #[error("no public key in PEM (SubjectPublicKeyInfo)")]
    Pem,
    /// Neither P-256 nor RSA.
    #[error("neither an EC nor an RSA key")]
    Kind,
}

/// How a token is signed (RFC 7518 3.1). Only what TS 33.501 13.4.1 allows; never `none`, never a shared key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    #[serde(rename = "ES256")]
    Es256,
    #[serde(rename = "RS256")]
    Rs256,
}

/// A public key, good for one algorithm: a token cannot choose another for it.
pub(super) struct Key {
    algorithm: Algorithm,
    info: Vec<u8>,
}

impl Key {
    /// From a SubjectPublicKeyInfo in PEM.
    pub(super) fn from_pem(text: &str) -> Result<Self, KeyError> {
        let (_, rest) = text
            .split_once("-----BEGIN PUBLIC KEY-----")
            .ok_or(KeyError::Pem)?;
        let (inside, _) = rest.split_once("-----END PUBLIC KEY-----").ok_or(KeyError::Pem)?;
        let digits: String = inside.split_ascii_whitespace().collect();
        let info = STANDARD.decode(digits).map_err(|_| KeyError::Pem)?;
        let has = |oid: &[u8]| info.windows(oid.len()).any(|window| window == oid);
        let algorithm = if has(OID_EC) {
            Algorithm::Es256
        } else if has(OID_RSA) {
            Algorithm::Rs256
        } else {
            return Err(KeyError::Kind);
        };
        Ok(Self { algorithm, info })
    }

    fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if algorithm != self.algorithm {
            return false;
        }
        match algorithm {
            Algorithm::Es256 => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.info).verify(message, signature)
            }
            Algorithm::Rs256 => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.info).verify(message, signature)
            }
        }
        .is_ok()
    }
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    /// Extensions that must be understood (RFC 7515 4.1.11): none is.
    crit: Option<serde_json::Value>,
}

/// The payload of a token that one of the keys signed.
pub(super) fn open(token: &str, keys: &[Key]) -> Option<Vec<u8>> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    if header.crit.is_some() {
        return None;
    }
    let signed = keys
        .iter()
        .any(|key| key.verifies(header.alg, message.as_bytes(), &signature));
    signed.then(|| URL_SAFE_NO_PAD.decode(payload).ok()).flatten()
}
