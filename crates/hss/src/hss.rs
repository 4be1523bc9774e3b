//! The HSS itself: its state, its inputs, its outputs.

use crate::Disposition;
use crate::buffers::Buffers;
use crate::changes::{FirstMeetings, Refresh, Why};
use crate::config::HssConfig;
use crate::dispatch::{Confirmed, Dispatch};
use crate::eir::EquipmentIndex;
use crate::event::HssEvent;
use crate::ims::{ImsFollowUp, ImsLate, ImsTable};
use crate::serve::Parked;
use crate::sh::{Sh, ShFollowUp};
use core::time::Duration;
use quintet_diameter::dict::avp;
use quintet_diameter::node::RequestHandle;
use quintet_diameter::{ConnectionId, Message, Node};
use quintet_home::{EntropySource, FrontEnd, FrontEvent, Stored};
use quintet_identity::{Imsi, Plmn};
use quintet_store::{Command, Reply, StoreError, SubscriberTable, Ticket};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_subscriber::s6a::Features;
use quintet_telemetry::AttemptId;

/// What every input comes with.
pub(crate) struct Cx<'n> {
    /// Monotonic time of the runtime.
    pub(crate) now: Duration,
    /// Wall clock.
    pub(crate) wall: WallClock,
    /// The Diameter node to answer over.
    pub(crate) node: &'n mut Node,
}

/// What a command to the store is for, besides the front end's.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// It follows an answer already given: nobody waits, a failure is reported.
    FollowUp(&'static str),
    /// A changed subscriber, read again.
    Refresh(Imsi, Refresh),
    /// The location of a subscriber whose serving nodes are to be told something.
    Locate(Imsi, Why),
    /// What was put of equipment.
    Equipment,
    /// A user whose data application servers subscribed to.
    Sh(Imsi, ShFollowUp),
    /// Whose records of Sh changed.
    ShChanges,
    /// The IMS record of a subscriber.
    Ims(Imsi, ImsFollowUp),
}

/// An HSS, sans-IO (TS 29.272, TS 29.228).
///
/// ```text
///  runtime ── handle_request, handle_answer, request_failed, peer_up ──►┌─────┐── answers, requests ──► Diameter node
///          ── handle_store, store_changed, handle_timeout ─────────────►│ Hss │
///          ◄─ poll_store, poll_timeout, poll_event ─────────────────────└─────┘
/// ```
///
/// After every input: [`Hss::poll_store`] until it is empty, then [`Hss::poll_timeout`]. `now` is the runtime's monotonic
/// time, `wall` the wall clock. An HSS that has not yet taken its slot over, or not yet read a subscriber, lets the
/// request wait for it; it serves from the first moment.
pub struct Hss {
    pub(crate) config: HssConfig,
    /// Home and equivalent networks: nobody roams there.
    pub(crate) own_plmns: Vec<Plmn>,
    pub(crate) features: Features,
    pub(crate) front: FrontEnd<Parked, Purpose, HssEvent>,
    pub(crate) buffers: Buffers,
    pub(crate) dispatch: Dispatch,
    pub(crate) met: FirstMeetings,
    pub(crate) equipment: EquipmentIndex,
    pub(crate) sh: Sh,
    pub(crate) ims: ImsTable,
    pub(crate) ims_late: ImsLate,
    names_attempts: bool,
}

impl Hss {
    /// An HSS that does nothing yet. `challenge` is the key of RANDs, one for all front ends of a store; `entropy` a
    /// source of unpredictable octets.
    #[must_use]
    pub fn new(config: HssConfig, challenge: ChallengeKey, entropy: EntropySource) -> Self {
        let own_plmns = config
            .home_plmns
            .iter()
            .chain(&config.equivalent_plmns)
            .copied()
            .collect();
        Self {
            own_plmns,
            features: config.features(),
            front: FrontEnd::new(config.front(), challenge, entropy),
            buffers: Buffers::default(),
            dispatch: Dispatch::new(config.request_timeout),
            met: FirstMeetings::default(),
            equipment: EquipmentIndex::default(),
            sh: Sh::default(),
            ims: ImsTable::default(),
            ims_late: ImsLate::default(),
            names_attempts: false,
            config,
        }
    }

