//! Whether a response of Digest is right, and if not, with which mistake it was made.

use super::sighting::Credentials;
use quintet_crypto::digest::{AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};
use quintet_crypto::{Ck, Ik, Res};

/// What is known of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Answered {
    /// Nothing: no key tells.
    #[default]
    Unknown,
    /// It is the one expected.
    Right,
    /// It is another, made with this if that is known.
    Wrong(Option<Password>),
}

/// What stood for the password, wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Password {
    /// Nothing.
    Empty,
    /// K in hexadecimal digits, or as octets.
    Key,
    /// RES in hexadecimal digits.
    ResText,
    /// RES, where the algorithm is none of AKA.
    Res,
    /// What another algorithm of AKA takes.
    OtherVersion,
}

/// What a response can be held against.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected<'a> {
    /// XRES.
    pub(super) xres: Option<&'a Res>,
    /// CK and IK.
    pub(super) keys: Option<(&'a Ck, &'a Ik)>,
    /// H(A1) of SIP Digest.
    pub(super) ha1: Option<&'a HashA1>,
}

/// The algorithm that credentials name; `None` of one that is not known.
pub(super) fn algorithm(name: Option<&str>) -> Option<DigestAlgorithm> {
    name.map_or(Some(DigestAlgorithm::Md5), DigestAlgorithm::of)
}

/// Judges the response of a REGISTER, under the algorithm of the challenge.
pub(super) fn judge<'k>(
    credentials: &Credentials,
    algorithm: DigestAlgorithm,
    expected: Expected<'_>,
    secrets: impl Iterator<Item = &'k [u8; 16]>,
) -> Answered {
    let Some(input) = input(credentials, algorithm) else {
        return Answered::Unknown;
    };
    let is_of_ha1 = |ha1: &HashA1| input.response(ha1).verify(&credentials.response);
    let is_of = |password: &[u8]| {
        is_of_ha1(&HashA1::new(
            algorithm,
            &credentials.username,
            &credentials.realm,
            password,
        ))
    };
    let aka = |version: DigestAlgorithm| match (expected.xres, expected.keys) {
        (Some(xres), Some((ck, ik))) => is_of(AkaPassword::new(version, xres, ck, ik).expose()),
        (Some(xres), None) if version == DigestAlgorithm::AkaV1Md5 => is_of(xres.octets()),
        _ => false,
    };
    if expected.ha1.is_some_and(is_of_ha1) || (algorithm.is_aka() && aka(algorithm)) {
        return Answered::Right;
    }
    let made_with = if is_of(b"") {
        Some(Password::Empty)
    } else if expected
        .xres
        .is_some_and(|res| is_of(hex(res.octets()).as_bytes()))
    {
        Some(Password::ResText)
    } else if !algorithm.is_aka() && expected.xres.is_some_and(|res| is_of(res.octets())) {
        Some(Password::Res)
    } else if [DigestAlgorithm::AkaV1Md5, DigestAlgorithm::AkaV2Md5]
        .into_iter()
        .any(aka)
    {
        Some(Password::OtherVersion)
    } else if key_as_text(secrets, is_of) {
        Some(Password::Key)
    } else {
        None
    };
    let knows = expected.ha1.is_some() || (algorithm.is_aka() && expected.xres.is_some());
    match made_with {
        None if !knows => Answered::Unknown,
        made_with => Answered::Wrong(made_with),
    }
}

/// Whether K itself was the password, as text in either case, or as octets.
fn key_as_text<'k>(mut secrets: impl Iterator<Item = &'k [u8; 16]>, is_of: impl Fn(&[u8]) -> bool) -> bool {
    secrets.any(|key| {
        let text = hex(key);
        is_of(text.as_bytes()) || is_of(text.to_uppercase().as_bytes()) || is_of(key)
    })
}

/// What the response is computed over.
fn input(credentials: &Credentials, algorithm: DigestAlgorithm) -> Option<DigestInput<'_>> {
    let counted = || Some((credentials.nc.as_deref()?, credentials.cnonce.as_deref()?));
    let qop = match credentials.qop.as_deref() {
        None | Some("") => Qop::None,
        Some("auth") => {
            let (nc, cnonce) = counted()?;
            Qop::Auth { nc, cnonce }
        }
        Some("auth-int") => {
            let (nc, cnonce) = counted()?;
            Qop::AuthInt {
                nc,
                cnonce,
                body: &credentials.body,
            }
        }
        Some(_) => return None,
    };
    Some(DigestInput {
        algorithm,
        method: "REGISTER",
        uri: &credentials.uri,
        nonce: &credentials.nonce,
        qop,
    })
}

fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}
