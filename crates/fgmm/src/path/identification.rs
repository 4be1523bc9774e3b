//! Identification (TS 24.501 5.4.3).

use super::message::{IdentityKind, MessageView};
use super::state::{Common, State};
use crate::Violation;

/// IDENTITY REQUEST, and again when T3570 has expired (TS 24.501 5.4.3.2, 5.4.3.6).
pub(super) fn request(state: &State, message: MessageView, kind: IdentityKind) -> Result<State, Violation> {
    match state.common {
        Common::Identification { kind: pending } if pending != kind => Err(message.violates(
            "TS 24.501 5.4.3.6",
            "the request that waits for its answer, unchanged",
        )),
        Common::Identification { .. } | Common::Unknown | Common::None => Ok(State {
            common: Common::Identification { kind },
            ..*state
        }),
        Common::Authentication { .. } | Common::SecurityMode { .. } | Common::SecurityModeRefused => {
            Err(message.violates(
                "TS 24.501 5.4.3.2",
                "the answer to the common procedure under way",
            ))
        }
    }
}

/// IDENTITY RESPONSE (TS 24.501 5.4.3.3): with what was asked for, or without an identity.
pub(super) fn response(state: &State, message: MessageView, kind: IdentityKind) -> Result<State, Violation> {
    match state.common {
        Common::Unknown => Ok(state.without_common()),
        Common::Identification { kind: asked } if kind == asked || kind == IdentityKind::NONE => {
            Ok(state.without_common())
        }
        Common::Identification { .. } => {
            Err(message.violates("TS 24.501 5.4.3.3", "the kind of identity asked for"))
        }
        _ => Err(message.violates("TS 24.501 5.4.3.3", "IDENTITY REQUEST before it")),
    }
}
