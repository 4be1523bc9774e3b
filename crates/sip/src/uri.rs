//! URIs: sip, sips (RFC 3261 19.1) and tel (RFC 3966); others are kept as text.

mod equivalence;

use crate::{Params, ParseError};
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The longest URI read. Those of IMS have 60 to 200 octets; a longer one is answered 414 (RFC 3261 21.4.12).
pub const MAX_URI_OCTETS: usize = 2048;

/// The default port of SIP over UDP and TCP (RFC 3261 19.1.2).
pub const DEFAULT_PORT: u16 = 5060;
/// The default port of SIP over TLS.
pub const DEFAULT_TLS_PORT: u16 = 5061;

/// The scheme of a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme<'a> {
    /// `sip`
    Sip,
    /// `sips`
    Sips,
    /// `tel`
    Tel,
    /// Another, as written: `urn`, `http`, …
    Other(&'a str),
}

/// A URI in the text it arrived in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uri<'a> {
    text: &'a str,
    /// The scheme.
    pub scheme: Scheme<'a>,
    /// The user part, as written; the number of a `tel` URI; what follows the scheme of another.
    pub user: Option<&'a str>,
    /// The password, as written.
    pub password: Option<&'a str>,
    /// The host, an IPv6 address in its brackets; empty if not `sip` or `sips`.
    pub host: &'a str,
    /// The port.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params<'a>,
    /// The headers behind `?`, as written.
    pub headers: Option<&'a str>,
}

impl<'a> Uri<'a> {
    /// Reads a URI that is all of `text`.
    ///
    /// # Errors
    /// What is no URI: white space, control characters, quotes or angle brackets in it, no scheme, an empty user, a host that is
    /// none, a port above 65535, a `tel` number that is none, a broken escape.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        if text.len() > MAX_URI_OCTETS {
            return Err(ParseError {
                at: MAX_URI_OCTETS,
                kind: crate::ParseErrorKind::Limit("MAX_URI_OCTETS"),
            });
        }
        check_octets(text)?;
        let Some(colon) = text.find(':') else {
            return Err(ParseError::expected(text.len(), "a URI with its scheme"));
        };
        let (scheme, rest) = (&text[..colon], &text[colon + 1..]);
        let scheme = match scheme {
            _ if scheme.eq_ignore_ascii_case("sip") => Scheme::Sip,
            _ if scheme.eq_ignore_ascii_case("sips") => Scheme::Sips,
            _ if scheme.eq_ignore_ascii_case("tel") => Scheme::Tel,
            _ if is_scheme(scheme) => Scheme::Other(scheme),
            _ => return Err(ParseError::expected(0, "the scheme of a URI")),
        };
        let mut uri = Self {
            text,
            scheme,
            user: None,
            password: None,
            host: "",
            port: None,
            params: Params::default(),
            headers: None,
        };
        match scheme {
            Scheme::Sip | Scheme::Sips => uri.read_sip(rest, colon + 1)?,
            Scheme::Tel => uri.read_tel(rest, colon + 1)?,
            Scheme::Other(_) if rest.is_empty() => {
                return Err(ParseError::expected(text.len(), "something behind the scheme"));
            }
            Scheme::Other(_) => uri.user = Some(rest),
        }
        Ok(uri)
    }

    /// `[user[:password]@]host[:port][;params][?headers]`, which begins at octet `at`.
    fn read_sip(&mut self, rest: &'a str, at: usize) -> Result<(), ParseError> {
        let (hostport, at) = match rest.find('@') {
            Some(sign) => {
                let (user, password) = match rest[..sign].split_once(':') {
                    Some((user, password)) => (user, Some(password)),
                    None => (&rest[..sign], None),
                };
                if user.is_empty() {
                    return Err(ParseError::expected(at, "a user before @"));
                }
                (self.user, self.password) = (Some(user), password);
                (&rest[sign + 1..], at + sign + 1)
            }
            None => (rest, at),
        };
        let end = hostport.find([';', '?']).unwrap_or(hostport.len());
        let (host, tail) = hostport.split_at(end);
        (self.host, self.port) = host_port(host).map_err(|error| ParseError {
            at: at + error.at,
            ..error
        })?;
        let (params, headers) = match tail.split_once('?') {
            Some((params, headers)) => (params, Some(headers)),
            None => (tail, None),
        };
        self.params = Params::new(params.strip_prefix(';').unwrap_or(params));
        self.headers = headers;
        Ok(())
    }

    /// A global number, or a local one with its context (RFC 3966 3).
    fn read_tel(&mut self, rest: &'a str, at: usize) -> Result<(), ParseError> {
        let (number, params) = rest.split_once(';').unwrap_or((rest, ""));
        let global = number.strip_prefix('+');
        let digits = global.unwrap_or(number);
        let is_digit = |octet: u8| match octet {
            b'0'..=b'9' | b'-' | b'.' | b'(' | b')' => true,
            b'*' | b'#' | b'a'..=b'f' | b'A'..=b'F' => global.is_none(),
            _ => false,
        };
        let visual = |octet| matches!(octet, b'-' | b'.' | b'(' | b')');
        if digits.bytes().all(visual) || !digits.bytes().all(is_digit) {
            return Err(ParseError::expected(at, "a telephone number"));
        }
        (self.user, self.params) = (Some(number), Params::new(params));
        Ok(())
    }

    /// The whole text.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether the scheme is `sip` or `sips`.
    #[must_use]
    pub const fn is_sip(&self) -> bool {
        matches!(self.scheme, Scheme::Sip | Scheme::Sips)
    }

    /// The host as an address, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        host_address(self.host)
    }

    /// The port, or that of the scheme.
    #[must_use]
    pub fn port_or_default(&self) -> u16 {
        let tls = self.scheme == Scheme::Sips
            || self
                .transport()
                .is_some_and(|name| name.eq_ignore_ascii_case("tls"));
        self.port
            .unwrap_or(if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT })
    }

    /// Address and port, if the host is an address.
    #[must_use]
    pub fn socket(&self) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.address()?, self.port_or_default()))
    }

    /// The `transport` parameter.
    #[must_use]
    pub fn transport(&self) -> Option<&'a str> {
        self.params.get("transport")
    }

    /// Whether it is a loose router's (`lr`, RFC 3261 19.1.1).
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.params.has("lr")
    }
}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Octets that no URI has, and the percent sign, which needs a look at what follows.
static NOTABLE: [bool; 256] = {
    let mut table = [false; 256];
    let mut octet = 0;
    while octet <= 0x7f {
        table[octet] = octet <= b' ' as usize || matches!(octet as u8, 0x7f | b'"' | b'<' | b'>' | b'%');
        octet += 1;
    }
    table
};

