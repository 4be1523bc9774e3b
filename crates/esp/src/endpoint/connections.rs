//! All TCP connections of an endpoint: found by flow, called when due.

use super::Endpoint;
use super::connection::{Connection, Happened};
use super::send::SendError;
use crate::event::{Event, Flow};
use crate::ip::{self, Header, Packet, protocol};
use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

/// Flags of a segment.
const FLAGS: usize = 13;
const RST: u8 = 4;

pub(super) struct Connections {
    limit: usize,
    open: HashMap<Flow, Box<Connection>>,
    dues: BTreeSet<(Duration, Flow)>,
}

impl Connections {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            open: HashMap::new(),
            dues: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn next_due(&self) -> Option<Duration> {
        self.dues.first().map(|(due, _)| *due)
    }

    /// Flows whose time has come.
    pub(super) fn take_due(&mut self, now: Duration) -> Vec<Flow> {
        let mut flows = Vec::new();
        while let Some(&(due, flow)) = self.dues.first()
            && due <= now
        {
            self.dues.pop_first();
            flows.push(flow);
        }
        flows
    }

    pub(super) fn remove(&mut self, flow: Flow) -> Option<Box<Connection>> {
        let connection = self.open.remove(&flow)?;
        if let Some(due) = connection.due {
            self.dues.remove(&(due, flow));
        }
        Some(connection)
    }

    fn insert(&mut self, flow: Flow, connection: Connection) {
        self.remove(flow);
        self.open.insert(flow, Box::new(connection));
    }
}

impl Endpoint {
    /// Ends a connection after everything that was taken is sent; nothing if there is none.
    pub fn close(&mut self, now: Duration, flow: Flow) {
        self.tell(now);
        if let Some(connection) = self.connections.open.get_mut(&flow) {
            connection.close();
            self.drive(flow);
        }
    }

    pub(super) fn send_stream(&mut self, flow: Flow, octets: &[u8]) -> Result<(), SendError> {
        if !self.database.can_send(flow.local, flow.remote) {
            return Err(SendError::NoAssociation);
        }
        let usable = self
            .connections
            .open
            .get(&flow)
            .is_some_and(|known| known.is_usable());
        if !usable {
            // The ports are agreed on: what is left of an old connection gives way to the new one.
            self.begin(flow, Connection::connect)?;
        }
        let connection = self.connections.open.get_mut(&flow).ok_or(SendError::Full)?;
        connection.send(octets).map_err(|_| SendError::Full)?;
        self.drive(flow);
        Ok(())
    }

    fn begin(
        &mut self,
        flow: Flow,
        how: impl FnOnce(Duration, Flow, u64) -> Option<Connection>,
    ) -> Result<(), SendError> {
        let connections = &self.connections;
        if connections.open.len() >= connections.limit && !connections.open.contains_key(&flow) {
            return Err(SendError::TooManyConnections);
        }
        let [a, b, c, d, e, f, g, h, ..] = self.secrets.draw();
        let seed = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let connection = how(self.now, flow, seed).ok_or(SendError::NoAssociation)?;
        if let Some(old) = self.connections.remove(flow)
            && old.was_told()
        {
            self.events
                .push_back(Event::Closed(flow, crate::event::Closed::Reset));
        }
        self.connections.insert(flow, connection);
        Ok(())
    }

    /// An authentic segment arrived, with the right addresses and ports.
    pub(super) fn receive_segment(&mut self, flow: Flow, segment: &[u8]) {
        let Some(header) = Header::new(flow.remote.ip(), flow.local.ip(), protocol::TCP, segment.len())
        else {
            return;
        };
        let packet = [header.octets(), segment].concat();
        let known = self.connections.open.get(&flow);
        if ip::begins_connection(segment) && known.is_none_or(|known| known.is_over()) {
            // Beyond the limit the peer's SYN stays without an answer, and comes again.
            if self.begin(flow, Connection::listen).is_err() {
                return;
            }
        }
        let reset = segment.get(FLAGS).is_some_and(|flags| flags & RST != 0);
        match self.connections.open.get_mut(&flow) {
            Some(connection) => {
                connection.receive(packet, reset);
                self.drive(flow);
            }
            None => self.refuse(flow, packet),
        }
    }

    /// Answers a segment of no connection with a reset (RFC 9293 3.5.2).
    fn refuse(&mut self, flow: Flow, packet: Vec<u8>) {
        if let Some(mut none) = Connection::none(self.now, flow) {
            none.receive(packet, false);
            let mut out = Vec::new();
            none.drive(self.now, &mut out);
            self.seal_all(flow, &out);
        }
    }

    /// Has a connection work off what it has; forgets it when nothing is left of it.
    pub(super) fn drive(&mut self, flow: Flow) {
        let Some(connection) = self.connections.open.get_mut(&flow) else {
            return;
        };
        if let Some(due) = connection.due.take() {
            self.connections.dues.remove(&(due, flow));
        }
        let mut out = Vec::new();
        let happened = connection.drive(self.now, &mut out);
        let due = connection.due;
        self.seal_all(flow, &out);
        for happened in happened {
            self.events.push_back(match happened {
                Happened::Opened => Event::Opened(flow),
                Happened::Octets(octets) => Event::Stream { flow, octets },
                Happened::Closed(why) => Event::Closed(flow, why),
            });
        }
        match due {
            Some(due) => drop(self.connections.dues.insert((due, flow))),
            // Nothing to wait for and nothing to answer: it is closed.
            None if self
                .connections
                .open
                .get(&flow)
                .is_some_and(|known| known.is_over()) =>
            {
                self.connections.remove(flow);
            }
            None => {}
        }
    }

    /// Protects the packets of a connection. One that cannot be sent is lost, and TCP sends it again.
    fn seal_all(&mut self, flow: Flow, packets: &[Vec<u8>]) {
        for packet in packets {
            if let Ok(packet) = Packet::parse(packet)
                && packet.protocol == protocol::TCP
            {
                let _lost = self.seal(flow.local, flow.remote, protocol::TCP, &[packet.payload, &[]]);
            }
        }
    }
}
