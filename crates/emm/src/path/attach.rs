//! Attach (TS 24.301 5.5.1).
//!
//! ```text
//!   ─ATTACH REQUEST─► Attach ─ATTACH ACCEPT─► AttachAccepted ─ATTACH COMPLETE─► Attached
//!                        └────ATTACH REJECT─► Rejected           ▲──ATTACH ACCEPT again (T3450)──┘
//! ```

use super::message::{MessageView, Step};
use super::state::{Common, Fresh, Registration, Specific, State};
use crate::Violation;

/// ATTACH REQUEST may always come: the UE decides when it begins anew (TS 24.301 5.5.1.2.2, 5.5.1.2.7 d to f). It ends
/// what was under way; a registered UE stays registered for the network until this attach succeeds.
pub(super) fn request(state: &State, step: &Step) -> State {
    let emergency = matches!(step.message, MessageView::AttachRequest { emergency: true, .. });
    State {
        common: Common::None,
        fresh: if state.is_secure() {
            state.fresh
        } else {
            Fresh::None
        },
        specific: Specific::Attach,
        emergency: Some(emergency),
        ..*state
    }
}

/// ATTACH ACCEPT, protected (admission) and after the common procedures (TS 24.301 5.5.1.2.4); again when T3450 has
/// expired (5.5.1.2.7 c), even if ATTACH COMPLETE was lost behind an observer.
pub(super) fn accept(state: &State, message: MessageView) -> Result<State, Violation> {
    state.no_common(message, "TS 24.301 5.5.1.2.4")?;
    match state.specific {
        Specific::Unknown | Specific::Attach | Specific::AttachAccepted | Specific::Attached => {
            Ok(state.with(Specific::AttachAccepted))
        }
        _ => Err(message.violates("TS 24.301 5.5.1.2.4", "ATTACH REQUEST before it")),
    }
}

/// ATTACH COMPLETE (TS 24.301 5.5.1.2.4).
pub(super) fn complete(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::AttachAccepted => {
            Ok(state.ended(Registration::Registered, Specific::Attached))
        }
        _ => Err(message.violates("TS 24.301 5.5.1.2.4", "ATTACH ACCEPT before it")),
    }
}

/// ATTACH REJECT (TS 24.301 5.5.1.2.5).
pub(super) fn reject(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::Attach => {
            Ok(state.ended(Registration::Deregistered, Specific::Rejected))
        }
        _ => Err(message.violates("TS 24.301 5.5.1.2.5", "ATTACH REQUEST before it")),
    }
}

impl State {
    /// That no common procedure waits for its answer: the network ends it before the procedure it serves goes on
    /// (TS 24.301 5.1.2).
    pub(super) fn no_common(&self, message: MessageView, clause: &'static str) -> Result<(), Violation> {
        let expected = match self.common {
            Common::Unknown | Common::None | Common::GutiReallocation => return Ok(()),
            Common::Identification { .. } => "the answer to IDENTITY REQUEST first",
            Common::Authentication { .. } => "the answer to AUTHENTICATION REQUEST first",
            Common::SecurityMode { .. } | Common::SecurityModeRefused => {
                "the answer to SECURITY MODE COMMAND first"
            }
        };
        Err(message.violates(clause, expected))
    }
}
