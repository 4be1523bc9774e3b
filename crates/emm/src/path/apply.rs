//! The table's first column: which arm a message has.

use super::admission::admit;
use super::message::{MessageView, Step};
use super::state::{Registration, Security, Specific, State};
use super::{Header, Protection};
use super::{
    attach, authentication, detach, identification, security_mode, service_request, tracking_area_update,
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
            MessageView::AttachRequest { .. } => Ok(attach::request(&state, &step)),
            MessageView::AttachAccept => attach::accept(&state, message),
            MessageView::AttachComplete => attach::complete(&state, message),
            MessageView::AttachReject { .. } => attach::reject(&state, message),
            MessageView::TrackingAreaUpdateRequest { .. } => Ok(tracking_area_update::request(&state)),
            MessageView::TrackingAreaUpdateAccept { guti } => {
                tracking_area_update::accept(&state, message, guti)
            }
            MessageView::TrackingAreaUpdateComplete => tracking_area_update::complete(&state, message),
            MessageView::TrackingAreaUpdateReject { cause } => {
                tracking_area_update::reject(&state, message, cause)
            }
            MessageView::ServiceRequest { .. }
            | MessageView::ExtendedServiceRequest { .. }
            | MessageView::ControlPlaneServiceRequest { .. } => Ok(service_request::request(&state, message)),
            MessageView::ServiceAccept => service_request::accept(&state, message),
            MessageView::ServiceReject { cause } => service_request::reject(&state, message, cause),
            MessageView::DetachRequestByUe { switch_off, .. } => Ok(detach::by_ue(&state, switch_off)),
            MessageView::DetachRequestByNetwork { imsi_detach } => {
                detach::by_network(&state, message, imsi_detach)
            }
            MessageView::DetachAccept => detach::accept(&state, message, step.direction),
            MessageView::IdentityRequest { kind } => identification::request(&state, message, kind),
            MessageView::IdentityResponse { kind } => identification::response(&state, message, kind),
            MessageView::AuthenticationRequest { ksi } => authentication::request(&state, message, ksi),
            MessageView::AuthenticationResponse => authentication::response(&state, message),
            MessageView::AuthenticationFailure { cause, auts } => {
                authentication::failure(&state, message, cause, auts)
            }
            MessageView::AuthenticationReject => authentication::reject(&state, message),
            MessageView::SecurityModeCommand { ksi, algorithms } => {
                security_mode::command(&state, message, ksi, algorithms)
            }
            MessageView::SecurityModeComplete => security_mode::complete(&state, message),
            MessageView::SecurityModeReject { cause } => security_mode::reject(&state, message, cause),
            MessageView::GutiReallocationCommand => tracking_area_update::guti_command(&state, message),
            MessageView::GutiReallocationComplete => tracking_area_update::guti_complete(&state, message),
            MessageView::Ciphered if is_new_context(&step) => security_mode::complete(&state, message),
            MessageView::Ciphered => Ok(state.blurred()),
            MessageView::EmmStatus | MessageView::Unknown { .. } | MessageView::Esm { .. } => {
                Ok(state.settled(&step))
            }
            MessageView::EmmInformation
            | MessageView::DownlinkNasTransport
            | MessageView::UplinkNasTransport
            | MessageView::DownlinkGenericNasTransport
            | MessageView::UplinkGenericNasTransport
            | MessageView::CsServiceNotification => state.settled(&step).registered(message),
        }
    }

    /// Whether a service request waits for its bearers, which come without a NAS message (TS 24.301 5.6.1.4).
    pub(super) const fn service_may_be_accepted(&self) -> bool {
        matches!(self.specific, Specific::Service { .. } | Specific::Unknown)
    }

    /// A secure message that belongs to no procedure: the bearers of a service request were there before it.
    pub(super) const fn settled(self, step: &Step) -> Self {
        match (self.specific, self.security, step.protection) {
            (Specific::Service { .. }, Security::Secure { .. }, Protection::Protected { .. }) => Self {
                registration: Registration::Registered,
                specific: Specific::None,
                ..self
            },
            _ => self,
        }
    }

    /// What only a registered UE has (TS 24.301 5.1.3.2).
    fn registered(self, message: MessageView) -> Result<Self, Violation> {
        match (self.registration, self.specific) {
            (Registration::Deregistered, Specific::AttachAccepted) => Ok(self),
            (Registration::Deregistered, _) => Err(message.violates("TS 24.301 5.1.3.2", "a registered UE")),
            _ => Ok(self),
        }
    }
}

/// Whether only SECURITY MODE COMPLETE can be in it (TS 24.301 9.3.1).
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
