//! What a security association is, told to a back end: the kernel's or ours.

use crate::keys::EspKeys;
use crate::spi::{SaSet, Spi};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Whether we send with it or receive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// Packets come to us; we chose the SPI.
    Inbound,
    /// Packets go to the peer, who chose the SPI.
    Outbound,
}

/// What is around the protected packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The packet's own IP header (TS 33.203 7.1): `ipsec-3gpp` with `mod=trans`.
    Transport,
    /// An IP header and a UDP header, the whole packet inside (TS 33.203 Annex M, RFC 3948): `mod=UDP-enc-tun`.
    UdpEncapsulatedTunnel {
        /// Where packets of this association come from, as the receiver sees it.
        source: SocketAddr,
        /// Where they go, as the sender sees it. Of an outbound association, it follows the peer when a NAT gives the
        /// peer another port: the source of the latest authentic packet of the same set counts.
        destination: SocketAddr,
    },
}

/// A security association (RFC 4301 4.4.2): one way, for UDP and TCP alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaParameters {
    /// Which way.
    pub direction: Direction,
    /// The SPI, of the receiver's choice.
    pub spi: Spi,
    /// Selectors: the source address and port of the packets it protects. In a tunnel, of the inner packets.
    pub source: SocketAddr,
    /// Selectors: the destination address and port.
    pub destination: SocketAddr,
    /// What is around the packets.
    pub mode: Mode,
    /// Algorithms and keys.
    pub keys: EspKeys,
    /// From when the command is carried out: after it the association is removed.
    pub lifetime: Duration,
    /// The associations it belongs with.
    pub set: SaSet,
    /// Sequence numbers up to this one are used up. 0 for a new association; after a restart, outbound, more than any
    /// that may have been sent: a receiver drops numbers it saw, and a number used twice breaks AES-GCM.
    pub sequence: u32,
}

/// The name of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaKey {
    /// Which way.
    pub direction: Direction,
    /// The SPI.
    pub spi: Spi,
    /// The source selector.
    pub source: SocketAddr,
    /// The destination selector.
    pub destination: SocketAddr,
}

impl SaParameters {
    /// Its name.
    #[must_use]
    pub const fn key(&self) -> SaKey {
        SaKey {
            direction: self.direction,
            spi: self.spi,
            source: self.source,
            destination: self.destination,
        }
    }

    /// The end that is we, as selectors know it.
    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        self.key().local()
    }

    /// The end that is the peer, as selectors know it.
    #[must_use]
    pub const fn remote(&self) -> SocketAddr {
        self.key().remote()
    }

    /// The addresses of the IP header that ESP follows, or that its UDP header follows: source, destination.
    #[must_use]
    pub const fn outer(&self) -> (IpAddr, IpAddr) {
        match self.mode {
            Mode::Transport => (self.source.ip(), self.destination.ip()),
            Mode::UdpEncapsulatedTunnel { source, destination } => (source.ip(), destination.ip()),
        }
    }
}

impl SaKey {
    /// The end that is we.
    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        match self.direction {
            Direction::Inbound => self.destination,
            Direction::Outbound => self.source,
        }
    }

    /// The end that is the peer.
    #[must_use]
    pub const fn remote(&self) -> SocketAddr {
        match self.direction {
            Direction::Inbound => self.source,
            Direction::Outbound => self.destination,
        }
    }
}

/// What a node has done with associations. A back end carries out commands in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaCommand {
    /// Begins to use an association. Among outbound ones with the same selectors the latest is sent with, until
    /// [`SaCommand::Prefer`] says otherwise. The same key again replaces lifetime and mode, and keeps sequence numbers.
    Install(Box<SaParameters>),
    /// Sends with this outbound association where several have its selectors: an old one stays in use while the
    /// registration over the new one is not finished (TS 33.203 7.4).
    Prefer(SaKey),
    /// Counts the lifetime anew, from now.
    SetLifetime {
        /// Which.
        key: SaKey,
        /// From when the command is carried out.
        lifetime: Duration,
    },
    /// Forgets an association, if it is there.
    Remove(SaKey),
    /// Forgets all of a set.
    RemoveSet(SaSet),
}
