//! What time brings, and what follows a change: attempts, registrations and associations that end.

use super::event::{Ended, PcscfEvent};
use super::node::Pcscf;
use crate::proxy::{RelayEvent, Whose};
use quintet_esp::SaCommand;
use quintet_ims::registrar::At;
use quintet_sip::Status;
use std::time::Duration;

impl Pcscf {
    /// When [`timeout`](Self::timeout) is due, on the clock of [`At::now`].
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        [self.relay.poll_timeout(), self.schedule.next()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Time passed.
    pub fn timeout(&mut self, at: At) {
        self.epoch = at.wall.saturating_sub(at.now);
        self.relay.timeout(at.now);
        self.failures(at);
        while let Some(place) = self.schedule.pop(at.now) {
            if let Some(registration) = self.table.get_mut(place) {
                registration.armed = None;
            }
            self.due(at, place);
        }
    }

    /// Requests that got no answer: a REGISTER's attempt ends with it.
    pub(super) fn failures(&mut self, at: At) {
        while let Some(event) = self.relay.poll_event() {
            let RelayEvent::Failed(client, whose, status) = event else {
                continue;
            };
            match whose {
                Whose::Own(number) => self.subscription_failed(number),
                Whose::Forwarded(_) => {
                    // TS 24.229 5.2.2.1: the home network cannot be reached.
                    let status = match self.exchanges.remove(&client) {
                        Some(exchange) => {
                            self.attempt_failed(exchange.place, Status::SERVER_TIME_OUT);
                            Status::SERVER_TIME_OUT
                        }
                        None => status,
                    };
                    self.relay.fail(at.now, client, status);
                }
            }
        }
    }

    /// What a registration's deadline brings: attempts, identities and associations that have expired.
    fn due(&mut self, at: At, place: u32) {
        let now = at.now;
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        registration.sets.timeout(now);
        let impi = registration.impi.clone();
        let given_up = registration
            .attempt
            .take_if(|attempt| attempt.until <= now)
            .is_some();
        if given_up {
            registration.sets.fail();
            self.report(|| PcscfEvent::Unanswered { impi: impi.clone() });
        }
        let expired = self.table.get_mut(place).and_then(|registration| {
            let bound = registration.bound.as_mut()?;
            let before = bound.aors.len();
            bound.aors.retain(|aor| aor.expires > now);
            (bound.aors.len() < before).then_some(bound.aors.is_empty())
        });
        if expired.is_some() {
            self.saves.note(place);
        }
        if expired == Some(true) {
            self.end(at, place, Ended::Expired);
            return;
        }
        self.settle(place);
    }

    /// The registration is over: associations last for what is still to be said.
    pub(super) fn end(&mut self, at: At, place: u32, why: Ended) {
        self.table.bind(place, None);
        self.saves.note(place);
        if let Some(registration) = self.table.get_mut(place) {
            registration.subscription = None;
            registration.sets.close(at.now);
            let impi = registration.impi.clone();
            self.report(|| PcscfEvent::Deregistered { impi, why });
        }
        self.settle(place);
    }

    /// After a change: associations set up and deleted, the deadline moved, what is empty forgotten.
    pub(super) fn settle(&mut self, place: u32) {
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        let mut gone = Vec::new();
        while let Some(command) = registration.sets.poll_command() {
            match command {
                SaCommand::RemoveSet(set) => {
                    gone.push(set);
                    self.removals.push_back(command);
                }
                command => self.installs.push_back(command),
            }
        }
        for set in gone {
            if let Some(spis) = self.table.release(set) {
                self.spis.release(spis);
            }
        }
        let Some(registration) = self.table.get_mut(place) else {
            return;
        };
        if registration.is_idle() {
            self.schedule.set(&mut registration.armed, None, place);
            self.table.remove(place);
            return;
        }
        let deadline = registration.deadline();
        self.schedule.set(&mut registration.armed, deadline, place);
    }
}
