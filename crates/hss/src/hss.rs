//! The HSS itself: its state, its inputs, its outputs.

use crate::Disposition;
use crate::changes::{ChangeFeed, Refresh, Why};
use crate::config::HssConfig;
use crate::desk::Desk;
use crate::dispatch::Dispatch;
use crate::event::{Events, HssEvent};
use crate::issuing::{EntropySource, Issuing};
use crate::late::LateChanges;
use crate::preload::Preload;
use crate::serve::Parked;
use crate::waiting::{JobId, Waiting};
use core::time::Duration;
use quintet_diameter::node::RequestHandle;
use quintet_diameter::{ConnectionId, Message, Node};
use quintet_identity::{Imsi, Msisdn, Plmn};
use quintet_store::{Command, Reply, StoreError, SubscriberTable, Ticket};
use quintet_subscriber::auc::{ChallengeKey, Epoch, RaiseBound, WallClock, refresh_dif};
use quintet_subscriber::model::{Subscriber, Subscription};
use quintet_subscriber::s6a::Features;
use std::sync::Arc;

/// What every input comes with.
pub(crate) struct Cx<'n> {
    /// Monotonic time of the runtime.
    pub(crate) now: Duration,
    /// Wall clock.
    pub(crate) wall: WallClock,
    /// The Diameter node to answer over.
    pub(crate) node: &'n mut Node,
}

/// What is told of a subscriber.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) subscription: Arc<Subscription>,
    pub(crate) msisdn: Option<Msisdn>,
}

