//! What the HSS says, and does not.

use super::super::catalogue::{self, Code};
use super::super::draft::Draft;
use super::Case;
use crate::ims::{CxState, Exchange};
use crate::report::Finding;
use quintet_cx::{ExperimentalResult, Outcome};
use quintet_diameter::ResultCode;

/// How long an answer is waited for before it is called missing: CSCFs wait 2 to 10 s, UEs 32 (RFC 3261 timer F).
const UNANSWERED_NS: i64 = 3_000_000_000;

pub(super) fn rules(case: Case<'_>) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for exchange in &case.trail.cx {
        let Some(code) = code(case, exchange) else {
            continue;
        };
        if found.iter().any(|other| other.code == code.name) {
            continue;
        }
        found.push(finding(code, exchange));
    }
    found.extend(no_server(case));
    found.extend(gone(case));
    found
}

fn code(case: Case<'_>, exchange: &Exchange) -> Option<&'static Code> {
    // Somebody calls the user meanwhile: whatever comes of it breaks no registration.
    if exchange.is_lir() {
        return None;
    }
    if exchange.state == CxState::Open {
        let waited = case.trail.now.since(exchange.request?.time);
        return (waited >= UNANSWERED_NS).then_some(&catalogue::HSS_SILENT);
    }
    let outcome = exchange.outcome.filter(|outcome| !outcome.is_success())?;
    // What the HSS answers to its own requests is the S-CSCF's matter.
    if exchange.ends().1 != "HSS" {
        return None;
    }
    Some(match outcome {
        Outcome::Experimental(ExperimentalResult::ERROR_USER_UNKNOWN) => &catalogue::IMPI_UNKNOWN,
        Outcome::Experimental(ExperimentalResult::ERROR_IDENTITIES_DONT_MATCH) => {
            &catalogue::IMPI_IMPU_MISMATCH
        }
        Outcome::Experimental(ExperimentalResult::ERROR_ROAMING_NOT_ALLOWED) => {
            &catalogue::VISITED_NETWORK_REFUSED
        }
        Outcome::Base(code) if code == ResultCode(AUTHORIZATION_REJECTED) && exchange.is_uar() => {
            &catalogue::BARRED_IMPU
        }
        Outcome::Base(code) if code == ResultCode(UNABLE_TO_DELIVER) => &catalogue::HSS_UNREACHABLE,
        _ => &catalogue::CX_REFUSED,
    })
}

/// DIAMETER_AUTHORIZATION_REJECTED (RFC 6733 7.1.5).
const AUTHORIZATION_REJECTED: u32 = 5003;
/// DIAMETER_UNABLE_TO_DELIVER (RFC 6733 7.1.3).
const UNABLE_TO_DELIVER: u32 = 3002;

fn finding(code: &'static Code, exchange: &Exchange) -> Finding {
    let (asks, answers) = exchange.ends();
    let name = exchange.name(false);
    let said = match exchange.outcome {
        Some(outcome) => format!("{name} of the {asks}: the {answers} answers {outcome}"),
        None => format!("{name} of the {asks}: no answer"),
    };
    let what = match code.name {
        "impi-unknown" => "The HSS does not know the user.".to_owned(),
        "impi-impu-mismatch" => "For the HSS, private and public identity are not one user's.".to_owned(),
        "barred-impu" => "The HSS does not let the public identity be registered.".to_owned(),
        "visited-network-refused" => {
            "The HSS does not let the user register from the visited network.".to_owned()
        }
        "hss-silent" => format!("{name} got no answer."),
        "hss-unreachable" => format!("{name} could not be delivered to the HSS."),
        _ => format!("{name} is refused."),
    };
    let causes: &[&str] = match code.name {
        "impi-unknown" => &[
            "The user is not provisioned",
            "The identity is written in another way than in the HSS",
        ],
        "impi-impu-mismatch" => &["The card's public identity is not one of the subscription's"],
        "barred-impu" => &[
            "The public identity is barred",
            "No public identity of the set may be registered",
        ],
        "visited-network-refused" => &["The subscription leaves out the visited network"],
        "hss-silent" => &["The HSS is down, or the way to it is"],
        "hss-unreachable" => &["The agent has no connection to the HSS"],
        _ => &["The result says it"],
    };
    let mut draft = Draft::new(code, what).frames(exchange.request.into_iter().chain(exchange.answer));
    for why in causes {
        draft = draft.cause(*why, said.clone());
    }
    draft.done()
}

/// Statuses by which a CSCF says that it cannot ask the HSS (TS 24.229 5.3.1.2, RFC 3261 21.5), first or after others.
const CANNOT_ASK: [u16; 5] = [408, 480, 500, 503, 504];

/// A CSCF has no connection to the HSS, and so asks nothing.
fn gone(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let gone = trail.hss_gone?;
    let word = crate::ims::last_word(trail)?;
    let status = word.response()?.status;
    let asked_since = trail
        .cx
        .iter()
        .any(|exchange| exchange.request.is_some_and(|request| request.time > gone.time));
    if !CANNOT_ASK.contains(&status) || asked_since {
        return None;
    }
    let what =
        format!("A CSCF has lost its connection to the HSS, and the registration is refused with {status}.");
    Some(
        Draft::new(&catalogue::HSS_UNREACHABLE, what)
            .at(gone)
            .at(word.seen)
            .cause(
                "The HSS is down, or nobody lets the CSCF through to it",
                "the connection ended, and neither another one nor a request of Cx came since",
            )
            .next("Look at the HSS and at the connections of I-CSCF and S-CSCF to it: whether they try again, and who refuses.")
            .done(),
    )
}

/// Statuses by which an I-CSCF says that it has no S-CSCF (TS 24.229 5.3.1.2, 5.3.1.3).
const NO_SERVER: [u16; 4] = [480, 500, 504, 600];

/// The I-CSCF finds no S-CSCF.
fn no_server(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let uaa = trail.cx.iter().find(|exchange| {
        exchange.is_uar() && exchange.state == CxState::Answered && !exchange.is_refused()
    })?;
    let further =
        trail.registers().any(|(sighting, _)| sighting.hop >= 3) || trail.cx.iter().any(Exchange::is_mar);
    let word = crate::ims::last_word(trail)?;
    let status = word.response()?.status;
    if further || !NO_SERVER.contains(&status) || uaa.server_name.is_some() && !uaa.capabilities {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::NO_SCSCF,
            format!("The HSS leaves the choice of an S-CSCF to the I-CSCF, which answers {status}."),
        )
        .frames(uaa.answer)
        .at(word.seen)
        .cause(
            "No S-CSCF of the I-CSCF's list has the mandatory capabilities",
            if uaa.capabilities {
                "the answer has Server-Capabilities, and nobody got the REGISTER"
            } else {
                "the answer has neither Server-Name nor Server-Capabilities, and nobody got the REGISTER"
            },
        )
        .cause(
            "The S-CSCFs that have them do not answer",
            "the leg behind the I-CSCF was perhaps not captured",
        )
        .done(),
    )
}
