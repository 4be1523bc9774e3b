//! The world of the model: front ends that run the real [`Auc`], a store, cards, clocks and everything that goes wrong
//! between them.
//!
//! A front end here does what a node does (see the head of [`crate::auc`]), with one command at the store at a time. A
//! command is executed and its reply delivered in separate steps, so that anything may happen between. Front ends never
//! notice each other: each believes it is the only one in its slot.

use super::super::domain::Layout;
use super::super::issuer::Piece;
use super::super::{
    Auc, AucConfig, Domain, Epoch, IssueError, Issued, RaiseBound, Recipient, Resync, SetDif, Slot, SqnMs,
    WallClock, refresh_dif,
};
use crate::model::SqnProfile;
use crate::usim::SeqArray;
use quintet_crypto::Sqn;
use quintet_identity::Imsi;
use std::collections::BTreeSet;

/// What the world starts with and how much may happen in it.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) auc: AucConfig,
    pub(super) profile: SqnProfile,
    /// The slot of each front end.
    pub(super) slots: Vec<u8>,
    /// Which of them hold their slot at the start.
    pub(super) holders: Vec<usize>,
    /// Each subscriber's stored DIF and the card's SEQ_MS.
    pub(super) subscribers: Vec<(Option<i64>, u64)>,
    pub(super) wall: i64,
    /// Sequence numbers in one request.
    pub(super) n: u8,
    /// By how much a wall clock is set back.
    pub(super) back: i64,
    pub(super) budget: Budget,
    /// The piece taken away from the AuC.
    pub(super) without: Option<Piece>,
    /// The epoch is read before DIF, not with it.
    pub(super) split_load: bool,
    /// A number counts as issued twice even if DIF was decreased between.
    pub(super) strict: bool,
    /// The store has a replica that lags behind by a write, and fails over to it.
    pub(super) replicated: bool,
}

