//! User registration status query (TS 29.228 6.1.1): may it register, and at which S-CSCF.

use super::{Decision, ImsRecord, Policy, RegistrationState};
use quintet_cx::{ExperimentalResult, Outcome, ServerCapabilities, UserAuthorizationType};
use quintet_diameter::ResultCode;
use quintet_identity::{Impi, Impu};

/// A User-Authorization-Request.
#[derive(Clone, Copy, Debug)]
pub struct UserAuthorization<'a> {
    /// User-Name.
    pub impi: &'a Impi,
    /// Public-Identity.
    pub impu: &'a Impu,
    /// Visited-Network-Identifier.
    pub visited: &'a str,
    /// User-Authorization-Type; REGISTRATION if it was absent.
    pub authorization_type: UserAuthorizationType,
    /// IMS Emergency Registration of UAR-Flags: neither barring nor roaming keeps it away (TS 29.228 6.1.1.1, Annex G).
    pub emergency: bool,
}

/// A request that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorized {
    /// SUCCESS, FIRST_REGISTRATION or SUBSEQUENT_REGISTRATION.
    pub outcome: Outcome,
    /// Server-Name.
    pub server_name: Option<String>,
    /// Server-Capabilities; none if any S-CSCF will do.
    pub capabilities: Option<ServerCapabilities>,
}

impl Authorized {
    fn at(outcome: impl Into<Outcome>, server_name: &str) -> Self {
        Self {
            outcome: outcome.into(),
            server_name: Some(server_name.to_owned()),
            capabilities: None,
        }
    }
}

impl ImsRecord {
    /// The capabilities an S-CSCF is selected by, if there is one to tell.
    pub(super) fn capabilities(&self) -> Option<ServerCapabilities> {
        let capabilities = &self.subscription.capabilities;
        (!capabilities.is_empty()).then(|| capabilities.clone())
    }

    /// Decides the answer, in the order of TS 29.228 6.1.1.1. That both identities exist is the caller's to say
    /// (ERROR_USER_UNKNOWN); here they are only compared with each other.
    ///
    /// # Errors
    /// The result of the refusal: ERROR_USER_UNKNOWN, ERROR_IDENTITIES_DONT_MATCH, AUTHORIZATION_REJECTED,
    /// ERROR_ROAMING_NOT_ALLOWED, ERROR_IDENTITY_NOT_REGISTERED.
    pub fn authorize(
        &self,
        request: &UserAuthorization<'_>,
        policy: Policy,
    ) -> Result<Decision<Authorized>, Outcome> {
        let subscription = &*self.subscription;
        let (set, identity) = self.pair(request.impi, request.impu)?;
        if identity.barred && set.default_identity().is_none() && !request.emergency {
            return Err(ResultCode::AUTHORIZATION_REJECTED.into());
        }
        let de_registration = request.authorization_type == UserAuthorizationType::DE_REGISTRATION;
        if !de_registration && !request.emergency {
            let home = subscription.home();
            if !subscription.visited_networks.allow(request.visited, home) {
                return Err(ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED.into());
            }
            if !subscription.authorized {
                return Err(ResultCode::AUTHORIZATION_REJECTED.into());
            }
        }
        if request.authorization_type == UserAuthorizationType::REGISTRATION_AND_CAPABILITIES {
            return Ok(self.select_again(policy));
        }
        let registrations = &self.registrations;
        let state = registrations.state(set.id);
        let is_served = matches!(
            state,
            RegistrationState::Registered | RegistrationState::UnregisteredWithService
        );
        let answer = match &registrations.server {
            _ if de_registration => match registrations.holder() {
                Some(holder) if is_served => Authorized::at(Outcome::SUCCESS, &holder.name),
                _ => return Err(ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED.into()),
            },
            // Also if only another identity of the subscription is registered, or an authentication is pending: the
            // S-CSCF that has the challenge must get the answer to it.
            Some(server) => Authorized::at(ExperimentalResult::SUBSEQUENT_REGISTRATION, &server.name),
            None => Authorized {
                outcome: ExperimentalResult::FIRST_REGISTRATION.into(),
                server_name: None,
                capabilities: self.capabilities(),
            },
        };
        Ok(Decision::unchanged(answer))
    }

    /// The I-CSCF could not reach the S-CSCF that is assigned, or wants another: it gets the capabilities, and with IMS
    /// restoration the S-CSCF it selects may take over (TS 29.228 6.1.1.1, 6.1.4.1).
    fn select_again(&self, policy: Policy) -> Decision<Authorized> {
        let answer = Authorized {
            outcome: Outcome::SUCCESS,
            server_name: None,
            capabilities: self.capabilities(),
        };
        self.decide(answer, self.reassignable(policy), Vec::new())
    }

    /// With IMS restoration the S-CSCF that is selected now may take over.
    pub(super) fn reassignable(&self, policy: Policy) -> super::Registrations {
        let mut registrations = self.registrations.clone();
        registrations.reassignment_pending |= policy.restoration && registrations.server.is_some();
        registrations
    }
}
