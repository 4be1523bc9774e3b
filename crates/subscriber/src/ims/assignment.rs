//! S-CSCF registration and de-registration notification (TS 29.228 6.1.2): every Server-Assignment-Type.
//!
//! ```text
//!                        REGISTRATION, RE_REGISTRATION      UNREGISTERED_USER        *_DEREGISTRATION   AUTHENTICATION_*
//!  NotRegistered         Registered, name stored            Unregistered, stored     =                  name cleared
//!  AuthenticationPending Registered, flag cleared           Unregistered, stored     flag cleared       flag, name cleared
//!  Registered            =                                  see `unregistered_user`  NotRegistered *    flag cleared
//!  Unregistered          Registered                         =                        NotRegistered *    flag cleared
//!
//!  * the name goes with the last set that is served or pending; *_STORE_SERVER_NAME: Unregistered, if the operator
//!    has it so. A set that several private identities registered stays until the last is gone.
//! ```
//!
//! What repeats a request finds the state it wanted and changes nothing: a lost answer costs nothing.

mod server;

use super::registrations::{add, remove};
use super::{
    Decision, ImsRecord, Policy, PublicIdentityKind, RegistrationSet, RegistrationState, Restoration, Server,
};
use quintet_cx::{ExperimentalResult, Outcome, ScscfRestorationInfo, ServerAssignmentType};
use quintet_diameter::ResultCode;
use quintet_identity::{Impi, Impu};

/// A Server-Assignment-Request.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// User-Name.
    pub impi: Option<&'a Impi>,
    /// Public-Identity.
    pub impus: &'a [Impu],
    /// Server-Name, with the origin of the request.
    pub server: &'a Server,
    /// Server-Assignment-Type.
    pub assignment_type: ServerAssignmentType,
    /// SCSCF-Restoration-Info.
    pub restoration: Option<&'a ScscfRestorationInfo>,
    /// Whether Multiple-Registration-Indication says so.
    pub multiple_registration: bool,
}

/// A request that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// SUCCESS, SUCCESS_SERVER_NAME_NOT_STORED; or ERROR_IN_ASSIGNMENT_TYPE with restoration information.
    pub outcome: Outcome,
    /// Whose profile the S-CSCF gets, if it needs it: a private identity, and the number of the set.
    pub profile: Option<(Impi, u16)>,
    /// Associated-Identities: all private identities, if there are several.
    pub associated: Vec<Impi>,
    /// Associated-Registered-Identities: those that registered the set, with IMS restoration.
    pub associated_registered: Vec<Impi>,
    /// SCSCF-Restoration-Info.
    pub restoration: Vec<ScscfRestorationInfo>,
}

impl Assigned {
    fn plain(outcome: impl Into<Outcome>) -> Self {
        Self {
            outcome: outcome.into(),
            profile: None,
            associated: Vec::new(),
            associated_registered: Vec::new(),
            restoration: Vec::new(),
        }
    }
}

