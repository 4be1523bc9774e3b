//! Logs of modems and simulators: PDUs without a transport of their own.

use super::Dissector;
use super::frame::Part;
use crate::{End, Flow, FlowId, LinkType, Pdu, Protocol, Sink};
use quintet_crypto::Direction;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

/// Most logs kept apart; the oldest is forgotten for a new one. A file rarely holds more than a handful.
const MAX_LOGS: usize = 4096;

/// What makes PDUs one log: both directions of one modem or simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Log {
    /// The frames of a link type at an interface.
    Link {
        file: u16,
        interface: u32,
        link: LinkType,
    },
    /// GSMTAP between two hosts, the lower address first.
    Gsmtap { file: u16, hosts: (IpAddr, IpAddr) },
    /// Exported PDUs between two ends, the lower first.
    Exported { file: u16, ends: (Place, Place) },
}

/// An end of an exported PDU, as far as it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub(super) address: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

/// What a log says of a PDU.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) log: Log,
    pub(super) source: End,
    pub(super) destination: End,
    pub(super) protocol: Protocol,
    pub(super) direction: Option<Direction>,
}

/// The flows of the logs seen.
#[derive(Debug, Default)]
pub(super) struct Logs {
    flows: HashMap<Log, FlowId>,
    order: VecDeque<Log>,
}

impl Dissector {
    /// Hands on a PDU of a log.
    pub(super) fn log<S: Sink>(&mut self, entry: Entry, part: Part<'_>, sink: &mut S) {
        if part.octets.is_empty() {
            return;
        }
        if part.missing > 0 {
            self.counts.cut_pdus += 1;
            return;
        }
        let Logs { flows, order } = &mut self.logs;
        let id = match flows.get(&entry.log) {
            Some(&id) => id,
            None => {
                if order.len() >= MAX_LOGS
                    && let Some(oldest) = order.pop_front()
                {
                    flows.remove(&oldest);
                }
                let id = self.flows.next();
                flows.insert(entry.log, id);
                order.push_back(entry.log);
                id
            }
        };
        sink.pdu(&Pdu {
            seen: part.seen,
            first_frame: part.seen.frame,
            protocol: entry.protocol,
            flow: Flow {
                id,
                source: entry.source,
                destination: entry.destination,
            },
            direction: entry.direction,
            octets: part.octets,
        });
    }
}
