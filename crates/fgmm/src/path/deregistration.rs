//! Deregistration (TS 24.501 5.5.2).

use super::message::MessageView;
use super::state::{Common, Registration, Specific, State};
use crate::Violation;

/// DEREGISTRATION REQUEST of the UE, and again when T3521 has expired (TS 24.501 5.5.2.2.1, 5.5.2.2.6). Switching off ends
/// it without an answer.
pub(super) fn by_ue(state: &State, switch_off: bool) -> State {
    if switch_off {
        return state.ended(Registration::Deregistered, Specific::Deregistered { switch_off });
    }
    State {
        common: Common::None,
        specific: Specific::DeregistrationByUe,
        ..*state
    }
}

/// DEREGISTRATION REQUEST of the network, and again when T3522 has expired (TS 24.501 5.5.2.3.1, 5.5.2.3.5). A UE is
/// registered from REGISTRATION ACCEPT on, whether or not the network has heard its answer.
pub(super) fn by_network(
    state: &State,
    message: MessageView,
    reregistration: bool,
) -> Result<State, Violation> {
    let known = matches!(
        state.specific,
        Specific::DeregistrationByNetwork { .. }
            | Specific::Deregistered { switch_off: false }
            | Specific::RegistrationAccepted
    );
    match state.registration {
        Registration::Deregistered if !known => {
            Err(message.violates("TS 24.501 5.5.2.3.1", "a registered UE"))
        }
        _ => Ok(State {
            common: Common::None,
            specific: Specific::DeregistrationByNetwork { reregistration },
            ..*state
        }),
    }
}

/// DEREGISTRATION ACCEPT of the network (TS 24.501 5.5.2.2.2).
pub(super) fn accept_by_network(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::DeregistrationByUe => Ok(deregistered(state)),
        _ => Err(message.violates(
            "TS 24.501 5.5.2.2.2",
            "the UE's DEREGISTRATION REQUEST, not for switching off",
        )),
    }
}

/// DEREGISTRATION ACCEPT of the UE (TS 24.501 5.5.2.3.2).
pub(super) fn accept_by_ue(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::DeregistrationByNetwork { .. } => Ok(deregistered(state)),
        _ => Err(message.violates(
            "TS 24.501 5.5.2.3.2",
            "the network's DEREGISTRATION REQUEST before it",
        )),
    }
}

fn deregistered(state: &State) -> State {
    state.ended(
        Registration::Deregistered,
        Specific::Deregistered { switch_off: false },
    )
}
