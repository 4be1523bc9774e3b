//! The keys of an association, and how they come from CK_IM and IK_IM (TS 33.203 7.1 and Annex I).
//!
//! | algorithm      | key                                                                        |
//! |----------------|----------------------------------------------------------------------------|
//! | hmac-md5-96    | IK                                                                         |
//! | hmac-sha-1-96  | IK ‖ 32 zero bits                                                          |
//! | aes-gmac       | IK, then 32 bits of salt: the last of KDF(CK ‖ IK, "AES_GMAC_SALT"), FC 0x58 |
//! | aes-cbc        | CK                                                                         |
//! | des-ede3-cbc   | CK1 ‖ CK2 ‖ CK1, the halves of CK, parities set                            |
//! | aes-gcm        | CK, then 32 bits of salt: the last of KDF(CK ‖ IK, "AES_GCM_SALT"), FC 0x59 |
//!
//! All four associations of a sec-agree have the same keys. What keeps their initialisation vectors apart is in
//! [`crate::Outbound`].

use crate::algorithm::{Encryption, Integrity, Suite};
use quintet_crypto::{Ck, Ik, KdfInput};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Octets of the longest integrity key: that of HMAC-SHA-1.
const MAX_INTEGRITY_KEY: usize = 20;

/// Octets of the longest encryption key: that of 3DES.
const MAX_ENCRYPTION_KEY: usize = 24;

/// Octets of CK_IM and IK_IM.
const AKA_KEY: usize = 16;

/// Octets of a salt (RFC 4106 4, RFC 4543 3.2).
const SALT: usize = 4;

/// Function codes of TS 33.203 in TS 33.220 Annex B.
const FC_AES_GMAC_SALT: u8 = 0x58;
const FC_AES_GCM_SALT: u8 = 0x59;

/// The keys of an association, with what they are for. Zeroised when dropped, redacted when printed, compared in
/// constant time.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct EspKeys {
    #[zeroize(skip)]
    suite: Suite,
    integrity: [u8; MAX_INTEGRITY_KEY],
    encryption: [u8; MAX_ENCRYPTION_KEY],
}

/// A key has another length than its algorithm wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {which} key has {octets} octets, {suite} wants {wanted}")]
pub struct WrongKeyLength {
    which: &'static str,
    octets: usize,
    wanted: usize,
    suite: Suite,
}

impl EspKeys {
    /// From CK_IM and IK_IM (TS 33.203 Annex I); `None` if they have not 128 bits each.
    #[must_use]
    pub fn derive(suite: Suite, ck: &Ck, ik: &Ik) -> Option<Self> {
        let (ck, ik) = (ck.expose_128()?, ik.expose_128()?);
        let mut keys = Self {
            suite,
            integrity: [0; MAX_INTEGRITY_KEY],
            encryption: [0; MAX_ENCRYPTION_KEY],
        };
        if suite.integrity() != Integrity::Null {
            keys.integrity[..AKA_KEY].copy_from_slice(ik);
        }
        if suite.integrity() == Integrity::AesGmac {
            keys.integrity[AKA_KEY..].copy_from_slice(&salt(FC_AES_GMAC_SALT, b"AES_GMAC_SALT", ck, ik));
        }
        match suite.encryption() {
            Encryption::Null => {}
            Encryption::AesCbc => keys.encryption[..AKA_KEY].copy_from_slice(ck),
            Encryption::AesGcm => {
                let salt = salt(FC_AES_GCM_SALT, b"AES_GCM_SALT", ck, ik);
                keys.encryption[..AKA_KEY].copy_from_slice(ck);
                keys.encryption[AKA_KEY..AKA_KEY + SALT].copy_from_slice(&salt);
            }
            Encryption::DesEde3Cbc => {
                keys.encryption[..16].copy_from_slice(ck);
                keys.encryption[16..].copy_from_slice(&ck[..8]);
                keys.encryption
                    .iter_mut()
                    .for_each(|octet| *octet = with_parity(*octet));
            }
        }
        Some(keys)
    }

    /// From keys as they are given to a kernel or to tshark: salts at their ends.
    ///
    /// # Errors
    /// [`WrongKeyLength`]: see [`Suite::integrity_key_octets`] and [`Suite::encryption_key_octets`].
    pub fn new(suite: Suite, integrity: &[u8], encryption: &[u8]) -> Result<Self, WrongKeyLength> {
        let check = |which, key: &[u8], wanted| {
            let wrong = WrongKeyLength {
                which,
                octets: key.len(),
                wanted,
                suite,
            };
            if key.len() == wanted { Ok(()) } else { Err(wrong) }
        };
        check("integrity", integrity, suite.integrity_key_octets())?;
        check("encryption", encryption, suite.encryption_key_octets())?;
        let mut keys = Self {
            suite,
            integrity: [0; MAX_INTEGRITY_KEY],
            encryption: [0; MAX_ENCRYPTION_KEY],
        };
        keys.integrity[..integrity.len()].copy_from_slice(integrity);
        keys.encryption[..encryption.len()].copy_from_slice(encryption);
        Ok(keys)
    }

