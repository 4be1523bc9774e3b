//! Detach (TS 24.301 5.5.2).

use super::message::MessageView;
use super::state::{Common, Registration, Specific, State};
use crate::Violation;
use quintet_crypto::Direction;

/// DETACH REQUEST of the UE, and again when T3421 has expired (TS 24.301 5.5.2.2.1, 5.5.2.2.4). Switching off ends it
/// without an answer.
pub(super) fn by_ue(state: &State, switch_off: bool) -> State {
    if switch_off {
        return state.ended(Registration::Deregistered, Specific::Detached { switch_off });
    }
    State {
        common: Common::None,
        specific: Specific::DetachByUe,
        ..*state
    }
}

/// DETACH REQUEST of the network, and again when T3422 has expired (TS 24.301 5.5.2.3.1, 5.5.2.3.4).
pub(super) fn by_network(state: &State, message: MessageView, imsi_detach: bool) -> Result<State, Violation> {
    let again = matches!(
        state.specific,
        Specific::DetachByNetwork { .. } | Specific::Detached { switch_off: false }
    );
    match state.registration {
        Registration::Deregistered if !again => {
            Err(message.violates("TS 24.301 5.5.2.3.1", "a registered UE"))
        }
        _ => Ok(State {
            common: Common::None,
            specific: Specific::DetachByNetwork { imsi_detach },
            ..*state
        }),
    }
}

/// DETACH ACCEPT of either side (TS 24.301 5.5.2.2.2, 5.5.2.3.2).
pub(super) fn accept(state: &State, message: MessageView, direction: Direction) -> Result<State, Violation> {
    let detached = state.ended(
        Registration::Deregistered,
        Specific::Detached { switch_off: false },
    );
    match (direction, state.specific) {
        (_, Specific::Unknown)
        | (Direction::Downlink, Specific::DetachByUe)
        | (Direction::Uplink, Specific::DetachByNetwork { imsi_detach: false }) => Ok(detached),
        (Direction::Uplink, Specific::DetachByNetwork { imsi_detach: true }) => {
            Ok(state.without_common().with(Specific::None))
        }
        (Direction::Downlink, _) => Err(message.violates(
            "TS 24.301 5.5.2.2.2",
            "the UE's DETACH REQUEST, not for switching off",
        )),
        (Direction::Uplink, _) => {
            Err(message.violates("TS 24.301 5.5.2.3.2", "the network's DETACH REQUEST before it"))
        }
    }
}
