//! Registration (TS 24.501 5.5.1; TS 23.502 4.2.2.2).
//!
//! ```text
//!   REGISTRATION REQUEST ──► Securing ──secured──► Subscribing ──► Accepted ──REGISTRATION COMPLETE──► registered
//!        │                                            UDM           T3550, Context Setup if wanted
//!        └──────────────── REGISTRATION REJECT, cause of the real reason
//!
//!   mobility   nobody's GUTI: as an initial one, from its SUCI      deregistered UE: #10
//!   periodic   nobody's GUTI: #9                                    deregistered UE: #10
//!   emergency  no UDM; by PEI, or not authenticated, if the operator allows
//! ```
//!
//! The old AMF's context is not fetched. The context of a UE that is registered already stays as it is until the one that
//! asks has proved to be that UE (5.5.1.2.8 f). Each registration brings a GUTI (TS 33.501 6.12.3), so each is confirmed by
//! REGISTRATION COMPLETE; from REGISTRATION ACCEPT on the UE counts as registered (5.5.1.2.8 a, c).

mod accept;
mod request;
mod slices;
mod subscription;

pub(super) use accept::Sessions;
pub(super) use request::Kind;

use super::event::Phase;
use super::output::{Output, ReleaseCause, SmRequest, SmRequestKind};
use super::session::{Environment, Goal};
use super::{FgmmState, PduSessions, Session};
use crate::Disposition;
use crate::path::{RegistrationKind, Specific};
use quintet_nas::fgs::{FgmmCause, MobileIdentity, RegistrationRequest, RegistrationType};
use request::Requested;

/// Where a registration is.
#[derive(Debug)]
enum Phases {
    /// Common procedures.
    Securing,
    /// The UDM is asked.
    Subscribing,
    /// REGISTRATION ACCEPT is out.
    Accepted,
}

/// A registration under way.
#[derive(Debug)]
pub(in crate::network) struct Registering {
    /// What it asks for.
    requested: Requested,
    /// Where it is.
    phase: Phases,
}

impl Registering {
    /// What it is for.
    pub(super) fn kind(&self) -> Kind {
        self.requested.kind
    }

    /// Whether it updates a registration that there is.
    pub(super) fn is_update(&self) -> bool {
        matches!(self.kind(), Kind::Mobility | Kind::Periodic)
    }

    /// Whether REGISTRATION ACCEPT is out.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.phase, Phases::Accepted)
    }
}

impl Session {
    /// REGISTRATION REQUEST (TS 24.501 5.5.1.2.2, 5.5.1.3.2). One that is under way, and a repetition, are dealt with
    /// already.
    pub(super) fn begin_registration(
        &mut self,
        env: &mut Environment<'_>,
        request: &RegistrationRequest<'_>,
    ) -> Disposition {
        let requested = Requested::read(request);
        let kind = requested.kind;
        let by_pei = matches!(
            request.mobile_identity,
            MobileIdentity::Imei(_) | MobileIdentity::Imeisv(_)
        );
        self.follow_on = requested.follow_on;
        self.goal = Goal::Registration(Box::new(Registering {
            requested,
            phase: Phases::Securing,
        }));
        if kind == Kind::Emergency && !env.policy.emergency {
            let cause = if by_pei {
                FgmmCause::PEI_NOT_ACCEPTED
            } else {
                FgmmCause::FGS_SERVICES_NOT_ALLOWED
            };
            return self.reject(env, cause);
        }
        // Only an emergency may do without a SUPI (TS 24.501 5.5.1.2.2).
        if by_pei && kind != Kind::Emergency {
            return self.reject(env, FgmmCause::PEI_NOT_ACCEPTED);
        }
        if kind != Kind::Emergency
            && let Some(cause) = self.refusal_of_place(env)
        {
            return self.reject(env, cause);
        }
        if let MobileIdentity::Guti(guti) = &request.mobile_identity
            && guti.guami != env.policy.guami
            && self.known().is_none()
        {
            self.phase(env, Phase::ContextTransferNotSupported);
        }
        match self.refusal_of_update(env, kind) {
            Some(cause) => self.reject(env, cause),
            None => self.establish(env),
        }
    }

    /// Why a UE cannot be served where it is: this AMF has other tracking areas in its PLMN, or none (TS 24.501 5.5.1.2.5,
    /// 5.5.1.3.5, 5.6.1.5). Emergency services are for those who may not have others, wherever a gNB is connected.
    pub(super) fn refusal_of_place(&self, env: &Environment<'_>) -> Option<FgmmCause> {
        let (here, served) = (self.from.tai, &env.policy.tracking_areas);
        if served.contains(&here) {
            return None;
        }
        let same_plmn = served.iter().any(|tai| tai.plmn == here.plmn);
        Some(if same_plmn {
            FgmmCause::TRACKING_AREA_NOT_ALLOWED
        } else {
            FgmmCause::PLMN_NOT_ALLOWED
        })
    }

