//! Between messages of HTTP and those of the nodes.

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION,
};
use http::uri::{Authority, PathAndQuery, Scheme};
use quintet_sbi::{Body, CARRIED_HEADERS, Headers, MAX_PATH_OCTETS, Method, Request, Response};

/// A body on its way out: wiped when the last octet is written.
pub(crate) fn outgoing(body: Body) -> Bytes {
    if body.is_empty() {
        Bytes::new()
    } else {
        Bytes::from_owner(body)
    }
}

/// The length that a message announces; `None` for none, or what is no number.
pub(super) fn announced(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// A request but for its body. Fails with the status to answer with.
pub(super) fn request(parts: http::request::Parts) -> Result<Request, u16> {
    let method = match parts.method {
        http::Method::GET => Method::Get,
        http::Method::POST => Method::Post,
        http::Method::PUT => Method::Put,
        http::Method::PATCH => Method::Patch,
        http::Method::DELETE => Method::Delete,
        _ => return Err(501),
    };
    let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    if path.len() > MAX_PATH_OCTETS {
        return Err(414);
    }
    Ok(Request {
        content_type: text(&parts.headers, CONTENT_TYPE).unwrap_or_default(),
        token: bearer(&parts.headers),
        headers: carried(&parts.headers),
        ..Request::new(method, path)
    })
}

/// A response but for its body.
pub(super) fn response(parts: &http::response::Parts) -> Response {
    Response {
        content_type: text(&parts.headers, CONTENT_TYPE).unwrap_or_default(),
        location: text(&parts.headers, LOCATION),
        headers: carried(&parts.headers),
        ..Response::new(parts.status.as_u16())
    }
}

/// The head of a response. What cannot be written in HTTP is a mistake of ours: 500.
pub(super) fn response_head(response: &Response) -> http::Response<()> {
    let mut head = http::Response::new(());
    *head.status_mut() =
        http::StatusCode::from_u16(response.status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = head.headers_mut();
    content(headers, &response.content_type, response.body.len());
    if let Some(value) = response
        .location
        .as_deref()
        .and_then(|text| HeaderValue::from_str(text).ok())
    {
        headers.insert(LOCATION, value);
    }
    add(headers, &response.headers);
    head
}

/// The head of a request to an authority; `None` for a path that is none.
pub(super) fn request_head(
    request: &Request,
    scheme: &Scheme,
    authority: &Authority,
    body_octets: usize,
) -> Option<http::Request<()>> {
    let path = PathAndQuery::try_from(request.path.as_str()).ok()?;
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(scheme.clone());
    parts.authority = Some(authority.clone());
    parts.path_and_query = Some(path);
    let mut head = http::Request::new(());
    *head.uri_mut() = http::Uri::from_parts(parts).ok()?;
    *head.method_mut() = match request.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Patch => http::Method::PATCH,
        Method::Delete => http::Method::DELETE,
    };
    let headers = head.headers_mut();
    content(headers, &request.content_type, body_octets);
    if let Some(token) = &request.token {
        let mut value = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        // Kept out of HPACK's table, where a later message could be made to tell of it (RFC 7541 7.1.3).
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    add(headers, &request.headers);
    Some(head)
}

fn content(headers: &mut HeaderMap, content_type: &str, length: usize) {
    if length == 0 {
        return;
    }
    if !content_type.is_empty() {
        let known = match content_type {
            "application/json" => Some(HeaderValue::from_static("application/json")),
            other => HeaderValue::from_str(other).ok(),
        };
        if let Some(value) = known {
            headers.insert(CONTENT_TYPE, value);
        }
    }
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
}

fn add(headers: &mut HeaderMap, more: &Headers) {
    for (name, value) in more {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            headers.append(name, value);
        }
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// The token of `Authorization: Bearer` (RFC 6750 2.1).
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

fn carried(headers: &HeaderMap) -> Headers {
    let mut carried = Headers::new();
    for (name, value) in headers {
        if let (Some(known), Ok(value)) = (
            CARRIED_HEADERS.iter().find(|known| **known == name.as_str()),
            value.to_str(),
        ) {
            carried.push((known, value.to_owned()));
        }
    }
    carried
}
