//! What taps of the nodes see, in one form: which node saw it, on which connection, what it was.

use quintet_capture::Protocol;
use quintet_diameter::node::ConnectionId;
use quintet_runtime::{Link, SctpLink, Tap, Way};
use quintet_sctp::{AssociationId, Message};
use quintet_sip::transport::Hop;
use std::net::SocketAddr;
use std::time::Duration;

/// Which node sees a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "their names say it")]
pub enum Node {
    Hss,
    Mme,
    Amf,
    Ausf,
    Udm,
    Pcscf,
    Icscf,
    Scscf,
}

impl Node {
    /// Whether it is an HSS's peer, and shows their connection where both are of this process.
    pub(crate) const fn asks_hss(self) -> bool {
        matches!(self, Self::Mme | Self::Icscf | Self::Scscf)
    }
}

/// A connection of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Diameter, over TCP or SCTP.
    Diameter {
        /// The driver's number for it.
        connection: ConnectionId,
        /// Our end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
    },
    /// An SCTP association of S1AP or NGAP.
    Sctp {
        /// Its number.
        association: AssociationId,
        /// Our end.
        local: SocketAddr,
        /// The other end.
        remote: SocketAddr,
    },
    /// SIP, whatever carries it.
    Sip(Hop),
}

impl Line {
    /// Our end and the other one.
    pub(crate) const fn ends(&self) -> [SocketAddr; 2] {
        match self {
            Self::Diameter { local, remote, .. } | Self::Sctp { local, remote, .. } => [*local, *remote],
            Self::Sip(hop) => [hop.local, hop.remote],
        }
    }
}

/// What happened on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<O> {
    /// It came about.
    Opened,
    /// A whole message passed.
    Message {
        /// Which way.
        way: Way,
        /// What it is.
        protocol: Protocol,
        /// Its octets.
        octets: O,
    },
    /// It ended.
    Closed,
}

/// What a tap saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed<O> {
    /// When, since 1970.
    pub wall: Duration,
    /// Who saw it.
    pub node: Node,
    /// Where.
    pub line: Line,
    /// What.
    pub what: What<O>,
}

impl Passed<&[u8]> {
    /// The same with octets of its own.
    pub(crate) fn kept(&self) -> Passed<Box<[u8]>> {
        let what = match self.what {
            What::Opened => What::Opened,
            What::Closed => What::Closed,
            What::Message {
                way,
                protocol,
                octets,
            } => What::Message {
                way,
                protocol,
                octets: octets.into(),
            },
        };
        let Self { wall, node, line, .. } = *self;
        Passed {
            wall,
            node,
            line,
            what,
        }
    }
}

/// The tap of one node, which hands on what it sees.
#[derive(Debug)]
pub struct Witness<F> {
    node: Node,
    hand_on: F,
}

impl<F: FnMut(&Passed<&[u8]>)> Witness<F> {
    /// Of this node; each thing seen goes to `hand_on`, on the node's thread.
    pub const fn new(node: Node, hand_on: F) -> Self {
        Self { node, hand_on }
    }

    fn tell(&mut self, wall: Duration, line: Line, what: What<&[u8]>) {
        (self.hand_on)(&Passed {
            wall,
            node: self.node,
            line,
            what,
        });
    }
}

const fn diameter(link: &Link) -> Line {
    Line::Diameter {
        connection: link.connection,
        local: link.local,
        remote: link.remote,
    }
}

const fn sctp(link: &SctpLink) -> Line {
    Line::Sctp {
        association: link.association,
        local: link.local,
        remote: link.remote,
    }
}

impl<F: FnMut(&Passed<&[u8]>)> Tap for Witness<F> {
    fn opened(&mut self, wall: Duration, link: &Link) {
        self.tell(wall, diameter(link), What::Opened);
    }

    fn message(&mut self, wall: Duration, link: &Link, way: Way, octets: &[u8]) {
        let protocol = Protocol::Diameter;
        self.tell(
            wall,
            diameter(link),
            What::Message {
                way,
                protocol,
                octets,
            },
        );
    }

    fn closed(&mut self, wall: Duration, link: &Link) {
        self.tell(wall, diameter(link), What::Closed);
    }

    fn sctp_up(&mut self, wall: Duration, link: &SctpLink) {
        self.tell(wall, sctp(link), What::Opened);
    }

    fn sctp_message(&mut self, wall: Duration, link: &SctpLink, way: Way, message: &Message) {
        let protocol = match message.ppid {
            quintet_s1ap::PPID => Protocol::S1ap,
            quintet_ngap::PPID => Protocol::Ngap,
            _ => return,
        };
        let octets = &message.payload[..];
        self.tell(
            wall,
            sctp(link),
            What::Message {
                way,
                protocol,
                octets,
            },
        );
    }

    fn sctp_down(&mut self, wall: Duration, link: &SctpLink, _graceful: bool) {
        self.tell(wall, sctp(link), What::Closed);
    }

    fn sip_message(&mut self, wall: Duration, hop: &Hop, way: Way, octets: &[u8]) {
        let protocol = Protocol::Sip;
        self.tell(
            wall,
            Line::Sip(*hop),
            What::Message {
                way,
                protocol,
                octets,
            },
        );
    }

    fn sip_closed(&mut self, wall: Duration, hop: &Hop) {
        self.tell(wall, Line::Sip(*hop), What::Closed);
    }
}
