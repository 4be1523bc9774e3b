//! A request as handlers want it: who, under which conditions, with which body; and answers with their ETag.

use crate::access::Caller;
use crate::app::{App, Remote};
use crate::problem::Problem;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::Response;
use http::header::{CONTENT_TYPE, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use quintet_identity::Imsi;
use quintet_store::Revision;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// The longest entity tags header that is read, in octets.
const MAX_TAGS_OCTETS: usize = 1_024;

/// Members of whose values nothing is repeated in an error.
const SECRET_MEMBERS: [&str; 7] = ["k", "op", "opc", "sqn", "digest", "password", "ha1"];

/// What If-Match or If-None-Match says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Nothing.
    Absent,
    /// `*`.
    Any,
    /// One of these; tags that are not ours match nothing.
    Tags(Vec<Revision>),
}

impl Match {
    fn of(headers: &HeaderMap, name: HeaderName) -> Result<Self, Problem> {
        let Some(value) = headers.get(&name) else {
            return Ok(Self::Absent);
        };
        let wrong = || Problem::unreadable("it is no list of entity tags").at(name.as_str());
        let text = value.to_str().map_err(|_| wrong())?;
        if text.len() > MAX_TAGS_OCTETS {
            return Err(wrong());
        }
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = text.split(',').map(str::trim);
        let tags = tags.filter_map(|tag| {
            let tag = tag.strip_prefix("W/").unwrap_or(tag);
            tag.strip_prefix('"')?
                .strip_suffix('"')?
                .parse()
                .ok()
                .map(Revision)
        });
        Ok(Self::Tags(tags.collect()))
    }

    /// Whether it is said, and holds for what there is.
    pub(crate) fn holds(&self, current: Option<Revision>) -> bool {
        match (self, current) {
            (Self::Any, Some(_)) => true,
            (Self::Tags(tags), Some(current)) => tags.contains(&current),
            _ => false,
        }
    }
}

/// A request.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    pub(crate) if_match: Match,
    pub(crate) if_none_match: Match,
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
}

impl FromRequest<App> for Ask {
    type Rejection = Problem;
    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        // One who asks from inside the process is known already; nothing that comes by a socket has such an extension.
        let caller = match request.extensions().get::<Caller>() {
            Some(caller) => caller.clone(),
            None => app.caller(request.headers(), request.extensions().get::<Remote>().copied())?,
        };
        let headers = request.headers();
        let if_match = Match::of(headers, IF_MATCH)?;
        let if_none_match = Match::of(headers, IF_NONE_MATCH)?;
        let parts = {
            let mut parts = Request::new(Body::empty()).into_parts().0;
            parts.method = request.method().clone();
            parts.uri = request.uri().clone();
            parts.headers = request.headers().clone();
            parts
        };
        let body = Bytes::from_request(request, app).await.map_err(|error| {
            let status = error.into_response_status();
            Problem::new(
                status,
                "body",
                "the body cannot be taken",
                "it is too long, or did not arrive whole",
            )
        })?;
        Ok(Self {
            app: app.clone(),
            caller,
            if_match,
            if_none_match,
            parts,
            body,
        })
    }
}

/// The status of a body that was refused.
trait RefusedBody {
    fn into_response_status(self) -> StatusCode;
}

impl RefusedBody for axum::extract::rejection::BytesRejection {
    fn into_response_status(self) -> StatusCode {
        self.status()
    }
}

impl Ask {
    /// The body, as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let kind = self.parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
        let is_json = kind.is_some_and(|kind| {
            let kind = kind
                .split(|octet| *octet == b';')
                .next()
                .unwrap_or_default()
                .trim_ascii();
            kind.eq_ignore_ascii_case(b"application/json") || kind.ends_with(b"+json")
        });
        if !is_json {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let detail = "the body must be application/json";
            return Err(
                Problem::new(status, "media-type", "the body is of another type", detail).at("Content-Type"),
            );
        }
        json(&self.body)
    }
}

/// Reads JSON; an error names the member, and repeats no secret.
pub(crate) fn json<T: DeserializeOwned>(text: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| wrong(&error))?;
    reader.end().map_err(|error| Problem::unreadable(error).at("/"))?;
    Ok(read)
}

/// The same of a value.
pub(crate) fn of_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| wrong(&error))
}

