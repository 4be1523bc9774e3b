//! Digest authentication: the computations of RFC 7616 (and 2617) that SIP uses (RFC 3261 22.4, RFC 8760), with the algorithms of AKA
//! (RFC 3310, RFC 4169).
//!
//! ```text
//!   H(A1) = H(user : realm : password)             password of AKAv1: RES; of AKAv2: base64(PRF(RES ‖ IK ‖ CK))
//!   H(A2) = H(method : uri [ : H(body) ])          of a response: no method
//!   response = H(H(A1) : nonce : [nc : cnonce : qop :] H(A2))
//! ```
//!
//! Which nonces are good, how often and for whom is not decided here.

mod aka;

use md5::Md5;
use sha2::{Sha256, Sha512_256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

pub use aka::{AkaNonce, AkaPassword, MAX_SERVER_DATA_OCTETS, auts_text, read_auts};

/// Octets of the longest digest in hexadecimal digits: SHA-256 and SHA-512/256.
const MAX_DIGITS: usize = 64;

/// The hash an algorithm is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Md5,
    Sha256,
    Sha512_256,
}

/// An algorithm of digest authentication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DigestAlgorithm {
    /// `MD5`, also where a challenge names none (RFC 7616 3.3).
    #[default]
    Md5,
    /// `MD5-sess`
    Md5Session,
    /// `SHA-256`
    Sha256,
    /// `SHA-256-sess`
    Sha256Session,
    /// `SHA-512-256`
    Sha512_256,
    /// `SHA-512-256-sess`
    Sha512_256Session,
    /// `AKAv1-MD5` (RFC 3310).
    AkaV1Md5,
    /// `AKAv2-MD5` (RFC 4169).
    AkaV2Md5,
    /// `AKAv2-SHA-256` (RFC 4169 with the hash of TS 33.203 and the registry of digest AKA versions).
    AkaV2Sha256,
}

impl DigestAlgorithm {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Md5,
        Self::Md5Session,
        Self::Sha256,
        Self::Sha256Session,
        Self::Sha512_256,
        Self::Sha512_256Session,
        Self::AkaV1Md5,
        Self::AkaV2Md5,
        Self::AkaV2Sha256,
    ];

    /// Its name in a challenge.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Md5Session => "MD5-sess",
            Self::Sha256 => "SHA-256",
            Self::Sha256Session => "SHA-256-sess",
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha512_256Session => "SHA-512-256-sess",
            Self::AkaV1Md5 => "AKAv1-MD5",
            Self::AkaV2Md5 => "AKAv2-MD5",
            Self::AkaV2Sha256 => "AKAv2-SHA-256",
        }
    }

    /// The one of that name, in any case.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether the password comes from AKA.
    #[must_use]
    pub const fn is_aka(self) -> bool {
        matches!(self, Self::AkaV1Md5 | Self::AkaV2Md5 | Self::AkaV2Sha256)
    }

    const fn hash(self) -> Hash {
        match self {
            Self::Md5 | Self::Md5Session | Self::AkaV1Md5 | Self::AkaV2Md5 => Hash::Md5,
            Self::Sha256 | Self::Sha256Session | Self::AkaV2Sha256 => Hash::Sha256,
            Self::Sha512_256 | Self::Sha512_256Session => Hash::Sha512_256,
        }
    }

    /// Whether H(A1) is bound to nonce and cnonce.
    const fn is_session(self) -> bool {
        matches!(
            self,
            Self::Md5Session | Self::Sha256Session | Self::Sha512_256Session
        )
    }

    /// The hash of pieces, in hexadecimal digits.
    fn digits(self, pieces: &[&[u8]]) -> Digits {
        fn of<H: sha2::Digest>(pieces: &[&[u8]]) -> Digits {
            let mut hash = H::new();
            for piece in pieces {
                hash.update(piece);
            }
            Digits::of(&hash.finalize())
        }
        match self.hash() {
            Hash::Md5 => of::<Md5>(pieces),
            Hash::Sha256 => of::<Sha256>(pieces),
            Hash::Sha512_256 => of::<Sha512_256>(pieces),
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A digest in lower-case hexadecimal digits.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
struct Digits {
    digits: [u8; MAX_DIGITS],
    length: u8,
}

impl Digits {
    fn of(octets: &[u8]) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut this = Self {
            digits: [0; MAX_DIGITS],
            length: (2 * octets.len()) as u8,
        };
        for (pair, octet) in this.digits.chunks_exact_mut(2).zip(octets) {
            pair[0] = DIGITS[usize::from(octet >> 4)];
            pair[1] = DIGITS[usize::from(octet & 15)];
        }
        this
    }

    fn octets(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }

    fn text(&self) -> &str {
        // Only digits are ever written.
        str::from_utf8(self.octets()).unwrap_or_default()
    }
}

/// H(A1): what stands for the password at whoever checks it, and as good as it.
#[derive(Clone)]
pub struct HashA1(Digits);

impl HashA1 {
    /// Of name, realm and password.
    #[must_use]
    pub fn new(algorithm: DigestAlgorithm, username: &str, realm: &str, password: &[u8]) -> Self {
        Self(algorithm.digits(&[username.as_bytes(), b":", realm.as_bytes(), b":", password]))
    }

    /// From its hexadecimal digits, as an HSS keeps it (TS 29.229 6.3.41); `None` for any other number of digits than a hash has.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        let valid = matches!(text.len(), 32 | 64) && text.bytes().all(|octet| octet.is_ascii_hexdigit());
        valid.then(|| {
            let mut digits = Digits {
                digits: [0; MAX_DIGITS],
                length: text.len() as u8,
            };
            digits.digits[..text.len()].copy_from_slice(text.as_bytes());
            digits.digits.make_ascii_lowercase();
            Self(digits)
        })
    }

    /// The hexadecimal digits: for a wire or a store, never for a log.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.text()
    }
}

