//! What the UE says to the challenge: RES, a wrong MAC, an SQN out of range.

use super::super::catalogue::{self, Code};
use super::super::draft::Draft;
use super::Case;
use crate::ims::{Answered, AutnCheck, AutsCheck, Password, Round, Sighting, refusal};
use crate::report::{Finding, Severity};
use quintet_capture::Seen;

pub(super) fn rules(case: Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(wrong_response(case));
    found.extend(mac_failure(case));
    found.extend(sync_failure(case));
    found.extend(attacked(case));
    found.extend(unprotected(case));
    found
}

/// What AUTN is under keys, for evidence.
fn autn(round: &Round) -> String {
    match &round.autn {
        AutnCheck::Unknown => "no key is known that AUTN could be checked with".to_owned(),
        AutnCheck::Valid { key, .. } => format!("AUTN holds under {key}"),
        AutnCheck::Invalid { key } => format!("AUTN does not hold under {key}"),
    }
}

/// Answers to one round, on all legs.
fn answers<'a>(case: Case<'a>, round: &'a Round) -> impl Iterator<Item = &'a Sighting> {
    case.trail.sip.iter().filter(|sighting| {
        sighting
            .credentials()
            .is_some_and(|credentials| credentials.nonce == round.challenge.nonce)
    })
}

/// The response is not that of the password.
fn wrong_response(case: Case<'_>) -> Option<Finding> {
    let round = case
        .trail
        .rounds
        .iter()
        .find(|round| matches!(round.answer, Answered::Wrong(_)))?;
    let Answered::Wrong(made_with) = round.answer else {
        return None;
    };
    let aka = round.challenge.is_aka();
    let (code, what): (&Code, &str) = if aka {
        (
            &catalogue::WRONG_RES,
            "The response is not the one that XRES gives.",
        )
    } else {
        (
            &catalogue::DIGEST_WRONG_PASSWORD,
            "The response is made with another password.",
        )
    };
    let source = match (&round.keys, &round.fit) {
        (Some((_, _, source)), _) => source.words(),
        _ => "the password that the HSS has",
    };
    let mut draft = Draft::new(code, what)
        .frames(round.first())
        .frames(round.answered);
    if let Some(password) = made_with {
        let (why, evidence) = words(password);
        draft = draft.cause(why, evidence);
    } else if aka {
        draft = draft
            .cause(
                "The ISIM has another K or OPc than the AuC, and the UE does not check AUTN",
                format!("recomputed with {source}; {}", autn(round)),
            )
            .cause(
                "The UE makes the digest over another user name, realm or URI",
                "those of Authorization were taken for the check",
            );
    } else {
        draft = draft.cause("The password differs", format!("recomputed with {source}"));
    }
    Some(draft.done())
}

const fn words(password: Password) -> (&'static str, &'static str) {
    match password {
        Password::Empty => (
            "The client has no password",
            "the response is the one that an empty password gives",
        ),
        Password::Key => (
            "Ki was taken for the password",
            "the response is the one that K as a password gives",
        ),
        Password::ResText => (
            "RES was taken for the password as hexadecimal digits instead of octets",
            "the response is the one that the digits of XRES give",
        ),
        Password::Res => (
            "The UE answers with AKA what is no challenge of AKA",
            "the response is the one that XRES gives",
        ),
        Password::OtherVersion => (
            "The UE takes another version of AKA than the challenge names",
            "the response is the one of AKAv1 or AKAv2 with the same XRES",
        ),
    }
}

/// An empty response.
fn mac_failure(case: Case<'_>) -> Option<Finding> {
    let (round, at) = case.trail.rounds.iter().find_map(|round| {
        let (seen, auts) = round.refused?;
        (!auts).then_some((round, seen))
    })?;
    let draft = Draft::new(
        &catalogue::IMS_MAC_FAILURE,
        "The UE answers the challenge with an empty response: for it AUTN's MAC is wrong.",
    )
    .frames(round.at_ue.or(round.first()))
    .at(at);
    Some(match &round.autn {
        AutnCheck::Valid { key, given, .. } => draft
            .cause(
                "The ISIM has another K or OPc than the AuC",
                format!("AUTN holds under {key}"),
            )
            .cause_if(
                !given,
                "The AuC has a published test key for the subscriber",
                "the key is one of those that are public",
            )
            .done(),
        AutnCheck::Invalid { key } => draft
            .cause(
                "The AuC has another K or OPc than the ISIM",
                format!("AUTN does not hold under {key}"),
            )
            .done(),
        AutnCheck::Unknown => draft
            .cause(
                "ISIM and AuC have different K or OPc",
                "the UE says so; no key is known to check AUTN with",
            )
            .cause(
                "RAND or AUTN was changed on its way",
                "compare the nonce of all legs",
            )
            .done(),
    })
}

