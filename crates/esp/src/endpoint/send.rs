//! Outwards: flows to ESP packets.

use super::{Endpoint, Transmit};
use crate::association::Mode;
use crate::database::{Association, End, Path};
use crate::event::{Event, Flow, Transport};
use crate::ip::{self, Header, UDP_HEADER, protocol};
use crate::outbound::{MAX_PAYLOAD, SealError};
use std::net::SocketAddr;
use std::time::Duration;

/// Why nothing was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No outbound association has these addresses and ports.
    #[error("no outbound security association has these addresses and ports")]
    NoAssociation,
    /// The datagram is too long.
    #[error("{0} octets do not fit into a protected datagram")]
    TooLong(usize),
    /// All sequence numbers were used.
    #[error("the association has used up its sequence numbers: agree on a new one (RFC 4303 3.3.3)")]
    Exhausted,
    /// The peer does not read what was sent before.
    #[error("the connection holds as many octets as it may: the peer does not read")]
    Full,
    /// There are as many connections as may be.
    #[error("there are as many connections inside ESP as there may be")]
    TooManyConnections,
}

impl Endpoint {
    /// Sends on a flow. A datagram leaves at once; octets of a stream in order, on a connection that is begun if there is
    /// none ([`Event::Opened`] or [`Event::Closed`] follows).
    ///
    /// # Errors
    /// [`SendError`]: nothing was taken.
    pub fn send(&mut self, now: Duration, flow: Flow, octets: &[u8]) -> Result<(), SendError> {
        self.tell(now);
        match flow.transport {
            Transport::Udp => self.send_datagram(flow, octets),
            Transport::Tcp => self.send_stream(flow, octets),
        }
    }

    fn send_datagram(&mut self, flow: Flow, octets: &[u8]) -> Result<(), SendError> {
        let too_long = SendError::TooLong(octets.len());
        let udp = ip::udp_header(flow.local, flow.remote, octets).ok_or(too_long)?;
        self.seal(flow.local, flow.remote, protocol::UDP, &[&udp, octets])
    }

    /// Protects what is between two ends, and queues it.
    pub(super) fn seal(
        &mut self,
        local: SocketAddr,
        remote: SocketAddr,
        next_header: u8,
        parts: &[&[u8]; 2],
    ) -> Result<(), SendError> {
        let (association, heard) = self
            .database
            .outbound(local, remote)
            .ok_or(SendError::NoAssociation)?;
        let path = path(self.config, association, heard);
        let octets: usize = parts[0].len() + parts[1].len();
        let End::Outbound(outbound) = &mut association.end else {
            return Err(SendError::NoAssociation);
        };
        let mut out = Vec::new();
        let sealed = match association.parameters.mode {
            Mode::Transport => outbound.seal(next_header, parts, &mut out),
            Mode::UdpEncapsulatedTunnel { .. } => {
                let header = Header::new(local.ip(), remote.ip(), next_header, octets);
                let header = header.ok_or(SendError::TooLong(octets))?;
                let inner = if local.is_ipv4() {
                    protocol::IPV4
                } else {
                    protocol::IPV6
                };
                outbound.seal(inner, &[header.octets(), parts[0], parts[1]], &mut out)
            }
        };
        match sealed {
            Ok(()) => {}
            Err(SealError::TooLong(_)) => return Err(SendError::TooLong(octets)),
            Err(SealError::Exhausted | SealError::ReceiveOnly) => {
                let key = association.parameters.key();
                if !std::mem::replace(&mut association.told, true) {
                    self.events.push_back(Event::Exhausted(key));
                }
                return Err(SendError::Exhausted);
            }
        }
        association.packets += 1;
        association.octets += octets as u64;
        self.transmit(Transmit { path, octets: out });
        Ok(())
    }
}

const _: () = assert!(MAX_PAYLOAD > UDP_HEADER);

/// Where a packet of an association goes outside.
fn path(config: super::Config, association: &Association, heard: Option<Path>) -> Path {
    let parameters = &association.parameters;
    let with_port = |address: SocketAddr, port| SocketAddr::new(address.ip(), port);
    match (parameters.mode, config.encapsulation) {
        (Mode::UdpEncapsulatedTunnel { source, destination }, _) => heard.unwrap_or(Path {
            local: source,
            remote: destination,
        }),
        (Mode::Transport, Some(ports)) => heard.unwrap_or(Path {
            local: with_port(parameters.source, ports.local_port),
            remote: with_port(parameters.destination, ports.remote_port),
        }),
        (Mode::Transport, None) => Path {
            local: with_port(parameters.source, 0),
            remote: with_port(parameters.destination, 0),
        },
    }
}
