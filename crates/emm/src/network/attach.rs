//! Attach (TS 24.301 5.5.1; TS 23.401 5.3.2.1).
//!
//! ```text
//!   ATTACH REQUEST ──► Securing ──secured──► EsmInformation ──► Locating ──► Accepted ──ATTACH COMPLETE──► registered
//!                         │                   T3489, #53          ULA          T3450, Context Setup
//!                         └──────────────── ATTACH REJECT, cause of the real reason
//! ```
//!
//! An attach is "EPS only", also where a combined one was asked for: there is no CS domain (cause #18). The context of a
//! UE that is attached already stays as it is until the one that asks has proved to be that UE (5.5.1.2.7 f). From
//! ATTACH ACCEPT to ATTACH COMPLETE both GUTIs are valid, and after a failure between the two they stay so (5.5.1.2.7 a, c).

mod accept;
mod esm_information;
mod location;
mod refusal;
mod request;

use super::bearer::DefaultBearer;
use super::event::Phase;
use super::output::{Output, ReleaseCause};
use super::session::{Environment, Goal};
use super::timer::Timer;
use super::{EmmState, Registration, Session};
use crate::Disposition;
use quintet_nas::eps::{
    ActivateDefaultEpsBearerContextAccept, AttachComplete, AttachRequest, EmmCause, EpsAttachType, EsmCause,
};
use request::Requested;

/// Where an attach is.
#[derive(Debug)]
enum Phases {
    /// Common procedures.
    Securing,
    /// ESM INFORMATION REQUEST is out.
    EsmInformation,
    /// The HSS is asked.
    Locating,
    /// ATTACH ACCEPT is out.
    Accepted(Box<DefaultBearer>),
}

/// An attach under way.
#[derive(Debug)]
pub(in crate::network) struct Attach {
    /// What it asks for.
    requested: Requested,
    /// Where it is.
    phase: Phases,
}

impl Attach {
    /// Whether ATTACH ACCEPT is out.
    pub(super) fn is_accepted(&self) -> bool {
        matches!(self.phase, Phases::Accepted(_))
    }
}

impl Session {
    /// ATTACH REQUEST (TS 24.301 5.5.1.2.2). One that is under way, and a repetition, are dealt with already.
    pub(super) fn begin_attach(
        &mut self,
        env: &mut Environment<'_>,
        request: &AttachRequest<'_>,
    ) -> Disposition {
        let requested = Requested::read(request);
        let kind = requested.attach_type;
        let imei_only = requested.by_imei;
        self.goal = Goal::Attach(Box::new(Attach {
            requested,
            phase: Phases::Securing,
        }));
        match kind {
            EpsAttachType::EPS_EMERGENCY_ATTACH if imei_only && env.policy.emergency_apn.is_none() => {
                self.reject(env, EmmCause::IMEI_NOT_ACCEPTED)
            }
            // Only an emergency call may do without an IMSI (TS 24.301 5.5.1.2.2).
            EpsAttachType::EPS_ATTACH | EpsAttachType::COMBINED_EPS_IMSI_ATTACH if imei_only => {
                self.reject(env, EmmCause::IMEI_NOT_ACCEPTED)
            }
            EpsAttachType::EPS_ATTACH
            | EpsAttachType::COMBINED_EPS_IMSI_ATTACH
            | EpsAttachType::EPS_EMERGENCY_ATTACH => self.establish(env),
            EpsAttachType::EPS_RLOS_ATTACH => self.reject(
                env,
                EmmCause::REQUESTED_SERVICE_OPTION_NOT_AUTHORIZED_IN_THIS_PLMN,
            ),
            // The one reserved value (TS 24.301 9.9.3.11).
            _ => self.reject(env, EmmCause::INVALID_MANDATORY_INFORMATION),
        }
    }

    /// The UE has proved itself: on with the attach.
    pub(super) fn attach_secured(&mut self, env: &mut Environment<'_>) -> Disposition {
        self.forget_registration(env);
        let Goal::Attach(attach) = &mut self.goal else {
            return Disposition::Handled;
        };
        match &attach.requested.pdn {
            Err((_, cause)) => {
                let cause = *cause;
                self.attach_reject_esm(env, cause)
            }
            Ok(pdn) if pdn.information_follows => {
                attach.phase = Phases::EsmInformation;
                self.request_esm_information(env)
            }
            Ok(_) => self.attach_locate(env),
        }
    }

