//! What the trail's S6a transactions show, and what became of the vectors.

mod connection;
mod refused;
mod resync;
mod subscriber;
#[cfg(test)]
mod tests;
mod vectors;

use crate::report::Finding;
use crate::s6a::Exchange;
use crate::trail::{Trail, View};
use quintet_capture::Seen;
use quintet_nas::eps::EmmMessage;

/// Every rule of S6a.
pub(crate) fn rules(trail: &Trail) -> Vec<Finding> {
    let mut found = Vec::new();
    for exchange in &trail.s6a {
        found.extend(refused::refused(trail, exchange));
        found.extend(connection::of(trail, exchange));
        found.extend(subscriber::of(trail, exchange));
    }
    found.extend(connection::down(trail));
    found.extend(resync::rules(trail));
    found.extend(vectors::rules(trail));
    found
}

/// The frames of an exchange: requests on each hop, then answers.
fn frames(exchange: &Exchange) -> impl Iterator<Item = Seen> + '_ {
    let legs = exchange.legs.iter();
    exchange
        .request
        .into_iter()
        .chain(exchange.answer)
        .chain(legs.flat_map(|leg| leg.request.into_iter().chain(leg.answer)))
}

/// What the answer says of itself, for evidence: who answered, Error-Message, Failed-AVP.
fn remarks(exchange: &Exchange) -> String {
    let mut parts = Vec::new();
    if let Some(outcome) = exchange.outcome {
        parts.push(format!("{} says {outcome}", exchange.answer_name()));
    }
    if let Some(host) = &exchange.answered_by {
        parts.push(format!("from {host}"));
    }
    if exchange.error_bit {
        parts.push("with the E flag".to_owned());
    }
    parts.extend(exchange.remarks.iter().cloned());
    if parts.is_empty() {
        return "the capture shows no more".to_owned();
    }
    parts.join("; ")
}

/// The challenges of an attempt that could be read: when, RAND, AUTN.
fn challenges(trail: &Trail) -> impl Iterator<Item = (Seen, [u8; 16], [u8; 16])> + '_ {
    let challenges = trail
        .nas
        .iter()
        .filter(|sighting| matches!(sighting.view, View::AuthenticationRequest { .. }));
    challenges.filter_map(|sighting| match sighting.message()? {
        EmmMessage::AuthenticationRequest(request) => {
            let autn = request.authentication_parameter_autn;
            Some((sighting.seen, request.authentication_parameter_rand, autn))
        }
        _ => None,
    })
}

/// AUTHENTICATION FAILUREs of an attempt: when, cause, AUTS.
fn failures(trail: &Trail) -> impl Iterator<Item = (Seen, u8, Option<[u8; 14]>)> + '_ {
    let failures = trail
        .nas
        .iter()
        .filter(|sighting| matches!(sighting.view, View::AuthenticationFailure { .. }));
    failures.filter_map(|sighting| match sighting.message()? {
        EmmMessage::AuthenticationFailure(failure) => {
            let auts = failure.authentication_failure_parameter;
            Some((sighting.seen, failure.emm_cause.0, auts))
        }
        _ => None,
    })
}

/// Seconds, for people.
fn seconds(ns: i64) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown with three digits behind the point at most"
    )]
    let seconds = ns as f64 / 1e9;
    match ns {
        ..10_000_000_000 => format!("{seconds:.3} s"),
        10_000_000_000..600_000_000_000 => format!("{seconds:.0} s"),
        _ => format!("{:.0} min", seconds / 60.0),
    }
}
