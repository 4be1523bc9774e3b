//! An authenticated REGISTER: contacts bound, refreshed, taken away; the HSS told (TS 24.229 5.4.1.2.2, 5.4.1.4; TS 29.228 6.1.2).

use super::binding::Binding;
use super::check::Proof;
use super::event::{ContactEvent, Event, Phase, SetChange};
use super::input::{Assigned, Contact, ContactSet, CxFailure, Register};
use super::output::{Accepted, AuthenticationInfo, CxRequest, Output, Refusal, RefusalCause, Reply};
use super::policy::{MAX_SETS, Policy};
use super::session::{Environment, Session, Work};
use super::set::{RegistrationSet, SetId};
use quintet_cx::ServerAssignmentType;
use quintet_cx::profile::ImsSubscription;
use std::sync::Arc;

/// What a REGISTER asks for.
#[derive(Debug)]
pub(super) struct Change {
    /// Contacts to bind, and for how many seconds.
    adds: Vec<(Contact, u32)>,
    /// Contacts to take away.
    removes: Vec<Contact>,
    /// All of them.
    all: bool,
    /// Whether the UE had nothing of before that protected it.
    initial: bool,
    /// What the UE is told of its response.
    info: Option<AuthenticationInfo>,
}

impl Change {
    fn of(policy: &Policy, register: &Register, proof: Option<Proof>) -> Self {
        let (initial, info) = proof.map_or((false, None), |proof| (proof.initial, proof.info));
        let mut change = Self {
            adds: Vec::new(),
            removes: Vec::new(),
            all: false,
            initial,
            info,
        };
        let contacts = match &register.contacts {
            ContactSet::All => {
                change.all = true;
                return change;
            }
            ContactSet::These(contacts) => contacts,
        };
        for contact in contacts {
            let asked = contact
                .expires
                .or(register.expires)
                .unwrap_or(policy.default_expires);
            let longest = match contact.emergency {
                true => policy.emergency_expires,
                false => policy.max_expires,
            };
            match asked.min(longest) {
                0 => change.removes.push(contact.clone()),
                expires => change.adds.push((contact.clone(), expires)),
            }
        }
        change
    }

    fn takes(&self, binding: &Binding) -> bool {
        self.all || self.removes.iter().any(|contact| binding.is_of(contact))
    }
}

impl Session {
    /// The sender is who it says, by a response (`proof`) or by its security association.
    pub(super) fn accept(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        proof: Option<Proof>,
    ) {
        if proof.is_some() {
            env.phase(Phase::Authenticated);
            self.authenticated = Some(env.at.now);
            (self.resynchronisations, self.stale) = (0, 0);
        }
        let change = Change::of(env.policy, &register, proof);
        let set = self.set_of(&register.impu);
        if set.is_some_and(|set| out_of_order(set, &register)) {
            return env.refuse(register.id, 500, RefusalCause::OutOfOrder);
        }
        if !change.adds.is_empty() {
            let kept = set.map_or(0, |set| kept(env.policy, set, &register, &change));
            if kept + change.adds.len() > env.policy.max_contacts {
                return env.refuse(register.id, 403, RefusalCause::TooManyContacts);
            }
            return self.assign(env, register, Box::new(change));
        }
        if change.all || !change.removes.is_empty() {
            return self.take_away(env, &register, change);
        }
        // Which contacts are there?
        let reply = Reply::Accepted(Box::new(accepted(env, set, &register, change.info)));
        env.reply(register.id, reply);
    }

    /// SAR REGISTRATION, or RE_REGISTRATION where the policy wants it.
    fn assign(&mut self, env: &mut Environment<'_>, register: Box<Register>, change: Box<Change>) {
        let again = self.is_registered(&register.impu);
        if again && !env.policy.put_on_reregistration {
            let id = self.set_of(&register.impu).map(|set| set.id);
            return self.bind(env, &register, *change, id);
        }
        self.ask_assignment(env, register, change, again);
    }

    fn ask_assignment(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        change: Box<Change>,
        again: bool,
    ) {
        env.cx(CxRequest::Sar {
            impus: vec![register.impu.clone()],
            assignment: match again {
                true => ServerAssignmentType::RE_REGISTRATION,
                false => ServerAssignmentType::REGISTRATION,
            },
            has_profile: again,
        });
        self.work = Some(Work::Assigning {
            register,
            change,
            again,
        });
    }

