//! Authorization: answers to digest challenges, by AKA (RFC 3310, RFC 4169) or by password (RFC 7616).

use super::configuration::Password;
use super::identity::Identity;
use super::output::{Authorization, Qop};
use super::reply::Challenge;
use quintet_crypto::digest::{self, AkaNonce, AkaPassword, DigestAlgorithm, DigestInput, HashA1};
use quintet_crypto::{Auts, Ck, Ik, Rand, Res};

const REGISTER: &str = "REGISTER";

/// Whether an algorithm is one of AKA.
pub(super) fn is_aka(algorithm: &str) -> bool {
    DigestAlgorithm::of(algorithm).is_some_and(DigestAlgorithm::is_aka)
}

/// RAND and AUTN of a challenge (RFC 3310 3.2). What a server adds behind them is its own.
pub(super) fn rand_autn(nonce: &str) -> Option<(Rand, [u8; 16])> {
    let nonce = AkaNonce::parse(nonce)?;
    Some((nonce.rand, nonce.autn))
}

/// What a UE answers challenges with: kept for the REGISTERs that follow (TS 24.229 5.1.1.4.2).
#[derive(Clone, Debug)]
pub(super) struct Credential {
    algorithm: DigestAlgorithm,
    challenge: Challenge,
    qop: Option<&'static str>,
    password: Password,
    nonce_count: u32,
}

impl Credential {
    /// The answer of a card, to a challenge of AKA.
    pub(super) fn of_aka(challenge: &Challenge, (res, ck, ik): (&Res, &Ck, &Ik)) -> Option<Self> {
        let algorithm = DigestAlgorithm::of(&challenge.algorithm).filter(|it| it.is_aka())?;
        let password = AkaPassword::new(algorithm, res, ck, ik);
        Self::new(algorithm, challenge, Password::new(password.expose()))
    }

    /// A password's, to a challenge of SIP Digest (RFC 7616): never to one of AKA.
    pub(super) fn of_password(challenge: &Challenge, password: Password) -> Option<Self> {
        let algorithm = if challenge.algorithm.is_empty() {
            DigestAlgorithm::default()
        } else {
            DigestAlgorithm::of(&challenge.algorithm)?
        };
        Self::new(algorithm, challenge, password).filter(|_| !algorithm.is_aka())
    }

    fn new(algorithm: DigestAlgorithm, challenge: &Challenge, password: Password) -> Option<Self> {
        Some(Self {
            algorithm,
            qop: qop(challenge)?,
            challenge: challenge.clone(),
            password,
            nonce_count: 0,
        })
    }

    /// Authorization with a response; of one without qop it is the same each time.
    pub(super) fn authorization(&mut self, identity: &Identity, cnonce: u32) -> Authorization {
        self.nonce_count += 1;
        let qop = self.qop.map(|value| Qop {
            value,
            nonce_count: self.nonce_count,
            cnonce: format!("{cnonce:08x}"),
        });
        answer(
            identity,
            &self.challenge,
            self.algorithm,
            self.password.expose(),
            qop,
        )
    }
}

/// The option of qop that is chosen: none where none is offered; `None` if none of those offered is known (RFC 7616 3.5).
fn qop(challenge: &Challenge) -> Option<Option<&'static str>> {
    let offers = |value: &str| challenge.qop.iter().any(|offered| offered == value);
    if !challenge.has_qop {
        return Some(None);
    }
    ["auth", "auth-int"]
        .into_iter()
        .find(|value| offers(value))
        .map(Some)
}

fn answer(
    identity: &Identity,
    challenge: &Challenge,
    algorithm: DigestAlgorithm,
    password: &[u8],
    qop: Option<Qop>,
) -> Authorization {
    let username = identity.impi.to_string();
    let uri = identity.registrar();
    let a1 = HashA1::new(algorithm, &username, &challenge.realm, password);
    let nc = qop.as_ref().map(|qop| format!("{:08x}", qop.nonce_count));
    let counted = match (&qop, &nc) {
        (Some(qop), Some(nc)) if qop.value == "auth" => digest::Qop::Auth {
            nc,
            cnonce: &qop.cnonce,
        },
        // A REGISTER has no body.
        (Some(qop), Some(nc)) => digest::Qop::AuthInt {
            nc,
            cnonce: &qop.cnonce,
            body: &[],
        },
        _ => digest::Qop::None,
    };
    let input = DigestInput {
        algorithm,
        method: REGISTER,
        uri: &uri,
        nonce: &challenge.nonce,
        qop: counted,
    };
    Authorization {
        response: input.response(&a1).to_string(),
        username,
        realm: challenge.realm.clone(),
        nonce: challenge.nonce.clone(),
        algorithm: (!challenge.algorithm.is_empty()).then(|| challenge.algorithm.clone()),
        opaque: challenge.opaque.clone(),
        uri,
        qop,
        auts: None,
    }
}

/// Authorization that refuses a challenge: with AUTS, and the response of an empty password (RFC 3310 3.4), or with an empty
/// response (TS 33.203 6.1.2.2).
pub(super) fn refusal(
    identity: &Identity,
    challenge: &Challenge,
    auts: Option<&Auts>,
    cnonce: u32,
) -> Authorization {
    let Some(auts) = auts else {
        return Authorization {
            username: identity.impi.to_string(),
            realm: challenge.realm.clone(),
            nonce: challenge.nonce.clone(),
            uri: identity.registrar(),
            algorithm: Some(challenge.algorithm.clone()),
            opaque: challenge.opaque.clone(),
            ..Authorization::default()
        };
    };
    let algorithm = DigestAlgorithm::of(&challenge.algorithm).unwrap_or_default();
    let qop = qop(challenge).flatten().map(|value| Qop {
        value,
        nonce_count: 1,
        cnonce: format!("{cnonce:08x}"),
    });
    let password = AkaPassword::of_resynchronisation();
    Authorization {
        auts: Some(digest::auts_text(auts)),
        ..answer(identity, challenge, algorithm, password.expose(), qop)
    }
}
