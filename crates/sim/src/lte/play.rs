//! One scenario being played: a sans-IO director over one eNB.

use super::ending::{ContextFacts, Verdict};
use super::judge::{self, Log};
use super::mark::UeMark;
use super::scenario::{Scenario, Step};
use super::subscriber::{self, SQN_AHEAD};
use super::{Card, LabTimers};
use crate::Usim;
use crate::enb::{Alteration, Enb, EnbEvent, Rule, Tamper, UeId, Which};
pub use crate::scenario::Restart;
use crate::scenario::{Course, device};
use crate::ue::Ue;
use quintet_crypto::{Amf, Sqn};
use quintet_emm::ue::Configuration;
use quintet_identity::{Imsi, Plmn};
use quintet_mme::MmeEvent;
use quintet_nas::eps::{AuthenticationRequest, EmmCause, EmmMessage, NasKsi};
use quintet_nas::security::NasCounts;
use quintet_subscriber::model::Subscriber;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

mod progress;

/// Most UEs of one play: the block of subscribers of a scenario, less its witness.
pub const MAX_UES: u32 = 99_999;

/// What becomes of the HSS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hss {
    /// It answers at once.
    Running,
    /// It answers nothing.
    Stopped,
    /// It answers late, by [`LabTimers::hss_slow`].
    Slow,
}

/// What a play wants of the world around its eNB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The HSS shall be so.
    Hss(Hss),
    /// The MME shall restart. The eNB's association comes up again after it.
    RestartMme(Restart),
    /// [`quintet_mme::Mme::set_counts`].
    SetCounts {
        /// Whose.
        imsi: Imsi,
        /// The MME's: what it sends next, what it accepted last.
        counts: NasCounts,
    },
    /// [`quintet_mme::Mme::page`].
    Page(Imsi),
    /// [`quintet_mme::Mme::detach`].
    Detach {
        /// Whom.
        imsi: Imsi,
        /// It shall attach again.
        reattach: bool,
    },
    /// [`quintet_mme::Mme::reauthenticate`].
    Reauthenticate(Imsi),
    /// [`Play::inspected`] is to be told what [`quintet_mme::Mme::context`] says of this subscriber.
    Inspect(Imsi),
    /// The play is over.
    Finished(Box<Verdict>),
}

/// What a play is told.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Seed of what it leaves to chance.
    pub seed: u64,
    /// How many UEs take part where it takes many; at most [`MAX_UES`].
    pub ues: u32,
    /// Durations.
    pub timers: LabTimers,
    /// The network the cell is of.
    pub serving: Plmn,
}

/// One scenario being played. Feed it every [`EnbEvent`] of its eNB and every [`MmeEvent`] about that eNB's association;
/// after each, and when [`Self::poll_timeout`] is due, call [`Self::advance`], then serve [`Self::poll_demand`].
#[derive(Debug)]
pub struct Play {
    scenario: &'static Scenario,
    settings: Settings,
    ues: Vec<Part>,
    witness: Option<UeId>,
    course: Course,
    log: Log,
    demands: VecDeque<Demand>,
}

/// A UE in a play.
#[derive(Debug)]
struct Part {
    id: UeId,
    imsi: Option<Imsi>,
    issued: Option<Subscriber>,
    context: Option<ContextFacts>,
}

impl Play {
    /// A play with its UEs taken into the cell of `enb`.
    #[must_use]
    pub fn new(scenario: &'static Scenario, settings: Settings, enb: &mut Enb) -> Self {
        let count = if scenario.many {
            settings.ues.clamp(1, MAX_UES)
        } else {
            1
        };
        let timers = settings.timers;
        let mut play = Self {
            scenario,
            settings,
            ues: Vec::with_capacity(count as usize),
            witness: None,
            course: Course::new(scenario.steps.len(), timers.quiet, timers.patience),
            log: Log::new(count as usize),
            demands: VecDeque::new(),
        };
        let configuration = Arc::new(Configuration {
            ue_network_capability: scenario.capability.to_vec(),
            automatic: scenario.automatic,
            timers: if scenario.patient {
                timers.patient()
            } else {
                timers.ue
            },
            ..Configuration::default()
        });
        for n in 0..count {
            let issued = subscriber::issued(scenario, n);
            let card = issued
                .as_ref()
                .and_then(|issued| subscriber::card(scenario.card, issued).ok().flatten());
            let imsi = card.as_ref().map(Usim::imsi);
            let id = enb.add_ue(Ue::new(configuration.clone(), device(n), card, settings.serving));
            play.ues.push(Part {
                id,
                imsi,
                issued,
                context: None,
            });
        }
        if scenario.steps.iter().any(|step| matches!(step, Step::Witness)) {
            play.add_witness(enb);
        }
        play
    }

