//! Paths of requests: segments and query, percent-decoded (RFC 3986 2.1, TS 29.501 4.4).

use crate::problem::ProblemDetails;
use crate::{MAX_PATH_OCTETS, cause};
use std::borrow::Cow;

/// The most segments of a path: the deepest of the APIs here has eight.
pub const MAX_SEGMENTS: usize = 16;

/// The most query parameters: discovery at the NRF has about a hundred.
pub const MAX_QUERY_PARAMETERS: usize = 128;

/// A path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    segments: Vec<Cow<'a, str>>,
    query: &'a str,
}

impl<'a> Path<'a> {
    /// Takes a path with its query apart.
    ///
    /// # Errors
    /// 414 for one that is too long, 400 for a wrong escape or no UTF-8.
    pub fn parse(path: &'a str) -> Result<Self, Box<ProblemDetails>> {
        if path.len() > MAX_PATH_OCTETS {
            return Err(ProblemDetails::with_status(414).into());
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = path.strip_prefix('/').unwrap_or(path);
        let mut segments = Vec::with_capacity(8);
        for segment in path.split('/') {
            if segments.len() == MAX_SEGMENTS {
                return Err(ProblemDetails::new(cause::RESOURCE_URI_STRUCTURE_NOT_FOUND).into());
            }
            segments.push(decode(segment).ok_or_else(|| {
                Box::new(ProblemDetails::new(cause::INVALID_MSG_FORMAT).detail("a wrong escape in the path"))
            })?);
        }
        Ok(Self { segments, query })
    }

    /// The segments, decoded.
    #[must_use]
    pub fn segments(&self) -> Vec<&str> {
        self.segments.iter().map(AsRef::as_ref).collect()
    }

    /// The first value of a query parameter, decoded.
    ///
    /// # Errors
    /// 400 for a wrong escape.
    pub fn query(&self, name: &str) -> Result<Option<Cow<'a, str>>, Box<ProblemDetails>> {
        for parameter in self.query.split('&').take(MAX_QUERY_PARAMETERS) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            if decode(key).as_deref() == Some(name) {
                return decode_plus(value).map(Some).ok_or_else(|| {
                    Box::new(
                        ProblemDetails::new(cause::OPTIONAL_QUERY_PARAM_INCORRECT)
                            .invalid(format!("query {name}"), "a wrong escape"),
                    )
                });
            }
        }
        Ok(None)
    }
}

/// Decodes `%XX`; `None` for a wrong escape or what is no UTF-8.
fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            let (digits, tail) = tail.split_at_checked(2)?;
            let mut octet = [0];
            hex::decode_to_slice(digits, &mut octet).ok()?;
            octets.push(octet[0]);
            rest = tail;
        } else {
            octets.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(octets).ok().map(Cow::Owned)
}

/// As [`decode`], with `+` for a space, as forms write it.
fn decode_plus(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('+') {
        return decode(text);
    }
    let spaced = text.replace('+', " ");
    decode(&spaced).map(|decoded| Cow::Owned(decoded.into_owned()))
}

/// Encodes a segment or the value of a query parameter: all but the unreserved characters.
#[must_use]
pub fn encode(text: &str) -> Cow<'_, str> {
    let unreserved = |octet: u8| octet.is_ascii_alphanumeric() || b"-._~".contains(&octet);
    if text.bytes().all(unreserved) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() * 3);
    for octet in text.bytes() {
        if unreserved(octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push('%');
            encoded.push_str(&hex::encode_upper([octet]));
        }
    }
    Cow::Owned(encoded)
}

/// A path or URI as it may be shown: without what lets whoever knows it act, which is authCtxId (TS 29.509 6.1.3.3.2) and
/// the keys in the callbacks of an AMF.
#[must_use]
pub fn shown(path: &str) -> Cow<'_, str> {
    // How many segments before the secret, counted from the one that is named.
    const SECRETS: [(&str, usize); 2] = [("ue-authentications", 1), (crate::namf::CALLBACK_API, 3)];
    let mut segments: Vec<&str> = path.split('/').collect();
    let mut hidden = false;
    for (name, after) in SECRETS {
        let place = segments.iter().position(|segment| *segment == name);
        let secret = place.and_then(|place| segments.get_mut(place + after));
        if let Some(secret) = secret.filter(|secret| !secret.is_empty() && **secret != "deregister") {
            *secret = "redacted";
            hidden = true;
        }
    }
    if hidden {
        Cow::Owned(segments.join("/"))
    } else {
        Cow::Borrowed(path)
    }
}

/// The absolute URI of a path at a target.
#[must_use]
pub fn uri(target: &crate::Target, path: &str) -> String {
    let scheme = if target.tls { "https" } else { "http" };
    format!("{scheme}://{}{path}", target.authority)
}

