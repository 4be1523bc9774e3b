//! The first line of a message: request line or status line (RFC 3261 7.1, 7.2).

use crate::{Method, ParseError, Status};

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// Of a request.
    Request {
        /// The method.
        method: Method<'a>,
        /// The Request-URI, unread.
        uri: &'a str,
    },
    /// Of a response.
    Response {
        /// The status code.
        status: Status,
        /// The phrase.
        reason: &'a str,
    },
}

/// Reads the first line: what it says, the version in it, and white space where none may be.
pub(super) fn start_line(line: &str) -> Result<(StartLine<'_>, &str, Option<ParseError>), ParseError> {
    let wrong = ParseError::expected;
    let Some((first, rest)) = line.split_once(' ') else {
        return Err(wrong(0, "a request line or a status line"));
    };
    if first
        .get(..4)
        .is_some_and(|name| name.eq_ignore_ascii_case("SIP/"))
    {
        check_version(first, 0)?;
        let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let number = (code.len() == 3)
            .then(|| crate::scan::number(code, ""))
            .and_then(Result::ok);
        let status = number.and_then(|code| Status::new(code as u16));
        let status = status.ok_or(wrong(first.len() + 1, "a status code from 100 to 699"))?;
        return Ok((StartLine::Response { status, reason }, first, None));
    }
    if !crate::scan::is_token(first) {
        return Err(wrong(0, "a method"));
    }
    let method = Method::of(first);
    if let Some((uri, version)) = rest.split_once(' ')
        && !uri.is_empty()
        && !version.contains(' ')
    {
        check_version(version, line.len() - version.len())?;
        return Ok((StartLine::Request { method, uri }, version, None));
    }
    let Some((uri, version)) = rest.trim_matches(' ').rsplit_once(' ') else {
        return Err(wrong(line.len(), "a Request-URI and a version"));
    };
    check_version(version, line.len() - version.len())?;
    let spaces = wrong(
        first.len() + 1,
        "one space on either side of the Request-URI, and none in it",
    );
    Ok((
        StartLine::Request {
            method,
            uri: uri.trim_matches(' '),
        },
        version,
        Some(spaces),
    ))
}

/// Whether `text` is a version of SIP, of whatever number.
fn check_version(text: &str, at: usize) -> Result<(), ParseError> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
    let numbers = text
        .get(..4)
        .filter(|name| name.eq_ignore_ascii_case("SIP/"))
        .and_then(|_| text[4..].split_once('.'));
    match numbers {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(()),
        _ => Err(ParseError::expected(at, "SIP/2.0")),
    }
}