    fn add_witness(&mut self, enb: &mut Enb) {
        let Some(issued) = subscriber::witness(self.scenario) else {
            return;
        };
        let card = subscriber::card(Card::Genuine, &issued).ok().flatten();
        let configuration = Arc::new(Configuration {
            automatic: false,
            timers: self.settings.timers.ue,
            ..Configuration::default()
        });
        let ue = Ue::new(configuration, device(MAX_UES), card, self.settings.serving);
        self.witness = Some(enb.add_ue(ue));
    }

    /// What the HSS must know before the play begins.
    #[must_use]
    pub fn subscribers(&self) -> Vec<Subscriber> {
        let own = (0..self.ues.len() as u32).filter_map(|n| subscriber::subscriber(self.scenario, n));
        let witness = self.witness.and_then(|_| subscriber::witness(self.scenario));
        own.chain(witness).collect()
    }

    /// The scenario.
    #[must_use]
    pub const fn scenario(&self) -> &'static Scenario {
        self.scenario
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.course.is_finished()
    }

    /// The step under way and how many there are: for a progress bar.
    #[must_use]
    pub const fn progress(&self) -> (usize, usize) {
        self.course.progress()
    }

    /// Something happened at the eNB.
    pub fn handle_enb_event(&mut self, now: Duration, enb: &mut Enb, event: &EnbEvent) {
        self.course.stir(now);
        let part = |id: UeId| self.ues.iter().position(|part| part.id == id);
        match event {
            EnbEvent::Ue(id, event) => {
                let mark = UeMark::from(event);
                if Some(*id) == self.witness {
                    self.log.witness.push(mark);
                } else if let Some(n) = part(*id) {
                    self.log.parts[n].ue.push(mark);
                    if mark == UeMark::AuthenticationFailed(EmmCause::SYNCH_FAILURE)
                        && self.scenario.card == Card::AlwaysAhead
                    {
                        self.leap(enb, n);
                    }
                }
            }
            EnbEvent::KeyMismatch(id) => {
                self.log
                    .faults
                    .push(format!("UE {}: another KeNB than the MME's", id.0));
            }
            EnbEvent::Fault { what, .. } => self.log.faults.push(format!("eNB: {what}")),
            _ => {}
        }
    }

    /// Something happened at the MME, about this eNB's association.
    pub fn handle_mme_event(&mut self, now: Duration, event: &MmeEvent) {
        self.course.stir(now);
        let imsis: Vec<_> = self.ues.iter().map(|part| part.imsi).collect();
        judge::take(&mut self.log, &imsis, event);
    }

    /// The answer to [`Demand::Inspect`].
    pub fn inspected(&mut self, imsi: Imsi, context: Option<ContextFacts>) {
        if let Some(part) = self.ues.iter_mut().find(|part| part.imsi == Some(imsi)) {
            part.context = context;
        }
        self.course.inspected();
    }

    /// The next thing the world has to do.
    pub fn poll_demand(&mut self) -> Option<Demand> {
        self.demands.pop_front()
    }

    /// The card's SQN leaps beyond any the AuC takes from its AUTS.
    fn leap(&self, enb: &mut Enb, n: usize) {
        let Some(issued) = &self.ues[n].issued else {
            return;
        };
        let rounds = self.log.parts[n].ue.len() as u64;
        let sqn = Sqn::new(SQN_AHEAD + (rounds << 44)).unwrap_or_default();
        if let Ok(card) = Usim::new(issued.imsi, &issued.authentication, sqn) {
            enb.ue_mut(self.ues[n].id).set_card(card);
        }
    }

    /// A vector of the HSS's keys for the circuit switched domain, as if it had leaked: genuine, without the separation bit.
    fn not_separated(&self, n: usize) -> Option<Rule> {
        const RAND: [u8; 16] = [0x5e; 16];
        let functions = self.ues[n].issued.as_ref()?.authentication.functions().ok()?;
        let quintet = functions.quintet(&RAND, Sqn::new(SQN_AHEAD)?, Amf([0, 0]));
        let autn = quintet.autn.octets()?;
        let request = EmmMessage::from(AuthenticationRequest::new(NasKsi::native(0), RAND, autn));
        let octets = Cow::Owned(request.to_octets());
        Some(Rule::down(
            Which::NthNamed("AUTHENTICATION REQUEST", 1),
            Tamper::Alter(Alteration::Replace(octets)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enb::EnbConfig;
    use crate::lte::SCENARIOS;
    use quintet_identity::Tai;

    #[test]
    fn every_scenario_has_its_own_subscribers() {
        let plmn = crate::demo::home_plmn();
        let mut seen = std::collections::HashSet::new();
        for scenario in SCENARIOS {
            let mut enb = Enb::new(EnbConfig::new("test", Tai { plmn, tac: 1 }, 1));
            let settings = Settings {
                seed: 1,
                ues: 4,
                timers: LabTimers::SPECIFIED,
                serving: plmn,
            };
            let play = Play::new(scenario, settings, &mut enb);
            for subscriber in play.subscribers() {
                assert!(seen.insert(subscriber.imsi), "{}", scenario.name);
            }
        }
        assert!(seen.len() >= SCENARIOS.len());
    }
}
