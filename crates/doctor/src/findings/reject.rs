//! Rejects by their EMM cause (TS 24.301 Annex A): what each means, what is likely behind it, and what the trail says of that.

mod fgs;
mod table;

use super::Draft;
use super::catalogue::{self as code, Code};
use super::reading::{Reading, attempts};
use crate::report::{Finding, Technology};
use crate::trail::{Procedure, View};
use quintet_nas::eps::{EmmCause, EmmMessage, EsmCause, EsmMessage};
use quintet_nas::fgs::FgmmCause;
use quintet_procedure::Protection;

use table::Evidence::{self, *};
use table::{PROTOCOL, ROWS};

/// `#11 (PLMN not allowed)`.
pub(super) fn cause_words(technology: Technology, cause: u8) -> String {
    let name = match technology {
        Technology::Eps | Technology::Ims => EmmCause(cause).name(),
        Technology::Fgs => FgmmCause(cause).name(),
    };
    match name {
        Some(name) => format!("#{cause} ({name})"),
        None => format!("#{cause}"),
    }
}

/// The cause of a message that rejects a procedure of mobility management.
pub(super) const fn cause(view: &View) -> Option<u8> {
    view.reject()
}

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut told = Vec::new();
    let mut found = Vec::new();
    for at in 0..reading.trail.nas.len() {
        let Some(cause) = cause(&reading.nas(at).view) else {
            continue;
        };
        if told.contains(&cause) {
            continue;
        }
        told.push(cause);
        found.push(rejected(reading, at, cause));
    }
    found.extend(ignored(reading));
    found
}

/// The UE goes on behind a reject, as if there had been none.
fn ignored(reading: &Reading<'_>) -> Option<Finding> {
    let reject = (0..reading.trail.nas.len()).find(|at| cause(&reading.nas(*at).view).is_some())?;
    let goes_on = (reject + 1..reading.trail.nas.len()).find(|at| {
        matches!(
            reading.nas(*at).view,
            View::AuthenticationResponse
                | View::SecurityModeComplete
                | View::Complete { .. }
                | View::IdentityResponse { .. }
        )
    })?;
    Some(
        Draft::new(
            &code::REJECT_IGNORED,
            format!(
                "The UE sent {} behind {}.",
                reading.nas(goes_on).name,
                reading.nas(reject).name
            ),
        )
        .frames([reading.seen(reject), reading.seen(goes_on)])
        .cause(
            "The reject was lost, crossed the UE's message, or was dropped",
            if reading.nas(reject).protection == Protection::Plain {
                "it is not protected"
            } else {
                "it is protected"
            },
        )
        .done(),
    )
}

