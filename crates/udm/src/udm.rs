//! The UDM itself: its state, its inputs, its outputs.

use crate::changes::Purpose;
use crate::config::UdmConfig;
use crate::event::UdmEvent;
use crate::identity::HomeNetworkKeys;
use crate::notify::Notifications;
use crate::serve::Parked;
use core::time::Duration;
use quintet_home::{EntropySource, FrontEnd, Stored};
use quintet_identity::{Imsi, Plmn};
use quintet_sbi::{CallFailure, CallId, Output, Request, RequestId, Response, TRACEPARENT};
use quintet_store::{Command, Reply, StoreError, SubscriberTable, Ticket};
use quintet_subscriber::auc::{ChallengeKey, WallClock};
use quintet_telemetry::AttemptId;
use std::collections::VecDeque;

/// When an input comes.
#[derive(Clone, Copy)]
pub(crate) struct At {
    /// Monotonic time of the runtime.
    pub(crate) now: Duration,
    /// Wall clock.
    pub(crate) wall: WallClock,
}

/// A UDM, sans-IO (TS 29.503).
///
/// ```text
///  runtime ── handle_request, handle_response ─────────►┌─────┐
///          ── handle_store, store_changed, handle_timeout ►│ Udm │
///          ◄─ poll_store, poll_sbi, poll_timeout, poll_event └─────┘
/// ```
///
/// After every input: [`Udm::poll_store`] and [`Udm::poll_sbi`] until they are empty, then [`Udm::poll_timeout`]. `now` is
/// the runtime's monotonic time, `wall` the wall clock. A UDM that has not yet taken its slot over, or not yet read a
/// subscriber, lets the request wait for it; it serves from the first moment.
pub struct Udm {
    pub(crate) config: UdmConfig,
    pub(crate) keys: HomeNetworkKeys,
    /// Home and equivalent networks: nobody roams there.
    pub(crate) own_plmns: Vec<Plmn>,
    pub(crate) front: FrontEnd<Parked, Purpose, UdmEvent>,
    pub(crate) notifications: Notifications,
    pub(crate) outputs: VecDeque<Output>,
}

impl Udm {
    /// A UDM that does nothing yet. `keys` deconceal SUCIs; `challenge` is the key of RANDs, one for all front ends of a
    /// store; `entropy` a source of unpredictable octets.
    #[must_use]
    pub fn new(
        config: UdmConfig,
        keys: HomeNetworkKeys,
        challenge: ChallengeKey,
        entropy: EntropySource,
    ) -> Self {
        let own = config.home_plmns.iter().chain(&config.equivalent_plmns);
        Self {
            own_plmns: own.copied().collect(),
            keys,
            front: FrontEnd::new(config.front(), challenge, entropy),
            notifications: Notifications::new(config.notification_timeout),
            outputs: VecDeque::new(),
            config,
        }
    }

    // --- What there is ------------------------------------------------------------------------------------------------

    /// The configuration it was made with.
    #[must_use]
    pub fn config(&self) -> &UdmConfig {
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

    /// Notifications that are on their way or put off.
    #[must_use]
    pub fn owed(&self) -> usize {
        self.notifications.len()
    }

    // --- Inputs -------------------------------------------------------------------------------------------------------

    /// Begins: takes the slot over, and then reads all subscribers while it serves.
    pub fn start(&mut self) {
        self.take_over();
    }

    /// Takes the slot over: at the start, and when an operator has made sure that the other front end is gone.
    pub fn take_over(&mut self) {
        self.front.take_over();
    }

    /// Serves a request; the answer comes from [`Udm::poll_sbi`], now or later, exactly once.
    pub fn handle_request(&mut self, now: Duration, wall: WallClock, id: RequestId, request: &Request) {
        let named = request.header(TRACEPARENT).and_then(AttemptId::of_traceparent);
        self.front.events.about(named);
        self.serve(At { now, wall }, id, request);
        self.front.events.about(None);
    }

    /// What became of a call of [`Udm::poll_sbi`].
    pub fn handle_response(&mut self, now: Duration, id: CallId, outcome: Result<Response, CallFailure>) {
        if let Some(event) = self.notifications.answered(now, id, outcome) {
            self.front.events.report(event);
        }
    }

    /// Takes the reply to a command of [`Udm::poll_store`].
    pub fn handle_store(
        &mut self,
        now: Duration,
        wall: WallClock,
        ticket: Ticket,
        reply: Result<Reply, StoreError>,
    ) {
        let at = At { now, wall };
        match self.front.handle_store(now, wall, ticket, reply) {
            Stored::Nothing => {}
            Stored::Job(id, reply) => self.resume(at, id, Some(reply)),
            Stored::Changes(reply) => self.changed(now, reply),
            Stored::Own(purpose, reply) => self.own(now, purpose, reply),
        }
        self.wake(at);
    }

    /// Provisioning may have changed something in the store.
    pub fn store_changed(&mut self) {
        self.front.ask_for_changes();
    }

    /// Time has passed. To be called at [`Udm::poll_timeout`], or whenever it suits.
    pub fn handle_timeout(&mut self, now: Duration, wall: WallClock) {
        let at = At { now, wall };
        self.expire(at);
        self.front.handle_timeout(now, wall);
        self.wake(at);
        self.late_timeout(now);
        while let Some(call) = self.notifications.due(now) {
            self.outputs.push_back(call);
        }
    }

    /// Resumes who waited for the slot or its bound.
    fn wake(&mut self, at: At) {
        while let Some((id, error)) = self.front.poll_woken() {
            self.resume(at, id, error.map(Err));
        }
    }

    // --- Outputs ------------------------------------------------------------------------------------------------------

    /// The next answer or call.
    pub fn poll_sbi(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The next command for the store; each is answered by [`Udm::handle_store`].
    pub fn poll_store(&mut self) -> Option<(Ticket, Command)> {
        self.front.desk.poll()
    }

    /// When [`Udm::handle_timeout`] must be called at the latest. May be in the past.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.front.next_timeout(), self.notifications.next_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// The next event, if [`Udm::listen`] asked for them.
    pub fn poll_event(&mut self) -> Option<UdmEvent> {
        self.front.events.poll()
    }

    /// The next event, and the attempt that it is about.
    pub fn poll_named_event(&mut self) -> Option<(Option<AttemptId>, UdmEvent)> {
        self.front.events.poll_named()
    }

    /// Whether events are kept. Off, none costs anything.
    pub fn listen(&mut self, listen: bool) {
        self.front.events.listen(listen);
    }

    /// Owes a notification.
    pub(crate) fn notify<T: serde::Serialize>(
        &mut self,
        imsi: Imsi,
        what: &'static str,
        callback: &str,
        body: &T,
    ) {
        match self.notifications.owe((imsi, what), callback, body) {
            Ok(call) => self.outputs.push_back(call),
            Err(event) => self.front.events.report(event),
        }
    }
}

impl std::fmt::Debug for Udm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Udm")
            .field("subscribers", &self.front.table.len())
            .field("waiting", &self.front.waiting.len())
            .field("owed", &self.notifications.len())
            .finish_non_exhaustive()
    }
}
