//! Access tokens: what they claim and how a producer checks them (TS 33.501 13.4.1, TS 29.500 6.7, TS 29.510 5.4, 6.3).

mod key;
mod verifier;

pub use key::KeyError;
pub use verifier::{MAX_TOKEN_OCTETS, TokenVerifier};

use crate::ts29571::PlmnId;
use serde::{Deserialize, Serialize};

/// Whom a token is for (6.3.5.2.4): a type of NF, or instances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// Every NF of a type: `AUSF`.
    NfType(String),
    /// These instances.
    Instances(Vec<String>),
}

/// What a token claims (6.3.5.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessTokenClaims {
    /// The NRF that issued it.
    pub iss: String,
    /// The consumer it was issued to.
    pub sub: String,
    /// Whom it is for.
    pub aud: Audience,
    /// Services, separated by blanks.
    pub scope: String,
    /// When it ends, seconds since 1970.
    pub exp: u64,
    /// Network of the consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer_plmn_id: Option<PlmnId>,
    /// Network of the producer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub producer_plmn_id: Option<PlmnId>,
}

/// What an NRF answers to an access token request (6.3.5.2.3).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenRsp {
    /// The token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// For how long, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// For what, when it is not what was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

impl std::fmt::Debug for AccessTokenRsp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AccessTokenRsp(for {:?} s)", self.expires_in)
    }
}
