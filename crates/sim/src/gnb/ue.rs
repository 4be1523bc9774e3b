//! A simulated UE of 5GS: the ME of [`quintet_fgmm::ue`] with its card in it, as a gNB sees it.

use super::NgRan;
use crate::Usim;
use crate::radio::Random;
use crate::ran::{self, Input, Terminal};
use quintet_crypto::fgs::KgNb;
use quintet_fgmm::Disposition;
use quintet_fgmm::ue::{self, Configuration, Entropy, Event, Identity, Output, Start};
use quintet_identity::fgs::STmsi;
use quintet_nas::fgs::FgmmCause;
use std::sync::Arc;
use std::time::Duration;

/// A UE with its card.
pub type Ue = ran::Ue<NgRan>;

/// What a UE wants of its gNB, and tells its scenario.
pub type Action = ran::Action<NgRan>;

/// What a simulated UE has for entropy.
#[derive(Debug)]
pub struct Seeded(Random);

impl Entropy for Seeded {
    fn fill(&mut self, to: &mut [u8]) {
        for octets in to.chunks_mut(8) {
            octets.copy_from_slice(&self.0.next().to_be_bytes()[..octets.len()]);
        }
    }
}

impl Ue {
    /// A UE that was never registered. Without a card it can make emergency calls only. What it conceals its SUPI with
    /// follows from `seed`, so that a run can be repeated.
    #[must_use]
    pub fn new(configuration: Arc<Configuration>, identity: Identity, card: Option<Usim>, seed: u64) -> Self {
        Self {
            me: ue::Ue::new(configuration, identity),
            card: card.map(Box::new),
            surroundings: Seeded(Random::new(seed)),
        }
    }
}

impl Terminal for NgRan {
    type Me = ue::Ue;
    /// What the ME conceals its SUPI with.
    type Surroundings = Seeded;
    type Start = Start;
    type Report = Event;
    type STmsi = STmsi;
    type Key = KgNb;
    type NasCause = FgmmCause;

    fn handle(ue: &mut Ue, now: Duration, input: Input<'_, Start>, actions: &mut Vec<Action>) -> Disposition {
        let input = match input {
            Input::Start(start) => ue::Input::Start(start),
            Input::Downlink(nas) => ue::Input::Downlink(nas),
            Input::ContextSetUp => ue::Input::ContextSetUp,
            Input::Paged { .. } => ue::Input::Paged,
            Input::Released => ue::Input::ConnectionReleased,
            Input::Failure => ue::Input::LowerLayerFailure,
            Input::Timeout => ue::Input::Timeout,
        };
        handle(ue, now, input, actions)
    }

    fn poll_timeout(me: &ue::Ue) -> Option<Duration> {
        me.poll_timeout()
    }

    fn s_tmsi(me: &ue::Ue) -> Option<STmsi> {
        me.guti().map(|guti| guti.s_tmsi())
    }

    fn key(me: &ue::Ue) -> Option<KgNb> {
        me.k_gnb()
    }
}

fn handle(ue: &mut Ue, now: Duration, input: ue::Input<'_>, actions: &mut Vec<Action>) -> Disposition {
    let mut outputs = Vec::new();
    let disposition = ue.me.handle(now, input, &mut ue.surroundings, &mut outputs);
    for output in outputs {
        actions.push(match output {
            Output::Initial { nas, s_tmsi } => Action::Initial { nas, s_tmsi },
            Output::Uplink(nas) => Action::Uplink(nas),
            Output::KgNb(k_gnb) => Action::Key(k_gnb),
            Output::Release => Action::Release,
            Output::Event(event) => Action::Event(event),
            Output::Challenge { rand, autn } => {
                // At most one challenge comes of one input, and no further one of its answer.
                if let Some(card) = &mut ue.card {
                    let answer = card.answer(&rand, &autn);
                    let answered = handle(ue, now, ue::Input::Challenged(answer), actions);
                    debug_assert_eq!(answered, Disposition::Handled);
                }
                continue;
            }
        });
    }
    disposition
}
