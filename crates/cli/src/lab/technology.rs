//! What the labs of LTE, 5GS and IMS differ in: their nodes, their plays, their words. All else they have in common.

use super::diagnosis::Expected;
use super::director::{Director, Post};
use super::hss::Keeping;
use super::journal::{Journal, Language};
use super::load::{Report, Sort};
use super::ran::Board;
use anyhow::Result;
use quintet_runtime::Clock;
use quintet_runtime::sctp::SctpRemote;
use quintet_sctp::{AssociationId, Message};
use quintet_sim::radio::UeId;
use quintet_sim::ran::{Access, Event, Node, Output};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::cell::RefCell;
use std::net::IpAddr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

/// What the specification's timers are divided by: T3460 is 0.6 s, and all scenarios take half a minute. A T3410 of 1.5 s
/// outlasts a disk that is busy with something else.
pub(super) const TIMER_DIVISOR: u32 = 10;

/// UEs of a scenario that takes several.
pub(super) const SEVERAL: u32 = 4;

/// Connections and half-open registrations of the one radio node: nobody floods here.
pub(super) const MAX_CONNECTIONS: usize = 1_000_000;

/// What a radio node wants done.
pub(super) enum RanOutput<E> {
    /// Send a message to the core.
    Send { stream: u16, payload: Vec<u8> },
    /// Something happened.
    Event(E),
}

/// A node of simulated UEs.
pub(super) trait Users: 'static {
    /// What it reports.
    type Event;
}

impl<A: Access> Users for Node<A> {
    type Event = Event<A>;
}

/// A simulated eNB or gNB with its UEs.
pub(super) trait Ran: Users {
    /// SCTP's payload protocol identifier.
    const PPID: u32;

    fn is_up(&self) -> bool;
    fn poll(&mut self) -> Option<RanOutput<Self::Event>>;
    fn deadline(&self) -> Option<Duration>;
    fn timeout(&mut self, now: Duration);
    fn up(&mut self, now: Duration, streams: u16);
    fn down(&mut self, now: Duration);
    fn message(&mut self, now: Duration, message: Message);
}

impl<A: Access> Ran for Node<A> {
    const PPID: u32 = A::PPID;

    fn is_up(&self) -> bool {
        Self::is_up(self)
    }

    fn poll(&mut self) -> Option<RanOutput<Event<A>>> {
        Some(match self.poll_output()? {
            Output::Send { stream, payload } => RanOutput::Send { stream, payload },
            Output::Event(event) => {
                if let Event::Ue(ue, report) = &event {
                    let attempt = self.attempt(*ue).map(tracing::field::display);
                    tracing::debug!(attempt, ue = ue.0, ?report, "UE");
                }
                RanOutput::Event(event)
            }
        })
    }

    fn deadline(&self) -> Option<Duration> {
        self.poll_timeout()
    }

    fn timeout(&mut self, now: Duration) {
        self.handle_timeout(now);
    }

    fn up(&mut self, now: Duration, streams: u16) {
        self.handle_up(now, streams);
    }

    fn down(&mut self, now: Duration) {
        self.handle_down(now);
    }

    fn message(&mut self, now: Duration, message: Message) {
        self.handle_message(now, message.stream, &message.payload);
        self.recycle(message.payload);
    }
}

/// A scenario being played by [`Users`].
pub(super) trait Plays<R: Users>: 'static {
    /// What it hears of the core.
    type Report: Clone + 'static;
    /// What it wants of the world.
    type Demand;

    fn hear(&mut self, now: Duration, ran: &mut R, report: &Self::Report);
    fn see(&mut self, now: Duration, ran: &mut R, event: &R::Event);
    fn proceed(&mut self, now: Duration, ran: &mut R);
    fn demand(&mut self) -> Option<Self::Demand>;
    fn deadline(&self) -> Option<Duration>;
    /// Everybody the home network must know.
    fn subscribers(&self) -> Vec<Subscriber>;
    /// Who they are in the IMS.
    fn ims_subscriptions(&self) -> Vec<ImsSubscription> {
        Vec::new()
    }
}

/// Whom a report of the core is about.
pub(super) enum About {
    /// An association that came about.
    New(AssociationId),
    /// An association.
    Of(AssociationId),
    /// No association: everybody hears it.
    Everybody,
    /// Nobody who plays.
    Nobody,
}

/// A scenario's name and what there is to know of it before it is played.
#[derive(Clone, Copy)]
pub(super) struct Listed {
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether several UEs show in it.
    pub(super) several: bool,
}

/// How a play ended.
pub(super) struct Verdict {
    pub(super) as_named: bool,
    pub(super) what: String,
    pub(super) why: Vec<String>,
}

