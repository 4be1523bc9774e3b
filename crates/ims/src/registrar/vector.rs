//! What the HSS gives to authenticate with (TS 29.228 6.3).

use quintet_crypto::digest::DigestAlgorithm;
use quintet_crypto::{Ck, Ik, Rand, Res};
use zeroize::Zeroizing;

/// An authentication vector of IMS AKA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vector {
    /// AKAv1-MD5, unless the HSS says another.
    pub algorithm: DigestAlgorithm,
    /// RAND.
    pub rand: Rand,
    /// AUTN.
    pub autn: [u8; 16],
    /// XRES, 4 to 16 octets.
    pub xres: Res,
    /// CK.
    pub ck: Ck,
    /// IK.
    pub ik: Ik,
}

/// What SIP Digest needs (SIP-Digest-Authenticate, TS 29.229 6.3.36).
#[derive(Clone, PartialEq, Eq)]
pub struct DigestItem {
    /// Digest-Realm.
    pub realm: String,
    /// Digest-Algorithm.
    pub algorithm: DigestAlgorithm,
    /// Digest-HA1: hexadecimal, lower case.
    pub ha1: Zeroizing<String>,
    /// Digest-QoP allows auth-int; auth always is.
    pub auth_int: bool,
}

impl std::fmt::Debug for DigestItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DigestItem")
            .field("realm", &self.realm)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// One SIP-Auth-Data-Item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthenticationItem {
    /// IMS AKA: good for one authentication.
    Aka(Box<Vector>),
    /// SIP Digest: good until the HSS has another.
    Digest(Box<DigestItem>),
}
