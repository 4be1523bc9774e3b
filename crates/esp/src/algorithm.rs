//! Which algorithms there are (TS 33.203 5.1.3, 6.2, 6.3), what they are called in sec-agree (TS 33.203 Annex H; RFC 3329), and which
//! may be paired.
//!
//! | integrity     | encryption     | specified in                     |
//! |---------------|----------------|----------------------------------|
//! | hmac-md5-96   | null           | RFC 2403, RFC 2410               |
//! | hmac-md5-96   | aes-cbc        | RFC 2403, RFC 3602               |
//! | hmac-sha-1-96 | null           | RFC 2404, RFC 2410               |
//! | hmac-sha-1-96 | aes-cbc        | RFC 2404, RFC 3602               |
//! | aes-gmac      | null           | RFC 4543         |
//! | null          | aes-gcm        | RFC 4106, 16 octets of ICV       |
//! | hmac-*        | des-ede3-cbc   | RFC 2451; only received  |
//!
//! Left out: aes-gmac beside a cipher. RFC 4543 specifies GMAC in ESP as a transform without a cipher only. And null
//! beside anything but aes-gcm, since TS 33.203 7.1 makes integrity mandatory.

use std::fmt;
use std::str::FromStr;

/// How packets are authenticated: `alg` of sec-agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Integrity {
    /// HMAC-MD5-96 (RFC 2403).
    HmacMd5_96,
    /// HMAC-SHA-1-96 (RFC 2404).
    HmacSha1_96,
    /// AES-GMAC with 128 bits of key (RFC 4543).
    AesGmac,
    /// None but the cipher's own.
    Null,
}

/// How packets are enciphered: `ealg` of sec-agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Encryption {
    /// Not at all (RFC 2410).
    Null,
    /// AES-CBC with 128 bits of key (RFC 3602).
    AesCbc,
    /// 3DES in CBC mode (RFC 2451).
    DesEde3Cbc,
    /// AES-GCM with 128 bits of key and a 16 octet ICV (RFC 4106), which authenticates too.
    AesGcm,
}

/// A word that names no algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a name of an IPsec algorithm that TS 33.203 Annex H lists")]
pub struct UnknownAlgorithm;

impl Integrity {
    /// All, in the order of TS 33.203 Annex H.
    pub const ALL: [Self; 4] = [Self::HmacMd5_96, Self::HmacSha1_96, Self::AesGmac, Self::Null];

    /// The name in sec-agree headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacMd5_96 => "hmac-md5-96",
            Self::HmacSha1_96 => "hmac-sha-1-96",
            Self::AesGmac => "aes-gmac",
            Self::Null => "null",
        }
    }
}

impl Encryption {
    /// All, in the order of TS 33.203 Annex H.
    pub const ALL: [Self; 4] = [Self::Null, Self::AesCbc, Self::DesEde3Cbc, Self::AesGcm];

    /// The name in sec-agree headers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::AesCbc => "aes-cbc",
            Self::DesEde3Cbc => "des-ede3-cbc",
            Self::AesGcm => "aes-gcm",
        }
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Encryption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Tokens of SIP: in any case of letters (RFC 3261 7.3.1).
impl FromStr for Integrity {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let found = Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(name));
        found.ok_or(UnknownAlgorithm)
    }
}

/// Tokens of SIP: in any case of letters (RFC 3261 7.3.1).
impl FromStr for Encryption {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        let found = Self::ALL
            .into_iter()
            .find(|it| it.name().eq_ignore_ascii_case(name));
        found.ok_or(UnknownAlgorithm)
    }
}

/// A pair of algorithms that may protect packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suite {
    integrity: Integrity,
    encryption: Encryption,
}

/// Why two algorithms are no suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuiteError {
    /// Nothing would authenticate the packets.
    #[error(
        "null integrity is allowed with aes-gcm only: nothing else would authenticate the packets (TS 33.203 7.1)"
    )]
    Unauthenticated,
    /// A combined transform stands alone.
    #[error(
        "{0} with {1} is no ESP transform: aes-gmac goes with null encryption, aes-gcm with null integrity"
    )]
    Combination(Integrity, Encryption),
    /// 3DES is off.
    #[error("des-ede3-cbc is off: it can be allowed for receiving only")]
    TripleDes,
}

