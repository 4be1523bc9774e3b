//! UEs that attach: simulated eNBs with an SCTP association each, as the driver drives them.

use crate::bench::pace::{Pace, Queue};
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_emm::ue::{Configuration, Event as UeEvent, Start};
use quintet_identity::{Imei, Imeisv};
use quintet_runtime::sctp::SctpCommand;
use quintet_runtime::{Application, Moment};
use quintet_s1ap::{Cause, PPID};
use quintet_sctp::{AssociationId, Event, Message};
use quintet_sim::Latency;
use quintet_sim::Usim;
use quintet_sim::demo::{Population, home_plmn};
use quintet_sim::enb::{Enb, EnbEvent, EnbOutput, ReleasedBy, UeId};
use quintet_sim::ue::Ue;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Count {
    /// UEs that began.
    pub(super) begun: u64,
    /// UEs that sent ATTACH COMPLETE.
    pub(super) attached: u64,
    /// Of these, released.
    pub(super) idle: u64,
    /// UEs whose attach ended otherwise.
    pub(super) failed: u64,
}

/// An eNB and what became of its UEs.
struct Station {
    enb: Enb,
    association: AssociationId,
    /// Of every UE: from when its attach counts, until it is registered.
    since: Vec<Option<Duration>>,
}

/// All eNBs.
pub(super) struct Load {
    stations: Vec<Station>,
    population: Population,
    configuration: Arc<Configuration>,
    device: (Imei, Imeisv),
    queue: Queue,
    pub(super) count: Count,
    /// From when on latencies are counted; none are before a measurement.
    pub(super) latency: Latency,
    /// What went wrong first.
    pub(super) fault: Option<String>,
    commands: VecDeque<SctpCommand>,
    done: Rc<Notify>,
}

impl Load {
    pub(super) fn new(done: Rc<Notify>) -> Self {
        let device = ("490154203237518".parse(), "4901542032375186".parse());
        Self {
            stations: Vec::new(),
            population: Population::new(),
            // Nobody tries twice: a failure is to be seen.
            configuration: Arc::new(Configuration {
                automatic: false,
                ..Configuration::default()
            }),
            device: (
                device.0.expect("15 digits with their check digit"),
                device.1.expect("16 digits"),
            ),
            queue: Queue::new(),
            count: Count::default(),
            latency: Latency::default(),
            fault: None,
            commands: VecDeque::new(),
            done,
        }
    }

    /// Takes an eNB whose association is being set up.
    pub(super) fn add(&mut self, enb: Enb, association: AssociationId) {
        self.stations.push(Station {
            enb,
            association,
            since: Vec::new(),
        });
    }

    /// Whether every eNB is set up.
    pub(super) fn is_up(&self) -> bool {
        self.stations.iter().all(|station| station.enb.is_up())
    }

    /// The next so many subscribers attach.
    pub(super) fn begin(&mut self, count: u32, pace: Pace) {
        self.queue.extend(count, pace);
        self.latency = Latency::default();
    }

    /// Whether everybody who was to begin has ended.
    pub(super) fn is_done(&self) -> bool {
        self.queue.is_empty() && self.under_way() == 0
    }

    fn under_way(&self) -> u64 {
        self.count.begun - self.count.idle - self.count.failed
    }

    /// Begins those whose time has come.
    fn start_due(&mut self, now: Duration) {
        while let Some((n, since)) = self.queue.pop(now, self.under_way()) {
            self.start_next(now, (n, since));
        }
    }

    fn start_next(&mut self, now: Duration, (n, since): (u32, Duration)) {
        self.count.begun += 1;
        let card = self.population.subscriber(n).and_then(|subscriber| {
            let authentication = &subscriber.authentication;
            Usim::new(subscriber.imsi, authentication, Default::default()).ok()
        });
        let at = n as usize % self.stations.len();
        let station = &mut self.stations[at];
        let ue = Ue::new(Arc::clone(&self.configuration), self.device, card, home_plmn());
        let id = station.enb.add_ue(ue);
        station.since.push(Some(since));
        station.enb.start(now, id, Start::ATTACH);
    }

    /// Works off what the eNBs want done.
    fn collect(&mut self, now: Duration) {
        for at in 0..self.stations.len() {
            while let Some(output) = self.stations[at].enb.poll_output() {
                match output {
                    EnbOutput::Send { stream, payload } => self.commands.push_back(SctpCommand::Send {
                        association: self.stations[at].association,
                        message: Message {
                            stream,
                            ppid: PPID,
                            unordered: false,
                            payload,
                        },
                    }),
                    EnbOutput::Event(event) => self.happened(now, at, event),
                }
            }
        }
    }

    fn happened(&mut self, now: Duration, at: usize, event: EnbEvent) {
        let station = &mut self.stations[at];
        match event {
            EnbEvent::Ue(id, UeEvent::Registered { .. }) => {
                if let Some(since) = station.since[id.0 as usize].take() {
                    self.latency.record(now.saturating_sub(since));
                    self.count.attached += 1;
                }
                station.enb.release(id, Cause::USER_INACTIVITY);
            }
            EnbEvent::Released(id, by) => self.released(at, id, by),
            EnbEvent::NotConnected(_, why) => {
                self.count.failed += 1;
                self.wrong(format!("a UE got no connection: {why:?}"));
            }
            EnbEvent::Connected(_)
            | EnbEvent::ContextSetUp(_)
            | EnbEvent::Ue(_, UeEvent::SecurityModeComplete { .. })
            | EnbEvent::SetUp { .. } => {}
            other => self.wrong(format!("{other:?}")),
        }
        if self.is_done() {
            self.done.notify_one();
        }
    }

    fn released(&mut self, at: usize, id: UeId, by: ReleasedBy) {
        if self.stations[at].since[id.0 as usize].take().is_some() {
            self.count.failed += 1;
            self.wrong(format!("a UE was released before it was attached: {by:?}"));
        } else {
            self.count.idle += 1;
        }
    }

    fn wrong(&mut self, what: String) {
        self.fault.get_or_insert(what);
    }

    fn station_of(&mut self, association: AssociationId) -> Option<&mut Station> {
        let mut stations = self.stations.iter_mut();
        stations.find(|station| station.association == association)
    }
}

impl Application for Load {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        self.collect(at.now);
        self.start_due(at.now);
        self.collect(at.now);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.stations
            .iter()
            .filter_map(|station| station.enb.poll_timeout())
            .min()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        for station in &mut self.stations {
            if station.enb.poll_timeout().is_some_and(|due| due <= at.now) {
                station.enb.handle_timeout(at.now);
            }
        }
    }

    fn sctp(&mut self, at: Moment, _: &mut Node, event: Event) {
        match event {
            Event::Up {
                association, streams, ..
            }
            | Event::Restarted { association, streams } => {
                if let Some(station) = self.station_of(association) {
                    station.enb.handle_up(at.now, streams.outbound);
                }
            }
            Event::Message { association, message } => {
                if let Some(station) = self.station_of(association) {
                    station
                        .enb
                        .handle_message(at.now, message.stream, &message.payload);
                }
            }
            Event::Down { association, reason } => {
                self.wrong(format!("an association ended: {reason:?}"));
                if let Some(station) = self.station_of(association) {
                    station.enb.handle_down(at.now);
                }
            }
            Event::Writable { .. } => {}
        }
    }

    fn poll_sctp(&mut self) -> Option<SctpCommand> {
        self.commands.pop_front()
    }
}
