//! Identification: what was asked for, and what was given away (TS 24.301 5.4.4).

use super::catalogue as code;
use super::reading::{Reading, T3460_NS, span};
use super::{Draft, silence};
use crate::report::{Ending, Finding, Outcome, Technology};
use crate::sbi::State;
use crate::trail::{End, Identity, Tap, View};
use quintet_nas::eps::EmmCause;
use quintet_procedure::Protection;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(unanswered(reading));
    found.extend(imsi_in_clear(reading));
    found.extend(device_identity(reading));
    found.extend(catcher(reading));
    found.extend(not_available(reading));
    found
}

/// Indices of IDENTITY REQUESTs, and what they ask for.
fn requests<'a>(reading: &'a Reading<'_>) -> impl Iterator<Item = (usize, Identity)> + 'a {
    reading
        .trail
        .nas
        .iter()
        .enumerate()
        .filter_map(|(at, sighting)| match sighting.view {
            View::IdentityRequest { kind } => Some((at, kind)),
            _ => None,
        })
}

/// Index and kind of the answer to a request.
fn response(reading: &Reading<'_>, request: usize) -> Option<(usize, Identity)> {
    (request + 1..reading.trail.nas.len()).find_map(|at| match reading.nas(at).view {
        View::IdentityResponse { kind } => Some((at, kind)),
        _ => None,
    })
}

fn unanswered(reading: &Reading<'_>) -> Option<Finding> {
    let mut sent: Vec<usize> = requests(reading).map(|(at, _)| at).collect();
    let last = *sent.last()?;
    let answered = response(reading, last).is_some();
    // If the ladder goes on, the answer is missing from the capture, or was not needed.
    let went_on = reading.trail.nas.len() > last + 1;
    if answered || went_on {
        return None;
    }
    let kind = reading.nas(last).view;
    sent.retain(|at| reading.nas(*at).view == kind);
    let waiting = silence::Waiting {
        request: "IDENTITY REQUEST",
        sent: &sent,
        timer: "T3470",
        timer_ns: T3460_NS,
        code: &code::IDENTITY_UNANSWERED,
    };
    silence::unanswered(reading, &waiting, |draft| {
        draft.cause(
            "The UE does not answer: it has no such identity, or does not answer before security",
            format!("asked for {}", kind_name(reading, kind)),
        )
    })
}

