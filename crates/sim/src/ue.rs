//! A simulated UE: the ME of [`quintet_emm::ue`] with its card in it, as an eNB sees it.
//!
//! ```text
//!   eNB ──downlink, set-up, paging, release──► Ue ──► Action::Initial, Uplink, Release ──► eNB
//!   scenario ──start─────────────────────────►  │ ──► Action::Event ──────────────────────► scenario
//!   clock ──handle_timeout───────────────────►  │
//!                                        challenge │ ▲ answer
//!                                                  ▼ │
//!                                                 Usim
//! ```
//!
//! Made for hundreds of thousands at once: what UEs have in common is shared, an idle one keeps no buffer, and every
//! output goes into the caller's. What a scenario wants done wrong it does to the PDUs on their way, or to the card.

use crate::{Challenged, Usim};
use quintet_crypto::KeNb;
use quintet_emm::Disposition;
use quintet_emm::ue::{self, Configuration, Event, Identity, Input, Output, Start};
use quintet_identity::{Imei, Imeisv, Plmn, STmsi};
use std::sync::Arc;
use std::time::Duration;

/// What a UE wants of its eNB, and tells its scenario.
#[derive(Debug)]
pub enum Action {
    /// An RRC connection, with this as its initial NAS message.
    Initial {
        /// The NAS PDU.
        nas: Vec<u8>,
        /// S-TMSI, for the INITIAL UE MESSAGE.
        s_tmsi: Option<STmsi>,
    },
    /// An uplink NAS PDU.
    Uplink(Vec<u8>),
    /// KeNB, to be compared with the eNB's.
    KeNb(KeNb),
    /// The UE has left the connection.
    Release,
    /// What became of something.
    Event(Event),
}

/// A UE with its card.
#[derive(Debug)]
pub struct Ue {
    me: ue::Ue,
    card: Option<Box<Usim>>,
    serving: Plmn,
}

impl Ue {
    /// A UE that was never registered, in a cell of `serving`. Without a card it can make emergency calls only.
    #[must_use]
    pub fn new(
        configuration: Arc<Configuration>,
        (imei, imeisv): (Imei, Imeisv),
        card: Option<Usim>,
        serving: Plmn,
    ) -> Self {
        let identity = Identity {
            imsi: card.as_ref().map(Usim::imsi),
            imei,
            imeisv,
        };
        Self {
            me: ue::Ue::new(configuration, identity),
            card: card.map(Box::new),
            serving,
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

    /// Security of the access stratum and bearers are there.
    pub fn handle_context_set_up(&mut self, now: Duration, actions: &mut Vec<Action>) {
        self.occurs(now, Input::ContextSetUp, actions);
    }

    /// Paging, by S-TMSI or by IMSI.
    pub fn handle_paging(&mut self, now: Duration, with_imsi: bool, actions: &mut Vec<Action>) {
        self.occurs(now, Input::Paged { with_imsi }, actions);
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
        let disposition = self.me.handle(now, input, &mut outputs);
        for output in outputs {
            actions.push(match output {
                Output::Initial { nas, s_tmsi } => Action::Initial { nas, s_tmsi },
                Output::Uplink(nas) => Action::Uplink(nas),
                Output::KeNb(k_enb) => Action::KeNb(k_enb),
                Output::Release => Action::Release,
                Output::Event(event) => Action::Event(event),
                Output::Challenge { rand, autn } => {
                    // At most one challenge comes of one input, and no further one of its answer.
                    if let Some(card) = &mut self.card {
                        let answer = answer(card.challenge(&rand, &autn, self.serving));
                        self.occurs(now, Input::Challenged(answer), actions);
                    }
                    continue;
                }
            });
        }
        disposition
    }
}

fn answer(challenged: Challenged) -> ue::Challenged {
    match challenged {
        Challenged::Accepted(agreement) => ue::Challenged::Accepted {
            res: agreement.res,
            kasme: agreement.kasme,
        },
        Challenged::MacFailure => ue::Challenged::MacFailure,
        Challenged::NotSeparated => ue::Challenged::NotSeparated,
        Challenged::SynchronisationFailure { auts, .. } => ue::Challenged::SynchFailure(auts),
    }
}

#[cfg(test)]
mod tests;