impl ImsRecord {
    /// Decides the answer, in the order of TS 29.228 6.1.2.1; a type that does not fit the state is refused (TS 29.228 8.1.3).
    ///
    /// # Errors
    /// The result of the refusal: ERROR_USER_UNKNOWN, ERROR_IDENTITIES_DONT_MATCH, AVP_OCCURS_TOO_MANY_TIMES,
    /// MISSING_AVP (an identity that this type needs), ERROR_IN_ASSIGNMENT_TYPE, ERROR_IDENTITY_ALREADY_REGISTERED,
    /// UNABLE_TO_COMPLY (an S-CSCF that is not the one that is stored).
    pub fn assign(&self, request: &Assignment<'_>, policy: Policy) -> Result<Decision<Assigned>, Outcome> {
        type Sat = ServerAssignmentType;
        let sets = self.sets_of(request)?;
        match request.assignment_type {
            Sat::REGISTRATION | Sat::RE_REGISTRATION => self.register(request, one(&sets)?, policy),
            Sat::UNREGISTERED_USER => self.unregistered_user(request, one(&sets)?, policy),
            Sat::NO_ASSIGNMENT | Sat::RESTORATION => self.no_assignment(request, one(&sets)?, policy),
            Sat::TIMEOUT_DEREGISTRATION
            | Sat::USER_DEREGISTRATION
            | Sat::ADMINISTRATIVE_DEREGISTRATION
            | Sat::DEREGISTRATION_TOO_MUCH_DATA => self.end(request, &sets, false),
            Sat::TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME | Sat::USER_DEREGISTRATION_STORE_SERVER_NAME => {
                let mut decision = self.end(request, &sets, policy.keep_server_name)?;
                if !policy.keep_server_name {
                    decision.answer.outcome = ExperimentalResult::SUCCESS_SERVER_NAME_NOT_STORED.into();
                }
                Ok(decision)
            }
            Sat::AUTHENTICATION_FAILURE | Sat::AUTHENTICATION_TIMEOUT => self.failed(request, one(&sets)?),
            _ => Err(ExperimentalResult::ERROR_IN_ASSIGNMENT_TYPE.into()),
        }
    }

    /// The sets a request is about. Without public identities: those of the private identity.
    fn sets_of(&self, request: &Assignment<'_>) -> Result<Vec<&RegistrationSet>, Outcome> {
        let subscription = &*self.subscription;
        if let Some(impi) = request.impi
            && subscription.private_identity(impi).is_none()
        {
            return Err(ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH.into());
        }
        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
        let mut sets: Vec<&RegistrationSet> = Vec::new();
        let mut services = Vec::new();
        for impu in request.impus {
            let (set, identity) = subscription.public_identity(impu).ok_or(unknown)?;
            if request.impi.is_some_and(|impi| !set.is_open_to(impi)) {
                return Err(ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH.into());
            }
            if let PublicIdentityKind::Service(service) = &identity.kind {
                services.push(service.active);
            }
            if sets.iter().all(|other| other.id != set.id) {
                sets.push(set);
            }
        }
        let many = takes_many(request.assignment_type);
        if request.impus.len() > 1 && !many {
            return Err(ResultCode::AVP_OCCURS_TOO_MANY_TIMES.into());
        }
        if services.contains(&false) {
            return Err(unknown.into());
        }
        if !services.is_empty() && !fits_services(request.assignment_type) {
            return Err(ExperimentalResult::ERROR_IN_ASSIGNMENT_TYPE.into());
        }
        match request.impi {
            Some(impi) if request.impus.is_empty() && many => Ok(subscription
                .sets
                .iter()
                .filter(|set| set.is_open_to(impi))
                .collect()),
            _ if request.impus.is_empty() => Err(ResultCode::MISSING_AVP.into()),
            None if needs_user_name(request.assignment_type) => Err(ResultCode::MISSING_AVP.into()),
            _ => Ok(sets),
        }
    }

    fn register(
        &self,
        request: &Assignment<'_>,
        set: &RegistrationSet,
        policy: Policy,
    ) -> Result<Decision<Assigned>, Outcome> {
        let Some(impi) = request.impi else {
            return Err(ResultCode::MISSING_AVP.into());
        };
        self.check_name(request, policy)?;
        if request.multiple_registration
            && request.assignment_type == ServerAssignmentType::REGISTRATION
            && policy.restoration
            && self.registrations.has_registered(set.id, impi)
            && let kept @ [_, ..] = &*self.restoration(set.id, Some(impi))
        {
            // The S-CSCF lost what it knew: it gets it back, and nothing of it is overwritten.
            return Ok(Decision::unchanged(Assigned {
                restoration: kept.to_vec(),
                outcome: ExperimentalResult::ERROR_IN_ASSIGNMENT_TYPE.into(),
                ..self.profile_of(set, impi)
            }));
        }
        let mut registrations = self.registrations.clone();
        let cancel = self.take_over(&mut registrations, request.server, set, policy);
        registrations.change(set.id, |set| {
            remove(&mut set.pending, impi);
            add(&mut set.registered, impi);
            set.unregistered = false;
            if let Some(info) = request.restoration.filter(|_| policy.restoration) {
                set.restoration.retain(|kept| kept.impi != *impi);
                set.restoration.push(Restoration {
                    impi: impi.clone(),
                    info: info.clone(),
                });
            }
        });
        let mut answer = self.profile_of(set, impi);
        if policy.restoration {
            let registered = registrations.set(set.id).map(|set| set.registered.clone());
            answer.associated_registered = registered.unwrap_or_default();
            if self.subscription.private.len() > 1 {
                answer.restoration = self.restoration(set.id, None);
            }
        }
        registrations.tidy();
        Ok(self.decide(answer, registrations, cancel))
    }

