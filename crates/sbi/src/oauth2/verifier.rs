//! The check of a producer (TS 29.500 6.7.3, TS 33.501 13.4.1.1.2).

use super::key::{Key, KeyError, open};
use super::{AccessTokenClaims, Audience};
use crate::problem::ProblemDetails;
use aws_lc_rs::digest::{SHA256, digest};
use std::collections::HashMap;
use std::time::Duration;

/// The longest token that is looked at.
pub const MAX_TOKEN_OCTETS: usize = 8192;
/// Tokens that were verified and are not verified again: consumers are few, and each uses one for minutes, while a
/// verification costs as much as all the rest of a request.
const MAX_KNOWN_TOKENS: usize = 1024;
/// How much later than ours the clock of the NRF may be.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5);

/// Checks tokens for one NF.
pub struct TokenVerifier {
    nf_type: String,
    nf_instance_id: String,
    issuers: Vec<String>,
    keys: Vec<Key>,
    known: HashMap<[u8; 32], AccessTokenClaims>,
}

impl TokenVerifier {
    /// For an NF of a type (`AUSF`) and instance. Tokens of every issuer whose key is trusted are taken, unless issuers
    /// are named.
    #[must_use]
    pub fn new(nf_type: impl Into<String>, nf_instance_id: impl Into<String>, issuers: Vec<String>) -> Self {
        Self {
            nf_type: nf_type.into(),
            nf_instance_id: nf_instance_id.into(),
            issuers,
            keys: Vec::new(),
            known: HashMap::new(),
        }
    }

    /// Trusts the public key of an NRF (PEM, SubjectPublicKeyInfo): P-256 for ES256, RSA of 2048 bits or more for RS256.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn trust(&mut self, pem: &str) -> Result<(), KeyError> {
        self.keys.push(Key::from_pem(pem)?);
        Ok(())
    }

    /// Whether a token is good for a service (`nausf-auth`; letters, digits and hyphens: it gets into headers) at a wall
    /// clock's time since 1970.
    ///
    /// # Errors
    /// 401 without a token or with one that is wrong, ended or for others; 403 with one for other services. Both with
    /// `WWW-Authenticate` (RFC 6750 3).
    pub fn check(
        &mut self,
        token: Option<&str>,
        service: &str,
        wall: Duration,
    ) -> Result<&AccessTokenClaims, Box<ProblemDetails>> {
        let Some(token) = token else {
            return Err(ProblemDetails::with_status(401)
                .header("www-authenticate", format!("Bearer scope=\"{service}\""))
                .into());
        };
        if token.len() > MAX_TOKEN_OCTETS {
            return Err(invalid("too long"));
        }
        let mut name = [0; 32];
        name.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
        if !self.known.contains_key(&name) {
            let claims = self.verify(token)?;
            self.make_room(wall);
            self.known.insert(name, claims);
        }
        let claims = &self.known[&name];
        if Duration::from_secs(claims.exp).saturating_add(CLOCK_TOLERANCE) <= wall {
            return Err(invalid("the token has ended"));
        }
        if !claims.scope.split(' ').any(|scope| scope == service) {
            return Err(ProblemDetails::with_status(403)
                .header(
                    "www-authenticate",
                    format!("Bearer error=\"insufficient_scope\", scope=\"{service}\""),
                )
                .into());
        }
        Ok(claims)
    }

    fn verify(&self, token: &str) -> Result<AccessTokenClaims, Box<ProblemDetails>> {
        let payload = open(token, &self.keys).ok_or_else(|| invalid("no trusted key signed it"))?;
        let claims: AccessTokenClaims =
            serde_json::from_slice(&payload).map_err(|_| invalid("claims are missing or wrong"))?;
        if !self.issuers.is_empty() && !self.issuers.contains(&claims.iss) {
            return Err(invalid("another issuer"));
        }
        let ours = match &claims.aud {
            Audience::NfType(nf_type) => *nf_type == self.nf_type || *nf_type == self.nf_instance_id,
            Audience::Instances(instances) => instances.contains(&self.nf_instance_id),
        };
        if ours {
            Ok(claims)
        } else {
            Err(invalid("for another audience"))
        }
    }

    fn make_room(&mut self, wall: Duration) {
        if self.known.len() < MAX_KNOWN_TOKENS {
            return;
        }
        self.known
            .retain(|_, claims| Duration::from_secs(claims.exp) > wall);
        if self.known.len() >= MAX_KNOWN_TOKENS {
            self.known.clear();
        }
    }
}

