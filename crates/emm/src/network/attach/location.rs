//! Update Location, and whether the subscription allows the attach (TS 23.401 5.3.2.1 steps 8 to 11; TS 24.301 5.5.1.2.5).

use super::Phases;
use crate::Disposition;
use crate::network::authentication::cause_of;
use crate::network::bearer::{self, Wanted};
use crate::network::event::Phase;
use crate::network::output::Output;
use crate::network::session::{Environment, Goal};
use crate::network::{Location, LocationFailure, Session};
use quintet_nas::eps::{EmmCause, EsmCause};
use quintet_subscriber::model::AccessRestriction;

impl Session {
    /// Asks the HSS, but for emergency bearer services, which no subscription restricts (TS 23.401 4.3.12.2, 5.3.2.1).
    pub(super) fn attach_locate(&mut self, env: &mut Environment<'_>) -> Disposition {
        let imsi = self.bound_context(env).and_then(|context| context.imsi);
        let Goal::Attach(attach) = &mut self.goal else {
            return Disposition::Handled;
        };
        attach.phase = Phases::Locating;
        match imsi {
            _ if self.learnt.emergency => self.attach_emergency(env),
            Some(imsi) => {
                env.outputs.push(Output::UpdateLocation {
                    imsi,
                    initial_attach: true,
                });
                Disposition::Handled
            }
            None => self.reject(env, EmmCause::UE_IDENTITY_CANNOT_BE_DERIVED_BY_THE_NETWORK),
        }
    }

    /// The HSS's answer. One that nobody waits for any more is of no use.
    pub(in crate::network) fn location(
        &mut self,
        env: &mut Environment<'_>,
        outcome: Result<&Location, LocationFailure>,
    ) -> Disposition {
        let (Goal::Attach(attach), Some(id)) = (&self.goal, self.bound) else {
            return Disposition::Handled;
        };
        if !matches!(attach.phase, Phases::Locating) {
            return Disposition::Handled;
        }
        let location = match outcome {
            Ok(location) => location,
            Err(failure) => return self.reject(env, cause_of(failure)),
        };
        if location
            .access_restriction
            .is_some_and(|restriction| restriction.forbids(AccessRestriction::WB_E_UTRAN))
        {
            return self.attach_reject_access(env);
        }
        if location.barred {
            return self.attach_reject_esm(env, EsmCause::OPERATOR_DETERMINED_BARRING);
        }
        let chosen = match &attach.requested.pdn {
            // Emergency bearer services come with an emergency attach, or as a further PDN connection (TS 24.301 6.5.1.2).
            Ok(pdn) if pdn.emergency => Err(EsmCause::SERVICE_OPTION_NOT_SUPPORTED),
            Ok(pdn) => {
                let wanted = Wanted {
                    apn: pdn.apn.as_ref(),
                    pdn_type: pdn.pdn_type,
                };
                bearer::choose(wanted, location, env.policy, id)
            }
            Err((_, cause)) => Err(*cause),
        };
        self.phase(env, Phase::Located);
        match chosen {
            Ok(bearer) => self.attach_accept(env, bearer),
            Err(cause) => self.attach_reject_esm(env, cause),
        }
    }

    fn attach_emergency(&mut self, env: &mut Environment<'_>) -> Disposition {
        let (Goal::Attach(attach), Some(id)) = (&self.goal, self.bound) else {
            return Disposition::Handled;
        };
        let chosen = match &attach.requested.pdn {
            Ok(pdn) => bearer::emergency(pdn.pdn_type, env.policy, id),
            Err((_, cause)) => Err(*cause),
        };
        match chosen {
            Ok(bearer) => self.attach_accept(env, bearer),
            Err(cause) => self.attach_reject_esm(env, cause),
        }
    }
}
