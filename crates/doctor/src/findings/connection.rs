//! The connection beneath: context set-up, releases, lost radio, broken associations (TS 36.413).

use super::Draft;
use super::catalogue as code;
use super::reading::Reading;
use crate::report::{Finding, Outcome, Severity};
use crate::trail::{End, Signal, Tap};

/// Release causes of ordinary life, of S1AP and NGAP (TS 36.413 9.2.1.3, TS 38.413 9.3.1.2).
const ORDINARY: [&str; 17] = [
    "user-inactivity",
    "normal-release",
    "detach",
    "deregister",
    "successful-handover",
    "s1-inter-system-handover-triggered",
    "s1-intra-system-handover-triggered",
    "cs-fallback-triggered",
    "ue-not-available-for-ps-service",
    "inter-rat-redirection",
    "interrat-redirection",
    "load-balancing-tau-required",
    "release-due-to-eutran-generated-reason",
    "ng-inter-system-handover-triggered",
    "ng-intra-system-handover-triggered",
    "ims-voice-eps-fallback-or-rat-fallback-triggered",
    "release-due-to-ngran-generated-reason",
];

/// Whether a release for this cause is out of the ordinary.
pub(super) fn is_abnormal(cause: &str) -> bool {
    !ORDINARY.iter().any(|ordinary| cause.contains(ordinary))
}

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(setup_failed(reading));
    found.extend(s1_setup_failed(reading));
    found.extend(radio_lost(reading));
    found.extend(complaint(
        reading,
        "NAS NON DELIVERY INDICATION",
        &code::NAS_NOT_DELIVERED,
        "The UE was handed over, or is out of reach",
    ));
    found.extend(complaint(
        reading,
        "ERROR INDICATION",
        &code::ERROR_INDICATION,
        "One side does not know the connection, or the message is broken",
    ));
    found
}

/// A signal's cause as evidence.
fn because(signal: &Signal) -> String {
    signal.cause.as_ref().map_or_else(
        || "no cause is in it".to_owned(),
        |cause| format!("cause {cause}"),
    )
}

fn named<'a>(reading: &Reading<'a>, name: &str) -> Option<&'a Signal> {
    reading.signal_after(0, name)
}

fn setup_failed(reading: &Reading<'_>) -> Option<Finding> {
    let signal = named(reading, "INITIAL CONTEXT SETUP FAILURE")?;
    let request = named(reading, "INITIAL CONTEXT SETUP REQUEST");
    let cause = signal.cause.as_deref().unwrap_or_default();
    Some(
        Draft::new(
            &code::INITIAL_CONTEXT_SETUP_FAILED,
            format!("The eNB could not set up the UE's context: {}.", because(signal)),
        )
        .frames(request.map(|request| request.seen))
        .at(signal.seen)
        .cause_if(
            cause.contains("algorithms-not-supported"),
            "eNB and UE share no algorithm of the access stratum",
            because(signal),
        )
        .cause_if(
            cause.starts_with("transport"),
            "The eNB does not reach the S-GW",
            because(signal),
        )
        .cause_if(
            !cause.contains("algorithms-not-supported") && !cause.starts_with("transport"),
            "The radio side failed: the UE did not answer RRC, or its KeNB is another (wrong security on the access stratum)",
            because(signal),
        )
        .done(),
    )
}

fn s1_setup_failed(reading: &Reading<'_>) -> Option<Finding> {
    let signal = named(reading, "S1 SETUP FAILURE")?;
    Some(
        Draft::new(
            &code::S1_SETUP_FAILED,
            format!("The MME refused the eNB: {}.", because(signal)),
        )
        .at(signal.seen)
        .cause("The eNB's PLMN or TAC is not served by this MME", because(signal))
        .done(),
    )
}

fn radio_lost(reading: &Reading<'_>) -> Option<Finding> {
    let signal = reading.radio_lost()?;
    Some(
        Draft::new(
            &code::RADIO_LOST,
            format!("The eNB reported that it lost the UE: {}.", because(signal)),
        )
        .at(signal.seen)
        .cause(
            "Radio conditions, or the device was switched off",
            format!("{} in frame {}", signal.name, signal.seen.frame),
        )
        .done(),
    )
}

