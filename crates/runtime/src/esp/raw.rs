//! ESP packets in IP packets of protocol 50, over raw sockets (CAP_NET_RAW), one for each address of ours.
//!
//! The kernel writes the outer headers and fragments what is longer than the link takes; it puts together what arrives in
//! fragments. An open raw socket of the protocol also keeps a kernel without ESP from answering with ICMP "protocol
//! unreachable".

use crate::datagram::{PacketSocket, RECEIVE_BUFFER_OCTETS, SEND_BUFFER_OCTETS};
use quintet_esp::{Path, Transmit};
use rustix::net::addr::SocketAddrArg;
use rustix::net::{MMsgHdr, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use tokio::io::Interest;

/// IP protocol number of ESP.
const PROTOCOL: i32 = 50;

/// Longest IP packet.
const BUFFER_OCTETS: usize = 64 * 1024;

/// Packets a `receive` takes, and one `sendmmsg`.
const BATCH: usize = 64;

pub(super) struct RawCarrier {
    socket: Rc<PacketSocket>,
    local: IpAddr,
    buffer: Vec<u8>,
}

impl RawCarrier {
    /// Opens a socket, bound to an address.
    pub(super) fn bind(local: IpAddr) -> io::Result<Self> {
        let address = SocketAddr::new(local, 0);
        let socket = Socket::new(
            Domain::for_address(address),
            Type::RAW,
            Some(Protocol::from(PROTOCOL)),
        )?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER_OCTETS)?;
        socket.set_send_buffer_size(SEND_BUFFER_OCTETS)?;
        socket.bind(&address.into())?;
        Ok(Self {
            socket: Rc::new(PacketSocket::from_std(socket.into())?),
            local,
            buffer: vec![0; BUFFER_OCTETS],
        })
    }

    pub(super) fn socket(&self) -> &Rc<PacketSocket> {
        &self.socket
    }

    pub(super) fn local(&self) -> IpAddr {
        self.local
    }

    /// Takes up to a batch. Answers how many packets that was; none when nothing waits.
    pub(super) fn receive(&mut self, sink: &mut impl FnMut(Path, &mut [u8])) -> io::Result<usize> {
        for count in 0..BATCH {
            let buffer = &mut self.buffer[..];
            let received = self.socket.try_io(Interest::READABLE, || {
                let (octets, _, from) = rustix::net::recvfrom(&*self.socket, buffer, RecvFlags::empty())?;
                Ok((octets, from))
            });
            match received {
                Ok((octets, from)) => {
                    let packet = self.buffer.get_mut(..octets).unwrap_or_default();
                    if let Some((path, packet)) = esp(self.local, packet, from) {
                        sink(path, packet);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(count),
                Err(error) => return Err(error),
            }
        }
        Ok(BATCH)
    }

    /// Sends from the front of the queue. Answers whether it is empty; an error of the network is a lost packet.
    pub(super) fn send(&mut self, queue: &mut VecDeque<Transmit>) -> bool {
        while !queue.is_empty() {
            match self.send_batch(queue) {
                Ok(sent) => drop(queue.drain(..sent)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) => {
                    let lost = queue.pop_front();
                    tracing::debug!(remote = ?lost.map(|lost| lost.path.remote), %error, "ESP packet not sent");
                }
            }
        }
        true
    }

    fn send_batch(&self, queue: &VecDeque<Transmit>) -> io::Result<usize> {
        let batch = || queue.iter().take(BATCH);
        let addresses: Vec<SocketAddrAny> = batch().map(|transmit| transmit.path.remote.as_any()).collect();
        let slices: Vec<[IoSlice<'_>; 1]> =
            batch().map(|transmit| [IoSlice::new(&transmit.octets)]).collect();
        let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> =
            batch().map(|_| SendAncillaryBuffer::default()).collect();
        let mut messages: Vec<MMsgHdr<'_>> = addresses
            .iter()
            .zip(&slices)
            .zip(&mut controls)
            .map(|((address, slices), control)| MMsgHdr::new_with_addr(address, slices, control))
            .collect();
        let socket = &*self.socket;
        socket.try_io(Interest::WRITABLE, || {
            Ok(rustix::net::sendmmsg(socket, &mut messages, SendFlags::empty())?)
        })
    }
}

/// The ESP packet in what was received: IPv4 shows its header, IPv6 does not.
fn esp(local: IpAddr, octets: &mut [u8], from: Option<SocketAddrAny>) -> Option<(Path, &mut [u8])> {
    let mut remote = SocketAddr::try_from(from?).ok()?;
    remote.set_port(0);
    let header = if local.is_ipv4() {
        usize::from(octets.first()? & 0x0f) * 4
    } else {
        0
    };
    let path = Path {
        local: SocketAddr::new(local, 0),
        remote,
    };
    Some((path, octets.get_mut(header..)?))
}
