//! User location query (TS 29.228 6.1.4): where a request for an identity goes.

use super::{Decision, ImsRecord, Policy, PublicIdentityKind, RegistrationState};
use quintet_cx::{ExperimentalResult, Outcome, ServerCapabilities, UserAuthorizationType};
use quintet_identity::Impu;

/// A Location-Info-Request.
#[derive(Clone, Copy, Debug)]
pub struct LocationQuery<'a> {
    /// Public-Identity.
    pub impu: &'a Impu,
    /// Whether Originating-Request was there: a request on behalf of the identity.
    pub originating: bool,
    /// User-Authorization-Type, if it was there.
    pub authorization_type: Option<UserAuthorizationType>,
}

/// A request that is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// SUCCESS or UNREGISTERED_SERVICE.
    pub outcome: Outcome,
    /// Server-Name: of an S-CSCF, or of an application server.
    pub server_name: Option<String>,
    /// Whether it is an application server's (PSI Direct Routing Indication).
    pub direct_routing: bool,
    /// Server-Capabilities; none if any S-CSCF will do.
    pub capabilities: Option<ServerCapabilities>,
}

impl Located {
    fn at(server_name: &str) -> Self {
        Self {
            outcome: Outcome::SUCCESS,
            server_name: Some(server_name.to_owned()),
            direct_routing: false,
            capabilities: None,
        }
    }
}

impl ImsRecord {
    /// Decides the answer, in the order of TS 29.228 6.1.4.1.
    ///
    /// # Errors
    /// The result of the refusal: ERROR_USER_UNKNOWN, ERROR_IDENTITY_NOT_REGISTERED.
    pub fn locate(&self, request: &LocationQuery<'_>, policy: Policy) -> Result<Decision<Located>, Outcome> {
        let unknown = ExperimentalResult::ERROR_USER_UNKNOWN;
        let (set, identity) = self.subscription.public_identity(request.impu).ok_or(unknown)?;
        if let PublicIdentityKind::Service(service) = &identity.kind {
            if !service.active {
                return Err(unknown.into());
            }
            if let Some(server) = &service.application_server
                && !request.originating
            {
                let direct_routing = true;
                return Ok(Decision::unchanged(Located {
                    direct_routing,
                    ..Located::at(server)
                }));
            }
        }
        let registrations = &self.registrations;
        let is_served = matches!(
            registrations.state(set.id),
            RegistrationState::Registered | RegistrationState::UnregisteredWithService
        );
        let has_services = request.originating || self.subscription.has_unregistered_services(identity);
        if !is_served && !has_services {
            return Err(ExperimentalResult::ERROR_IDENTITY_NOT_REGISTERED.into());
        }
        let select_again =
            request.authorization_type == Some(UserAuthorizationType::REGISTRATION_AND_CAPABILITIES);
        // Who holds a registration serves it, even if another S-CSCF has asked for a challenge meanwhile. For who is not
        // registered, an S-CSCF that serves the subscription, or challenges it, may serve the identity unregistered.
        let answer = match registrations.holder().or(registrations.server.as_ref()) {
            Some(server) if !select_again => return Ok(Decision::unchanged(Located::at(&server.name))),
            _ => Located {
                outcome: if is_served {
                    Outcome::SUCCESS
                } else {
                    ExperimentalResult::UNREGISTERED_SERVICE.into()
                },
                server_name: None,
                direct_routing: false,
                capabilities: self.capabilities(),
            },
        };
        let registrations = if select_again {
            self.reassignable(policy)
        } else {
            registrations.clone()
        };
        Ok(self.decide(answer, registrations, Vec::new()))
    }
}
