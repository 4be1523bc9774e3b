//! Tracking area updating (TS 24.301 5.5.3; TS 23.401 5.3.3).
//!
//! ```text
//!   TRACKING AREA UPDATE REQUEST ──► Securing ──secured──► ACCEPT ──(GUTI? T3450, COMPLETE)──► released, or bearers
//!        │ nobody's GUTI: #9   detached UE: #10   no default bearer left: #10
//! ```
//!
//! The old MME's context is not fetched: a GUTI of another MME is nobody's here, so the UE attaches (#9). A UE gets another
//! TAI list and with it another GUTI when its area's list differs from what it has; otherwise it keeps both.

use super::event::Phase;
use super::output::{Output, ReleaseCause};
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{Context, EmmState, Registration, Session, tracking_areas};
use crate::Disposition;
use quintet_identity::{Guti, Tai};
use quintet_nas::eps::{
    EmmCause, EmmMessage, EpsBearerContextStatus, EpsMobileIdentity, EpsNetworkFeatureSupport,
    EpsUpdateResult, EpsUpdateType, TrackingAreaUpdateAccept, TrackingAreaUpdateRequest,
};

/// A tracking area update under way.
#[derive(Debug)]
pub(in crate::network) struct TrackingAreaUpdate {
    /// EPS update type.
    update_type: EpsUpdateType,
    /// The UE's bearers as it says.
    bearers: Option<EpsBearerContextStatus>,
    /// Where it was registered last, which its TAI list is from; it says so if it knows (8.2.29.7).
    before: Option<Tai>,
    /// TRACKING AREA UPDATE ACCEPT with a GUTI is out.
    accepted: bool,
}

impl TrackingAreaUpdate {
    /// Whether the UE also wants the CS domain.
    fn combined(&self) -> bool {
        matches!(
            self.update_type.update_type(),
            EpsUpdateType::COMBINED_TA_LA_UPDATING | EpsUpdateType::COMBINED_TA_LA_UPDATING_WITH_IMSI_ATTACH
        )
    }
}

impl Session {
    /// TRACKING AREA UPDATE REQUEST (TS 24.301 5.5.3.2.2, 5.5.3.2.5). One that is under way, and a repetition, are dealt
    /// with already.
    pub(super) fn begin_tau(
        &mut self,
        env: &mut Environment<'_>,
        request: &TrackingAreaUpdateRequest<'_>,
    ) -> Disposition {
        let known = self.known().and_then(|id| env.contexts.get(id));
        let refusal = match known {
            None => Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
            Some(context) if context.state == EmmState::Deregistered => Some(EmmCause::IMPLICITLY_DETACHED),
            // Nothing can authenticate this UE, and its own context did not hold.
            Some(context) if context.imsi.is_none() && !self.is_verified() => {
                Some(EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
            }
            Some(_) => None,
        };
        self.goal = Goal::TrackingAreaUpdate(Box::new(TrackingAreaUpdate {
            update_type: request.eps_update_type,
            bearers: request.eps_bearer_context_status,
            before: request.last_visited_registered_tai,
            accepted: false,
        }));
        match refusal {
            Some(cause) => self.reject(env, cause),
            None => self.establish(env),
        }
    }

    /// The UE has proved itself.
    pub(super) fn tau_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let (Goal::TrackingAreaUpdate(update), Some(id)) = (&self.goal, self.bound) else {
            return Disposition::Handled;
        };
        let (bearers, before, active) = (update.bearers, update.before, update.update_type.active());
        let Some((registration, unconfirmed)) = self
            .bound_context(env)
            .and_then(|context| Some((context.registration.clone()?, context.old_guti.is_some())))
        else {
            return self.reject(env, EmmCause::IMPLICITLY_DETACHED);
        };
        if bearers.is_some_and(|status| !status.is_active(registration.default_bearer)) {
            // The last PDN connection is gone at the UE, so it is not attached any more (TS 24.301 5.5.3.2.4).
            self.deregister(env);
            return self.reject(env, EmmCause::IMPLICITLY_DETACHED);
        }
        let here = self.from.tai;
        let moved = before.is_none_or(|before| tracking_areas::differ(env.policy, before, here));
        let guti = if moved || unconfirmed {
            match self.assign_guti(env, id) {
                Some(guti) => Some(guti),
                None => return self.reject(env, EmmCause::CONGESTION),
            }
        } else {
            None
        };
        self.keep_whereabouts(env);
        env.outputs.push(Output::Changed(id));
        self.update_accept(env, &registration, guti, active)
    }

