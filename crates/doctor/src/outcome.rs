//! How an attempt came out: where on the path identity → authentication → security mode → continuation it stands at its end.
//!
//! ```text
//!   initial ─► identity ─► challenge ─► RES ─► SECURITY MODE COMMAND ─► COMPLETE ─► accept ─► complete
//!      │           │           │         │              │                   │          └─ repeated: no complete
//!      │           │           │         │              │                   └─ nothing: the network fell silent, or the trace ends
//!      │           │           │         │              └─ reject, no answer, answered and repeated
//!      │           │           │         └─ no command
//!      │           │           └─ failure #20 #21 #26, no answer, AUTHENTICATION REJECT
//!      └───────────┴─ reject, release, no answer
//! ```
//!
//! The last step decides, with one exception: an attempt that was accepted has succeeded, whatever it took.

mod steps;

use crate::report::{Ending, Outcome, Reached, Technology, mobility_cause};
use crate::s6a;
use crate::trail::{End, Procedure, Tap, Trail, View};
use steps::{Security, Steps};

/// T3410 and T3430 (TS 24.301 table 10.2.1), in nanoseconds.
const T3410_NS: i64 = 15_000_000_000;
/// T3417 (TS 24.301 table 10.2.1), in nanoseconds.
const T3417_NS: i64 = 5_000_000_000;
/// T3450, T3460 and T3470 (TS 24.301 table 10.2.2), in nanoseconds.
const T3460_NS: i64 = 6_000_000_000;

/// How an attempt came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How it came out.
    pub outcome: Outcome,
    /// Finer.
    pub ending: Ending,
    /// How far it came.
    pub reached: Reached,
    /// The link that broke (see [`crate::report::Attempt::broken_at`]).
    pub broken_at: Option<&'static str>,
    /// The EMM cause of whoever refused.
    pub emm_cause: Option<u8>,
    /// The cause in words, EMM's or S1AP's.
    pub cause: Option<String>,
    /// Index, in the trail, of the first protected message after SECURITY MODE COMPLETE.
    pub first_protected: Option<usize>,
    /// KSI: of the last SECURITY MODE COMMAND, else of the challenge, else of the initial message. Bit 4 is TSC.
    pub ksi: Option<u8>,
    /// Whether authentication and security mode ran in full.
    pub full_security: bool,
}

impl Verdict {
    /// Of a trail.
    #[must_use]
    pub fn of(trail: &Trail) -> Self {
        if trail.procedure == Procedure::S6a {
            return Self::of_s6a(trail);
        }
        let steps = Steps::of(trail);
        let ending = ending(trail, &steps);
        let emm = cause(ending, &steps);
        let words = match ending {
            Ending::ReleasedBeforeAuthentication => steps.release_cause.map(str::to_owned),
            _ => emm.map(|cause| {
                refusal(trail, &steps).unwrap_or_else(|| mobility_cause(trail.technology, cause))
            }),
        };
        Self {
            outcome: match outcome(ending) {
                Outcome::Failure if is_cut_short(trail, ending) => Outcome::Incomplete,
                outcome => outcome,
            },
            ending,
            reached: reached(trail, &steps),
            broken_at: broken_at(ending),
            emm_cause: emm,
            cause: words,
            first_protected: steps.first_protected,
            ksi: steps.ksi,
            full_security: steps.response.is_some() && steps.security == Security::Complete,
        }
    }

    fn of_s6a(trail: &Trail) -> Self {
        let verdict = s6a::verdict(trail);
        Self {
            outcome: verdict.outcome,
            ending: verdict.ending,
            reached: verdict.reached,
            broken_at: verdict.broken_at,
            emm_cause: None,
            cause: verdict.cause,
            first_protected: None,
            ksi: None,
            full_security: false,
        }
    }
}

