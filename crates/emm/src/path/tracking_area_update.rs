//! Tracking area updating (TS 24.301 5.5.3) and GUTI reallocation (5.4.1), which confirm a GUTI alike.

use super::message::MessageView;
use super::state::{Common, Fresh, Registration, Specific, State};
use crate::Violation;

/// EMM causes after which the UE is deregistered (TS 24.301 5.5.3.2.5, 5.6.1.5).
pub(super) const DEREGISTERING_CAUSES: [u8; 11] = [3, 6, 7, 8, 9, 10, 11, 12, 14, 35, 40];

/// TRACKING AREA UPDATE REQUEST (TS 24.301 5.5.3.2.2). A network that has forgotten the UE learns of it by this, so it
/// may come whatever the registration was.
pub(super) fn request(state: &State) -> State {
    State {
        common: Common::None,
        fresh: if state.is_secure() {
            state.fresh
        } else {
            Fresh::None
        },
        specific: Specific::Update,
        ..*state
    }
}

/// TRACKING AREA UPDATE ACCEPT (TS 24.301 5.5.3.2.4); again when T3450 has expired (5.5.3.2.7).
pub(super) fn accept(state: &State, message: MessageView, guti: bool) -> Result<State, Violation> {
    state.no_common(message, "TS 24.301 5.5.3.2.4")?;
    match state.specific {
        Specific::Unknown | Specific::Update | Specific::UpdateAccepted | Specific::Updated if guti => {
            Ok(state.with(Specific::UpdateAccepted))
        }
        Specific::Unknown | Specific::Update => Ok(state.ended(Registration::Registered, Specific::Updated)),
        _ => Err(message.violates("TS 24.301 5.5.3.2.4", "TRACKING AREA UPDATE REQUEST before it")),
    }
}

/// TRACKING AREA UPDATE COMPLETE (TS 24.301 5.5.3.2.4).
pub(super) fn complete(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::UpdateAccepted => {
            Ok(state.ended(Registration::Registered, Specific::Updated))
        }
        _ => Err(message.violates(
            "TS 24.301 5.5.3.2.4",
            "TRACKING AREA UPDATE ACCEPT with a GUTI before it",
        )),
    }
}

/// TRACKING AREA UPDATE REJECT (TS 24.301 5.5.3.2.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::Update => {
            Ok(state.ended(registration_after(state.registration, cause), Specific::Rejected))
        }
        _ => Err(message.violates("TS 24.301 5.5.3.2.5", "TRACKING AREA UPDATE REQUEST before it")),
    }
}

/// What a reject leaves of the registration.
pub(super) fn registration_after(before: Registration, cause: u8) -> Registration {
    if DEREGISTERING_CAUSES.contains(&cause) {
        Registration::Deregistered
    } else {
        before
    }
}

/// GUTI REALLOCATION COMMAND, and again when T3450 has expired (TS 24.301 5.4.1.2, 5.4.1.6).
pub(super) fn guti_command(state: &State, message: MessageView) -> Result<State, Violation> {
    state.no_common(message, "TS 24.301 5.4.1.2")?;
    let settled = match state.specific {
        Specific::Service { .. } => state.with(Specific::None),
        _ => *state,
    };
    match settled.registration {
        Registration::Deregistered => Err(message.violates("TS 24.301 5.4.1.2", "a registered UE")),
        _ => Ok(State {
            common: Common::GutiReallocation,
            ..settled
        }),
    }
}

/// GUTI REALLOCATION COMPLETE (TS 24.301 5.4.1.3).
pub(super) fn guti_complete(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.common {
        Common::GutiReallocation | Common::Unknown => Ok(state.without_common()),
        _ => Err(message.violates("TS 24.301 5.4.1.3", "GUTI REALLOCATION COMMAND before it")),
    }
}
