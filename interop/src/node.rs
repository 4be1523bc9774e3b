//! A Diameter program as a scenario sees it, and what it may be told. Each program's own way is a module.

mod freediameter;
mod quintet;

pub use quintet::program;

use crate::{Namespace, Process, Program};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

/// Where everybody is: one address, since a namespace has one loopback interface.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 79, 0, 1);
/// Where the subject listens.
pub const SUBJECT_PORT: u16 = 3868;
/// Where the peer listens.
pub const PEER_PORT: u16 = 3870;
/// Where a subject that has metrics shows them.
const METRICS_PORT: u16 = 9100;
/// The realm of all.
pub const REALM: &str = "test.example";
/// Tw, s: the least that RFC 3539 3.4.1 allows.
pub const SHORT_TW_S: u32 = 6;
/// Tw of a node that shall leave the watchdog to its peer, s.
pub const LONG_TW_S: u32 = 60;

/// How long a peer waits before it tries again to connect.
pub const RECONNECT: Duration = Duration::from_secs(freediameter::TC_S as u64);

/// What a node is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Origin-Host.
    pub identity: String,
    /// Where it listens.
    pub port: u16,
    /// Whom it connects to, and where.
    pub connect: Option<(String, u16)>,
    /// Whether peers it does not know may connect.
    pub strangers: bool,
    /// Tw, s: whoever has the shorter one sends the watchdogs, since any message resets the other's timer.
    pub tw_s: u32,
    /// Whether it advertises an application: freeDiameter is a relay, Quintet an HSS (which cannot leave it).
    pub application: bool,
}

impl Settings {
    /// A node that waits to be connected to, by anybody.
    #[must_use]
    pub fn new(identity: &str, port: u16) -> Self {
        Self {
            identity: identity.to_owned(),
            port,
            connect: None,
            strangers: true,
            tw_s: SHORT_TW_S,
            application: true,
        }
    }

    /// It connects to a node.
    #[must_use]
    pub fn connecting(mut self, identity: &str, port: u16) -> Self {
        self.connect = Some((identity.to_owned(), port));
        self
    }

    /// It leaves the watchdog to its peer.
    #[must_use]
    pub fn patient(mut self) -> Self {
        self.tw_s = LONG_TW_S;
        self
    }

    /// It refuses whom it does not know.
    #[must_use]
    pub fn closed_to_strangers(mut self) -> Self {
        self.strangers = false;
        self
    }

    /// It advertises no application.
    #[must_use]
    pub fn without_application(mut self) -> Self {
        self.application = false;
        self
    }

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from((ADDRESS, port))
    }
}

/// A running node.
#[derive(Debug)]
pub struct Node<'n> {
    program: Program,
    namespace: &'n Namespace,
    process: Process,
}

impl<'n> Node<'n> {
    /// Starts a program in `namespace`, its files in `directory`, and returns when it is ready.
    #[must_use]
    pub fn start(program: Program, namespace: &'n Namespace, directory: &Path, settings: &Settings) -> Self {
        let process = match program {
            Program::Quintet => quintet::start(namespace, directory, settings),
            Program::FreeDiameter => freediameter::start(namespace, directory, settings),
        };
        Self {
            program,
            namespace,
            process,
        }
    }

    /// Waits until the node itself holds `peer` for open.
    pub fn await_open(&self, peer: &str) {
        match self.program {
            Program::Quintet => quintet::await_peer(self.namespace, peer, true),
            Program::FreeDiameter => freediameter::await_open(&self.process, peer),
        }
    }

    /// Waits until the node itself holds `peer` for closed again.
    pub fn await_closed(&self, peer: &str) {
        match self.program {
            Program::Quintet => quintet::await_peer(self.namespace, peer, false),
            Program::FreeDiameter => freediameter::await_closed(&self.process, peer),
        }
    }

    /// Waits until its log says that `peer` is about to reboot (DPR with REBOOTING).
    pub fn await_rebooting(&self, peer: &str) {
        match self.program {
            Program::Quintet => quintet::await_rebooting(&self.process, peer),
            Program::FreeDiameter => freediameter::await_rebooting(&self.process, peer),
        }
    }

    /// Waits until its log says that `peer` answered its CER with an error.
    pub fn await_refused(&self, peer: &str) {
        match self.program {
            Program::Quintet => quintet::await_refused(&self.process, peer),
            Program::FreeDiameter => freediameter::await_refused(&self.process, peer),
        }
    }

    /// The process.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Asks it to end, as an administrator would.
    pub fn terminate(&self) {
        self.process.signal("TERM");
    }

    /// Waits for its end.
    pub fn await_end(&mut self) -> ExitStatus {
        self.process.await_end()
    }
}
