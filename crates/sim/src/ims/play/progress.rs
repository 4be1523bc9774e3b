//! From step to step.

use super::{Demand, Inspection, Play};
use crate::ims::judge;
use crate::ims::mark::UeMark;
use crate::ims::scenario::{Step, Until};
use crate::ims::subscriber;
use crate::ims::ues::Ues;
use crate::ims::user::UserId;
use crate::scenario::Verdict;
use quintet_ims::ue::Start;
use std::time::Duration;

impl Play {
    /// Takes every step that can be taken now.
    pub fn advance(&mut self, now: Duration, ues: &mut Ues) {
        while !self.course.is_finished() {
            let Some(step) = self.scenario.steps.get(self.course.step()) else {
                return self.end(now, ues);
            };
            if self.course.begins(now) {
                // What came before waits for nobody: an await looks at what came since the last step that did something.
                if !matches!(step, Step::Await(_)) {
                    self.heard.mark();
                }
                self.begin(now, ues, step);
            }
            if !self.is_done(now, step) {
                if self.course.is_in_vain(now) {
                    let number = self.course.step();
                    let fault = format!("waited in vain in step {number}: {step:?}");
                    self.heard.faults.push(fault);
                    self.finish(ues);
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

    fn subjects(&self) -> Vec<UserId> {
        self.subjects.iter().map(|subject| subject.id).collect()
    }

    fn begin(&mut self, now: Duration, ues: &mut Ues, step: &Step) {
        let subjects = self.subjects();
        let each = subjects.into_iter();
        match step {
            Step::Start(start) => each.for_each(|id| ues.start(now, id, *start)),
            Step::Behave(behaviour) => each.for_each(|id| ues.user_mut(id).set_behaviour(*behaviour)),
            Step::Carry(carriage) => each.for_each(|id| ues.user_mut(id).set_carriage(*carriage)),
            Step::Interfere(rules) => each.for_each(|id| ues.user_mut(id).interfere(rules)),
            Step::Await(_) => {}
            Step::Hss(condition) => self.demands.push_back(Demand::Hss(*condition)),
            Step::RestartScscf(restart) => self.demands.push_back(Demand::RestartScscf(*restart)),
            Step::Deregister => {
                let demands = self
                    .subjects
                    .iter()
                    .map(|subject| Demand::Deregister(subject.issued.imsi));
                self.demands.extend(demands);
            }
            Step::Witness => {
                if let Some((witness, _)) = &self.witness {
                    ues.start(now, *witness, Start::Register);
                }
            }
            Step::Intruder(behaviour) => {
                self.add_intruder(ues, *behaviour);
                if let Some(intruder) = self.intruder {
                    ues.start(now, intruder, Start::Register);
                }
            }
            Step::Call(service, n) => {
                let provision = self.scenario.provision;
                let called = self.subjects.iter();
                let called: Vec<_> = called
                    .filter_map(|subject| subscriber::called(&subject.issued, provision, *n))
                    .collect();
                if let Some((witness, _)) = &self.witness {
                    called
                        .iter()
                        .for_each(|impu| ues.ask(now, *witness, *service, impu));
                }
            }
            Step::Ask(service) => {
                let witness = self.witness.as_ref();
                let impu = witness.and_then(|(_, issued)| subscriber::identity(issued.imsi).ok());
                if let Some(identity) = impu {
                    let impu = identity.impu.to_string();
                    each.for_each(|id| ues.ask(now, id, *service, &impu));
                }
            }
        }
    }

    fn is_done(&self, now: Duration, step: &Step) -> bool {
        let heard = &self.heard;
        match step {
            Step::Await(Until::Ue(mark)) => heard.parts.iter().all(|part| part.has_ue(mark)),
            Step::Await(Until::Scscf(phase)) => heard.parts.iter().all(|part| part.has_phase(phase)),
            Step::Await(Until::Witness(mark)) => heard.witness[heard.marked.0..].contains(mark),
            Step::Await(Until::Intruder(mark)) => heard.intruder[heard.marked.1..].contains(mark),
            Step::Await(Until::Quiet) => self.course.is_quiet(now),
            Step::Witness => heard.witness.contains(&UeMark::Registered),
            _ => true,
        }
    }

    /// All steps are taken: once nothing happens any more, the home network is asked what it knows, and the play is judged.
    fn end(&mut self, now: Duration, ues: &Ues) {
        if self.course.closes(now) {
            self.course.inspect(self.subjects.len());
            let inspections = self.subjects.iter().map(|subject| {
                Demand::Inspect(Box::new(Inspection {
                    imsi: subject.issued.imsi,
                    impi: subject.impi.clone(),
                    impu: subject.impu.clone(),
                }))
            });
            self.demands.extend(inspections);
        }
        if self.course.is_closed(now) {
            self.finish(ues);
        }
    }

    fn finish(&mut self, ues: &Ues) {
        self.course.finish();
        let seen = self.subjects.iter().map(|subject| judge::Seen {
            ue: ues.user(subject.id).ue(),
            facts: subject.facts,
        });
        let why = judge::judge(self.scenario, &self.heard, seen);
        let verdict = Verdict {
            scenario: self.scenario.name,
            as_named: why.is_empty(),
            what: self.heard.told(),
            why,
        };
        self.demands.push_back(Demand::Finished(Box::new(verdict)));
    }
}
