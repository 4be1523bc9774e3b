//! The sockets of a user-space transport: for each address raw ones, UDP ones or both.

use super::raw::RawCarrier;
use super::settings::{EspBackend, EspCarrier, EspError, EspSettings};
use crate::datagram::{Datagram, PacketSocket, UdpCarrier};
use quintet_esp::{Path, Transmit};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

/// Batches taken from a socket before the driver looks at what else there is.
const RECEIVE_BATCHES: usize = 16;

/// One socket with what it did not take yet.
struct Queue<C> {
    carrier: C,
    unsent: VecDeque<Transmit>,
}

pub(super) struct Sockets {
    raw: Vec<Queue<RawCarrier>>,
    udp: Vec<Queue<UdpCarrier>>,
    /// A datagram while it is deciphered.
    scratch: Vec<u8>,
    /// Addresses of ours, and what the network sees of them.
    nat: Vec<(IpAddr, IpAddr)>,
}

impl Datagram for Transmit {
    fn from(&self) -> IpAddr {
        self.path.local.ip()
    }

    fn to(&self) -> SocketAddr {
        self.path.remote
    }

    fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl Sockets {
    /// Opens the sockets of one of the two back ends that are made of packets.
    pub(super) fn open(settings: &EspSettings, backend: EspBackend) -> Result<(Self, EspCarrier), EspError> {
        let unspecified = settings.local.iter().any(IpAddr::is_unspecified);
        if settings.local.is_empty() || (unspecified && backend != EspBackend::Udp) {
            return Err(EspError::Address);
        }
        let mut sockets = Self {
            raw: Vec::new(),
            udp: Vec::new(),
            scratch: Vec::new(),
            nat: settings.nat.clone(),
        };
        let interface = settings.interface.as_deref();
        if backend == EspBackend::Udp {
            let mut port = settings.udp_port;
            for ip in &settings.local {
                port = sockets.bind_udp(SocketAddr::new(*ip, port), interface)?;
            }
            return Ok((sockets, EspCarrier::Udp { port }));
        }
        for ip in &settings.local {
            let carrier = RawCarrier::bind(*ip).map_err(|error| match error.kind() {
                io::ErrorKind::PermissionDenied => EspError::NoRawSockets(error),
                _ => EspError::Bind {
                    address: SocketAddr::new(*ip, 0),
                    error,
                },
            })?;
            sockets.raw.push(Queue {
                carrier,
                unsent: VecDeque::new(),
            });
        }
        let mut udp_port = None;
        for ip in &settings.local {
            let address = SocketAddr::new(*ip, udp_port.unwrap_or(settings.udp_port));
            match sockets.bind_udp(address, interface) {
                Ok(port) => udp_port = Some(port),
                Err(error) => tracing::warn!(%error, "no UDP-encapsulated tunnels at this address"),
            }
        }
        Ok((sockets, EspCarrier::RawIp { udp_port }))
    }

    fn bind_udp(&mut self, address: SocketAddr, interface: Option<&str>) -> Result<u16, EspError> {
        let carrier =
            UdpCarrier::bind(address, interface).map_err(|error| EspError::Bind { address, error })?;
        let port = carrier.local().port();
        self.udp.push(Queue {
            carrier,
            unsent: VecDeque::new(),
        });
        Ok(port)
    }

    /// All sockets, in an order that stays: which to wait for.
    pub(super) fn all(&self) -> Vec<Rc<PacketSocket>> {
        let raw = self.raw.iter().map(|queue| Rc::clone(queue.carrier.socket()));
        raw.chain(self.udp.iter().map(|queue| Rc::clone(queue.carrier.socket())))
            .collect()
    }

    /// Takes what waits in one of [`Self::all`], a bounded number of packets.
    pub(super) fn receive(&mut self, index: usize, sink: &mut impl FnMut(Path, &mut [u8])) -> io::Result<()> {
        for _ in 0..RECEIVE_BATCHES {
            let received = if let Some(queue) = self.raw.get_mut(index) {
                queue.carrier.receive(sink)?
            } else if let Some(queue) = self.udp.get_mut(index - self.raw.len()) {
                let (port, scratch) = (queue.carrier.local().port(), &mut self.scratch);
                let nat = &self.nat;
                queue.carrier.receive(&mut |local, remote, packet| {
                    scratch.clear();
                    scratch.extend_from_slice(packet);
                    sink(
                        Path {
                            local: SocketAddr::new(inward(nat, local), port),
                            remote,
                        },
                        scratch,
                    );
                })?
            } else {
                0
            };
            if received == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Queues a packet at the socket of its address. One whose address is not ours is lost.
    pub(super) fn push(&mut self, mut transmit: Transmit) {
        let ip = outward(&self.nat, transmit.path.local.ip());
        transmit.path.local.set_ip(ip);
        if transmit.path.is_encapsulated() {
            let serves = |own: IpAddr| own == ip || (own.is_unspecified() && own.is_ipv4() == ip.is_ipv4());
            let found = self
                .udp
                .iter_mut()
                .find(|queue| serves(queue.carrier.local().ip()));
            if let Some(queue) = found {
                queue.unsent.push_back(transmit);
                return;
            }
        } else if let Some(queue) = self.raw.iter_mut().find(|queue| queue.carrier.local() == ip) {
            // Linux wants no port with a raw socket's IPv6 address.
            transmit.path.remote.set_port(0);
            queue.unsent.push_back(transmit);
            return;
        }
        tracing::debug!(path = ?transmit.path, "ESP packet not sent: no socket has its source address");
    }

    /// Sends what is queued as far as the sockets take it. Answers which of [`Self::all`] are full.
    pub(super) fn flush(&mut self) -> Vec<usize> {
        let raw = self
            .raw
            .iter_mut()
            .map(|queue| queue.carrier.send(&mut queue.unsent));
        let udp = self
            .udp
            .iter_mut()
            .map(|queue| queue.carrier.send(&mut queue.unsent));
        let all = raw.chain(udp).enumerate();
        all.filter_map(|(index, empty)| (!empty).then_some(index))
            .collect()
    }

    /// Packets that wait for sockets.
    pub(super) fn waiting(&self) -> usize {
        let raw = self.raw.iter().map(|queue| queue.unsent.len());
        raw.chain(self.udp.iter().map(|queue| queue.unsent.len())).sum()
    }
}

/// What the network sees of an address of ours.
fn outward(nat: &[(IpAddr, IpAddr)], ip: IpAddr) -> IpAddr {
    let found = nat.iter().find(|(inside, _)| *inside == ip);
    found.map_or(ip, |(_, outside)| *outside)
}

/// The address of ours that the network sees as this one.
fn inward(nat: &[(IpAddr, IpAddr)], ip: IpAddr) -> IpAddr {
    let found = nat.iter().find(|(_, outside)| *outside == ip);
    found.map_or(ip, |(inside, _)| *inside)
}