fn kind_name(reading: &Reading<'_>, view: View) -> &'static str {
    match view {
        View::IdentityRequest { kind } => match kind {
            Identity::Permanent if reading.trail.technology == Technology::Fgs => "the SUCI",
            Identity::Permanent => "the IMSI",
            Identity::Imei => "the IMEI",
            Identity::Imeisv => "the IMEISV",
            Identity::Temporary => "the TMSI",
            _ => "an identity of unknown kind",
        },
        _ => "an identity",
    }
}

/// The IMSI over the air in the clear.
fn imsi_in_clear(reading: &Reading<'_>) -> Option<Finding> {
    // A SUCI tells by its scheme what it conceals.
    if reading.trail.technology == Technology::Fgs {
        return None;
    }
    let (request, _) = requests(reading).find(|(_, kind)| *kind == Identity::Permanent)?;
    let (answer, kind) = response(reading, request)?;
    let ciphered = reading
        .nas(answer)
        .header
        .protection()
        .is_some_and(quintet_nas::security::Protection::is_ciphered);
    if kind != Identity::Permanent || ciphered {
        return None;
    }
    let initial = reading.initial().map(|(at, _)| at);
    let mut draft = Draft::new(
        &code::IMSI_IN_CLEAR,
        "The network asked for the IMSI, and the UE sent it readable by anybody.",
    )
    .frames([reading.seen(request), reading.seen(answer)]);
    if let Some(initial) = initial {
        draft = draft.at(reading.seen(initial));
    }
    let temporary = reading.trail.identities.guti.is_some() || reading.trail.identities.s_tmsi.is_some();
    Some(
        draft
            .cause(
                "The network does not know the temporary identity that the UE came with",
                if temporary {
                    "the UE came with a GUTI or S-TMSI"
                } else {
                    "which identity the UE came with cannot be told from the capture"
                },
            )
            .done(),
    )
}

/// IMEI or IMEISV asked for before security.
fn device_identity(reading: &Reading<'_>) -> Option<Finding> {
    let (request, kind) = requests(reading).find(|(at, kind)| {
        [Identity::Imei, Identity::Imeisv].contains(kind) && reading.nas(*at).protection == Protection::Plain
    })?;
    if reading.is_emergency() {
        return None;
    }
    let answer = response(reading, request);
    let mut draft = Draft::new(
        &code::DEVICE_IDENTITY_BEFORE_SECURITY,
        format!(
            "The network asked for {} in the clear.",
            kind_name(reading, View::IdentityRequest { kind })
        ),
    )
    .at(reading.seen(request));
    if let Some((answer, given)) = answer {
        draft = draft.at(reading.seen(answer)).cause_if(
            given == kind,
            "The UE gives its device identity to anybody",
            "it answered with what was asked for",
        );
    }
    Some(
        draft
            .cause(
                "The MME identifies devices (EIR check) before security mode",
                if reading.commands.is_empty() {
                    "no SECURITY MODE COMMAND follows in this attempt"
                } else {
                    "SECURITY MODE COMMAND follows later in this attempt"
                },
            )
            .cause(
                "A false base station",
                "nothing before security proves whose network it is",
            )
            .done(),
    )
}

/// Identities asked for, then turned away without any authentication.
fn catcher(reading: &Reading<'_>) -> Option<Finding> {
    if !reading.challenges.is_empty()
        || !reading.commands.is_empty()
        || reading.case.outcome == Outcome::Success
    {
        return None;
    }
    let request = requests(reading).map(|(at, _)| at).next()?;
    let (answer, _) = response(reading, request)?;
    let Some((reject, cause)) = (answer..reading.trail.nas.len())
        .find_map(|at| super::reject::cause(&reading.nas(at).view).map(|cause| (at, cause)))
    else {
        return dropped(reading, request, answer);
    };
    if reading.nas(reject).protection != Protection::Plain {
        return None;
    }
    let asked = requests(reading).count();
    // An HSS, or AUSF and UDM, that were asked and refused, or did not answer, explain it all.
    let refused_by_hss = reading
        .trail
        .s6a
        .iter()
        .any(|exchange| exchange.answer.is_some() && exchange.vectors.is_empty());
    let refused_by_home = reading
        .trail
        .sbi
        .iter()
        .any(|exchange| exchange.is_refused() || exchange.state != State::Answered);
    if refused_by_hss || refused_by_home {
        return None;
    }
    let words = super::reject::cause_words(reading.trail.technology, cause);
    Some(
        Draft::new(
            &code::POSSIBLE_IMSI_CATCHER,
            format!("The UE gave its identity, and was turned away with cause {words} without being authenticated."),
        )
        .frames([reading.seen(request), reading.seen(answer), reading.seen(reject)])
        .cause(
            "The subscriber is not served here: the HSS does not know it, or refuses it",
            if reading.trail.s6a.is_empty() && reading.trail.sbi.is_empty() {
                "S6a is not in the capture"
            } else {
                "S6a is in the capture, and no refusal of this subscriber is"
            },
        )
        .cause(
            "A false base station that collects identities",
            format!(
                "{asked} IDENTITY REQUEST, no challenge, an unprotected reject{}",
                if cause == EmmCause::TRACKING_AREA_NOT_ALLOWED.0 || cause == EmmCause::NO_SUITABLE_CELLS_IN_TRACKING_AREA.0 {
                    " that sends the UE on to another cell"
                } else {
                    ""
                }
            ),
        )
        .done(),
    )
}

/// Identities asked for, then the connection released without a word.
fn dropped(reading: &Reading<'_>, request: usize, answer: usize) -> Option<Finding> {
    let End::Released { seen, .. } = reading.trail.end else {
        return None;
    };
    // On S1 it is the network's own MME that speaks.
    if reading.trail.tap == Tap::Ran || reading.case.ending != Ending::ReleasedBeforeAuthentication {
        return None;
    }
    Some(
        Draft::new(
            &code::POSSIBLE_IMSI_CATCHER,
            "The UE gave its identity, and was released without being authenticated or told why.",
        )
        .frames([reading.seen(request), reading.seen(answer), seen])
        .cause(
            "A false base station that collects identities",
            format!(
                "{} IDENTITY REQUEST, no challenge, no reject, and the release {} behind the answer",
                requests(reading).count(),
                span(seen.time.since(reading.seen(answer).time))
            ),
        )
        .cause(
            "The network gave up: the HSS did not answer, or the MME does not serve the subscriber",
            silence::why_missing(reading),
        )
        .done(),
    )
}

/// Another identity than was asked for, or none.
fn not_available(reading: &Reading<'_>) -> Option<Finding> {
    let (request, asked, answer, given) = requests(reading).find_map(|(request, asked)| {
        let (answer, given) = response(reading, request)?;
        (given != asked).then_some((request, asked, answer, given))
    })?;
    // Two requests in a row are answered in turn: the later answer may be what this one asked for.
    let in_turn = requests(reading).any(|(at, kind)| at != request && kind == given);
    if in_turn {
        return None;
    }
    Some(
        Draft::new(
            &code::IDENTITY_NOT_AVAILABLE,
            format!(
                "The network asked for {}, the UE answered {}.",
                kind_name(reading, View::IdentityRequest { kind: asked }),
                if given == Identity::None {
                    "that it has none"
                } else {
                    "with another identity"
                }
            ),
        )
        .frames([reading.seen(request), reading.seen(answer)])
        .cause(
            "There is no USIM, or it cannot be read",
            if given == Identity::None {
                "type of identity 0: no identity"
            } else {
                "the identity given is of another type"
            },
        )
        .done(),
    )
}
