//! MACs that do not hold, by the reason that makes them hold.

use super::super::catalogue::Code;
use super::super::{Draft, catalogue as code};
use super::sender;
use crate::keys::KeyNote;
use crate::report::{Finding, MacVerdict, Severity};
use crate::trail::{Sighting, Trail};
use quintet_crypto::Direction;

/// One finding for each reason and sender; one of both ends where no reason is known.
pub(super) fn rules(trail: &Trail, succeeded: bool) -> Vec<Finding> {
    let mut groups: Vec<(Reason, Vec<&Sighting>)> = Vec::new();
    for sighting in &trail.nas {
        let Some(reason) = reason(sighting) else {
            continue;
        };
        let together = |messages: &[&Sighting]| {
            reason.code.name == code::MAC_INVALID.name
                || messages.iter().all(|other| other.direction == sighting.direction)
        };
        match groups
            .iter_mut()
            .find(|(known, messages)| known.code.name == reason.code.name && together(messages))
        {
            Some((_, messages)) => messages.push(sighting),
            None => groups.push((reason, vec![sighting])),
        }
    }
    groups
        .into_iter()
        .map(|(reason, messages)| {
            let sent_by = |way| messages.iter().any(|sighting| sighting.direction == way);
            if sent_by(Direction::Uplink) && sent_by(Direction::Downlink) {
                of_both_ends(&messages, succeeded)
            } else {
                finding(trail, &reason, &messages)
            }
        })
        .collect()
}

/// MACs of both ends that hold with nothing: what they have in common is the key that they were checked with.
fn of_both_ends(messages: &[&Sighting], succeeded: bool) -> Finding {
    let n = messages.len();
    let draft = Draft::new(
        &code::MAC_INVALID,
        format!("The MACs of {n} messages of both ends do not hold, nor with any one thing changed."),
    )
    .frames(messages.iter().map(|sighting| sighting.seen));
    let suspect = "The key that the doctor was given, or took, is not the one in use";
    let draft = if succeeded {
        draft.severity(Severity::Warning).cause(
            suspect,
            "the attempt succeeds: UE and MME take what this key refuses",
        )
    } else {
        draft.cause(suspect, "neither end's MACs hold under it").cause(
            "UE and MME have other keys than the challenge gives",
            "the attempt does not succeed",
        )
    };
    draft.done()
}

/// Why the MAC of one message does not hold.
struct Reason {
    code: &'static Code,
    /// What the first such message shows, after its name.
    how: String,
    /// What its sender does, after its name.
    why: &'static str,
}

fn finding(trail: &Trail, reason: &Reason, messages: &[&Sighting]) -> Finding {
    let first = messages.first();
    let of = first.map_or("a message", |sighting| sighting.name);
    let by = first.map_or("the sender", |sighting| sender(sighting));
    let more = match messages.len() {
        0 | 1 => String::new(),
        n => format!(" So it is with {n} messages."),
    };
    let answered = first.is_some_and(|first| {
        let mut behind = trail.nas.iter().filter(|s| s.seen.frame > first.seen.frame);
        behind.any(|s| s.direction != first.direction && s.mac != MacVerdict::Invalid)
    });
    let evidence = if answered {
        "the other side goes on talking behind it"
    } else {
        "nothing of the other side follows in the capture, as if it dropped what it cannot verify"
    };
    let draft = Draft::new(
        reason.code,
        format!("The MAC of {of}, sent by {by}, {}.{more}", reason.how),
    )
    .frames(messages.iter().map(|sighting| sighting.seen))
    .cause(format!("{} {}", capitalised(by), reason.why), evidence)
    .cause_if(
        trail.lossy && reason.code.name == code::MAC_OTHER_COUNT.name,
        "The messages between are not in the capture",
        "octets of the association are missing from it",
    );
    draft.done()
}

/// With a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The reason by the notes of a message; `None` if its MAC holds, or nothing can be said.
fn reason(sighting: &Sighting) -> Option<Reason> {
    let notes = &sighting.notes;
    notes
        .iter()
        .find_map(of_key)
        .or_else(|| notes.iter().find_map(of_count))
        .or_else(|| notes.iter().find_map(of_input))
        .or_else(|| {
            (sighting.mac == MacVerdict::Invalid).then(|| Reason {
                code: &code::MAC_INVALID,
                how: "does not hold, nor with any one thing changed".to_owned(),
                why: "has another key or another COUNT, or the message was altered",
            })
        })
}