    // --- What there is ------------------------------------------------------------------------------------------------

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &HssConfig {
        &self.config
    }

    /// The subscribers in memory.
    #[must_use]
    pub fn subscribers(&self) -> &SubscriberTable {
        &self.front.table
    }

    /// Requests that wait for the store.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.front.waiting.len()
    }

    /// Requests to serving nodes that are on their way or put off.
    #[must_use]
    pub fn owed(&self) -> usize {
        self.dispatch.len()
    }

    // --- Inputs -------------------------------------------------------------------------------------------------------

    /// Begins: takes the slot over, and then reads all subscribers while it serves.
    pub fn start(&mut self, now: Duration) {
        self.take_over(now);
        self.follow_equipment();
        self.follow_sh();
    }

    /// Takes the slot over: at the start, and when an operator has made sure that the other front end is gone.
    pub fn take_over(&mut self, _now: Duration) {
        self.front.take_over();
    }

    /// Serves a request that [`Node::handle_message`] handed out.
    pub fn handle_request(
        &mut self,
        now: Duration,
        wall: WallClock,
        node: &mut Node,
        connection: ConnectionId,
        request: Message<'_>,
    ) -> Disposition {
        self.front.events.about(self.attempt_of(&request));
        let disposition = self.serve(&mut Cx { now, wall, node }, connection, request);
        self.front.events.about(None);
        disposition
    }

    /// What the attempt is called that a request is part of. A Session-Id that carries no name costs a digest, which is made if
    /// somebody wants it.
    pub(crate) fn attempt_of(&self, request: &Message<'_>) -> Option<AttemptId> {
        let session = request.find(avp::SESSION_ID)?.data;
        match self.names_attempts {
            true => Some(AttemptId::of_session_id(session)),
            false => AttemptId::carried_by(session),
        }
    }

    /// Takes the answer to a request of this HSS.
    pub fn handle_answer(&mut self, now: Duration, handle: RequestHandle, answer: &Message<'_>) {
        let answered = self
            .dispatch
            .answered(now, handle, answer, &mut |event| self.front.events.report(event));
        let Some(Confirmed {
            application,
            command,
            imsi: Some(imsi),
            identity,
            host,
            result,
            alerted,
        }) = answered
        else {
            return;
        };
        match application {
            quintet_sh::SH => self.sh_confirmed(imsi, identity.as_ref(), host, result),
            quintet_cx::CX => self.ims_confirmed(command, imsi, result),
            quintet_slh::s6c::S6C => self.alert_confirmed(imsi, alerted, result),
            _ => {}
        }
    }

    /// A request of this HSS will not be answered.
    pub fn request_failed(&mut self, now: Duration, handle: RequestHandle) {
        self.dispatch
            .failed(now, handle, &mut |event| self.front.events.report(event));
    }

    /// A peer that shares S6a with this node is open. With volatile locations it gets a Reset, once.
    pub fn peer_up(&mut self, now: Duration, wall: WallClock, node: &mut Node, host: &str, realm: &str) {
        if self.config.volatile_locations && self.met.first_meeting(host) {
            self.reset_one(&mut Cx { now, wall, node }, host.to_owned(), realm.to_owned());
        }
    }

    /// Takes the reply to a command of [`Hss::poll_store`].
    pub fn handle_store(
        &mut self,
        now: Duration,
        wall: WallClock,
        node: &mut Node,
        ticket: Ticket,
        reply: Result<Reply, StoreError>,
    ) {
        let cx = &mut Cx { now, wall, node };
        match self.front.handle_store(now, wall, ticket, reply) {
            Stored::Nothing => {}
            Stored::Job(id, reply) => self.resume(cx, id, Some(reply)),
            Stored::Changes(reply) => self.changed(now, reply),
            Stored::Own(Purpose::FollowUp(what), reply) => {
                if let Err(error) = reply {
                    self.front.events.report(FrontEvent::StoreFailed { what, error });
                }
            }
            Stored::Own(Purpose::Refresh(imsi, refresh), reply) => self.refreshed(cx, imsi, refresh, reply),
            Stored::Own(Purpose::Locate(imsi, why), reply) => self.located(cx, imsi, why, reply),
            Stored::Own(Purpose::Sh(imsi, why), reply) => self.sh_followed(cx, imsi, why, reply),
            Stored::Own(Purpose::ShChanges, reply) => self.sh_changed(cx, reply),
            Stored::Own(Purpose::Equipment, reply) => self.equipment_followed(now, reply),
            Stored::Own(Purpose::Ims(imsi, why), reply) => self.ims_followed(cx, imsi, why, reply),
        }
        self.wake(cx);
        self.note_queue(cx);
    }

    /// Resumes who waited for the slot or its bound.
    fn wake(&mut self, cx: &mut Cx<'_>) {
        while let Some((id, error)) = self.front.poll_woken() {
            self.resume(cx, id, error.map(Err));
        }
    }

    /// Provisioning may have changed something in the store.
    pub fn store_changed(&mut self, _now: Duration) {
        // Registrations are no provisioning change, and may be another front end's.
        self.ims.forget();
        self.front.ask_for_changes();
        self.follow_equipment();
        self.follow_sh();
    }

    /// Time has passed. To be called at [`Hss::poll_timeout`], or whenever it suits.
    pub fn handle_timeout(&mut self, now: Duration, wall: WallClock, node: &mut Node) {
        let cx = &mut Cx { now, wall, node };
        self.expire(cx);
        self.dispatch
            .handle_timeout(now, cx.node, &mut |event| self.front.events.report(event));
        self.front.handle_timeout(now, wall);
        self.wake(cx);
        self.late_timeout(now);
        self.ims_timeout(now);
        self.equipment_timeout(now);
        let cx = &mut Cx { now, wall, node };
        self.sh_timeout(cx);
        self.note_queue(cx);
    }

    // --- Outputs ------------------------------------------------------------------------------------------------------

    /// The next command for the store; each is answered by [`Hss::handle_store`].
    pub fn poll_store(&mut self) -> Option<(Ticket, Command)> {
        self.front.desk.poll()
    }

    /// When [`Hss::handle_timeout`] must be called at the latest. May be in the past.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let timeouts = [
            self.front.next_timeout(),
            self.dispatch.next_timeout(),
            self.ims_late.retry_at,
            self.equipment.retry_at,
            self.sh.checks.retry_at,
            self.sh.index.expires_at,
        ];
        timeouts.into_iter().flatten().min()
    }

    /// The next event, if [`Hss::listen`] asked for them.
    pub fn poll_event(&mut self) -> Option<HssEvent> {
        self.front.events.poll()
    }

    /// The next event, and the attempt that it is about.
    pub fn poll_named_event(&mut self) -> Option<(Option<AttemptId>, HssEvent)> {
        self.front.events.poll_named()
    }

    /// Whether every event tells its attempt; else only where the request carries its name.
    pub fn name_attempts(&mut self, names: bool) {
        self.names_attempts = names;
    }

    /// Whether events are kept. Off, none costs anything.
    pub fn listen(&mut self, listen: bool) {
        self.front.events.listen(listen);
    }
}

impl std::fmt::Debug for Hss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hss")
            .field("subscribers", &self.front.table.len())
            .field("waiting", &self.front.waiting.len())
            .field("owed", &self.dispatch.len())
            .finish_non_exhaustive()
    }
}
