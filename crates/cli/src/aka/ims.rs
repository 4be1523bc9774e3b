//! `quintet aka ims`: the challenge of IMS AKA as SIP carries it, and the response to it (TS 33.203 6.1, RFC 3310,
//! RFC 4169, RFC 7616).

use super::{Challenge, random};
use crate::octets::Octets;
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, bail};
use quintet_crypto::digest::{AkaNonce, AkaPassword, DigestAlgorithm, DigestInput, HashA1, Qop};
use quintet_crypto::{Amf, Sqn};
use serde::Serialize;

pub(super) const EXAMPLE: &str = "The separation bit of AMF is cleared: it is for EPS and 5GS alone.
With --username, --realm and --uri the response to the challenge as well.
Example:
  quintet aka ims --k 465b5ce8b199b49faa5f0a2ee238a6bc --opc cd63cb71954a9f4e48a5994e37a02baf \\
      --username 001010000000001@ims.mnc001.mcc001.3gppnetwork.org \\
      --realm ims.mnc001.mcc001.3gppnetwork.org --uri sip:ims.mnc001.mcc001.3gppnetwork.org";

/// An algorithm of digest AKA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Digest {
    /// RFC 3310
    #[value(name = "AKAv1-MD5", alias = "akav1-md5")]
    AkaV1Md5,
    /// RFC 4169
    #[value(name = "AKAv2-MD5", alias = "akav2-md5")]
    AkaV2Md5,
    /// RFC 4169 with SHA-256
    #[value(name = "AKAv2-SHA-256", alias = "akav2-sha-256")]
    AkaV2Sha256,
}

