//! REGISTRATION ACCEPT (TS 24.501 5.5.1.2.4, 5.5.1.3.4, 8.2.7), and how far the UE's PDU sessions are still there.

use super::slices::{self, Slices};
use super::{Phases, Requested};
use crate::Disposition;
use crate::network::output::{Output, SmRequest, SmRequestKind};
use crate::network::session::{Environment, Goal};
use crate::network::timer::Timer;
use crate::network::{ContextId, FgmmState, PduSessions, Registration, Session, registration_area};
use quintet_identity::fgs::Guti;
use quintet_nas::fgs::{
    FgmmCause, FgmmMessage, MobileIdentity, NetworkFeatureSupport, Nssai, PduSessionReactivationResult,
    PduSessionReactivationResultErrorCause, PduSessionStatus, RegistrationAccept, RegistrationResult,
    RejectedNssai,
};

/// What becomes of the UE's PDU sessions when it comes back (TS 24.501 5.5.1.3.4, 5.6.1.4.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::network) struct Sessions {
    /// Those that both sides have, if the UE has said which it has.
    pub(in crate::network) status: Option<PduSessions>,
    /// Those whose user plane cannot be had, if the UE wants any.
    pub(in crate::network) failed: Option<PduSessions>,
    /// PDU session and 5GMM cause, one after the other, for those.
    pub(in crate::network) causes: Vec<u8>,
}

impl Session {
    /// A registration that the UDM knows of.
    pub(super) fn accept(
        &mut self,
        env: &mut Environment<'_>,
        registration: Registration,
        slices: &Slices,
    ) -> Disposition {
        self.accept_with(env, registration, slices, RegistrationResult::ACCESS_3GPP)
    }

    /// An emergency registration: no subscription restricts it, and no slice is asked for (TS 23.501 5.16.4.2).
    pub(super) fn accept_emergency(&mut self, env: &mut Environment<'_>) -> Disposition {
        let registration = Registration {
            emergency: true,
            ..Registration::default()
        };
        let result = RegistrationResult::ACCESS_3GPP_EMERGENCY;
        self.accept_with(env, registration, &Slices::default(), result)
    }

    /// An update of a registration: with the subscription that the context has.
    pub(super) fn accept_update(&mut self, env: &mut Environment<'_>) -> Disposition {
        let (Goal::Registration(registering), Some(mut registration)) = (
            &self.goal,
            self.bound_context(env)
                .and_then(|context| context.registration.clone()),
        ) else {
            return self.reject(env, FgmmCause::IMPLICITLY_DEREGISTERED);
        };
        if registration.emergency {
            let result = RegistrationResult::ACCESS_3GPP_EMERGENCY;
            return self.accept_with(env, registration, &Slices::default(), result);
        }
        // It has moved to where it may not be (TS 24.501 5.5.1.3.5).
        if registration.forbidden_tacs.contains(&self.from.tai.tac) {
            self.deregister(env);
            return self.reject(env, FgmmCause::TRACKING_AREA_NOT_ALLOWED);
        }
        let slices = match registering.requested.nssai.as_deref() {
            // A UE that asks for no other slices keeps what it has (TS 24.501 5.5.1.3.4).
            None => Slices {
                allowed: registration.allowed.to_vec(),
                ..Slices::default()
            },
            requested => slices::choose(requested, &registration.subscribed, &env.policy.slices),
        };
        if slices.allowed.is_empty() {
            self.deregister(env);
            return self.no_slices(env, &slices);
        }
        registration.allowed = slices.allowed.clone().into();
        self.accept_with(env, registration, &slices, RegistrationResult::ACCESS_3GPP)
    }