    /// A request came for an identity of which the S-CSCF holds nothing. If it is registered, the S-CSCF has lost that:
    /// it gets what it left to be restored, or else the registration is no more.
    fn unregistered_user(
        &self,
        request: &Assignment<'_>,
        set: &RegistrationSet,
        policy: Policy,
    ) -> Result<Decision<Assigned>, Outcome> {
        self.check_name(request, policy)?;
        let impi = request.impi.or_else(|| self.someone(set));
        let impi = impi.ok_or(ExperimentalResult::ERROR_USER_UNKNOWN)?;
        let mut answer = self.profile_of(set, impi);
        answer.restoration = self.restoration(set.id, None);
        let mut registrations = self.registrations.clone();
        let cancel = self.take_over(&mut registrations, request.server, set, policy);
        let restorable = policy.restoration && !answer.restoration.is_empty();
        if self.registrations.state(set.id) != RegistrationState::Registered || !restorable {
            registrations.change(set.id, |set| {
                set.registered.clear();
                set.unregistered = true;
            });
        }
        registrations.tidy();
        Ok(self.decide(answer, registrations, cancel))
    }

    /// The profile again, for the S-CSCF that is assigned.
    fn no_assignment(
        &self,
        request: &Assignment<'_>,
        set: &RegistrationSet,
        policy: Policy,
    ) -> Result<Decision<Assigned>, Outcome> {
        let may_take_over = policy.restoration && self.registrations.reassignment_pending;
        if !self.is_assigned(request.server) && !may_take_over {
            return Err(ResultCode::UNABLE_TO_COMPLY.into());
        }
        let impi = request.impi.or_else(|| self.someone(set));
        let impi = impi.ok_or(ExperimentalResult::ERROR_USER_UNKNOWN)?;
        let mut answer = self.profile_of(set, impi);
        if policy.restoration {
            answer.restoration = self.restoration(set.id, None);
        }
        Ok(Decision::unchanged(answer))
    }

    /// De-registration of sets; `keep`: the S-CSCF remains assigned.
    fn end(
        &self,
        request: &Assignment<'_>,
        sets: &[&RegistrationSet],
        keep: bool,
    ) -> Result<Decision<Assigned>, Outcome> {
        let mut registrations = self.registrations.clone();
        if registrations.server.is_some() && !self.is_assigned(request.server) {
            return Err(ResultCode::UNABLE_TO_COMPLY.into());
        }
        for set in sets {
            let state = registrations.state(set.id);
            if registrations.set(set.id).is_none() {
                continue;
            }
            registrations.change(set.id, |set| {
                match request.impi {
                    Some(impi) => {
                        remove(&mut set.pending, impi);
                        remove(&mut set.registered, impi);
                    }
                    None => {
                        set.pending.clear();
                        set.registered.clear();
                    }
                }
                let was_served = matches!(
                    state,
                    RegistrationState::Registered | RegistrationState::UnregisteredWithService
                );
                set.unregistered = keep && was_served && set.registered.is_empty();
            });
        }
        registrations.tidy();
        Ok(self.decide(Assigned::plain(Outcome::SUCCESS), registrations, Vec::new()))
    }

