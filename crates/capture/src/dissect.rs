//! PDUs out of frames: link layer, IP, transports, logs.
//!
//! ```text
//!  Frame ─► link ─┬─► IPv4/IPv6 ─► fragments ─┬─► SCTP ─► chunks, reassembly ──► Pdu
//!                 │                           ├─► TCP ──► stream, Diameter, SIP ► Pdu; HTTP ──► HttpExchange
//!                 │                           ├─► ESP ───────────────────────► Pdu, back by Dissector::payload
//!                 │                           └─► UDP ──► SIP, SCTP in UDP, ESP in UDP, GTP-U, GSMTAP ─► …
//!                 └─► logs: user link types, exported PDUs ────────────────────► Pdu
//! ```

mod address;
#[cfg(test)]
mod bounds;
mod counts;
mod diameter;
mod duplicates;
mod esp;
mod exported;
mod fragments;
mod frame;
mod gsmtap;
mod gtp;
mod http;
mod ip;
mod link;
mod logs;
mod sctp;
mod sip;
mod slots;
mod span;
mod tcp;
mod udp;
mod user;
mod waiting;

use crate::{FlowId, Frame, LinkType, Payload, Protocol, Seen, Sink};
use std::net::IpAddr;

pub use counts::Counts;

/// What a dissector is told before the first frame.
#[derive(Clone, Debug)]
pub struct DissectorOptions {
    /// What the frames of user link types (147 to 162) are; goes before [`DissectorOptions::USER_LINKS`].
    pub user_links: Vec<(LinkType, Protocol)>,
    /// Ports of Diameter over TCP and SCTP beside those that look like it.
    pub diameter_ports: Vec<u16>,
}

impl DissectorOptions {
    /// The port of Diameter (RFC 6733 2.1).
    pub const DIAMETER_PORT: u16 = 3868;
}

impl Default for DissectorOptions {
    fn default() -> Self {
        Self {
            user_links: Vec::new(),
            diameter_ports: vec![Self::DIAMETER_PORT],
        }
    }
}

/// What an IP packet carried, reassembled, on its way to a transport.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet<'a> {
    /// The frame that completed it.
    pub(crate) seen: Seen,
    /// The frame in which it began.
    pub(crate) first_frame: u64,
    /// The interface it was captured at.
    pub(crate) interface: u32,
    /// Who sent it.
    pub(crate) source: IpAddr,
    /// To whom.
    pub(crate) destination: IpAddr,
    /// The identification of the IP header; 0 in IPv6 without fragments.
    pub(crate) identification: u32,
    /// What stands behind the IP header, or behind the UDP header around SCTP.
    pub(crate) octets: &'a [u8],
    /// How many octets that was on the wire: more than are here behind a short snap length.
    pub(crate) original: usize,
}

impl Packet<'_> {
    /// Whether the capture kept less of it than was sent.
    pub(crate) fn is_cut(&self) -> bool {
        self.octets.len() < self.original
    }
}

/// What every layer may touch while it handles a packet.
pub(crate) struct Context<'a, S> {
    /// Who takes the PDUs.
    pub(crate) sink: &'a mut S,
    /// Numbers new flows.
    pub(crate) flows: &'a mut FlowIds,
    /// What was seen, and what was not understood.
    pub(crate) counts: &'a mut Counts,
    /// What the caller said.
    pub(crate) options: &'a DissectorOptions,
}

/// Gives out numbers of flows, each once.
#[derive(Debug, Default)]
pub(crate) struct FlowIds(u64);

impl FlowIds {
    /// The next number.
    pub(crate) fn next(&mut self) -> FlowId {
        self.0 += 1;
        FlowId(self.0)
    }
}

/// Takes in frames, in the order of their files or of their times, and gives PDUs to a [`Sink`].
#[derive(Debug)]
pub struct Dissector {
    options: DissectorOptions,
    flows: FlowIds,
    counts: Counts,
    fragments: fragments::Fragments,
    duplicates: duplicates::Duplicates,
    datagrams: duplicates::Duplicates,
    logs: logs::Logs,
    associations: sctp::Associations,
    connections: tcp::Connections,
}

impl Dissector {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(options: DissectorOptions) -> Self {
        Self {
            options,
            flows: FlowIds::default(),
            counts: Counts::default(),
            fragments: fragments::Fragments::default(),
            duplicates: duplicates::Duplicates::default(),
            datagrams: duplicates::Duplicates::default(),
            logs: logs::Logs::default(),
            associations: sctp::Associations::default(),
            connections: tcp::Connections::default(),
        }
    }

    /// Takes in a frame.
    pub fn frame(&mut self, frame: &Frame<'_>, sink: &mut impl Sink) {
        self.counts.frames += 1;
        self.counts.octets += frame.octets.len() as u64;
        let mut context = Context {
            sink: &mut *sink,
            flows: &mut self.flows,
            counts: &mut self.counts,
            options: &self.options,
        };
        self.associations.tick(frame.seen, &mut context);
        self.connections.tick(frame.seen, &mut context);
        link::frame(self, frame, sink);
    }

    /// Takes in what somebody who has the keys found in a packet of ESP: TCP, UDP, or an IP packet.
    pub fn payload(&mut self, payload: &Payload<'_>, sink: &mut impl Sink) {
        let mut context = Context {
            sink: &mut *sink,
            flows: &mut self.flows,
            counts: &mut self.counts,
            options: &self.options,
        };
        self.associations.tick(payload.seen, &mut context);
        self.connections.tick(payload.seen, &mut context);
        self.opened(payload, sink);
    }

    /// The capture has come to its end: what is incomplete is given up.
    pub fn finish(&mut self, sink: &mut impl Sink) {
        self.fragments.finish(&mut self.counts);
        let mut context = Context {
            sink,
            flows: &mut self.flows,
            counts: &mut self.counts,
            options: &self.options,
        };
        self.associations.finish(&mut context);
        self.connections.finish(&mut context);
    }

    /// Counts a packet whose headers contradict themselves.
    fn malformed(&mut self) {
        self.counts.malformed += 1;
    }

    /// What was seen so far, and what of it was not understood.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}
