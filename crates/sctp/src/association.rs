//! One association of an endpoint: who the peer is, and how far it has come.
//!
//! ```text
//!  connect ─► Setup ──INIT ACK──► Setup (COOKIE ECHO sent) ──COOKIE ACK──► Open ──► (gone)
//!                └───── COOKIE ECHO of the peer (collision) ────────────────▲
//!  COOKIE ECHO with a cookie of ours ───────────────────────────────────────┘
//! ```

use crate::transfer::{Departures, Output, Scope, Transfer};
use crate::{AssociationId, Config, Path};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// An association that `connect` began and that is not established.
pub(crate) struct Setup {
    /// Our initial TSN.
    pub(crate) tsn: u32,
    /// How often T1 ran out.
    pub(crate) tries: u32,
    /// T1-init or T1-cookie.
    pub(crate) interval: Duration,
    pub(crate) deadline: Duration,
    /// After the INIT ACK.
    pub(crate) echo: Option<Echo>,
    /// Messages that wait for the association.
    pub(crate) departures: Departures,
}

/// What the INIT ACK brought.
pub(crate) struct Echo {
    pub(crate) cookie: Vec<u8>,
    pub(crate) agreement: crate::cookie::Agreement,
}

pub(crate) enum Phase {
    Setup(Setup),
    Open(Box<Transfer>),
}

pub(crate) struct Association {
    /// Our verification tag.
    pub(crate) tag: u32,
    /// The secret that ties an INIT of a restarted peer to this association.
    pub(crate) tie: u64,
    /// The peer's first address and SCTP port.
    pub(crate) peer: SocketAddr,
    /// All its addresses.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) initiated: bool,
    /// Where packets go.
    pub(crate) path: Path,
    /// Where the last packet came from.
    pub(crate) heard: Path,
    pub(crate) phase: Phase,
    /// The earliest entry in the queue of timers.
    pub(crate) scheduled: Option<Duration>,
    /// Whether it is in the list of those that got packets.
    pub(crate) arrived: bool,
    /// Whether it is in the list of those that have something to send.
    pub(crate) waiting: bool,
}

impl Association {
    pub(crate) fn new(tag: u32, tie: u64, path: Path, port: u16, phase: Phase) -> Self {
        let address = path.remote.ip();
        Self {
            tag,
            tie,
            peer: SocketAddr::new(address, port),
            addresses: vec![address],
            initiated: false,
            path,
            heard: path,
            phase,
            scheduled: None,
            arrived: false,
            waiting: false,
        }
    }

    /// A packet with the right tag came along `path`.
    pub(crate) fn hear(&mut self, path: Path) {
        self.heard = path;
        // RFC 6951 5.4: a NAT may have changed the encapsulation port.
        if self.path.remote.ip() == path.remote.ip() {
            self.path.remote = path.remote;
        }
    }

    pub(crate) fn poll_timeout(&self, config: &Config) -> Option<Duration> {
        match &self.phase {
            Phase::Setup(setup) => Some(setup.deadline),
            Phase::Open(transfer) => transfer.poll_timeout(config),
        }
    }

    /// The established part with what it needs; `None` during setup.
    pub(crate) fn open<'a>(
        &'a mut self,
        now: Duration,
        association: AssociationId,
        config: &'a Config,
        output: &'a mut Output,
    ) -> Option<(&'a mut Transfer, Scope<'a>)> {
        let Phase::Open(transfer) = &mut self.phase else {
            return None;
        };
        let (path, heard) = (&mut self.path, self.heard);
        let scope = Scope {
            now,
            association,
            config,
            path,
            heard,
            output,
        };
        Some((transfer, scope))
    }
}