impl Digest {
    const fn algorithm(self) -> DigestAlgorithm {
        match self {
            Self::AkaV1Md5 => DigestAlgorithm::AkaV1Md5,
            Self::AkaV2Md5 => DigestAlgorithm::AkaV2Md5,
            Self::AkaV2Sha256 => DigestAlgorithm::AkaV2Sha256,
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct ImsChallenge {
    #[command(flatten)]
    challenge: Challenge,
    /// What the server adds behind RAND and AUTN in the nonce
    #[arg(long, value_name = "HEX")]
    server_data: Option<Octets>,
    #[command(flatten)]
    response: Response,
}

/// What a response is computed over.
#[derive(clap::Args)]
#[command(next_help_heading = "Response")]
struct Response {
    /// Algorithm of the challenge
    #[arg(long, value_enum, default_value = "AKAv1-MD5")]
    digest: Digest,
    /// Private identity
    #[arg(long, value_name = "IMPI", requires = "realm", requires = "uri")]
    username: Option<String>,
    /// Realm of the challenge
    #[arg(long, requires = "username")]
    realm: Option<String>,
    /// Request-URI, as the credentials have it
    #[arg(long, requires = "username")]
    uri: Option<String>,
    /// Method of the request
    #[arg(long, default_value = "REGISTER")]
    method: String,
    /// Client's nonce: with it, qop is auth
    #[arg(long, requires = "username")]
    cnonce: Option<String>,
    /// Nonce count
    #[arg(long, value_name = "HEX", default_value = "00000001")]
    nc: String,
    /// Body of the request: with it, qop is auth-int
    #[arg(long, requires = "cnonce")]
    body: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    rand: String,
    sqn: String,
    autn: String,
    xres: String,
    ck: String,
    ik: String,
    nonce: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<String>,
}

pub(super) fn ims(asked: &ImsChallenge) -> Result<Finding> {
    let challenge = &asked.challenge;
    let functions = challenge.keys.functions()?;
    let rand = challenge.rand.map_or_else(random, Ok)?;
    let (sqn, amf) = (Sqn::from_octets(challenge.sqn), Amf(challenge.amf).unseparated());
    let quintet = functions.quintet(&rand, sqn, amf);
    let autn = quintet
        .autn
        .octets()
        .context("AUTN has 16 octets only with a MAC of 64 bits: set --mac-bits 64")?;
    let nonce = AkaNonce {
        rand,
        autn,
        server_data: asked
            .server_data
            .as_ref()
            .map_or_else(Vec::new, |data| data.0.clone()),
    };
    let nonce = nonce.to_string();
    if AkaNonce::parse(&nonce).is_none() {
        bail!("--server-data: too many octets for a nonce");
    }
    let algorithm = asked.response.digest.algorithm();
    let password = AkaPassword::new(algorithm, &quintet.xres, &quintet.ck, &quintet.ik);
    let answer = Answer {
        rand: hex::encode(rand),
        sqn: hex::encode(sqn.octets()),
        autn: hex::encode(autn),
        xres: hex::encode(quintet.xres.octets()),
        ck: hex::encode(quintet.ck.expose()),
        ik: hex::encode(quintet.ik.expose()),
        response: asked.response.of(&nonce, &password),
        nonce,
    };
    if challenge.json {
        print_json("quintet.aka.ims/1", &answer)?;
        return Ok(Finding::Positive);
    }
    let mut rows = vec![
        ("RAND", answer.rand),
        ("SQN", answer.sqn),
        ("AUTN", answer.autn),
        ("XRES (f2)", answer.xres),
        ("CK (f3)", answer.ck),
        ("IK (f4)", answer.ik),
        ("nonce", answer.nonce),
    ];
    rows.extend(answer.response.map(|response| ("response", response)));
    print_rows(&rows)?;
    Ok(Finding::Positive)
}

impl Response {
    /// The response, if there is enough to compute it.
    fn of(&self, nonce: &str, password: &AkaPassword) -> Option<String> {
        let (username, realm, uri) = (self.username.as_ref()?, self.realm.as_ref()?, self.uri.as_ref()?);
        let algorithm = self.digest.algorithm();
        let nc = &self.nc;
        let qop = match (&self.cnonce, &self.body) {
            (Some(cnonce), Some(body)) => Qop::AuthInt {
                nc,
                cnonce,
                body: body.as_bytes(),
            },
            (Some(cnonce), None) => Qop::Auth { nc, cnonce },
            (None, _) => Qop::None,
        };
        let input = DigestInput {
            algorithm,
            method: &self.method,
            uri,
            nonce,
            qop,
        };
        let a1 = HashA1::new(algorithm, username, realm, password.expose());
        Some(input.response(&a1).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(clap::Parser)]
    struct Only {
        #[command(flatten)]
        ims: ImsChallenge,
    }

    const KEYS: [&str; 9] = [
        "",
        "--k",
        "465b5ce8b199b49faa5f0a2ee238a6bc",
        "--opc",
        "cd63cb71954a9f4e48a5994e37a02baf",
        "--rand",
        "23553cbe9637a89d218ae64dae47bf35",
        "--sqn",
        "ff9bb4d0b607",
    ];

    fn response(options: &[&str]) -> Option<String> {
        let asked = Only::parse_from(KEYS.iter().chain(options)).ims;
        let functions = asked.challenge.keys.functions().unwrap();
        let sqn = Sqn::from_octets(asked.challenge.sqn);
        let quintet = functions.quintet(&asked.challenge.rand.unwrap(), sqn, Amf([0, 0]));
        let algorithm = asked.response.digest.algorithm();
        let password = AkaPassword::new(algorithm, &quintet.xres, &quintet.ck, &quintet.ik);
        asked.response.of("nonce", &password)
    }

    const WHO: [&str; 6] = ["--username", "a@b.c", "--realm", "b.c", "--uri", "sip:b.c"];

    #[test]
    fn a_response_needs_to_know_whose() {
        assert_eq!(response(&[]), None);
        let plain = response(&WHO).unwrap();
        assert_eq!(plain.len(), 32);
        let with = |more: &[&str]| response(&[&WHO[..], more].concat()).unwrap();
        let others = [
            with(&["--cnonce", "c"]),
            with(&["--cnonce", "c", "--nc", "00000002"]),
            with(&["--cnonce", "c", "--body", ""]),
            with(&["--method", "INVITE"]),
            with(&["--digest", "AKAv2-MD5"]),
            with(&["--digest", "akav2-sha-256"]),
        ];
        for (n, other) in others.iter().enumerate() {
            assert_ne!(*other, plain, "{n}");
            assert!(!others[..n].contains(other), "{n}");
        }
        assert_eq!(others[5].len(), 64);
    }
}
