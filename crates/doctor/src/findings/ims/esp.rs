//! What packets of ESP show.

use super::super::catalogue;
use super::super::draft::Draft;
use super::Case;
use crate::report::{Finding, Outcome, Severity};

pub(super) fn rules(case: Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(forged(case));
    found.extend(mismatch(case));
    found.extend(expired(case));
    found
}

/// The integrity check value does not hold.
fn forged(case: Case<'_>) -> Option<Finding> {
    let esp = &case.trail.esp;
    esp.forged.first()?;
    let source = case
        .trail
        .rounds
        .iter()
        .rev()
        .find_map(|round| round.keys.as_ref())
        .map_or("the keys of the challenge", |(_, _, source)| source.words());
    let all = esp.authentic == 0;
    let what = if all {
        "No packet of ESP holds under the keys of the challenge."
    } else {
        "Packets of ESP do not hold under the keys of the challenge."
    };
    let agreed = case.trail.agreed().map_or_else(String::new, |mechanism| {
        let (alg, ealg) = mechanism.algorithms();
        format!(", {alg}/{ealg} as agreed")
    });
    Some(
        Draft::new(&catalogue::IPSEC_WRONG_IK, what)
            .frames(esp.forged.iter().copied())
            .cause(
                "UE and network derive different IK or CK",
                format!("recomputed with {source}{agreed}"),
            )
            .cause_if(
                all,
                "One end takes another algorithm than agreed",
                "every algorithm of Security-Server was tried",
            )
            .cause_if(
                !all,
                "Somebody else sends with the SPI of the association",
                format!("{} other packets hold", esp.authentic),
            )
            .done(),
    )
}

/// Other SPIs or ports than agreed.
fn mismatch(case: Case<'_>) -> Option<Finding> {
    let esp = &case.trail.esp;
    if let Some(first) = esp.other_ports.first() {
        return Some(
            Draft::new(
                &catalogue::SPI_PORT_MISMATCH,
                "Packets of the associations lie between other ports than agreed.",
            )
            .frames(esp.other_ports.iter().copied())
            .cause(
                "An end binds other ports than its Security header says",
                format!(
                    "the ports inside the packet of frame {} are not port-c and port-s",
                    first.frame
                ),
            )
            .done(),
        );
    }
    esp.other_spi.first()?;
    // Associations of other users, or of the time before the capture, have SPIs that nobody here agreed on.
    if case.verdict.outcome != Outcome::Failure || esp.packets > 0 {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::SPI_PORT_MISMATCH,
            "ESP between UE and P-CSCF has SPIs that the challenge did not name, and none that it named.",
        )
        .frames(esp.other_spi.iter().copied())
        .severity(Severity::Fault)
        .cause(
            "An end installed the associations with other SPIs, or exchanged spi-c and spi-s",
            "compare them with Security-Client and Security-Server",
        )
        .cause(
            "The UE goes on with associations of an earlier registration",
            "those are older than this challenge",
        )
        .done(),
    )
}

/// The UE comes back too late.
fn expired(case: Case<'_>) -> Option<Finding> {
    let (registered, until) = case.trail.before.registered?;
    let late = case.trail.first.time.since(until);
    if late <= 0 {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::REGISTRATION_EXPIRED,
            format!(
                "The last registration had expired {} s ago when the UE came back.",
                late / 1_000_000_000
            ),
        )
        .at(registered)
        .at(case.trail.first)
        .cause(
            "The UE was switched off, or without coverage",
            "nothing of it is in between",
        )
        .cause(
            "The UE takes another expiry than the one it was granted",
            "compare expires of Contact in the 200 with what it asked for",
        )
        .done(),
    )
}
