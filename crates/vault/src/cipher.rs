//! AES-256-GCM-SIV over octets in place, and what it adds.

use crate::master::Secret;
use aes_gcm_siv::aead::inout::InOutBuf;
use aes_gcm_siv::{AeadInOut, Aes256GcmSiv, KeyInit};

/// Octets of a nonce (RFC 8452 4).
pub const NONCE_OCTETS: usize = 12;

/// Octets of a tag (RFC 8452 4).
pub(crate) const TAG_OCTETS: usize = 16;

/// What makes two sealings of the same octets differ: unpredictable, and best never used twice.
pub type Nonce = [u8; NONCE_OCTETS];

/// What does not open.
pub(crate) struct Refused;

/// A key ready for use. Its schedule is zeroised by its crate when dropped.
#[derive(Clone)]
pub(crate) struct Cipher(Aes256GcmSiv);

impl Cipher {
    pub(crate) fn new(key: &Secret) -> Self {
        Self(Aes256GcmSiv::new((&**key).into()))
    }

    /// Appends nonce, ciphertext and tag to `out`.
    pub(crate) fn seal(&self, nonce: &Nonce, additional: &[u8], plain: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(nonce);
        let at = out.len();
        out.extend_from_slice(plain);
        let tag = self
            .0
            .encrypt_inout_detached(nonce.into(), additional, InOutBuf::from(&mut out[at..]))
            .expect("fields are far shorter than the 2^36 octets that the cipher takes");
        out.extend_from_slice(&tag);
    }

    /// Opens nonce, ciphertext and tag into `out`, which holds nothing of it when it is refused.
    pub(crate) fn open(&self, additional: &[u8], sealed: &[u8], out: &mut Vec<u8>) -> Result<(), Refused> {
        out.clear();
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_OCTETS>().ok_or(Refused)?;
        let (text, tag) = rest.split_last_chunk::<TAG_OCTETS>().ok_or(Refused)?;
        out.extend_from_slice(text);
        let opened =
            self.0
                .decrypt_inout_detached(nonce.into(), additional, InOutBuf::from(&mut out[..]), tag.into());
        opened.map_err(|_| {
            out.fill(0);
            out.clear();
            Refused
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// Rows of the file; one more of them must be looked at first.
    const ROWS: usize = 40;

    fn octets(row: &Value, member: &str) -> Vec<u8> {
        hex::decode(row[member].as_str().expect("a text")).expect("hex digits")
    }

    #[test]
    fn published_rows_seal_and_open() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/aes_gcm_siv.json");
        let rows: Vec<Value> =
            serde_json::from_str(&std::fs::read_to_string(path).expect("a file")).expect("an array");
        assert_eq!(rows.len(), ROWS);
        for row in &rows {
            let key = Secret::new(octets(row, "key").try_into().expect("32 octets"));
            let nonce: Nonce = octets(row, "nonce").try_into().expect("12 octets");
            let (additional, plain) = (octets(row, "additional"), octets(row, "plain"));
            let (cipher, mut sealed, mut opened) = (Cipher::new(&key), Vec::new(), Vec::new());
            cipher.seal(&nonce, &additional, &plain, &mut sealed);
            assert_eq!(sealed[NONCE_OCTETS..], octets(row, "sealed"), "{}", row["id"]);
            assert!(cipher.open(&additional, &sealed, &mut opened).is_ok());
            assert_eq!(opened, plain, "{}", row["id"]);
            sealed[NONCE_OCTETS] ^= 1;
            assert!(cipher.open(&additional, &sealed, &mut opened).is_err());
            assert!(opened.is_empty(), "nothing of what was refused is left");
        }
    }
}
