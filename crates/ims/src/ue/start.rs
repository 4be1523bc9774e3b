//! What the user wants.

use super::input::Start;
use super::output::{Event, Failure, Procedure};
use super::{Timer, Ue, Work};

impl Ue {
    /// What is wanted is begun, or was under way.
    pub(super) fn start(&mut self, work: &mut Work<'_>, start: Start) {
        match start {
            Start::Register => {
                self.wanted = true;
                let under_way = self.attempt.as_ref().map(|attempt| attempt.procedure);
                if matches!(
                    under_way,
                    Some(Procedure::Registration | Procedure::ReRegistration)
                ) {
                    return;
                }
                self.supersede(work);
                self.begin(work, self.next_procedure());
            }
            Start::RegisterAnew => {
                self.wanted = true;
                self.supersede(work);
                self.begin(work, Procedure::Registration);
            }
            Start::Deregister => {
                self.wanted = false;
                let under_way = self.attempt.as_ref().map(|attempt| attempt.procedure);
                if under_way == Some(Procedure::Deregistration) {
                    return;
                }
                self.supersede(work);
                if self.is_registered() {
                    self.begin(work, Procedure::Deregistration);
                } else {
                    work.event(Event::NotRegistered);
                }
            }
        }
    }

    /// The registration that is to be tried next.
    pub(super) const fn next_procedure(&self) -> Procedure {
        if self.is_registered() && !self.anew {
            Procedure::ReRegistration
        } else {
            Procedure::Registration
        }
    }

    /// Gives the attempt under way up, and the one that was to follow.
    fn supersede(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::Retry);
        if let Some(attempt) = self.attempt.take() {
            self.timers.stop(Timer::RegAwaitAuth);
            self.protection.fail();
            work.event(Event::Failed {
                procedure: attempt.procedure,
                why: Failure::Superseded,
                again: None,
            });
        }
    }
}
