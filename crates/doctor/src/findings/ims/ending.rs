//! Where the registration broke, if nothing before says it.

use super::super::catalogue;
use super::super::draft::Draft;
use super::Case;
use crate::ims::{Kind, Sighting, last_word, refusal, scrubbed};
use crate::report::{Ending, Finding, Outcome, Severity};

/// Failures in a row from which on it is a loop.
const LOOP: u32 = 3;

/// Findings that say why a registration was refused.
const REASONS: &[&str] = &[
    catalogue::WRONG_RES.name,
    catalogue::DIGEST_WRONG_PASSWORD.name,
    catalogue::IMS_MAC_FAILURE.name,
    catalogue::IMS_SYNC_LOOP.name,
    catalogue::SECAGREE_TAMPERED.name,
    catalogue::SECURITY_VERIFY_MISSING.name,
    catalogue::SECAGREE_UNACCEPTABLE_TO_PCSCF.name,
    catalogue::IMPI_UNKNOWN.name,
    catalogue::IMPI_IMPU_MISMATCH.name,
    catalogue::BARRED_IMPU.name,
    catalogue::VISITED_NETWORK_REFUSED.name,
    catalogue::NO_SCSCF.name,
    catalogue::HSS_SILENT.name,
    catalogue::HSS_UNREACHABLE.name,
    catalogue::CX_REFUSED.name,
    catalogue::EXPIRES_TOO_BRIEF.name,
];

pub(super) fn rules(case: Case<'_>, found: &[Finding]) -> Vec<Finding> {
    let mut ends = Vec::new();
    ends.extend(too_brief(case));
    let explained = found
        .iter()
        .chain(&ends)
        .any(|finding| REASONS.contains(&finding.code) && finding.severity > Severity::Note);
    ends.extend(rejected(case, explained));
    let silent = case.verdict.outcome == Outcome::Failure;
    let swallowed = found.iter().any(|finding| {
        finding.severity == Severity::Fault
            && [
                catalogue::HSS_SILENT.name,
                catalogue::IPSEC_WRONG_IK.name,
                catalogue::SPI_PORT_MISMATCH.name,
                // A UE leaves the third challenge in a row that is invalid (TS 24.229 5.1.1.5.3).
                catalogue::IMS_SYNC_LOOP.name,
                catalogue::REPLAYED_NONCE.name,
            ]
            .contains(&finding.code)
    });
    match case.verdict.ending {
        Ending::ChallengeUnanswered if silent => {
            let unacceptable = catalogue::SECAGREE_UNACCEPTABLE_TO_UE.name;
            if !swallowed && !found.iter().any(|finding| finding.code == unacceptable) {
                ends.extend(unanswered(case));
            }
        }
        Ending::NoFinalResponse
        | Ending::ProtectedRegisterNoFinalAnswer
        | Ending::AuthenticationMacFailure
        | Ending::AuthenticationSyncFailure
            if silent && !swallowed =>
        {
            ends.extend(silence(case));
        }
        _ => {}
    }
    ends.extend(again_and_again(case));
    ends.extend(pending(case));
    ends
}

/// 423.
fn too_brief(case: Case<'_>) -> Option<Finding> {
    let refusal = case
        .trail
        .sip
        .iter()
        .find(|sighting| sighting.response().is_some_and(|response| response.status == 423))?;
    let least = refusal.response()?.min_expires;
    let asked = case
        .trail
        .registers()
        .rfind(|(register, _)| register.cseq == refusal.cseq)
        .and_then(|(_, register)| register.expires);
    let asked = asked.map_or("nothing".to_owned(), |seconds| format!("{seconds} s"));
    let evidence = match least {
        Some(least) => format!("the UE asked for {asked}, Min-Expires is {least} s"),
        None => format!("the UE asked for {asked}; Min-Expires is missing, which it must not be"),
    };
    Some(
        Draft::new(
            &catalogue::EXPIRES_TOO_BRIEF,
            "The registrar refuses the expiry as too brief.",
        )
        .at(refusal.seen)
        .cause("The UE's expiry is below the operator's least", evidence)
        .done(),
    )
}