/// Octets that no URI has, and escapes that are none.
fn check_octets(text: &str) -> Result<(), ParseError> {
    let octets = text.as_bytes();
    for (at, octet) in octets.iter().enumerate() {
        if !NOTABLE[usize::from(*octet)] {
            continue;
        }
        if *octet != b'%' {
            return Err(ParseError::expected(
                at,
                "no white space, control, quote or bracket in a URI",
            ));
        }
        let digits = octets.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(ParseError::expected(at, "two hexadecimal digits behind %"));
        }
    }
    Ok(())
}

/// Whether `text` is a scheme (RFC 3986 3.1).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'-' | b'.'))
}

/// `host[:port]`.
pub(crate) fn host_port(text: &str) -> Result<(&str, Option<u16>), ParseError> {
    let end = match text.strip_prefix('[') {
        Some(inner) => {
            2 + inner
                .find(']')
                .ok_or(ParseError::expected(text.len(), "] behind an IPv6 address"))?
        }
        None => text.find(':').unwrap_or(text.len()),
    };
    let (host, rest) = text.split_at(end);
    if !is_host(host) {
        return Err(ParseError::expected(0, "a host"));
    }
    if rest.is_empty() {
        return Ok((host, None));
    }
    let port = rest
        .strip_prefix(':')
        .ok_or(ParseError::expected(end, ": before a port"))?;
    let valid = !port.is_empty() && port.len() <= 5 && port.bytes().all(|octet| octet.is_ascii_digit());
    match port.parse() {
        Ok(port) if valid => Ok((host, Some(port))),
        _ => Err(ParseError::expected(end + 1, "a port")),
    }
}

