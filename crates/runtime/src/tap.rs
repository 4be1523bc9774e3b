//! A tap on the wire: sees whole messages as they are written and read, for ladders and captures.

use quintet_diameter::node::ConnectionId;
use quintet_diameter::{HEADER_OCTETS, Header};
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
}

/// Receives what passes. Called on the driver's thread: it must be quick.
pub trait Tap {
    /// A connection came about.
    fn opened(&mut self, wall: Duration, link: &Link);
    /// A whole message passed.
    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]);
    /// A connection ended.
    fn closed(&mut self, wall: Duration, link: &Link);
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