impl PartialEq for HashA1 {
    fn eq(&self, other: &Self) -> bool {
        self.0.octets().ct_eq(other.0.octets()).into()
    }
}

impl Eq for HashA1 {}

impl fmt::Debug for HashA1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashA1(redacted)")
    }
}

/// Quality of protection: what else goes into a response (RFC 7616 3.4.1). Texts as they are in the header, without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Qop<'a> {
    /// None, as before RFC 2617.
    None,
    /// `auth`
    Auth {
        /// The nonce count, eight digits.
        nc: &'a str,
        /// The client's nonce.
        cnonce: &'a str,
    },
    /// `auth-int`: the body too.
    AuthInt {
        /// The nonce count, eight digits.
        nc: &'a str,
        /// The client's nonce.
        cnonce: &'a str,
        /// The body of the message the digest is in.
        body: &'a [u8],
    },
}

/// What a response is computed over, besides H(A1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestInput<'a> {
    /// The algorithm.
    pub algorithm: DigestAlgorithm,
    /// The method of the request.
    pub method: &'a str,
    /// The `uri` of the credentials.
    pub uri: &'a str,
    /// The nonce as text, which for AKA is its base64.
    pub nonce: &'a str,
    /// The quality of protection.
    pub qop: Qop<'a>,
}

