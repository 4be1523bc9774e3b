//! What is worth seeing beside a message: RAND, KSI, algorithms, result codes. Never a key, never an identity.

use crate::report::Technology;
use crate::s6a::Exchange;
use crate::sbi;
use crate::trail::{Identity, Sighting, Trail, View};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_nas::eps::{EmmCause, EmmMessage, EsmCause};
use quintet_nas::fgs::{FgmmCause, FgmmMessage};
use quintet_procedure::Ksi;

/// The message's name: the table's, or that of the ESM message inside.
pub(super) fn name(sighting: &Sighting) -> String {
    match sighting.view {
        View::Session { .. } if !sighting.name.starts_with("an ") => sighting.name.to_owned(),
        View::Session { message_type } => {
            esm_name(message_type).map_or_else(|| format!("ESM message {message_type:02x}"), str::to_owned)
        }
        View::Unknown { message_type } => format!(
            "{} {message_type:02x}",
            if sighting.name.contains("5GMM") {
                "5GMM message"
            } else {
                "EMM message"
            }
        ),
        View::Ciphered => "ciphered message".to_owned(),
        _ => sighting.name.to_owned(),
    }
}

/// Names of ESM message types (TS 24.301 table 9.8.2).
const fn esm_name(message_type: u8) -> Option<&'static str> {
    Some(match message_type {
        0xc1 => "ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST",
        0xc2 => "ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT",
        0xc3 => "ACTIVATE DEFAULT EPS BEARER CONTEXT REJECT",
        0xc5 => "ACTIVATE DEDICATED EPS BEARER CONTEXT REQUEST",
        0xc6 => "ACTIVATE DEDICATED EPS BEARER CONTEXT ACCEPT",
        0xc7 => "ACTIVATE DEDICATED EPS BEARER CONTEXT REJECT",
        0xc9 => "MODIFY EPS BEARER CONTEXT REQUEST",
        0xca => "MODIFY EPS BEARER CONTEXT ACCEPT",
        0xcb => "MODIFY EPS BEARER CONTEXT REJECT",
        0xcd => "DEACTIVATE EPS BEARER CONTEXT REQUEST",
        0xce => "DEACTIVATE EPS BEARER CONTEXT ACCEPT",
        0xd0 => "PDN CONNECTIVITY REQUEST",
        0xd1 => "PDN CONNECTIVITY REJECT",
        0xd2 => "PDN DISCONNECT REQUEST",
        0xd3 => "PDN DISCONNECT REJECT",
        0xd4 => "BEARER RESOURCE ALLOCATION REQUEST",
        0xd5 => "BEARER RESOURCE ALLOCATION REJECT",
        0xd6 => "BEARER RESOURCE MODIFICATION REQUEST",
        0xd7 => "BEARER RESOURCE MODIFICATION REJECT",
        0xd9 => "ESM INFORMATION REQUEST",
        0xda => "ESM INFORMATION RESPONSE",
        0xdb => "NOTIFICATION",
        0xdc => "ESM DUMMY MESSAGE",
        0xe8 => "ESM STATUS",
        0xe9 => "REMOTE UE REPORT",
        0xea => "REMOTE UE REPORT RESPONSE",
        0xeb => "ESM DATA TRANSPORT",
        _ => return None,
    })
}

/// The cause that a message carries, by number and name.
pub(super) fn cause(technology: Technology, sighting: &Sighting) -> Option<String> {
    let cause = match sighting.view {
        // EAP refuses without a number; its name stands among the details.
        View::AuthenticationFailure { .. } if sighting.eap().is_some() => return None,
        View::Reject { cause, .. }
        | View::AuthenticationFailure { cause, .. }
        | View::SecurityModeReject { cause } => cause,
        _ => return None,
    };
    Some(mobility_cause(technology, cause))
}

/// `1 vector`, `2 vectors`.
pub(crate) fn counted(n: u64, one: &str) -> String {
    format!("{n} {one}{}", if n == 1 { "" } else { "s" })
}

/// An EMM or 5GMM cause by number and name (TS 24.301 Annex A, TS 24.501 Annex A).
#[must_use]
pub(crate) fn mobility_cause(technology: Technology, cause: u8) -> String {
    let name = match technology {
        Technology::Eps | Technology::Ims => EmmCause(cause).name(),
        Technology::Fgs => FgmmCause(cause).name(),
    };
    match name {
        Some(name) => format!("#{cause} {name}"),
        None => format!("#{cause}"),
    }
}

fn ksi(technology: Technology, ksi: Ksi) -> String {
    let name = match technology {
        Technology::Eps | Technology::Ims => "KSI",
        Technology::Fgs => "ngKSI",
    };
    if !ksi.names_a_key() {
        return format!("{name}: no key");
    }
    let mapped = if ksi.is_mapped() { ", mapped" } else { "" };
    format!("{name} {}{mapped}", ksi.0 & 7)
}

