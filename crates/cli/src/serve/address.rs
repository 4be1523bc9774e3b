//! Addresses that nodes listen on, are reached at and connect from.

use anyhow::anyhow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where associations of ours come from: an address we listen on, else any; the port is chosen.
pub(super) fn source(listen: &[SocketAddr], ipv6: bool) -> SocketAddr {
    let unspecified: IpAddr = if ipv6 {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let ip = listen
        .iter()
        .map(SocketAddr::ip)
        .find(|ip| ip.is_ipv6() == ipv6)
        .unwrap_or(unspecified);
    SocketAddr::new(ip, 0)
}

pub(super) fn listen_error(address: SocketAddr, error: &std::io::Error) -> anyhow::Error {
    let what_to_do = match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            "another program listens there: stop it, or choose another address (--listen, diameter.listen)"
        }
        std::io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
        std::io::ErrorKind::PermissionDenied => "this user may not use that port",
        _ => "choose another address (--listen, diameter.listen)",
    };
    anyhow!("cannot listen on {address}: {error}; {what_to_do}")
}

/// How this machine reaches a listener of its own.
pub(super) fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(if listen.is_ipv4() {
            Ipv4Addr::LOCALHOST.into()
        } else {
            Ipv6Addr::LOCALHOST.into()
        });
    }
    listen
}

/// Host-IP-Address: where we listen; the loopback address if that is everywhere or nowhere.
pub(super) fn host_addresses(listen: &[SocketAddr]) -> Vec<IpAddr> {
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in listen.iter().map(SocketAddr::ip) {
        if !address.is_unspecified() && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        addresses.push(Ipv4Addr::LOCALHOST.into());
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everywhere_is_no_host_address() {
        let at = |text: &str| host_addresses(&[text.parse().unwrap()])[0].to_string();
        assert_eq!(at("0.0.0.0:3868"), "127.0.0.1");
        assert_eq!(at("[::1]:3868"), "::1");
    }
}
