//! Bodies in JSON: read with the pointer to what is wrong, written once into a body that is wiped (TS 29.500 5.2.7.2,
//! TS 29.501 4.5; RFC 6901).
//!
//! Unknown members are ignored. Reading takes one pass; only a body that is refused is read again, to find out where it
//! is wrong. Nesting is bounded by `serde_json` (128 levels); members that are skipped take no stack at all.

mod strict;

use crate::problem::ProblemDetails;
use crate::{Body, Method, Request, Response, cause};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Segment;
use strict::Strict;

/// Media type of JSON.
pub const JSON: &str = "application/json";
/// Media type of JSON with hypertext links (TS 29.501 4.7.5): UEAuthenticationCtx, EapSession.
pub const HAL_JSON: &str = "application/3gppHal+json";
/// Media type of JSON Patch (RFC 6902).
pub const PATCH_JSON: &str = "application/json-patch+json";
/// Media type of JSON Merge Patch (RFC 7396).
pub const MERGE_PATCH_JSON: &str = "application/merge-patch+json";

/// Room for most bodies, so that writing one leaves no copies of keys behind in outgrown buffers.
const USUAL_BODY_OCTETS: usize = 1024;

/// Reads a body.
///
/// # Errors
/// 400 with the JSON pointer of the member that is missing or wrong, which is never repeated: it may be a key.
pub fn parse<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Box<ProblemDetails>> {
    let mut deserializer = serde_json::Deserializer::from_slice(octets);
    T::deserialize(Strict(&mut deserializer))
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|_| explain::<T>(octets).into())
}

/// Writes a body. What cannot be written (a map with keys that are no text) is no type of this crate and comes out empty.
#[must_use]
pub fn body<T: Serialize>(value: &T) -> Body {
    let mut octets = Vec::with_capacity(USUAL_BODY_OCTETS);
    match serde_json::to_writer(&mut octets, value) {
        Ok(()) => Body::from(octets),
        Err(_) => Body::default(),
    }
}

impl Request {
    /// A request with a body in JSON.
    #[must_use]
    pub fn json<T: Serialize>(method: Method, path: impl Into<String>, value: &T) -> Self {
        Self {
            content_type: JSON.to_owned(),
            body: body(value),
            ..Self::new(method, path)
        }
    }

    /// The body as JSON of one of these media types (no type at all passes for the first).
    ///
    /// # Errors
    /// 415, or 400 as [`parse`] says.
    pub fn read<T: DeserializeOwned>(&self, media_types: &[&str]) -> Result<T, Box<ProblemDetails>> {
        let media_type = self.content_type.split(';').next().unwrap_or_default().trim();
        let known = media_type.is_empty()
            || media_types
                .iter()
                .any(|known| media_type.eq_ignore_ascii_case(known));
        if !known {
            return Err(ProblemDetails::with_status(415)
                .header("accept", media_types.join(", "))
                .into());
        }
        parse(&self.body)
    }
}

impl Response {
    /// A response with a body in JSON.
    #[must_use]
    pub fn json<T: Serialize>(status: u16, value: &T) -> Self {
        Self {
            content_type: JSON.to_owned(),
            body: body(value),
            ..Self::new(status)
        }
    }

    /// The body of a response of success; of any other, the problem it tells.
    ///
    /// # Errors
    /// The problem as told by the other NF; one of status 502 for a body that is not what it should be.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Box<ProblemDetails>> {
        if !self.is_success() {
            return Err(ProblemDetails::from_response(self).into());
        }
        parse(&self.body).map_err(|mut problem| {
            problem.status = Some(502);
            problem
        })
    }
}

/// Finds out why a body was refused.
fn explain<T: DeserializeOwned>(octets: &[u8]) -> ProblemDetails {
    if octets.is_empty() {
        return ProblemDetails::new(cause::INVALID_MSG_FORMAT).detail("a body is missing");
    }
    let error = match read_with_path::<T>(&mut serde_json::Deserializer::from_slice(octets)) {
        Err(error) => error,
        // Something follows the value.
        Ok(_) => {
            return ProblemDetails::new(cause::INVALID_MSG_FORMAT).detail("the body goes on after its end");
        }
    };
    let inner = error.inner();
    if inner.classify() != Category::Data {
        return ProblemDetails::new(cause::INVALID_MSG_FORMAT).detail(format!(
            "no JSON at line {}, column {}",
            inner.line(),
            inner.column()
        ));
    }
    let mut pointer = pointer(error.path());
    if let Some(member) = missing_member(&inner.to_string()) {
        push(&mut pointer, member);
        return ProblemDetails::new(cause::MANDATORY_IE_MISSING).invalid(pointer, "missing");
    }
    let cause = if pointer.is_empty() {
        cause::INVALID_MSG_FORMAT
    } else if is_mandatory::<T>(octets, &pointer) {
        cause::MANDATORY_IE_INCORRECT
    } else {
        cause::OPTIONAL_IE_INCORRECT
    };
    ProblemDetails::new(cause).invalid(pointer, expectation(&inner.to_string()))
}

fn read_with_path<'de, T: serde::Deserialize<'de>>(
    deserializer: impl serde::Deserializer<'de, Error = serde_json::Error>,
) -> Result<T, serde_path_to_error::Error<serde_json::Error>> {
    serde_path_to_error::deserialize(Strict(deserializer))
}

