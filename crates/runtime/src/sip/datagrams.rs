//! One UDP socket of SIP.

use crate::datagram::{Datagram, PacketSocket, UdpCarrier};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use tokio::sync::Notify;

/// Datagrams that wait for a full socket; what comes beyond is lost, as on the way.
const MAX_WAITING: usize = 65_536;

/// Batches taken from the socket before the driver looks at what else there is.
const RECEIVE_BATCHES: usize = 16;

/// A message that waits to leave.
struct Waiting {
    from: IpAddr,
    to: SocketAddr,
    octets: Vec<u8>,
}

impl Datagram for Waiting {
    fn from(&self) -> IpAddr {
        self.from
    }

    fn to(&self) -> SocketAddr {
        self.to
    }

    fn octets(&self) -> &[u8] {
        &self.octets
    }
}

pub(crate) struct SipDatagrams {
    carrier: UdpCarrier,
    waiting: VecDeque<Waiting>,
    /// Woken when the socket is full.
    full: Rc<Notify>,
}

impl SipDatagrams {
    pub(crate) fn bind(address: SocketAddr, interface: Option<&str>) -> io::Result<Self> {
        Ok(Self {
            carrier: UdpCarrier::bind(address, interface)?,
            waiting: VecDeque::new(),
            full: Rc::new(Notify::new()),
        })
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.carrier.local()
    }

    pub(crate) fn socket(&self) -> Rc<PacketSocket> {
        Rc::clone(self.carrier.socket())
    }

    /// Who is woken when the socket is full.
    pub(crate) fn full(&self) -> Rc<Notify> {
        Rc::clone(&self.full)
    }

    /// Whether a message from `local` leaves here.
    pub(crate) fn serves(&self, local: SocketAddr) -> bool {
        let own = self.carrier.local();
        let port = local.port() == 0 || local.port() == own.port();
        let ip = own.ip().is_unspecified() || local.ip().is_unspecified() || local.ip() == own.ip();
        port && ip && own.is_ipv4() == local.is_ipv4()
    }

    /// Hands what waits in the socket to `sink`: our address, the peer's, the octets.
    pub(crate) fn receive(&mut self, sink: &mut impl FnMut(SocketAddr, SocketAddr, &[u8])) -> io::Result<()> {
        let port = self.carrier.local().port();
        for _ in 0..RECEIVE_BATCHES {
            let received = self.carrier.receive(&mut |local, remote, octets| {
                sink(SocketAddr::new(local, port), remote, octets);
            })?;
            if received == 0 {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn queue(&mut self, from: IpAddr, to: SocketAddr, octets: Vec<u8>) {
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(Waiting { from, to, octets });
        }
    }

    /// Sends what waits.
    pub(crate) fn transmit(&mut self) {
        if !self.waiting.is_empty() && !self.carrier.send(&mut self.waiting) {
            self.full.notify_one();
        }
    }
}
