//! A labelled attempt beside ours.

use crate::labels::Procedure;
use quintet_doctor::report::{Attempt, Severity};

/// Ours that has most of the label's frames.
pub(crate) fn matching<'a>(label: &Procedure<'_>, attempts: &'a [Attempt]) -> Option<&'a Attempt> {
    let frames = label.frames();
    let (core, ran) = label.ids();
    attempts
        .iter()
        .filter_map(|attempt| {
            let shared = attempt
                .messages
                .iter()
                .filter(|message| {
                    !matches!(message.protocol, "S6a" | "Cx") && frames.contains(&message.frame)
                })
                .count();
            let links = &attempt.links;
            let ours = (
                links.mme_ue_s1ap_id.map(u64::from).or(links.amf_ue_ngap_id),
                links.enb_ue_s1ap_id.or(links.ran_ue_ngap_id).map(u64::from),
            );
            let same =
                usize::from(ran.is_some() && ours.1 == ran) + usize::from(core.is_some() && ours.0 == core);
            (shared > 0).then_some((shared + same * frames.len(), attempt))
        })
        .max_by_key(|(shared, attempt)| (*shared, std::cmp::Reverse(attempt.id)))
        .map(|(_, attempt)| attempt)
}

/// Our ending, in the labels' words.
pub(crate) fn ending(attempt: &Attempt) -> String {
    name(
        serde_json::to_value(attempt.ending)
            .expect("a name")
            .as_str()
            .expect("a string"),
    )
}

fn name(kebab: &str) -> String {
    kebab.replace('-', "_")
}

/// What differs: key, the label's value, ours.
pub(crate) fn differences(label: &Procedure<'_>, attempt: &Attempt) -> Vec<(&'static str, String, String)> {
    let mut differing = Vec::new();
    let mut compare = |key, theirs: String, ours: String| {
        if theirs != ours {
            differing.push((key, theirs, ours));
        }
    };
    let text = |value: Option<&str>| value.unwrap_or("none").to_owned();
    // Who made the labels had no keys for NAS: what is read with those found in SBI need not be inferred.
    let read = attempt.security.keys.is_some() && ending(attempt) == "success";
    let outcome = match label.outcome() {
        "success_inferred" if read => "success",
        outcome => outcome,
    };
    compare("outcome", outcome.to_owned(), ending(attempt));
    // The labels name the SIP method; an expiry of 0 is a de-registration for us.
    let ours = match attempt.procedure {
        "deregister" => "register",
        other => other,
    };
    compare("procedure", procedure(label), ours.to_owned());
    compare(
        "broken_at",
        text(label.text("broken_at")),
        text(attempt.broken_at),
    );
    compare("cause", cause(label), our_cause(attempt));
    // The labels read the service type for the ngKSI of 5GS's SERVICE REQUEST; tshark and pycrate read it as we do.
    let service_type =
        label.text("technology") == Some("5gs") && label.text("procedure") == Some("service-request");
    compare(
        "ksi",
        label
            .value("ksi")
            .as_u64()
            .filter(|_| !service_type)
            .map_or("none".to_owned(), |ksi| ksi.to_string()),
        attempt
            .security
            .ksi
            .filter(|_| !service_type)
            .map_or("none".to_owned(), |ksi| ksi.to_string()),
    );
    let selected = label.value("selected");
    compare(
        "integrity",
        text(selected["integrity"].as_str()),
        algorithm(attempt.security.integrity),
    );
    compare(
        "ciphering",
        text(selected["ciphering"].as_str()),
        algorithm(attempt.security.ciphering),
    );
    let first = label.value("first_protected_after_smc");
    compare(
        "first_protected",
        first["frame"]
            .as_u64()
            .map_or("none".to_owned(), |frame| frame.to_string()),
        attempt
            .security
            .first_protected_frame
            .map_or("none".to_owned(), |frame| frame.to_string()),
    );
    differing
}

/// Faults of an attempt, by code.
pub(crate) fn faults(attempt: &Attempt) -> Vec<&'static str> {
    attempt
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Fault)
        .map(|finding| finding.code)
        .collect()
}

fn algorithm(name: Option<&str>) -> String {
    name.map_or("none".to_owned(), |name| {
        name.trim_start_matches("128-").to_owned()
    })
}

/// The label's procedure in our words.
fn procedure(label: &Procedure<'_>) -> String {
    let theirs = label.text("procedure").unwrap_or_default();
    let ours = match theirs {
        _ if theirs.starts_with("no-NAS") => "none",
        _ if theirs.starts_with("partial") => "unknown",
        // A type of registration that is reserved is an initial one (TS 24.501 9.11.3.7).
        "registration-initial" | "registration-0" => "registration",
        other => other,
    };
    ours.to_owned()
}

/// The label's cause: a number of EMM, or a group and number of S1AP.
fn cause(label: &Procedure<'_>) -> String {
    let value = &label.value("cause")["value"];
    match (value.as_u64(), value.as_str()) {
        (Some(number), _) => format!("#{number}"),
        (None, Some(text)) => text.to_owned(),
        (None, None) => "none".to_owned(),
    }
}

/// Ours in the same form.
fn our_cause(attempt: &Attempt) -> String {
    let Some(cause) = &attempt.cause else {
        return "none".to_owned();
    };
    if let Some((group, rest)) = cause.split_once(": ") {
        let number = rest.rsplit('(').next().unwrap_or_default().trim_end_matches(')');
        return format!("{group}:{number}");
    }
    cause.split(' ').next().unwrap_or_default().to_owned()
}
