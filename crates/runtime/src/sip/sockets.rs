//! All SIP sockets of a driver: which of them a hop means.

use super::connection::SipConnection;
use super::datagrams::SipDatagrams;
use super::settings::SipLimits;
use crate::tls::ClientTls;
use quintet_sip::Message;
use quintet_sip::transport::{Hop, Protocol};
use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

/// Connections that are being made at a time: a next hop that is gone must not fill the memory.
const MAX_CONNECTING: usize = 4_096;

/// A connection to be made when the engine is free.
pub(crate) struct Connect {
    pub(crate) connection: Rc<SipConnection>,
    /// Where it begins: 0 for the system's choice.
    pub(crate) local: SocketAddr,
    pub(crate) tls: Option<ClientTls>,
}

/// Where a message goes that no connection is there for: a response to where its request's sender listens (RFC 3261 18.2.2), for
/// the port that the request came from is nobody's now; a request where it was to go.
fn without_connection(hop: Hop, octets: &[u8]) -> Hop {
    let is_response = octets.starts_with(b"SIP/");
    let message = is_response.then(|| Message::parse(octets).ok()).flatten();
    let remote = message.and_then(|message| message.top_via().ok()?.listening_address());
    Hop {
        remote: remote.unwrap_or(hop.remote),
        ..hop
    }
}

#[derive(Default)]
pub(crate) struct SipSockets {
    pub(super) datagrams: Vec<SipDatagrams>,
    /// Addresses that connections are taken on, with what their peers may do: none begins there.
    listening: HashMap<SocketAddr, SipLimits>,
    connections: HashMap<Hop, Rc<SipConnection>>,
    /// The connection that a hop came to mean which was asked for from another local port.
    meant: HashMap<Hop, Hop>,
    per_address: HashMap<IpAddr, usize>,
    connecting: usize,
    connects: Vec<Connect>,
    failed: VecDeque<Hop>,
    tls: Option<ClientTls>,
}

impl SipSockets {
    pub(crate) fn add_datagrams(&mut self, datagrams: SipDatagrams) -> usize {
        self.datagrams.push(datagrams);
        self.datagrams.len() - 1
    }

    pub(crate) fn datagrams(&mut self, index: usize) -> Option<&mut SipDatagrams> {
        self.datagrams.get_mut(index)
    }

    pub(crate) fn add_listener(&mut self, local: SocketAddr, limits: SipLimits) {
        self.listening.insert(local, limits);
    }

    pub(crate) fn secure(&mut self, tls: ClientTls) {
        self.tls = Some(tls);
    }

    pub(crate) fn take_connects(&mut self) -> Vec<Connect> {
        std::mem::take(&mut self.connects)
    }

    pub(crate) fn take_failed(&mut self) -> Option<Hop> {
        self.failed.pop_front()
    }

    /// Connections there are, and those of one address.
    pub(crate) fn count(&self, from: IpAddr) -> (usize, usize) {
        (
            self.connections.len(),
            self.per_address.get(&from).copied().unwrap_or(0),
        )
    }

    /// Sends a message. Answers the hop it leaves by; none if it cannot leave, which is among the failed then.
    pub(crate) fn send(&mut self, hop: Hop, octets: Vec<u8>) -> Option<Hop> {
        let sent = match hop.protocol {
            Protocol::Udp => self.send_datagram(hop, octets),
            Protocol::Tcp | Protocol::Tls => self.send_on_connection(hop, &octets),
        };
        if sent.is_none() {
            self.failed.push_back(hop);
        }
        sent
    }

    fn send_datagram(&mut self, hop: Hop, octets: Vec<u8>) -> Option<Hop> {
        let socket = self
            .datagrams
            .iter_mut()
            .find(|socket| socket.serves(hop.local))?;
        let local = SocketAddr::new(hop.local.ip(), socket.local().port());
        socket.queue(hop.local.ip(), hop.remote, octets);
        Some(Hop { local, ..hop })
    }

    fn send_on_connection(&mut self, hop: Hop, octets: &[u8]) -> Option<Hop> {
        if let Some(connection) = self.connection(hop) {
            return connection.write(octets).then(|| connection.hop());
        }
        let hop = without_connection(hop, octets);
        if let Some(connection) = self.connection(hop) {
            return connection.write(octets).then(|| connection.hop());
        }
        if self.connecting >= MAX_CONNECTING || (hop.protocol == Protocol::Tls && self.tls.is_none()) {
            return None;
        }
        // A port that is listened on is not one to begin at (RFC 3261 18.1.1).
        let listens = self.listening.iter().find(|(own, _)| {
            own.port() == hop.local.port() && (own.ip() == hop.local.ip() || own.ip().is_unspecified())
        });
        let port = listens.map_or(hop.local.port(), |_| 0);
        let local = SocketAddr::new(hop.local.ip(), port);
        let limits = listens.map_or_else(SipLimits::default, |(_, limits)| *limits);
        let connection = Rc::new(SipConnection::new(hop, limits.waiting_octets));
        if !connection.write(octets) {
            return None;
        }
        self.connecting += 1;
        self.connections.insert(hop, Rc::clone(&connection));
        let tls = self.tls.clone().filter(|_| hop.protocol == Protocol::Tls);
        self.connects.push(Connect {
            connection,
            local,
            tls,
        });
        Some(hop)
    }

    /// The connection a hop means.
    pub(crate) fn connection(&self, hop: Hop) -> Option<&Rc<SipConnection>> {
        let exact = self.connections.get(&hop);
        exact.or_else(|| self.connections.get(self.meant.get(&hop)?))
    }

    /// A connection was accepted.
    pub(crate) fn accepted(&mut self, connection: &Rc<SipConnection>) {
        *self.per_address.entry(connection.hop().remote.ip()).or_default() += 1;
        self.connections.insert(connection.hop(), Rc::clone(connection));
    }

    /// A connection that was asked for came about, from `local`.
    pub(crate) fn connected(&mut self, connection: &Rc<SipConnection>, local: SocketAddr) {
        self.connecting -= 1;
        let asked = connection.hop();
        let hop = Hop { local, ..asked };
        connection.set_hop(hop);
        if hop != asked {
            self.connections.remove(&asked);
            self.connections.insert(hop, Rc::clone(connection));
            self.meant.insert(asked, hop);
        }
    }

    /// A connection ended, or never came about.
    pub(crate) fn ended(&mut self, connection: &Rc<SipConnection>, accepted: bool, came_about: bool) {
        let hop = connection.hop();
        self.connections.remove(&hop);
        if !came_about {
            self.connecting -= 1;
        }
        let asked = connection.asked();
        if asked != hop {
            self.meant.remove(&asked);
        }
        if accepted {
            let ip = hop.remote.ip();
            if let Some(count) = self.per_address.get_mut(&ip) {
                *count -= 1;
                if *count == 0 {
                    self.per_address.remove(&ip);
                }
            }
        }
        self.failed.push_back(hop);
        if asked != hop {
            self.failed.push_back(asked);
        }
    }

    /// Sends what waits in all datagram sockets.
    pub(crate) fn transmit(&mut self) {
        for socket in &mut self.datagrams {
            socket.transmit();
        }
    }

    /// Ends every connection once what was sent on it is out.
    pub(crate) fn close(&mut self) {
        for connection in self.connections.values() {
            connection.close();
        }
    }

    /// Whether no connection is left.
    pub(crate) fn is_idle(&self) -> bool {
        self.connections.is_empty()
    }
}
