//! What keys show: which value is wrong. Each rule turns notes of the verifier into findings; the frames of one kind stand
//! together.

mod challenge;
mod mac;

use super::catalogue::Code;
use super::{Case, Draft, catalogue as code};
use crate::keys::KeyNote;
use crate::report::{Finding, Outcome};
use crate::trail::{Sighting, Trail};
use quintet_crypto::Direction;

/// Every rule that needs keys.
pub(crate) fn rules(case: &Case<'_>) -> Vec<Finding> {
    let trail = case.trail;
    let mut found = challenge::rules(trail);
    found.extend(mac::rules(trail, case.outcome == Outcome::Success));
    found.extend(hash_mme(trail));
    found.extend(mac_zero(trail));
    found
}

/// HASH_MME in SECURITY MODE COMMAND.
fn hash_mme(trail: &Trail) -> Option<Finding> {
    let what = "HASH_MME in SECURITY MODE COMMAND is not that of the initial message in this capture.";
    let draft = of_note(trail, &code::HASH_MME_DIFFERS, what, |note| {
        *note == KeyNote::HashMmeDiffers
    })?;
    let replayed = trail.nas.iter().any(|sighting| {
        matches!(
            sighting.message(),
            Some(quintet_nas::eps::EmmMessage::SecurityModeComplete(complete))
                if complete.replayed_nas_message_container.is_some()
        )
    });
    let evidence = if replayed {
        "the UE sends its message once more in SECURITY MODE COMPLETE: it, too, has another hash"
    } else {
        "SECURITY MODE COMPLETE brings no initial message"
    };
    Some(
        draft
            .cause(
                "The MME hashes other octets than the plain message as it came",
                evidence,
            )
            .cause(
                "The initial message was altered between the UE and this tap",
                evidence,
            )
            .done(),
    )
}

/// A MAC of zeros.
fn mac_zero(trail: &Trail) -> Option<Finding> {
    let what = "MACs are 0 although integrity protection is in use.";
    let draft = of_note(trail, &code::MAC_ZERO, what, |note| *note == KeyNote::MacZero)?;
    Some(
        draft
            .cause(
                "A simulator logs its messages before it protects them",
                "only a log holds such messages; other MACs of the same context hold",
            )
            .done(),
    )
}

/// A draft with the frames of every message that has this note; `None` if there is none.
fn of_note(
    trail: &Trail,
    code: &Code,
    what: impl Into<String>,
    is: impl Fn(&KeyNote) -> bool,
) -> Option<Draft> {
    let with: Vec<&Sighting> = trail
        .nas
        .iter()
        .filter(|sighting| sighting.notes.iter().any(&is))
        .collect();
    (!with.is_empty()).then(|| Draft::new(code, what).frames(with.iter().map(|sighting| sighting.seen)))
}

/// Who sent a message.
fn sender(sighting: &Sighting) -> &'static str {
    match sighting.direction {
        Direction::Uplink => "the UE",
        Direction::Downlink => "the MME",
    }
}
