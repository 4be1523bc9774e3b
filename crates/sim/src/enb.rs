//! A simulated eNB, sans-IO: one S1 association to an MME, and any number of UEs in one cell.
//!
//! ```text
//!  scenario, load ──add_ue, start, release, rules──► Enb ──► ue::Ue (NAS, card)
//!  SCTP ──handle_up, handle_message, handle_down───►  │  radio: per-UE interference, noise
//!  clock ──handle_timeout──────────────────────────►  │
//!                                poll_output: Send (S1AP), Event
//! ```
//!
//! It does what an eNB must of S1AP (TS 36.413 8): S1 SETUP again after its time to wait, identities and streams of
//! connections, INITIAL CONTEXT SETUP with KeNB of MME and UE compared, release both ways, NAS NON DELIVERY, PAGING, RESET,
//! ERROR INDICATION, overload. What there is of RRC is that a UE has a connection or not.
//!
//! Left out: handover, X2, user plane, more than one MME and cell.

mod connection;
mod context;
mod event;
mod node;
mod radio;
mod receive;

pub use crate::radio::{
    Alteration, CIPHERED, Interference, NoConnection, Noise, Random, Rule, Tamper, Tampered, UeId, Which,
    mutate,
};
pub use event::{EnbConfig, EnbEvent, EnbOutput, ReleasedBy};

use crate::radio::{Flights, System, Table};
use crate::ue::{Action, Ue};
use connection::Connection;
use quintet_crypto::Direction;
use quintet_emm::ue::{Event as UeEvent, Start};
use quintet_nas::eps::EpsAttachType;
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, OverloadAction, RrcEstablishmentCause, S1apPdu};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Duration;

/// The specification's name of a NAS PDU of EPS, as far as one can see it who has no keys.
#[must_use]
pub fn nas_name(direction: Direction, nas: &[u8]) -> &'static str {
    System::Eps.nas_name(direction, nas)
}

/// Most octet buffers kept for the next messages.
const MAX_SPARE_BUFFERS: usize = 1_024;

/// How far the association is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum S1 {
    /// There is none.
    Down,
    /// S1 SETUP REQUEST is out, to be sent again at this time; or the MME wants it no earlier.
    SettingUp(Duration),
    /// S1 SETUP RESPONSE came.
    Up,
}

/// A UE and what the eNB knows of it.
#[derive(Debug)]
struct Slot {
    ue: Ue,
    connection: Option<EnbUeS1apId>,
    /// The deadline that is in the heap.
    armed: Option<Duration>,
    /// The M-TMSI it is found by.
    m_tmsi: Option<u32>,
    cause: RrcEstablishmentCause,
    interference: Option<Box<Interference>>,
}

/// Whose deadline it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    Ue(UeId),
    Connection(EnbUeS1apId),
    Radio,
}

/// A simulated eNB.
#[derive(Debug)]
pub struct Enb {
    config: EnbConfig,
    s1: S1,
    streams: u16,
    overload: Option<OverloadAction>,
    slots: Vec<Slot>,
    connections: Table<Connection>,
    by_m_tmsi: HashMap<u32, UeId>,
    due: BinaryHeap<Reverse<(Duration, Due)>>,
    in_flight: Flights<EnbUeS1apId>,
    random: Random,
    out: VecDeque<EnbOutput>,
    /// Outputs of a UE at work, and buffers of messages; kept for their allocations.
    actions: Vec<Action>,
    spare: Vec<Vec<u8>>,
}

