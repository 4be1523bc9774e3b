//! The front end: its state, and what a command to the store is for.

use crate::changes::ChangeFeed;
use crate::desk::Desk;
use crate::event::{Events, FrontEvent};
use crate::issuing::{EntropySource, Issuing};
use crate::late::LateChanges;
use crate::preload::Preload;
use crate::waiting::{JobId, Waiting};
use core::time::Duration;
use quintet_identity::{Imsi, Msisdn};
use quintet_store::{Command, Reply, StoreError, SubscriberTable, Ticket};
use quintet_subscriber::auc::{AucConfig, ChallengeKey, Epoch, RaiseBound, Slot, WallClock, refresh_dif};
use quintet_subscriber::model::{Subscriber, Subscription};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a command was answered.
pub type StoreReply = Result<Reply, StoreError>;

/// What an operator sets of a front end.
#[derive(Clone, Copy, Debug)]
pub struct FrontConfig {
    /// The slot it issues from: another one for each front end of a store.
    pub slot: Slot,
    /// The limits of the AuC.
    pub auc: AucConfig,
    /// Subscribers read per command of the preload.
    pub preload_page: usize,
    /// Most subscribers in memory, at least one; the others are read when they are asked for.
    pub in_memory: usize,
}

/// Subscribers in memory unless something else is said: a quarter of a gigabyte.
pub const IN_MEMORY: usize = 2_000_000;

/// What others are told of a subscriber.
#[derive(Clone, Debug)]
pub struct Known {
    /// The subscription.
    pub subscription: Arc<Subscription>,
    /// The number.
    pub msisdn: Option<Msisdn>,
}

/// What a command to the store is for; `P` is the node's own.
#[derive(Debug)]
pub enum Purpose<P> {
    /// A waiting request's.
    Job(JobId),
    /// Takes the slot over.
    Takeover,
    /// Raises the slot's bound.
    RaiseBound(RaiseBound),
    /// The revision at which the preload of this round starts.
    PreloadRevision(u64),
    /// A page of the preload.
    PreloadPage(u64),
    /// Proves that a page of the preload was read in our epoch.
    PreloadProof(u64),
    /// What provisioning changed.
    Changes,
    /// What the node asked for.
    Own(P),
}

/// What a reply is for, as far as the node must deal with it.
#[derive(Debug)]
pub enum Stored<P> {
    /// It was the front end's own, or nobody's any more.
    Nothing,
    /// A waiting request goes on with it.
    Job(JobId, StoreReply),
    /// What provisioning changed.
    Changes(StoreReply),
    /// The node's own.
    Own(P, StoreReply),
}

/// A front end of the authentication centre. `J` is a waiting request, `P` what the node asks the store for besides,
/// `E` its events.
///
/// After [`FrontEnd::handle_store`] and [`FrontEnd::handle_timeout`] the node resumes whom [`FrontEnd::poll_woken`]
/// names.
pub struct FrontEnd<J, P, E> {
    /// What it was made with.
    pub config: FrontConfig,
    /// The subscribers in memory.
    pub table: SubscriberTable,
    /// The slot, and what vectors are made with.
    pub issuing: Issuing,
    /// Requests that wait.
    pub waiting: Waiting<J>,
    /// Commands under way.
    pub desk: Desk<Purpose<P>>,
    /// How far the preload is.
    pub preload: Preload,
    /// How far provisioning's changes are followed.
    pub changes: ChangeFeed,
    /// Changes whose follow-up failed.
    pub late: LateChanges,
    /// Events on their way.
    pub events: Events<E>,
    pub(crate) woken: VecDeque<(JobId, Option<StoreError>)>,
}

impl<J, P, E: From<FrontEvent>> FrontEnd<J, P, E> {
    /// One that does nothing yet. `challenge` is the key of RANDs, one for all front ends of a store; `entropy` a source
    /// of unpredictable octets.
    #[must_use]
    pub fn new(config: FrontConfig, challenge: ChallengeKey, entropy: EntropySource) -> Self {
        Self {
            table: SubscriberTable::new(),
            issuing: Issuing::new(&config, challenge, entropy),
            waiting: Waiting::default(),
            desk: Desk::default(),
            preload: Preload::default(),
            changes: ChangeFeed::default(),
            late: LateChanges::default(),
            events: Events::default(),
            woken: VecDeque::new(),
            config,
        }
    }

    /// Hands over a command of the node's own.
    pub fn submit(&mut self, command: Command, purpose: P) {
        self.desk.submit(command, Purpose::Own(purpose));
    }

    /// Takes the reply to a command of the desk.
    pub fn handle_store(
        &mut self,
        now: Duration,
        wall: WallClock,
        ticket: Ticket,
        reply: StoreReply,
    ) -> Stored<P> {
        let Some(purpose) = self.desk.close(ticket) else {
            return Stored::Nothing;
        };
        match purpose {
            Purpose::Job(id) => return Stored::Job(id, reply),
            Purpose::Changes => return Stored::Changes(reply),
            Purpose::Own(purpose) => return Stored::Own(purpose, reply),
            Purpose::Takeover => self.taken_over(now, wall, reply),
            Purpose::RaiseBound(raise) => self.bound_raised(now, raise, reply),
            Purpose::PreloadRevision(round) => self.preload_revision(now, round, reply),
            Purpose::PreloadPage(round) => self.preload_page(now, round, reply),
            Purpose::PreloadProof(round) => self.preload_proof(now, round, reply),
        }
        Stored::Nothing
    }

    /// Time has passed. The node looks after its waiting requests and late changes itself.
    pub fn handle_timeout(&mut self, now: Duration, wall: WallClock) {
        self.issuing_timeout(now, wall);
        self.preload_timeout(now);
        self.changes_timeout(now);
    }

    /// When something is due.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Duration> {
        [
            self.waiting.next_deadline(),
            self.issuing.next_timeout(),
            self.preload.retry_at,
            self.changes.retry_at,
            self.late.retry_at,
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// A request that waited for the slot or its bound and goes on: with the failure, if it was one.
    pub fn poll_woken(&mut self) -> Option<(JobId, Option<StoreError>)> {
        self.woken.pop_front()
    }

    /// Takes a subscriber that was read into memory, if it was read in our epoch, and answers what is told of it.
    /// `None`: there is no such subscriber.
    pub fn take_in(
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
            if self.table.lookup(imsi).is_none() {
                self.table.leave_room(self.config.in_memory);
            }
            if self.table.insert(&subscriber).is_err() {
                self.events.report(FrontEvent::TableFull);
            }
        }
        Some(Known {
            subscription: subscriber.subscription,
            msisdn: subscriber.msisdn,
        })
    }

    /// What memory has of a subscriber.
    #[must_use]
    pub fn remembered(&self, imsi: Imsi) -> Option<Known> {
        let entry = self.table.lookup(imsi)?;
        Some(Known {
            subscription: Arc::clone(entry.subscription()?),
            msisdn: entry.msisdn(),
        })
    }
}

impl<J, P, E> std::fmt::Debug for FrontEnd<J, P, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FrontEnd")
            .field("subscribers", &self.table.len())
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}
