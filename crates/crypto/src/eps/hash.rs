//! HASH_MME and HASH_UE: what both sides take of an ATTACH or TRACKING AREA UPDATE REQUEST that came unprotected, so that
//! a change on its way is found (TS 33.401 7.2.4.4, Annex I).
//!
//! The KDF of TS 33.220 B.2 with 256 zero bits as key and the whole plain message as S: no FC, no lengths, and S may
//! have any length. The 64 least significant bits are the hash. Agrees with a HASH_MME that a network sent in a public
//! capture (`quintet-nas`, test `security`).

use sha2::{Digest, Sha256};

/// Octets of HASH_MME on the wire (TS 24.301 9.9.3.50).
pub const HASH_MME_OCTETS: usize = 8;

/// Octets of a block of SHA-256, to which HMAC fills its key (RFC 2104).
const BLOCK: usize = 64;

/// HASH_MME, or HASH_UE, of a plain NAS message as the UE sent it: its first octet is the protocol discriminator, a
/// security header does not belong to it (TS 33.401 I.1, I.2).
#[must_use]
pub fn hash_mme(plain: &[u8]) -> [u8; HASH_MME_OCTETS] {
    let inner = Sha256::new()
        .chain_update([0x36; BLOCK])
        .chain_update(plain)
        .finalize();
    let outer: [u8; 32] = Sha256::new()
        .chain_update([0x5c; BLOCK])
        .chain_update(inner)
        .finalize()
        .into();
    let mut hash = [0; HASH_MME_OCTETS];
    hash.copy_from_slice(&outer[32 - HASH_MME_OCTETS..]);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};

    #[test]
    fn is_the_last_eight_octets_of_an_hmac_with_a_key_of_zeros() {
        for octets in [0, 1, 55, 56, 64, 119, 1500] {
            let message: Vec<u8> = (0..octets).map(|i| (i * 7) as u8).collect();
            let mut mac = Hmac::<Sha256>::new_from_slice(&[0; 32]).unwrap();
            mac.update(&message);
            let whole: [u8; 32] = mac.finalize().into_bytes().into();
            assert_eq!(hash_mme(&message), whole[24..], "{octets} octets");
        }
    }
}
