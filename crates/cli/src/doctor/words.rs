//! How the report's values are put into words for people. What a capture says is not ours: it is shown, never obeyed.

use crate::ladder::Tone;
pub(super) use quintet_consult::counted;
use quintet_doctor::report::{Attempt, Message, Outcome, Severity, Technology};
use serde::Serialize;
use std::borrow::Cow;

/// A name as JSON has it: `smc-rejected`.
pub(super) fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        _ => String::new(),
    }
}

/// A text of a capture without what a terminal would obey: control characters, and those that turn the direction of text.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let obeyed = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(obeyed) {
        Cow::Owned(text.replace(obeyed, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whose an attempt is, by the best name there is.
pub(super) fn subscriber(attempt: &Attempt) -> String {
    let who = &attempt.subscriber;
    let named = [&who.imsi, &who.guti, &who.suci, &who.impi, &who.impu];
    if let Some(name) = named.into_iter().flatten().next() {
        return clean(name).into_owned();
    }
    let links = &attempt.links;
    let numbers = [
        ("MME UE S1AP ID", links.mme_ue_s1ap_id.map(u64::from)),
        ("eNB UE S1AP ID", links.enb_ue_s1ap_id.map(u64::from)),
        ("AMF UE NGAP ID", links.amf_ue_ngap_id),
        ("RAN UE NGAP ID", links.ran_ue_ngap_id.map(u64::from)),
    ];
    let named = numbers
        .into_iter()
        .find_map(|(name, number)| Some(format!("{name} {}", number?)));
    named.unwrap_or_else(|| "unknown subscriber".to_owned())
}

/// Sign and style of an outcome.
pub(super) fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Success => ("✓", Tone::Good),
        Outcome::Failure => ("✗", Tone::Bad),
        Outcome::Incomplete => ("?", Tone::Refused),
    }
}

/// Style of a severity.
pub(super) fn severity(severity: Severity) -> Tone {
    match severity {
        Severity::Fault => Tone::Bad,
        Severity::Warning => Tone::Refused,
        Severity::Note => Tone::Plain,
    }
}

/// What stands beside a message: frame, header, COUNT, MAC, cause, details.
pub(super) fn beside(message: &Message) -> Vec<String> {
    let mut first = format!("frame {}", message.frame);
    if message.capture > 0 {
        first = format!("capture {}, {first}", message.capture + 1);
    }
    if message.repeated {
        first.push_str(", repeated");
    }
    if message.header == Some(PLAIN) {
        first.push_str(", plain");
    }
    let mut lines = vec![first];
    if let Some(header) = message.header.filter(|header| *header != PLAIN) {
        let mut line = header.to_owned();
        for number in numbers(message) {
            line.push_str(&format!(", {number}"));
        }
        if let Some(mac) = message.mac {
            line.push_str(&format!(", MAC {}", name(&mac)));
        }
        lines.push(line);
    }
    let said = message.cause.iter().chain(&message.details);
    lines.extend(said.map(|line| abbreviated(&clean(line))));
    lines
}

/// COUNT as far as a key says it, and the sequence number where it says something else or is all there is.
fn numbers(message: &Message) -> impl Iterator<Item = String> {
    // SERVICE REQUEST has five bits of COUNT, all others eight.
    let told = |count: u32, sequence: u8| {
        let bits = if message.name == "SERVICE REQUEST" {
            0x1f
        } else {
            0xff
        };
        count & bits == u32::from(sequence)
    };
    let same = message
        .count
        .zip(message.sequence)
        .is_some_and(|(count, sequence)| told(count, sequence));
    let count = message.count.map(|count| format!("COUNT {count}"));
    let sequence = message.sequence.filter(|_| !same);
    let sequence = sequence.map(|sequence| format!("sequence number {sequence}"));
    count.into_iter().chain(sequence)
}

/// The header of messages without protection.
const PLAIN: &str = "plain";

/// Hexadecimal digits in a row from which on a value is abbreviated, and what is left of it: enough to tell two RANDs apart.
const LONG_DIGITS: usize = 24;
const KEPT_DIGITS: usize = 8;

