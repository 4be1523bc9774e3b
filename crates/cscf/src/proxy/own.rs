//! Which URIs are this node's own: those that it put into Record-Route, Path and Service-Route, and is found by.

use super::hosts::{default_port, literal};
use quintet_sip::Uri;
use quintet_sip::transport::Protocol;
use std::net::SocketAddr;

/// The names and addresses of a node.
#[derive(Clone, Debug, Default)]
pub struct Own {
    names: Vec<(Box<str>, Option<u16>)>,
    addresses: Vec<SocketAddr>,
}

impl Own {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A name, with the port it has; `None` for any.
    #[must_use]
    pub fn name(mut self, name: &str, port: Option<u16>) -> Self {
        match literal(name) {
            Some(ip) => self
                .addresses
                .push(SocketAddr::new(ip, port.unwrap_or(super::PORT))),
            None => self.names.push((name.to_ascii_lowercase().into(), port)),
        }
        self
    }

    /// An address that it is reached at.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        if !self.addresses.contains(&address) {
            self.addresses.push(address);
        }
        self
    }

    /// Whether a host with a port is this node.
    #[must_use]
    pub fn is(&self, host: &str, port: Option<u16>) -> bool {
        if let Some(ip) = literal(host) {
            let address = SocketAddr::new(ip, port.unwrap_or(default_port(Protocol::Udp)));
            return self.addresses.contains(&address);
        }
        self.names.iter().any(|(name, of)| {
            name.eq_ignore_ascii_case(host) && (of.is_none() || port.is_none() || *of == port)
        })
    }

    /// Whether a URI names this node.
    #[must_use]
    pub fn owns(&self, uri: &Uri<'_>) -> bool {
        uri.is_sip() && self.is(uri.host, uri.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_any_port_or_theirs() {
        let own = Own::new()
            .name("pcscf.visited.test", None)
            .name("Edge.visited.test", Some(5070))
            .address("10.0.0.2:5060".parse().expect("an address"))
            .address("[2001:db8::2]:6001".parse().expect("an address"));
        for (uri, expected) in [
            ("sip:PCSCF.visited.test:6001;lr", true),
            ("sip:token@pcscf.visited.test", true),
            ("sip:edge.visited.test:5070", true),
            ("sip:edge.visited.test", true),
            ("sip:edge.visited.test:5071", false),
            ("sip:10.0.0.2;lr", true),
            ("sip:10.0.0.2:5061;lr", false),
            ("sip:[2001:DB8::2]:6001", true),
            ("sip:other.visited.test", false),
            ("tel:+4930", false),
        ] {
            assert_eq!(own.owns(&Uri::parse(uri).expect("a URI")), expected, "{uri}");
        }
    }
}