/// The kind of identity.
const fn identity(kind: Identity) -> &'static str {
    match kind {
        Identity::None => "no identity",
        Identity::Permanent => "IMSI",
        Identity::Imei => "IMEI",
        Identity::Imeisv => "IMEISV",
        Identity::Temporary => "TMSI",
        _ => "another identity",
    }
}

/// What is worth seeing beside a NAS message.
pub(super) fn sighting_details(trail: &Trail, sighting: &Sighting) -> Vec<String> {
    let technology = trail.technology;
    let mut details = Vec::new();
    if let Some(key) = sighting.view.initial() {
        details.push(ksi(technology, key));
    }
    details.extend(sighting.eap().map(|packet| packet.name()));
    match sighting.view {
        View::AuthenticationRequest { ksi: key } => details.push(ksi(technology, key)),
        View::SecurityModeCommand { ksi: key, algorithms } => {
            details.push(ksi(technology, key));
            let integrity = integrity_name(technology, algorithms.integrity);
            let ciphering = ciphering_name(technology, algorithms.ciphering);
            details.extend(
                integrity
                    .zip(ciphering)
                    .map(|(integrity, ciphering)| format!("{integrity}, {ciphering}")),
            );
        }
        View::IdentityRequest { kind } | View::IdentityResponse { kind } => {
            details.push(identity(kind).to_owned());
        }
        View::SecurityModeComplete if sighting.plain.is_none() => {
            details.push("inferred: nothing else may have this header".to_owned());
        }
        _ => {}
    }
    let tells = matches!(
        sighting.view,
        View::AuthenticationRequest { .. }
            | View::AuthenticationFailure { .. }
            | View::Reject { .. }
            | View::SecurityModeCommand { .. }
            | View::Status
    );
    match tells.then(|| sighting.message()).flatten() {
        Some(EmmMessage::AuthenticationRequest(m)) => {
            details.push(format!("RAND {}", hex(&m.authentication_parameter_rand)));
        }
        Some(EmmMessage::AuthenticationFailure(m)) if m.authentication_failure_parameter.is_some() => {
            details.push("AUTS".to_owned());
        }
        Some(EmmMessage::AttachReject(m)) => {
            details.extend(m.esm_message_container.and_then(|esm| esm_cause(esm.0)))
        }
        Some(EmmMessage::SecurityModeCommand(m)) if m.hash_mme.is_some() => {
            details.push("HashMME".to_owned())
        }
        Some(EmmMessage::EmmStatus(m)) => details.push(mobility_cause(Technology::Eps, m.emm_cause.0)),
        _ => {}
    }
    match tells.then(|| sighting.fgmm_message()).flatten() {
        Some(FgmmMessage::AuthenticationRequest(m)) => {
            let rand = m.authentication_parameter_rand;
            details.extend(rand.map(|rand| format!("RAND {}", hex(&rand))));
        }
        Some(FgmmMessage::AuthenticationFailure(m)) if m.authentication_failure_parameter.is_some() => {
            details.push("AUTS".to_owned());
        }
        Some(FgmmMessage::FgmmStatus(m)) => details.push(mobility_cause(Technology::Fgs, m.fgmm_cause.0)),
        _ => {}
    }
    if let Some(earlier) = sighting.repeats.and_then(|index| trail.nas.get(index)) {
        details.push(format!("as in frame {}", earlier.seen.frame));
    }
    details.extend(sighting.malformed.iter().map(|why| format!("malformed: {why}")));
    details
}

/// The cause in an ESM message that rejects: PDN CONNECTIVITY REJECT and its like have it behind their type.
fn esm_cause(esm: &[u8]) -> Option<String> {
    let &[_, _, 0xd1, cause, ..] = esm else {
        return None;
    };
    let name = EsmCause(cause).name().unwrap_or_default();
    Some(format!("ESM cause #{cause} {name}"))
}

/// What is worth seeing of a request.
pub(super) fn request(exchange: &Exchange) -> Vec<String> {
    let mut details = Vec::new();
    details.extend(exchange.visited.map(|plmn| format!("Visited-PLMN-Id {plmn}")));
    details.extend(
        exchange
            .requested
            .map(|count| format!("{} asked for", counted(count.into(), "vector"))),
    );
    if let Some((rand, _)) = &exchange.resynchronization {
        details.push(format!("Re-Synchronization-Info for RAND {}", hex(rand)));
    }
    details
}