/// Whether `text` is a host name, an IPv4 address or an IPv6 address in brackets.
fn is_host(text: &str) -> bool {
    if let Some(inner) = text.strip_prefix('[') {
        return inner
            .strip_suffix(']')
            .is_some_and(|inner| inner.parse::<std::net::Ipv6Addr>().is_ok());
    }
    // The underscore is in no host name, and in many.
    let octet = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    !text.is_empty() && text.len() <= 255 && text.bytes().all(octet) && !text.starts_with(['.', '-'])
}

/// The address a host is, if it is one.
pub(crate) fn host_address(host: &str) -> Option<IpAddr> {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Scheme, Uri};

    fn same(a: &str, b: &str) -> bool {
        let (a, b) = (Uri::parse(a).unwrap(), Uri::parse(b).unwrap());
        assert_eq!(a.is_equivalent(&b), b.is_equivalent(&a));
        a.is_equivalent(&b)
    }

    #[test]
    fn parts() {
        let uri = Uri::parse("sips:a%20b:pw@[2001:db8::1]:5070;transport=tcp;lr?Subject=x&y=z").unwrap();
        assert_eq!(
            (uri.scheme, uri.user, uri.password),
            (Scheme::Sips, Some("a%20b"), Some("pw"))
        );
        assert_eq!((uri.host, uri.port), ("[2001:db8::1]", Some(5070)));
        assert_eq!(
            (uri.transport(), uri.is_loose(), uri.headers),
            (Some("tcp"), true, Some("Subject=x&y=z"))
        );
        assert_eq!(uri.socket(), Some("[2001:db8::1]:5070".parse().unwrap()));
        // The user may hold semicolons and question marks (RFC 4475 3.1.1.9).
        let uri = Uri::parse("sip:user;par=u%40example.net@example.com").unwrap();
        assert_eq!(
            (uri.user, uri.host),
            (Some("user;par=u%40example.net"), "example.com")
        );
        let uri = Uri::parse("tel:7042;phone-context=ims.mnc001.mcc001.3gppnetwork.org").unwrap();
        assert_eq!(
            (uri.user, uri.params.get("Phone-Context")),
            (Some("7042"), Some("ims.mnc001.mcc001.3gppnetwork.org"))
        );
        assert_eq!(
            Uri::parse("urn:service:sos").unwrap().scheme,
            Scheme::Other("urn")
        );
    }

    #[test]
    fn what_is_no_uri() {
        for text in [
            "",
            "sip",
            "sip:",
            "sip:@h",
            "sip:u@",
            "sip:u@h:",
            "sip:u@h:65536",
            "sip:u@h:5060x",
            "sip:u@h h",
            "sip:u@[::g]",
            "sip:u@[::1",
            "sip:u@a@b",
            "sip:a%4@h",
            "sip:<a>@h",
            "tel:",
            "tel:+1-a",
            "tel:---",
            "1a:b",
            ":x",
            "urn:",
            "sip:u@h\0",
        ] {
            assert!(Uri::parse(text).is_err(), "{text:?}");
        }
    }

    /// The examples of RFC 3261 19.1.4.
    #[test]
    fn equivalence() {
        assert!(same(
            "sip:%61lice@atlanta.com;transport=TCP",
            "sip:alice@AtlanTa.CoM;Transport=tcp"
        ));
        assert!(same("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"));
        assert!(same(
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;newparam=5"
        ));
        assert!(same(
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
        ));
        assert!(!same(
            "SIP:ALICE@AtLanTa.CoM;Transport=udp",
            "sip:alice@AtLanTa.CoM;Transport=UDP"
        ));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"));
        assert!(!same("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"));
        assert!(!same(
            "sip:carol@chicago.com;security=on",
            "sip:carol@chicago.com;security=off"
        ));
        assert!(!same("sip:a@h", "sips:a@h"));
        assert!(same("tel:+1-201-555-0123", "tel:+12015550123"));
    }

    #[test]
    fn canonical_forms() {
        let canonical = |text| Uri::parse(text).unwrap().to_canonical();
        assert_eq!(
            canonical("SIP:%61lice:pw@Home.NET;user=phone?x=y"),
            "sip:alice@home.net"
        );
        assert_eq!(canonical("tel:+1(201)555-0123;isub=1"), "tel:+12015550123");
        assert_eq!(canonical("sip:a%2fb@h:5070"), "sip:a%2Fb@h:5070");
    }
}
