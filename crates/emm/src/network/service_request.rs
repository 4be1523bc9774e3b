//! Service request (TS 24.301 5.6.1; TS 23.401 5.3.4.1).
//!
//! ```text
//!   SERVICE REQUEST ──► Securing ──secured──► Context Setup (no NAS message) ──► served
//!        │ not verified: #9   detached UE: #10   CS fallback: #18   control plane: #97
//! ```
//!
//! A service request that does not verify changes nothing: its context and its UE's registration stay (4.4.4.3).

use super::event::Phase;
use super::output::ReleaseCause;
use super::session::{Environment, Goal, ServiceAsked};
use super::{EmmState, Session};
use crate::Disposition;
use quintet_nas::eps::{EmmCause, EpsBearerContextStatus, ServiceReject, ServiceType};

/// A service request under way.
#[derive(Debug)]
pub(in crate::network) struct ServiceRequest {
    /// The UE's bearers as it says.
    bearers: Option<EpsBearerContextStatus>,
}

/// Service types from here on are about packet services (TS 24.301 9.9.3.27); those below are CS fallback.
const FIRST_PACKET_SERVICE: u8 = ServiceType::PACKET_SERVICES_VIA_S1.0;

impl Session {
    /// SERVICE REQUEST, EXTENDED SERVICE REQUEST, CONTROL PLANE SERVICE REQUEST (TS 24.301 5.6.1.2, 5.6.1.5).
    pub(super) fn begin_service_request(
        &mut self,
        env: &mut Environment<'_>,
        asked: ServiceAsked<'_>,
    ) -> Disposition {
        let (bearers, unsupported) = match asked {
            ServiceAsked::Short => (None, None),
            ServiceAsked::Extended(m) if m.service_type.0 >= FIRST_PACKET_SERVICE => {
                (m.eps_bearer_context_status, None)
            }
            ServiceAsked::Extended(_) => (None, Some(EmmCause::CS_DOMAIN_NOT_AVAILABLE)),
            // The UE was not told of control plane optimisation, as there is none (TS 24.301 9.9.3.12A).
            ServiceAsked::ControlPlane => {
                (None, Some(EmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED))
            }
        };
        self.goal = Goal::ServiceRequest(Box::new(ServiceRequest { bearers }));
        let known = self.known().and_then(|id| env.contexts.get(id));
        let stale = known
            .and_then(|context| context.security.as_ref())
            .is_some_and(|security| security.stale);
        match known {
            // Its own context may have lost COUNTs; a UE that is registered proves itself by a new AKA.
            Some(context) if stale && context.state == EmmState::Registered => self.establish(env),
            _ if !self.is_verified() => {
                self.reject(env, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
            }
            Some(context) if context.state == EmmState::Registered => match unsupported {
                Some(cause) => self.refuse_service(env, cause),
                None => self.establish(env),
            },
            _ => self.reject(env, EmmCause::IMPLICITLY_DETACHED),
        }
    }

    /// SERVICE REJECT on a connection that may have bearers, which then stay (TS 24.301 5.6.1.5).
    fn refuse_service(&mut self, env: &mut Environment<'_>, cause: EmmCause) -> Disposition {
        if !self.bearers {
            return self.reject(env, cause);
        }
        self.send(env, &ServiceReject::new(cause).into());
        self.goal = Goal::None;
        self.phase(env, Phase::Rejected(cause));
        Disposition::Replied(cause)
    }

    /// The UE has proved itself: its bearers are set up, if they are not.
    pub(super) fn service_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::ServiceRequest(request) = &self.goal else {
            return Disposition::Handled;
        };
        let said = request.bearers;
        let Some(registration) = self
            .bound_context(env)
            .and_then(|context| context.registration.clone())
        else {
            return self.reject(env, EmmCause::NO_EPS_BEARER_CONTEXT_ACTIVATED);
        };
        if said.is_some_and(|status| !status.is_active(registration.default_bearer)) {
            // The last PDN connection is gone at the UE (TS 24.301 5.6.1.4.1).
            self.deregister(env);
            return self.reject(env, EmmCause::IMPLICITLY_DETACHED);
        }
        if self.bearers {
            self.served(env);
            return Disposition::Handled;
        }
        self.set_up_context(env, &registration, None, None)
    }

    /// The bearers are there: the procedure is complete (TS 24.301 5.6.1.4.1).
    pub(super) fn served(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.phase(env, Phase::Served);
        self.settle_guti(env);
    }

    /// The eNB did not set up the context: the UE stays registered, and asks again (TS 24.301 5.6.1.7).
    pub(super) fn setup_failed(&mut self, env: &mut Environment<'_>) {
        self.abandon();
        self.release(env, ReleaseCause::Unspecified);
    }
}