/// AUTS, once or again and again.
fn sync_failure(case: Case<'_>) -> Option<Finding> {
    let told: Vec<(&Round, Seen)> = case
        .trail
        .rounds
        .iter()
        .filter_map(|round| {
            let (seen, auts) = round.refused?;
            auts.then_some((round, seen))
        })
        .collect();
    let (round, _) = *told.last()?;
    let forwarded = case.trail.cx.iter().any(|exchange| exchange.resynchronises);
    let asks = case.trail.cx.iter().any(|exchange| exchange.is_mar());
    let (code, what) = if told.len() > 1 {
        (
            &catalogue::IMS_SYNC_LOOP,
            format!(
                "The UE found the SQN out of range {} times in one registration.",
                told.len()
            ),
        )
    } else {
        (
            &catalogue::IMS_SYNC_FAILURE,
            "The UE finds the SQN out of range and sends AUTS.".to_owned(),
        )
    };
    let mut draft = Draft::new(code, what).frames(told.iter().map(|(_, seen)| *seen));
    let went_on = case
        .trail
        .rounds
        .last()
        .is_some_and(|last| last.refused.is_none());
    if told.len() == 1 && went_on {
        draft = draft.severity(Severity::Note);
    }
    draft = match round.auts {
        AutsCheck::Valid(sqn) => {
            let network = match &round.autn {
                AutnCheck::Valid { sqn, .. } => format!("; that of the challenge is {sqn}"),
                _ => String::new(),
            };
            draft.cause(
                "The AuC is behind the card",
                format!("AUTS holds: SQN of the card is {sqn}{network}"),
            )
        }
        AutsCheck::Invalid => draft.cause(
            "AUTS is broken, so that the AuC cannot use it",
            "its MAC does not hold under the key of the challenge",
        ),
        AutsCheck::Unknown => draft.cause("The AuC is behind the card", "no key is known to read AUTS with"),
    };
    Some(
        draft
            .cause_if(
                asks && !forwarded,
                "The S-CSCF does not pass AUTS on",
                "no MAR of this registration has RAND and AUTS",
            )
            .cause_if(
                told.len() > 1 && forwarded,
                "The AuC does not take SQN of AUTS over, or another one answers",
                "MAR brought RAND and AUTS, and the next vector was out of range again",
            )
            .done(),
    )
}

/// Somebody fails to be whom the network knows.
fn attacked(case: Case<'_>) -> Option<Finding> {
    let (registered, until) = case.trail.before.registered?;
    let round = case.trail.rounds.iter().rfind(|round| round.answered.is_some())?;
    let refused = refusal(case.trail).is_some_and(|response| matches!(response.status, 401 | 403 | 407));
    if !refused || until < case.trail.first.time {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::REGISTERED_USER_ATTACKED,
            "A user who is registered failed to authenticate; the registration must stay.",
        )
        .at(registered)
        .frames(round.answered)
        .cause(
            "Somebody else tries to be that user, perhaps to have the registration ended",
            "the registration of the first frame still lasted",
        )
        .cause(
            "The UE lost its keys, or its ISIM was changed",
            "then its next registration fails too",
        )
        .done(),
    )
}

/// The response came outside the associations that the challenge set up.
fn unprotected(case: Case<'_>) -> Option<Finding> {
    for round in case.trail.rounds.iter().filter(|round| !round.server.is_empty()) {
        let mut at_ue = answers(case, round).filter(|sighting| {
            sighting.hop <= 1
                && !sighting.fresh
                && sighting
                    .credentials()
                    .is_some_and(|credentials| credentials.has_response())
        });
        let Some(sighting) = at_ue.next() else { continue };
        if sighting.spi.is_some() {
            return Some(
                Draft::new(
                    &catalogue::STALE_ASSOCIATION,
                    "The response came in associations that are not those of its challenge.",
                )
                .frames(round.at_ue)
                .at(sighting.seen)
                .cause(
                    "The UE goes on with associations of an earlier registration",
                    "the SPI is none of those in Security-Server",
                )
                .done(),
            );
        }
        return Some(
            Draft::new(
                &catalogue::RESPONSE_UNPROTECTED,
                "The challenge set up associations, and the response came outside them.",
            )
            .frames(round.at_ue)
            .at(sighting.seen)
            .cause(
                "The UE did not install the associations",
                "the REGISTER came without ESP",
            )
            .cause_if(
                case.trail.esp.packets == 0,
                "ESP does not pass between UE and P-CSCF",
                "no packet of ESP with these SPIs is in the capture",
            )
            .done(),
        );
    }
    None
}
