//! What the UE is after, and how it begins, tries again and gives up (TS 24.501 5.5.1.2.7, 5.5.1.3.7, 5.6.1.7).
//!
//! ```text
//!   start ─► attempt 1 ─failed─► T3511 ─► attempt 2 … 5 ─failed─► T3502 ─► attempt 1
//! ```

use super::configuration::MAX_ATTEMPTS;
use super::input::{RegistrationIdentity, Start};
use super::kept::UpdateStatus;
use super::output::{Abandonment, Event, NotStarted};
use super::{Timer, Ue, Work};
use crate::path::{Registration, State};
use quintet_nas::fgs::{RegistrationType, ServiceType};

/// What the UE is after: kept while a procedure runs, and while it waits to be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    None,
    Register {
        registration_type: RegistrationType,
        identity: RegistrationIdentity,
    },
    Update {
        registration_type: RegistrationType,
    },
    Service {
        service_type: ServiceType,
    },
    Deregister {
        switch_off: bool,
    },
}

impl Goal {
    /// Whether it is tried again after a time.
    pub(super) const fn waits(self) -> bool {
        matches!(self, Self::Register { .. } | Self::Update { .. })
    }
}

impl Ue {
    /// The user wants something.
    pub(super) fn start(&mut self, work: &mut Work<'_>, start: Start) {
        if let Err(why) = self.may_start(start) {
            return work.event(Event::NotStarted(why));
        }
        if start == Start::PduSession {
            self.wants_session = true;
            return self.ask_for_session(work);
        }
        self.attempts = 0;
        match start {
            Start::Register {
                registration_type,
                identity,
            } => {
                self.supersede(work);
                self.path = State::DEREGISTERED;
                self.kept.session = None;
                self.wants_session = self.configuration.session.is_some();
                self.goal = Goal::Register {
                    registration_type,
                    identity,
                };
            }
            Start::Update { registration_type } => self.goal = Goal::Update { registration_type },
            Start::ServiceRequest { service_type } => self.goal = Goal::Service { service_type },
            Start::Deregister { switch_off } => {
                self.give_up_waiting();
                self.goal = Goal::Deregister { switch_off };
            }
            Start::PduSession => {}
        }
        self.attempt(work);
    }

    fn may_start(&self, start: Start) -> Result<(), NotStarted> {
        let registered = self.path.registration == Registration::Registered;
        let under_way = self.goal != Goal::None && self.is_connected();
        match start {
            Start::Deregister { .. } if !registered => Err(NotStarted::NotRegistered),
            Start::Deregister { .. } => Ok(()),
            Start::Register {
                registration_type, ..
            } if is_emergency(registration_type) => Ok(()),
            _ if self.timers.runs(Timer::T3346) => Err(NotStarted::Congestion),
            Start::Register { .. } if self.kept.usim_invalid => Err(NotStarted::InvalidUsim),
            Start::Register {
                identity: RegistrationIdentity::Imei,
                ..
            } => Err(NotStarted::NoIdentity),
            Start::Register { .. } if self.identity.subscription.is_none() => Err(NotStarted::NoIdentity),
            Start::Register { .. } => Ok(()),
            _ if !registered => Err(NotStarted::NotRegistered),
            _ if under_way => Err(NotStarted::Busy),
            Start::Update { .. } => Ok(()),
            Start::ServiceRequest { .. } if self.contexts.current.is_none() => Err(NotStarted::NoContext),
            Start::ServiceRequest { .. } if self.is_connected() && !self.path.is_secure() => {
                Err(NotStarted::NotConnected)
            }
            Start::ServiceRequest { .. } => Ok(()),
            Start::PduSession if self.configuration.session.is_none() || self.kept.session.is_some() => {
                Err(NotStarted::NoSession)
            }
            Start::PduSession if !self.path.is_secure() => Err(NotStarted::NotConnected),
            Start::PduSession => Ok(()),
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
        if let Some(connection) = &mut self.connection {
            // What the network wanted of the old registration is superseded too.
            connection.reregister = false;
            connection.update = false;
        }
        self.release(work);
        self.timers.stop(Timer::T3512);
    }

    /// Nothing is tried again.
    pub(super) fn give_up_waiting(&mut self) {
        self.goal = Goal::None;
        self.timers.stop(Timer::T3502);
        self.timers.stop(Timer::T3511);
    }

    /// Begins what the goal says.
    pub(super) fn attempt(&mut self, work: &mut Work<'_>) {
        self.timers.stop(Timer::T3502);
        self.timers.stop(Timer::T3511);
        self.timers.stop(Timer::T3512);
        match self.goal {
            Goal::None => {}
            Goal::Register {
                registration_type,
                identity,
            } => self.register(work, registration_type, identity),
            Goal::Update { registration_type } => self.update(work, registration_type),
            Goal::Service { service_type } => self.service_request(work, service_type),
            Goal::Deregister { switch_off } => self.deregister(work, switch_off),
        }
    }

    /// An ordinary registration, of the UE's own accord.
    pub(super) fn register_usual(&mut self, work: &mut Work<'_>) {
        self.start(work, Start::REGISTER);
    }

    /// The attempt has failed without the network's word, or with one that says no more than that it failed: the
    /// connection is given up, and another attempt follows in time (TS 24.501 5.5.1.2.7, 5.5.1.3.7, 5.6.1.7).
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
                .start(Timer::T3511, work.now + self.configuration.timers.t3511);
            return;
        }
        self.attempts = 0;
        match goal {
            // What the network knew of the UE may be what is wrong (TS 24.501 5.5.1.2.7).
            Goal::Register { .. } => {
                self.kept.forget(UpdateStatus::NotUpdated);
                self.contexts.forget();
            }
            _ => {
                self.kept.tais = Box::default();
                self.kept.status = UpdateStatus::NotUpdated;
            }
        }
        match self.kept.t3502.unwrap_or(Some(self.configuration.timers.t3502)) {
            Some(t3502) => self.timers.start(Timer::T3502, work.now + t3502),
            // "Deactivated", or zero: at once (TS 24.501 5.3.8 leaves nothing to wait for).
            None => self.timers.start(Timer::T3502, work.now),
        }
    }
}

/// Whether it is for emergency services.
pub(super) fn is_emergency(registration_type: RegistrationType) -> bool {
    registration_type.registration_type() == RegistrationType::EMERGENCY_REGISTRATION
}
