//! A store that fails and dawdles on demand, around a real one: for the tests of nodes (feature `testing`).
//!
//! ```text
//!  submit ──► fails? ──no──► inner store ──► held? ──no──► poll
//!               │ yes                          │ yes
//!               ▼                              ▼
//!             reply: the error               waits for `release`
//! ```
//!
//! A seeded delay passes by polling: as long as [`FaultyStore::held`] is not 0, a later poll may answer after an empty
//! one. Scripted: [`FaultyStore::hold`], [`FaultyStore::release`], [`FaultyStore::fail_next`], [`FaultyStore::outage`],
//! [`FaultyStore::fail_when`]. Seeded: [`FaultyStore::seeded`] mixes delays, reordering and errors from one number, so
//! that a failing run can be repeated.

use crate::command::Command;
use crate::port::{Durability, Store, Ticket};
use crate::reply::{Reply, StoreError};
use std::collections::{BTreeMap, VecDeque};

type Answer = (Ticket, Result<Reply, StoreError>);
type Verdict = Box<dyn FnMut(&Command) -> Option<Fault> + Send>;

/// What goes wrong with a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is refused; nothing of it happens.
    Refused(StoreError),
    /// It happens, and the reply is lost: the caller reads this error instead (a commit whose outcome is unknown).
    Unacknowledged(StoreError),
}

/// How often a seeded store misbehaves, in thousandths of the commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odds {
    /// The reply waits while up to 8 later ones may pass.
    pub delayed: u16,
    /// `Busy`.
    pub busy: u16,
    /// `Unavailable`, nothing happened.
    pub unavailable: u16,
    /// `Unavailable`, yet it happened.
    pub unacknowledged: u16,
}

/// See the module.
pub struct FaultyStore<S> {
    inner: S,
    ready: VecDeque<Answer>,
    waiting: VecDeque<Answer>,
    holding: bool,
    next: VecDeque<Fault>,
    /// Commands under way whose reply will be lost.
    lost: BTreeMap<Ticket, StoreError>,
    outage: Option<StoreError>,
    verdict: Option<Verdict>,
    dice: Option<(Dice, Odds)>,
}

impl<S: std::fmt::Debug> std::fmt::Debug for FaultyStore<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FaultyStore")
            .field("inner", &self.inner)
            .field("held", &self.waiting.len())
            .finish()
    }
}

impl<S: Store> FaultyStore<S> {
    /// A store that behaves until it is told otherwise.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            ready: VecDeque::new(),
            waiting: VecDeque::new(),
            holding: false,
            next: VecDeque::new(),
            lost: BTreeMap::new(),
            outage: None,
            verdict: None,
            dice: None,
        }
    }

    /// A store that misbehaves by chance; the same seed and commands give the same run.
    pub fn seeded(inner: S, seed: u64, odds: Odds) -> Self {
        Self {
            dice: Some((Dice::new(seed), odds)),
            ..Self::new(inner)
        }
    }

    /// From now on replies wait.
    pub fn hold(&mut self) {
        self.holding = true;
    }

    /// Lets the `count` oldest waiting replies go; later ones still wait.
    pub fn release(&mut self, count: usize) {
        let count = count.min(self.waiting.len());
        self.ready.extend(self.waiting.drain(..count));
    }

    /// Lets the reply of one ticket go, whatever its place. `false` if it does not wait.
    pub fn release_ticket(&mut self, ticket: Ticket) -> bool {
        let Some(at) = self.waiting.iter().position(|(waiting, _)| *waiting == ticket) else {
            return false;
        };
        self.ready.extend(self.waiting.remove(at));
        true
    }

    /// Lets all waiting replies go and holds no more.
    pub fn release_all(&mut self) {
        self.holding = false;
        self.ready.append(&mut self.waiting);
    }

    /// How many replies wait.
    pub fn held(&self) -> usize {
        self.waiting.len()
    }

    /// The next command that nothing else fails has this fault; faults queue.
    pub fn fail_next(&mut self, fault: Fault) {
        self.next.push_back(fault);
    }

    /// Every command fails with `error` until `outage(None)`.
    pub fn outage(&mut self, error: Option<StoreError>) {
        self.outage = error;
    }

    /// `verdict` is asked about every command (after outage and `fail_next`).
    pub fn fail_when(&mut self, verdict: impl FnMut(&Command) -> Option<Fault> + Send + 'static) {
        self.verdict = Some(Box::new(verdict));
    }

    /// The store inside.
    pub fn inner(&mut self) -> &mut S {
        &mut self.inner
    }

    fn fault(&mut self, command: &Command) -> Option<Fault> {
        if let Some(error) = &self.outage {
            return Some(Fault::Refused(error.clone()));
        }
        if let Some(fault) = self.next.pop_front() {
            return Some(fault);
        }
        if let Some(fault) = self.verdict.as_mut().and_then(|verdict| verdict(command)) {
            return Some(fault);
        }
        let (dice, odds) = self.dice.as_mut()?;
        if dice.falls(odds.busy) {
            return Some(Fault::Refused(StoreError::Busy));
        }
        let unavailable = || StoreError::Unavailable("the store fails by order of a test".to_owned());
        if dice.falls(odds.unavailable) {
            return Some(Fault::Refused(unavailable()));
        }
        dice.falls(odds.unacknowledged)
            .then(|| Fault::Unacknowledged(unavailable()))
    }

    /// Puts a reply where `poll` finds it, now or later.
    fn deliver(&mut self, answer: Answer) {
        let delayed = self
            .dice
            .as_mut()
            .is_some_and(|(dice, odds)| dice.falls(odds.delayed));
        if self.holding || delayed {
            self.waiting.push_back(answer)
        } else {
            self.ready.push_back(answer)
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        match self.fault(&command) {
            None => self.inner.submit(ticket, command),
            Some(Fault::Refused(error)) => self.deliver((ticket, Err(error))),
            Some(Fault::Unacknowledged(error)) => {
                self.lost.insert(ticket, error);
                self.inner.submit(ticket, command);
            }
        }
    }

    fn poll(&mut self) -> Option<Answer> {
        while let Some((ticket, reply)) = self.inner.poll() {
            let reply = self.lost.remove(&ticket).map_or(reply, Err);
            self.deliver((ticket, reply));
        }
        if let Some(answer) = self.ready.pop_front() {
            return Some(answer);
        }
        // A seeded delay ends at some later poll: nobody waits for ever.
        let (dice, _) = self.dice.as_mut().filter(|_| !self.holding)?;
        let reach = self.waiting.len().min(MAX_OVERTAKEN);
        if reach == 0 || dice.falls(500) {
            return None;
        }
        self.waiting.remove(dice.below(reach as u64) as usize)
    }

    fn durability(&self) -> Durability {
        self.inner.durability()
    }
}