fn released(reading: &Reading<'_>) -> Option<Finding> {
    let End::Released {
        seen,
        cause: Some(cause),
    } = &reading.trail.end
    else {
        return None;
    };
    if !is_abnormal(cause) || reading.radio_lost().is_some() {
        return None;
    }
    let asked = named(reading, "UE CONTEXT RELEASE REQUEST");
    Some(
        Draft::new(
            &code::RELEASED_ABNORMALLY,
            format!("The connection was released with cause {cause}."),
        )
        .frames(asked.map(|asked| asked.seen))
        .at(*seen)
        .cause(
            if asked.is_some() {
                "The eNB asked for it"
            } else {
                "The MME decided it"
            },
            match asked {
                Some(asked) => format!(
                    "UE CONTEXT RELEASE REQUEST in frame {}: {}",
                    asked.seen.frame,
                    because(asked)
                ),
                None => "no UE CONTEXT RELEASE REQUEST is in the capture".to_owned(),
            },
        )
        .done(),
    )
}

fn complaint(reading: &Reading<'_>, name: &str, code: &super::catalogue::Code, why: &str) -> Option<Finding> {
    let signal = named(reading, name)?;
    Some(
        Draft::new(code, format!("{name} came: {}.", because(signal)))
            .at(signal.seen)
            .cause(why, because(signal))
            .done(),
    )
}

/// Whether what a finding tells of is how the attempt ended, be it as a warning.
fn tells_the_end(found: &str) -> bool {
    [
        &code::NO_NETWORK_ANSWER,
        &code::RELEASED_BEFORE_AUTHENTICATION,
        &code::IDENTITY_UNANSWERED,
        &code::AUTHENTICATION_UNANSWERED,
        &code::SMC_NEVER_STARTED,
        &code::SMC_UNANSWERED,
        &code::ACCEPT_UNANSWERED,
        &code::NO_PROTECTED_CONTINUATION,
    ]
    .iter()
    .any(|code| code.name == found)
}

/// How it ended, where no fault explains it: an abnormal release is the consequence of one else.
pub(super) fn ended(reading: &Reading<'_>, found: &[Finding]) -> Option<Finding> {
    let explained = found
        .iter()
        .any(|finding| finding.severity == Severity::Fault || tells_the_end(finding.code));
    let is_released = matches!(reading.trail.end, End::Released { .. });
    if explained || (reading.case.outcome == Outcome::Success && !is_released) {
        return None;
    }
    match &reading.trail.end {
        End::Released { .. } => released(reading),
        End::ConnectionLost if !reading.trail.nas.is_empty() => Some(
            Draft::new(
                &code::CONNECTION_LOST,
                "The S1 association broke, or was set up anew, before the attempt had come to an end.",
            )
            .at(reading.trail.last)
            .cause(
                "eNB or MME restarted, or the path between them failed",
                "what came before is complete",
            )
            .done(),
        ),
        End::BeganAgain if !reading.trail.nas.is_empty() && !ends_unseen(reading) => Some(
            Draft::new(
                &code::BEGAN_AGAIN,
                "The UE began anew, on another connection, before the attempt had come to an end.",
            )
            .at(reading.trail.last)
            .cause(
                "The UE's own timer ran out, or it lost its radio connection",
                format!(
                    "the attempt ran for {}",
                    super::reading::span(reading.trail.last.time.since(reading.trail.first.time))
                ),
            )
            .done(),
        ),
        _ => None,
    }
}

/// Whether what ends such an attempt is not in such a capture: bearers, say, of which a log of NAS knows nothing. That the
/// UE comes again does not show that it had not ended.
fn ends_unseen(reading: &Reading<'_>) -> bool {
    reading.trail.tap != Tap::Ran && reading.case.outcome == Outcome::Incomplete
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_life_of_either_system_is_no_finding() {
        for cause in [
            "nas: detach",
            "nas: deregister",
            "radioNetwork: release-due-to-ngran-generated-reason",
        ] {
            assert!(!is_abnormal(cause), "{cause}");
        }
        assert!(is_abnormal("nas: authentication-failure"));
        assert!(is_abnormal("radioNetwork: radio-connection-with-ue-lost"));
    }
}
