//! Service request (TS 24.501 5.6.1): a message answers it, always.

use super::message::MessageView;
use super::registration::registration_after;
use super::state::{Common, Registration, Specific, State};
use crate::Violation;

/// SERVICE REQUEST, CONTROL PLANE SERVICE REQUEST (TS 24.501 5.6.1.2), also within a connection. A network that has
/// forgotten the UE learns of it by this.
pub(super) fn request(state: &State) -> State {
    State {
        common: Common::None,
        fresh: state.fresh_on_request(),
        specific: Specific::Service,
        ..*state
    }
}

/// SERVICE ACCEPT (TS 24.501 5.6.1.4).
pub(super) fn accept(state: &State, message: MessageView) -> Result<State, Violation> {
    state.no_common(message, "TS 24.501 5.6.1.4")?;
    match state.specific {
        Specific::Unknown | Specific::Service => Ok(state.ended(Registration::Registered, Specific::None)),
        _ => Err(message.violates("TS 24.501 5.6.1.4", "a service request before it")),
    }
}

/// SERVICE REJECT (TS 24.501 5.6.1.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::Service => {
            Ok(state.ended(registration_after(state.registration, cause), Specific::Rejected))
        }
        _ => Err(message.violates("TS 24.501 5.6.1.5", "a service request before it")),
    }
}
