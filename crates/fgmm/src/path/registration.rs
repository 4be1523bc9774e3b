//! Registration (TS 24.501 5.5.1): initial, mobility and periodic, emergency.
//!
//! ```text
//!   ─REQUEST─► Registration ─ACCEPT, to confirm─► RegistrationAccepted ─COMPLETE─► Registered
//!                  ├────────ACCEPT, nothing to confirm──────────────────────────────▲ │
//!                  └────────REJECT─► Rejected          ▲──ACCEPT again (T3550)────────┘
//! ```

use super::message::{MessageView, RegistrationKind};
use super::state::{Common, Fresh, Registration, Specific, State};
use crate::Violation;

/// 5GMM causes after which a registered UE is deregistered (TS 24.501 5.5.1.3.5, 5.6.1.5): illegal UE and ME, PEI and 5GS
/// services refused, identity not derived, implicit deregistration, PLMN and tracking area not allowed, N1 mode not
/// allowed, serving network not authorized, and both refusals of an SNPN.
const DEREGISTERING_CAUSES: [u8; 12] = [3, 5, 6, 7, 9, 10, 11, 12, 27, 73, 74, 75];

/// REGISTRATION REQUEST may always come: the UE decides when it begins anew, and a network that has forgotten it learns of
/// it by this (TS 24.501 5.5.1.2.2, 5.5.1.2.8, 5.5.1.3.2). It ends what was under way; a registered UE stays registered
/// for the network until the registration succeeds or fails.
pub(super) fn request(state: &State, kind: RegistrationKind) -> State {
    let emergency = match kind {
        RegistrationKind::Emergency => Some(true),
        RegistrationKind::Initial => Some(false),
        // An update leaves a registration for emergency services what it is (TS 24.501 5.5.1.3.2).
        RegistrationKind::MobilityUpdating | RegistrationKind::PeriodicUpdating => state.emergency,
    };
    State {
        common: Common::None,
        fresh: state.fresh_on_request(),
        specific: Specific::Registration { kind },
        emergency,
        ..*state
    }
}

/// REGISTRATION ACCEPT, protected (admission) and after the common procedures (TS 24.501 5.5.1.2.4, 5.5.1.3.4); again when
/// T3550 has expired (5.5.1.2.8 c), even if REGISTRATION COMPLETE was lost behind an observer.
pub(super) fn accept(state: &State, message: MessageView, needs_complete: bool) -> Result<State, Violation> {
    state.no_common(message, "TS 24.501 5.5.1.2.4")?;
    match state.specific {
        Specific::Unknown
        | Specific::Registration { .. }
        | Specific::RegistrationAccepted
        | Specific::Registered
            if needs_complete =>
        {
            Ok(state.with(Specific::RegistrationAccepted))
        }
        Specific::Unknown | Specific::Registration { .. } => {
            Ok(state.ended(Registration::Registered, Specific::Registered))
        }
        _ => Err(message.violates("TS 24.501 5.5.1.2.4", "REGISTRATION REQUEST before it")),
    }
}

/// REGISTRATION COMPLETE (TS 24.501 5.5.1.2.4).
pub(super) fn complete(state: &State, message: MessageView) -> Result<State, Violation> {
    match state.specific {
        Specific::Unknown | Specific::RegistrationAccepted => {
            Ok(state.ended(Registration::Registered, Specific::Registered))
        }
        _ => Err(message.violates(
            "TS 24.501 5.5.1.2.4",
            "REGISTRATION ACCEPT with something to confirm before it",
        )),
    }
}

/// REGISTRATION REJECT (TS 24.501 5.5.1.2.5, 5.5.1.3.5).
pub(super) fn reject(state: &State, message: MessageView, cause: u8) -> Result<State, Violation> {
    let registration = match state.specific {
        Specific::Registration { kind } if kind.is_update() => registration_after(state.registration, cause),
        Specific::Registration { .. } => Registration::Deregistered,
        Specific::Unknown => match registration_after(Registration::Registered, cause) {
            Registration::Registered => Registration::Unknown,
            after => after,
        },
        _ => return Err(message.violates("TS 24.501 5.5.1.2.5", "REGISTRATION REQUEST before it")),
    };
    Ok(state.ended(registration, Specific::Rejected))
}

/// What a reject leaves of the registration.
pub(super) fn registration_after(before: Registration, cause: u8) -> Registration {
    if DEREGISTERING_CAUSES.contains(&cause) {
        Registration::Deregistered
    } else {
        before
    }
}

impl State {
    /// What an initial message leaves of keys just agreed: without secure exchange they belong to a connection that is gone.
    pub(super) const fn fresh_on_request(&self) -> Fresh {
        if self.is_secure() { self.fresh } else { Fresh::None }
    }

    /// That no common procedure waits for its answer: the network ends it before the procedure it serves goes on
    /// (TS 24.501 5.1.2).
    pub(super) fn no_common(&self, message: MessageView, clause: &'static str) -> Result<(), Violation> {
        let expected = match self.common {
            Common::Unknown | Common::None => return Ok(()),
            Common::Identification { .. } => "the answer to IDENTITY REQUEST first",
            Common::Authentication { .. } => "the answer to AUTHENTICATION REQUEST first",
            Common::SecurityMode { .. } | Common::SecurityModeRefused => {
                "the answer to SECURITY MODE COMMAND first"
            }
        };
        Err(message.violates(clause, expected))
    }
}