/// The node of UEs of a network.
pub(super) type RanOf<T> = <T as Technology>::Ran;
/// What it reports.
pub(super) type EventOf<T> = <RanOf<T> as Users>::Event;
/// What a play of a network hears.
pub(super) type ReportOf<T> = <<T as Technology>::Play as Plays<RanOf<T>>>::Report;
/// What a play of a network wants.
pub(super) type DemandOf<T> = <<T as Technology>::Play as Plays<RanOf<T>>>::Demand;

/// A network of one technology at work.
pub(super) trait Technology: Sized + 'static {
    /// The node of UEs.
    type Ran: Users;
    type Play: Plays<Self::Ran>;
    /// That node at work.
    type Station: Station<Self>;
    /// What of this machine it is played on.
    type Ground;

    /// As the command line calls it.
    const NAME: &'static str;
    /// What it is captured on.
    const INTERFACES: &'static str;
    /// The load, as if it were a scenario: name, line, what becomes of a UE in it.
    const CROWD: (&'static str, &'static str, Sort);
    const LANGUAGE: Language;
    /// Where the core keeps its contexts.
    const CONTEXTS: &'static str;

    /// All scenarios, in the order in which they are played.
    fn list() -> Vec<Listed>;
    /// The nodes' names in the capture.
    fn names(ground: &Self::Ground) -> Vec<(IpAddr, String)>;
    /// What the doctor must find in a scenario.
    fn expected(scenario: &'static str) -> Expected;
    /// The `number`-th node of UEs with those of a scenario in it; `place` is the scenario's in [`Self::list`].
    fn cell(ground: &Self::Ground, place: usize, number: u32, seed: u64) -> (Self::Ran, Self::Play);
    /// A node without UEs, for the load.
    fn empty_cell(ground: &Self::Ground, nas_events: bool) -> Self::Ran;
    /// Who a UE of the load is in the IMS.
    fn ims_subscription(subscriber: &Subscriber) -> Option<ImsSubscription> {
        let _ = subscriber;
        None
    }

    /// Starts the core and the home network and waits until they are connected.
    async fn start(
        ground: &Self::Ground,
        home: (Keeping<'_>, &Path),
        journal: &Rc<RefCell<Journal>>,
    ) -> Result<Self>;
    /// Everything is as at first from now on.
    async fn settled(&mut self) -> Result<()>;
    /// Disconnects everybody in good order.
    async fn stop(self) -> Result<()>;
    fn clock(&self) -> Clock;
    /// Does what a play wants of the world; the verdict ends it.
    async fn serve(
        &mut self,
        journal: &Rc<RefCell<Journal>>,
        station: &Self::Station,
        demand: DemandOf<Self>,
    ) -> Result<Option<Verdict>>;

    /// A report of the UEs, for the ladder.
    fn show(journal: &mut Journal, wall: Duration, event: &EventOf<Self>);

    /// The n-th UE of a load; `None` if there are no more.
    fn join(ground: &Self::Ground, ran: &mut Self::Ran, n: u32) -> Result<Option<UeId>>;
    /// It registers.
    fn begin(ran: &mut Self::Ran, now: Duration, ue: UeId);
    /// Whether this ends a UE's registration, and how.
    fn ended(event: &EventOf<Self>) -> Option<(UeId, Result<(), String>)>;
    /// Its connection may end.
    fn release(ran: &mut Self::Ran, ue: UeId);
}

/// A network whose UEs are behind a radio node, which SCTP joins to the core.
pub(super) trait Cellular: Technology<Ran: Ran> {
    /// Where the core is.
    fn core(&self) -> Result<SctpRemote>;
    /// Who plays at present hears the core by this.
    fn hang_up(&self, board: Option<Rc<Board<Self>>>);
    /// Whom a report is about.
    fn about(report: &ReportOf<Self>) -> About;
}

/// The node of UEs of a network at work.
pub(super) trait Station<T: Technology>: Sized {
    /// Starts it and waits until it is ready.
    ///
    /// # Errors
    /// If it is not in time.
    async fn start(network: &T, ran: T::Ran, journal: &Rc<RefCell<Journal>>) -> Result<Self>;
    /// What passes between it and whoever plays the lab.
    fn post(&self) -> &Post<T>;
    /// Does something with who tells the UEs what to do.
    fn with_director<R>(&self, work: impl FnOnce(&mut Director<T>) -> R) -> R;
    /// Ends it in good order.
    async fn stop(self, network: &T);

    /// Lets somebody tell the UEs what to do.
    fn direct(&self, director: Director<T>) {
        self.with_director(|before| *before = director);
    }

    /// Does something with the play, if there is one.
    fn with_play(&self, work: impl FnOnce(&mut T::Play)) {
        self.with_director(|director| {
            if let Director::Play(play) = director {
                work(play);
            }
        });
    }

    /// How the load went, once it is over.
    fn load_report(&self) -> Option<Report> {
        self.with_director(|director| match director {
            Director::Load(load) if load.is_over() => Some(load.report()),
            _ => None,
        })
    }
}