/// Takes an absolute URI (a callback, a link, a `Location`) apart into where to call and the path with its query.
/// `None` for any other scheme, a user in the authority, or no host.
#[must_use]
pub fn split_uri(uri: &str) -> Option<(crate::Target, String)> {
    let (scheme, rest) = uri.split_once("://")?;
    let tls = match scheme.to_ascii_lowercase().as_str() {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split('#').next().unwrap_or_default();
    let host_end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let (host, port) = match authority[host_end..].rfind(':') {
        Some(colon) => authority.split_at(host_end + colon),
        None => (authority, if tls { ":443" } else { ":80" }),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~[]:".contains(c);
    if host.is_empty() || !host.chars().all(plain) || port[1..].parse::<u16>().is_err() {
        return None;
    }
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    };
    Some((
        crate::Target {
            tls,
            authority: format!("{host}{port}"),
        },
        path,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_query_are_decoded() {
        let path =
            Path::parse("/nudm-sdm/v2/imsi-001010000000001/sm-data?single-nssai=%7B%22sst%22%3A1%7D&dnn=a+b")
                .expect("valid");
        assert_eq!(
            path.segments(),
            ["nudm-sdm", "v2", "imsi-001010000000001", "sm-data"]
        );
        assert_eq!(
            path.query("single-nssai").expect("valid").as_deref(),
            Some(r#"{"sst":1}"#)
        );
        assert_eq!(path.query("dnn").expect("valid").as_deref(), Some("a b"));
        assert_eq!(path.query("other").expect("valid"), None);
        // A slash that is escaped separates nothing.
        assert_eq!(Path::parse("/a%2Fb/c").expect("valid").segments(), ["a/b", "c"]);
    }

    #[test]
    fn wrong_paths_are_refused() {
        for (path, status) in [
            ("/a%2".to_owned(), 400),
            ("/a%zz".to_owned(), 400),
            ("/%ff".to_owned(), 400),
            ("/a".repeat(MAX_SEGMENTS + 1), 404),
            (format!("/{}", "a".repeat(MAX_PATH_OCTETS)), 414),
        ] {
            assert_eq!(
                Path::parse(&path).expect_err(&path).status,
                Some(status),
                "{path}"
            );
        }
        let path = Path::parse("/a?x=%4").expect("the path itself is fine");
        assert_eq!(
            path.query("x").expect_err("wrong escape").invalid_params[0].param,
            "query x"
        );
    }

    #[test]
    fn encoding_reads_back() {
        for text in ["imsi-001", "nai-a@b.c", "a/b?c&d=e f%", "ü"] {
            assert_eq!(decode(&encode(text)).as_deref(), Some(text));
        }
        assert_eq!(encode("a/b"), "a%2Fb");
    }

    #[test]
    fn what_lets_whoever_knows_it_act_is_not_shown() {
        let cases = [
            (
                "http://ausf:80/nausf-auth/v1/ue-authentications/c0ffee/5g-aka-confirmation",
                "http://ausf:80/nausf-auth/v1/ue-authentications/redacted/5g-aka-confirmation",
            ),
            (
                "/prefix/nausf-auth/v1/ue-authentications/c0ffee",
                "/prefix/nausf-auth/v1/ue-authentications/redacted",
            ),
            (
                "/namf-callback/v1/imsi-001010000000001/c0ffee/dereg-notify",
                "/namf-callback/v1/imsi-001010000000001/redacted/dereg-notify",
            ),
        ];
        for (path, expected) in cases {
            assert_eq!(shown(path), expected);
        }
        for path in [
            "/nausf-auth/v1/ue-authentications",
            "/nausf-auth/v1/ue-authentications/deregister",
            "/nudm-uecm/v1/imsi-001010000000001/registrations/amf-3gpp-access",
            "/namf-callback/v1/",
            "",
        ] {
            assert_eq!(shown(path), path);
        }
        use crate::nausf::{Operation, resource};
        use crate::{Method, Request, Response, ts29571::Links};
        let path = format!("{}/5g-aka-confirmation", resource("c0ffee"));
        let request = Request::new(Method::Delete, path.clone());
        let response = Response {
            location: Some(path.clone()),
            ..Response::new(201)
        };
        let operation = Operation::read(&request).expect("an operation");
        let all = format!("{request:?} {response:?} {operation:?} {:?}", Links::to(path));
        assert!(!all.contains("c0ffee"), "{all}");
    }

    #[test]
    fn uris() {
        let cases = [
            (
                "http://127.0.0.5:7777/namf-callback/v1/x?y=1",
                Some((false, "127.0.0.5:7777", "/namf-callback/v1/x?y=1")),
            ),
            ("https://udm.example", Some((true, "udm.example:443", "/"))),
            ("http://[::1]:80/a#b", Some((false, "[::1]:80", "/a"))),
            ("http://[::1]/a", Some((false, "[::1]:80", "/a"))),
            ("ftp://a/b", None),
            ("http:///b", None),
            ("http://user@host/b", None),
            ("http://host:99999/b", None),
            ("/relative", None),
        ];
        for (uri, expected) in cases {
            let split = split_uri(uri);
            let got = split
                .as_ref()
                .map(|(target, path)| (target.tls, target.authority.as_str(), path.as_str()));
            assert_eq!(got, expected, "{uri}");
        }
    }
}