    /// The algorithms.
    #[must_use]
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    /// The octets of the integrity key, a salt at its end: for a kernel, never for a log.
    #[must_use]
    pub fn expose_integrity(&self) -> &[u8] {
        &self.integrity[..self.suite.integrity_key_octets()]
    }

    /// The octets of the encryption key, a salt at its end: for a kernel, never for a log.
    #[must_use]
    pub fn expose_encryption(&self) -> &[u8] {
        &self.encryption[..self.suite.encryption_key_octets()]
    }
}

impl PartialEq for EspKeys {
    fn eq(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq;
        let keys = self.integrity.ct_eq(&other.integrity) & self.encryption.ct_eq(&other.encryption);
        self.suite == other.suite && keys.into()
    }
}

impl Eq for EspKeys {}

impl fmt::Debug for EspKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EspKeys({}, redacted)", self.suite)
    }
}

/// TS 33.203 Annex I: the 32 least significant bits of the KDF's output.
fn salt(fc: u8, name: &[u8], ck: &[u8; 16], ik: &[u8; 16]) -> [u8; SALT] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(ck);
    key[16..].copy_from_slice(ik);
    let input = KdfInput::new(fc)
        .try_parameter(name)
        .expect("a short name fits into S");
    let mut derived = input.derive(&key);
    key.zeroize();
    let [.., a, b, c, d] = derived;
    derived.zeroize();
    [a, b, c, d]
}

/// The last bit of each octet of a DES key makes their number odd (FIPS 46-3); TS 33.203 Annex I asks for it.
const fn with_parity(octet: u8) -> u8 {
    let even = (octet >> 1).count_ones() & 1 == 0;
    (octet & !1) | even as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const CK: [u8; 16] = [0xc0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const IK: [u8; 16] = [0x1f; 16];

    fn derive(suite: Suite) -> EspKeys {
        EspKeys::derive(suite, &Ck::new_128(CK), &Ik::new_128(IK)).unwrap()
    }

    #[test]
    fn keys_have_the_form_of_annex_i() {
        let keys = derive(Suite::new(Integrity::HmacSha1_96, Encryption::AesCbc).unwrap());
        assert_eq!(keys.expose_integrity(), [&IK[..], &[0; 4]].concat());
        assert_eq!(keys.expose_encryption(), CK);

        let keys = derive(Suite::received(Integrity::HmacMd5_96, Encryption::DesEde3Cbc).unwrap());
        assert_eq!(keys.expose_integrity(), IK);
        let des = keys.expose_encryption();
        assert_eq!(des[..8], [0xc1, 1, 2, 2, 4, 4, 7, 7]);
        assert_eq!(des[..8], des[16..]);
        assert!(des.iter().all(|octet| octet.count_ones() % 2 == 1));
    }

    #[test]
    fn salts_are_the_ends_of_their_derivations() {
        use hmac::{Hmac, KeyInit, Mac};
        let expected = |s: &[u8]| {
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&[CK, IK].concat()).unwrap();
            mac.update(s);
            mac.finalize().into_bytes()[28..].to_vec()
        };
        let gmac = derive(Suite::new(Integrity::AesGmac, Encryption::Null).unwrap());
        assert_eq!(gmac.expose_integrity()[..16], IK);
        assert_eq!(
            gmac.expose_integrity()[16..],
            expected(b"\x58AES_GMAC_SALT\x00\x0d")
        );
        assert!(gmac.expose_encryption().is_empty());
        let gcm = derive(Suite::new(Integrity::Null, Encryption::AesGcm).unwrap());
        assert_eq!(gcm.expose_encryption()[..16], CK);
        assert_eq!(
            gcm.expose_encryption()[16..],
            expected(b"\x59AES_GCM_SALT\x00\x0c")
        );
        assert!(gcm.expose_integrity().is_empty());
    }

    #[test]
    fn keys_print_redacted_and_have_their_lengths() {
        for suite in Suite::ALL {
            let keys = derive(suite);
            assert_eq!(format!("{keys:?}"), format!("EspKeys({suite}, redacted)"));
            let again = EspKeys::new(suite, keys.expose_integrity(), keys.expose_encryption());
            assert_eq!(again, Ok(keys));
            assert!(EspKeys::new(suite, &[0; 3], &[0; 3]).is_err());
        }
    }
}
