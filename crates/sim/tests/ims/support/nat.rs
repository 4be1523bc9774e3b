//! NATs: an address of its own for each UE behind one, and other ports.

use std::net::{IpAddr, SocketAddr};

/// By how much ports differ on both sides.
const SHIFT: u16 = 10_000;

/// Inside, outside.
#[derive(Default)]
pub(crate) struct Nats(pub(crate) Vec<(IpAddr, IpAddr)>);

impl Nats {
    pub(crate) fn outward(&self, address: SocketAddr) -> SocketAddr {
        let found = self.0.iter().find(|(inside, _)| *inside == address.ip());
        found.map_or(address, |(_, outside)| {
            SocketAddr::new(*outside, address.port().wrapping_add(SHIFT))
        })
    }

    pub(crate) fn inward(&self, address: SocketAddr) -> SocketAddr {
        let found = self.0.iter().find(|(_, outside)| *outside == address.ip());
        found.map_or(address, |(inside, _)| {
            SocketAddr::new(*inside, address.port().wrapping_sub(SHIFT))
        })
    }
}