/// A text whose long values are cut short: a ladder has no room for them, JSON and the page show them in full.
fn abbreviated(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(digits);
        if run.len() >= LONG_DIGITS {
            out.push_str(&run[..KEPT_DIGITS]);
            out.push('…');
        } else {
            out.push_str(run);
        }
        let other = behind
            .find(|c: char| c.is_ascii_hexdigit())
            .unwrap_or(behind.len());
        out.push_str(&behind[..other]);
        rest = &behind[other..];
    }
    out
}

/// Algorithms and KSI.
pub(super) fn security(attempt: &Attempt) -> Option<String> {
    let security = &attempt.security;
    let algorithms = [security.integrity, security.ciphering];
    let mut parts: Vec<String> = algorithms.into_iter().flatten().map(str::to_owned).collect();
    if parts.is_empty() {
        return None;
    }
    if let Some(ksi) = security.ksi {
        let (value, mapped) = (ksi & 7, if ksi & 8 == 0 { "" } else { " (mapped)" });
        let name = if attempt.technology == Technology::Fgs {
            "ngKSI"
        } else {
            "KSI"
        };
        parts.push(format!("{name} {value}{mapped}"));
    }
    Some(parts.join(", "))
}

/// Nanoseconds since the epoch of a time as the report writes it.
pub(super) fn nanoseconds(time: &str) -> Option<i128> {
    time.parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_nanosecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::{healthy, security_mode_command};
    use quintet_doctor::report::Ending;

    #[test]
    fn what_a_terminal_would_obey_is_taken_out() {
        assert_eq!(clean("evil\u{1b}[2Jname\u{202e}"), "evil\u{fffd}[2Jname\u{fffd}");
        assert!(matches!(clean("plain – ü"), Cow::Borrowed(_)));
    }

    #[test]
    fn names_are_those_of_json() {
        assert_eq!(
            name(&Ending::SuccessReusedContextInferred),
            "success-reused-context-inferred"
        );
        assert_eq!(name(&Severity::Fault), "fault");
    }

    #[test]
    fn an_attempt_without_identity_is_named_by_its_connection() {
        let mut attempt = healthy(1);
        assert_eq!(subscriber(&attempt), "imsi-6f1c20");
        attempt.subscriber.imsi = None;
        assert_eq!(subscriber(&attempt), "MME UE S1AP ID 1");
        attempt.security.ksi = Some(9);
        assert_eq!(security(&attempt).unwrap(), "128-EIA2, EEA0, KSI 1 (mapped)");
    }

    #[test]
    fn a_message_tells_frame_header_and_details() {
        let mut message = security_mode_command(4, "128-EIA2, EEA0");
        message.repeated = true;
        assert_eq!(
            beside(&message),
            [
                "frame 4, repeated",
                "integrity protected with new context, sequence number 0, MAC unverifiable",
                "128-EIA2, EEA0",
                "KSI 1"
            ]
        );
    }

    #[test]
    fn count_is_what_a_key_says_and_the_sequence_number_what_the_wire_says() {
        let told = |name: &str, count, sequence| {
            let mut message = security_mode_command(4, "");
            (message.name, message.count, message.sequence) = (name.to_owned(), count, sequence);
            beside(&message)[1].replace("integrity protected with new context, ", "")
        };
        let command = |count, sequence| told("SECURITY MODE COMMAND", count, sequence);
        assert_eq!(command(Some(300), Some(44)), "COUNT 300, MAC unverifiable");
        assert_eq!(
            command(Some(1), Some(3)),
            "COUNT 1, sequence number 3, MAC unverifiable"
        );
        assert_eq!(command(None, Some(3)), "sequence number 3, MAC unverifiable");
        assert_eq!(
            told("SERVICE REQUEST", Some(44), Some(12)),
            "COUNT 44, MAC unverifiable"
        );
    }

    #[test]
    fn long_values_are_cut_short() {
        let rand = "e0aae0242df3d6306d837c85353da888";
        assert_eq!(
            abbreviated(&format!("RAND {rand}, é IMSI 001010123456789")),
            "RAND e0aae024…, é IMSI 001010123456789"
        );
        assert_eq!(abbreviated(""), "");
    }

    #[test]
    fn times_are_read_to_the_nanosecond() {
        assert_eq!(nanoseconds("1970-01-01T00:00:01.000000005Z"), Some(1_000_000_005));
        assert_eq!(nanoseconds("yesterday"), None);
    }
}