impl Suite {
    /// Every suite that packets may be sent with.
    pub const ALL: [Self; 6] = [
        Self::of(Integrity::HmacMd5_96, Encryption::Null),
        Self::of(Integrity::HmacMd5_96, Encryption::AesCbc),
        Self::of(Integrity::HmacSha1_96, Encryption::Null),
        Self::of(Integrity::HmacSha1_96, Encryption::AesCbc),
        Self::of(Integrity::AesGmac, Encryption::Null),
        Self::of(Integrity::Null, Encryption::AesGcm),
    ];

    const fn of(integrity: Integrity, encryption: Encryption) -> Self {
        Self {
            integrity,
            encryption,
        }
    }

    /// A suite for both ways.
    ///
    /// # Errors
    /// [`SuiteError`]: the pair is not allowed.
    pub const fn new(integrity: Integrity, encryption: Encryption) -> Result<Self, SuiteError> {
        match (integrity, encryption) {
            (Integrity::HmacMd5_96 | Integrity::HmacSha1_96, Encryption::Null | Encryption::AesCbc)
            | (Integrity::AesGmac, Encryption::Null)
            | (Integrity::Null, Encryption::AesGcm) => Ok(Self::of(integrity, encryption)),
            (Integrity::Null, _) => Err(SuiteError::Unauthenticated),
            (_, Encryption::DesEde3Cbc) => Err(SuiteError::TripleDes),
            _ => Err(SuiteError::Combination(integrity, encryption)),
        }
    }

    /// The same with 3DES beside an HMAC, for receiving and reading only: such a suite seals nothing.
    ///
    /// # Errors
    /// [`SuiteError`]: the pair is not allowed.
    pub const fn received(integrity: Integrity, encryption: Encryption) -> Result<Self, SuiteError> {
        match (integrity, encryption) {
            (Integrity::HmacMd5_96 | Integrity::HmacSha1_96, Encryption::DesEde3Cbc) => {
                Ok(Self::of(integrity, encryption))
            }
            _ => Self::new(integrity, encryption),
        }
    }

    /// How packets are authenticated.
    #[must_use]
    pub const fn integrity(self) -> Integrity {
        self.integrity
    }

    /// How packets are enciphered.
    #[must_use]
    pub const fn encryption(self) -> Encryption {
        self.encryption
    }

    /// Octets of the integrity key (RFC 2403, RFC 2404; for GMAC the 16 of AES and 4 of salt, RFC 4543 3.2).
    #[must_use]
    pub const fn integrity_key_octets(self) -> usize {
        match self.integrity {
            Integrity::HmacMd5_96 => 16,
            Integrity::HmacSha1_96 | Integrity::AesGmac => 20,
            Integrity::Null => 0,
        }
    }

    /// Octets of the encryption key (for GCM the 16 of AES and 4 of salt, RFC 4106 8.1).
    #[must_use]
    pub const fn encryption_key_octets(self) -> usize {
        match self.encryption {
            Encryption::Null => 0,
            Encryption::AesCbc => 16,
            Encryption::DesEde3Cbc => 24,
            Encryption::AesGcm => 20,
        }
    }
}

/// `hmac-sha-1-96/aes-cbc`.
impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.integrity, self.encryption)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for it in Integrity::ALL {
            assert_eq!(it.to_string().to_uppercase().parse(), Ok(it));
        }
        for it in Encryption::ALL {
            assert_eq!(it.to_string().to_uppercase().parse(), Ok(it));
        }
        assert_eq!("hmac-sha1-96".parse::<Integrity>(), Err(UnknownAlgorithm));
        assert_eq!("".parse::<Encryption>(), Err(UnknownAlgorithm));
    }

    #[test]
    fn only_authenticated_pairs_are_suites() {
        let made = Integrity::ALL.into_iter().flat_map(|integrity| {
            Encryption::ALL
                .into_iter()
                .filter_map(move |encryption| Suite::new(integrity, encryption).ok())
        });
        let mut made: Vec<_> = made.collect();
        made.sort();
        let mut all = Suite::ALL;
        all.sort();
        assert_eq!(made, all);
        assert_eq!(
            Suite::new(Integrity::Null, Encryption::AesCbc),
            Err(SuiteError::Unauthenticated)
        );
        assert_eq!(
            Suite::new(Integrity::HmacMd5_96, Encryption::DesEde3Cbc),
            Err(SuiteError::TripleDes)
        );
        assert!(Suite::received(Integrity::HmacMd5_96, Encryption::DesEde3Cbc).is_ok());
        assert!(Suite::received(Integrity::Null, Encryption::DesEde3Cbc).is_err());
        assert!(Suite::received(Integrity::AesGmac, Encryption::DesEde3Cbc).is_err());
    }
}
