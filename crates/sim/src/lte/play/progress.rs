//! From step to step.

use super::{Demand, Play};
use crate::enb::{Alteration, Enb, Interference, Random, Rule, Tamper, UeId, Which, mutate};
use crate::lte::judge;
use crate::lte::scenario::{Step, Until};
use crate::lte::{ContextEnd, Verdict};
use crate::scenario::counts;
use quintet_emm::ue::Start;
use quintet_s1ap::message::UplinkNasTransport;
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId, S1apPdu};
use std::time::Duration;

impl Play {
    /// Takes every step that can be taken now.
    pub fn advance(&mut self, now: Duration, enb: &mut Enb) {
        while !self.finished {
            let Some(step) = self.scenario.steps.get(self.step) else {
                return self.end(now, enb);
            };
            if !std::mem::replace(&mut self.begun, true) {
                self.since = now;
                self.stirred = now;
                // What came before waits for nobody: an await looks at what came since the last step that did something.
                if !matches!(step, Step::Await(_)) {
                    self.log.mark();
                }
                self.begin(now, enb, step);
            }
            if !self.is_done(now, enb, step) {
                if now >= self.since + self.settings.timers.patience {
                    self.log
                        .faults
                        .push(format!("waited in vain in step {}: {step:?}", self.step));
                    self.finish(enb);
                }
                return;
            }
            self.begun = false;
            self.step += 1;
        }
    }

    /// When [`Self::advance`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        if self.finished {
            return None;
        }
        let timers = &self.settings.timers;
        let quiet = self.stirred + timers.quiet;
        let patience = self.since + timers.patience;
        Some(if quiet > self.since && self.waits_for_quiet() {
            quiet.min(patience)
        } else {
            patience
        })
    }

    fn waits_for_quiet(&self) -> bool {
        let step = self.scenario.steps.get(self.step);
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
                self.each(|ue| {
                    let mutate = Tamper::Alter(Alteration::Mutate(seed ^ u64::from(ue.0)));
                    enb.interfere(ue, Interference::new([Rule::up(Which::Every, mutate)]));
                });
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
            Step::MalformedS1ap(count) => self.malformed(enb, *count),
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
            Step::Await(Until::Quiet) => now >= self.stirred + self.settings.timers.quiet,
            Step::Inactivity => idle(),
            Step::Restart(_) => {
                enb.is_up() && !self.log.parts.is_empty() && self.log.setups > self.log.marked_setups
            }
            Step::Witness => self.log.witness.contains(&crate::lte::UeMark::Registered),
            _ => true,
        }
    }

    /// Mutants of an UPLINK NAS TRANSPORT and of an S1 SETUP REQUEST, on the UEs' streams.
    fn malformed(&self, enb: &mut Enb, count: u32) {
        let mut random = Random::new(self.settings.seed);
        let cell = &enb.config().cell;
        let nas = &[0x07, 0x55, 0x01][..];
        let ids = (MmeUeS1apId(u32::MAX), EnbUeS1apId(0xff_ffff));
        let message = UplinkNasTransport::new(ids.0, ids.1, nas.into(), cell.ecgi, cell.tai);
        let mut octets = Vec::new();
        if S1apPdu::from(message).encode(&mut octets).is_err() {
            return;
        }
        for _ in 0..count {
            let mut mutant = octets.clone();
            mutate(&mut random, &mut mutant);
            enb.send_raw(0, mutant);
        }
    }

    /// All steps are taken: once nothing happens any more, the MME is asked what it knows, and the play is judged.
    fn end(&mut self, now: Duration, enb: &mut Enb) {
        if !std::mem::replace(&mut self.begun, true) {
            self.since = now;
            self.stirred = now;
        }
        let timers = &self.settings.timers;
        if now < self.stirred + timers.quiet && now < self.since + timers.patience {
            return;
        }
        if self.step == self.scenario.steps.len() {
            self.step += 1;
            if self.scenario.ending.context != ContextEnd::Any {
                let imsis: Vec<_> = self.ues.iter().filter_map(|part| part.imsi).collect();
                self.inspecting = imsis.len();
                self.demands.extend(imsis.into_iter().map(Demand::Inspect));
            }
        }
        if self.inspecting == 0 {
            self.finish(enb);
        }
    }

    fn finish(&mut self, enb: &Enb) {
        self.finished = true;
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