    /// What a request changes of the context once it is proven: where the UE is, and what it can (TS 24.301 5.5.1.2.4,
    /// 5.5.3.2.4).
    pub(super) fn keep_whereabouts(&mut self, env: &mut Environment<'_>) {
        let here = self.from.tai;
        let ue = std::mem::take(&mut self.learnt.ue_network_capability);
        let ms = self.learnt.ms_network_capability.take();
        let additional = self.learnt.ue_additional_security_capability;
        let Some(context) = self.bound_context_mut(env) else {
            return;
        };
        context.tai = here;
        if !ue.is_empty() {
            context.ue_network_capability = ue;
            context.ue_additional_security_capability = additional;
        }
        if ms.is_some() {
            context.ms_network_capability = ms;
        }
    }

    /// TRACKING AREA UPDATE ACCEPT, with bearers if the UE wants them.
    fn update_accept(
        &mut self,
        env: &mut Environment<'_>,
        registration: &Registration,
        guti: Option<Guti>,
        active: bool,
    ) -> Disposition {
        let Goal::TrackingAreaUpdate(update) = &mut self.goal else {
            return Disposition::Handled;
        };
        update.accepted = guti.is_some();
        let features = tracking_areas::features(env.policy);
        let mut message = TrackingAreaUpdateAccept::new(EpsUpdateResult::TA_UPDATED);
        message.t3412_value = Some(tracking_areas::t3412(env.policy));
        message.guti = guti.map(EpsMobileIdentity::Guti);
        message.tai_list = guti.map(|_| tracking_areas::element(env.policy, self.from.tai));
        // The network says what it has when the UE has said what it has (TS 24.301 5.5.3.2.4).
        message.eps_bearer_context_status = update
            .bearers
            .map(|_| EpsBearerContextStatus::default().with(registration.default_bearer));
        message.emm_cause = update.combined().then_some(EmmCause::CS_DOMAIN_NOT_AVAILABLE);
        message.eps_network_feature_support = Some(EpsNetworkFeatureSupport(&features));
        let message = EmmMessage::from(message);
        let timer = guti.map(|_| Timer::T3450);
        if active && !self.bearers {
            let plain = message.to_octets();
            let disposition = self.set_up_context(env, registration, Some(plain), timer);
            if guti.is_none() {
                self.updated(env);
            }
            return disposition;
        }
        match timer {
            Some(timer) => self.send_and_guard(env, timer, &message),
            None => {
                self.send(env, &message);
                self.updated(env);
            }
        }
        Disposition::Handled
    }

    /// TRACKING AREA UPDATE COMPLETE (TS 24.301 5.5.3.2.4).
    pub(super) fn tau_complete(&mut self, env: &mut Environment<'_>) -> Disposition {
        if !matches!(&self.goal, Goal::TrackingAreaUpdate(update) if update.accepted) {
            return self.unexpected(
                "TRACKING AREA UPDATE COMPLETE",
                "TRACKING AREA UPDATE ACCEPT with a GUTI before it",
                "TS 24.301 5.5.3.2.4",
            );
        }
        self.answered();
        self.confirm_guti(env);
        self.updated(env);
        Disposition::Handled
    }

    /// The update is complete.
    fn updated(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.phase(env, Phase::Updated);
        self.settled(env);
    }

    /// Nothing is under way: a connection without bearers has no more use (TS 24.301 5.3.1.2).
    pub(super) fn settled(&mut self, env: &mut Environment<'_>) {
        if !self.bearers {
            self.release(env, ReleaseCause::NormalRelease);
        }
    }

    /// The UE is not attached any more; its identity and its security context stay (TS 24.301 5.1.3.4.1).
    pub(super) fn deregister(&mut self, env: &mut Environment<'_>) {
        let Some(id) = self.bound else {
            return;
        };
        if let Some(context) = env.contexts.get_mut(id) {
            context.detach();
            env.outputs.push(Output::Changed(id));
        }
    }
}

impl Context {
    /// EMM-DEREGISTERED, without bearers.
    pub(super) fn detach(&mut self) {
        self.state = EmmState::Deregistered;
        self.registration = None;
    }
}