/// What is worth seeing of a request to AUSF or UDM, or of its response. Keys are not.
pub(super) fn of_sbi(exchange: &sbi::Exchange, answers: bool) -> Vec<String> {
    let mut details = Vec::new();
    if answers {
        details.extend(exchange.rand.map(|rand| format!("RAND {}", hex(&rand))));
        details.extend(
            exchange
                .result
                .map(|result| format!("result {result:?}").to_lowercase()),
        );
        return details;
    }
    let name = exchange.serving_network_name.as_ref();
    details.extend(name.map(|name| format!("serving network {name}")));
    if exchange.resynchronization {
        details.push("with RAND and AUTS".to_owned());
    }
    details
}

/// What is worth seeing of an answer. A refusal is its cause.
pub(super) fn answer(exchange: &Exchange) -> Vec<String> {
    let mut details = Vec::new();
    let granted = exchange.outcome.filter(|outcome| outcome.is_success());
    details.extend(granted.map(|outcome| outcome.to_string()));
    details.extend(
        exchange
            .vectors
            .iter()
            .map(|vector| format!("vector of RAND {}", hex(&vector.rand))),
    );
    details.extend(
        exchange
            .diagnostic
            .map(|value| format!("Error-Diagnostic {value}")),
    );
    details.extend(exchange.remarks.iter().cloned());
    details
}

fn hex(octets: &[u8]) -> String {
    use std::fmt::Write;
    octets.iter().fold(String::new(), |mut text, octet| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// The algorithm's name in the report.
pub(super) const fn integrity_name(
    technology: Technology,
    algorithm: IntegrityAlgorithm,
) -> Option<&'static str> {
    const EPS: [&str; 8] = [
        "EIA0", "128-EIA1", "128-EIA2", "128-EIA3", "EIA4", "EIA5", "EIA6", "EIA7",
    ];
    const FGS: [&str; 8] = [
        "NIA0", "128-NIA1", "128-NIA2", "128-NIA3", "NIA4", "NIA5", "NIA6", "NIA7",
    ];
    match technology {
        _ if algorithm.0 >= 8 => None,
        Technology::Eps | Technology::Ims => Some(EPS[algorithm.0 as usize]),
        Technology::Fgs => Some(FGS[algorithm.0 as usize]),
    }
}

/// The algorithm's name in the report.
pub(super) const fn ciphering_name(
    technology: Technology,
    algorithm: CipheringAlgorithm,
) -> Option<&'static str> {
    const EPS: [&str; 8] = [
        "EEA0", "128-EEA1", "128-EEA2", "128-EEA3", "EEA4", "EEA5", "EEA6", "EEA7",
    ];
    const FGS: [&str; 8] = [
        "NEA0", "128-NEA1", "128-NEA2", "128-NEA3", "NEA4", "NEA5", "NEA6", "NEA7",
    ];
    match technology {
        _ if algorithm.0 >= 8 => None,
        Technology::Eps | Technology::Ims => Some(EPS[algorithm.0 as usize]),
        Technology::Fgs => Some(FGS[algorithm.0 as usize]),
    }
}

/// The algorithms of a UE's capability: ciphering in the first octet, integrity in the second, the highest bit first.
pub(super) fn offered(technology: Technology, capability: &[u8]) -> Vec<&'static str> {
    let bits = |octet: Option<&u8>| {
        let octet = octet.copied().unwrap_or_default();
        (0..8).filter(move |bit| octet & 0x80 >> bit != 0)
    };
    let integrity =
        bits(capability.get(1)).filter_map(|bit| integrity_name(technology, IntegrityAlgorithm(bit)));
    bits(capability.first())
        .filter_map(|bit| ciphering_name(technology, CipheringAlgorithm(bit)))
        .chain(integrity)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_capture::FlowId;
    use quintet_diameter::dict::command;
    use quintet_mme::s6a::{AnswerOutcome, S6A};

    #[test]
    fn one_vector_is_asked_for_and_two_vectors_are() {
        let mut exchange = Exchange::new(1, FlowId(1), command::AUTHENTICATION_INFORMATION, S6A);
        let told = [1, 2].map(|requested| {
            exchange.requested = Some(requested);
            request(&exchange)
        });
        assert_eq!(told, [["1 vector asked for"], ["2 vectors asked for"]]);
    }

    #[test]
    fn a_refusal_is_the_cause_and_not_told_again() {
        let mut exchange = Exchange::new(1, FlowId(1), command::AUTHENTICATION_INFORMATION, S6A);
        exchange.outcome = Some(AnswerOutcome::experimental(5001));
        assert_eq!(answer(&exchange), Vec::<String>::new());
        exchange.outcome = Some(AnswerOutcome::SUCCESS);
        assert_eq!(answer(&exchange), [AnswerOutcome::SUCCESS.to_string()]);
    }
}
