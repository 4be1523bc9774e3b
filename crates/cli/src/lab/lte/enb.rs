//! The eNB of a lab as an application of the driver: its association to the MME, and who tells its UEs what to do.

use super::journal::Journal;
use super::load::Load;
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_mme::MmeEvent;
use quintet_runtime::sctp::{SctpCommand, SctpConnectError, SctpRemote, SctpTransportId};
use quintet_runtime::{Application, Moment};
use quintet_s1ap::PPID;
use quintet_sctp::{AssociationId, Event, Message};
use quintet_sim::enb::{Enb, EnbOutput};
use quintet_sim::lte::{Demand, Play};
use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How long after an association was lost another is tried.
const RECONNECT: Duration = Duration::from_millis(20);

/// Who tells the UEs what to do.
pub(super) enum Director {
    /// Nobody: the eNB sets up.
    Nobody,
    Play(Box<Play>),
    Load(Box<Load>),
}

/// What passes between an eNB's thread of events and whoever plays the lab.
#[derive(Default)]
pub(super) struct Board {
    /// Reports of the MME about this eNB, not yet read by the director.
    heard: RefCell<VecDeque<MmeEvent>>,
    /// The MME's associations of this play.
    associations: RefCell<HashSet<AssociationId>>,
    /// Wakes the eNB's driver.
    pub(super) pump: Arc<Notify>,
    pub(super) demands: RefCell<VecDeque<Demand>>,
    /// Woken when there are demands, or the eNB's state changed.
    pub(super) news: Notify,
}

impl Board {
    /// A report of the MME: kept if it is about an association made since this board is hung up.
    pub(super) fn report(&self, event: &MmeEvent) {
        let association = match event {
            MmeEvent::Associated { association, .. } => {
                self.associations.borrow_mut().insert(*association);
                return;
            }
            MmeEvent::EnbSetUp { association, .. }
            | MmeEvent::EnbRefused { association, .. }
            | MmeEvent::EnbLost { association, .. }
            | MmeEvent::S1 { association, .. }
            | MmeEvent::Emm { association, .. } => *association,
            _ => return,
        };
        if self.associations.borrow().contains(&association) {
            self.heard.borrow_mut().push_back(event.clone());
            self.pump.notify_one();
        }
    }
}

/// The eNB.
pub(super) struct EnbApplication {
    pub(super) enb: Enb,
    pub(super) director: Director,
    board: Rc<Board>,
    journal: Rc<RefCell<Journal>>,
    transport: Option<SctpTransportId>,
    /// Where the MME is; `None` while it is away.
    remote: Option<SctpRemote>,
    association: Option<AssociationId>,
    /// Set while an attempt to connect is under way.
    connecting: bool,
    connect_at: Option<Duration>,
    commands: VecDeque<SctpCommand>,
}

impl EnbApplication {
    pub(super) fn new(enb: Enb, board: Rc<Board>, journal: Rc<RefCell<Journal>>) -> Self {
        Self {
            enb,
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

    /// Connects over this transport whenever there is an MME and no association.
    pub(super) fn reach(&mut self, now: Duration, transport: SctpTransportId, remote: Option<SctpRemote>) {
        self.transport = Some(transport);
        self.remote = remote;
        if remote.is_some() && self.association.is_none() && !self.connecting {
            self.connect_at = Some(now);
            self.connect(now);
        }
    }

    /// The same transport, another MME or none.
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

    /// Works off what the MME, the director and the eNB have to say, until they have nothing more.
    fn work(&mut self, at: Moment) {
        loop {
            self.direct(at);
            if !self.drain(at) {
                return;
            }
        }
    }

    /// Tells the director what the MME reported, and lets it do what is due.
    fn direct(&mut self, at: Moment) {
        let heard = std::mem::take(&mut *self.board.heard.borrow_mut());
        match &mut self.director {
            Director::Nobody => {}
            Director::Play(play) => {
                for event in &heard {
                    play.handle_mme_event(at.now, event);
                }
                play.advance(at.now, &mut self.enb);
                while let Some(demand) = play.poll_demand() {
                    self.board.demands.borrow_mut().push_back(demand);
                    self.board.news.notify_one();
                }
            }
            Director::Load(load) => load.advance(at.now, &mut self.enb),
        }
    }

    /// Carries out what the eNB wants. Answers whether it wanted anything.
    fn drain(&mut self, at: Moment) -> bool {
        let mut wanted = false;
        while let Some(output) = self.enb.poll_output() {
            wanted = true;
            match output {
                EnbOutput::Send { stream, payload } => {
                    if let Some(association) = self.association {
                        let message = Message {
                            stream,
                            ppid: PPID,
                            unordered: false,
                            payload,
                        };
                        self.commands
                            .push_back(SctpCommand::Send { association, message });
                    }
                }
                EnbOutput::Event(event) => {
                    self.journal.borrow_mut().enb_event(at.wall, &event);
                    match &mut self.director {
                        Director::Nobody => {}
                        Director::Play(play) => play.handle_enb_event(at.now, &mut self.enb, &event),
                        Director::Load(load) => load.handle_enb_event(at.now, &mut self.enb, &event),
                    }
                }
            }
        }
        wanted
    }
}

impl Application for EnbApplication {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.work(at);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        let director = match &self.director {
            Director::Nobody => None,
            Director::Play(play) => play.poll_timeout(),
            Director::Load(load) => load.poll_timeout(),
        };
        let connect = self.connect_at.filter(|_| self.remote.is_some());
        [self.enb.poll_timeout(), director, connect]
            .into_iter()
            .flatten()
            .min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.connect(at.now);
        self.enb.handle_timeout(at.now);
    }

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up {
                association, streams, ..
            } => {
                self.association = Some(association);
                self.connecting = false;
                self.enb.handle_up(at.now, streams.outbound);
            }
            Event::Restarted { streams, .. } => {
                self.enb.handle_down(at.now);
                self.enb.handle_up(at.now, streams.outbound);
            }
            Event::Message { message, .. } => {
                self.enb.handle_message(at.now, message.stream, &message.payload);
                self.enb.recycle(message.payload);
            }
            Event::Down { association, .. } => {
                let was_up = self.association == Some(association);
                self.lost(at.now);
                if was_up {
                    self.enb.handle_down(at.now);
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
            tracing::debug!(%error, "the eNB cannot reach the MME");
            self.lost(at.now);
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}
