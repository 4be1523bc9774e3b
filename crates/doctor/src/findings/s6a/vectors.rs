//! What became of the vectors that the HSS handed out.

use super::{challenges, failures, frames, seconds};
use crate::findings::Draft;
use crate::findings::catalogue::{self, Code};
use crate::report::{Finding, Severity, counted};
use crate::s6a::{Origin, VectorUse};
use crate::trail::{Trail, View};
use quintet_capture::Seen;
use quintet_diameter::dict::command;

/// A vector used later than this after the AIA, in nanoseconds, is old. No specification bounds it; in an hour a UE may
/// have been to another network whose vectors are newer.
const OLD: i64 = 3_600_000_000_000;

/// How long after vectors came the capture must go on before their challenge is missed, in nanoseconds.
const CHALLENGE_DUE: i64 = 5_000_000_000;

/// Every rule of vectors.
pub(super) fn rules(trail: &Trail) -> Vec<Finding> {
    let mut found: Vec<_> = trail
        .vector_uses
        .iter()
        .flat_map(|used| of(trail, used))
        .collect();
    found.extend(unused(trail));
    found
}

fn of(trail: &Trail, used: &VectorUse) -> Vec<Finding> {
    let mut found = Vec::new();
    let at = used.challenge;
    match &used.origin {
        Origin::Handed { .. } => {
            turn(trail, used, &mut found);
            freshness(used, &mut found);
            purpose(trail, used, &mut found);
        }
        Origin::OtherAutn { answer, .. } => found.push(
            draft(
                &catalogue::VECTOR_TOKEN_ALTERED,
                "AUTN of the challenge is not the one handed out with its RAND.",
                [*answer, at],
            )
            .cause(
                "Something between HSS and UE changes the challenge",
                "RAND is the AIA's, AUTN is not",
            )
            .done(),
        ),
        Origin::NotHanded { answers, last } => found.push(
            draft(
                &catalogue::VECTOR_NOT_HANDED_OUT,
                "The challenge uses a vector that no AIA in the capture handed out.",
                [*last, at],
            )
            .cause(
                "The vector was fetched before the capture began, or over a connection that is not in it",
                format!(
                    "other RANDs are in {} of the HSS for this subscriber",
                    counted(*answers, "answer")
                ),
            )
            .cause(
                "Captures of different days were merged",
                "compare the times of S6a and S1AP",
            )
            .done(),
        ),
        Origin::Shared { answer } => found.push(
            draft(
                &catalogue::RAND_REPEATED,
                "The HSS handed out the challenge's RAND and AUTN for several subscribers.",
                [*answer, at],
            )
            .cause(
                "The HSS gives all subscribers one key and one RAND, as tests do",
                "RAND and AUTN are the same",
            )
            .done(),
        ),
        Origin::NotShown => {}
    }
    found
}

fn draft(code: &Code, what: &str, frames: impl IntoIterator<Item = Seen>) -> Draft {
    Draft::new(code, what).frames(frames)
}

/// Whether it was used once, in its turn, and not overtaken by a resynchronisation.
fn turn(trail: &Trail, used: &VectorUse, found: &mut Vec<Finding>) {
    let Origin::Handed {
        answer,
        order,
        of,
        used_before,
        later_used,
        resynchronized,
        ..
    } = &used.origin
    else {
        return;
    };
    let at = used.challenge;
    if let Some(before) = used_before {
        let text = "The challenge uses a vector that an earlier challenge had used.";
        let same = if before.attempt == trail.id {
            "both challenges are of this attempt"
        } else {
            "the earlier challenge was in another attempt"
        };
        found.push(
            draft(&catalogue::VECTOR_REUSED, text, [*answer, before.seen, at])
                .cause("The MME keeps vectors after it has used them", same)
                .done(),
        );
    } else if let Some(later) = later_used {
        let text = "The challenge uses a vector after one that comes behind it.";
        found.push(
            draft(&catalogue::VECTOR_OUT_OF_ORDER, text, [*answer, later.seen, at])
                .cause(
                    "The MME does not take vectors first in, first out",
                    format!(
                        "it is number {} of {of} of its answer; frame {} used one behind it",
                        order + 1,
                        later.seen.frame
                    ),
                )
                .done(),
        );
    }
    if let Some(resync) = resynchronized {
        let text = "The challenge uses a vector from before the resynchronisation.";
        found.push(
            draft(&catalogue::VECTOR_BEFORE_RESYNC, text, [*answer, *resync, at])
                .cause(
                    "The MME keeps vectors that the USIM's AUTS has overtaken",
                    format!("AIA in frame {}, AUTS in frame {}", answer.frame, resync.frame),
                )
                .done(),
        );
    }
}

