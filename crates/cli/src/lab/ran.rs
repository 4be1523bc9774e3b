//! The radio node of a lab, eNB or gNB, as an application of the driver: its association to the core.

use super::director::{Director, Post};
use super::hss::{SHUTDOWN_TIMEOUT, node_config};
use super::journal::Journal;
use super::technology::{About, Cellular, Ran, RanOutput, ReportOf, Station, Technology};
use anyhow::{Context, Result};
use quintet_diameter::node::{ConnectionId, DisconnectCause, Event as NodeEvent, Inbound, Node};
use quintet_runtime::sctp::{
    SctpBackend, SctpCommand, SctpConnectError, SctpRemote, SctpSettings, SctpTransportId, SctpUse,
};
use quintet_runtime::{Application, Driver, Moment};
use quintet_sctp::{AssociationId, Event, Message};
use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{JoinHandle, LocalSet};

/// How long a node may take to connect: far more than it needs on any machine.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// How long after an association was lost another is tried.
const RECONNECT: Duration = Duration::from_millis(20);

/// What passes between a radio node's thread of events and whoever plays the lab.
pub(super) struct Board<T: Technology> {
    post: Post<T>,
    /// The core's associations of this play.
    associations: RefCell<HashSet<AssociationId>>,
}

impl<T: Cellular> Board<T> {
    fn new() -> Self {
        Self {
            post: Post::default(),
            associations: RefCell::default(),
        }
    }

    /// A report of the core: kept if it is about an association made since this board is hung up, or about none.
    pub(super) fn report(&self, report: &ReportOf<T>) {
        let concerns = match T::about(report) {
            About::New(association) => {
                self.associations.borrow_mut().insert(association);
                return;
            }
            About::Of(association) => self.associations.borrow().contains(&association),
            About::Everybody => true,
            About::Nobody => false,
        };
        if concerns {
            self.post.report(report);
        }
    }
}

/// The radio node.
struct RanApplication<T: Cellular> {
    ran: T::Ran,
    director: Director<T>,
    board: Rc<Board<T>>,
    journal: Rc<RefCell<Journal>>,
    transport: Option<SctpTransportId>,
    /// Where the core is; `None` while it is away.
    remote: Option<SctpRemote>,
    association: Option<AssociationId>,
    /// Set while an attempt to connect is under way.
    connecting: bool,
    connect_at: Option<Duration>,
    commands: VecDeque<SctpCommand>,
}

impl<T: Cellular> RanApplication<T> {
    fn new(ran: T::Ran, board: Rc<Board<T>>, journal: Rc<RefCell<Journal>>) -> Self {
        Self {
            ran,
            director: Director::Nobody,
            board,
            journal,
            transport: None,
            remote: None,
            association: None,
            connecting: false,
            connect_at: None,
            commands: VecDeque::new(),
        }
    }

    /// Connects over this transport whenever there is a core and no association.
    fn reach(&mut self, now: Duration, transport: SctpTransportId, remote: Option<SctpRemote>) {
        self.transport = Some(transport);
        self.remote = remote;
        if remote.is_some() && self.association.is_none() && !self.connecting {
            self.connect_at = Some(now);
            self.connect(now);
        }
    }

    /// The same transport, another core or none.
    fn redirect(&mut self, now: Duration, remote: Option<SctpRemote>) {
        if let Some(transport) = self.transport {
            self.reach(now, transport, remote);
        }
    }

    fn connect(&mut self, now: Duration) {
        if self.connect_at.is_none_or(|at| at > now) {
            return;
        }
        self.connect_at = None;
        if let (Some(transport), Some(to)) = (self.transport, self.remote) {
            self.connecting = true;
            self.commands.push_back(SctpCommand::Connect {
                transport,
                to,
                token: 0,
            });
        }
    }

    fn lost(&mut self, now: Duration) {
        self.association = None;
        self.connecting = false;
        self.connect_at = Some(now + RECONNECT);
    }

    /// Works off what the core, the director and the radio node have to say, until they have nothing more.
    fn work(&mut self, at: Moment) {
        loop {
            self.director.direct(at.now, &mut self.ran, &self.board.post);
            if !self.drain(at) {
                return;
            }
        }
    }