/// The ending, by what was seen last.
fn ending(trail: &Trail, steps: &Steps<'_>) -> Ending {
    if trail.nas.is_empty() {
        return Ending::NoNas;
    }
    if trail.procedure == Procedure::Detach {
        return if steps.detached && steps.initial_protected {
            Ending::SuccessReusedContext
        } else {
            Ending::Detach
        };
    }
    if let Some(accepted) = accepted(trail, steps) {
        return accepted;
    }
    if steps.authentication_reject.is_some() {
        return Ending::AuthenticationRejected;
    }
    if steps.reject.is_some() {
        return match (steps.security, steps.challenge, steps.failure, steps.response) {
            (Security::Complete | Security::Ignored, ..) if steps.repeated => Ending::SmcCompleteNotAccepted,
            (Security::Complete | Security::Ignored, ..) => Ending::RejectedAfterSecurityMode,
            (Security::Commanded | Security::Rejected, ..) => Ending::RejectedDuringSecurityMode,
            (_, _, Some(_), _) => Ending::RejectedAfterAuthenticationFailure,
            (_, _, _, Some(_)) => Ending::RejectedAfterAuthentication,
            _ => Ending::RejectedBeforeAuthentication,
        };
    }
    match steps.security {
        Security::Rejected => return Ending::SmcRejected,
        Security::Ignored => return Ending::SmcCompleteNotAccepted,
        Security::Commanded => return Ending::SmcNoResponse,
        Security::Complete if trail.tap == Tap::Ran && steps.after_complete == 0 => {
            return Ending::SmcCompleteThenNothing;
        }
        Security::Complete => return Ending::SecurityEstablishedEndUnknown,
        Security::None => {}
    }
    match (steps.failure, steps.response, steps.challenge) {
        (Some((_, 20)), ..) => Ending::AuthenticationMacFailure,
        (Some((_, 21)), ..) => Ending::AuthenticationSyncFailure,
        (Some((_, 71)), ..) if trail.technology == Technology::Fgs => Ending::NgKsiInUse,
        (Some(_), ..) => Ending::NonEpsAuthenticationUnacceptable,
        (None, Some(_), _) => Ending::AuthenticationOkSmcNeverStarted,
        (None, None, Some(_)) => Ending::AuthenticationNoResponse,
        (None, None, None) => before_authentication(trail, steps),
    }
}

/// The ending of an attempt that was accepted.
fn accepted(trail: &Trail, steps: &Steps<'_>) -> Option<Ending> {
    let bearers = steps.context_setup && !steps.context_failure;
    let service = trail.procedure == Procedure::ServiceRequest;
    // Its complete shows an accept that is not in the capture.
    if let Some(times) = steps
        .accepts
        .or(steps.completed.then_some(1))
        .filter(|_| !steps.taken_back)
    {
        if times > 1 && !steps.completed && trail.procedure.is_initial() {
            return Some(Ending::AcceptRetransmittedNoComplete);
        }
        return Some(if steps.security == Security::Complete {
            Ending::Success
        } else if steps.initial_protected {
            Ending::SuccessReusedContext
        } else {
            Ending::Success
        });
    }
    // No accept can be read: bearers are as good, for an MME sets them up for whom it has accepted.
    let unreadable = service || steps.ciphered_downlink;
    if !bearers || !unreadable || trail.tap != Tap::Ran || steps.reject.is_some() {
        return None;
    }
    Some(if steps.security == Security::Complete {
        Ending::SuccessInferred
    } else {
        Ending::SuccessReusedContextInferred
    })
}

/// The ending of an attempt that no challenge was seen in.
fn before_authentication(trail: &Trail, steps: &Steps<'_>) -> Ending {
    if steps.initial.is_none() {
        return Ending::PartialNoSecurity;
    }
    let radio = trail.tap != Tap::Ran;
    if trail.procedure == Procedure::ServiceRequest && radio {
        return Ending::ServiceRequestAnswerNotVisible;
    }
    if steps.released {
        return Ending::ReleasedBeforeAuthentication;
    }
    if steps.downlinks == 0 && !steps.context_setup {
        return Ending::NoNetworkAnswer;
    }
    Ending::Incomplete
}

/// Success, failure, or that the capture does not tell.
const fn outcome(ending: Ending) -> Outcome {
    match ending {
        Ending::Success
        | Ending::SuccessInferred
        | Ending::SuccessReusedContext
        | Ending::SuccessReusedContextInferred => Outcome::Success,
        Ending::SecurityEstablishedEndUnknown
        | Ending::ServiceRequestAnswerNotVisible
        | Ending::PartialNoSecurity
        | Ending::NoNas
        | Ending::Detach
        | Ending::AnsweredByHss
        | Ending::Incomplete => Outcome::Incomplete,
        _ => Outcome::Failure,
    }
}

