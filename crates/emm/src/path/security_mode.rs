//! NAS security mode control (TS 24.301 5.4.3).
//!
//! ```text
//!   Agreed(KSI) │ Offered(KSI) │ Secure(KSI) ─COMMAND(KSI, EIA, EEA)─► SecurityMode ─COMPLETE─► Secure(KSI)
//!   emergency, EIA0 ──────────────────────────────────▲ again (T3460) ┘    └─REJECT─► Rejected, security as before
//! ```

use super::message::{MessageView, Step};
use super::state::{Common, Fresh, Security, Specific, State};
use super::{Algorithms, Header, Ksi, Protection};
use crate::Violation;
use quintet_crypto::IntegrityAlgorithm;

/// EMM cause #23, UE security capabilities mismatch, and #24, security mode rejected, unspecified.
const CAUSES: [u8; 2] = [23, 24];

/// SECURITY MODE COMMAND: takes a context into use that both have, and again when T3460 has expired (TS 24.301 5.4.3.2,
/// 5.4.3.7).
pub(super) fn command(
    state: &State,
    message: MessageView,
    ksi: Ksi,
    algorithms: Algorithms,
) -> Result<State, Violation> {
    let null = algorithms.integrity == IntegrityAlgorithm::EIA0;
    if null && state.emergency == Some(false) {
        return Err(message.violates("TS 24.301 4.4.4.1", "an integrity algorithm other than EIA0"));
    }
    let next = Ok(State {
        common: Common::SecurityMode { ksi, algorithms },
        ..*state
    });
    match state.common {
        Common::SecurityMode {
            ksi: pending,
            algorithms: chosen,
        } => {
            return if pending == ksi && chosen == algorithms {
                next
            } else {
                Err(message.violates(
                    "TS 24.301 5.4.3.7",
                    "the command that waits for its answer, unchanged",
                ))
            };
        }
        Common::Identification { .. } | Common::Authentication { .. } | Common::SecurityModeRefused => {
            return Err(message.violates(
                "TS 24.301 5.4.3.2",
                "the answer to the common procedure under way",
            ));
        }
        Common::Unknown | Common::None | Common::GutiReallocation => {}
    }
    if null || names_what_both_have(state, ksi) {
        next
    } else {
        Err(message.violates(
            "TS 24.301 5.4.3.2",
            "the KSI of the context that was agreed, or is in use",
        ))
    }
}

/// Whether the KSI is that of the keys just agreed, or of the context that the UE offered or uses. A mapped context comes
/// with its nonces, which are not looked at here.
fn names_what_both_have(state: &State, ksi: Ksi) -> bool {
    if ksi.is_mapped() || state.fresh == Fresh::Unknown {
        return true;
    }
    if !ksi.names_a_key() {
        return false;
    }
    let agreed = match state.fresh {
        Fresh::Agreed { ksi: Some(agreed) } => agreed == ksi,
        Fresh::Agreed { ksi: None } => true,
        Fresh::Refused { .. } => return false,
        Fresh::None | Fresh::Unknown => false,
    };
    agreed
        || match state.security {
            Security::Unknown | Security::Secure { ksi: None, .. } => true,
            Security::Offered { ksi: offered } => offered.matches(ksi),
            Security::Secure { ksi: Some(used), .. } => used == ksi,
            Security::Idle | Security::Plain => false,
        }
}

/// SECURITY MODE COMPLETE: secure exchange is established (TS 24.301 5.4.3.3, 5.4.3.4).
pub(super) fn complete(state: &State, message: MessageView) -> Result<State, Violation> {
    let ksi = match state.common {
        Common::SecurityMode { ksi, .. } => Some(ksi),
        Common::Unknown => None,
        _ => return Err(message.violates("TS 24.301 5.4.3.3", "SECURITY MODE COMMAND before it")),
    };
    Ok(State {
        security: Security::Secure {
            ksi,
            continued: false,
        },
        fresh: Fresh::None,
        ..state.without_common()
    })
}

impl State {
    /// The state of a UE that answers a SECURITY MODE COMMAND which the table, or a check of its own, refuses: SECURITY MODE
    /// REJECT may follow, SECURITY MODE COMPLETE may not (TS 24.301 5.4.3.5). `None` for another message, or without a
    /// connection.
    #[must_use]
    pub fn refusing(&self, step: &Step) -> Option<Self> {
        let refusable = matches!(
            (step.message, step.protection),
            (
                MessageView::SecurityModeCommand { .. },
                Protection::Protected {
                    header: Header::NewContext,
                    ..
                }
            )
        );
        (refusable && self.security != Security::Idle).then_some(Self {
            common: Common::SecurityModeRefused,
            ..*self
        })
    }
}

/// SECURITY MODE REJECT: the context before stays, the procedure that needed it ends (TS 24.301 5.4.3.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    if !matches!(
        state.common,
        Common::SecurityMode { .. } | Common::SecurityModeRefused | Common::Unknown
    ) {
        return Err(message.violates("TS 24.301 5.4.3.5", "SECURITY MODE COMMAND before it"));
    }
    if !CAUSES.contains(&cause) {
        return Err(message.violates("TS 24.301 5.4.3.5", "EMM cause #23 or #24"));
    }
    Ok(state.without_common().with(match state.specific {
        Specific::Unknown => Specific::Unknown,
        _ => Specific::Rejected,
    }))
}
