//! Via (RFC 3261 20.42, RFC 3581).

use crate::scan::{split_at, token, trim};
use crate::transport::Protocol;
use crate::uri::{DEFAULT_PORT, DEFAULT_TLS_PORT, host_address, host_port};
use crate::{Params, ParseError};
use std::net::{IpAddr, SocketAddr};

/// What every branch begins with that a sender made unique (RFC 3261 8.1.1.7).
pub const MAGIC_COOKIE: &str = "z9hG4bK";

/// One value of Via.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Via<'a> {
    text: &'a str,
    /// The transport, as written.
    pub transport: &'a str,
    /// The host of sent-by, an IPv6 address in its brackets.
    pub host: &'a str,
    /// The port of sent-by.
    pub port: Option<u16>,
    /// The parameters.
    pub params: Params<'a>,
}

impl<'a> Via<'a> {
    /// Reads one value: `SIP/2.0/UDP host:port;params`.
    ///
    /// # Errors
    /// Another protocol or version, a host that is none.
    pub fn parse(text: &'a str) -> Result<Self, ParseError> {
        let text = trim(text);
        let (head, params) = match split_at(text, b';') {
            (head, Some(params)) => (head, params),
            (head, None) => (head, ""),
        };
        let rest = match head.strip_prefix("SIP/2.0/") {
            Some(rest) => rest,
            None => spaced_protocol(head)?,
        };
        let Some(space) = rest.find([' ', '\t', '\r', '\n']) else {
            return Err(ParseError::expected(head.len(), "a host"));
        };
        let transport = token(&rest[..space], "a transport")?;
        let sent_by = trim(&rest[space..]);
        let (host, port) = if sent_by.contains([' ', '\t', '\r', '\n']) {
            spaced_host_port(sent_by)?
        } else {
            host_port(sent_by)?
        };
        Ok(Self {
            text,
            transport,
            host,
            port,
            params: Params::new(params),
        })
    }

    /// The whole value.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The transport, if it is one of ours.
    #[must_use]
    pub fn protocol(&self) -> Option<Protocol> {
        Protocol::of(self.transport)
    }

    /// The `branch` parameter.
    #[must_use]
    pub fn branch(&self) -> Option<&'a str> {
        self.params.get("branch").filter(|branch| !branch.is_empty())
    }

    /// The branch, if it is unique to a transaction (RFC 3261 17.2.3).
    #[must_use]
    pub fn unique_branch(&self) -> Option<&'a str> {
        let branch = self.branch()?;
        let cookie = branch.get(..MAGIC_COOKIE.len())?;
        (cookie.eq_ignore_ascii_case(MAGIC_COOKIE) && branch.len() > MAGIC_COOKIE.len()).then_some(branch)
    }

    /// The `received` parameter.
    #[must_use]
    pub fn received(&self) -> Option<IpAddr> {
        self.params.get("received").and_then(host_address)
    }

    /// The `rport` parameter (RFC 3581): `Some(None)` where the port is asked for.
    #[must_use]
    pub fn rport(&self) -> Option<Option<u16>> {
        self.params.get("rport").map(|port| port.parse().ok())
    }

    /// The port of sent-by, or that of the transport.
    #[must_use]
    pub fn port_or_default(&self) -> u16 {
        let tls = self.transport.eq_ignore_ascii_case("TLS");
        self.port
            .unwrap_or(if tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT })
    }

    /// The value as whoever received it from `source` must leave it (RFC 3261 18.2.1, RFC 3581 4): with `received` where sent-by is
    /// another address or `rport` asks, and with the port where `rport` asks; `None` if that is the value as it is.
    #[must_use]
    pub fn stamped(&self, source: SocketAddr) -> Option<String> {
        let asked = self.rport().is_some();
        if !asked && host_address(self.host) == Some(source.ip()) {
            return None;
        }
        let head = split_at(self.text, b';').0;
        let mut out = String::with_capacity(self.text.len() + 64);
        out.push_str(trim(head));
        for (name, value) in self.params {
            match value {
                _ if name.eq_ignore_ascii_case("received") || name.eq_ignore_ascii_case("rport") => {}
                Some(value) => out.extend([";", name, "=", value]),
                None => out.extend([";", name]),
            }
        }
        out.push_str(&format!(";received={}", source.ip()));
        if asked {
            out.push_str(&format!(";rport={}", source.port()));
        }
        Some(out)
    }

    /// Where a response goes over an unreliable transport (RFC 3261 18.2.2, RFC 3581 4): `received` and `rport` first, then
    /// sent-by; `None` if that is a name. Over a connection it goes back on the connection.
    #[must_use]
    pub fn response_address(&self) -> Option<SocketAddr> {
        let maddr = self.params.get("maddr").and_then(host_address);
        if let Some(address) = maddr {
            return Some(SocketAddr::new(address, self.port_or_default()));
        }
        let address = self.received().or_else(|| host_address(self.host))?;
        let port = self.rport().flatten().unwrap_or_else(|| self.port_or_default());
        Some(SocketAddr::new(address, port))
    }

    /// Where a response goes whose connection is gone (RFC 3261 18.2.2): to `received`, or else the address of sent-by, at the port of
    /// sent-by, which is the one its sender listens on; `None` if that is a name.
    #[must_use]
    pub fn listening_address(&self) -> Option<SocketAddr> {
        let address = self.received().or_else(|| host_address(self.host))?;
        Some(SocketAddr::new(address, self.port_or_default()))
    }
}

