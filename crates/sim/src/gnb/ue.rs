//! A simulated UE of 5GS: the ME of [`quintet_fgmm::ue`] with its card in it, as a gNB sees it.
//!
//! ```text
//!   gNB ──downlink, set-up, paging, release──► Ue ──► Action::Initial, Uplink, Release ──► gNB
//!   scenario ──start─────────────────────────►  │ ──► Action::Event ──────────────────────► scenario
//!   clock ──handle_timeout───────────────────►  │
//!                                        challenge │ ▲ answer
//!                                                  ▼ │
//!                                                 Usim
//! ```
//!
//! Made for hundreds of thousands at once: what UEs have in common is shared, an idle one keeps no buffer, and every
//! output goes into the caller's. What a scenario wants done wrong it does to the PDUs on their way, or to the card.

use crate::Usim;
use crate::radio::Random;
use quintet_crypto::fgs::KgNb;
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{self, Configuration, Entropy, Event, Identity, Input, Output, Start};
use quintet_identity::fgs::STmsi;
use std::sync::Arc;
use std::time::Duration;

/// What a UE wants of its gNB, and tells its scenario.
#[derive(Debug)]
pub enum Action {
    /// An RRC connection, with this as its initial NAS message.
    Initial {
        /// The NAS PDU.
        nas: Vec<u8>,
        /// 5G-S-TMSI, for the INITIAL UE MESSAGE.
        s_tmsi: Option<STmsi>,
    },
    /// An uplink NAS PDU.
    Uplink(Vec<u8>),
    /// KgNB, to be compared with the gNB's.
    KgNb(KgNb),
    /// The UE has left the connection.
    Release,
    /// What became of something.
    Event(Event),
}

/// What a simulated UE has for entropy.
#[derive(Debug)]
struct Seeded(Random);

impl Entropy for Seeded {
    fn fill(&mut self, to: &mut [u8]) {
        for octets in to.chunks_mut(8) {
            octets.copy_from_slice(&self.0.next().to_be_bytes()[..octets.len()]);
        }
    }
}

/// A UE with its card.
#[derive(Debug)]
pub struct Ue {
    me: ue::Ue,
    card: Option<Box<Usim>>,
    random: Seeded,
}

impl Ue {
    /// A UE that was never registered. Without a card it can make emergency calls only. What it conceals its SUPI with
    /// follows from `seed`, so that a run can be repeated.
    #[must_use]
    pub fn new(configuration: Arc<Configuration>, identity: Identity, card: Option<Usim>, seed: u64) -> Self {
        Self {
            me: ue::Ue::new(configuration, identity),
            card: card.map(Box::new),
            random: Seeded(Random::new(seed)),
        }
    }

    /// The ME.
    #[must_use]
    pub const fn me(&self) -> &ue::Ue {
        &self.me
    }

    /// The ME, to be tampered with.
    pub fn me_mut(&mut self) -> &mut ue::Ue {
        &mut self.me
    }

    /// The card.
    #[must_use]
    pub fn card(&self) -> Option<&Usim> {
        self.card.as_deref()
    }

    /// Another card in its place, as a scenario needs it.
    pub fn set_card(&mut self, card: Usim) {
        self.card = Some(Box::new(card));
    }

    /// The user wants something.
    pub fn start(&mut self, now: Duration, start: Start, actions: &mut Vec<Action>) {
        self.occurs(now, Input::Start(start), actions);
    }

    /// A NAS PDU from the network.
    pub fn handle_downlink(&mut self, now: Duration, nas: &[u8], actions: &mut Vec<Action>) -> Disposition {
        self.handle(now, Input::Downlink(nas), actions)
    }

    /// Security of the access stratum is there.
    pub fn handle_context_set_up(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::ContextSetUp, actions);
    }

    /// Paging by 5G-S-TMSI.
    pub fn handle_paging(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::Paged, actions);
    }

    /// The connection was released.
    pub fn handle_release(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::ConnectionReleased, actions);
    }

    /// The connection could not be had, or broke.
    pub fn handle_failure(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::LowerLayerFailure, actions);
    }

    /// The deadline of [`Self::poll_timeout`] has passed.
    pub fn handle_timeout(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::Timeout, actions);
    }

    /// When [`Self::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.me.poll_timeout()
    }

    /// What is no message is always handled.
    fn occurs(&mut self, now: Duration, input: Input<'_>, actions: &mut Vec<Action>) {
        let disposition = self.handle(now, input, actions);
        debug_assert_eq!(disposition, Disposition::Handled);
    }

    fn handle(&mut self, now: Duration, input: Input<'_>, actions: &mut Vec<Action>) -> Disposition {
        let mut outputs = Vec::new();
        let disposition = self.me.handle(now, input, &mut self.random, &mut outputs);
        for output in outputs {
            actions.push(match output {
                Output::Initial { nas, s_tmsi } => Action::Initial { nas, s_tmsi },
                Output::Uplink(nas) => Action::Uplink(nas),
                Output::KgNb(k_gnb) => Action::KgNb(k_gnb),
                Output::Release => Action::Release,
                Output::Event(event) => Action::Event(event),
                Output::Challenge { rand, autn } => {
                    // At most one challenge comes of one input, and no further one of its answer.
                    if let Some(card) = &mut self.card {
                        let answer = card.answer(&rand, &autn);
                        self.occurs(now, Input::Challenged(answer), actions);
                    }
                    continue;
                }
            });
        }
        disposition
    }
}