    /// SAA to REGISTRATION or RE_REGISTRATION, or none.
    pub(super) fn assignment_came(
        &mut self,
        env: &mut Environment<'_>,
        register: Box<Register>,
        change: Box<Change>,
        again: bool,
        outcome: Result<Assigned, CxFailure>,
    ) {
        let assigned = match outcome {
            Ok(assigned) => assigned,
            // The HSS has lost what it knew of the registration: it is a first one to it.
            Err(CxFailure::IdentityNotRegistered | CxFailure::InAssignmentType) if again => {
                return self.ask_assignment(env, register, change, false);
            }
            Err(failure) => {
                env.phase(Phase::Failed(failure));
                let refusal = Refusal::of_cx(failure, env.policy.retry_after);
                // The HSS granted it, with a profile that cannot be read.
                if failure == CxFailure::Unusable && !again {
                    return self.undo(env, &register, refusal, None);
                }
                return env.reply(register.id, Reply::Refused(refusal));
            }
        };
        self.pending = None;
        let id = match assigned.profile {
            Some(profile) => self.place(profile),
            None => self.set_of(&register.impu).map(|set| set.id),
        };
        let set = id.and_then(|id| self.sets.iter().find(|set| set.id == id));
        let refusal = match set {
            // RTR took it away meanwhile, and the profile with it.
            None if again => return self.ask_assignment(env, register, change, false),
            None => Some(Refusal::new(500, RefusalCause::Hss(CxFailure::Unusable))),
            Some(set) if !set.has(&register.impu) => {
                Some(Refusal::new(500, RefusalCause::Hss(CxFailure::Unusable)))
            }
            // Nobody is kept from calling for help (TS 29.228 6.1.1.1, UAR-Flags).
            Some(set) if set.associated().next().is_none() && !register.is_emergency() => {
                Some(Refusal::new(403, RefusalCause::Barred))
            }
            Some(_) => None,
        };
        match refusal {
            None => self.bind(env, &register, *change, id),
            Some(refusal) => self.undo(env, &register, refusal, id),
        }
    }

    /// The HSS registered what cannot be served: it is told so.
    fn undo(&mut self, env: &mut Environment<'_>, register: &Register, refusal: Refusal, id: Option<SetId>) {
        let set = id.filter(|id| self.sets.iter().any(|set| set.id == *id && !set.is_registered()));
        env.cx(CxRequest::Sar {
            impus: vec![register.impu.clone()],
            assignment: ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION,
            has_profile: false,
        });
        self.work = Some(Work::Ending {
            set,
            reply: Some((register.id, Reply::Refused(refusal))),
            gone: Vec::new(),
        });
    }

    /// The set that a profile is of: one that has an identity of it, or a new one.
    fn place(&mut self, profile: Arc<ImsSubscription>) -> Option<SetId> {
        let new = RegistrationSet::new(SetId(self.next_set), profile);
        let impus = new.impus();
        if let Some(set) = self.sets.iter_mut().find(|set| set.has_any(&impus)) {
            set.apply(new.profile);
            return Some(set.id);
        }
        if self.sets.len() >= MAX_SETS || new.members.is_empty() {
            return None;
        }
        self.next_set = self.next_set.wrapping_add(1);
        let id = new.id;
        self.sets.push(new);
        Some(id)
    }

    /// Contacts are bound: 200.
    fn bind(&mut self, env: &mut Environment<'_>, register: &Register, change: Change, id: Option<SetId>) {
        let Some(set) = self.sets.iter_mut().find(|set| Some(set.id) == id) else {
            return env.refuse(register.id, 500, RefusalCause::Superseded);
        };
        let first = !set.is_registered();
        let mut contacts = Vec::new();
        let replaced = |binding: &Binding| replaces(env.policy, register, &change, binding);
        for binding in set.bindings.extract_if(.., |binding| change.takes(binding)) {
            contacts.push((binding, ContactEvent::Unregistered));
        }
        for binding in set.bindings.extract_if(.., |binding| replaced(binding)) {
            contacts.push((binding, ContactEvent::Deactivated));
        }
        for (contact, expires) in &change.adds {
            let now = env.at.now;
            let mut binding = Binding::new(register, contact, now, *expires, env.policy.expiry_margin);
            let event = match set.bindings.iter().position(|binding| binding.is_of(contact)) {
                Some(at) => {
                    binding.since = set.bindings[at].since;
                    set.bindings[at] = binding.clone();
                    ContactEvent::Refreshed
                }
                None => {
                    set.bindings.push(binding.clone());
                    ContactEvent::Registered
                }
            };
            contacts.push((binding, event));
        }
        let event = Event::Set {
            id: set.id,
            impus: set.impus(),
            profile: Arc::clone(&set.profile),
            change: match first {
                true => SetChange::Registered,
                false => SetChange::Refreshed,
            },
            contacts,
            by: Some(register.id),
        };
        let reply = Reply::Accepted(Box::new(accepted(env, Some(set), register, change.info)));
        env.outputs.push(Output::Changed);
        env.reply(register.id, reply);
        env.outputs.push(Output::Event(event));
    }