fn invalid(why: &str) -> Box<ProblemDetails> {
    ProblemDetails::with_status(401)
        .header("www-authenticate", "Bearer error=\"invalid_token\"")
        .detail(why)
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    };
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use serde_json::{Value, json};

    const WALL: Duration = Duration::from_secs(1_800_000_000);

    enum Signer {
        Ec(EcdsaKeyPair),
        Rsa(RsaKeyPair),
    }

    impl Signer {
        fn ec() -> Self {
            Self::Ec(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"))
        }

        fn rsa() -> Self {
            Self::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"))
        }

        fn pem(&self) -> String {
            let der = match self {
                Self::Ec(pair) => pair.public_key().as_der().expect("DER").as_ref().to_vec(),
                Self::Rsa(pair) => pair.public_key().as_der().expect("DER").as_ref().to_vec(),
            };
            format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                STANDARD.encode(der)
            )
        }

        fn sign(&self, header: &Value, claims: &Value) -> String {
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            let message = format!("{}.{}", part(header), part(claims));
            let signature = match self {
                Self::Ec(pair) => pair
                    .sign(&SystemRandom::new(), message.as_bytes())
                    .expect("a signature")
                    .as_ref()
                    .to_vec(),
                Self::Rsa(pair) => {
                    let mut signature = vec![0; pair.public_modulus_len()];
                    pair.sign(
                        &RSA_PKCS1_SHA256,
                        &SystemRandom::new(),
                        message.as_bytes(),
                        &mut signature,
                    )
                    .expect("a signature");
                    signature
                }
            };
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
        }
    }

    fn claims() -> Value {
        json!({"iss": "nrf-1", "sub": "amf-1", "aud": "AUSF", "scope": "nausf-auth nudm-ueau", "exp": WALL.as_secs() + 60})
    }

    fn verifier(signer: &Signer, issuers: &[&str]) -> TokenVerifier {
        let mut verifier = TokenVerifier::new(
            "AUSF",
            "ausf-1",
            issuers.iter().map(|&text| text.to_owned()).collect(),
        );
        verifier.trust(&signer.pem()).expect("a key");
        verifier
    }

    fn status(verifier: &mut TokenVerifier, token: Option<&str>, service: &str, wall: Duration) -> u16 {
        match verifier.check(token, service, wall) {
            Ok(_) => 200,
            Err(problem) => {
                assert!(
                    problem
                        .response()
                        .header("www-authenticate")
                        .is_some_and(|text| text.starts_with("Bearer"))
                );
                problem.status.expect("a status")
            }
        }
    }

    #[test]
    fn tokens_of_both_algorithms() {
        for (signer, alg) in [(Signer::ec(), "ES256"), (Signer::rsa(), "RS256")] {
            let token = signer.sign(&json!({"alg": alg, "typ": "JWT"}), &claims());
            let mut verifier = verifier(&signer, &["nrf-1"]);
            assert_eq!(status(&mut verifier, Some(&token), "nausf-auth", WALL), 200);
            // From memory, and still only for what it is for and as long as it is good.
            assert_eq!(status(&mut verifier, Some(&token), "nausf-auth", WALL), 200);
            assert_eq!(status(&mut verifier, Some(&token), "nudm-sdm", WALL), 403);
            assert_eq!(
                status(
                    &mut verifier,
                    Some(&token),
                    "nausf-auth",
                    WALL + Duration::from_secs(70)
                ),
                401
            );
            assert_eq!(status(&mut verifier, None, "nausf-auth", WALL), 401);
        }
    }

    #[test]
    fn what_is_wrong_with_a_token_is_found() {
        let signer = Signer::ec();
        let header = json!({"alg": "ES256"});
        let changed = |name: &str, value: Value| {
            let mut claims = claims();
            claims[name] = value;
            signer.sign(&header, &claims)
        };
        let good = signer.sign(&header, &claims());
        let wrong = [
            changed("aud", json!("UDM")),
            changed("aud", json!(["other"])),
            changed("iss", json!("nrf-2")),
            changed("exp", json!("soon")),
            changed("exp", json!(WALL.as_secs() - 10)),
            Signer::ec().sign(&header, &claims()),
            signer.sign(&json!({"alg": "none"}), &claims()),
            signer.sign(&json!({"alg": "HS256"}), &claims()),
            signer.sign(&json!({"alg": "RS256"}), &claims()),
            signer.sign(&json!({"alg": "ES256", "crit": ["exp"]}), &claims()),
            good.rsplit_once('.').expect("parts").0.to_owned() + ".",
            good.replace('.', ""),
            "x".repeat(MAX_TOKEN_OCTETS + 1),
            String::new(),
        ];
        let mut verifier = verifier(&signer, &["nrf-1"]);
        assert_eq!(status(&mut verifier, Some(&good), "nausf-auth", WALL), 200);
        for token in wrong {
            assert_eq!(
                status(&mut verifier, Some(&token), "nausf-auth", WALL),
                401,
                "{token}"
            );
        }
        let instance = changed("aud", json!(["other", "ausf-1"]));
        assert_eq!(status(&mut verifier, Some(&instance), "nausf-auth", WALL), 200);
    }

    #[test]
    fn a_token_without_end_is_good() {
        let signer = Signer::ec();
        let mut claims = claims();
        claims["exp"] = json!(u64::MAX);
        let token = signer.sign(&json!({"alg": "ES256"}), &claims);
        let mut verifier = verifier(&signer, &[]);
        assert_eq!(status(&mut verifier, Some(&token), "nausf-auth", WALL), 200);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let mut verifier = TokenVerifier::new("AUSF", "ausf-1", Vec::new());
        assert_eq!(verifier.trust("none"), Err(KeyError::Pem));
        let other = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----";
        assert_eq!(verifier.trust(other), Err(KeyError::Kind));
    }

    #[test]
    fn memory_is_bounded() {
        let signer = Signer::ec();
        let mut verifier = verifier(&signer, &[]);
        for number in 0..MAX_KNOWN_TOKENS + 10 {
            let mut claims = claims();
            claims["sub"] = json!(number.to_string());
            let token = signer.sign(&json!({"alg": "ES256"}), &claims);
            assert_eq!(status(&mut verifier, Some(&token), "nausf-auth", WALL), 200);
            assert!(verifier.known.len() <= MAX_KNOWN_TOKENS);
        }
    }
}
