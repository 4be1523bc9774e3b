//! What happens above and at an endpoint.

use crate::association::SaKey;
use crate::spi::Spi;
use std::net::{IpAddr, SocketAddr};

/// The protocols that SIP runs over inside ESP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// Datagrams.
    Udp,
    /// Connections.
    Tcp,
}

/// A 5-tuple, seen from us; above UDP and TCP it is all there is to know of an association (TS 33.203 7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Flow {
    /// The protocol.
    pub transport: Transport,
    /// Our address.
    pub local: SocketAddr,
    /// The peer's.
    pub remote: SocketAddr,
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closed {
    /// Both sides closed it.
    Finished,
    /// The peer reset it, or refused it.
    Reset,
    /// The peer did not answer.
    TimedOut,
    /// Its association went, or there were too many connections.
    Dropped,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A whole UDP datagram came.
    Datagram {
        /// Where from and to.
        flow: Flow,
        /// Its payload.
        octets: Vec<u8>,
    },
    /// A TCP connection is established, whoever began it.
    Opened(Flow),
    /// Octets came on a connection.
    Stream {
        /// Which.
        flow: Flow,
        /// In order, any number of them.
        octets: Vec<u8>,
    },
    /// A connection is no more. [`Closed`] says why.
    Closed(Flow, Closed),
    /// An association reached the end of its lifetime, and is gone.
    Expired(SaKey),
    /// An association used up its sequence numbers: it sends no more (RFC 4303 3.3.3).
    Exhausted(SaKey),
    /// A packet was dropped in silence (RFC 4303 3.4).
    Dropped(Drop),
}

/// A packet that was dropped, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Drop {
    /// Why.
    pub reason: DropReason,
    /// The SPI it had, if that could be read: any number.
    pub spi: u32,
    /// Where the packet came from: the IP header's source, and the UDP header's where there is one, else 0.
    pub source: SocketAddr,
    /// Where it went.
    pub destination: IpAddr,
}

/// Why a packet was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// No association has this SPI and destination.
    UnknownSpi,
    /// The integrity check value is wrong: another key, or not the peer.
    MacFailed {
        /// The SPI again, as one of ours.
        spi: Spi,
    },
    /// The sequence number was used, or is older than the window.
    Replayed,
    /// The packet is authentic, but what is inside is not between the addresses and ports of its association.
    WrongSelectors,
    /// The packet is authentic, but there is neither UDP nor TCP inside, or it came as transport mode instead of tunnel or
    /// the other way, or as a fragment.
    NotExpected,
    /// Too short, not whole blocks, wrong padding, wrong checksum.
    Malformed,
}