/// Whether it is as young and as unpredictable as it should be.
fn freshness(used: &VectorUse, found: &mut Vec<Finding>) {
    let Origin::Handed {
        answer,
        of,
        same_rand,
        ..
    } = &used.origin
    else {
        return;
    };
    let at = used.challenge;
    let age = at.time.since(answer.time);
    if age > OLD {
        let what = format!("The vector is {} old when it is used.", seconds(age));
        found.push(
            draft(&catalogue::VECTOR_OLD, &what, [*answer, at])
                .cause(
                    "The MME fetches more vectors than it uses",
                    format!("the AIA held {of}"),
                )
                .done(),
        );
    }
    if let Some(before) = same_rand {
        let text = "The HSS handed out this RAND before.";
        found.push(
            draft(&catalogue::RAND_REPEATED, text, [*before, *answer, at])
                .cause(
                    "The HSS has no source of entropy, or a fixed RAND for tests",
                    "two answers hold the same RAND",
                )
                .done(),
        );
    }
}

/// Whether it was made for this subscriber and this network.
fn purpose(trail: &Trail, used: &VectorUse, found: &mut Vec<Finding>) {
    let Origin::Handed {
        imsi,
        visited,
        answer,
        ..
    } = &used.origin
    else {
        return;
    };
    let at = used.challenge;
    if let (Some(imsi), Some(own)) = (imsi, trail.identities.imsi)
        && *imsi != own
    {
        let text = "The challenge is a vector that the HSS made for another subscriber.";
        found.push(
            draft(&catalogue::VECTOR_OF_OTHER_SUBSCRIBER, text, [*answer, at])
                .cause(
                    "The MME mixes up two sessions",
                    "User-Name of the AIR is not the IMSI of the attempt",
                )
                .done(),
        );
    }
    if let (Some(visited), Some(area)) = (visited, trail.area)
        && *visited != area.plmn()
    {
        found.push(other_network(trail, [*answer, at]));
    }
}

fn other_network(trail: &Trail, frames: [Seen; 2]) -> Finding {
    let text = "The vectors were fetched for another network than the one of the tracking area.";
    // KASME shows in security mode: a UE that derived another one cannot verify the command.
    let smc = trail
        .nas
        .iter()
        .find(|s| matches!(s.view, View::SecurityModeReject { .. }));
    let protected = trail
        .nas
        .iter()
        .any(|s| matches!(s.view, View::SecurityModeComplete));
    let draft = draft(&catalogue::VECTOR_OF_OTHER_NETWORK, text, frames).frames(smc.map(|s| s.seen));
    let draft = if protected {
        draft.severity(Severity::Warning)
    } else {
        draft
    };
    draft
        .cause_if(
            smc.is_some(),
            "UE and MME derived different KASME",
            "the UE refused SECURITY MODE COMMAND",
        )
        .cause_if(
            protected,
            "The cell's network is shared, and the UE was served by another one of it",
            "SECURITY MODE COMPLETE came, so UE and MME hold the same KASME",
        )
        .cause(
            "The MME is configured with another PLMN, or another length of the MNC, than the cell broadcasts",
            "Visited-PLMN-Id of the AIR is not the PLMN of the TAI",
        )
        .done()
}

/// Vectors came, and no challenge went out.
fn unused(trail: &Trail) -> Option<Finding> {
    if trail.nas.is_empty() || challenges(trail).next().is_some() {
        return None;
    }
    let fetched = trail.s6a.iter().find(|e| {
        e.command == command::AUTHENTICATION_INFORMATION && e.is_granted() && !e.vectors.is_empty()
    })?;
    let answer = fetched.answer?;
    let due = trail.now.since(answer.time) >= CHALLENGE_DUE;
    // One that could not be read, or went on protected, is no missing one.
    let readable = trail
        .nas
        .iter()
        .filter(|s| s.seen.time >= answer.time)
        .all(|s| s.plain.is_some());
    if !due || !readable || failures(trail).next().is_some() {
        return None;
    }
    Some(
        draft(
            &catalogue::VECTORS_UNUSED,
            "The HSS handed out vectors, and the MME challenged nobody with them.",
            frames(fetched),
        )
        .cause(
            "The MME had given up, or moved into another branch",
            "no AUTHENTICATION REQUEST follows the AIA",
        )
        .cause_if(
            trail.lossy,
            "The challenge is missing from the capture",
            "octets of the association are missing from the capture",
        )
        .done(),
    )
}
