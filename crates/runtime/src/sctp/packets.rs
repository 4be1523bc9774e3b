//! The user-space back ends: an endpoint and what carries its packets.

use super::raw::RawCarrier;
use super::settings::{SctpAddress, SctpBackend, SctpCarrier, SctpError, SctpSettings};
use super::socket::{Carrier, PacketSocket, source_address};
use super::{SctpConnectError, SctpRemote};
use crate::Drbg;
use crate::Moment;
use crate::datagram::UdpCarrier;
use crate::tap::{SctpWire, Tap, Way};
use quintet_sctp::{AssociationId, Config, Endpoint, Path, Transmit};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::path::Path as FilePath;
use std::rc::Rc;
use tokio::sync::Notify;
use zeroize::Zeroize;

/// Batches taken from the socket before the driver looks at what else there is.
const RECEIVE_BATCHES: usize = 16;

/// Ports that are chosen where none is given: the dynamic ones (RFC 6335 6).
const DYNAMIC_PORTS: std::ops::RangeInclusive<u16> = 49_152..=65_535;

/// Exists where a kernel has its own SCTP.
const KERNEL_SCTP: &str = "/proc/net/sctp";

/// An endpoint with its socket.
pub(crate) struct PacketEndpoint {
    pub(super) endpoint: Endpoint,
    carrier: Carrier,
    address: SctpAddress,
    remote_udp_port: u16,
    /// Packets the socket did not take yet.
    unsent: VecDeque<Transmit>,
    /// Woken when the socket is full.
    full: Rc<Notify>,
}

impl PacketEndpoint {
    /// Opens the socket. `backend` is one of the two that are made of packets.
    pub(super) fn open(
        settings: &SctpSettings,
        backend: SctpBackend,
        first_association: AssociationId,
        drbg: &mut Drbg,
    ) -> Result<Self, SctpError> {
        let local = settings.local;
        let port = match local.port() {
            0 => dynamic_port(drbg),
            port => port,
        };
        let (carrier, kind) = if backend == SctpBackend::RawIp {
            (raw(local)?, SctpCarrier::RawIp)
        } else {
            let address = SocketAddr::new(local.ip(), settings.udp_port);
            let udp =
                UdpCarrier::bind(address, None).map_err(|error| SctpError::bind(address, "UDP", error))?;
            let port = udp.local().port();
            (Carrier::Udp(Box::new(udp)), SctpCarrier::Udp { port })
        };
        let config = Config {
            port,
            first_association,
            ..settings.endpoint.clone()
        };
        let mut seed = [0; 32];
        drbg.fill(&mut seed);
        let endpoint = Endpoint::new(config, seed);
        seed.zeroize();
        Ok(Self {
            endpoint,
            carrier,
            address: SctpAddress {
                address: SocketAddr::new(local.ip(), port),
                carrier: kind,
            },
            remote_udp_port: settings.remote_udp_port,
            unsent: VecDeque::new(),
            full: Rc::new(Notify::new()),
        })
    }

    pub(super) fn address(&self) -> SctpAddress {
        self.address
    }

    /// The socket that packets come in through.
    pub(crate) fn socket(&self) -> Rc<PacketSocket> {
        Rc::clone(self.carrier.socket())
    }

    /// The socket that packets leave through, and who is woken when it is full.
    pub(crate) fn sender(&self) -> (Rc<PacketSocket>, Rc<Notify>) {
        (Rc::clone(self.carrier.sender()), Rc::clone(&self.full))
    }

    pub(super) fn connect(&mut self, at: Moment, to: SctpRemote) -> Result<AssociationId, SctpConnectError> {
        let ip = to.address.ip();
        let local = match self.address.address.ip() {
            local if local.is_unspecified() => {
                source_address(ip).map_err(|error| SctpConnectError::System {
                    address: to.address,
                    reason: error.to_string(),
                })?
            }
            local => local,
        };
        let udp_port = match self.address.carrier {
            SctpCarrier::Udp { .. } => to.udp_port.unwrap_or(self.remote_udp_port),
            _ => 0,
        };
        let path = Path {
            local,
            remote: SocketAddr::new(ip, udp_port),
        };
        Ok(self.endpoint.connect(at.now, path, to.address.port())?)
    }

    /// Feeds the endpoint what waits in the socket.
    pub(super) fn receive(&mut self, at: Moment, tap: &mut Option<Box<dyn Tap>>) -> io::Result<()> {
        let (endpoint, carrier) = (&mut self.endpoint, self.address.carrier);
        for _ in 0..RECEIVE_BATCHES {
            let received = self.carrier.receive(&mut |path, packet| {
                if let Some(tap) = tap {
                    tap.sctp_packet(at.wall, &SctpWire { path, carrier }, Way::Received, packet);
                }
                endpoint.receive(at.now, path, packet);
            })?;
            if received == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Sends what the endpoint has for the network, as far as the socket takes it.
    pub(super) fn transmit(&mut self, at: Moment, tap: &mut Option<Box<dyn Tap>>) {
        let carrier = self.address.carrier;
        // What the socket did not take is all that waits: the endpoint keeps the rest, and may find better to send.
        while self.unsent.is_empty() || self.carrier.send(&mut self.unsent) {
            while self.unsent.len() < MAX_UNSENT
                && let Some(transmit) = self.endpoint.poll_transmit()
            {
                if let Some(tap) = tap {
                    let path = transmit.path;
                    tap.sctp_packet(at.wall, &SctpWire { path, carrier }, Way::Sent, &transmit.packet);
                }
                self.unsent.push_back(transmit);
            }
            if self.unsent.is_empty() {
                return;
            }
        }
        self.full.notify_one();
    }
}

/// Packets handed to the socket together.
const MAX_UNSENT: usize = 256;

fn dynamic_port(drbg: &mut Drbg) -> u16 {
    let count = u64::from(DYNAMIC_PORTS.end() - DYNAMIC_PORTS.start()) + 1;
    DYNAMIC_PORTS.start() + (drbg.next_u64() % count) as u16
}

fn raw(local: SocketAddr) -> Result<Carrier, SctpError> {
    if local.is_ipv6() && local.ip().is_unspecified() {
        let error = io::Error::from(io::ErrorKind::Unsupported);
        return Err(SctpError::Bind {
            address: local,
            carrier: "raw IP",
            error,
            remedy: "over IPv6 a raw socket cannot tell which address was asked: give one address",
        });
    }
    let carrier = RawCarrier::bind(local.ip()).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => SctpError::NoRawSockets(error),
        _ => SctpError::bind(local, "raw IP", error),
    })?;
    if FilePath::new(KERNEL_SCTP).exists() {
        tracing::warn!(
            "SCTP over raw IP beside the kernel's own SCTP, which answers our peers with ABORT: choose \"kernel\", or \
             unload the module sctp"
        );
    }
    Ok(Carrier::Raw(carrier))
}