/// What follows the version, for whoever puts white space about the slashes (RFC 4475 3.1.1.1) or writes another case.
fn spaced_protocol(head: &str) -> Result<&str, ParseError> {
    let mut pieces = head.splitn(3, '/').map(trim);
    if !pieces.next().is_some_and(|name| name.eq_ignore_ascii_case("SIP")) || pieces.next() != Some("2.0") {
        return Err(ParseError::expected(0, "SIP/2.0/ and a transport"));
    }
    pieces
        .next()
        .ok_or(ParseError::expected(head.len(), "a transport"))
}

/// `host : port` with white space about the colon, or a host alone.
fn spaced_host_port(text: &str) -> Result<(&str, Option<u16>), ParseError> {
    let Some((host, port)) = text.rsplit_once(':').filter(|(_, port)| !port.contains(']')) else {
        return host_port(text);
    };
    let (host, none) = host_port(trim(host))?;
    match (none, crate::scan::number(port, "a port")?.try_into()) {
        (None, Ok(port)) => Ok((host, Some(port))),
        _ => Err(ParseError::expected(0, "a port")),
    }
}

#[cfg(test)]
mod tests {
    use super::Via;

    #[test]
    fn values() {
        let via = Via::parse("SIP/2.0/UDP 192.0.2.1:5070;rport;branch=z9hG4bKa;received=192.0.2.9").unwrap();
        assert_eq!(
            (via.transport, via.host, via.port),
            ("UDP", "192.0.2.1", Some(5070))
        );
        assert_eq!((via.unique_branch(), via.rport()), (Some("z9hG4bKa"), Some(None)));
        assert_eq!(via.response_address(), Some("192.0.2.9:5070".parse().unwrap()));
        // RFC 4475 3.1.1.1
        let via = Via::parse(
            "SIP  / 2.0\r\n /TCP     spindle.example.com   ;\r\n branch  =   z9hG4bK9ikj8  ;\r\n received=1.2.3.4",
        );
        let via = via.unwrap();
        assert_eq!(
            (via.transport, via.host, via.branch()),
            ("TCP", "spindle.example.com", Some("z9hG4bK9ikj8"))
        );
        assert_eq!(via.listening_address(), Some("1.2.3.4:5060".parse().unwrap()));
        let via = Via::parse("SIP  / 2.0  / UDP  192.0.2.2 : 5061;ttl=1").unwrap();
        assert_eq!((via.host, via.port), ("192.0.2.2", Some(5061)));
        let via = Via::parse("SIP/2.0/TLS [2001:db8::9:1];received=[2001:db8::9:255];rport=7").unwrap();
        assert_eq!(
            via.response_address(),
            Some("[2001:db8::9:255]:7".parse().unwrap())
        );
        assert_eq!(
            Via::parse("SIP/2.0/TLS h;branch=z9hG4bK")
                .unwrap()
                .unique_branch(),
            None
        );
        assert_eq!(
            Via::parse("SIP/2.0/TLS h;branch=é9hG4bKaaa")
                .unwrap()
                .unique_branch(),
            None
        );
    }

    #[test]
    fn stamps() {
        let source = "192.0.2.9:6000".parse().unwrap();
        let stamped = |text| Via::parse(text).unwrap().stamped(source);
        assert_eq!(stamped("SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKa"), None);
        assert_eq!(
            stamped("SIP/2.0/UDP h;rport ;branch=z9hG4bKa;received=10.0.0.1").as_deref(),
            Some("SIP/2.0/UDP h;branch=z9hG4bKa;received=192.0.2.9;rport=6000")
        );
        assert_eq!(
            stamped("SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa").as_deref(),
            Some("SIP/2.0/TCP 192.0.2.1;branch=z9hG4bKa;received=192.0.2.9")
        );
    }

    #[test]
    fn what_is_none() {
        for text in [
            "",
            "SIP/2.0/UDP",
            "SIP/3.0/UDP h",
            "HTTP/2.0/UDP h",
            "SIP/2.0/UDP ",
            "SIP/2.0/U(P h",
            "SIP/2.0/UDP h:a b",
        ] {
            assert!(Via::parse(text).is_err(), "{text:?}");
        }
    }
}
