//! EPS authentication and key agreement (TS 24.301 5.4.2).
//!
//! ```text
//!   None ─REQUEST(KSI)─► Authentication(KSI) ─RESPONSE─► None, Agreed(KSI) ─┬─ REJECT ─► Rejected
//!     ▲                        ▲ again (T3460) └FAILURE─► None, Refused ────┘
//!     └────────────────────────┴──────────── REQUEST ────────┘
//! ```

use super::Ksi;
use super::message::MessageView;
use super::state::{Common, Fresh, Registration, Security, Specific, State};
use crate::Violation;

/// EMM cause #20, MAC failure.
const MAC_FAILURE: u8 = 20;
/// EMM cause #21, synch failure: the one that brings AUTS.
const SYNCH_FAILURE: u8 = 21;
/// EMM cause #26, non-EPS authentication unacceptable.
const NON_EPS_AUTHENTICATION_UNACCEPTABLE: u8 = 26;

/// AUTHENTICATION REQUEST: first, again when T3460 has expired, or with another vector after a refusal or an answer
/// (TS 24.301 5.4.2.2, 5.4.2.7).
pub(super) fn request(state: &State, message: MessageView, ksi: Ksi) -> Result<State, Violation> {
    if !ksi.names_a_key() || ksi.is_mapped() {
        return Err(message.violates("TS 24.301 9.9.3.21", "a KSI of 0 to 6 for a native context"));
    }
    match state.common {
        Common::Authentication { ksi: pending } if pending != ksi => Err(message.violates(
            "TS 24.301 5.4.2.7",
            "the request that waits for its answer, unchanged",
        )),
        Common::Authentication { .. } | Common::Unknown | Common::None | Common::GutiReallocation => {
            Ok(State {
                common: Common::Authentication { ksi },
                fresh: Fresh::None,
                ..*state
            })
        }
        Common::Identification { .. } | Common::SecurityMode { .. } | Common::SecurityModeRefused => {
            Err(message.violates(
                "TS 24.301 5.4.2.2",
                "the answer to the common procedure under way",
            ))
        }
    }
}

/// AUTHENTICATION RESPONSE (TS 24.301 5.4.2.3): the keys are agreed if the network finds its RES right.
pub(super) fn response(state: &State, message: MessageView) -> Result<State, Violation> {
    let ksi = match state.common {
        Common::Authentication { ksi } => Some(ksi),
        Common::Unknown => None,
        _ => return Err(message.violates("TS 24.301 5.4.2.3", "AUTHENTICATION REQUEST before it")),
    };
    Ok(State {
        fresh: Fresh::Agreed { ksi },
        ..state.without_common()
    })
}

/// AUTHENTICATION FAILURE (TS 24.301 5.4.2.6); AUTS comes with #21 and with no other (8.2.5).
pub(super) fn failure(
    state: &State,
    message: MessageView,
    cause: u8,
    auts: bool,
) -> Result<State, Violation> {
    if !matches!(state.common, Common::Authentication { .. } | Common::Unknown) {
        return Err(message.violates("TS 24.301 5.4.2.6", "AUTHENTICATION REQUEST before it"));
    }
    let known = matches!(
        cause,
        MAC_FAILURE | SYNCH_FAILURE | NON_EPS_AUTHENTICATION_UNACCEPTABLE
    );
    if !known {
        return Err(message.violates("TS 24.301 5.4.2.6", "EMM cause #20, #21 or #26"));
    }
    if (cause == SYNCH_FAILURE) != auts {
        return Err(message.violates("TS 24.301 8.2.5.2", "AUTS with #21, and with #21 alone"));
    }
    Ok(State {
        fresh: Fresh::Refused { cause },
        ..state.without_common()
    })
}

/// AUTHENTICATION REJECT answers a RES or a refusal (TS 24.301 5.4.2.5, 5.4.2.7): the UE forgets registration and keys.
pub(super) fn reject(state: &State, message: MessageView) -> Result<State, Violation> {
    let answered = match (state.common, state.fresh) {
        (Common::Unknown, _) | (_, Fresh::Unknown) => true,
        (Common::None | Common::GutiReallocation, Fresh::Agreed { .. } | Fresh::Refused { .. }) => true,
        // The network may have asked for the IMSI in between; its answer does not save a wrong RES.
        _ => false,
    };
    if !answered {
        return Err(message.violates(
            "TS 24.301 5.4.2.5",
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
