//! Where names are: what stands for DNS (RFC 3263) as long as a network is told its hosts.
//!
//! A name has one list of addresses for each transport protocol, and one for whatever protocol is wanted. A port that a URI
//! states is taken as it stands (RFC 3263 4.2); else the table's port counts, as that of an SRV record would.

use quintet_sip::transport::Protocol;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

/// The most names: a network has a handful of domains and nodes.
pub const MAX_NAMES: usize = 65_536;

/// The most addresses of one name.
pub const MAX_ADDRESSES: usize = 16;

/// The port of SIP where nothing says another (RFC 3261 19.1.2).
pub const PORT: u16 = 5060;

/// The port of SIP over TLS.
pub const TLS_PORT: u16 = 5061;

/// Where to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// Over what.
    pub protocol: Protocol,
    /// To whom.
    pub address: SocketAddr,
}

/// Why a name was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostsError {
    /// More than [`MAX_NAMES`].
    #[error("there are {MAX_NAMES} names already")]
    TooManyNames,
    /// More than [`MAX_ADDRESSES`].
    #[error("a name has {MAX_ADDRESSES} addresses at most")]
    TooManyAddresses,
    /// No name, or an address where a name belongs.
    #[error("a host is a name: letters, digits, hyphens and dots")]
    NotAName,
}

/// Names to addresses. Letters of names have no case (RFC 3261 19.1.4).
#[derive(Clone, Debug, Default)]
pub struct Hosts {
    names: HashMap<Box<str>, Vec<(Option<Protocol>, SocketAddr)>>,
}

impl Hosts {
    /// Says where a name is, for one protocol or for any.
    ///
    /// # Errors
    /// [`HostsError`].
    pub fn insert(
        &mut self,
        name: &str,
        protocol: Option<Protocol>,
        address: SocketAddr,
    ) -> Result<(), HostsError> {
        if !is_name(name) {
            return Err(HostsError::NotAName);
        }
        let name = name.to_ascii_lowercase();
        if self.names.len() >= MAX_NAMES && !self.names.contains_key(name.as_str()) {
            return Err(HostsError::TooManyNames);
        }
        let addresses = self.names.entry(name.into()).or_default();
        if addresses.len() >= MAX_ADDRESSES {
            return Err(HostsError::TooManyAddresses);
        }
        if !addresses.contains(&(protocol, address)) {
            addresses.push((protocol, address));
        }
        Ok(())
    }

    /// Forgets a name; `false` if it was not known.
    pub fn remove(&mut self, name: &str) -> bool {
        self.names.remove(name.to_ascii_lowercase().as_str()).is_some()
    }

    /// Where a host is: an address literal is itself, a name is looked up. The first is to be tried first.
    ///
    /// `transport` is what the URI states; without one, the table's protocol counts, and UDP where it has none
    /// (RFC 3263 4.1).
    #[must_use]
    pub fn targets(&self, host: &str, port: Option<u16>, transport: Option<Protocol>) -> Vec<Target> {
        if let Some(ip) = literal(host) {
            let protocol = transport.unwrap_or(Protocol::Udp);
            let address = SocketAddr::new(ip, port.unwrap_or(default_port(protocol)));
            return vec![Target { protocol, address }];
        }
        let found = if host.bytes().any(|octet| octet.is_ascii_uppercase()) {
            self.names.get(host.to_ascii_lowercase().as_str())
        } else {
            self.names.get(host)
        };
        let found = found.map(Vec::as_slice).unwrap_or_default();
        let fits = |of: &Option<Protocol>| of.is_none() || transport.is_none() || *of == transport;
        let target = |(of, address): &(Option<Protocol>, SocketAddr)| {
            let mut address = *address;
            if let Some(port) = port {
                address.set_port(port);
            }
            let protocol = transport.or(*of).unwrap_or(Protocol::Udp);
            Target { protocol, address }
        };
        found.iter().filter(|(of, _)| fits(of)).map(target).collect()
    }

    /// The first of [`targets`](Self::targets).
    #[must_use]
    pub fn target(&self, host: &str, port: Option<u16>, transport: Option<Protocol>) -> Option<Target> {
        self.targets(host, port, transport).first().copied()
    }
}

/// The port where none is said (RFC 3261 19.1.2).
#[must_use]
pub const fn default_port(protocol: Protocol) -> u16 {
    match protocol {
        Protocol::Tls => TLS_PORT,
        Protocol::Udp | Protocol::Tcp => PORT,
    }
}

/// The address that a host is, where it is one; IPv6 stands in brackets (RFC 3261 25.1).
#[must_use]
pub fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bare {
        Some(v6) => v6.parse().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    }
}

fn is_name(name: &str) -> bool {
    let letters = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
    !name.is_empty() && name.len() <= 253 && name.bytes().all(letters) && literal(name).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn target(protocol: Protocol, address: &str) -> Target {
        Target {
            protocol,
            address: at(address),
        }
    }

    #[test]
    fn literals_are_themselves() {
        let hosts = Hosts::default();
        assert_eq!(
            hosts.target("10.0.0.1", None, None),
            Some(target(Protocol::Udp, "10.0.0.1:5060"))
        );
        assert_eq!(
            hosts.target("[2001:db8::1]", Some(5070), Some(Protocol::Tcp)),
            Some(target(Protocol::Tcp, "[2001:db8::1]:5070"))
        );
        assert_eq!(
            hosts.target("10.0.0.1", None, Some(Protocol::Tls)),
            Some(target(Protocol::Tls, "10.0.0.1:5061"))
        );
        assert_eq!(hosts.target("nowhere.test", None, None), None);
    }

    #[test]
    fn names_are_found_by_protocol_and_in_any_case() {
        let mut hosts = Hosts::default();
        hosts
            .insert("SCSCF.home.test", None, at("127.0.0.3:6060"))
            .expect("room");
        hosts
            .insert("icscf.home.test", Some(Protocol::Tcp), at("127.0.0.2:5060"))
            .expect("room");
        assert_eq!(
            hosts.target("scscf.HOME.test", None, None),
            Some(target(Protocol::Udp, "127.0.0.3:6060"))
        );
        assert_eq!(
            hosts.target("scscf.home.test", Some(7000), Some(Protocol::Tcp)),
            Some(target(Protocol::Tcp, "127.0.0.3:7000"))
        );
        assert_eq!(
            hosts.target("icscf.home.test", None, None),
            Some(target(Protocol::Tcp, "127.0.0.2:5060"))
        );
        assert_eq!(hosts.target("icscf.home.test", None, Some(Protocol::Udp)), None);
        assert!(hosts.remove("ICSCF.home.test") && !hosts.remove("icscf.home.test"));
    }

    #[test]
    fn the_table_has_limits() {
        let mut hosts = Hosts::default();
        assert_eq!(
            hosts.insert("10.0.0.1", None, at("10.0.0.2:1")),
            Err(HostsError::NotAName)
        );
        assert_eq!(
            hosts.insert("", None, at("10.0.0.2:1")),
            Err(HostsError::NotAName)
        );
        for port in 0..MAX_ADDRESSES as u16 {
            hosts
                .insert("a.test", None, SocketAddr::new([127, 0, 0, 1].into(), port + 1))
                .expect("room");
        }
        assert_eq!(
            hosts.insert("a.test", None, at("10.0.0.2:1")),
            Err(HostsError::TooManyAddresses)
        );
    }
}
