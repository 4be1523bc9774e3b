//! SCTP packets in IP packets of protocol 132, over raw sockets (CAP_NET_RAW).
//!
//! An open raw socket of the protocol also keeps a kernel without SCTP from answering peers with ICMP "protocol
//! unreachable", upon which a kernel's SCTP at the other end gives up. A kernel with SCTP answers beside us, with
//! ABORT: there its own SCTP must be used. Over IPv4 our source address is in a header of our own, so a socket on all
//! addresses answers from the one that was asked; over IPv6 a socket has one address.

use super::socket::{PacketSocket, RECEIVE_BUFFER_OCTETS, SEND_BUFFER_OCTETS};
use quintet_sctp::{Path, Transmit};
use rustix::net::addr::SocketAddrArg;
use rustix::net::{MMsgHdr, RecvFlags, SendAncillaryBuffer, SendFlags, SocketAddrAny};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use tokio::io::Interest;

/// IP protocol number of SCTP.
const PROTOCOL: i32 = 132;
/// IPPROTO_RAW: a socket that sends whole IPv4 packets and receives none.
const WHOLE_PACKETS: i32 = 255;

/// Longest IP packet.
const BUFFER_OCTETS: usize = 64 * 1024;

/// Packets a `receive` takes, and one `sendmmsg`.
const BATCH: usize = 64;

const IPV4_HEADER_OCTETS: usize = 20;
const DO_NOT_FRAGMENT: u16 = 0x4000;
const HOP_LIMIT: u8 = 64;

pub(super) struct RawCarrier {
    socket: Rc<PacketSocket>,
    /// What IPv4 packets leave through; IPv6 packets leave where they come in.
    sender: Option<Rc<PacketSocket>>,
    local: IpAddr,
    buffer: Vec<u8>,
}

impl RawCarrier {
    /// Opens the sockets, bound to an address.
    pub(super) fn bind(local: IpAddr) -> io::Result<Self> {
        let domain = Domain::for_address(SocketAddr::new(local, 0));
        let socket = Socket::new(domain, Type::RAW, Some(Protocol::from(PROTOCOL)))?;
        socket.set_nonblocking(true)?;
        socket.set_recv_buffer_size(RECEIVE_BUFFER_OCTETS)?;
        socket.set_send_buffer_size(SEND_BUFFER_OCTETS)?;
        let sender = if local.is_ipv4() {
            let sender = Socket::new(domain, Type::RAW, Some(Protocol::from(WHOLE_PACKETS)))?;
            sender.set_nonblocking(true)?;
            sender.set_send_buffer_size(SEND_BUFFER_OCTETS)?;
            Some(Rc::new(PacketSocket::from_std(sender.into())?))
        } else {
            None
        };
        socket.bind(&SocketAddr::new(local, 0).into())?;
        Ok(Self {
            socket: Rc::new(PacketSocket::from_std(socket.into())?),
            sender,
            local,
            buffer: vec![0; BUFFER_OCTETS],
        })
    }

    pub(super) fn socket(&self) -> &Rc<PacketSocket> {
        &self.socket
    }

    /// The socket that packets leave through.
    pub(super) fn sender(&self) -> &Rc<PacketSocket> {
        self.sender.as_ref().unwrap_or(&self.socket)
    }

