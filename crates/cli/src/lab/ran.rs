//! The radio node of a lab, eNB or gNB, as an application of the driver: its association to the core, and who tells its UEs
//! what to do.

use super::hss::{SHUTDOWN_TIMEOUT, node_config};
use super::journal::Journal;
use super::load::Load;
use super::technology::{About, DemandOf, Plays, Ran, RanDriver, RanOutput, ReportOf, Technology};
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
use tokio::sync::Notify;
use tokio::task::{JoinHandle, LocalSet};

/// How long a node may take to connect: far more than it needs on any machine.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// How long after an association was lost another is tried.
const RECONNECT: Duration = Duration::from_millis(20);

/// Who tells the UEs what to do.
pub(super) enum Director<T: Technology> {
    /// Nobody: the node sets up.
    Nobody,
    Play(Box<T::Play>),
    Load(Box<Load<T>>),
}

/// What passes between a radio node's thread of events and whoever plays the lab.
pub(super) struct Board<T: Technology> {
    /// Reports of the core about this node, not yet read by the director.
    heard: RefCell<VecDeque<ReportOf<T>>>,
    /// The core's associations of this play.
    associations: RefCell<HashSet<AssociationId>>,
    /// Wakes the node's driver.
    pump: Arc<Notify>,
    pub(super) demands: RefCell<VecDeque<DemandOf<T>>>,
    /// Woken when there are demands, or the node's state changed.
    pub(super) news: Notify,
}

impl<T: Technology> Board<T> {
    fn new() -> Self {
        Self {
            heard: RefCell::default(),
            associations: RefCell::default(),
            pump: Arc::default(),
            demands: RefCell::default(),
            news: Notify::new(),
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
            self.heard.borrow_mut().push_back(report.clone());
            self.pump.notify_one();
        }
    }
}

/// The radio node.
pub(super) struct RanApplication<T: Technology> {
    ran: T::Ran,
    pub(super) director: Director<T>,
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

impl<T: Technology> RanApplication<T> {
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
    pub(super) fn redirect(&mut self, now: Duration, remote: Option<SctpRemote>) {
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
            self.direct(at);
            if !self.drain(at) {
                return;
            }
        }
    }

    /// Tells the director what the core reported, and lets it do what is due.
    fn direct(&mut self, at: Moment) {
        let heard = std::mem::take(&mut *self.board.heard.borrow_mut());
        match &mut self.director {
            Director::Nobody => {}
            Director::Play(play) => {
                for report in &heard {
                    play.hear(at.now, report);
                }
                play.proceed(at.now, &mut self.ran);
                while let Some(demand) = play.demand() {
                    self.board.demands.borrow_mut().push_back(demand);
                    self.board.news.notify_one();
                }
            }
            Director::Load(load) => load.advance(at.now, &mut self.ran),
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
                    match &mut self.director {
                        Director::Nobody => {}
                        Director::Play(play) => play.see(at.now, &mut self.ran, &event),
                        Director::Load(load) => load.see(at.now, &mut self.ran, &event),
                    }
                }
            }
        }
        wanted
    }
}

impl<T: Technology> Application for RanApplication<T> {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.work(at);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let director = match &self.director {
            Director::Nobody => None,
            Director::Play(play) => play.deadline(),
            Director::Load(load) => load.deadline(),
        };
        let connect = self.connect_at.filter(|_| self.remote.is_some());
        [self.ran.deadline(), director, connect]
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
pub(super) struct RanStation<T: Technology> {
    pub(super) driver: RanDriver<T>,
    pub(super) board: Rc<Board<T>>,
    tasks: JoinHandle<()>,
}

impl<T: Technology> RanStation<T> {
    /// Starts a radio node and waits until it is set up.
    ///
    /// # Errors
    /// If it is not in time.
    pub(super) async fn start(network: &T, ran: T::Ran, journal: &Rc<RefCell<Journal>>) -> Result<Self> {
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
            let driver = Driver::start(clock, node, application, None, Arc::clone(&board.pump));
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

    /// The core is there from now on, or away.
    pub(super) fn redirect(&self, remote: Option<SctpRemote>) {
        self.driver
            .with(|at, _, application| application.redirect(at.now, remote));
    }

    /// Lets somebody tell the UEs what to do.
    pub(super) fn direct(&self, director: Director<T>) {
        self.driver
            .with(|_, _, application| application.director = director);
    }

    /// Does something with the play, if there is one.
    pub(super) fn with_play(&self, work: impl FnOnce(&mut T::Play)) {
        self.driver.with(|_, _, application| {
            if let Director::Play(play) = &mut application.director {
                work(play);
            }
        });
    }

    /// Ends it: its association in good order.
    pub(super) async fn stop(self, network: &T) {
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
