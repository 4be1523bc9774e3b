//! Registration at the UDM, and whether the subscription allows it (TS 23.502 4.2.2.2.2 step 14; TS 24.501 5.5.1.2.5;
//! TS 29.524 4.2.2).

use super::{Phases, slices};
use crate::Disposition;
use crate::network::event::Phase;
use crate::network::output::Output;
use crate::network::session::{Environment, Goal};
use crate::network::{Registration, Session, Subscription, SubscriptionFailure};
use quintet_nas::fgs::{FgmmCause, RegistrationReject, RejectedNssai};

impl Session {
    /// Asks the UDM.
    pub(super) fn subscribe(&mut self, env: &mut Environment<'_>, initial: bool) -> Disposition {
        match self.bound_context(env).and_then(|context| context.supi.clone()) {
            Some(supi) => {
                env.outputs.push(Output::Register { supi, initial });
                Disposition::Handled
            }
            // Served for emergency services without a SUPI, it wants more.
            None => self.reject(env, FgmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
        }
    }

    /// The UDM's answer. One that nobody waits for any more is of no use.
    pub(in crate::network) fn subscription(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<&Subscription, SubscriptionFailure>,
    ) -> Disposition {
        let Goal::Registration(registering) = &self.goal else {
            return Disposition::Handled;
        };
        if !matches!(registering.phase, Phases::Subscribing) || !self.common.is_none() {
            return Disposition::Handled;
        }
        let subscription = match outcome {
            Ok(subscription) => subscription,
            Err(failure) => return self.reject(env, cause_of(failure)),
        };
        if subscription.core_network_restricted {
            return self.reject(env, FgmmCause::N1_MODE_NOT_ALLOWED);
        }
        if subscription.nr_restricted {
            return self.reject(env, FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA);
        }
        if subscription.forbidden_tacs.contains(&self.from.tai.tac) {
            return self.reject(env, FgmmCause::TRACKING_AREA_NOT_ALLOWED);
        }
        self.phase(env, Phase::Subscribed);
        let requested = registering.requested.nssai.as_deref();
        let slices = slices::choose(requested, &subscription.nssai, &env.policy.slices);
        if slices.allowed.is_empty() {
            return self.no_slices(env, &slices);
        }
        let registration = Registration {
            emergency: false,
            ambr: subscription.ambr,
            subscribed: subscription.nssai.clone().into(),
            allowed: slices.allowed.clone().into(),
            forbidden_tacs: subscription.forbidden_tacs.clone().into(),
            pdu_sessions: Default::default(),
        };
        self.accept(env, registration, &slices)
    }

    /// REGISTRATION REJECT #62, with what was asked for and cannot be had.
    pub(super) fn no_slices(&mut self, env: &mut Environment<'_>, slices: &slices::Slices) -> Disposition {
        let mut message = RegistrationReject::new(FgmmCause::NO_NETWORK_SLICES_AVAILABLE);
        if !slices.rejected.is_empty() {
            message.rejected_nssai = Some(RejectedNssai::of(&slices.rejected));
        }
        self.reject_registration(env, message)
    }
}

/// The 5GMM cause of a UDM that refuses.
fn cause_of(failure: SubscriptionFailure) -> FgmmCause {
    match failure {
        SubscriptionFailure::UserNotFound | SubscriptionFailure::UnknownFgsSubscription => {
            FgmmCause::FGS_SERVICES_NOT_ALLOWED
        }
        SubscriptionFailure::RoamingNotAllowed => FgmmCause::PLMN_NOT_ALLOWED,
        SubscriptionFailure::RatNotAllowed => FgmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA,
        // What passes by itself: the UE tries again (TS 24.501 5.5.1.2.7).
        SubscriptionFailure::Unavailable | SubscriptionFailure::NoAnswer => FgmmCause::CONGESTION,
    }
}
