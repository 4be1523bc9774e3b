//! Inwards: ESP packets to flows.

use super::{Endpoint, MAX_EVENTS};
use crate::association::{Mode, SaParameters};
use crate::database::{End, Path};
use crate::event::{Drop, DropReason, Event, Flow, Transport};
use crate::inbound::{self, OpenError};
use crate::ip::{self, IpError, Packet, protocol};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The octet that keeps a NAT open (RFC 3948 2.3).
pub(super) const KEEP_ALIVE: u8 = 0xff;

/// What was found in a packet: a segment between the two ends of an association.
struct Segment {
    flow: Flow,
    /// Where it is in what was opened.
    range: std::ops::Range<usize>,
}

impl Endpoint {
    /// A packet arrived on `path`: ESP from SPI to ICV, or what else comes to the UDP port. Any octets are allowed; they are
    /// deciphered in place.
    pub fn packet(&mut self, now: Duration, path: Path, octets: &mut [u8]) {
        self.tell(now);
        let path = canonical(path);
        if path.is_encapsulated() && (octets.starts_with(&[0; 4]) || *octets == [KEEP_ALIVE]) {
            // Something of IKE, or a keep-alive (RFC 3948 2.2 and 2.3): neither is ours.
            return;
        }
        let spi = inbound::peek(octets).map_or(0, |(spi, _)| spi);
        let outcome = self.open(path, spi, octets);
        match outcome {
            Ok(Some(segment)) => self.deliver(segment, octets),
            Ok(None) => {}
            Err(reason) => self.report(Drop {
                reason,
                spi,
                source: path.remote,
                destination: path.local.ip(),
            }),
        }
    }

    /// Opens a packet. `None` if it is a dummy.
    fn open(&mut self, path: Path, spi: u32, octets: &mut [u8]) -> Result<Option<Segment>, DropReason> {
        let association = self
            .database
            .inbound(spi, path.local.ip())
            .ok_or(DropReason::UnknownSpi)?;
        let End::Inbound(inbound) = &mut association.end else {
            return Err(DropReason::UnknownSpi);
        };
        let parameters = &association.parameters;
        let (next_header, payload, sequence) = inbound.open_at(octets).map_err(|error| match error {
            OpenError::Malformed | OpenError::Padding => DropReason::Malformed,
            OpenError::Replayed => DropReason::Replayed,
            OpenError::MacFailed => DropReason::MacFailed { spi: parameters.spi },
        })?;
        let segment = look_into(
            parameters,
            path,
            next_header,
            &octets[payload.clone()],
            payload.start,
        );
        let (set, latest) = (parameters.set, sequence == inbound.sequence());
        let segment = segment?;
        if let Some(segment) = &segment {
            association.packets += 1;
            association.octets += segment.range.len() as u64;
        }
        if latest && path.is_encapsulated() {
            self.database.heard(set, path);
        }
        Ok(segment)
    }

    fn deliver(&mut self, segment: Segment, octets: &[u8]) {
        let flow = segment.flow;
        let octets = &octets[segment.range];
        match flow.transport {
            Transport::Tcp => self.receive_segment(flow, octets),
            Transport::Udp => {
                if self.events.len() < MAX_EVENTS {
                    self.events.push_back(Event::Datagram {
                        flow,
                        octets: octets.to_vec(),
                    });
                }
            }
        }
    }

    fn report(&mut self, drop: Drop) {
        if self.events.len() < MAX_EVENTS {
            self.events.push_back(Event::Dropped(drop));
        }
    }
}

/// Checks that what is inside belongs to the association (RFC 4301 5.2). `start` is where the payload begins.
fn look_into(
    parameters: &SaParameters,
    path: Path,
    next_header: u8,
    payload: &[u8],
    start: usize,
) -> Result<Option<Segment>, DropReason> {
    let (source, destination) = (parameters.source, parameters.destination);
    let (protocol, segment, offset) = match (parameters.mode, next_header) {
        (_, protocol::NONE) => return Ok(None),
        (Mode::Transport, protocol) => {
            // In UDP the outer address may be a NAT's; the selectors say whose packet it is.
            if !path.is_encapsulated() && path.remote.ip() != source.ip() {
                return Err(DropReason::WrongSelectors);
            }
            (protocol, payload, 0)
        }
        (Mode::UdpEncapsulatedTunnel { .. }, protocol::IPV4 | protocol::IPV6) => {
            let packet = Packet::parse(payload).map_err(|error| match error {
                IpError::Malformed => DropReason::Malformed,
                IpError::Fragment => DropReason::NotExpected,
            })?;
            if (packet.source, packet.destination) != (source.ip(), destination.ip()) {
                return Err(DropReason::WrongSelectors);
            }
            (packet.protocol, packet.payload, packet.offset)
        }
        (Mode::UdpEncapsulatedTunnel { .. }, _) => return Err(DropReason::NotExpected),
    };
    let begin = start + offset;
    let (transport, range) = match protocol {
        protocol::UDP => {
            let inner =
                ip::udp_payload(source.ip(), destination.ip(), segment).ok_or(DropReason::Malformed)?;
            (
                Transport::Udp,
                begin + ip::UDP_HEADER..begin + ip::UDP_HEADER + inner.len(),
            )
        }
        protocol::TCP => (Transport::Tcp, begin..begin + segment.len()),
        _ => return Err(DropReason::NotExpected),
    };
    if ip::ports(segment) != Some((source.port(), destination.port())) {
        return Err(DropReason::WrongSelectors);
    }
    let flow = Flow {
        transport,
        local: destination,
        remote: source,
    };
    Ok(Some(Segment { flow, range }))
}

/// IPv4 addresses in IPv6 notation, as a dual-stack socket gives them, are IPv4 addresses.
fn canonical(path: Path) -> Path {
    let plain = |address: SocketAddr| {
        let ip: IpAddr = address.ip().to_canonical();
        SocketAddr::new(ip, address.port())
    };
    Path {
        local: plain(path.local),
        remote: plain(path.remote),
    }
}
