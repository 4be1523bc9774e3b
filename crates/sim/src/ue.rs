//! A simulated UE of EPS: the ME of [`quintet_emm::ue`] with its card in it, as an eNB sees it.

use crate::enb::Eutran;
use crate::ran::{self, Input, Terminal};
use crate::{Challenged, Usim};
use quintet_crypto::KeNb;
use quintet_emm::Disposition;
use quintet_emm::ue::{self, Configuration, Event, Identity, Output, Start};
use quintet_identity::{Imei, Imeisv, Plmn, STmsi};
use quintet_nas::eps::EmmCause;
use std::sync::Arc;
use std::time::Duration;

/// A UE with its card.
pub type Ue = ran::Ue<Eutran>;

/// What a UE wants of its eNB, and tells its scenario.
pub type Action = ran::Action<Eutran>;

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
            surroundings: serving,
        }
    }
}

impl Terminal for Eutran {
    type Me = ue::Ue;
    /// The serving network, for KASME.
    type Surroundings = Plmn;
    type Start = Start;
    type Report = Event;
    type STmsi = STmsi;
    type Key = KeNb;
    type NasCause = EmmCause;

    fn handle(ue: &mut Ue, now: Duration, input: Input<'_, Start>, actions: &mut Vec<Action>) -> Disposition {
        let input = match input {
            Input::Start(start) => ue::Input::Start(start),
            Input::Downlink(nas) => ue::Input::Downlink(nas),
            Input::ContextSetUp => ue::Input::ContextSetUp,
            Input::Paged { with_imsi } => ue::Input::Paged { with_imsi },
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

    fn key(me: &ue::Ue) -> Option<KeNb> {
        me.k_enb()
    }
}

fn handle(ue: &mut Ue, now: Duration, input: ue::Input<'_>, actions: &mut Vec<Action>) -> Disposition {
    let mut outputs = Vec::new();
    let disposition = ue.me.handle(now, input, &mut outputs);
    for output in outputs {
        actions.push(match output {
            Output::Initial { nas, s_tmsi } => Action::Initial { nas, s_tmsi },
            Output::Uplink(nas) => Action::Uplink(nas),
            Output::KeNb(k_enb) => Action::Key(k_enb),
            Output::Release => Action::Release,
            Output::Event(event) => Action::Event(event),
            Output::Challenge { rand, autn } => {
                // At most one challenge comes of one input, and no further one of its answer.
                if let Some(card) = &mut ue.card {
                    let answer = answer(card.challenge(&rand, &autn, ue.surroundings));
                    let answered = handle(ue, now, ue::Input::Challenged(answer), actions);
                    debug_assert_eq!(answered, Disposition::Handled);
                }
                continue;
            }
        });
    }
    disposition
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
