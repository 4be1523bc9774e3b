//! A simulated node of a radio access network, sans-IO: one association to the core, and any number of UEs in one cell. What
//! an eNB and a gNB do alike is here; what each says in its application protocol is [`Access`].
//!
//! ```text
//!  scenario, load ──add_ue, start, release, rules──► Node ──► Ue (NAS, card)
//!  SCTP ──handle_up, handle_message, handle_down───►  │  radio: per-UE interference, noise
//!  clock ──handle_timeout──────────────────────────►  │
//!                                poll_output: Send (S1AP, NGAP), Event
//! ```

mod access;
mod association;
mod connection;
mod context;
mod event;
mod travel;
mod ue;

pub use access::{Access, Causes, Indication};
pub use event::{Config, Event, Output, ReleasedBy};
pub use ue::{Action, Input, Terminal, Ue};

use crate::radio::{Flights, Interference, Noise, Random, Table, UeId};
use association::Association;
use connection::Connection;
use quintet_procedure::Disposition;
use quintet_telemetry::AttemptId;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

/// Most octet buffers kept for the next messages.
const MAX_SPARE_BUFFERS: usize = 1_024;

/// A UE and what its node knows of it.
#[derive(Debug)]
struct Slot<A: Access> {
    ue: Ue<A>,
    connection: Option<A::RanId>,
    /// The deadline that is in the heap.
    armed: Option<Duration>,
    /// The identity it is found by.
    s_tmsi: Option<A::STmsi>,
    cause: A::EstablishmentCause,
    interference: Option<Box<Interference>>,
}

/// Whose deadline it is; `C` is the identity of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due<C> {
    Ue(UeId),
    Connection(C),
    Radio,
}

/// A simulated eNB or gNB.
#[derive(Debug)]
pub struct Node<A: Access> {
    config: Config<A>,
    association: Association,
    streams: u16,
    overload: Option<A::Overload>,
    slots: Vec<Slot<A>>,
    connections: Table<Connection<A>>,
    by_s_tmsi: HashMap<A::STmsi, UeId>,
    due: BinaryHeap<Reverse<(Duration, Due<A::RanId>)>>,
    in_flight: Flights<A::RanId>,
    random: Random,
    out: VecDeque<Output<A>>,
    /// Outputs of a UE at work, and buffers of messages; kept for their allocations.
    actions: Vec<Action<A>>,
    spare: Vec<Vec<u8>>,
}

impl<A: Access> Node<A> {
    /// A node without UEs or association.
    #[must_use]
    pub fn new(config: Config<A>) -> Self {
        Self {
            association: Association::Down,
            streams: 0,
            overload: None,
            slots: Vec::new(),
            connections: Table::default(),
            by_s_tmsi: HashMap::new(),
            due: BinaryHeap::new(),
            in_flight: Flights::default(),
            random: Random::new(config.seed),
            out: VecDeque::new(),
            actions: Vec::new(),
            spare: Vec::new(),
            config,
        }
    }

    /// Its configuration.
    #[must_use]
    pub const fn config(&self) -> &Config<A> {
        &self.config
    }

    /// What the radio does from now on.
    pub const fn set_noise(&mut self, noise: Noise) {
        self.config.noise = noise;
    }

    /// Takes a UE into the cell.
    pub fn add_ue(&mut self, ue: Ue<A>) -> UeId {
        self.slots.push(Slot {
            ue,
            connection: None,
            armed: None,
            s_tmsi: None,
            cause: A::MO_SIGNALLING,
            interference: None,
        });
        UeId(self.slots.len() as u32 - 1)
    }

    /// How many UEs there are.
    #[must_use]
    pub const fn ue_count(&self) -> usize {
        self.slots.len()
    }

    /// How many connections there are, those that wait for the core's release included.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// A UE.
    ///
    /// # Panics
    /// If `ue` is not of this node.
    #[must_use]
    pub fn ue(&self, ue: UeId) -> &Ue<A> {
        &self.slots[ue.0 as usize].ue
    }

    /// A UE, to be tampered with.
    ///
    /// # Panics
    /// If `ue` is not of this node.
    pub fn ue_mut(&mut self, ue: UeId) -> &mut Ue<A> {
        &mut self.slots[ue.0 as usize].ue
    }