impl Enb {
    /// An eNB without UEs or association.
    #[must_use]
    pub fn new(config: EnbConfig) -> Self {
        Self {
            s1: S1::Down,
            streams: 0,
            overload: None,
            slots: Vec::new(),
            connections: Table::default(),
            by_m_tmsi: HashMap::new(),
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
    pub const fn config(&self) -> &EnbConfig {
        &self.config
    }

    /// What the radio does from now on.
    pub const fn set_noise(&mut self, noise: Noise) {
        self.config.noise = noise;
    }

    /// Takes a UE into the cell.
    pub fn add_ue(&mut self, ue: Ue) -> UeId {
        self.slots.push(Slot {
            ue,
            connection: None,
            armed: None,
            m_tmsi: None,
            cause: RrcEstablishmentCause::MoSignalling,
            interference: None,
        });
        UeId(self.slots.len() as u32 - 1)
    }

    /// How many UEs there are.
    #[must_use]
    pub const fn ue_count(&self) -> usize {
        self.slots.len()
    }

    /// How many connections there are, those that wait for the MME's release included.
    #[must_use]
    pub fn connection_count(&self) -> usize {
        self.connections.len()
    }

    /// A UE.
    ///
    /// # Panics
    /// If `ue` is not of this eNB.
    #[must_use]
    pub fn ue(&self, ue: UeId) -> &Ue {
        &self.slots[ue.0 as usize].ue
    }

    /// A UE, to be tampered with.
    ///
    /// # Panics
    /// If `ue` is not of this eNB.
    pub fn ue_mut(&mut self, ue: UeId) -> &mut Ue {
        &mut self.slots[ue.0 as usize].ue
    }

    /// Whether S1 SETUP was successful.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.s1, S1::Up)
    }

    /// The S1 identities of a UE's connection; the MME's is known once it has answered.
    #[must_use]
    pub fn ids(&self, ue: UeId) -> Option<(EnbUeS1apId, Option<MmeUeS1apId>)> {
        let id = self.slots.get(ue.0 as usize)?.connection?;
        Some((id, self.connections.get(id)?.mme_ue_s1ap_id))
    }

    /// What somebody does to a UE's NAS PDUs from now on; [`Interference::default`] ends it.
    pub fn interfere(&mut self, ue: UeId, interference: Interference) {
        if let Some(slot) = self.slots.get_mut(ue.0 as usize) {
            slot.interference = Some(Box::new(interference));
        }
    }

    /// The user of a UE wants something.
    pub fn start(&mut self, now: Duration, ue: UeId, start: Start) {
        let cause = match start {
            Start::Attach {
                attach_type: EpsAttachType::EPS_EMERGENCY_ATTACH,
                ..
            } => RrcEstablishmentCause::Emergency,
            Start::ServiceRequest => RrcEstablishmentCause::MoData,
            _ => RrcEstablishmentCause::MoSignalling,
        };
        if let Some(slot) = self.slots.get_mut(ue.0 as usize) {
            slot.cause = cause;
        }
        self.with_ue(now, ue, |ue, actions| ue.start(now, start, actions));
    }

    /// The next thing to be done.
    pub fn poll_output(&mut self) -> Option<EnbOutput> {
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
        let setup = match self.s1 {
            S1::SettingUp(again) => Some(again),
            S1::Down | S1::Up => None,
        };
        let due = self.due.peek().map(|Reverse((at, _))| *at);
        setup.into_iter().chain(due).min()
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Duration) {
        if matches!(self.s1, S1::SettingUp(again) if again <= now) {
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
            self.with_ue(now, id, |ue, actions| ue.handle_timeout(now, actions));
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

    /// Lets a UE do something and does what it wants, until it wants nothing more.
    fn with_ue<T>(
        &mut self,
        now: Duration,
        id: UeId,
        act: impl FnOnce(&mut Ue, &mut Vec<Action>) -> T,
    ) -> Option<T> {
        let mut actions = std::mem::take(&mut self.actions);
        let slot = self.slots.get_mut(id.0 as usize)?;
        let done = act(&mut slot.ue, &mut actions);
        self.index(id);
        for action in actions.drain(..) {
            self.perform(now, id, action);
        }
        self.actions = actions;
        self.arm(id);
        Some(done)
    }

    /// Follows the UE's GUTI, so that PAGING finds it.
    fn index(&mut self, id: UeId) {
        let slot = &mut self.slots[id.0 as usize];
        let is = slot.ue.me().guti().map(|guti| guti.m_tmsi);
        if is == slot.m_tmsi {
            return;
        }
        if let Some(was) = std::mem::replace(&mut slot.m_tmsi, is)
            && self.by_m_tmsi.get(&was) == Some(&id)
        {
            self.by_m_tmsi.remove(&was);
        }
        if let Some(is) = is {
            self.by_m_tmsi.insert(is, id);
        }
    }

    fn perform(&mut self, now: Duration, id: UeId, action: Action) {
        match action {
            Action::Initial { nas, s_tmsi } => self.connect(now, id, nas, s_tmsi),
            Action::Uplink(nas) => self.uplink(now, id, nas),
            Action::KeNb(k_enb) => {
                let connection = self.slots[id.0 as usize].connection;
                if let Some(connection) = connection.and_then(|c| self.connections.get_mut(c)) {
                    connection.k_enb = Some(k_enb);
                }
            }
            Action::Release => self.ue_left(now, id),
            Action::Event(event) => self.ue_event(id, event),
        }
    }

    fn ue_event(&mut self, id: UeId, event: UeEvent) {
        self.event(EnbEvent::Ue(id, event));
    }

    fn event(&mut self, event: EnbEvent) {
        self.out.push_back(EnbOutput::Event(event));
    }

    /// Sends a message.
    fn send(&mut self, stream: u16, message: &S1apPdu<'_>) {
        let mut payload = self.spare.pop().unwrap_or_default();
        match message.encode(&mut payload) {
            Ok(()) => self.out.push_back(EnbOutput::Send { stream, payload }),
            // A configuration with a value that S1AP has no room for.
            Err(error) => self.event(EnbEvent::Fault {
                cause: None,
                what: format!("{}: {error}", message.name()),
            }),
        }
    }

    /// Sends octets as an S1AP message, whatever they are: for a hostile eNB.
    pub fn send_raw(&mut self, stream: u16, payload: Vec<u8>) {
        self.out.push_back(EnbOutput::Send { stream, payload });
    }
}
