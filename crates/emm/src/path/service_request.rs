//! Service request (TS 24.301 5.6.1): bearers answer it, not a message, unless it is the control plane's.

use super::message::MessageView;
use super::state::{Common, Fresh, Registration, Specific, State};
use super::tracking_area_update::registration_after;
use crate::Violation;

/// SERVICE REQUEST, EXTENDED SERVICE REQUEST, CONTROL PLANE SERVICE REQUEST (TS 24.301 5.6.1.2). A network that has
/// forgotten the UE learns of it by this.
pub(super) fn request(state: &State, message: MessageView) -> State {
    State {
        common: Common::None,
        fresh: if state.is_secure() {
            state.fresh
        } else {
            Fresh::None
        },
        specific: Specific::Service {
            control_plane: matches!(message, MessageView::ControlPlaneServiceRequest { .. }),
        },
        ..*state
    }
}

/// SERVICE ACCEPT answers CONTROL PLANE SERVICE REQUEST alone (TS 24.301 5.6.1.4.2).
pub(super) fn accept(state: &State, message: MessageView) -> Result<State, Violation> {
    state.no_common(message, "TS 24.301 5.6.1.4.2")?;
    match state.specific {
        Specific::Unknown | Specific::Service { control_plane: true } => {
            Ok(state.ended(Registration::Registered, Specific::None))
        }
        _ => Err(message.violates("TS 24.301 5.6.1.4.2", "CONTROL PLANE SERVICE REQUEST before it")),
    }
}

/// SERVICE REJECT (TS 24.301 5.6.1.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::Service { .. } => {
            Ok(state.ended(registration_after(state.registration, cause), Specific::Rejected))
        }
        _ => Err(message.violates("TS 24.301 5.6.1.5", "a service request before it")),
    }
}