/// How many replies a delayed one may be overtaken by at a draw.
const MAX_OVERTAKEN: usize = 8;

/// A small generator (SplitMix64) for tests: seeded, and the same on every machine.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 0 to `end` − 1; 0 if `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// True in `thousandths` of 1,000 cases.
    pub fn falls(&mut self, thousandths: u16) -> bool {
        thousandths > 0 && self.below(1000) < u64::from(thousandths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;
    use quintet_subscriber::auc::{Epoch, Slot};

    fn takeover() -> Command {
        Command::Takeover {
            slot: Slot::default(),
        }
    }

    #[test]
    fn replies_wait_until_released() {
        let mut store = FaultyStore::new(MemoryStore::new());
        store.hold();
        for ticket in 0..3 {
            store.submit(Ticket(ticket), Command::Count);
        }
        assert_eq!(store.poll(), None);
        assert_eq!(store.held(), 3);
        assert!(store.release_ticket(Ticket(2)));
        assert_eq!(store.poll(), Some((Ticket(2), Ok(Reply::Count(0)))));
        store.release(1);
        assert_eq!(store.poll().map(|(ticket, _)| ticket), Some(Ticket(0)));
        assert_eq!(store.poll(), None);
        store.release_all();
        assert_eq!(store.poll().map(|(ticket, _)| ticket), Some(Ticket(1)));
    }

    #[test]
    fn a_refused_command_did_not_happen_and_an_unacknowledged_one_did() {
        let mut store = FaultyStore::new(MemoryStore::new());
        store.fail_next(Fault::Refused(StoreError::Busy));
        store.fail_next(Fault::Unacknowledged(StoreError::Unavailable("x".into())));
        for ticket in 0..3 {
            store.submit(Ticket(ticket), takeover());
        }
        assert_eq!(store.poll(), Some((Ticket(0), Err(StoreError::Busy))));
        assert_eq!(
            store.poll(),
            Some((Ticket(1), Err(StoreError::Unavailable("x".into()))))
        );
        let Some((Ticket(2), Ok(Reply::Bound(bound)))) = store.poll() else {
            panic!("no bound")
        };
        assert_eq!(bound.epoch, Epoch(2));
    }

    #[test]
    fn an_outage_ends_when_told() {
        let mut store = FaultyStore::new(MemoryStore::new());
        store.outage(Some(StoreError::Unavailable("disk full".into())));
        store.submit(Ticket(1), Command::Count);
        assert!(matches!(
            store.poll(),
            Some((Ticket(1), Err(StoreError::Unavailable(_))))
        ));
        store.outage(None);
        store.fail_when(|command| command.is_write().then_some(Fault::Refused(StoreError::Busy)));
        store.submit(Ticket(2), Command::Count);
        store.submit(Ticket(3), takeover());
        assert_eq!(store.poll(), Some((Ticket(3), Err(StoreError::Busy))));
        assert_eq!(store.poll(), Some((Ticket(2), Ok(Reply::Count(0)))));
    }

    #[test]
    fn a_seed_repeats_and_every_ticket_is_answered_once() {
        let odds = Odds {
            delayed: 300,
            busy: 50,
            unavailable: 50,
            unacknowledged: 50,
        };
        let run = |seed| {
            let mut store = FaultyStore::seeded(MemoryStore::new(), seed, odds);
            let mut answers = Vec::new();
            for ticket in 0..500 {
                store.submit(Ticket(ticket), takeover());
                answers.extend(store.poll());
            }
            answers.extend(store.poll());
            while store.held() > 0 {
                answers.extend(store.poll());
            }
            answers
        };
        let answers = run(7);
        assert_eq!(answers, run(7));
        assert_ne!(answers, run(8));
        let mut tickets: Vec<u64> = answers.iter().map(|(ticket, _)| ticket.0).collect();
        assert!(!tickets.is_sorted(), "nothing was overtaken");
        tickets.sort_unstable();
        assert!(tickets.iter().copied().eq(0..500));
    }
}
