//! The table's first column: which arm a message has.

use super::admission::admit;
use super::message::{MessageView, Step};
use super::state::{Registration, Specific, State};
use super::{Header, Protection};
use super::{
    authentication, beside, deregistration, identification, registration, security_mode, service_request,
};
use crate::Violation;
use quintet_crypto::Direction;

impl State {
    /// The state after a message that was sent, or taken.
    ///
    /// Total and pure, and the same for both ends. That a connection ends is no message: see [`State::released`].
    ///
    /// # Errors
    /// [`Violation`] if the message may not come now, or not like this. The state is unchanged then.
    pub fn apply(&self, step: Step) -> Result<Self, Violation> {
        let state = Self {
            security: admit(self, &step)?,
            ..*self
        };
        let message = step.message;
        match message {
            MessageView::RegistrationRequest { kind, .. } => Ok(registration::request(&state, kind)),
            MessageView::RegistrationAccept { needs_complete } => {
                registration::accept(&state, message, needs_complete)
            }
            MessageView::RegistrationComplete => registration::complete(&state, message),
            MessageView::RegistrationReject { cause } => registration::reject(&state, message, cause),
            MessageView::ServiceRequest { .. } | MessageView::ControlPlaneServiceRequest { .. } => {
                Ok(service_request::request(&state))
            }
            MessageView::ServiceAccept => service_request::accept(&state, message),
            MessageView::ServiceReject { cause } => service_request::reject(&state, message, cause),
            MessageView::DeregistrationRequestByUe { switch_off, .. } => {
                Ok(deregistration::by_ue(&state, switch_off))
            }
            MessageView::DeregistrationRequestByNetwork { reregistration } => {
                deregistration::by_network(&state, message, reregistration)
            }
            MessageView::DeregistrationAcceptByNetwork => deregistration::accept_by_network(&state, message),
            MessageView::DeregistrationAcceptByUe => deregistration::accept_by_ue(&state, message),
            MessageView::Ciphered if is_new_context(&step) => security_mode::complete(&state, message, None),
            MessageView::Ciphered => Ok(state.blurred()),
            MessageView::FgmmStatus | MessageView::Other { .. } => Ok(state),
            MessageView::UlNasTransport | MessageView::DlNasTransport => state.registered(message),
            common => state.apply_common(common),
        }
    }

    /// The common procedures, and what runs beside.
    fn apply_common(&self, message: MessageView) -> Result<Self, Violation> {
        match message {
            MessageView::IdentityRequest { kind } => identification::request(self, message, kind),
            MessageView::IdentityResponse { kind } => identification::response(self, message, kind),
            MessageView::AuthenticationRequest { ksi, method } => {
                authentication::request(self, message, ksi, method)
            }
            MessageView::AuthenticationResponse { method } => authentication::response(self, message, method),
            MessageView::AuthenticationResult { success } => authentication::result(self, message, success),
            MessageView::AuthenticationFailure { cause, auts } => {
                authentication::failure(self, message, cause, auts)
            }
            MessageView::AuthenticationReject => authentication::reject(self, message),
            MessageView::SecurityModeCommand { .. } => security_mode::command(self, message),
            MessageView::SecurityModeComplete { container } => {
                security_mode::complete(self, message, Some(container))
            }
            MessageView::SecurityModeReject { cause } => security_mode::reject(self, message, cause),
            other => beside::apply(&self.registered(other)?, other),
        }
    }

    /// What only a registered UE has (TS 24.501 5.1.3.2).
    fn registered(&self, message: MessageView) -> Result<Self, Violation> {
        match (self.registration, self.specific) {
            (Registration::Deregistered, Specific::RegistrationAccepted) => Ok(*self),
            (Registration::Deregistered, _) => Err(message.violates("TS 24.501 5.1.3.2", "a registered UE")),
            _ => Ok(*self),
        }
    }
}

/// Whether only SECURITY MODE COMPLETE can be in it (TS 24.501 9.3.1).
fn is_new_context(step: &Step) -> bool {
    step.direction == Direction::Uplink
        && matches!(
            step.protection,
            Protection::Protected {
                header: Header::CipheredNewContext,
                ..
            }
        )
}

impl quintet_procedure::Machine for State {
    type Step = Step;

    fn apply(&self, step: Step) -> Result<Self, Violation> {
        Self::apply(self, step)
    }

    fn refusing(&self, step: &Step) -> Option<Self> {
        Self::refusing(self, step)
    }

    fn released(&self) -> Self {
        Self::released(self)
    }
}
