//! NAS security mode control (TS 24.501 5.4.2).
//!
//! ```text
//!   Agreed(ngKSI) │ Offered(ngKSI) │ Secure(ngKSI) ─COMMAND(ngKSI, NIA, NEA)─► SecurityMode ─COMPLETE─► Secure(ngKSI)
//!   Answered(ngKSI), with EAP-success in it ──────────▲        ▲ again (T3560) ┘  └─REJECT─► Rejected, security as before
//!   emergency, NIA0 ──────────────────────────────────┘
//! ```

use super::message::{MessageView, Step};
use super::state::{Common, Fresh, Security, Specific, State};
use super::{Header, Ksi, Protection};
use crate::Violation;
use quintet_crypto::IntegrityAlgorithm;

/// 5GMM cause #23, UE security capabilities mismatch, and #24, security mode rejected, unspecified.
const CAUSES: [u8; 2] = [23, 24];

/// SECURITY MODE COMMAND: takes a context into use that both have, and again when T3560 has expired (TS 24.501 5.4.2.2,
/// 5.4.2.7).
pub(super) fn command(state: &State, message: MessageView) -> Result<State, Violation> {
    let MessageView::SecurityModeCommand {
        ksi,
        algorithms,
        rinmr,
        eap,
        ..
    } = message
    else {
        return Ok(*state);
    };
    let null = algorithms.integrity == IntegrityAlgorithm::EIA0;
    if null && state.emergency == Some(false) {
        return Err(message.violates("TS 24.501 4.4.4.1", "an integrity algorithm other than 5G-IA0"));
    }
    if eap == Some(false) {
        return Err(message.violates("TS 24.501 8.2.25.6", "no EAP message but EAP-success"));
    }
    let commanded = Common::SecurityMode {
        ksi,
        algorithms,
        rinmr,
    };
    let next = Ok(State {
        common: commanded,
        ..*state
    });
    match state.common {
        Common::SecurityMode { .. } => {
            return if state.common == commanded {
                next
            } else {
                Err(message.violates(
                    "TS 24.501 5.4.2.7",
                    "the command that waits for its answer, unchanged",
                ))
            };
        }
        Common::Identification { .. } | Common::Authentication { .. } | Common::SecurityModeRefused => {
            return Err(message.violates(
                "TS 24.501 5.4.2.2",
                "the answer to the common procedure under way",
            ));
        }
        Common::Unknown | Common::None => {}
    }
    if null || names_what_both_have(state, ksi, eap.is_some()) {
        next
    } else {
        Err(message.violates(
            "TS 24.501 5.4.2.2",
            "the ngKSI of the context that was agreed, or is in use",
        ))
    }
}

/// Whether the ngKSI is that of the keys just agreed, or of the context that the UE offered or uses.
fn names_what_both_have(state: &State, ksi: Ksi, success: bool) -> bool {
    if ksi.is_mapped() || state.fresh == Fresh::Unknown {
        return true;
    }
    if !ksi.names_a_key() {
        return false;
    }
    let agreed = match state.fresh {
        Fresh::Agreed { ksi: agreed } => agreed.is_none_or(|agreed| agreed == ksi),
        // Without EAP-success the UE has no key (TS 24.501 5.4.1.2.2.8).
        Fresh::Answered { ksi: answered } if success => answered.is_none_or(|answered| answered == ksi),
        Fresh::Answered { .. } | Fresh::Refused { .. } | Fresh::Failed => return false,
        Fresh::None | Fresh::Unknown => false,
    };
    agreed
        || match state.security {
            Security::Unknown | Security::Secure { ksi: None, .. } => true,
            Security::Offered { ksi: offered } => offered == ksi,
            Security::Secure { ksi: Some(used), .. } => used == ksi,
            Security::Idle | Security::Plain => false,
        }
}

/// SECURITY MODE COMPLETE: secure exchange is established (TS 24.501 5.4.2.3, 5.4.2.4). `container`: whether the initial
/// message is in it; `None` from who cannot read it.
pub(super) fn complete(
    state: &State,
    message: MessageView,
    container: Option<bool>,
) -> Result<State, Violation> {
    let ksi = match state.common {
        Common::SecurityMode { rinmr: true, .. } if container == Some(false) => {
            return Err(message.violates(
                "TS 24.501 5.4.2.3",
                "the NAS message container that SECURITY MODE COMMAND asked for",
            ));
        }
        Common::SecurityMode { ksi, .. } => Some(ksi),
        Common::Unknown => None,
        _ => return Err(message.violates("TS 24.501 5.4.2.3", "SECURITY MODE COMMAND before it")),
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
    /// REJECT may follow, SECURITY MODE COMPLETE may not (TS 24.501 5.4.2.5). `None` for another message, or without a
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

/// SECURITY MODE REJECT: the context before stays, the procedure that needed it ends (TS 24.501 5.4.2.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    if !matches!(
        state.common,
        Common::SecurityMode { .. } | Common::SecurityModeRefused | Common::Unknown
    ) {
        return Err(message.violates("TS 24.501 5.4.2.5", "SECURITY MODE COMMAND before it"));
    }
    if !CAUSES.contains(&cause) {
        return Err(message.violates("TS 24.501 5.4.2.5", "5GMM cause #23 or #24"));
    }
    Ok(state.without_common().with(match state.specific {
        Specific::Unknown => Specific::Unknown,
        _ => Specific::Rejected,
    }))
}
