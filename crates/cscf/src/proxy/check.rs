//! Whether a request may be worked on at all (RFC 3261 16.3, 8.2.2; TS 24.229 4.3).

use quintet_sip::{Message, Method, Name, ParseErrorKind, Status};

/// Max-Forwards where a request has none (RFC 3261 16.6.3).
pub const MAX_FORWARDS: u8 = 70;

/// The most hops of a request that are taken: more Vias than any route through two IMSs makes.
pub const MAX_HOPS: usize = 70;

/// Why a request goes no further, as an answer says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The status.
    pub status: Status,
    /// Why, for people: the reason phrase.
    pub why: String,
    /// Headers of the answer.
    pub headers: Vec<(Name, String)>,
}

impl Rejection {
    /// With a status alone.
    #[must_use]
    pub fn new(status: Status, why: impl Into<String>) -> Self {
        Self {
            status,
            why: why.into(),
            headers: Vec::new(),
        }
    }

    /// With a header more.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Checks what every element checks of a request before it works on it. `supported` are the option tags of Proxy-Require that
/// this proxy has.
///
/// # Errors
/// [`Rejection`].
pub fn check(message: &Message<'_>, supported: &[&str]) -> Result<(), Rejection> {
    let bad = |why: String| Rejection::new(Status::BAD_REQUEST, why);
    if !message.version().eq_ignore_ascii_case("SIP/2.0") {
        return Err(Rejection::new(
            Status::VERSION_NOT_SUPPORTED,
            "Version Not Supported",
        ));
    }
    let method = message.method().ok_or_else(|| bad("not a request".to_owned()))?;
    let cseq = message.cseq().map_err(|error| bad(error.to_string()))?;
    if cseq.method != method {
        return Err(bad("the method of CSeq is another".to_owned()));
    }
    for read in [
        message.from().map(drop),
        message.to().map(drop),
        message.call_id().map(drop),
        message.top_via().map(drop),
    ] {
        read.map_err(|error| bad(error.to_string()))?;
    }
    let uri = message.request_uri().map_err(|error| match error.kind {
        ParseErrorKind::Limit(_) => Rejection::new(Status::REQUEST_URI_TOO_LONG, "Request-URI Too Long"),
        _ => bad(format!("Request-URI: {error}")),
    })?;
    if matches!(uri.scheme, quintet_sip::Scheme::Other(scheme) if !scheme.eq_ignore_ascii_case("urn")) {
        return Err(Rejection::new(
            Status::UNSUPPORTED_URI_SCHEME,
            "Unsupported URI Scheme",
        ));
    }
    let left = message.max_forwards().map_err(|error| bad(error.to_string()))?;
    if left == Some(0) || message.values(Name::Via).count() > MAX_HOPS {
        return Err(Rejection::new(Status::TOO_MANY_HOPS, "Too Many Hops"));
    }
    // ACK and CANCEL are no place for it (RFC 3261 8.2.2.3).
    if matches!(method, Method::Ack | Method::Cancel) {
        return Ok(());
    }
    let unsupported: Vec<&str> = message
        .values(Name::ProxyRequire)
        .filter(|tag| !supported.iter().any(|known| known.eq_ignore_ascii_case(tag)))
        .collect();
    if unsupported.is_empty() {
        return Ok(());
    }
    let rejection = Rejection::new(Status::BAD_EXTENSION, "Bad Extension");
    Err(rejection.with(Name::Unsupported, unsupported.join(", ")))
}

/// Max-Forwards of the request that goes on (RFC 3261 16.6.3).
#[must_use]
pub fn max_forwards(message: &Message<'_>) -> u8 {
    let left = message.max_forwards().ok().flatten();
    left.map_or(MAX_FORWARDS, |left| left.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "MESSAGE sip:b@home.test SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa\r\n\
        Max-Forwards: 70\r\nFrom: <sip:a@home.test>;tag=1\r\nTo: <sip:b@home.test>\r\nCall-ID: c\r\n\
        CSeq: 1 MESSAGE\r\nProxy-Require: sec-agree\r\nContent-Length: 0\r\n\r\n";

    fn status(text: &str) -> u16 {
        let message = Message::parse(text.as_bytes()).expect("readable");
        check(&message, &["sec-agree"]).map_or_else(|rejection| rejection.status.code(), |()| 200)
    }

    #[test]
    fn what_is_refused_and_with_what() {
        assert_eq!(status(REQUEST), 200);
        for (from, to, expected) in [
            ("SIP/2.0\r\nVia", "SIP/3.0\r\nVia", 505),
            ("1 MESSAGE", "1 INVITE", 400),
            ("CSeq: 1 MESSAGE\r\n", "", 400),
            ("From: <sip:a@home.test>;tag=1\r\n", "", 400),
            (
                "To: <sip:b@home.test>",
                "To: <sip:b@home.test>\r\nTo: <sip:c@home.test>",
                400,
            ),
            ("Call-ID: c\r\n", "", 400),
            ("SIP/2.0/UDP 10.0.0.1:5060", "SIP/2.0/UDP", 400),
            ("sip:b@home.test SIP", "http://home.test SIP", 416),
            ("sip:b@home.test SIP", "urn:service:sos SIP", 200),
            ("sip:b@home.test SIP", "tel:+4930 SIP", 200),
            ("Max-Forwards: 70", "Max-Forwards: 0", 483),
            ("Max-Forwards: 70", "Max-Forwards: 256", 400),
            ("Max-Forwards: 70\r\n", "", 200),
            ("sec-agree", "sec-agree, magic", 420),
        ] {
            assert!(REQUEST.contains(from));
            assert_eq!(status(&REQUEST.replacen(from, to, 1)), expected, "{to}");
        }
        let long = format!("sip:{}@home.test SIP", "b".repeat(3_000));
        assert_eq!(status(&REQUEST.replacen("sip:b@home.test SIP", &long, 1)), 414);
        let via = "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa\r\n";
        assert_eq!(status(&REQUEST.replacen(via, &via.repeat(MAX_HOPS + 1), 1)), 483);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let text = REQUEST.replacen("sec-agree", "magic, sec-agree, more", 1);
        let message = Message::parse(text.as_bytes()).expect("readable");
        let rejection = check(&message, &["sec-agree"]).expect_err("unsupported");
        assert_eq!(rejection.headers, [(Name::Unsupported, "magic, more".to_owned())]);
    }

    #[test]
    fn forwards_are_counted_down() {
        for (text, expected) in [
            ("Max-Forwards: 70", 69),
            ("Max-Forwards: 1", 0),
            ("X-None: 1", 70),
        ] {
            let text = REQUEST.replacen("Max-Forwards: 70", text, 1);
            let message = Message::parse(text.as_bytes()).expect("readable");
            assert_eq!(max_forwards(&message), expected);
        }
    }
}
