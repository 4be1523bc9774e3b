//! Connections of CSCFs to the HSS: whether a CSCF still has one.

use crate::s6a::advertises;
use hashbrown::HashMap;
use quintet_capture::{End, FlowEvent, FlowId, Pdu, Seen};
use quintet_cx::CX;
use quintet_diameter::dict::command;
use quintet_diameter::{Header, Message};
use std::net::IpAddr;

/// The most connections followed, and the most CSCFs: a network has some ten. Further ones are nobody's.
pub(crate) const MAX_LINKS: usize = 1024;

/// The application of Diameter's own messages (RFC 6733 2.4).
const BASE: u32 = 0;

/// Commands that the HSS begins (TS 29.229 6.1).
const REGISTRATION_TERMINATION: u32 = 304;
const PUSH_PROFILE: u32 = 305;

/// How a CSCF stands with the HSS.
#[derive(Debug, Default)]
struct Cscf {
    open: usize,
    /// Where the last connection ended.
    closed: Option<Seen>,
}

/// A connection.
#[derive(Clone, Copy, Debug)]
struct Link {
    of: IpAddr,
    /// Whether Cx was seen on it, or named when it began. Else only watchdogs were: the capture began later.
    carries_cx: bool,
}

/// Connections that carry Cx, as far as was seen.
#[derive(Debug, Default)]
pub(super) struct Links {
    flows: HashMap<FlowId, Link>,
    cscfs: HashMap<IpAddr, Cscf>,
}

impl Links {
    /// A message of Diameter.
    pub(super) fn pdu(&mut self, pdu: &Pdu<'_>) {
        let known = self.flows.get(&pdu.flow.id);
        if known.is_some_and(|link| link.carries_cx) {
            return;
        }
        let Ok(header) = Header::decode(pdu.octets) else {
            return;
        };
        let carries_cx = match (header.application_id, header.code) {
            (CX, _) => Some(true),
            (BASE, command::CAPABILITIES_EXCHANGE) => Message::decode(pdu.octets)
                .ok()
                .map(|message| advertises(&message, CX) == Some(true)),
            (BASE, _) => None,
            _ => Some(false),
        };
        match carries_cx {
            Some(false) => return self.is_another(pdu.flow.id),
            None if known.is_some() => return,
            _ => {}
        }
        let from_hss = matches!(header.code, REGISTRATION_TERMINATION | PUSH_PROFILE);
        let end = if header.flags.request() == from_hss {
            pdu.flow.destination
        } else {
            pdu.flow.source
        };
        let End::Address(address) = end else { return };
        let link = Link {
            of: address.ip(),
            carries_cx: carries_cx.is_some(),
        };
        if let Some(known) = self.flows.get_mut(&pdu.flow.id) {
            known.carries_cx = link.carries_cx;
        } else if self.flows.len() < MAX_LINKS
            && (self.cscfs.contains_key(&link.of) || self.cscfs.len() < MAX_LINKS)
        {
            self.flows.insert(pdu.flow.id, link);
            self.cscfs.entry(link.of).or_default().open += 1;
        }
    }

    /// A connection is of another application.
    fn is_another(&mut self, flow: FlowId) {
        let link = self.flows.remove(&flow);
        if let Some(cscf) = link.and_then(|link| self.cscfs.get_mut(&link.of)) {
            cscf.open = cscf.open.saturating_sub(1);
        }
    }

    /// Something befell a connection.
    pub(super) fn flow(&mut self, seen: Seen, flow: FlowId, event: FlowEvent) {
        if event != FlowEvent::Closed {
            return;
        }
        let link = self.flows.remove(&flow);
        if let Some(cscf) = link.and_then(|link| self.cscfs.get_mut(&link.of)) {
            cscf.open = cscf.open.saturating_sub(1);
            cscf.closed = Some(seen);
        }
    }

    /// Where a CSCF lost its last connection that has none since; the latest of several.
    pub(super) fn gone(&self) -> Option<Seen> {
        let without = self.cscfs.values().filter(|cscf| cscf.open == 0);
        without
            .filter_map(|cscf| cscf.closed)
            .max_by_key(|seen| (seen.file, seen.frame))
    }
}