    /// Why an update cannot be served (TS 24.501 5.5.1.3.5).
    fn refusal_of_update(&self, env: &Environment<'_>, kind: Kind) -> Option<FgmmCause> {
        if !matches!(kind, Kind::Mobility | Kind::Periodic) {
            return None;
        }
        match self.known().and_then(|id| env.contexts.get(id)) {
            None if kind == Kind::Periodic => Some(FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
            None => None,
            // Nothing can authenticate this UE, and its own context did not hold.
            Some(context) if context.supi.is_none() && !self.is_verified() => {
                Some(FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK)
            }
            // One that has just been authenticated may have come from another AMF; one that named its context has not.
            Some(context) if context.state == FgmmState::Deregistered && self.named.is_some() => {
                Some(FgmmCause::IMPLICITLY_DEREGISTERED)
            }
            Some(_) => None,
        }
    }

    /// The UE has proved itself: on with the registration.
    pub(super) fn registration_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        let Goal::Registration(registering) = &mut self.goal else {
            return Disposition::Handled;
        };
        let kind = registering.kind();
        registering.phase = Phases::Subscribing;
        self.keep_whereabouts(env);
        let registered = self
            .bound_context(env)
            .is_some_and(|context| context.state == FgmmState::Registered && context.registration.is_some());
        match kind {
            Kind::Emergency => {
                self.begin_anew(env);
                self.accept_emergency(env)
            }
            Kind::Mobility | Kind::Periodic if registered => self.accept_update(env),
            Kind::Periodic => self.reject(env, FgmmCause::IMPLICITLY_DEREGISTERED),
            Kind::Initial | Kind::Mobility => {
                self.begin_anew(env);
                self.subscribe(env, kind == Kind::Initial)
            }
        }
    }

    /// What the initial NAS message, when it came whole, says that it is: what stood in the clear may have been changed.
    pub(super) fn follow_kind(&mut self, registration_type: RegistrationType) {
        if matches!(self.path.specific, Specific::Registration { .. }) {
            let kind = match Kind::of(registration_type) {
                Kind::Initial => RegistrationKind::Initial,
                Kind::Mobility => RegistrationKind::MobilityUpdating,
                Kind::Periodic => RegistrationKind::PeriodicUpdating,
                Kind::Emergency => RegistrationKind::Emergency,
            };
            self.path.specific = Specific::Registration { kind };
        }
    }

    /// What a request changes of the context once it is proven: where the UE is, and what it can (TS 24.501 5.5.1.2.4,
    /// 5.5.1.3.4).
    fn keep_whereabouts(&mut self, env: &mut Environment<'_>) {
        let here = self.from.tai;
        let told = self.learnt.ue_security_capability;
        let capability = std::mem::take(&mut self.learnt.fgmm_capability);
        let Some(context) = self.bound_context_mut(env) else {
            return;
        };
        context.tai = here;
        context.ue_security_capability = told.or(context.ue_security_capability);
        if !capability.is_empty() {
            context.fgmm_capability = capability;
        }
    }

    /// A UE that registers anew has neither PDU sessions nor registration any more (TS 24.501 5.5.1.2.8 f).
    fn begin_anew(&mut self, env: &mut Environment<'_>) {
        let Some(context) = self.bound_context_mut(env) else {
            return;
        };
        context.state = FgmmState::Deregistered;
        let sessions = context.registration.take().map(|r| r.pdu_sessions);
        self.release_sessions(env, sessions.unwrap_or_default());
    }

    /// Sessions that the UE does not have any more, at their SMFs.
    pub(super) fn release_sessions(&self, env: &mut Environment<'_>, sessions: PduSessions) {
        env.outputs.extend(sessions.iter().map(|pdu_session_id| {
            Output::Sm(Box::new(SmRequest {
                pdu_session_id,
                kind: SmRequestKind::Release,
            }))
        }));
    }

    /// REGISTRATION COMPLETE (TS 24.501 5.5.1.2.4, 5.5.1.3.4).
    pub(super) fn registration_complete(&mut self, env: &mut Environment<'_>) -> Disposition {
        if !matches!(&self.goal, Goal::Registration(registering) if registering.is_accepted()) {
            return self.unexpected(
                "REGISTRATION COMPLETE",
                "REGISTRATION ACCEPT before it",
                "TS 24.501 5.5.1.2.4",
            );
        }
        self.answered();
        self.confirm_guti(env);
        self.goal = Goal::None;
        self.phase(env, Phase::Registered);
        self.changes.identity_and_time_zone = true;
        Disposition::Handled
    }

    /// What a request on the same connection says before REGISTRATION COMPLETE: the UE has what REGISTRATION ACCEPT gave it
    /// (TS 24.501 5.5.1.2.8 g).
    pub(super) fn registration_confirmed(&mut self, env: &mut Environment<'_>) {
        if matches!(&self.goal, Goal::Registration(registering) if registering.is_accepted()) {
            self.answered();
            self.confirm_guti(env);
            self.goal = Goal::None;
            self.phase(env, Phase::Registered);
        }
    }

    /// T3550 has expired for the last time: the UE counts as registered, and both GUTIs stay valid (TS 24.501 5.5.1.2.8 c,
    /// 5.5.1.3.8 c).
    pub(super) fn exhausted_t3550(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.release(env, ReleaseCause::Unspecified);
    }

    /// The gNB did not set up the context: a lower layer failure. What was accepted stays (TS 24.501 5.5.1.2.8 a), a
    /// service request is asked again (5.6.1.8 a).
    pub(super) fn setup_failed(&mut self, env: &mut Environment<'_>) {
        self.abandon(env);
        self.release(env, ReleaseCause::Unspecified);
    }

    /// Nothing is under way: a connection that neither side has a use for ends (TS 24.501 5.3.1.3, 5.5.1.2.4).
    pub(super) fn settled(&mut self, env: &mut Environment<'_>) {
        if !self.access.is_asked() && !self.follow_on {
            self.release(env, ReleaseCause::NormalRelease);
        }
    }
}