/// How long the sender of a message waits for its answer; `None` if it waits for none.
pub(crate) const fn timer_ns(view: View) -> Option<i64> {
    Some(match view {
        View::Request {
            procedure: Procedure::ServiceRequest,
            ..
        } => T3417_NS,
        View::Request { .. } => T3410_NS,
        View::IdentityRequest { .. }
        | View::AuthenticationRequest { .. }
        | View::SecurityModeCommand { .. }
        | View::Accept {
            awaits_complete: true,
            ..
        } => T3460_NS,
        _ => return None,
    })
}

/// Whether the capture ends while the timer of the message that waits still runs: then its answer may lie behind the end.
/// A message that was sent again has already gone without an answer once.
fn is_cut_short(trail: &Trail, ending: Ending) -> bool {
    let timer_ns = match (ending, trail.procedure) {
        (Ending::NoNetworkAnswer, Procedure::ServiceRequest) => T3417_NS,
        (Ending::NoNetworkAnswer, _) => T3410_NS,
        (
            Ending::AuthenticationNoResponse
            | Ending::AuthenticationSyncFailure
            | Ending::AuthenticationOkSmcNeverStarted
            | Ending::SmcNoResponse
            | Ending::SmcCompleteThenNothing,
            _,
        ) => T3460_NS,
        _ => return false,
    };
    let Some(last) = trail.nas.last() else {
        return false;
    };
    let before = trail.nas.iter().rev().nth(1);
    let once = before.is_none_or(|before| before.direction != last.direction);
    trail.end == End::CaptureEnds && once && trail.now.since(last.seen.time) < timer_ns
}

/// The link that broke.
const fn broken_at(ending: Ending) -> Option<&'static str> {
    Some(match ending {
        Ending::NoNetworkAnswer => "initial-message",
        Ending::RejectedBeforeAuthentication | Ending::ReleasedBeforeAuthentication | Ending::Incomplete => {
            "identification"
        }
        Ending::AuthenticationRejected
        | Ending::RejectedAfterAuthenticationFailure
        | Ending::AuthenticationMacFailure
        | Ending::AuthenticationSyncFailure
        | Ending::NonEpsAuthenticationUnacceptable
        | Ending::NgKsiInUse
        | Ending::AuthenticationNoResponse => "authentication",
        Ending::RejectedAfterAuthentication | Ending::AuthenticationOkSmcNeverStarted => {
            "authentication->security-mode"
        }
        Ending::SmcRejected
        | Ending::SmcNoResponse
        | Ending::SmcCompleteNotAccepted
        | Ending::RejectedDuringSecurityMode => "security-mode",
        Ending::RejectedAfterSecurityMode
        | Ending::AcceptRetransmittedNoComplete
        | Ending::SmcCompleteThenNothing => "post-security",
        _ => return None,
    })
}

/// What EAP refused the challenge with, if it was EAP.
fn refusal(trail: &Trail, steps: &Steps<'_>) -> Option<String> {
    let (at, _) = steps.failure.filter(|_| steps.reject.is_none())?;
    Some(trail.nas[at].eap()?.name())
}

/// The EMM cause that belongs to the ending.
fn cause(ending: Ending, steps: &Steps<'_>) -> Option<u8> {
    match ending {
        Ending::RejectedBeforeAuthentication
        | Ending::RejectedAfterAuthentication
        | Ending::RejectedDuringSecurityMode
        | Ending::RejectedAfterSecurityMode
        | Ending::SmcCompleteNotAccepted => steps.reject.map(|(_, cause)| cause),
        Ending::AuthenticationRejected
        | Ending::AuthenticationMacFailure
        | Ending::AuthenticationSyncFailure
        | Ending::NonEpsAuthenticationUnacceptable
        | Ending::NgKsiInUse
        | Ending::RejectedAfterAuthenticationFailure => steps.failure.map(|(_, cause)| cause),
        Ending::SmcRejected => steps.smc_reject,
        _ => None,
    }
}

/// How far the attempt came.
fn reached(trail: &Trail, steps: &Steps<'_>) -> Reached {
    if steps.completed || (steps.accepts.is_some() && trail.procedure != Procedure::Attach) {
        Reached::Complete
    } else if steps.first_protected.is_some() || steps.accepts.is_some() || steps.context_setup {
        Reached::Protected
    } else if steps.security != Security::None {
        Reached::SecurityMode
    } else if steps.challenges > 0 {
        Reached::Authentication
    } else if !trail.s6a.is_empty() || !trail.sbi.is_empty() {
        Reached::Vectors
    } else if steps.identity {
        Reached::Identity
    } else {
        Reached::Initial
    }
}