    /// De-registration by the UE (TS 24.229 5.4.1.4): the set ends with its last contact.
    fn take_away(&mut self, env: &mut Environment<'_>, register: &Register, change: Change) {
        let set = self.sets.iter_mut().find(|set| set.has(&register.impu));
        let mut gone = Vec::new();
        if let Some(set) = set {
            for binding in set.bindings.extract_if(.., |binding| change.takes(binding)) {
                gone.push((binding, ContactEvent::Unregistered));
            }
            if set.is_registered() {
                let event = Event::Set {
                    id: set.id,
                    impus: set.impus(),
                    profile: Arc::clone(&set.profile),
                    change: SetChange::Contacts,
                    contacts: gone,
                    by: Some(register.id),
                };
                let reply = Reply::Accepted(Box::new(accepted(env, Some(set), register, change.info)));
                env.outputs.push(Output::Changed);
                env.reply(register.id, reply);
                env.outputs.push(Output::Event(event));
                return;
            }
        }
        self.pending = None;
        let id = self.set_of(&register.impu).map(|set| set.id);
        let reply = Reply::Accepted(Box::new(accepted(env, None, register, change.info)));
        env.cx(CxRequest::Sar {
            impus: vec![register.impu.clone()],
            assignment: match env.policy.keep_name {
                true => ServerAssignmentType::USER_DEREGISTRATION_STORE_SERVER_NAME,
                false => ServerAssignmentType::USER_DEREGISTRATION,
            },
            has_profile: false,
        });
        self.work = Some(Work::Ending {
            set: id,
            reply: Some((register.id, reply)),
            gone,
        });
    }
}

/// Whether a REGISTER comes after one that came later (RFC 3261 10.3, step 7).
fn out_of_order(set: &RegistrationSet, register: &Register) -> bool {
    set.bindings.iter().any(|binding| {
        let concerned = match &register.contacts {
            ContactSet::All => true,
            ContactSet::These(contacts) => contacts.iter().any(|contact| binding.is_of(contact)),
        };
        concerned && binding.is_newer_than(register)
    })
}

/// Whether a first registration takes the place of a contact: what this user had, without flows (TS 24.229 5.4.1.2.2).
fn replaces(policy: &Policy, register: &Register, change: &Change, binding: &Binding) -> bool {
    policy.initial_replaces
        && change.initial
        && binding.call_id != register.call_id
        && binding.contact.reg_id.is_none()
        && !change.adds.iter().any(|(contact, _)| {
            contact.reg_id.is_some()
                || contact.emergency != binding.contact.emergency
                || binding.is_of(contact)
        })
}

/// How many contacts stay beside those that are added.
fn kept(policy: &Policy, set: &RegistrationSet, register: &Register, change: &Change) -> usize {
    let goes = |binding: &&Binding| {
        change.takes(binding)
            || replaces(policy, register, change, binding)
            || change.adds.iter().any(|(contact, _)| binding.is_of(contact))
    };
    set.bindings.len() - set.bindings.iter().filter(goes).count()
}

/// What a 200 says.
fn accepted(
    env: &Environment<'_>,
    set: Option<&RegistrationSet>,
    register: &Register,
    info: Option<AuthenticationInfo>,
) -> Accepted {
    let bindings = set.map_or(&[][..], |set| &set.bindings);
    let listed = |binding: &Binding| (binding.clone(), binding.remaining(env.at.now));
    Accepted {
        contacts: bindings.iter().map(listed).collect(),
        associated: set.map_or_else(Vec::new, |set| set.associated().cloned().collect()),
        registered: !bindings.is_empty(),
        path: register.path.clone(),
        info,
    }
}
