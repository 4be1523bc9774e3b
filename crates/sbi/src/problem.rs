//! ProblemDetails: what a refusal says (TS 29.571 5.2.4.1; RFC 9457).

use crate::cause::Cause;
use crate::{Body, Response};
use serde::{Deserialize, Serialize};

/// Media type of ProblemDetails.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProblemDetails {
    /// A URI that identifies the type of problem.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_uri: Option<String>,
    /// A short summary for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What is wrong in this case, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// A URI of this occurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The application error, one of [`crate::cause`] or another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// What of the request is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub invalid_params: Vec<InvalidParam>,
    /// Features of the API that the answering NF supports, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// Headers that the response carries besides: `WWW-Authenticate`, `Allow`, `Retry-After`. Not part of the body.
    #[serde(skip)]
    pub headers: crate::Headers,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InvalidParam {
    /// A JSON pointer into the body, `query <name>`, `header <name>`, or `{<variable of the path>}`.
    pub param: String,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ProblemDetails {
    /// A problem by its cause.
    #[must_use]
    pub fn new(cause: Cause) -> Self {
        Self {
            cause: Some(cause.name.to_owned()),
            ..Self::with_status(cause.status)
        }
    }

    /// A problem of HTTP alone, without an application error.
    #[must_use]
    pub fn with_status(status: u16) -> Self {
        Self {
            title: http_reason(status).map(str::to_owned),
            status: Some(status),
            ..Self::default()
        }
    }

    /// With words about this case. Never with what was sent: it may be a key.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With a part of the request that is wrong, and why.
    #[must_use]
    pub fn invalid(mut self, param: impl Into<String>, reason: impl Into<String>) -> Self {
        self.invalid_params.push(InvalidParam {
            param: param.into(),
            reason: Some(reason.into()),
        });
        self
    }

    /// With a header of the response, one of [`CARRIED_HEADERS`](crate::CARRIED_HEADERS).
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Whether the cause is this one.
    #[must_use]
    pub fn is(&self, cause: Cause) -> bool {
        self.cause.as_deref() == Some(cause.name)
    }

    /// The response that says so.
    #[must_use]
    pub fn response(&self) -> Response {
        Response {
            status: self.status.unwrap_or(500),
            content_type: PROBLEM_JSON.to_owned(),
            headers: self.headers.clone(),
            body: Body::from(serde_json::to_vec(self).unwrap_or_default()),
            ..Response::default()
        }
    }

    /// What a response of failure says; a body that is no ProblemDetails leaves only the status.
    #[must_use]
    pub fn from_response(response: &Response) -> Self {
        let mut problem: Self = serde_json::from_slice(&response.body).unwrap_or_default();
        problem.status = Some(response.status);
        problem.headers.clone_from(&response.headers);
        problem
    }
}

/// The reason phrase of a status that this crate answers with (RFC 9110 15).
fn http_reason(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        411 => "Length Required",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause;

    #[test]
    fn a_refusal_reads_back() {
        let problem = ProblemDetails::new(cause::USER_NOT_FOUND)
            .detail("no such SUPI")
            .invalid("/supiOrSuci", "unknown")
            .header("retry-after", "3");
        let response = problem.response();
        assert_eq!(
            (response.status, response.content_type.as_str()),
            (404, PROBLEM_JSON)
        );
        assert_eq!(
            std::str::from_utf8(&response.body),
            Ok(
                r#"{"title":"Not Found","status":404,"detail":"no such SUPI","cause":"USER_NOT_FOUND","invalidParams":[{"param":"/supiOrSuci","reason":"unknown"}]}"#
            )
        );
        assert_eq!(ProblemDetails::from_response(&response), problem);
        assert!(problem.is(cause::USER_NOT_FOUND) && !problem.is(cause::CONTEXT_NOT_FOUND));
    }

    #[test]
    fn a_body_that_is_no_problem_leaves_the_status() {
        let response = Response {
            status: 503,
            body: Body::from("<html>"),
            ..Response::default()
        };
        let problem = ProblemDetails::from_response(&response);
        assert_eq!((problem.status, problem.cause), (Some(503), None));
    }

    #[test]
    fn every_cause_has_a_reason_phrase() {
        for cause in cause::ALL {
            assert!(http_reason(cause.status).is_some(), "{cause:?}");
        }
    }
}