impl DigestInput<'_> {
    /// The `response` of credentials.
    #[must_use]
    pub fn response(&self, a1: &HashA1) -> DigestResponse {
        self.compute(a1, self.method)
    }

    /// The `rspauth` of Authentication-Info: the same without the method, over the body of the response (RFC 7616 3.5).
    #[must_use]
    pub fn rspauth(&self, a1: &HashA1) -> DigestResponse {
        self.compute(a1, "")
    }

    fn compute(&self, a1: &HashA1, method: &str) -> DigestResponse {
        let hash = |pieces: &[&[u8]]| self.algorithm.digits(pieces);
        let (method, uri, nonce) = (method.as_bytes(), self.uri.as_bytes(), self.nonce.as_bytes());
        let (counted, a2) = match self.qop {
            Qop::None => (None, hash(&[method, b":", uri])),
            Qop::Auth { nc, cnonce } => (Some((nc, cnonce, "auth")), hash(&[method, b":", uri])),
            Qop::AuthInt { nc, cnonce, body } => {
                let body = hash(&[body]);
                (
                    Some((nc, cnonce, "auth-int")),
                    hash(&[method, b":", uri, b":", body.octets()]),
                )
            }
        };
        let session;
        let a1 = match counted {
            Some((_, cnonce, _)) if self.algorithm.is_session() => {
                session = hash(&[a1.0.octets(), b":", nonce, b":", cnonce.as_bytes()]);
                &session
            }
            _ => &a1.0,
        };
        let a1 = a1.octets();
        DigestResponse(match counted {
            None => hash(&[a1, b":", nonce, b":", a2.octets()]),
            Some((nc, cnonce, qop)) => {
                let (nc, cnonce, qop) = (nc.as_bytes(), cnonce.as_bytes(), qop.as_bytes());
                hash(&[
                    a1,
                    b":",
                    nonce,
                    b":",
                    nc,
                    b":",
                    cnonce,
                    b":",
                    qop,
                    b":",
                    a2.octets(),
                ])
            }
        })
    }
}

/// A `response` or `rspauth`: one to be sent, or one that is expected.
#[derive(Clone)]
pub struct DigestResponse(Digits);

impl DigestResponse {
    /// The hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// Whether `text` is this response, in constant time. The digits are lower case (RFC 7616 3.4.1).
    #[must_use]
    pub fn verify(&self, text: &str) -> bool {
        self.0.octets().ct_eq(text.as_bytes()).into()
    }
}

impl fmt::Debug for DigestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestResponse(redacted)")
    }
}

impl fmt::Display for DigestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{DigestAlgorithm, DigestInput, HashA1, Qop};

    #[test]
    fn names() {
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(
                DigestAlgorithm::of(&algorithm.as_str().to_lowercase()),
                Some(algorithm)
            );
        }
        assert_eq!(DigestAlgorithm::of("AKAv1-SHA-256"), None);
        assert_eq!(DigestAlgorithm::default(), DigestAlgorithm::Md5);
    }

    #[test]
    fn hashes_of_passwords_are_secret() {
        let a1 = HashA1::new(
            DigestAlgorithm::Md5,
            "Mufasa",
            "testrealm@host.com",
            b"Circle Of Life",
        );
        assert_eq!(format!("{a1:?}"), "HashA1(redacted)");
        assert_eq!(HashA1::from_digits(&a1.expose().to_uppercase()), Some(a1.clone()));
        let other = HashA1::new(
            DigestAlgorithm::Md5,
            "Mufasa",
            "testrealm@host.com",
            b"Circle of Life",
        );
        assert_ne!(a1, other);
        assert!(HashA1::from_digits("939e7578ed9e3c518a452acee763bce").is_none());
        assert!(HashA1::from_digits(&"g".repeat(32)).is_none());
    }

    /// Values of Python's hashlib (`new("sha512_256")`), and of RFC 7616 3.4.2 for sessions.
    #[test]
    fn other_hashes_and_sessions() {
        let input = |algorithm| DigestInput {
            algorithm,
            method: "REGISTER",
            uri: "sip:h",
            nonce: "n",
            qop: Qop::Auth {
                nc: "00000001",
                cnonce: "c",
            },
        };
        let response = |algorithm| {
            let a1 = HashA1::new(algorithm, "u", "r", b"p");
            input(algorithm).response(&a1).as_str().to_owned()
        };
        assert_eq!(
            response(DigestAlgorithm::Sha512_256),
            "6644cdb7f1acf3f58ce91d462738ed1636bbc47f473e635cf7c8fbbf0d68ae71"
        );
        assert_eq!(
            response(DigestAlgorithm::Md5Session),
            "07c48dd5bad8ac1b045511259a5c392e"
        );
        let a1 = HashA1::new(DigestAlgorithm::Md5, "u", "r", b"p");
        let rspauth = input(DigestAlgorithm::Md5).rspauth(&a1);
        assert!(rspauth.verify("710b42686adc6b94f17f27b0c672d0b8"));
        assert!(!rspauth.verify(&rspauth.as_str()[1..]) && !rspauth.verify(""));
    }
}
