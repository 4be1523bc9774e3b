//! Errors as RFC 9457 has them: what, where, why, and what to do.

use crate::answers::PROBLEM_JSON;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use quintet_provisioning::Refusal;
use quintet_store::{Revision, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// A word for programs: the kinds are listed in docs/api.md.
    #[serde(rename = "type", serialize_with = "urn")]
    #[schema(value_type = String, example = "urn:quintet:problem:validation")]
    kind: &'static str,
    /// What, in general.
    title: &'static str,
    /// The status.
    #[schema(example = 422)]
    status: u16,
    /// Why, in this case.
    detail: String,
    /// The member of the body, by JSON pointer, or the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Seconds after which it is worth trying again; 0: nobody knows.
    #[serde(skip)]
    retry_after_s: u16,
    /// The revision there is now; 0: none.
    #[serde(skip)]
    revision: Revision,
}

/// Hexadecimal digits in a row that are not repeated: no identity has so many, and the shortest key has 32.
const MAX_DIGITS: usize = 24;

/// A text without what may be a key that stands in the wrong place.
#[must_use]
pub fn without_keys(text: &str) -> String {
    let (mut kept, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let is_digit = |c: char| c.is_ascii_hexdigit();
        let (digits, behind) = rest.split_at(rest.find(|c| !is_digit(c)).unwrap_or(rest.len()));
        let (other, behind) = behind.split_at(behind.find(is_digit).unwrap_or(behind.len()));
        kept.push_str(if digits.len() < MAX_DIGITS { digits } else { "***" });
        kept.push_str(other);
        rest = behind;
    }
    kept
}

fn urn<S: serde::Serializer>(kind: &&'static str, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&format_args!("urn:quintet:problem:{kind}"))
}

impl Problem {
    /// One of a kind that docs/api.md lists.
    pub fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl std::fmt::Display,
    ) -> Self {
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: without_keys(&detail.to_string()),
            field: None,
            remedy: None,
            retry_after_s: 0,
            revision: Revision(0),
        }
    }

    /// A request that says what cannot be.
    pub fn invalid(detail: impl std::fmt::Display) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "validation", "the data cannot be taken", detail)
    }

    /// A request that cannot be read.
    pub fn unreadable(detail: impl std::fmt::Display) -> Self {
        let status = StatusCode::BAD_REQUEST;
        Self::new(status, "unreadable", "the request cannot be read", detail)
    }

    /// What is not there, or not for whoever asks.
    pub fn not_found(detail: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "there is no such thing",
            detail,
        )
    }

    /// What role or scopes do not permit.
    pub fn forbidden(detail: impl std::fmt::Display) -> Self {
        let status = StatusCode::FORBIDDEN;
        Self::new(status, "forbidden", "the token does not permit it", detail)
    }

    /// What contradicts what is there.
    pub fn conflict(detail: impl std::fmt::Display) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "it contradicts what is there",
            detail,
        )
    }

    /// A precondition that does not hold; `revision` is what there is.
    pub fn precondition(detail: impl std::fmt::Display, revision: Option<Revision>) -> Self {
        let status = StatusCode::PRECONDITION_FAILED;
        let mut problem = Self::new(status, "precondition", "it is not as the request expects", detail);
        problem.revision = revision.unwrap_or(Revision(0));
        problem.remedy("read it again, and repeat the change with its ETag")
    }

    /// Too much at once.
    pub fn busy(detail: impl std::fmt::Display) -> Self {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        Self::new(status, "busy", "not now", detail).retry_after(1)
    }

    /// What cannot be; it says so.
    pub fn defect(what: &str) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        let detail = format!("{what}: this is a defect, please report it");
        Self::new(status, "defect", "the program has a defect", detail)
    }

    /// Where: a member by JSON pointer, a parameter, a header.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>) -> Self {
        self.field = Some(without_keys(&field.into()));
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(without_keys(&remedy.into()));
        self
    }

    /// With the seconds after which it is worth trying again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u16) -> Self {
        self.retry_after_s = seconds;
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What, in general.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.title
    }

    /// Why, in this case.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Where, if that can be said.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What to do, if that can be said.
    #[must_use]
    pub fn what_to_do(&self) -> Option<&str> {
        self.remedy.as_deref()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let problem = Self::invalid(&refusal.why);
        match refusal.remedy {
            Some(remedy) => problem.remedy(remedy),
            None => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NoSubscriber { .. }
            | StoreError::NoIms { .. }
            | StoreError::NoEquipment { .. }
            | StoreError::NoToken { .. } => Self::not_found(error),
            StoreError::Exists { .. } => {
                Self::conflict(&error).remedy("PUT replaces what is there, PATCH changes a part of it")
            }
            StoreError::IdentityTaken { .. } => Self::conflict(&error).at("/ims"),
            StoreError::TokenExists { .. } => Self::conflict(&error).at("/name"),
            StoreError::TooMuchEquipment | StoreError::TooManyTokens => Self::conflict(error),
            StoreError::Changed { revision, .. } => Self::precondition(&error, revision),
            StoreError::Refused { why, .. } => (*why).into(),
            StoreError::Busy => Self::busy(error),
            StoreError::Unavailable(why) => {
                tracing::error!(error = %why, "API: the store fails");
                // What the store says names files and hosts: it is for the log.
                Self::busy("the store cannot be used now; the log says why")
            }
            error => Self::defect(&error.to_string()),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let (retry, revision) = (self.retry_after_s, self.revision);
        let mut response = (status, Json(&self)).into_response();
        // For those inside the process who show it otherwise.
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"quintet\""),
            );
        }
        if retry > 0 {
            headers.insert(RETRY_AFTER, HeaderValue::from(retry));
        }
        if revision.0 > 0 {
            headers.insert(ETAG, crate::ask::etag(revision));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_the_wrong_place_is_not_repeated() {
        let key = "465b5ce8b199b49faa5f0a2ee238a6bc";
        let problem = Problem::invalid(format_args!("{key:?} is no number, nor is {}é", &key[2..]))
            .at(format!("/{key}"));
        assert_eq!(problem.detail(), "\"***\" is no number, nor is ***é");
        assert_eq!(problem.field(), Some("/***"));
        let usual = "IMSI 001010000000001 with 3520990017614801: revision 18446744073709551615";
        assert_eq!(without_keys(usual), usual);
    }
}
