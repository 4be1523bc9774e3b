//! What the report shows of SIP and Cx beside names.

use super::cx::Exchange;
use super::sighting::{Kind, Mechanism, Sighting};
use super::trail::Trail;

/// This many digits in a row may be an identity.
const IDENTITY_DIGITS: usize = 6;

/// A text of a peer without what may be an identity in it.
pub(crate) fn scrubbed(text: &str) -> String {
    let mut shown = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(['\0']) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if digits.len() >= IDENTITY_DIGITS {
            shown.push('~');
        } else {
            shown.push_str(&digits);
        }
        digits.clear();
        shown.push(letter);
    }
    shown.pop();
    shown
}

/// A message's name.
pub(super) fn name(sighting: &Sighting) -> String {
    match &sighting.kind {
        Kind::Register(_) => "REGISTER".to_owned(),
        Kind::Response(response) => format!("{} {}", response.status, scrubbed(&response.reason)),
        Kind::Other { name, .. } => name.clone(),
    }
}

/// What is worth seeing of a SIP message. Keys are not.
pub(super) fn sip(trail: &Trail, sighting: &Sighting) -> Vec<String> {
    let mut details = Vec::new();
    if let Some(spi) = sighting.spi {
        details.push(format!("in ESP, SPI {spi:#010x}"));
    }
    match &sighting.kind {
        Kind::Register(register) => {
            if let Some(credentials) = sighting.credentials() {
                details.push(
                    match (&credentials.auts, credentials.response.is_empty()) {
                        (Some(_), _) => "AUTS",
                        (None, true) => "an empty response",
                        (None, false) => "a response",
                    }
                    .to_owned(),
                );
            }
            details.extend(register.expires.map(|seconds| format!("expires {seconds}")));
            details.extend(list("Security-Client", &register.client));
            details.extend(list("Security-Verify", &register.verify));
            let protected = sighting
                .register()
                .and_then(|register| register.credentials.as_ref()?.integrity_protected.clone());
            details.extend(protected.map(|value| format!("integrity-protected {value}")));
        }
        Kind::Response(response) => {
            if let Some(challenge) = &response.challenge {
                details.push(challenge.algorithm.clone().unwrap_or_else(|| "MD5".to_owned()));
                details.extend(
                    challenge
                        .token
                        .filter(|_| challenge.is_aka())
                        .map(|(rand, _)| format!("RAND {}", hex(&rand))),
                );
                if challenge.ck.is_some() || challenge.ik.is_some() {
                    details.push("with ck and ik".to_owned());
                }
            }
            details.extend(list("Security-Server", &response.server));
            details.extend(response.expires.map(|seconds| format!("expires {seconds}")));
            details.extend(
                response
                    .min_expires
                    .map(|seconds| format!("Min-Expires {seconds}")),
            );
            details.extend(response.warning.as_deref().map(scrubbed));
        }
        Kind::Other { .. } => {}
    }
    if trail.hops() > 1 && !matches!(sighting.kind, Kind::Other { .. }) {
        details.push(format!("leg {}", sighting.hop));
    }
    if let Some(violation) = sighting.violation {
        details.push(format!("{}: {} expected", violation.clause, violation.expected));
    }
    details
}

fn list(header: &str, mechanisms: &[Mechanism]) -> Option<String> {
    let first = mechanisms.first()?;
    let (alg, ealg) = first.algorithms();
    let more = match mechanisms.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!("{header} {} {alg}/{ealg}{more}", first.name))
}

/// What is worth seeing of an exchange of Cx.
pub(super) fn cx(exchange: &Exchange, answer: bool) -> Vec<String> {
    let mut details = Vec::new();
    if !answer {
        details.extend(exchange.scheme.clone());
        if exchange.resynchronises {
            details.push("with RAND and AUTS".to_owned());
        }
        details.extend(
            exchange
                .assignment
                .and_then(|kind| kind.name())
                .map(str::to_owned),
        );
        details.extend(
            exchange
                .authorization
                .and_then(|kind| kind.name())
                .map(str::to_owned),
        );
        return details;
    }
    if let Some(outcome) = exchange.outcome.filter(|outcome| outcome.is_success()) {
        details.push(outcome.to_string());
    }
    details.extend(
        exchange
            .rands
            .iter()
            .map(|rand| format!("vector of RAND {}", hex(rand))),
    );
    if exchange.has_ha1 {
        details.push("H(A1) of SIP Digest".to_owned());
    }
    if exchange.server_name.is_some() {
        details.push("Server-Name".to_owned());
    }
    if exchange.capabilities {
        details.push("Server-Capabilities".to_owned());
    }
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
