//! The socket of a user-space transport, whatever carries its packets.

use super::raw::RawCarrier;
use crate::datagram::{Datagram, UdpCarrier};
pub(crate) use crate::datagram::{PacketSocket, RECEIVE_BUFFER_OCTETS, SEND_BUFFER_OCTETS};
use quintet_sctp::{Path, Transmit};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::rc::Rc;

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
            Self::Udp(udp) => udp.receive(&mut |local, remote, packet| sink(Path { local, remote }, packet)),
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

impl Datagram for Transmit {
    fn from(&self) -> IpAddr {
        self.path.local
    }

    fn to(&self) -> SocketAddr {
        self.path.remote
    }

    fn octets(&self) -> &[u8] {
        &self.packet
    }
}