/// How often each thing may still happen.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Budget {
    pub(super) issues: u32,
    pub(super) ticks: u32,
    pub(super) backs: u32,
    pub(super) restarts: u32,
    pub(super) losses: u32,
    pub(super) failovers: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Op {
    Takeover,
    Raise(RaiseBound),
    Set(SetDif),
    /// The flag: the epoch, if it was read before DIF is.
    Load(usize, Option<Epoch>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Reply {
    Bound(Epoch, i64),
    Done,
    Fenced(Epoch),
    Conflict(Dif),
    Loaded(Epoch, Dif),
}

/// A DIF, and how many decreases there were before it: the model's own knowledge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Dif {
    value: Option<i64>,
    generation: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Flight {
    ToStore(Op),
    FromStore(Op, Reply),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FrontEnd {
    pub(super) auc: Auc,
    slot: Slot,
    wall: i64,
    /// The DIF cache; `None` = not read yet.
    cache: Vec<Option<Dif>>,
    flight: Option<Flight>,
    /// The vectors of the last answer: whose, and which numbers.
    vectors: Option<(usize, Vec<Sqn>)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Store {
    slots: [(Epoch, i64); 8],
    dif: Vec<Dif>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct World {
    store: Store,
    /// What a replica has: all but the last write.
    replica: Option<Box<Store>>,
    pub(super) ends: Vec<FrontEnd>,
    cards: Vec<SeqArray>,
    /// A card's AUTS that waits for a front end: whose, and SQN_MS.
    auts: Option<(usize, Sqn)>,
    /// A command whose front end no longer waits: it may still be executed.
    late: Option<(Slot, Op)>,
    ledger: BTreeSet<(usize, u8, u64)>,
    /// A (subscriber, SQN) was issued twice (after the same decreases of DIF).
    pub(super) duplicate: bool,
    pub(super) budget: Budget,
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// A tick of a front end's wall clock.
    Tick(usize),
    /// A front end's wall clock is set back.
    Back(usize),
    /// A request for vectors for a subscriber arrives at a front end.
    Request(usize, usize),
    /// The bound's renewal in the background.
    Renew(usize),
    /// The store executes a front end's command.
    Execute(usize),
    /// A front end hears the reply.
    Deliver(usize),
    /// A front end hears that the command failed, whatever became of it.
    Lose(usize),
    /// The store executes a command nobody waits for.
    Late,
    /// A front end's process ends and starts anew, and takes its slot over.
    Restart(usize),
    /// A card is presented the first vector of a front end's last answer.
    Present(usize),
    /// A front end gets the AUTS.
    Auts(usize),
    /// The store fails over to its replica.
    Failover,
}

/// The IMSI of a subscriber.
fn imsi(subscriber: usize) -> Imsi {
    Imsi::from_packed(15 << 56 | (1_010_000_000_000 + subscriber as u64)).unwrap()
}

fn subscriber(imsi: Imsi) -> usize {
    ((imsi.packed() & ((1 << 56) - 1)) - 1_010_000_000_000) as usize
}

impl World {
    pub(super) fn new(setup: &Setup) -> Self {
        let end = |&slot: &u8| {
            let slot = Slot::new(slot).unwrap();
            FrontEnd {
                auc: Auc::new(slot, setup.auc).without(setup.without),
                slot,
                wall: setup.wall,
                cache: vec![None; setup.subscribers.len()],
                flight: None,
                vectors: None,
            }
        };
        // The card was ahead in the very IND it is served with: others would not disturb.
        let served = |seq: u64| {
            let layout = Layout::new(setup.profile, Domain::Eps, Slot::default()).unwrap();
            Issued::new(seq, 1, layout).next().unwrap()
        };
        let card =
            |&(_, seq_ms): &(Option<i64>, u64)| SeqArray::new(setup.profile).having_accepted(served(seq_ms));
        let dif = setup.subscribers.iter().map(|(value, _)| Dif {
            value: *value,
            generation: 0,
        });
        let store = Store {
            slots: [(Epoch(0), 0); 8],
            dif: dif.collect(),
        };
        let mut world = Self {
            replica: setup.replicated.then(|| Box::new(store.clone())),
            store,
            ends: setup.slots.iter().map(end).collect(),
            cards: setup.subscribers.iter().map(card).collect(),
            auts: None,
            late: None,
            ledger: BTreeSet::new(),
            duplicate: false,
            budget: setup.budget.clone(),
        };
        for &end in &setup.holders {
            world.ends[end].flight = Some(Flight::ToStore(Op::Takeover));
            world.execute(end, setup);
            world.deliver(end, setup);
        }
        world
    }

    /// Whether DIF was ever decreased.
    pub(super) fn decreased(&self) -> bool {
        self.store.dif.iter().any(|dif| dif.generation > 0)
    }

    /// Whether DIF was ever written.
    pub(super) fn resynchronised(&self, setup: &Setup) -> bool {
        self.store
            .dif
            .iter()
            .zip(&setup.subscribers)
            .any(|(dif, (before, _))| dif.value != *before)
    }

    /// How many sequence numbers were issued.
    pub(super) fn issued(&self) -> usize {
        self.ledger.len()
    }

    /// Every step that can be taken now.
    pub(super) fn actions(&self, actions: &mut Vec<Action>) {
        for (e, end) in self.ends.iter().enumerate() {
            if self.budget.ticks > 0 {
                actions.push(Action::Tick(e));
            }
            if self.budget.backs > 0 {
                actions.push(Action::Back(e));
            }
            if self.budget.restarts > 0 {
                actions.push(Action::Restart(e));
            }
            match &end.flight {
                None if end.auc.epoch().is_some() => {
                    let subscribers = if self.budget.issues > 0 {
                        self.cards.len()
                    } else {
                        0
                    };
                    actions.extend((0..subscribers).map(|s| Action::Request(e, s)));
                    actions.push(Action::Renew(e));
                    if self.auts.is_some() {
                        actions.push(Action::Auts(e));
                    }
                }
                None => {}
                Some(Flight::ToStore(_)) => actions.push(Action::Execute(e)),
                Some(Flight::FromStore(..)) => actions.push(Action::Deliver(e)),
            }
            if end.flight.is_some() && self.budget.losses > 0 {
                actions.push(Action::Lose(e));
            }
            if end.vectors.is_some() {
                actions.push(Action::Present(e));
            }
        }
        if self.late.is_some() {
            actions.push(Action::Late);
        }
        if self.replica.is_some() && self.budget.failovers > 0 {
            actions.push(Action::Failover);
        }
    }

    /// Whether a step can be taken now (in a world with budget for everything).
    pub(super) fn allows(&self, action: Action) -> bool {
        match action {
            Action::Tick(_) | Action::Back(_) | Action::Restart(_) => true,
            Action::Request(e, _) | Action::Renew(e) => {
                self.ends[e].flight.is_none() && self.ends[e].auc.epoch().is_some()
            }
            Action::Auts(e) => self.allows(Action::Renew(e)) && self.auts.is_some(),
            Action::Execute(e) => matches!(self.ends[e].flight, Some(Flight::ToStore(_))),
            Action::Deliver(e) => matches!(self.ends[e].flight, Some(Flight::FromStore(..))),
            Action::Lose(e) => self.ends[e].flight.is_some(),
            Action::Present(e) => self.ends[e].vectors.is_some(),
            Action::Late => self.late.is_some(),
            Action::Failover => self.replica.is_some(),
        }
    }

    /// Takes a step.
    pub(super) fn apply(&mut self, action: Action, setup: &Setup) {
        match action {
            Action::Tick(e) => {
                self.budget.ticks -= 1;
                self.ends[e].wall += 1;
            }
            Action::Back(e) => {
                self.budget.backs -= 1;
                self.ends[e].wall -= setup.back;
            }
            Action::Request(e, s) => self.request(e, s, setup),
            Action::Renew(e) => {
                let end = &mut self.ends[e];
                if let Ok(Some(raise)) = end.auc.renewal(wall(end)) {
                    end.flight = Some(Flight::ToStore(Op::Raise(raise)));
                }
            }
            Action::Execute(e) => self.execute(e, setup),
            Action::Deliver(e) => self.deliver(e, setup),
            Action::Lose(e) => {
                self.budget.losses -= 1;
                self.forget_flight(e);
            }
            Action::Late => {
                if let Some((slot, op)) = self.late.take() {
                    self.transact(slot, &op);
                }
            }
            Action::Restart(e) => {
                self.budget.restarts -= 1;
                self.forget_flight(e);
                let end = &mut self.ends[e];
                end.auc = Auc::new(end.slot, setup.auc).without(setup.without);
                end.cache.fill(None);
                end.flight = Some(Flight::ToStore(Op::Takeover));
            }
            Action::Present(e) => self.present(e),
            Action::Auts(e) => {
                if let Some((s, sqn_ms)) = self.auts.take() {
                    self.resync(e, s, sqn_ms, setup);
                }
            }
            Action::Failover => {
                self.budget.failovers -= 1;
                if let Some(replica) = &self.replica {
                    self.store = (**replica).clone();
                }
            }
        }
    }

    fn recipient(&self, e: usize, s: usize, setup: &Setup) -> Option<Recipient> {
        let dif = self.ends[e].cache[s]?;
        Some(Recipient {
            imsi: imsi(s),
            profile: setup.profile,
            dif: dif.value,
            seq_seed: 0,
        })
    }

    fn request(&mut self, e: usize, s: usize, setup: &Setup) {
        let Some(to) = self.recipient(e, s, setup) else {
            self.ends[e].flight = Some(Flight::ToStore(Op::Load(s, None)));
            return;
        };
        let end = &mut self.ends[e];
        match end.auc.issue(wall(end), &to, Domain::Eps, setup.n) {
            Ok(issued) => {
                let sqns: Vec<Sqn> = issued.collect();
                let generation = end.cache[s]
                    .filter(|_| !setup.strict)
                    .map_or(0, |dif| dif.generation);
                for sqn in &sqns {
                    self.duplicate |= !self.ledger.insert((s, generation, sqn.value()));
                }
                self.ends[e].vectors = Some((s, sqns));
                self.budget.issues -= 1;
            }
            Err(IssueError::NeedBound(raise)) => end.flight = Some(Flight::ToStore(Op::Raise(raise))),
            Err(IssueError::NeedDif(set)) => end.flight = Some(Flight::ToStore(Op::Set(set))),
            Err(_) => {}
        }
    }

    /// Every AUTS of the model is genuine: the checks of RAND and MAC-S are tested elsewhere.
    fn resync(&mut self, e: usize, s: usize, sqn_ms: Sqn, setup: &Setup) {
        let Some(to) = self.recipient(e, s, setup) else {
            // Not in the cache: it is read, and the card will have to say it again.
            self.ends[e].flight = Some(Flight::ToStore(Op::Load(s, None)));
            return;
        };
        let end = &mut self.ends[e];
        match end.auc.resync(wall(end), &to, SqnMs::unproven(sqn_ms)) {
            Ok(Resync::Write { set, .. }) => {
                end.flight = Some(Flight::ToStore(Op::Set(set)));
                self.auts = Some((s, sqn_ms));
            }
            Ok(Resync::Unchanged { .. }) | Err(_) => {}
        }
    }

    fn execute(&mut self, e: usize, setup: &Setup) {
        let Some(Flight::ToStore(op)) = self.ends[e].flight.take() else {
            return;
        };
        let slot = self.ends[e].slot;
        if let (Op::Load(s, None), true) = (&op, setup.split_load) {
            let epoch = self.store.slots[usize::from(slot.value())].0;
            self.ends[e].flight = Some(Flight::ToStore(Op::Load(*s, Some(epoch))));
            return;
        }
        let reply = self.transact(slot, &op);
        self.ends[e].flight = Some(Flight::FromStore(op, reply));
    }

    /// One transaction of the store.
    fn transact(&mut self, slot: Slot, op: &Op) -> Reply {
        let before = self.replica.is_some().then(|| Box::new(self.store.clone()));
        let (epoch, h) = &mut self.store.slots[usize::from(slot.value())];
        let reply = match op {
            Op::Load(s, read_before) => {
                return Reply::Loaded(read_before.unwrap_or(*epoch), self.store.dif[*s]);
            }
            Op::Takeover => {
                epoch.0 += 1;
                Reply::Bound(*epoch, *h)
            }
            Op::Raise(raise) if raise.epoch == *epoch => {
                *h = (*h).max(raise.h);
                Reply::Done
            }
            Op::Set(set) if set.epoch == *epoch => {
                let dif = &mut self.store.dif[subscriber(set.imsi)];
                if dif.value == set.expected {
                    dif.generation += u8::from(dif.value.is_some_and(|before| set.dif < before));
                    dif.value = Some(set.dif);
                    Reply::Done
                } else {
                    Reply::Conflict(*dif)
                }
            }
            Op::Raise(_) | Op::Set(_) => Reply::Fenced(*epoch),
        };
        if before.is_some() {
            self.replica = before;
        }
        reply
    }

    fn deliver(&mut self, e: usize, setup: &Setup) {
        let Some(Flight::FromStore(op, reply)) = self.ends[e].flight.take() else {
            return;
        };
        let stored = |s: usize| self.store.dif[s].generation;
        match (op, reply) {
            (Op::Takeover, Reply::Bound(epoch, h)) => {
                self.ends[e].cache.fill(None);
                self.ends[e].auc.take_over(epoch, h);
            }
            (Op::Raise(raise), Reply::Done) => self.ends[e].auc.bound_raised(raise),
            (Op::Set(set), Reply::Done) => {
                let s = subscriber(set.imsi);
                let generation = stored(s);
                let entry = &mut self.ends[e].cache[s];
                let resynchronised = self.auts.take_if(|(whose, _)| *whose == s).is_some();
                if resynchronised || set.expected.is_none_or(|before| before <= set.dif) {
                    *entry = Some(Dif {
                        value: Some(set.dif),
                        generation,
                    });
                }
            }
            (Op::Set(set), Reply::Conflict(dif)) => {
                let s = subscriber(set.imsi);
                self.refresh(e, s, dif);
                if let Some((_, sqn_ms)) = self.auts.take_if(|(whose, _)| *whose == s) {
                    self.ends[e].cache[s] = Some(dif);
                    self.resync(e, s, sqn_ms, setup);
                }
            }
            (Op::Load(s, _), Reply::Loaded(epoch, dif)) => {
                if self.ends[e].auc.admit(Some(epoch)).is_ok() {
                    self.refresh(e, s, dif);
                }
            }
            (_, Reply::Fenced(current)) => self.ends[e].auc.fenced(current),
            (op, reply) => unreachable!("{op:?} is never answered {reply:?}"),
        }
    }

    fn refresh(&mut self, e: usize, s: usize, read: Dif) {
        let entry = &mut self.ends[e].cache[s];
        let cached = entry.and_then(|dif| dif.value);
        if entry.is_none()
            || read
                .value
                .is_some_and(|value| refresh_dif(cached, value) == value)
        {
            *entry = Some(read);
        }
    }

    fn forget_flight(&mut self, e: usize) {
        let slot = self.ends[e].slot;
        match self.ends[e].flight.take() {
            Some(Flight::ToStore(op)) => {
                if let Op::Raise(raise) = &op {
                    self.ends[e].auc.store_failed(*raise);
                }
                self.late.get_or_insert((slot, op));
            }
            Some(Flight::FromStore(Op::Raise(raise), _)) => self.ends[e].auc.store_failed(raise),
            _ => {}
        }
    }

    fn present(&mut self, e: usize) {
        let Some((s, mut sqns)) = self.ends[e].vectors.take() else {
            return;
        };
        let accepted = self.cards[s].accept(sqns.remove(0));
        if !accepted {
            self.auts = Some((s, self.cards[s].sqn_ms()));
        } else if !sqns.is_empty() {
            self.ends[e].vectors = Some((s, sqns));
        }
    }

    /// Runs a front end's commands to their end.
    fn settle(&mut self, e: usize, setup: &Setup) {
        while self.ends[e].flight.is_some() {
            self.execute(e, setup);
            self.deliver(e, setup);
        }
    }

    /// Whether a front end that holds its slot gets a card to accept a fresh vector after one resynchronisation at most,
    /// if nobody disturbs it. True as well if it issues nothing now: too busy, or its clock jumped.
    pub(super) fn serves(&self, e: usize, s: usize, setup: &Setup) -> bool {
        let slot = usize::from(self.ends[e].slot.value());
        if self.ends[e].flight.is_some() || self.ends[e].auc.epoch() != Some(self.store.slots[slot].0) {
            return true;
        }
        let mut world = self.clone();
        world.auts = None;
        for _ in 0..2 {
            world.ends[e].vectors = None;
            world.budget.issues = 1;
            for _ in 0..4 {
                if world.budget.issues == 1 {
                    world.request(e, s, setup);
                    world.settle(e, setup);
                }
            }
            if world.ends[e].vectors.is_none() {
                return true;
            }
            world.present(e);
            let Some((_, sqn_ms)) = world.auts else {
                return true;
            };
            world.resync(e, s, sqn_ms, setup);
            world.settle(e, setup);
            world.auts = None;
        }
        false
    }
}

fn wall(end: &FrontEnd) -> WallClock {
    WallClock::from_ticks(end.wall.max(0).unsigned_abs())
}
