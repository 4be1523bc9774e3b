//! How a registration came out: where it stands at its end.
//!
//! ```text
//!   REGISTER ─► challenge ─► REGISTER with a response ─► 200
//!      │            │                  │                  └─ success
//!      │            │                  ├─ 3xx to 6xx: rejected
//!      │            │                  └─ nothing: somebody on the way, or the associations, swallowed it
//!      │            ├─ the UE refuses it: MAC, SQN
//!      │            └─ nothing, or ESP that nobody can read
//!      ├─ 200 at once: no challenge
//!      └─ 3xx to 6xx, nothing
//! ```

use super::sighting::{Response, Sighting};
use super::trail::{End, Trail};
use crate::report::{Ending, Outcome, Reached};

/// How long an answer is waited for before its absence is a failure, although the capture ends: a UE answers a challenge,
/// and a network a REGISTER, in a second; both have sent again by then.
const PATIENCE_NS: i64 = 8_000_000_000;

/// How a registration came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    pub(crate) ending: Ending,
    pub(crate) reached: Reached,
    pub(crate) broken_at: Option<&'static str>,
    /// Status and reason of whoever refused.
    pub(crate) cause: Option<String>,
    /// The first REGISTER that answers a challenge with a response.
    pub(crate) first_protected: Option<u64>,
    /// How long the registration lasts, in seconds; 0 of none.
    pub(crate) expires: Option<u32>,
}

impl Verdict {
    /// Of a trail.
    pub(crate) fn of(trail: &Trail) -> Self {
        let ending = ending(trail);
        let refusal = refusal(trail).filter(|_| ending == Ending::Rejected);
        let outcome = match ending {
            Ending::Success | Ending::SuccessNoChallenge => Outcome::Success,
            Ending::ChallengeThenProtectedLegEncrypted => Outcome::Incomplete,
            Ending::Rejected => Outcome::Failure,
            _ if is_cut_short(trail) => Outcome::Incomplete,
            _ => Outcome::Failure,
        };
        Self {
            outcome,
            ending,
            reached: reached(trail, ending),
            broken_at: broken_at(trail, ending),
            cause: refusal.map(|response| format!("{} {}", response.status, response.reason)),
            first_protected: response(trail).map(|sighting| sighting.seen.frame),
            expires: expires(trail),
        }
    }
}

/// The first REGISTER that answers a challenge of the attempt with a response.
pub(crate) fn response(trail: &Trail) -> Option<&Sighting> {
    trail.sip.iter().find(|sighting| {
        sighting.credentials().is_some_and(|credentials| {
            credentials.has_response()
                && trail
                    .rounds
                    .iter()
                    .any(|round| round.challenge.nonce == credentials.nonce)
        })
    })
}

/// The final answer nearest to the UE, that to the last REGISTER first.
pub(crate) fn last_word(trail: &Trail) -> Option<&Sighting> {
    let finals = trail.sip.iter().filter(|sighting| sighting.is_final());
    finals.max_by_key(|sighting| {
        (
            sighting.cseq,
            std::cmp::Reverse(sighting.hop),
            sighting.seen.frame,
        )
    })
}

/// The answer that refuses: the final one, or a challenge that answered a response and was the end.
pub(crate) fn refusal(trail: &Trail) -> Option<&Response> {
    if let Some(word) = last_word(trail) {
        return word.response().filter(|response| response.status >= 300);
    }
    again(trail)?.response()
}

/// A challenge that answered a response, as the last word of all.
pub(crate) fn again(trail: &Trail) -> Option<&Sighting> {
    let last = trail.rounds.last()?;
    let before = trail.rounds.iter().rev().nth(1)?;
    let refused = before.answered.is_some() && !last.is_answered();
    refused
        .then(|| trail.sip.iter().rfind(|sighting| sighting.challenge().is_some()))
        .flatten()
}

fn ending(trail: &Trail) -> Ending {
    if let Some(word) = last_word(trail).and_then(Sighting::response) {
        return match word.status {
            200..=299 if response(trail).is_some() => Ending::Success,
            200..=299 => Ending::SuccessNoChallenge,
            _ => Ending::Rejected,
        };
    }
    let Some(last) = trail.rounds.last() else {
        return Ending::NoFinalResponse;
    };
    if last.answered.is_some() {
        return Ending::ProtectedRegisterNoFinalAnswer;
    }
    match last.refused {
        Some((_, true)) => return Ending::AuthenticationSyncFailure,
        Some((_, false)) => return Ending::AuthenticationMacFailure,
        None => {}
    }
    if again(trail).is_some() {
        return Ending::Rejected;
    }
    if trail.esp.packets > 0 && trail.esp.read == 0 && trail.esp.forged.is_empty() {
        return Ending::ChallengeThenProtectedLegEncrypted;
    }
    Ending::ChallengeUnanswered
}

/// Whether the capture ends before anybody has waited long enough.
fn is_cut_short(trail: &Trail) -> bool {
    trail.end == End::CaptureEnds && trail.now.since(trail.last.time) < PATIENCE_NS
}

fn broken_at(trail: &Trail, ending: Ending) -> Option<&'static str> {
    Some(match ending {
        Ending::NoFinalResponse => "initial-message",
        Ending::ChallengeUnanswered => "challenge->protected-register",
        Ending::ProtectedRegisterNoFinalAnswer => "protected-register->200",
        Ending::AuthenticationMacFailure | Ending::AuthenticationSyncFailure => "authentication",
        Ending::Rejected if trail.rounds.is_empty() => "identification",
        Ending::Rejected => "authentication",
        _ => return None,
    })
}

fn reached(trail: &Trail, ending: Ending) -> Reached {
    let protected = |sighting: &&Sighting| sighting.spi.is_some() && sighting.register().is_some();
    match ending {
        Ending::Success | Ending::SuccessNoChallenge => Reached::Complete,
        _ if trail
            .sip
            .iter()
            .filter(protected)
            .any(|sighting| sighting.credentials().is_some()) =>
        {
            Reached::Protected
        }
        _ if !trail.rounds.is_empty() => Reached::Authentication,
        _ if !trail.cx.is_empty() => Reached::Vectors,
        _ => Reached::Initial,
    }
}

fn expires(trail: &Trail) -> Option<u32> {
    let word = last_word(trail)?.response()?;
    let asked = trail.registers().next_back().map(|(_, register)| register);
    if asked.is_some_and(super::sighting::Register::deregisters) {
        return Some(0);
    }
    word.expires.or_else(|| asked?.expires)
}
