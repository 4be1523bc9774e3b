//! A tap on the wire: sees whole messages as they are written and read, for ladders and captures.

use crate::sctp::SctpCarrier;
use quintet_diameter::node::ConnectionId;
use quintet_diameter::{HEADER_OCTETS, Header};
use quintet_esp::SaParameters;
use quintet_sctp::{AssociationId, Message, Path, Streams};
use quintet_sip::transport::Hop;
use std::net::SocketAddr;
use std::time::Duration;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From the network to this node.
    Received,
    /// From this node to the network.
    Sent,
}

/// A transport connection as a tap sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The driver's number for it.
    pub connection: ConnectionId,
    /// Our end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// Whether this node made the connection.
    pub initiated: bool,
    /// What carries it.
    pub transport: Transport,
}

/// What carries a Diameter connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// A TCP connection.
    Tcp,
    /// An SCTP association, of which a tap hears by [`Tap::sctp_up`] and so on as well.
    Sctp(AssociationId),
}

/// An SCTP association as a tap sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpLink {
    /// Its number.
    pub association: AssociationId,
    /// Our address, which may be unspecified, and SCTP port.
    pub local: SocketAddr,
    /// The peer's address and SCTP port.
    pub remote: SocketAddr,
    /// Whether this node began it.
    pub initiated: bool,
    /// What was negotiated.
    pub streams: Streams,
    /// What carries it: for all but the kernel, [`Tap::sctp_packet`] sees the packets themselves.
    pub carrier: SctpCarrier,
}

/// Where an SCTP packet went or came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SctpWire {
    /// Our address; the peer's address and, over UDP, its port.
    pub path: Path,
    /// Raw IP, or UDP with our port.
    pub carrier: SctpCarrier,
}

/// A connection of a service based interface as a tap sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SbiLink {
    /// The driver's number for it.
    pub connection: u64,
    /// Our end.
    pub local: SocketAddr,
    /// The other end.
    pub remote: SocketAddr,
    /// Whether this node made the connection.
    pub initiated: bool,
    /// Whether TLS protects it. What the tap sees is what TLS carries.
    pub tls: bool,
}

/// Receives what passes. Called on the driver's thread: it must be quick.
pub trait Tap {
    /// A connection came about.
    fn opened(&mut self, wall: Duration, link: &Link);
    /// A whole message passed.
    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]);
    /// A connection ended.
    fn closed(&mut self, wall: Duration, link: &Link);

    /// An SCTP association came about, whatever it carries, or its peer restarted it.
    fn sctp_up(&mut self, wall: Duration, link: &SctpLink) {
        let _ = (wall, link);
    }
    /// A whole SCTP message passed, or was handed over for sending.
    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        let _ = (wall, link, way, message);
    }
    /// An SCTP association ended, in good order or not.
    fn sctp_down(&mut self, wall: Duration, link: &SctpLink, graceful: bool) {
        let _ = (wall, link, graceful);
    }
    /// An SCTP packet passed that this process made or took apart itself.
    fn sctp_packet(&mut self, wall: Duration, wire: &SctpWire, way: Way, packet: &[u8]) {
        let _ = (wall, wire, way, packet);
    }

    /// A security association was installed. What sees its keys must keep them as such.
    fn esp_installed(&mut self, wall: Duration, parameters: &SaParameters) {
        let _ = (wall, parameters);
    }
    /// An ESP packet passed that this process sealed or is to open: in IP where the path's ports are 0, else in UDP.
    fn esp_packet(&mut self, wall: Duration, path: quintet_esp::Path, way: Way, packet: &[u8]) {
        let _ = (wall, path, way, packet);
    }

    /// A connection of a service based interface came about; with TLS, after its handshake.
    fn sbi_opened(&mut self, wall: Duration, link: &SbiLink) {
        let _ = (wall, link);
    }
    /// Octets of HTTP/2 were read or written, in order and without gaps, but cut anywhere.
    fn sbi_octets(&mut self, wall: Duration, link: &SbiLink, way: Way, octets: &[u8]) {
        let _ = (wall, link, way, octets);
    }
    /// A connection of a service based interface ended.
    fn sbi_closed(&mut self, wall: Duration, link: &SbiLink) {
        let _ = (wall, link);
    }

    /// A whole SIP message passed, or was handed over for sending. With TLS it is what TLS carries; under IPsec in user
    /// space it is what ESP carries, and the packets are told as well.
    fn sip_message(&mut self, wall: Duration, hop: &Hop, way: Way, octets: &[u8]) {
        let _ = (wall, hop, way, octets);
    }
    /// A connection of SIP ended, or did not come about.
    fn sip_closed(&mut self, wall: Duration, hop: &Hop) {
        let _ = (wall, hop);
    }
}

/// Splits output into messages. Output is made of whole messages written by this process, so a length that does not
/// fit cannot come from a peer; the rest is then left out rather than guessed at.
pub(crate) fn messages(mut octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = Header::decode(octets).ok()?.length as usize;
        if length < HEADER_OCTETS {
            return None;
        }
        let (message, rest) = octets.split_at_checked(length)?;
        octets = rest;
        Some(message)
    })
}
