//! Where user data goes.

use oxirush_aper::BitString;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Transport Layer Address (TS 36.413 9.2.2.1, TS 38.413 9.3.2.4): IPv4, IPv6, or both; 4, 16 or 20 octets, IPv4 first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransportLayerAddress {
    octets: [u8; 20],
    length: u8,
}

impl TransportLayerAddress {
    /// An IPv4 address.
    #[must_use]
    pub fn v4(address: Ipv4Addr) -> Self {
        Self::of(&address.octets())
    }

    /// An IPv6 address.
    #[must_use]
    pub fn v6(address: Ipv6Addr) -> Self {
        Self::of(&address.octets())
    }

    /// Both addresses of a dual-stack node.
    #[must_use]
    pub fn both(v4: Ipv4Addr, v6: Ipv6Addr) -> Self {
        let mut octets = [0; 20];
        octets[..4].copy_from_slice(&v4.octets());
        octets[4..].copy_from_slice(&v6.octets());
        Self { octets, length: 20 }
    }

    /// The IPv4 address, if it has one.
    #[must_use]
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        (self.length != 16)
            .then(|| self.octets().first_chunk::<4>().map(|&octets| octets.into()))
            .flatten()
    }

    /// The IPv6 address, if it has one.
    #[must_use]
    pub fn ipv6(&self) -> Option<Ipv6Addr> {
        self.octets().last_chunk::<16>().map(|&octets| octets.into())
    }

    /// The octets: 4, 16, or 4 then 16.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }

    fn of(from: &[u8]) -> Self {
        let mut octets = [0; 20];
        octets[..from.len()].copy_from_slice(from);
        Self {
            octets,
            length: from.len() as u8,
        }
    }

    /// Of the string of the ASN.1; `None` for any other length.
    #[must_use]
    pub fn of_bits(bits: &BitString<'_>) -> Option<Self> {
        matches!(bits.len(), 32 | 128 | 160).then(|| Self::of(bits.as_octets()))
    }

    /// The string of the ASN.1.
    #[must_use]
    pub fn bits(&self) -> BitString<'static> {
        self.octets().to_vec().into()
    }
}

impl fmt::Display for TransportLayerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.ipv4(), self.ipv6()) {
            (Some(v4), Some(v6)) => write!(f, "{v4} {v6}"),
            (Some(v4), None) => v4.fmt(f),
            (None, Some(v6)) => v6.fmt(f),
            (None, None) => Ok(()),
        }
    }
}