    /// Carries out what the radio node wants. Answers whether it wanted anything.
    fn drain(&mut self, at: Moment) -> bool {
        let mut wanted = false;
        while let Some(output) = self.ran.poll() {
            wanted = true;
            match output {
                RanOutput::Send { stream, payload } => {
                    if let Some(association) = self.association {
                        let message = Message {
                            stream,
                            ppid: <T::Ran as Ran>::PPID,
                            unordered: false,
                            payload,
                        };
                        self.commands
                            .push_back(SctpCommand::Send { association, message });
                    }
                }
                RanOutput::Event(event) => {
                    T::show(&mut self.journal.borrow_mut(), at.wall, &event);
                    self.director.see(at.now, &mut self.ran, &event);
                }
            }
        }
        wanted
    }
}

impl<T: Cellular> Application for RanApplication<T> {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.work(at);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let connect = self.connect_at.filter(|_| self.remote.is_some());
        [self.ran.deadline(), self.director.deadline(), connect]
            .into_iter()
            .flatten()
            .min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.connect(at.now);
        self.ran.timeout(at.now);
    }

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up {
                association, streams, ..
            } => {
                self.association = Some(association);
                self.connecting = false;
                self.ran.up(at.now, streams.outbound);
            }
            Event::Restarted { streams, .. } => {
                self.ran.down(at.now);
                self.ran.up(at.now, streams.outbound);
            }
            Event::Message { message, .. } => {
                self.ran.message(at.now, message);
            }
            Event::Down { association, .. } => {
                let was_up = self.association == Some(association);
                self.lost(at.now);
                if was_up {
                    self.ran.down(at.now);
                }
            }
            Event::Writable { .. } => {}
        }
    }

    fn sctp_connecting(
        &mut self,
        at: Moment,
        _: &mut Node,
        _: u64,
        outcome: Result<AssociationId, SctpConnectError>,
    ) {
        if let Err(error) = outcome {
            tracing::debug!(%error, "the radio node cannot reach the core");
            self.lost(at.now);
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}

/// A radio node at work, in tasks of its own that end with it.
pub(super) struct RanStation<T: Cellular> {
    driver: Driver<RanApplication<T>>,
    board: Rc<Board<T>>,
    tasks: JoinHandle<()>,
}

impl<T: Cellular> RanStation<T> {
    /// The core is there from now on, or away.
    pub(super) fn redirect(&self, remote: Option<SctpRemote>) {
        self.driver
            .with(|at, _, application| application.redirect(at.now, remote));
    }
}

impl<T: Cellular> Station<T> for RanStation<T> {
    async fn start(network: &T, ran: T::Ran, journal: &Rc<RefCell<Journal>>) -> Result<Self> {
        let board = Rc::new(Board::new());
        network.hang_up(Some(Rc::clone(&board)));
        let clock = network.clock();
        let config = node_config("ran.lab".to_owned(), "lab".to_owned(), clock.moment());
        let node = Node::new(config, 0)?;
        let application = RanApplication::new(ran, Rc::clone(&board), Rc::clone(journal));
        let remote = network.core()?;
        let local = LocalSet::new();
        let driver = {
            let _entered = local.enter();
            let driver = Driver::start(clock, node, application, None, Arc::clone(&board.post.pump));
            let here = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            let settings = SctpSettings::connecting(here, SctpBackend::Udp);
            let transport = driver.open_sctp(&settings, SctpUse::Application)?;
            driver.with(|at, _, application| application.reach(at.now, transport, Some(remote)));
            driver
        };
        let station = Self {
            driver,
            board,
            tasks: tokio::task::spawn_local(local),
        };
        let is_up = || station.driver.with(|_, _, application| application.ran.is_up());
        let node = T::LANGUAGE.lifelines[super::journal::RAN];
        until(is_up)
            .await
            .with_context(|| format!("the {node} cannot set up with the core"))?;
        Ok(station)
    }

    fn post(&self) -> &Post<T> {
        &self.board.post
    }

    fn with_director<R>(&self, work: impl FnOnce(&mut Director<T>) -> R) -> R {
        self.driver
            .with(|_, _, application| work(&mut application.director))
    }

    async fn stop(self, network: &T) {
        self.direct(Director::Nobody);
        self.redirect(None);
        let shutdown = self.driver.shutdown(DisconnectCause::REBOOTING);
        let _ = tokio::time::timeout(SHUTDOWN_TIMEOUT, shutdown).await;
        self.tasks.abort();
        network.hang_up(None);
    }
}

/// Waits until something is so.
pub(super) async fn until(is_so: impl Fn() -> bool) -> Result<()> {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let late = || format!("nothing came of it for {} s", START_TIMEOUT.as_secs());
    tokio::time::timeout(START_TIMEOUT, wait).await.with_context(late)
}
