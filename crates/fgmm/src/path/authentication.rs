//! Primary authentication and key agreement (TS 24.501 5.4.1): 5G AKA, and EAP with as many rounds as its method has.
//!
//! ```text
//!   None ─REQUEST(ngKSI)─► Authentication(ngKSI) ─RESPONSE, RES*─► None, Agreed(ngKSI) ─┬─ REJECT ─► Rejected
//!     ▲                    ▲  ▲ again (T3560)  │ └RESPONSE, EAP─► None, Answered(ngKSI) ┤
//!     │                    └───next round──────┼──────────────────┘ │ ├─ RESULT(success), or SMC with it ─► Agreed
//!     │                                        └──FAILURE─► Refused ┤ └─ RESULT(failure) ─► Failed ─┐
//!     └────────────── REQUEST ──────────────────────────────────────┴───────────────────────────────┘
//! ```

use super::Ksi;
use super::message::{AuthenticationMethod, MessageView};
use super::state::{Common, Fresh, Registration, Security, Specific, State};
use crate::Violation;

/// 5GMM cause #20, MAC failure.
const MAC_FAILURE: u8 = 20;
/// 5GMM cause #21, synch failure: the one that brings AUTS.
const SYNCH_FAILURE: u8 = 21;
/// 5GMM cause #26, non-5G authentication unacceptable.
const NON_5G_AUTHENTICATION_UNACCEPTABLE: u8 = 26;
/// 5GMM cause #71, ngKSI already in use: the one that refuses an EAP challenge too.
const NGKSI_ALREADY_IN_USE: u8 = 71;

/// AUTHENTICATION REQUEST: first, again when T3560 has expired, with another vector after a refusal or an answer, or with
/// the next message of the EAP method (TS 24.501 5.4.1.2.2.2, 5.4.1.3.2, 5.4.1.3.7).
pub(super) fn request(
    state: &State,
    message: MessageView,
    ksi: Ksi,
    method: AuthenticationMethod,
) -> Result<State, Violation> {
    if !ksi.names_a_key() || ksi.is_mapped() {
        return Err(message.violates("TS 24.501 9.11.3.32", "an ngKSI of 0 to 6 for a native context"));
    }
    match state.common {
        Common::Authentication {
            ksi: pending,
            method: begun,
        } if pending != ksi || begun != method => Err(message.violates(
            "TS 24.501 5.4.1.3.7",
            "the request that waits for its answer, unchanged",
        )),
        Common::Authentication { .. } | Common::Unknown | Common::None => Ok(State {
            common: Common::Authentication { ksi, method },
            fresh: Fresh::None,
            ..*state
        }),
        Common::Identification { .. } | Common::SecurityMode { .. } | Common::SecurityModeRefused => {
            Err(message.violates(
                "TS 24.501 5.4.1.3.2",
                "the answer to the common procedure under way",
            ))
        }
    }
}

/// AUTHENTICATION RESPONSE (TS 24.501 5.4.1.3.3, 5.4.1.2.2.3): after RES* the keys are agreed if the network finds it right;
/// after an EAP message the EAP server has the next word.
pub(super) fn response(
    state: &State,
    message: MessageView,
    method: AuthenticationMethod,
) -> Result<State, Violation> {
    let ksi = match state.common {
        Common::Authentication { ksi, method: asked } if asked == method => Some(ksi),
        Common::Authentication { .. } => {
            return Err(message.violates("TS 24.501 8.2.2", "RES* to RAND and AUTN, EAP to EAP"));
        }
        Common::Unknown => None,
        _ => return Err(message.violates("TS 24.501 5.4.1.3.3", "AUTHENTICATION REQUEST before it")),
    };
    Ok(State {
        fresh: match method {
            AuthenticationMethod::Aka => Fresh::Agreed { ksi },
            AuthenticationMethod::Eap => Fresh::Answered { ksi },
        },
        ..state.without_common()
    })
}

/// AUTHENTICATION RESULT: the EAP server's verdict, which wants no answer (TS 24.501 5.4.1.2.2.8).
pub(super) fn result(state: &State, message: MessageView, success: bool) -> Result<State, Violation> {
    state.no_common(message, "TS 24.501 5.4.1.2.2.8")?;
    let ksi = match state.fresh {
        Fresh::Answered { ksi } => ksi,
        // Nothing tells the network that it arrived.
        Fresh::Agreed { ksi } if success => ksi,
        Fresh::Unknown => None,
        _ => {
            return Err(message.violates(
                "TS 24.501 5.4.1.2.2.8",
                "AUTHENTICATION RESPONSE with an EAP message before it",
            ));
        }
    };
    Ok(State {
        fresh: if success {
            Fresh::Agreed { ksi }
        } else {
            Fresh::Failed
        },
        ..*state
    })
}

/// AUTHENTICATION FAILURE (TS 24.501 5.4.1.3.6, 5.4.1.2.4.5); AUTS comes with #21 and with no other (8.2.4).
pub(super) fn failure(
    state: &State,
    message: MessageView,
    cause: u8,
    auts: bool,
) -> Result<State, Violation> {
    let method = match state.common {
        Common::Authentication { method, .. } => Some(method),
        Common::Unknown => None,
        _ => return Err(message.violates("TS 24.501 5.4.1.3.6", "AUTHENTICATION REQUEST before it")),
    };
    let (clause, expected, known) = match method {
        // The EAP method has refusals of its own.
        Some(AuthenticationMethod::Eap) => (
            "TS 24.501 5.4.1.2.4.5",
            "5GMM cause #71",
            cause == NGKSI_ALREADY_IN_USE,
        ),
        _ => (
            "TS 24.501 5.4.1.3.6",
            "5GMM cause #20, #21, #26 or #71",
            matches!(
                cause,
                MAC_FAILURE | SYNCH_FAILURE | NON_5G_AUTHENTICATION_UNACCEPTABLE | NGKSI_ALREADY_IN_USE
            ),
        ),
    };
    if !known {
        return Err(message.violates(clause, expected));
    }
    if (cause == SYNCH_FAILURE) != auts {
        return Err(message.violates("TS 24.501 8.2.4.2", "AUTS with #21, and with #21 alone"));
    }
    Ok(State {
        fresh: Fresh::Refused { cause },
        ..state.without_common()
    })
}

/// AUTHENTICATION REJECT answers a RES*, an EAP message or a refusal (TS 24.501 5.4.1.3.5, 5.4.1.2.3.1): the UE forgets
/// registration and keys.
pub(super) fn reject(state: &State, message: MessageView) -> Result<State, Violation> {
    let answered = match (state.common, state.fresh) {
        (Common::Unknown, _) | (_, Fresh::Unknown) => true,
        // The network may have asked for the SUCI in between; its answer does not save a wrong RES*.
        (
            Common::None,
            Fresh::Agreed { .. } | Fresh::Answered { .. } | Fresh::Refused { .. } | Fresh::Failed,
        ) => true,
        _ => false,
    };
    if !answered {
        return Err(message.violates(
            "TS 24.501 5.4.1.3.5",
            "the UE's answer to AUTHENTICATION REQUEST before it",
        ));
    }
    Ok(State {
        fresh: Fresh::None,
        security: match state.security {
            Security::Unknown => Security::Unknown,
            _ => Security::Plain,
        },
        ..state.ended(Registration::Deregistered, Specific::Rejected)
    })
}