/// The code of a cause.
fn code_of(technology: Technology, cause: u8) -> (&'static Code, &'static [(&'static str, Evidence)]) {
    let row = match technology {
        Technology::Eps | Technology::Ims => ROWS.iter().find(|row| row.cause == cause),
        Technology::Fgs => fgs::row(cause),
    };
    match row {
        Some(row) => (row.code, row.likely),
        None if cause >= PROTOCOL => (
            &code::REJECTED_FOR_PROTOCOL,
            &[("The network could not use the UE's message", Before)],
        ),
        None => (
            &code::REJECTED_OTHERWISE,
            &[("The network's own reason", Before), ("The HSS refused", Hss)],
        ),
    }
}

fn rejected(reading: &Reading<'_>, at: usize, cause: u8) -> Finding {
    let sighting = reading.nas(at);
    let (code, likely) = code_of(reading.trail.technology, cause);
    let initial = reading.initial().filter(|(initial, _)| *initial < at);
    let clause = match sighting.view {
        View::Reject {
            procedure: Procedure::TrackingAreaUpdate,
            ..
        } => "TS 24.301 5.5.3.2.5",
        View::Reject {
            procedure: Procedure::ServiceRequest,
            ..
        } => "TS 24.301 5.6.1.5",
        _ => "TS 24.301 5.5.1.2.5",
    };
    let stage = stage(reading, at);
    let protected = if sighting.protection == Protection::Plain {
        ", without protection"
    } else {
        ""
    };
    let mut draft = Draft::new(
        code,
        format!(
            "{} with EMM cause {} came {stage}{protected}.",
            sighting.name,
            cause_words(reading.trail.technology, cause)
        ),
    )
    .clause(clause)
    .frames(initial.map(|(initial, _)| reading.seen(initial)))
    .at(sighting.seen);
    if let Some((initial, _)) = initial
        && answers_another(&reading.nas(initial).view, &sighting.view)
    {
        draft = draft.cause(
            "The reject is not the serving network's, or the MME takes the UE for another: it rejects what the UE did not ask for",
            format!("the UE sent {} in {}", reading.nas(initial).name, reading.frame(initial)),
        );
    }
    for (why, evidence) in likely {
        draft = draft.cause(*why, evidence.of(reading, at));
    }
    draft.done()
}

/// Whether a reject is of another procedure than the one the UE began.
fn answers_another(initial: &View, reject: &View) -> bool {
    match (initial, reject) {
        (
            View::Request { procedure: began, .. },
            View::Reject {
                procedure: refused, ..
            },
        ) => began.family() != refused.family(),
        _ => false,
    }
}

/// How far the attempt had come.
fn stage(reading: &Reading<'_>, at: usize) -> &'static str {
    let complete = reading
        .commands
        .iter()
        .any(|command| command.complete.is_some_and(|complete| complete < at));
    let commanded = reading.commands.iter().any(|command| command.first() < at);
    let answered = reading
        .challenges
        .iter()
        .any(|challenge| challenge.response().is_some_and(|response| response < at));
    let challenged = reading.challenges.iter().any(|challenge| challenge.first() < at);
    if complete {
        "after security had been established"
    } else if commanded {
        "while security mode was under way"
    } else if answered {
        "after a good answer to the challenge, before SECURITY MODE COMMAND"
    } else if challenged {
        "after the challenge"
    } else {
        "before any challenge"
    }
}

impl Evidence {
    /// What the trail says.
    fn of(self, reading: &Reading<'_>, at: usize) -> String {
        match self {
            Hss => hss(reading),
            Identity => identity(reading).to_owned(),
            Authentication => authentication(reading, at),
            Algorithms => match reading.trail.reported.as_deref() {
                Some([eea, eia, ..]) => {
                    format!("the UE reported EEA bits {eea:08b}, EIA bits {eia:08b} (first bit: null)")
                }
                _ => "what the UE reported is not in the capture".to_owned(),
            },
            History => match reading.trail.history.attempts {
                0 => "no earlier attempt of this subscriber is in the capture".to_owned(),
                n => format!(
                    "earlier in the capture: {} of this subscriber{}",
                    attempts(n),
                    match reading.failed_alike() {
                        0 => String::new(),
                        1 => ", the last ended the same way".to_owned(),
                        same => format!(", the last {same} ended the same way"),
                    }
                ),
            },
            Esm => esm(reading, at),
            Area => reading.trail.area.map_or_else(
                || "the cell's tracking area is not in the capture".to_owned(),
                |area| format!("the cell is of {area}"),
            ),
            Before => {
                match (0..at).rfind(|before| reading.nas(*before).direction != reading.nas(at).direction) {
                    Some(before) => format!(
                        "it follows {} in {}{}",
                        reading.nas(before).name,
                        reading.frame(before),
                        if reading.nas(before).malformed.is_some() {
                            ", which does not decode"
                        } else {
                            ""
                        }
                    ),
                    None => "nothing of the UE's is before it in the capture".to_owned(),
                }
            }
        }
    }
}

/// What the HSS, or AUSF and UDM, said.
fn hss(reading: &Reading<'_>) -> String {
    if reading.trail.technology == Technology::Fgs {
        return super::sbi::last_word(reading.trail);
    }
    let exchanges = &reading.trail.s6a;
    if exchanges.is_empty() {
        return "S6a is not in the capture".to_owned();
    }
    if let Some(open) = exchanges.iter().rfind(|exchange| exchange.answer.is_none()) {
        return format!(
            "a request to the HSS was not answered{}",
            open.request
                .map_or_else(String::new, |request| format!(" (frame {})", request.frame))
        );
    }
    match exchanges.last() {
        Some(last) => format!(
            "the HSS's last answer{} is {}{}",
            last.answer
                .map_or_else(String::new, |answer| format!(" (frame {})", answer.frame)),
            last.answer_name(),
            last.outcome.map_or_else(
                || " without a result".to_owned(),
                |outcome| format!(": {outcome}")
            )
        ),
        None => String::new(),
    }
}

fn identity(reading: &Reading<'_>) -> &'static str {
    let identities = &reading.trail.identities;
    if identities.guti.is_some() || identities.s_tmsi.is_some() {
        "the UE came by a temporary identity"
    } else if identities.imsi.is_some() {
        "the UE came by its IMSI"
    } else if identities.suci.is_some() {
        "the UE came by its SUCI"
    } else if identities.imei.is_some() {
        "the UE came by its IMEI"
    } else {
        "by what identity the UE came is not in the capture"
    }
}

fn authentication(reading: &Reading<'_>, at: usize) -> String {
    match reading
        .challenges
        .iter()
        .rfind(|challenge| challenge.first() < at)
    {
        None => "no challenge came before it".to_owned(),
        Some(challenge) => match challenge.answer {
            Some((answer, _)) => format!("{} in {}", reading.nas(answer).name, reading.frame(answer)),
            None => "the challenge before it was not answered".to_owned(),
        },
    }
}

/// ESM cause of the PDN CONNECTIVITY REJECT inside.
pub(super) fn esm_cause(reading: &Reading<'_>, at: usize) -> Option<EsmCause> {
    let Some(EmmMessage::AttachReject(reject)) = reading.nas(at).message() else {
        return None;
    };
    let container = reject.esm_message_container?;
    match EsmMessage::decode_downlink(container.0).ok()?.message {
        EsmMessage::PdnConnectivityReject(inner) => Some(inner.esm_cause),
        _ => None,
    }
}

fn esm(reading: &Reading<'_>, at: usize) -> String {
    match esm_cause(reading, at) {
        Some(cause) => format!(
            "PDN CONNECTIVITY REJECT with ESM cause {}",
            super::esm::cause_words(cause)
        ),
        None => "no ESM cause is beside it".to_owned(),
    }
}