    /// Takes up to a batch. Answers how many packets that was; none when nothing waits.
    pub(super) fn receive(&mut self, sink: &mut impl FnMut(Path, &[u8])) -> io::Result<usize> {
        for count in 0..BATCH {
            let buffer = &mut self.buffer[..];
            let received = self.socket.try_io(Interest::READABLE, || {
                let (octets, _, from) = rustix::net::recvfrom(&*self.socket, buffer, RecvFlags::empty())?;
                Ok((octets, from))
            });
            match received {
                Ok((octets, from)) => {
                    if let Some((path, packet)) = self.packet(octets, from) {
                        sink(path, packet);
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(count),
                Err(error) => return Err(error),
            }
        }
        Ok(BATCH)
    }

    /// The SCTP packet in what was received: IPv4 shows its header, IPv6 does not.
    fn packet(&self, octets: usize, from: Option<SocketAddrAny>) -> Option<(Path, &[u8])> {
        let octets = self.buffer.get(..octets)?;
        if self.local.is_ipv4() {
            let (local, remote, packet) = ipv4(octets)?;
            let path = Path {
                local: local.into(),
                remote: SocketAddr::new(remote.into(), 0),
            };
            return Some((path, packet));
        }
        let mut remote = SocketAddr::try_from(from?).ok()?;
        remote.set_port(0);
        Some((
            Path {
                local: self.local,
                remote,
            },
            octets,
        ))
    }

    /// Sends from the front of the queue. Answers whether it is empty; an error of the network is a lost packet.
    pub(super) fn send(&mut self, queue: &mut VecDeque<Transmit>) -> bool {
        while !queue.is_empty() {
            match self.send_batch(queue) {
                Ok(sent) => drop(queue.drain(..sent)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                Err(error) => {
                    let lost = queue.pop_front();
                    tracing::debug!(remote = ?lost.map(|lost| lost.path.remote), %error, "SCTP packet not sent");
                }
            }
        }
        true
    }

    fn send_batch(&self, queue: &VecDeque<Transmit>) -> io::Result<usize> {
        let batch = || queue.iter().take(BATCH);
        let headers: Vec<([u8; IPV4_HEADER_OCTETS], usize)> = batch().map(header).collect();
        let addresses: Vec<SocketAddrAny> = batch().map(|transmit| transmit.path.remote.as_any()).collect();
        let slices: Vec<[IoSlice<'_>; 2]> = headers
            .iter()
            .zip(batch())
            .map(|((header, octets), transmit)| {
                [IoSlice::new(&header[..*octets]), IoSlice::new(&transmit.packet)]
            })
            .collect();
        let mut controls: Vec<SendAncillaryBuffer<'_, '_, '_>> =
            batch().map(|_| SendAncillaryBuffer::default()).collect();
        let mut messages: Vec<MMsgHdr<'_>> = addresses
            .iter()
            .zip(&slices)
            .zip(&mut controls)
            .map(|((address, slices), control)| MMsgHdr::new_with_addr(address, slices, control))
            .collect();
        let sender = &**self.sender();
        sender.try_io(Interest::WRITABLE, || {
            Ok(rustix::net::sendmmsg(sender, &mut messages, SendFlags::empty())?)
        })
    }
}

/// The addresses and payload of a received IPv4 packet, which the kernel has checked and put together.
fn ipv4(octets: &[u8]) -> Option<(Ipv4Addr, Ipv4Addr, &[u8])> {
    let header_octets = usize::from(octets.first()? & 0x0f) * 4;
    let source: [u8; 4] = octets.get(12..16)?.try_into().ok()?;
    let destination: [u8; 4] = octets.get(16..20)?.try_into().ok()?;
    Some((destination.into(), source.into(), octets.get(header_octets..)?))
}

/// The header of an IPv4 packet; none for IPv6, which the kernel writes. Checksum, identification and an unspecified
/// source are the kernel's to fill in (raw(7)).
fn header(transmit: &Transmit) -> ([u8; IPV4_HEADER_OCTETS], usize) {
    let mut header = [0; IPV4_HEADER_OCTETS];
    let (IpAddr::V4(source), IpAddr::V4(destination)) = (transmit.path.local, transmit.path.remote.ip())
    else {
        return (header, 0);
    };
    let length = (IPV4_HEADER_OCTETS + transmit.packet.len()) as u16;
    header[0] = 0x45;
    header[2..4].copy_from_slice(&length.to_be_bytes());
    header[6..8].copy_from_slice(&DO_NOT_FRAGMENT.to_be_bytes());
    header[8] = HOP_LIMIT;
    header[9] = PROTOCOL as u8;
    header[12..16].copy_from_slice(&source.octets());
    header[16..20].copy_from_slice(&destination.octets());
    (header, IPV4_HEADER_OCTETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let transmit = Transmit {
            path: Path {
                local: [192, 0, 2, 1].into(),
                remote: "192.0.2.2:0".parse().unwrap(),
            },
            packet: vec![7; 40],
        };
        let (header, octets) = header(&transmit);
        let packet = [&header[..octets], &transmit.packet].concat();
        assert_eq!(packet[2..4], 60_u16.to_be_bytes());
        let (local, remote, payload) = ipv4(&packet).unwrap();
        assert_eq!((local, remote), ([192, 0, 2, 2].into(), [192, 0, 2, 1].into()));
        assert_eq!(payload, &[7; 40]);
        assert!(ipv4(&packet[..19]).is_none());
        assert!(ipv4(&[]).is_none());
    }
}
