//! From step to step.

use super::{Demand, Play};
use crate::enb::{Enb, Interference, UeId};
use crate::lte::judge;
use crate::lte::scenario::{Step, Until};
use crate::lte::{ContextEnd, Verdict};
use crate::scenario::{counts, mutate_uplink, send_mutants};
use quintet_emm::ue::Start;
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId};
use std::time::Duration;

impl Play {
    /// Takes every step that can be taken now.
    pub fn advance(&mut self, now: Duration, enb: &mut Enb) {
        while !self.course.is_finished() {
            let Some(step) = self.scenario.steps.get(self.course.step()) else {
                return self.end(now, enb);
            };
            if self.course.begins(now) {
                // What came before waits for nobody: an await looks at what came since the last step that did something.
                if !matches!(step, Step::Await(_)) {
                    self.log.mark();
                }
                self.begin(now, enb, step);
            }
            if !self.is_done(now, enb, step) {
                if self.course.is_in_vain(now) {
                    let number = self.course.step();
                    let fault = format!("waited in vain in step {number}: {step:?}");
                    self.log.faults.push(fault);
                    self.finish(enb);
                }
                return;
            }
            self.course.next();
        }
    }

    /// When [`Self::advance`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        self.course.poll_timeout(self.waits_for_quiet())
    }

    fn waits_for_quiet(&self) -> bool {
        let step = self.scenario.steps.get(self.course.step());
        step.is_none_or(|step| matches!(step, Step::Await(Until::Quiet)))
    }

    /// All UEs do the same.
    fn each(&self, mut act: impl FnMut(UeId)) {
        self.ues.iter().for_each(|part| act(part.id));
    }

    fn demand_each(&mut self, demand: impl Fn(quintet_identity::Imsi) -> Demand) {
        let imsis = self.ues.iter().filter_map(|part| part.imsi);
        self.demands.extend(imsis.map(demand));
    }

    fn begin(&mut self, now: Duration, enb: &mut Enb, step: &Step) {
        match step {
            Step::Start(start) => self.each(|ue| enb.start(now, ue, *start)),
            Step::Interfere(rules) => self.each(|ue| enb.interfere(ue, Interference::new(*rules))),
            Step::Mutate => {
                let seed = self.settings.seed;
                self.each(|ue| mutate_uplink(enb, ue, seed));
            }
            Step::Await(_) => {}
            Step::Inactivity => self.each(|ue| enb.release(ue, Cause::USER_INACTIVITY)),
            Step::LoseRadio => self.each(|ue| enb.lose_radio(now, ue)),
            Step::Counts(uplink, downlink) => {
                if let (Some(own), Some(mme)) = (counts(*uplink, *downlink), counts(*downlink, *uplink)) {
                    self.each(|ue| enb.ue_mut(ue).me_mut().set_counts(own));
                    self.demand_each(|imsi| Demand::SetCounts { imsi, counts: mme });
                }
            }
            Step::NotSeparated => {
                for n in 0..self.ues.len() {
                    let rule = self.not_separated(n);
                    enb.interfere(self.ues[n].id, Interference::new(Vec::from_iter(rule)));
                }
            }
            Step::Hss(hss) => self.demands.push_back(Demand::Hss(*hss)),
            Step::Restart(restart) => self.demands.push_back(Demand::RestartMme(*restart)),
            Step::Page => self.demand_each(Demand::Page),
            Step::Detach { reattach } => {
                let reattach = *reattach;
                self.demand_each(|imsi| Demand::Detach { imsi, reattach });
            }
            Step::Reauthenticate => self.demand_each(Demand::Reauthenticate),
            Step::MalformedS1ap(count) => {
                let ids = (MmeUeS1apId(u32::MAX), EnbUeS1apId(0xff_ffff));
                send_mutants(enb, ids, &[0x07, 0x55, 0x01], (*count, self.settings.seed));
            }
            Step::Witness => {
                if let Some(witness) = self.witness {
                    enb.start(now, witness, Start::ATTACH);
                }
            }
        }
    }

    fn is_done(&self, now: Duration, enb: &Enb, step: &Step) -> bool {
        let idle = || self.ues.iter().all(|part| enb.ids(part.id).is_none());
        match step {
            Step::Await(Until::Ue(mark)) => self.log.parts.iter().all(|part| part.has_ue(mark)),
            Step::Await(Until::Mme(phase)) => self.log.parts.iter().all(|part| part.has_phase(phase)),
            Step::Await(Until::Idle) => idle() && enb.connection_count() == 0,
            Step::Await(Until::Quiet) => self.course.is_quiet(now),
            Step::Inactivity => idle(),
            Step::Restart(_) => {
                enb.is_up() && !self.log.parts.is_empty() && self.log.setups > self.log.marked_setups
            }
            Step::Witness => self.log.witness.contains(&crate::lte::UeMark::Registered),
            _ => true,
        }
    }

    /// All steps are taken: once nothing happens any more, the MME is asked what it knows, and the play is judged.
    fn end(&mut self, now: Duration, enb: &mut Enb) {
        if self.course.closes(now) && self.scenario.ending.context != ContextEnd::Any {
            let imsis: Vec<_> = self.ues.iter().filter_map(|part| part.imsi).collect();
            self.course.inspect(imsis.len());
            self.demands.extend(imsis.into_iter().map(Demand::Inspect));
        }
        if self.course.is_closed(now) {
            self.finish(enb);
        }
    }

    fn finish(&mut self, enb: &Enb) {
        self.course.finish();
        let seen = self.ues.iter().map(|part| judge::Seen {
            me: enb.ue(part.id).me(),
            imsi: part.imsi,
            context: part.context,
        });
        let why = judge::judge(&self.scenario.ending, &self.log, seen);
        let verdict = Verdict {
            scenario: self.scenario.name,
            as_named: why.is_empty(),
            what: judge::told(&self.log),
            why,
        };
        self.demands.push_back(Demand::Finished(Box::new(verdict)));
    }
}