/// What a command to the store is for.
#[derive(Debug)]
pub(crate) enum Purpose {
    /// A waiting request's.
    Job(JobId),
    /// It follows an answer already given: nobody waits, a failure is reported.
    FollowUp(&'static str),
    /// Takes the slot over.
    Takeover,
    /// Raises the slot's bound.
    RaiseBound(RaiseBound),
    /// The revision at which the preload starts.
    PreloadRevision(u64),
    /// A page of the preload.
    PreloadPage(u64),
    /// Proves that a page of the preload was read in our epoch.
    PreloadProof(u64),
    /// What provisioning changed.
    Changes,
    /// A changed subscriber, read again.
    Refresh(Imsi, Refresh),
    /// The location of a subscriber whose serving nodes are to be told something.
    Locate(Imsi, Why),
}

/// An HSS, sans-IO (TS 29.272).
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
    pub(crate) table: SubscriberTable,
    pub(crate) issuing: Issuing,
    pub(crate) waiting: Waiting<Parked>,
    pub(crate) desk: Desk<Purpose>,
    pub(crate) dispatch: Dispatch,
    pub(crate) preload: Preload,
    pub(crate) changes: ChangeFeed,
    pub(crate) late: LateChanges,
    pub(crate) events: Events,
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
            table: SubscriberTable::new(),
            issuing: Issuing::new(&config, challenge, entropy),
            waiting: Waiting::default(),
            desk: Desk::default(),
            dispatch: Dispatch::new(config.request_timeout),
            preload: Preload::default(),
            changes: ChangeFeed::default(),
            late: LateChanges::default(),
            events: Events::default(),
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
        &self.table
    }

    /// Requests that wait for the store.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
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
        self.serve(&mut Cx { now, wall, node }, connection, request)
    }

    /// Takes the answer to a request of this HSS.
    pub fn handle_answer(&mut self, now: Duration, handle: RequestHandle, answer: &Message<'_>) {
        self.dispatch
            .answered(now, handle, answer, &mut |event| self.events.report(event));
    }

    /// A request of this HSS will not be answered.
    pub fn request_failed(&mut self, now: Duration, handle: RequestHandle) {
        self.dispatch
            .failed(now, handle, &mut |event| self.events.report(event));
    }

    /// A peer that shares S6a with this node is open. With volatile locations it gets a Reset, once.
    pub fn peer_up(&mut self, now: Duration, wall: WallClock, node: &mut Node, host: &str, realm: &str) {
        if self.config.volatile_locations && self.changes.first_meeting(host) {
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
        let Some(purpose) = self.desk.close(ticket) else {
            return;
        };
        match purpose {
            Purpose::Job(id) => self.resume(cx, id, Some(reply)),
            Purpose::FollowUp(what) => {
                if let Err(error) = reply {
                    self.events.report(HssEvent::StoreFailed { what, error });
                }
            }
            Purpose::Takeover => self.taken_over(cx, reply),
            Purpose::RaiseBound(raise) => self.bound_raised(cx, raise, reply),
            Purpose::PreloadRevision(round) => self.preload_revision(now, round, reply),
            Purpose::PreloadPage(round) => self.preload_page(now, round, reply),
            Purpose::PreloadProof(round) => self.preload_proof(now, round, reply),
            Purpose::Changes => self.changed(now, reply),
            Purpose::Refresh(imsi, refresh) => self.refreshed(cx, imsi, refresh, reply),
            Purpose::Locate(imsi, why) => self.located(cx, imsi, why, reply),
        }
    }

    /// Provisioning may have changed something in the store.
    pub fn store_changed(&mut self, now: Duration) {
        self.ask_for_changes(now);
    }

    /// Time has passed. To be called at [`Hss::poll_timeout`], or whenever it suits.
    pub fn handle_timeout(&mut self, now: Duration, wall: WallClock, node: &mut Node) {
        let cx = &mut Cx { now, wall, node };
        self.expire(cx);
        self.dispatch
            .handle_timeout(now, cx.node, &mut |event| self.events.report(event));
        self.issuing_timeout(cx);
        self.preload_timeout(now);
        self.changes_timeout(now);
        self.late_timeout(now);
    }

    // --- Memory -------------------------------------------------------------------------------------------------------

    /// Takes a subscriber that was read into memory, if it was read in our epoch, and answers what is told of it.
    /// `None`: there is no such subscriber.
    pub(crate) fn take_in(
        &mut self,
        imsi: Imsi,
        subscriber: Option<Box<Subscriber>>,
        epoch: Option<Epoch>,
    ) -> Option<Known> {
        let Some(mut subscriber) = subscriber else {
            self.table.remove(imsi);
            return None;
        };
        if self.admits(epoch) {
            let authentication = &mut subscriber.authentication;
            // A DIF in memory is only raised, replies may come late; that of another card is another matter.
            let cached = self.table.lookup(imsi).filter(|entry| {
                entry.sqn_profile().ind_bits == authentication.sqn_profile.ind_bits
                    && entry.functions() == authentication.functions()
            });
            if let Some(read) = authentication.dif {
                authentication.dif = Some(refresh_dif(cached.and_then(|entry| entry.dif()), read));
            }
            if self.table.insert(&subscriber).is_err() {
                self.events.report(HssEvent::TableFull);
            }
        }
        Some(Known {
            subscription: subscriber.subscription,
            msisdn: subscriber.msisdn,
        })
    }

    // --- Outputs ------------------------------------------------------------------------------------------------------

    /// The next command for the store; each is answered by [`Hss::handle_store`].
    pub fn poll_store(&mut self) -> Option<(Ticket, Command)> {
        self.desk.poll()
    }

    /// When [`Hss::handle_timeout`] must be called at the latest. May be in the past.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [
            self.waiting.next_deadline(),
            self.dispatch.next_timeout(),
            self.issuing.next_timeout(),
            self.preload.retry_at,
            self.changes.retry_at,
            self.late.retry_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next event, if [`Hss::listen`] asked for them.
    pub fn poll_event(&mut self) -> Option<HssEvent> {
        self.events.poll()
    }

    /// Whether events are kept. Off, none costs anything.
    pub fn listen(&mut self, listen: bool) {
        self.events.listen(listen);
    }
}

impl std::fmt::Debug for Hss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hss")
            .field("subscribers", &self.table.len())
            .field("waiting", &self.waiting.len())
            .field("owed", &self.dispatch.len())
            .finish_non_exhaustive()
    }
}