fn wrong(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    use serde_path_to_error::Segment;
    let (mut pointer, mut secret) = (String::new(), false);
    for segment in error.path() {
        pointer.push('/');
        match segment {
            Segment::Map { key } => {
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                secret |= SECRET_MEMBERS.contains(&key.as_str());
            }
            Segment::Seq { index } => pointer.push_str(&index.to_string()),
            Segment::Enum { variant } => pointer.push_str(variant),
            Segment::Unknown => pointer.push('?'),
        }
    }
    let inner = error.inner();
    let said = inner.to_string();
    let names_members_alone = ["missing field", "unknown field", "duplicate field"];
    let tells_no_value = names_members_alone.iter().any(|begin| said.starts_with(begin));
    let why = match secret && !tells_no_value {
        true => "a string of hexadecimal digits (or text of a password) is expected".to_owned(),
        false => said,
    };
    let problem = match inner.classify() {
        serde_json::error::Category::Data => Problem::invalid(why),
        _ => Problem::unreadable(why),
    };
    problem.at(if pointer.is_empty() {
        "/".to_owned()
    } else {
        pointer
    })
}

/// The parameters of a query.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Params<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Query(read) = Query::try_from_uri(&parts.uri)
            .map_err(|error| Problem::unreadable(axum_text(&error)).at("query"))?;
        Ok(Self(read))
    }
}

fn axum_text(error: &axum::extract::rejection::QueryRejection) -> String {
    error.body_text()
}

/// How many entries a page shall have at most: 1 to `most`; `default`, if nobody says.
pub(crate) fn page_size(asked: Option<usize>, default: usize, most: usize) -> Result<usize, Problem> {
    match asked {
        None => Ok(default.min(most)),
        Some(size) if (1..=most).contains(&size) => Ok(size),
        Some(size) => {
            Err(Problem::unreadable(format_args!("{size} entries: a page has 1 to {most}")).at("limit"))
        }
    }
}

/// Something of the path.
pub(crate) fn of_path<T: FromStr<Err: Display>>(name: &str, text: &str) -> Result<T, Problem> {
    text.parse().map_err(|error| Problem::unreadable(error).at(name))
}

/// The IMSI of the path.
pub(crate) fn imsi_of_path(text: &str) -> Result<Imsi, Problem> {
    of_path("imsi", text)
}

/// The strong entity tag of a revision.
pub(crate) fn etag(revision: Revision) -> HeaderValue {
    HeaderValue::try_from(format!("\"{}\"", revision.0)).unwrap_or(HeaderValue::from_static("\"\""))
}

/// JSON text of an answer.
pub(crate) fn text(answer: &impl Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(answer).map_err(|_| Problem::defect("an answer has no JSON form"))
}

/// An answer with a body that is JSON already.
pub(crate) fn answer(
    status: StatusCode,
    body: Vec<u8>,
    revision: Option<Revision>,
    location: &str,
) -> Response {
    let is_empty = body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !is_empty {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(revision) = revision.filter(|revision| revision.0 > 0) {
        headers.insert(ETAG, etag(revision));
    }
    if let Ok(location) = HeaderValue::try_from(location)
        && !location.is_empty()
    {
        headers.insert(LOCATION, location);
    }
    response
}

/// An answer of 200.
pub(crate) fn ok(body: &impl Serialize) -> Result<Response, Problem> {
    Ok(answer(StatusCode::OK, text(body)?, None, ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_provisioning::record::Record;

    #[test]
    fn an_error_names_the_member_and_no_secret() {
        for (text, field) in [
            (r#"{"imsi":"001010000000001","k":4660465}"#, "/k"),
            (r#"{"imsi":"001010000000001","opc":["4660465"]}"#, "/opc"),
            (r#"{"imsi":"4660"}"#, "/imsi"),
            (
                r#"{"imsi":"001010000000001","tuak":{"res_bits":"x"}}"#,
                "/tuak/res_bits",
            ),
        ] {
            let problem = serde_json::to_value(json::<Record>(text.as_bytes()).unwrap_err()).unwrap();
            assert_eq!(problem["field"], field, "{problem}");
            assert!(!problem.to_string().contains("4660465"), "{problem}");
        }
        let broken = json::<Record>(b"{\"imsi\":").unwrap_err();
        assert_eq!(broken.status(), 400);
    }

    #[test]
    fn entity_tags() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(IF_MATCH, HeaderValue::from_static(text));
            Match::of(&headers, IF_MATCH).unwrap()
        };
        assert!(of("*").holds(Some(Revision(3))) && !of("*").holds(None));
        assert!(of("\"2\", \"3\"").holds(Some(Revision(3))));
        assert!(of("W/\"3\"").holds(Some(Revision(3))) && !of("\"x\"").holds(Some(Revision(3))));
        assert!(!Match::Absent.holds(Some(Revision(3))));
    }
}