    /// The user did not answer the challenge, or answered wrongly.
    fn failed(&self, request: &Assignment<'_>, set: &RegistrationSet) -> Result<Decision<Assigned>, Outcome> {
        let Some(impi) = request.impi else {
            return Err(ResultCode::MISSING_AVP.into());
        };
        let mut registrations = self.registrations.clone();
        if let Some(server) = &registrations.server
            && !server.is_named(&request.server.name)
        {
            // Another S-CSCF challenges by now: that flag is not this one's to clear.
            return Err(ResultCode::UNABLE_TO_COMPLY.into());
        }
        registrations.change(set.id, |set| remove(&mut set.pending, impi));
        let pending = registrations.sets.iter().any(|set| !set.pending.is_empty());
        if let Some(previous) = registrations.previous.take_if(|_| !pending) {
            // Who failed wanted to move the user to another S-CSCF: the one that holds the registrations stays.
            registrations.server = Some(previous);
        }
        registrations.tidy();
        Ok(self.decide(Assigned::plain(Outcome::SUCCESS), registrations, Vec::new()))
    }

    /// The profile of a set for a private identity.
    fn profile_of(&self, set: &RegistrationSet, impi: &Impi) -> Assigned {
        let private = &self.subscription.private;
        let associated = if private.len() > 1 {
            private.iter().map(|identity| identity.impi.clone()).collect()
        } else {
            Vec::new()
        };
        Assigned {
            profile: Some((impi.clone(), set.id)),
            associated,
            ..Assigned::plain(Outcome::SUCCESS)
        }
    }

    /// What S-CSCFs left to be restored of a set, of one private identity or of all.
    fn restoration(&self, id: u16, impi: Option<&Impi>) -> Vec<ScscfRestorationInfo> {
        let kept = self.registrations.set(id).map(|set| &set.restoration);
        let of = |kept: &&Restoration| impi.is_none_or(|impi| kept.impi == *impi);
        kept.into_iter()
            .flatten()
            .filter(of)
            .map(|kept| kept.info.clone())
            .collect()
    }

    /// A private identity for a set when the request names none: one that registered it, else the first that may.
    fn someone<'a>(&'a self, set: &RegistrationSet) -> Option<&'a Impi> {
        let registered = self
            .registrations
            .set(set.id)
            .and_then(|set| set.registered.first());
        let mut open = self.subscription.private.iter().map(|identity| &identity.impi);
        registered.or_else(|| open.find(|impi| set.is_open_to(impi)))
    }
}

fn one<'a>(sets: &[&'a RegistrationSet]) -> Result<&'a RegistrationSet, Outcome> {
    sets.first().copied().ok_or(ResultCode::MISSING_AVP.into())
}

/// Whether a type may name many public identities (TS 29.228 table 6.1.2.1).
fn takes_many(assignment_type: ServerAssignmentType) -> bool {
    assignment_type.is_deregistration()
        && assignment_type != ServerAssignmentType::AUTHENTICATION_FAILURE
        && assignment_type != ServerAssignmentType::AUTHENTICATION_TIMEOUT
}

/// Whether a type makes no sense without a private identity.
fn needs_user_name(assignment_type: ServerAssignmentType) -> bool {
    matches!(
        assignment_type,
        ServerAssignmentType::REGISTRATION
            | ServerAssignmentType::RE_REGISTRATION
            | ServerAssignmentType::AUTHENTICATION_FAILURE
            | ServerAssignmentType::AUTHENTICATION_TIMEOUT
    )
}

/// Whether a type may be about a service: nobody registers one.
fn fits_services(assignment_type: ServerAssignmentType) -> bool {
    matches!(
        assignment_type,
        ServerAssignmentType::NO_ASSIGNMENT
            | ServerAssignmentType::UNREGISTERED_USER
            | ServerAssignmentType::TIMEOUT_DEREGISTRATION
            | ServerAssignmentType::ADMINISTRATIVE_DEREGISTRATION
            | ServerAssignmentType::DEREGISTRATION_TOO_MUCH_DATA
            | ServerAssignmentType::RESTORATION
    )
}
