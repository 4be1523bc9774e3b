//! Service request (TS 24.501 5.6.1; TS 23.502 4.2.3.2).
//!
//! ```text
//!   SERVICE REQUEST ──► Securing ──secured──► SERVICE ACCEPT, with Context Setup if wanted ──► served ──► another GUTI
//!        │ not verified: #9   deregistered UE: #10   control plane: #97                           if it was paged
//! ```
//!
//! A service request that does not verify changes nothing: its context and its UE's registration stay (4.4.4.3).

use super::event::Phase;
use super::registration::Sessions;
use super::session::{Environment, Goal};
use super::{EstablishmentCause, FgmmState, PduSessions, Session};
use crate::Disposition;
use quintet_nas::fgs::{
    FgmmCause, FgmmMessage, PduSessionStatus, ServiceAccept, ServiceReject, ServiceRequest, ServiceType,
};

/// A service request under way.
#[derive(Debug)]
pub(in crate::network) struct Service {
    /// Service type.
    service_type: ServiceType,
    /// PDU sessions the UE has.
    sessions: Option<PduSessions>,
    /// PDU sessions it has something to send for.
    uplink_data: Option<PduSessions>,
}

impl Session {
    /// SERVICE REQUEST (TS 24.501 5.6.1.2, 5.6.1.5).
    pub(super) fn begin_service_request(
        &mut self,
        env: &mut Environment<'_>,
        request: &ServiceRequest<'_>,
    ) -> Disposition {
        self.goal = Goal::ServiceRequest(Box::new(Service {
            service_type: request.service_type.interpreted(),
            sessions: request.pdu_session_status.map(|s| PduSessions::from_octets(s.0)),
            uplink_data: request.uplink_data_status.map(|s| PduSessions::from_octets(s.0)),
        }));
        let known = self.known().and_then(|id| env.contexts.get(id));
        let emergency = self.learnt.emergency
            || known.is_some_and(|context| context.registration.as_ref().is_some_and(|r| r.emergency));
        if !emergency && let Some(cause) = self.refusal_of_place(env) {
            return self.reject(env, cause);
        }
        let stale = known
            .and_then(|context| context.security.as_ref())
            .is_some_and(|security| security.stale);
        match known {
            // Its own context may have lost COUNTs; a UE that is registered proves itself by a new authentication.
            Some(context) if stale && context.state == FgmmState::Registered => self.establish(env),
            _ if !self.is_verified() => {
                self.reject(env, FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
            }
            Some(context) if context.state == FgmmState::Registered => self.establish(env),
            _ => self.reject(env, FgmmCause::IMPLICITLY_DEREGISTERED),
        }
    }

    /// CONTROL PLANE SERVICE REQUEST: the UE was not told of control plane CIoT optimisation, as there is none
    /// (TS 24.501 9.11.3.5).
    pub(super) fn refuse_control_plane_service(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.goal = Goal::ServiceRequest(Box::new(Service {
            service_type: ServiceType::SIGNALLING,
            sessions: None,
            uplink_data: None,
        }));
        if self.is_verified() {
            self.refuse_service(env, FgmmCause::MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED)
        } else {
            self.reject(env, FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
        }
    }

    /// SERVICE REJECT on a connection that the gNB may have a context for, which then stays (TS 24.501 5.6.1.5).
    fn refuse_service(&mut self, env: &mut Environment<'_>, cause: FgmmCause) -> Disposition {
        if !self.access.is_asked() {
            return self.reject(env, cause);
        }
        self.send(env, &ServiceReject::new(cause).into());
        self.goal = Goal::None;
        self.phase(env, Phase::Rejected(cause));
        Disposition::Replied(cause)
    }

    /// The UE has proved itself: SERVICE ACCEPT (TS 24.501 5.6.1.4.1).
    pub(super) fn service_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::ServiceRequest(service) = &self.goal else {
            return Disposition::Handled;
        };
        let Service {
            sessions: told,
            uplink_data,
            ..
        } = **service;
        let registration = self
            .bound_context(env)
            .filter(|context| context.state == FgmmState::Registered)
            .and_then(|context| context.registration.clone());
        let Some(mut registration) = registration else {
            return self.reject(env, FgmmCause::IMPLICITLY_DEREGISTERED);
        };
        let before = registration.pdu_sessions;
        let sessions = self.reconcile(env, &mut registration, told, uplink_data);
        let changed = registration.pdu_sessions != before;
        if let Some(context) = self.bound_context_mut(env) {
            context.registration = Some(registration);
        }
        if changed {
            env.outputs.extend(self.bound.map(super::Output::Changed));
        }
        let plain = service_accept(&sessions);
        let wanted = self.from.context_requested || uplink_data.is_some();
        if wanted && !self.access.is_asked() {
            return self.set_up_context(env, Some(plain), None);
        }
        self.transmit(env, &plain, false);
        self.served(env);
        Disposition::Handled
    }

    /// The procedure is complete (TS 24.501 5.6.1.4.1). A UE that was paged gets another GUTI (TS 33.501 6.12.3), as does
    /// one that has not confirmed its last one.
    pub(super) fn served(&mut self, env: &mut Environment<'_>) {
        let Goal::ServiceRequest(service) = &self.goal else {
            return;
        };
        let paged = service.service_type == ServiceType::MOBILE_TERMINATED_SERVICES
            || self.from.establishment_cause == EstablishmentCause::MtAccess;
        self.goal = Goal::None;
        self.phase(env, Phase::Served);
        // The UE asked for a connection to use it.
        self.follow_on = true;
        let unconfirmed = self.settle_guti(env);
        self.changes.guti |= paged || unconfirmed;
    }
}

fn service_accept(sessions: &Sessions) -> Vec<u8> {
    let mut message = ServiceAccept::new();
    message.pdu_session_status = sessions.status.map(|s| PduSessionStatus(s.octets()));
    message.pdu_session_reactivation_result = sessions.result();
    message.pdu_session_reactivation_result_error_cause = sessions.error_cause();
    FgmmMessage::from(message).to_octets()
}
