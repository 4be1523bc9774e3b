//! Requests that are done once, however often they are sent: Idempotency-Key.
//!
//! The answer is stored in the transaction of the change, so there is no moment at which one is there without the other. What
//! failed is not stored: it changed nothing, and may be tried again with the same key.

use crate::ask::{Ask, answer};
use crate::problem::Problem;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode};
use quintet_store::{AdminCommand, AdminReply, MAX_REMEMBERED_OCTETS, RememberedRequest, Revision};
use sha2::{Digest, Sha256};

/// The header.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Says that an answer is one of before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key, in octets: a UUID has 36.
const MAX_KEY_OCTETS: usize = 128;

/// A request that is done once.
#[derive(Clone, Debug)]
pub(crate) struct Once {
    key: [u8; 32],
    fingerprint: [u8; 32],
}

impl Once {
    /// Of a request, if it has a key.
    pub(crate) fn of(ask: &Ask) -> Result<Option<Self>, Problem> {
        let Some(key) = ask.parts.headers.get(IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        let key = key.as_bytes();
        if key.is_empty() || key.len() > MAX_KEY_OCTETS {
            let why = format!("a key has 1 to {MAX_KEY_OCTETS} octets");
            return Err(Problem::unreadable(why).at("Idempotency-Key"));
        }
        let mut named = Sha256::new();
        named.update((ask.caller.name.len() as u64).to_be_bytes());
        named.update(ask.caller.name.as_bytes());
        named.update(key);
        let mut asked = Sha256::new();
        asked.update(ask.parts.method.as_str().as_bytes());
        asked.update([0]);
        let target = ask
            .parts
            .uri
            .path_and_query()
            .map_or("", |target| target.as_str());
        asked.update(target.as_bytes());
        asked.update([0]);
        asked.update(&ask.body);
        Ok(Some(Self {
            key: named.finalize().into(),
            fingerprint: asked.finalize().into(),
        }))
    }

    /// The answer of before, if the request was done.
    pub(crate) async fn replay(once: Option<&Self>, ask: &Ask) -> Result<Option<Response>, Problem> {
        let Some(once) = once else { return Ok(None) };
        let (key, now) = (once.key, ask.app.now().as_secs());
        match ask.app.ask(AdminCommand::Remembered { key, now }).await? {
            AdminReply::Remembered(Some(known)) => once.answer(*known).map(Some),
            AdminReply::Remembered(None) => Ok(None),
            _ => Err(Problem::defect("the store gave another answer than a request")),
        }
    }

    /// The answer of a request that was done before.
    pub(crate) fn answer(&self, known: RememberedRequest) -> Result<Response, Problem> {
        if known.fingerprint != self.fingerprint {
            let why = "the key was used for another request within the last day";
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(
                Problem::new(status, "key-reused", "the key is another request's", why)
                    .at("Idempotency-Key")
                    .remedy("give each request a key of its own, such as a UUID"),
            );
        }
        let status = StatusCode::from_u16(known.status).unwrap_or(StatusCode::OK);
        let mut response = answer(status, known.body, Some(known.revision), &known.location);
        response
            .headers_mut()
            .insert(REPLAYED, HeaderValue::from_static("true"));
        Ok(response)
    }

    /// What is stored with the change.
    pub(crate) fn remembered(
        &self,
        now_s: u64,
        status: StatusCode,
        body: &[u8],
        location: &str,
    ) -> Result<RememberedRequest, Problem> {
        if body.len() > MAX_REMEMBERED_OCTETS {
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            let why = format!(
                "the answer would have {} octets, {MAX_REMEMBERED_OCTETS} can be remembered",
                body.len()
            );
            return Err(Problem::new(status, "too-large", "too much for one key", why)
                .at("Idempotency-Key")
                .remedy("send fewer rows at once, or no key"));
        }
        Ok(RememberedRequest {
            key: self.key,
            fingerprint: self.fingerprint,
            at: now_s,
            status: status.as_u16(),
            location: location.to_owned(),
            revision: Revision(0),
            body: body.to_vec(),
        })
    }
}