    /// Whether S1 SETUP or NG SETUP was successful.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.association, Association::Up)
    }

    /// The identities of a UE's connection; the core's is known once it has answered.
    #[must_use]
    pub fn ids(&self, ue: UeId) -> Option<(A::RanId, Option<A::CoreId>)> {
        let id = self.slots.get(ue.0 as usize)?.connection?;
        Some((id, self.connections.get(id)?.core_id))
    }

    /// What the attempt of a UE's connection is called on every node, once the core has answered.
    #[must_use]
    pub fn attempt(&self, ue: UeId) -> Option<AttemptId> {
        let (ran, core) = self.ids(ue)?;
        let cell = A::cell_number(&self.config.cell);
        let numbers = (A::number(ran).into(), A::core_number(core?));
        Some(AttemptId::of_connection(cell, numbers.0, numbers.1))
    }

    /// What somebody does to a UE's NAS PDUs from now on; [`Interference::default`] ends it.
    pub fn interfere(&mut self, ue: UeId, interference: Interference) {
        if let Some(slot) = self.slots.get_mut(ue.0 as usize) {
            slot.interference = Some(Box::new(interference));
        }
    }

    /// The user of a UE wants something.
    pub fn start(&mut self, now: Duration, ue: UeId, start: A::Start) {
        if let Some(slot) = self.slots.get_mut(ue.0 as usize) {
            slot.cause = A::establishment_cause(&start);
        }
        self.tell(now, ue, Input::Start(start));
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<Output<A>> {
        self.out.pop_front()
    }

    /// Gives the buffer of a message that was sent back for another one.
    pub fn recycle(&mut self, mut payload: Vec<u8>) {
        if self.spare.len() < MAX_SPARE_BUFFERS {
            payload.clear();
            self.spare.push(payload);
        }
    }

    /// When [`Self::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let setup = match self.association {
            Association::SettingUp(again) => Some(again),
            Association::Down | Association::Up => None,
        };
        let due = self.due.peek().map(|Reverse((at, _))| *at);
        setup.into_iter().chain(due).min()
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Duration) {
        if matches!(self.association, Association::SettingUp(again) if again <= now) {
            self.set_up(now);
        }
        while let Some(Reverse((at, due))) = self.due.peek().copied() {
            if at > now {
                break;
            }
            self.due.pop();
            match due {
                Due::Ue(ue) => self.ue_due(now, ue),
                Due::Connection(id) => self.connection_due(now, id),
                Due::Radio => self.land(now),
            }
        }
    }

    fn ue_due(&mut self, now: Duration, id: UeId) {
        let Some(slot) = self.slots.get_mut(id.0 as usize) else {
            return;
        };
        slot.armed = None;
        if slot.ue.poll_timeout().is_some_and(|at| at <= now) {
            self.tell(now, id, Input::Timeout);
        } else {
            self.arm(id);
        }
    }

    /// Puts a UE's deadline into the heap; one that moved leaves its old entry behind.
    fn arm(&mut self, id: UeId) {
        let slot = &mut self.slots[id.0 as usize];
        if let Some(at) = slot.ue.poll_timeout()
            && slot.armed.is_none_or(|armed| at < armed)
        {
            slot.armed = Some(at);
            self.due.push(Reverse((at, Due::Ue(id))));
        }
    }

    /// Tells a UE what is no message, which is always handled.
    fn tell(&mut self, now: Duration, id: UeId, input: Input<'_, A::Start>) {
        let disposition = self.with_ue(now, id, input);
        debug_assert!(disposition.is_none_or(|disposition| disposition == Disposition::Handled));
    }

    /// Lets a UE handle something and does what it wants, until it wants nothing more.
    fn with_ue(
        &mut self,
        now: Duration,
        id: UeId,
        input: Input<'_, A::Start>,
    ) -> Option<Disposition<A::NasCause>> {
        let mut actions = std::mem::take(&mut self.actions);
        let slot = self.slots.get_mut(id.0 as usize)?;
        let disposition = slot.ue.handle(now, input, &mut actions);
        self.index(id);
        for action in actions.drain(..) {
            self.perform(now, id, action);
        }
        self.actions = actions;
        self.arm(id);
        Some(disposition)
    }

    /// Follows the UE's GUTI, so that PAGING finds it.
    fn index(&mut self, id: UeId) {
        let slot = &mut self.slots[id.0 as usize];
        let is = A::s_tmsi(slot.ue.me());
        if is == slot.s_tmsi {
            return;
        }
        if let Some(was) = std::mem::replace(&mut slot.s_tmsi, is)
            && self.by_s_tmsi.get(&was) == Some(&id)
        {
            self.by_s_tmsi.remove(&was);
        }
        if let Some(is) = is {
            self.by_s_tmsi.insert(is, id);
        }
    }

    fn perform(&mut self, now: Duration, id: UeId, action: Action<A>) {
        match action {
            Action::Initial { nas, s_tmsi } => self.connect(now, id, nas, s_tmsi),
            Action::Uplink(nas) => self.uplink(now, id, nas),
            Action::Key(key) => {
                let connection = self.slots[id.0 as usize].connection;
                if let Some(connection) = connection.and_then(|c| self.connections.get_mut(c)) {
                    connection.key = Some(key);
                }
            }
            Action::Release => self.left(now, id, ReleasedBy::Ue),
            Action::Event(event) => self.event(Event::Ue(id, event)),
        }
    }

    pub(crate) fn event(&mut self, event: Event<A>) {
        self.out.push_back(Output::Event(event));
    }

    /// Sends a message.
    pub(crate) fn send(&mut self, stream: u16, message: &A::Pdu) {
        let mut payload = self.spare.pop().unwrap_or_default();
        match A::encode(message, &mut payload) {
            Ok(()) => self.out.push_back(Output::Send { stream, payload }),
            // A configuration with a value that the protocol has no room for.
            Err(error) => self.event(Event::Fault {
                cause: None,
                what: format!("{}: {error}", A::name(message)),
            }),
        }
    }

    /// Sends octets as a message of the application protocol, whatever they are: for a hostile node.
    pub fn send_raw(&mut self, stream: u16, payload: Vec<u8>) {
        self.out.push_back(Output::Send { stream, payload });
    }
}
