//! What the UE is after, and how it begins, tries again and gives up (TS 24.301 5.5.1.2.6, 5.5.3.2.6, 5.6.1.6).
//!
//! ```text
//!   start ─► attempt 1 ─failed─► T3411 ─► attempt 2 … 5 ─failed─► T3402 ─► attempt 1
//! ```

use super::configuration::MAX_ATTEMPTS;
use super::input::{AttachIdentity, Start};
use super::kept::UpdateStatus;
use super::output::{Abandonment, Event, NotStarted};
use super::{Timer, Ue, Work};
use crate::path::{Registration, State};
use quintet_nas::eps::{EpsAttachType, EpsUpdateType};

/// What the UE is after: kept while a procedure runs, and while it waits to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    None,
    Attach {
        attach_type: EpsAttachType,
        identity: AttachIdentity,
    },
    Update {
        update_type: EpsUpdateType,
    },
    Service,
    Detach {
        switch_off: bool,
    },
}

impl Goal {
    /// Whether it is tried again after a time.
    pub(super) const fn waits(self) -> bool {
        matches!(self, Self::Attach { .. } | Self::Update { .. })
    }
}

impl Ue {
    /// The user wants something.
    pub(super) fn start(&mut self, work: &mut Work<'_>, start: Start) {
        match self.may_start(start) {
            Ok(()) => {}
            Err(why) => return work.event(Event::NotStarted(why)),
        }
        self.attempts = 0;
        match start {
            Start::Attach {
                attach_type,
                identity,
            } => {
                self.supersede(work);
                self.path = State::DEREGISTERED;
                self.goal = Goal::Attach {
                    attach_type,
                    identity,
                };
            }
            Start::TrackingAreaUpdate { update_type } => self.goal = Goal::Update { update_type },
            Start::ServiceRequest => self.goal = Goal::Service,
            Start::Detach { switch_off } => {
                self.give_up_waiting();
                self.goal = Goal::Detach { switch_off };
            }
        }
        self.attempt(work);
    }

    fn may_start(&self, start: Start) -> Result<(), NotStarted> {
        let registered = self.path.registration == Registration::Registered;
        let emergency = matches!(
            start,
            Start::Attach {
                attach_type: EpsAttachType::EPS_EMERGENCY_ATTACH,
                ..
            }
        );
        let under_way = self.goal != Goal::None && self.is_connected();
        match start {
            Start::Detach { .. } if !registered => Err(NotStarted::NotRegistered),
            Start::Detach { .. } => Ok(()),
            Start::Attach { .. } if emergency => Ok(()),
            _ if self.timers.runs(Timer::T3346) => Err(NotStarted::Congestion),
            Start::Attach { .. } if self.kept.usim_invalid => Err(NotStarted::InvalidUsim),
            Start::Attach {
                identity: AttachIdentity::Imei,
                ..
            } => Err(NotStarted::NoIdentity),
            Start::Attach { .. } if self.identity.imsi.is_none() => Err(NotStarted::NoIdentity),
            Start::Attach { .. } => Ok(()),
            _ if !registered => Err(NotStarted::NotRegistered),
            _ if under_way => Err(NotStarted::Busy),
            Start::TrackingAreaUpdate { .. } => Ok(()),
            Start::ServiceRequest if self.is_connected() => Err(NotStarted::Connected),
            Start::ServiceRequest if self.contexts.current.is_none() => Err(NotStarted::NoContext),
            Start::ServiceRequest => Ok(()),
        }
    }

    /// Leaves what is under way for something else.
    fn supersede(&mut self, work: &mut Work<'_>) {
        if let Some(procedure) = self.procedure() {
            let attempt = self.attempts + 1;
            work.event(Event::Abandoned {
                procedure,
                why: Abandonment::Superseded,
                attempt,
            });
        }
        self.give_up_waiting();
        self.release(work);
        self.timers.stop(Timer::T3412);
    }

    /// Nothing is tried again.
    pub(super) fn give_up_waiting(&mut self) {
        self.goal = Goal::None;
        self.timers.stop(Timer::T3402);
        self.timers.stop(Timer::T3411);
    }

    /// Begins what the goal says.
    pub(super) fn attempt(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::T3402);
        self.timers.stop(Timer::T3411);
        self.timers.stop(Timer::T3412);
        match self.goal {
            Goal::None => {}
            Goal::Attach {
                attach_type,
                identity,
            } => self.attach(work, attach_type, identity),
            Goal::Update { update_type } => self.update(work, update_type),
            Goal::Service => self.service_request(work),
            Goal::Detach { switch_off } => self.detach(work, switch_off),
        }
    }

    /// An ordinary attach, of the UE's own accord.
    pub(super) fn attach_usual(&mut self, work: &mut Work<'_>) {
        self.start(work, Start::ATTACH);
    }

    /// The attempt has failed without the network's word, or with one that says no more than that it failed: the
    /// connection is given up, and another attempt follows in time (TS 24.301 5.5.1.2.6, 5.5.3.2.6, 5.6.1.6).
    pub(super) fn abandon(&mut self, work: &mut Work<'_>, why: Abandonment) {
        if let Some(procedure) = self.procedure() {
            self.attempts = self.attempts.saturating_add(1);
            let attempt = self.attempts;
            work.event(Event::Abandoned {
                procedure,
                why,
                attempt,
            });
        }
        self.failed(work);
    }

    /// The attempt that was counted has failed: what comes next.
    pub(super) fn failed(&mut self, work: &mut Work<'_>) {
        let goal = self.goal;
        if !goal.waits() || !self.configuration.automatic {
            self.goal = Goal::None;
            if matches!(goal, Goal::Update { .. }) {
                self.kept.status = UpdateStatus::NotUpdated;
            }
        }
        // Before the release: this attempt is over, and its end is no further failure.
        self.path = self.path.released();
        if self.connection.take().is_some() {
            work.outputs.push(super::Output::Release);
            self.contexts.partial = None;
            self.timers.stop_connection();
        }
        if !goal.waits() || !self.configuration.automatic {
            return;
        }
        if self.attempts < MAX_ATTEMPTS {
            self.timers
                .start(Timer::T3411, work.now + self.configuration.timers.t3411);
            return;
        }
        self.attempts = 0;
        match goal {
            // What the network knew of the UE may be what is wrong (TS 24.301 5.5.1.2.6).
            Goal::Attach { .. } => {
                self.kept.forget(UpdateStatus::NotUpdated);
                self.contexts.forget();
            }
            _ => {
                self.kept.tais = Box::default();
                self.kept.status = UpdateStatus::NotUpdated;
            }
        }
        let t3402 = self.kept.t3402.unwrap_or(self.configuration.timers.t3402);
        self.timers.start(Timer::T3402, work.now + t3402);
    }
}