    /// REGISTRATION ACCEPT with a new GUTI, guarded by T3550; inside a Context Setup if the gNB or the UE wants one.
    fn accept_with(
        &mut self,
        env: &mut Environment<'_>,
        mut registration: Registration,
        slices: &Slices,
        result: RegistrationResult,
    ) -> Disposition {
        let (Goal::Registration(registering), Some(id)) = (&self.goal, self.bound) else {
            return Disposition::Handled;
        };
        let Requested {
            sessions,
            uplink_data,
            ..
        } = registering.requested;
        let sessions = self.reconcile(env, &mut registration, sessions, uplink_data);
        let Some(guti) = self.assign_guti(env, id) else {
            return self.reject(env, FgmmCause::CONGESTION);
        };
        let plain = self.registration_accept(env, guti, slices, result, &sessions);
        self.registered(env, id, registration);
        if let Goal::Registration(registering) = &mut self.goal {
            registering.phase = Phases::Accepted;
        }
        let wanted = self.from.context_requested || uplink_data.is_some();
        if wanted && !self.access.is_asked() {
            return self.set_up_context(env, Some(plain), Some(Timer::T3550));
        }
        self.transmit(env, &plain, false);
        self.guard(env, Timer::T3550, plain);
        Disposition::Handled
    }

    /// From REGISTRATION ACCEPT on the UE counts as registered (TS 24.501 5.5.1.2.8 a, c).
    fn registered(&self, env: &mut Environment<'_>, id: ContextId, registration: Registration) {
        if let Some(context) = env.contexts.get_mut(id) {
            context.state = FgmmState::Registered;
            context.registration = Some(registration);
            env.outputs.push(Output::Changed(id));
        }
    }

    fn registration_accept(
        &self,
        env: &Environment<'_>,
        guti: Guti,
        slices: &Slices,
        result: RegistrationResult,
        sessions: &Sessions,
    ) -> Vec<u8> {
        let features = registration_area::features(env.policy);
        let mut message = RegistrationAccept::new(result);
        message.guti = Some(MobileIdentity::Guti(guti));
        message.tai_list = Some(registration_area::list(env.policy, self.from.tai));
        let nssai = |slices: &[_]| (!slices.is_empty()).then(|| Nssai::of(slices));
        message.allowed_nssai = nssai(&slices.allowed);
        message.configured_nssai = nssai(&slices.configured);
        message.rejected_nssai = (!slices.rejected.is_empty()).then(|| RejectedNssai::of(&slices.rejected));
        message.network_feature_support = Some(NetworkFeatureSupport(&features));
        message.pdu_session_status = sessions.status.map(|s| PduSessionStatus(s.octets()));
        message.pdu_session_reactivation_result = sessions.result();
        message.pdu_session_reactivation_result_error_cause = sessions.error_cause();
        message.t3512_value = Some(registration_area::t3512(env.policy.timers.t3512));
        message.t3502_value = env.policy.timers.t3502.map(registration_area::t3502);
        FgmmMessage::from(message).to_octets()
    }

    /// Makes both sides agree on PDU sessions: what the UE does not have any more is released, what it wants back is
    /// activated, or refused with #92 where no SMF has it.
    pub(in crate::network) fn reconcile(
        &self,
        env: &mut Environment<'_>,
        registration: &mut Registration,
        told: Option<PduSessions>,
        wanted: Option<PduSessions>,
    ) -> Sessions {
        let here = registration.pdu_sessions;
        if let Some(told) = told {
            self.release_sessions(env, here.but(told));
            registration.pdu_sessions = here.and(told);
        }
        let here = registration.pdu_sessions;
        env.outputs
            .extend(wanted.unwrap_or_default().and(here).iter().map(|pdu_session_id| {
                Output::Sm(Box::new(SmRequest {
                    pdu_session_id,
                    kind: SmRequestKind::Activate,
                }))
            }));
        let failed = wanted.map(|wanted| wanted.but(here));
        let cause = FgmmCause::INSUFFICIENT_USER_PLANE_RESOURCES_FOR_THE_PDU_SESSION;
        Sessions {
            status: told.map(|_| here),
            failed,
            causes: failed
                .unwrap_or_default()
                .iter()
                .flat_map(|id| [id, cause.0])
                .collect(),
        }
    }
}

impl Sessions {
    /// PDU session reactivation result.
    pub(in crate::network) fn result(&self) -> Option<PduSessionReactivationResult> {
        self.failed.map(|s| PduSessionReactivationResult(s.octets()))
    }

    /// Why a reactivation failed.
    pub(in crate::network) fn error_cause(&self) -> Option<PduSessionReactivationResultErrorCause<'_>> {
        (!self.causes.is_empty()).then_some(PduSessionReactivationResultErrorCause(&self.causes))
    }
}
