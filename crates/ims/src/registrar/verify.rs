//! Whether a response is right: computed anew and compared whole, in constant time (RFC 7616 3.4.6, RFC 3310 3.3).

use super::input::Authorization;
use super::vector::{DigestItem, Vector};
use quintet_crypto::digest::{AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};

const METHOD: &str = "REGISTER";

/// What a response proves to know.
#[derive(Clone, Copy)]
pub(super) enum Secret<'a> {
    /// RES, and with AKAv2 the keys.
    Aka(&'a Vector),
    /// The password, of which the HSS keeps H(A1).
    Ha1(&'a DigestItem),
}

impl Secret<'_> {
    const fn algorithm(&self) -> DigestAlgorithm {
        match self {
            Self::Aka(vector) => vector.algorithm,
            Self::Ha1(item) => item.algorithm,
        }
    }

    fn hash(&self, authorization: &Authorization) -> Option<HashA1> {
        match self {
            Self::Aka(vector) => {
                let password = AkaPassword::new(vector.algorithm, &vector.xres, &vector.ck, &vector.ik);
                let (username, realm) = (&authorization.username, &authorization.realm);
                Some(HashA1::new(vector.algorithm, username, realm, password.expose()))
            }
            Self::Ha1(item) => HashA1::from_digits(&item.ha1),
        }
    }
}

/// Whether the response of credentials is right. An algorithm that they name must be the challenge's: one of another name
/// was not made with what was challenged (TS 24.229 5.4.1.2.2).
pub(super) fn response(authorization: &Authorization, body: &[u8], secret: Secret<'_>) -> bool {
    let algorithm = secret.algorithm();
    let named = authorization.algorithm.as_deref();
    if named.is_some_and(|name| DigestAlgorithm::of(name) != Some(algorithm)) {
        return false;
    }
    let Some(hash) = secret.hash(authorization) else {
        return false;
    };
    let count = count(authorization);
    let Some(qop) = qop(authorization, count.as_deref(), body) else {
        return false;
    };
    input(authorization, algorithm, qop)
        .response(&hash)
        .verify(&authorization.response)
}

/// rspauth: that the network knows the password too. The body of a 200 to REGISTER is empty.
pub(super) fn rspauth(authorization: &Authorization, item: &DigestItem) -> String {
    let count = count(authorization);
    match (
        qop(authorization, count.as_deref(), &[]),
        HashA1::from_digits(&item.ha1),
    ) {
        (Some(qop), Some(hash)) => input(authorization, item.algorithm, qop)
            .rspauth(&hash)
            .as_str()
            .to_owned(),
        _ => String::new(),
    }
}

fn count(authorization: &Authorization) -> Option<String> {
    authorization.nonce_count.map(|count| format!("{count:08x}"))
}

fn qop<'a>(authorization: &'a Authorization, count: Option<&'a str>, body: &'a [u8]) -> Option<Qop<'a>> {
    let used = match authorization.qop.as_deref() {
        None => return Some(Qop::None),
        Some(used) => used,
    };
    let (nc, cnonce) = (count?, authorization.cnonce.as_deref()?);
    match used {
        "auth" => Some(Qop::Auth { nc, cnonce }),
        "auth-int" => Some(Qop::AuthInt { nc, cnonce, body }),
        _ => None,
    }
}

fn input<'a>(authorization: &'a Authorization, algorithm: DigestAlgorithm, qop: Qop<'a>) -> DigestInput<'a> {
    DigestInput {
        algorithm,
        method: METHOD,
        uri: &authorization.uri,
        nonce: &authorization.nonce,
        qop,
    }
}
