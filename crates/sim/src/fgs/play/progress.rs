//! From step to step.

use super::{Demand, Play};
use crate::fgs::judge;
use crate::fgs::scenario::{Step, Until};
use crate::gnb::{Gnb, Interference, UeId};
use crate::scenario::{ContextEnd, Verdict, counts, mutate_uplink, send_mutants};
use quintet_fgmm::ue::Start;
use quintet_identity::Supi;
use quintet_ngap::{AmfUeNgapId, Cause, RanUeNgapId};
use std::time::Duration;

impl Play {
    /// Takes every step that can be taken now.
    pub fn advance(&mut self, now: Duration, gnb: &mut Gnb) {
        while !self.course.is_finished() {
            let Some(step) = self.scenario.steps.get(self.course.step()) else {
                return self.end(now, gnb);
            };
            if self.course.begins(now) {
                // What came before waits for nobody: an await looks at what came since the last step that did something.
                if !matches!(step, Step::Await(_)) {
                    self.log.mark();
                }
                self.begin(now, gnb, step);
            }
            if !self.is_done(now, gnb, step) {
                if self.course.is_in_vain(now) {
                    let number = self.course.step();
                    let fault = format!("waited in vain in step {number}: {step:?}");
                    self.log.faults.push(fault);
                    self.finish(gnb);
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

    fn demand_each(&mut self, demand: impl Fn(Supi) -> Demand) {
        let supis = self.ues.iter().filter_map(|part| part.supi.clone());
        self.demands.extend(supis.map(demand));
    }

    fn begin(&mut self, now: Duration, gnb: &mut Gnb, step: &Step) {
        match step {
            Step::Start(start) => self.each(|ue| gnb.start(now, ue, *start)),
            Step::Interfere(rules) => self.each(|ue| gnb.interfere(ue, Interference::new(*rules))),
            Step::Mutate => {
                let seed = self.settings.seed;
                self.each(|ue| mutate_uplink(gnb, ue, seed));
            }
            Step::Await(_) => {}
            Step::Inactivity => self.each(|ue| gnb.release(ue, Cause::USER_INACTIVITY)),
            Step::LoseRadio => self.each(|ue| gnb.lose_radio(now, ue)),
            Step::Counts(uplink, downlink) => {
                if let (Some(own), Some(amf)) = (counts(*uplink, *downlink), counts(*downlink, *uplink)) {
                    self.each(|ue| gnb.ue_mut(ue).me_mut().set_counts(own));
                    self.demand_each(|supi| Demand::SetCounts { supi, counts: amf });
                }
            }
            Step::NotSeparated => {
                for n in 0..self.ues.len() {
                    let rule = self.not_separated(n);
                    gnb.interfere(self.ues[n].id, Interference::new(Vec::from_iter(rule)));
                }
            }
            Step::Ausf(condition) => self.demands.push_back(Demand::Ausf(*condition)),
            Step::Udm(condition) => self.demands.push_back(Demand::Udm(*condition)),
            Step::Restart(restart) => self.demands.push_back(Demand::RestartAmf(*restart)),
            Step::Page => self.demand_each(Demand::Page),
            Step::Deregister { reregister } => {
                let reregister = *reregister;
                self.demand_each(|supi| Demand::Deregister { supi, reregister });
            }
            Step::Reauthenticate => self.demand_each(Demand::Reauthenticate),
            Step::MalformedNgap(count) => {
                let ids = (AmfUeNgapId(u64::from(u32::MAX)), RanUeNgapId(0xff_ffff));
                send_mutants(
                    gnb,
                    ids,
                    &[0x7e, 0x00, 0x57, 0x2d, 0x01, 0x01],
                    (*count, self.settings.seed),
                );
            }
            Step::Witness => {
                if let Some(witness) = self.witness {
                    gnb.start(now, witness, Start::REGISTER);
                }
            }
        }
    }

    fn is_done(&self, now: Duration, gnb: &Gnb, step: &Step) -> bool {
        let idle = || self.ues.iter().all(|part| gnb.ids(part.id).is_none());
        match step {
            Step::Await(Until::Ue(mark)) => self.log.parts.iter().all(|part| part.has_ue(mark)),
            Step::Await(Until::Amf(phase)) => self.log.parts.iter().all(|part| part.has_phase(phase)),
            Step::Await(Until::Idle) => idle() && gnb.connection_count() == 0,
            Step::Await(Until::Quiet) => self.course.is_quiet(now),
            Step::Inactivity => idle(),
            Step::Restart(_) => {
                gnb.is_up() && !self.log.parts.is_empty() && self.log.setups > self.log.marked_setups
            }
            Step::Witness => self.log.witness.contains(&crate::fgs::UeMark::Registered),
            _ => true,
        }
    }

    /// All steps are taken: once nothing happens any more, the AMF is asked what it knows, and the play is judged.
    fn end(&mut self, now: Duration, gnb: &mut Gnb) {
        if self.course.closes(now) && self.scenario.ending.context != ContextEnd::Any {
            let supis: Vec<_> = self.ues.iter().filter_map(|part| part.supi.clone()).collect();
            self.course.inspect(supis.len());
            self.demands.extend(supis.into_iter().map(Demand::Inspect));
        }
        if self.course.is_closed(now) {
            self.finish(gnb);
        }
    }

    fn finish(&mut self, gnb: &Gnb) {
        self.course.finish();
        let seen = self.ues.iter().map(|part| judge::Seen {
            me: gnb.ue(part.id).me(),
            supi: part.supi.as_ref(),
            context: part.context,
        });
        let why = judge::judge(self.scenario, (&self.log, &self.home), seen);
        let verdict = Verdict {
            scenario: self.scenario.name,
            as_named: why.is_empty(),
            what: judge::told(&self.log, &self.home),
            why,
        };
        self.demands.push_back(Demand::Finished(Box::new(verdict)));
    }
}