    /// A UE that attaches anew has neither bearers nor registration any more (TS 24.301 5.5.1.2.7 f).
    fn forget_registration(&mut self, env: &mut Environment<'_>) {
        self.keep_whereabouts(env);
        if let Some(context) = self.bound_context_mut(env) {
            context.detach();
        }
    }

    /// ATTACH ACCEPT: a new GUTI, the bearer, and Context Setup with KeNB.
    fn attach_accept(&mut self, env: &mut Environment<'_>, bearer: DefaultBearer) -> Disposition {
        let (Goal::Attach(attach), Some(id)) = (&self.goal, self.bound) else {
            return Disposition::Handled;
        };
        let Some(guti) = self.assign_guti(env, id) else {
            return self.reject(env, EmmCause::CONGESTION);
        };
        let Ok(pdn) = &attach.requested.pdn else {
            return self.attach_reject_esm(env, EsmCause::PROTOCOL_ERROR_UNSPECIFIED);
        };
        let whereabouts = (guti, self.from.tai);
        let message = match accept::attach_accept(&attach.requested, pdn, &bearer, env.policy, whereabouts) {
            Ok(message) => message,
            Err(cause) => return self.attach_reject_esm(env, cause),
        };
        env.outputs.push(Output::Changed(id));
        let registration = bearer.registration();
        if let Goal::Attach(attach) = &mut self.goal {
            attach.phase = Phases::Accepted(Box::new(bearer));
        }
        self.set_up_context(env, &registration, Some(message), Some(Timer::T3450))
    }

    /// ATTACH COMPLETE (TS 24.301 5.5.1.2.4).
    pub(super) fn attach_complete(
        &mut self,
        env: &mut Environment<'_>,
        complete: &AttachComplete<'_>,
    ) -> Disposition {
        let Goal::Attach(attach) = &self.goal else {
            return self.unexpected(
                "ATTACH COMPLETE",
                "ATTACH ACCEPT before it",
                "TS 24.301 5.5.1.2.4",
            );
        };
        let Phases::Accepted(bearer) = &attach.phase else {
            return self.unexpected(
                "ATTACH COMPLETE",
                "ATTACH ACCEPT before it",
                "TS 24.301 5.5.1.2.4",
            );
        };
        let bearer = bearer.registration();
        let accepted = ActivateDefaultEpsBearerContextAccept::decode(complete.esm_message_container.0)
            .is_ok_and(|(accept, _)| accept.eps_bearer_identity.0 == bearer.default_bearer);
        self.answered();
        self.attached(env, bearer);
        if accepted {
            self.inform(env);
            return Disposition::Handled;
        }
        // A UE without a bearer cannot stay attached (TS 24.301 5.5.1.1, 6.4.1.4).
        self.detach_by_network(env, false, None)
    }

    /// The UE is attached: it has its bearer and its GUTI.
    fn attached(&mut self, env: &mut Environment<'_>, bearer: Registration) {
        self.goal = Goal::None;
        let id = self.bound;
        if let Some(context) = self.bound_context_mut(env) {
            context.state = EmmState::Registered;
            context.registration = Some(bearer);
            context.old_guti = None;
        }
        env.outputs.extend(id.map(Output::Changed));
        self.phase(env, Phase::Attached);
    }

    /// What an update on the same connection says before ATTACH COMPLETE: the UE has what ATTACH ACCEPT gave it
    /// (TS 24.301 5.5.1.2.7 g).
    pub(super) fn attach_confirmed(&mut self, env: &mut Environment<'_>) {
        if let Goal::Attach(attach) = &self.goal
            && let Phases::Accepted(bearer) = &attach.phase
        {
            let bearer = bearer.registration();
            self.answered();
            self.attached(env, bearer);
        }
    }

    /// T3450 has expired for the last time: both GUTIs stay valid (TS 24.301 5.5.1.2.7 c).
    pub(super) fn attach_exhausted_t3450(&mut self, env: &mut Environment<'_>) {
        self.goal = Goal::None;
        self.release(env, ReleaseCause::Unspecified);
    }

    /// The eNB did not set up the context: a lower layer failure (TS 24.301 5.5.1.2.7 a).
    pub(super) fn attach_setup_failed(&mut self, env: &mut Environment<'_>) {
        self.answered();
        self.goal = Goal::None;
        self.release(env, ReleaseCause::Unspecified);
    }
}
