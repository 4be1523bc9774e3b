//! The socket of a user-space transport, whatever carries its packets.

use super::raw::RawCarrier;
use super::udp::UdpCarrier;
use quintet_sctp::{Path, Transmit};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::rc::Rc;

/// A packet socket, registered with the runtime. A raw one is registered as if it were UDP's: the runtime asks no more of
/// it than when it is ready.
pub(crate) type PacketSocket = tokio::net::UdpSocket;

/// Octets of packets that may wait while the thread is at something else: a burst of a thousand associations.
pub(super) const RECEIVE_BUFFER_OCTETS: usize = 4 << 20;

/// Octets that one batch of output may have without waiting.
pub(super) const SEND_BUFFER_OCTETS: usize = 4 << 20;

/// What carries packets.
pub(super) enum Carrier {
    Udp(Box<UdpCarrier>),
    Raw(RawCarrier),
}

impl Carrier {
    pub(super) fn socket(&self) -> &Rc<PacketSocket> {
        match self {
            Self::Udp(udp) => udp.socket(),
            Self::Raw(raw) => raw.socket(),
        }
    }

    /// The socket that packets leave through.
    pub(super) fn sender(&self) -> &Rc<PacketSocket> {
        match self {
            Self::Udp(udp) => udp.socket(),
            Self::Raw(raw) => raw.sender(),
        }
    }

    /// Takes what waits, up to a batch. Answers how many packets that was; none when nothing waits.
    pub(super) fn receive(&mut self, sink: &mut impl FnMut(Path, &[u8])) -> io::Result<usize> {
        match self {
            Self::Udp(udp) => udp.receive(sink),
            Self::Raw(raw) => raw.receive(sink),
        }
    }

    /// Sends from the front of the queue. Answers whether it is empty.
    pub(super) fn send(&mut self, queue: &mut VecDeque<Transmit>) -> bool {
        match self {
            Self::Udp(udp) => udp.send(queue),
            Self::Raw(raw) => raw.send(queue),
        }
    }
}

/// The address of ours that packets to `remote` leave from.
pub(super) fn source_address(remote: IpAddr) -> io::Result<IpAddr> {
    let unspecified: IpAddr = match remote {
        IpAddr::V4(_) => std::net::Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
    };
    // Connecting a UDP socket sends nothing: it looks up the route. Any port will do.
    let socket = UdpSocket::bind(SocketAddr::new(unspecified, 0))?;
    socket.connect(SocketAddr::new(remote, super::DEFAULT_UDP_PORT))?;
    Ok(socket.local_addr()?.ip())
}
