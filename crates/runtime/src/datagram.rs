//! UDP sockets: what carries SIP, ESP (RFC 3948) and SCTP (RFC 6951) in datagrams. Batches share system calls: `recvmmsg` and
//! GRO inwards, GSO outwards where datagrams of one size follow each other on one path, as they do when messages are many.

use quinn_udp::{RecvMeta, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use std::collections::VecDeque;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use tokio::io::Interest;

/// Buffers filled by one `recvmmsg`.
const BUFFERS: usize = 8;

/// A buffer holds what GRO may merge: the longest UDP datagram.
const BUFFER_OCTETS: usize = 64 * 1024;

/// Octets of packets in one send: below the longest UDP datagram, which the kernel takes the whole for.
const MAX_SEGMENTED_OCTETS: usize = 60_000;

/// A packet socket, registered with the runtime. A raw one is registered as if it were UDP's: the runtime asks no more of
/// it than when it is ready.
pub(crate) type PacketSocket = tokio::net::UdpSocket;

/// Octets of packets that may wait while the thread is at something else: a burst of a thousand associations.
pub(crate) const RECEIVE_BUFFER_OCTETS: usize = 4 << 20;

/// Octets that one batch of output may have without waiting.
pub(crate) const SEND_BUFFER_OCTETS: usize = 4 << 20;

/// A datagram that waits to leave.
pub(crate) trait Datagram {
    /// The address of ours it leaves from; an unspecified one is the system's choice.
    fn from(&self) -> IpAddr;
    /// Where to.
    fn to(&self) -> SocketAddr;
    /// What is in it.
    fn octets(&self) -> &[u8];
}

pub(crate) struct UdpCarrier {
    socket: Rc<PacketSocket>,
    state: UdpSocketState,
    local: SocketAddr,
    buffers: Vec<u8>,
    segments: Vec<u8>,
}

impl UdpCarrier {
    /// Binds to an address and UDP port, and to a network interface if one is named.
    pub(crate) fn bind(address: SocketAddr, interface: Option<&str>) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(true)?;
        }
        socket.set_nonblocking(true)?;
        if let Some(interface) = interface {
            bind_interface(&socket, interface)?;
        }
        // A smaller buffer than asked for is no error: the system's limit (net.core.rmem_max) holds.
        socket.set_recv_buffer_size(RECEIVE_BUFFER_OCTETS)?;
        socket.set_send_buffer_size(SEND_BUFFER_OCTETS)?;
        socket.bind(&address.into())?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let local = socket
            .local_addr()?
            .as_socket()
            .ok_or(io::ErrorKind::AddrNotAvailable)?;
        Ok(Self {
            socket: Rc::new(PacketSocket::from_std(socket.into())?),
            state,
            local,
            buffers: vec![0; BUFFERS * BUFFER_OCTETS],
            segments: Vec::new(),
        })
    }

    pub(crate) fn socket(&self) -> &Rc<PacketSocket> {
        &self.socket
    }

    /// Where it is bound.
    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Takes what one system call brings. Answers how many packets that was; none when nothing waits.
    pub(crate) fn receive(&mut self, sink: &mut impl FnMut(IpAddr, SocketAddr, &[u8])) -> io::Result<usize> {
        let mut metas = [RecvMeta::default(); BUFFERS];
        let state = &self.state;
        let mut chunks = self.buffers.chunks_exact_mut(BUFFER_OCTETS);
        let mut slices: [IoSliceMut<'_>; BUFFERS] =
            std::array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
        let socket = &*self.socket;
        let received = socket.try_io(Interest::READABLE, || {
            state.recv(UdpSockRef::from(socket), &mut slices, &mut metas)
        });
        let datagrams = match received {
            Ok(datagrams) => datagrams,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(0),
            Err(error) => return Err(error),
        };
        let mut packets = 0;
        for (meta, buffer) in metas.iter().zip(&slices).take(datagrams) {
            let local = meta.dst_ip.unwrap_or(self.local.ip());
            for packet in buffer[..meta.len].chunks(meta.stride.max(1)) {
                packets += 1;
                sink(local, meta.addr, packet);
            }
        }
        Ok(packets)
    }

    /// Sends from the front of the queue. Answers whether it is empty; an error of the network is a lost packet.
    pub(crate) fn send<D: Datagram>(&mut self, queue: &mut VecDeque<D>) -> bool {
        while let Some(first) = queue.front() {
            let run = self.run(queue);
            let contents = if run == 1 {
                first.octets()
            } else {
                self.segments.clear();
                for transmit in queue.iter().take(run) {
                    self.segments.extend_from_slice(transmit.octets());
                }
                &self.segments
            };
            let transmit = quinn_udp::Transmit {
                destination: first.to(),
                ecn: None,
                contents,
                segment_size: (run > 1).then_some(first.octets().len()),
                src_ip: specified(first.from()),
            };
            let (socket, state) = (&*self.socket, &self.state);
            let sent = socket.try_io(Interest::WRITABLE, || {
                state.try_send(UdpSockRef::from(socket), &transmit)
            });
            match sent {
                Ok(()) => drop(queue.drain(..run)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
                // Segmentation turned out to be impossible here: the same packets again, one by one.
                Err(_) if run > 1 && self.state.max_gso_segments() == 1 => {}
                Err(error) => {
                    tracing::debug!(remote = %first.to(), %error, "datagram not sent");
                    drop(queue.drain(..run));
                }
            }
        }
        true
    }

    /// How many packets from the front can leave as one segmented datagram: same path, same size, the last no longer.
    fn run<D: Datagram>(&self, queue: &VecDeque<D>) -> usize {
        let Some(first) = queue.front() else { return 0 };
        let size = first.octets().len();
        let most = self
            .state
            .max_gso_segments()
            .min(MAX_SEGMENTED_OCTETS / size.max(1))
            .max(1);
        let mut run = 0;
        for transmit in queue.iter().take(most) {
            let same_path = transmit.from() == first.from() && transmit.to() == first.to();
            if !same_path || transmit.octets().len() > size {
                break;
            }
            run += 1;
            if transmit.octets().len() < size {
                break;
            }
        }
        run
    }
}

/// Lets a socket hear one network interface alone.
#[cfg(target_os = "linux")]
fn bind_interface(socket: &Socket, interface: &str) -> io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}

#[cfg(not(target_os = "linux"))]
fn bind_interface(_: &Socket, _: &str) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

fn specified(address: IpAddr) -> Option<IpAddr> {
    (!address.is_unspecified()).then_some(address)
}