/// Whether a member is mandatory: without it, it is missed.
fn is_mandatory<T: DeserializeOwned>(octets: &[u8], at: &str) -> bool {
    let Ok(mut value) = serde_json::from_slice::<Value>(octets) else {
        return true;
    };
    let Some((parent, member)) = at.rsplit_once('/') else {
        return true;
    };
    match value.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(&member.replace("~1", "/").replace("~0", "~"));
        }
        // An item of an array is wrong, so the array is.
        Some(Value::Array(_)) => return is_mandatory::<T>(octets, parent),
        _ => return true,
    }
    match read_with_path::<T>(value) {
        Ok(_) => false,
        Err(error) => {
            let mut missed = pointer(error.path());
            missing_member(&error.inner().to_string()).is_some_and(|member| {
                push(&mut missed, member);
                missed == at
            })
        }
    }
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push(&mut pointer, &index.to_string()),
            Segment::Map { key } => push(&mut pointer, key),
            // The variant of an enumeration is the value, not a place.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

fn push(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

/// The member of serde's "missing field `x`".
fn missing_member(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.split('`').next()
}

/// What was expected, without what was found.
fn expectation(message: &str) -> String {
    let without_place = message.rsplit_once(" at line ").map_or(message, |(text, _)| text);
    match without_place.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if without_place.starts_with("duplicate field") => "twice".to_owned(),
        None => "wrong".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Inner {
        must: u8,
        may: Option<u8>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Outer {
        name: String,
        inner: Option<Inner>,
        #[serde(default)]
        list: Vec<Inner>,
    }

    fn refusal(text: &str) -> (String, u16, Option<String>) {
        let problem = parse::<Outer>(text.as_bytes()).expect_err(text);
        assert!(problem.invalid_params.len() <= 1);
        (
            problem.cause.expect("a cause"),
            problem.status.expect("a status"),
            problem
                .invalid_params
                .into_iter()
                .next()
                .map(|invalid| invalid.param),
        )
    }

    #[test]
    fn unknown_members_are_ignored() {
        let read: Outer = parse(br#"{"name":"a","more":{"deep":[1,2,{"x":null}]}}"#).expect("valid");
        assert_eq!((read.name.as_str(), read.inner, read.list.len()), ("a", None, 0));
    }

    #[test]
    fn refusals_point_at_the_member() {
        let cases = [
            (r#"{}"#, "MANDATORY_IE_MISSING", Some("/name")),
            (r#"{"name":7}"#, "MANDATORY_IE_INCORRECT", Some("/name")),
            (r#"{"name":null}"#, "MANDATORY_IE_INCORRECT", Some("/name")),
            (
                r#"{"name":"a","inner":[1,2]}"#,
                "OPTIONAL_IE_INCORRECT",
                Some("/inner"),
            ),
            (
                r#"{"name":"a","inner":"x"}"#,
                "OPTIONAL_IE_INCORRECT",
                Some("/inner"),
            ),
            (
                r#"{"name":"a","inner":{}}"#,
                "MANDATORY_IE_MISSING",
                Some("/inner/must"),
            ),
            (
                r#"{"name":"a","inner":{"must":300}}"#,
                "MANDATORY_IE_INCORRECT",
                Some("/inner/must"),
            ),
            (
                r#"{"name":"a","inner":{"must":3,"may":"x"}}"#,
                "OPTIONAL_IE_INCORRECT",
                Some("/inner/may"),
            ),
            (
                r#"{"name":"a","list":[{"must":1},{"must":"x"}]}"#,
                "MANDATORY_IE_INCORRECT",
                Some("/list/1/must"),
            ),
            (
                r#"{"name":"a","list":[7]}"#,
                "OPTIONAL_IE_INCORRECT",
                Some("/list/0"),
            ),
            (r#"{"name":"a","name":"b"}"#, "INVALID_MSG_FORMAT", Some("")),
            (r#"7"#, "INVALID_MSG_FORMAT", Some("")),
            (r#"["a",null,[]]"#, "INVALID_MSG_FORMAT", Some("")),
            (r#"{"name":"a"} 7"#, "INVALID_MSG_FORMAT", None),
            (r#"{"name":"#, "INVALID_MSG_FORMAT", None),
            ("", "INVALID_MSG_FORMAT", None),
        ];
        for (text, cause, param) in cases {
            assert_eq!(
                refusal(text),
                (cause.to_owned(), 400, param.map(str::to_owned)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        let problem = parse::<Outer>(br#"{"name":"a","inner":{"must":"5ec3e7"}}"#).expect_err("wrong type");
        assert!(!format!("{problem:?}").contains("5ec3e7"), "{problem:?}");
        assert_eq!(problem.invalid_params[0].reason.as_deref(), Some("expected u8"));
    }

    #[test]
    fn nesting_is_bounded() {
        for nested in [
            "[".repeat(100_000),
            format!("{{\"name\":\"a\",\"more\":{}", "[".repeat(100_000)),
            format!("{{\"name\":\"a\",\"list\":{}", "{\"a\":".repeat(100_000)),
        ] {
            assert_eq!(refusal(&nested).1, 400);
        }
    }

    #[test]
    fn media_types() {
        let mut request = Request::json(Method::Post, "/x", &serde_json::json!({"name": "a"}));
        for (content_type, fits) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("", true),
            ("text/plain", false),
            ("application/jsonx", false),
        ] {
            content_type.clone_into(&mut request.content_type);
            let read = request.read::<Outer>(&[JSON]);
            assert_eq!(read.is_ok(), fits, "{content_type}");
            if let Err(problem) = read {
                assert_eq!(problem.status, Some(415));
                assert_eq!(problem.response().header("accept"), Some(JSON));
            }
        }
    }
}