/// Another key.
fn of_key(note: &KeyNote) -> Option<Reason> {
    Some(match note {
        KeyNote::KasmeOfOtherPlmn { plmn } => Reason {
            code: &code::KASME_OTHER_NETWORK,
            how: format!("holds with a KASME for the serving network {plmn}"),
            why: "has its KASME from a vector that was asked for, or derived, for another PLMN",
        },
        KeyNote::KasmeOfHssDiffers => Reason {
            code: &code::KASME_OTHER_NETWORK,
            how: "holds with the KASME of the HSS's answer, which is not that of K for this network"
                .to_owned(),
            why: "has its KASME from an HSS that derives it for another network, or otherwise",
        },
        KeyNote::KasmeOfEarlierChallenge => Reason {
            code: &code::KASME_OTHER_CHALLENGE,
            how: "holds with the KASME of an earlier challenge".to_owned(),
            why: "keeps the keys of a vector that is not the one the UE answered",
        },
        KeyNote::WrongDerivation { what } => Reason {
            code: &code::KNASINT_OTHER_RULE,
            how: format!("holds with a KNASint that is derived by {what}"),
            why: "derives KNASint by another rule than its specification",
        },
        KeyNote::KamfOfOtherAbba { abba } => Reason {
            code: &code::ABBA_MISMATCH,
            how: match &abba[..] {
                [] => "holds with a KAMF that is derived without ABBA".to_owned(),
                octets => format!("holds with a KAMF that is derived with ABBA {}", hex(octets)),
            },
            why: "takes another ABBA than the one in AUTHENTICATION REQUEST",
        },
        KeyNote::KamfOfOtherRule { what } => Reason {
            code: &code::KAMF_OTHER_RULE,
            how: format!("holds with a KAMF that is derived {what}"),
            why: "derives KAMF by another rule than TS 33.501 A.7",
        },
        KeyNote::PreviousContext { ksi } => Reason {
            code: &code::CONTEXT_OUT_OF_USE,
            how: format!("holds with the context of KSI {ksi}, which was replaced"),
            why: "still uses the context from before the last security mode procedure",
        },
        _ => return None,
    })
}

/// The right key, and another COUNT.
fn of_count(note: &KeyNote) -> Option<Reason> {
    Some(match note {
        KeyNote::OtherCount { count, expected } => Reason {
            code: &code::MAC_OTHER_COUNT,
            how: format!("holds with COUNT {count} instead of {expected}"),
            why: other_count(*count, *expected),
        },
        KeyNote::CountNotReset { count } => Reason {
            code: &code::COUNT_NOT_RESET,
            how: format!("holds with COUNT {count}: the new context goes on where the old one was"),
            why: "does not set COUNT to zero for a new context",
        },
        KeyNote::CountReused { count } => Reason {
            code: &code::MAC_REUSED_COUNT,
            how: format!("holds with COUNT {count}, which another message had before"),
            why: "does not count, or went back to an older state of the context",
        },
        _ => return None,
    })
}

/// The right key and COUNT, and another input.
fn of_input(note: &KeyNote) -> Option<Reason> {
    Some(match note {
        KeyNote::OtherAlgorithm { name } => Reason {
            code: &code::MAC_OTHER_ALGORITHM,
            how: format!("holds with {name}, which was not selected"),
            why: "protects with another algorithm than SECURITY MODE COMMAND selects",
        },
        KeyNote::OtherDirection => Reason {
            code: &code::MAC_OTHER_DIRECTION,
            how: "holds with the other DIRECTION bit".to_owned(),
            why: "takes the wrong DIRECTION bit",
        },
        KeyNote::OtherBearer { bearer } => Reason {
            code: &code::MAC_OTHER_BEARER,
            how: format!("holds with BEARER {bearer}"),
            why: "takes another BEARER than that of its NAS connection",
        },
        KeyNote::MacOverPlain => Reason {
            code: &code::MAC_OTHER_OCTETS,
            how: "holds over the plain message".to_owned(),
            why: "computes the MAC before it ciphers",
        },
        KeyNote::MacWithoutSequenceNumber => Reason {
            code: &code::MAC_OTHER_OCTETS,
            how: "holds without the sequence number".to_owned(),
            why: "leaves the sequence number out of what the MAC covers",
        },
        _ => return None,
    })
}

/// Octets in hexadecimal digits.
fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// What may be wrong with a COUNT.
fn other_count(count: u32, expected: u32) -> &'static str {
    if (count ^ expected) & 0xff != 0 {
        "computes the MAC with a COUNT that is not the one whose sequence number it sends"
    } else if count > expected {
        "has counted further, or its overflow counter is ahead"
    } else {
        "did not carry its sequence number over into the overflow counter"
    }
}