/// 3xx to 6xx.
fn rejected(case: Case<'_>, explained: bool) -> Option<Finding> {
    if case.verdict.ending != Ending::Rejected {
        return None;
    }
    let response = refusal(case.trail)?;
    // Whoever is farthest from the UE said it first.
    let said = case
        .trail
        .sip
        .iter()
        .filter(|sighting| {
            sighting.response().is_some_and(|other| {
                other.status == response.status && other.challenge.is_some() == response.challenge.is_some()
            })
        })
        .max_by_key(|sighting| (sighting.cseq, sighting.hop))?;
    let (by, _) = case.trail.ends(said);
    let answered = case.trail.rounds.iter().any(|round| round.answered.is_some());
    let status = format!("{} {}", response.status, scrubbed(&response.reason));
    let mut draft = Draft::new(
        &catalogue::REGISTRATION_REJECTED,
        format!("The {by} refuses the registration: {status}."),
    )
    .at(said.seen)
    .frames(last_word(case.trail).map(|word| word.seen));
    if explained {
        draft = draft.severity(Severity::Note);
    }
    let evidence = match &response.warning {
        Some(warning) => format!("the answer adds: {}", scrubbed(warning)),
        None => format!("status {} and nothing else in the answer", response.status),
    };
    let draft = match response.status {
        401 | 403 | 407 if answered => draft
            .cause("The response is not the one that the registrar expects", evidence)
            .cause(
                "The user may not register here",
                "the status alone does not tell the two apart; with `--keys` the doctor recomputes the response",
            ),
        403 => draft.cause("The user may not register here", evidence),
        404 => draft.cause("The user is not known", evidence),
        408 | 480 | 500..=599 => draft.cause("A node behind the one that answers failed", evidence),
        _ => draft.cause("The status says it", evidence),
    };
    Some(draft.done())
}

/// The UE was challenged and fell silent.
fn unanswered(case: Case<'_>) -> Option<Finding> {
    let round = case.trail.rounds.last()?;
    let arrived = round.at_ue.is_some();
    let encrypted = case.trail.esp.packets > 0;
    Some(
        Draft::new(
            &catalogue::SILENT_AFTER_CHALLENGE,
            if arrived {
                "The challenge went to the UE, and no REGISTER answers it."
            } else {
                "The challenge was sent, and no REGISTER answers it."
            },
        )
        .frames(round.seen.iter().copied())
        .cause_if(
            !arrived,
            "The challenge did not get to the UE",
            "it is on legs of the core alone",
        )
        .cause_if(
            arrived && !round.server.is_empty() && !encrypted,
            "The UE could not set up the associations, or ESP does not pass",
            "no packet of ESP with the SPIs of the challenge is in the capture",
        )
        .cause_if(
            arrived && encrypted,
            "The UE answers within ESP, and what it says is no REGISTER that can be read",
            format!(
                "{} packets of the associations are in the capture",
                case.trail.esp.packets
            ),
        )
        .cause(
            "The ISIM or the UE did not take the challenge, and the UE does not say so",
            "neither an empty response nor AUTS came",
        )
        .done(),
    )
}

/// How far the last REGISTER came, and who did not answer.
fn silence(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let (last, _) = trail.registers().next_back()?;
    let legs: Vec<&Sighting> = trail
        .sip
        .iter()
        .filter(|sighting| sighting.cseq == last.cseq && matches!(sighting.kind, Kind::Register(_)))
        .collect();
    let farthest = legs.iter().map(|sighting| sighting.hop).max()?;
    let provisional = trail.sip.iter().any(|sighting| {
        sighting.cseq == last.cseq
            && sighting.hop == farthest
            && sighting.response().is_some_and(|response| response.status < 200)
    });
    let node = trail.node(farthest);
    let mut draft = Draft::new(
        &catalogue::NODE_SILENT,
        format!("The REGISTER came as far as the {node}, which gives no final answer."),
    )
    .frames(legs.iter().map(|sighting| sighting.seen));
    let within_esp = legs.iter().any(|sighting| sighting.spi.is_some()) && farthest <= 1;
    if provisional {
        draft = draft.cause(
            format!("What the {node} asks for does not answer"),
            format!("the {node} sent 100, so it is there"),
        );
    } else {
        draft = draft.cause(
            format!("The {node} is down, or does not listen there"),
            "not even 100 came back",
        );
    }
    Some(
        draft
            .cause_if(
                within_esp,
                "The P-CSCF drops the packets of ESP: keys, SPIs, or its own associations are not as agreed",
                "the REGISTER is in ESP, and nothing of it is seen behind the P-CSCF",
            )
            .done(),
    )
}

/// One failure after another.
fn again_and_again(case: Case<'_>) -> Option<Finding> {
    let before = &case.trail.before;
    if case.verdict.outcome != Outcome::Failure || before.failures + 1 < LOOP {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::REGISTRATION_LOOP,
            format!(
                "The user has failed to register {} times in a row.",
                before.failures + 1
            ),
        )
        .frames(before.first_failure)
        .at(case.trail.first)
        .cause(
            "What breaks the single attempt stays, and the UE tries on",
            "no success is in between",
        )
        .done(),
    )
}

/// Somebody called while the registration was pending.
fn pending(case: Case<'_>) -> Option<Finding> {
    let mut others = case
        .trail
        .sip
        .iter()
        .filter(|sighting| matches!(sighting.kind, Kind::Other { .. }))
        .peekable();
    others.peek()?;
    let frames: Vec<_> = others.map(|sighting| sighting.seen).collect();
    Some(
        Draft::new(
            &catalogue::MT_CALL_WHILE_PENDING,
            "A request for the user was refused before the registration was complete.",
        )
        .frames(frames)
        .cause("The user is not registered yet", "480 or 404 answers it")
        .done(),
    )
}
