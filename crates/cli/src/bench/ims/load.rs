//! UEs of the IMS that register, as the driver drives them.

use crate::bench::pace::{Pace, Queue};
use quintet_diameter::node::{ConnectionId, Event as NodeEvent, Inbound, Node};
use quintet_esp::SaCommand;
use quintet_ims::ue::{Configuration, Event as UeEvent, SET_NAMES, Start, Ue};
use quintet_runtime::{Application, Moment};
use quintet_sim::demo::Population;
use quintet_sim::ims::{Carriage, SimEvent, Ues, User, UserEvent, UserId, identity};
use quintet_sim::{Latency, Usim};
use quintet_sip::transaction::Timers;
use quintet_sip::transport::{Hop, SipOutput};
use std::net::Ipv4Addr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// UE n has this address plus n: all of 127/8 is this machine.
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 16, 0, 0);

/// What was counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    /// UEs that began.
    pub(super) begun: u64,
    /// UEs that are registered.
    pub(super) registered: u64,
    /// UEs whose registration failed.
    pub(super) failed: u64,
}

/// All UEs.
pub(super) struct Load {
    ues: Ues,
    population: Population,
    configuration: Arc<Configuration>,
    /// From when each UE counts, until it is registered.
    since: Vec<Option<Duration>>,
    queue: Queue,
    pub(super) count: Count,
    /// Of the measurement that runs.
    pub(super) latency: Latency,
    /// What went wrong first.
    pub(super) fault: Option<String>,
    done: Rc<Notify>,
}

impl Load {
    pub(super) fn new(configuration: Configuration, seed: u64, done: Rc<Notify>) -> Self {
        Self {
            ues: Ues::new(Timers::air(), seed),
            population: Population::new(),
            configuration: Arc::new(configuration),
            since: Vec::new(),
            queue: Queue::new(),
            count: Count::default(),
            latency: Latency::default(),
            fault: None,
            done,
        }
    }

    /// The next so many subscribers register.
    pub(super) fn begin(&mut self, count: u32, pace: Pace) {
        self.queue.extend(count, pace);
        self.latency = Latency::default();
    }

    /// Whether everybody who was to begin has ended.
    pub(super) const fn is_done(&self) -> bool {
        self.queue.is_empty() && self.under_way() == 0
    }

    const fn under_way(&self) -> u64 {
        self.count.begun - self.count.registered - self.count.failed
    }

    /// Begins those whose time has come.
    fn start_due(&mut self, now: Duration) {
        while let Some((n, since)) = self.queue.pop(now, self.under_way()) {
            self.start_next(now, (n, since));
        }
    }

    fn start_next(&mut self, now: Duration, (n, since): (u32, Duration)) {
        self.count.begun += 1;
        self.since.push(Some(since));
        let id = self.user(n).and_then(|user| self.ues.add(user));
        match id {
            Some(id) => {
                self.ues.user_mut(id).set_carriage(Carriage::Udp);
                self.ues.start(now, id, Start::Register);
            }
            None => self.failed(UserId(n), "there is no such user".to_owned()),
        }
    }

    fn user(&self, n: u32) -> Option<User> {
        let subscriber = self.population.subscriber(n)?;
        let card = Usim::new(subscriber.imsi, &subscriber.authentication, Default::default()).ok();
        let identity = identity(subscriber.imsi).ok()?;
        let address = Ipv4Addr::from_bits(FIRST_ADDRESS.to_bits() + n);
        let configuration = Arc::clone(&self.configuration);
        let ue = Ue::new(configuration, identity, address.into(), (n + 1) * SET_NAMES);
        Some(User::new(ue, card))
    }

    fn happened(&mut self, now: Duration, event: SimEvent) {
        let SimEvent { user, what } = event;
        match what {
            UserEvent::Ue(UeEvent::Registered { .. }) => {
                if let Some(since) = self.since[user.0 as usize].take() {
                    self.latency.record(now.saturating_sub(since));
                    self.count.registered += 1;
                }
            }
            UserEvent::Ue(UeEvent::Answered) => {}
            other => self.failed(user, format!("user {}: {other:?}", user.0)),
        }
        if self.is_done() {
            self.done.notify_one();
        }
    }

    fn failed(&mut self, user: UserId, what: String) {
        if self.since[user.0 as usize].take().is_some() {
            self.count.failed += 1;
        }
        self.fault.get_or_insert(what);
    }
}

impl Application for Load {
    fn handle(&mut self, _: Moment, _: &mut Node, _: ConnectionId, _: Inbound<'_>) {}

    fn event(&mut self, _: Moment, _: &mut Node, _: &NodeEvent) {}

    fn pump(&mut self, at: Moment, _: &mut Node) {
        while let Some(event) = self.ues.poll_event() {
            self.happened(at.now, event);
        }
        self.start_due(at.now);
    }

    fn poll_timeout(&self) -> Option<Duration> {
        self.ues.poll_timeout()
    }

    fn timeout(&mut self, at: Moment, _: &mut Node) {
        self.ues.timeout(at.now);
    }

    fn sip(&mut self, at: Moment, _: &mut Node, hop: Hop, octets: &[u8]) {
        self.ues.handle_sip(at.now, hop, octets);
    }

    fn sip_failed(&mut self, at: Moment, _: &mut Node, hop: Hop) {
        self.ues.hop_failed(at.now, hop);
    }

    fn poll_sip(&mut self) -> Option<SipOutput> {
        self.ues.poll_sip()
    }

    fn poll_sa(&mut self) -> Option<SaCommand> {
        self.ues.poll_sa()
    }
}
