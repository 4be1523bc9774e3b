//! What ends or changes registrations without a REGISTER: time, the HSS, the operator (TS 24.229 5.4.1.5, TS 29.228 6.1.3, 6.2.2).

use super::event::{ContactEvent, Event, SetChange};
use super::input::NetworkReason;
use super::output::{CxRequest, Output};
use super::session::{Environment, Session, Work};
use quintet_cx::profile::ImsSubscription;
use quintet_cx::{ReasonCode, ServerAssignmentType};
use quintet_identity::Impu;
use std::sync::Arc;
use std::time::Duration;

impl Session {
    /// What is due by now, one request to the HSS at a time.
    pub(super) fn due(&mut self, env: &mut Environment<'_>) {
        let late = self
            .outstanding
            .take_if(|challenge| challenge.deadline <= env.at.now);
        if let Some(challenge) = late {
            self.unanswered(env, challenge.impu);
        }
        let mut index = 0;
        while self.work.is_none() && index < self.sets.len() {
            if !self.end_doomed(env, index) {
                self.expire(env, index);
            }
            index += 1;
        }
    }

    /// Contacts whose time is over. The set ends with the last one.
    fn expire(&mut self, env: &mut Environment<'_>, index: usize) {
        let set = &mut self.sets[index];
        let over = set.bindings.extract_if(.., |binding| binding.until <= env.at.now);
        let gone: Vec<_> = over.map(|binding| (binding, ContactEvent::Expired)).collect();
        if gone.is_empty() {
            return;
        }
        if set.is_registered() {
            let event = Event::Set {
                id: set.id,
                impus: set.impus(),
                profile: Arc::clone(&set.profile),
                change: SetChange::Contacts,
                contacts: gone,
                by: None,
            };
            env.outputs.push(Output::Changed);
            env.outputs.push(Output::Event(event));
            return;
        }
        let assignment = match env.policy.keep_name {
            true => ServerAssignmentType::TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME,
            false => ServerAssignmentType::TIMEOUT_DEREGISTRATION,
        };
        self.tell_end(env, index, assignment, gone);
    }

    /// A set that the operator ends. `false` if it is none.
    fn end_doomed(&mut self, env: &mut Environment<'_>, index: usize) -> bool {
        let set = &mut self.sets[index];
        let Some(event) = set.doomed else {
            return false;
        };
        let gone = set.bindings.drain(..).map(|binding| (binding, event)).collect();
        self.tell_end(
            env,
            index,
            ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION,
            gone,
        );
        true
    }

    fn tell_end(
        &mut self,
        env: &mut Environment<'_>,
        index: usize,
        assignment: ServerAssignmentType,
        gone: Vec<(super::Binding, ContactEvent)>,
    ) {
        let set = &self.sets[index];
        let first = gone.first().map(|(binding, _)| &binding.impu);
        let impu = first.or(set.members.first().map(|member| &member.impu));
        env.cx(CxRequest::Sar {
            // The HSS ends the whole set with one of its identities (TS 29.228 6.1.2.1).
            impus: impu.cloned().into_iter().collect(),
            assignment,
            has_profile: false,
        });
        self.work = Some(Work::Ending {
            set: Some(set.id),
            reply: None,
            gone,
        });
    }

    /// RTR: the HSS knows already.
    pub(super) fn terminated(&mut self, env: &mut Environment<'_>, impus: &[Impu], reason: ReasonCode) {
        let (event, change) = match reason {
            ReasonCode::PERMANENT_TERMINATION => (ContactEvent::Rejected, SetChange::Deregistered),
            ReasonCode::NEW_SERVER_ASSIGNED | ReasonCode::REMOVE_S_CSCF => {
                (ContactEvent::Deactivated, SetChange::Dropped)
            }
            // SERVER_CHANGE, and what later releases add: the user registers again.
            _ => (ContactEvent::Deactivated, SetChange::Deregistered),
        };
        let concerns = |impu: &Impu| impus.is_empty() || impus.contains(impu);
        self.outstanding.take_if(|challenge| concerns(&challenge.impu));
        self.pending.take_if(|impu| concerns(impu));
        let concerned: Vec<_> = self
            .sets
            .iter()
            .filter(|set| impus.is_empty() || set.has_any(impus))
            .map(|set| set.id)
            .collect();
        for id in concerned {
            let set = self.sets.iter_mut().find(|set| set.id == id);
            let bindings = set.map_or_else(Vec::new, |set| std::mem::take(&mut set.bindings));
            let gone = bindings.into_iter().map(|binding| (binding, event)).collect();
            self.end(env, Some(id), gone, (change, None));
        }
    }

    /// PPR: what is registered goes on with another profile; if no identity of it may be used any more, it ends.
    pub(super) fn profile(&mut self, env: &mut Environment<'_>, profile: Arc<ImsSubscription>) {
        let impus = super::set::impus(&profile);
        for set in self.sets.iter_mut().filter(|set| set.has_any(&impus)) {
            set.apply(Arc::clone(&profile));
            if set.associated().next().is_none() {
                set.doomed = Some(ContactEvent::Rejected);
            }
            env.outputs.push(Output::Changed);
            env.outputs.push(Output::Event(Event::Set {
                id: set.id,
                impus: set.impus(),
                profile: Arc::clone(&set.profile),
                change: SetChange::Profile,
                contacts: Vec::new(),
                by: None,
            }));
        }
    }

    /// The operator wants the user authenticated anew: what is left of its registrations is cut to so many seconds, and it is told
    /// (TS 24.229 5.4.1.6, TS 33.203 6.1.4). A REGISTER that comes then is challenged.
    pub(super) fn shorten(&mut self, env: &mut Environment<'_>, impus: &[Impu], expires: u32) {
        let told_until = env.at.now + Duration::from_secs(u64::from(expires));
        let mut any = false;
        for set in &mut self.sets {
            if !set.is_registered() || !(impus.is_empty() || set.has_any(impus)) {
                continue;
            }
            let mut contacts = Vec::new();
            for binding in set.bindings.iter_mut().filter(|it| it.told_until > told_until) {
                binding.told_until = told_until;
                binding.until = told_until + env.policy.expiry_margin;
                contacts.push((binding.clone(), ContactEvent::Shortened));
            }
            if contacts.is_empty() {
                continue;
            }
            any = true;
            env.outputs.push(Output::Changed);
            env.outputs.push(Output::Event(Event::Set {
                id: set.id,
                impus: set.impus(),
                profile: Arc::clone(&set.profile),
                change: SetChange::Contacts,
                contacts,
                by: None,
            }));
        }
        if any {
            self.authenticated = None;
        }
    }

    /// The operator ends registrations: SAR ADMINISTRATIVE_DEREGISTRATION, one set after the other.
    pub(super) fn deregister_by_network(
        &mut self,
        _: &mut Environment<'_>,
        impus: &[Impu],
        reason: NetworkReason,
    ) {
        let event = match reason {
            NetworkReason::Deactivated => ContactEvent::Deactivated,
            NetworkReason::Rejected => ContactEvent::Rejected,
        };
        for set in &mut self.sets {
            if impus.is_empty() || set.has_any(impus) {
                set.doomed = Some(event);
            }
        }
    }
}
