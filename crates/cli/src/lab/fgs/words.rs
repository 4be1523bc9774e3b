//! Reports of AMF and UE in a few words, for the notes of a ladder.

use crate::ladder::Tone;
use quintet_amf::{N2Discard, N2Disposition, Service};
use quintet_crypto::{CipheringAlgorithm, IntegrityAlgorithm};
use quintet_fgmm::Disposition;
use quintet_fgmm::network::{Method, Phase};
use quintet_fgmm::ue::{Abandonment, Departure, Event, Procedure, SessionFailure};
use quintet_nas::fgs::FgmmCause;

/// A cause with its number and name.
pub(super) fn cause(cause: FgmmCause) -> String {
    format!("#{} {}", cause.0, cause.name().unwrap_or("reserved"))
}

/// NIA by the name it has in 5GS.
pub(super) fn integrity(algorithm: IntegrityAlgorithm) -> String {
    algorithm.to_string().replace("EIA", "NIA")
}

/// NEA by the name it has in 5GS.
pub(super) fn ciphering(algorithm: CipheringAlgorithm) -> String {
    algorithm.to_string().replace("EEA", "NEA")
}

/// What AMF or UE did with a message, if it is worth a word.
pub(super) fn disposition(disposition: Disposition) -> Option<String> {
    crate::lab::words::disposition(disposition, cause)
}

/// What became of an NGAP message that was not taken.
pub(super) fn n2(disposition: &N2Disposition, why: &str) -> String {
    let what = match disposition {
        N2Disposition::Handled => "NGAP taken".to_owned(),
        N2Disposition::Nas(_) => "NAS not taken".to_owned(),
        N2Disposition::Replied(cause) => format!("NGAP refused, {cause}"),
        N2Disposition::Silent(N2Discard::Noted) => "NGAP noted".to_owned(),
        N2Disposition::Silent(_) => "NGAP discarded".to_owned(),
    };
    if why.is_empty() {
        what
    } else {
        format!("{what}: {why}")
    }
}

/// A kind of network function.
pub(super) fn service(service: Service) -> &'static str {
    match service {
        Service::Ausf => "AUSF",
        Service::Udm => "UDM",
        Service::Smf => "SMF",
    }
}

/// A phase of the AMF that no message shows by itself.
pub(super) fn phase(phase: Phase) -> Option<(String, Tone)> {
    Some(match phase {
        Phase::ChallengeReceived(Method::Aka) => ("a challenge of 5G AKA".to_owned(), Tone::Plain),
        Phase::ChallengeReceived(Method::EapAkaPrime) => ("a challenge of EAP-AKA'".to_owned(), Tone::Plain),
        Phase::ResponseRight => ("HRES* = HXRES*".to_owned(), Tone::Good),
        Phase::ResponseWrong => ("HRES* is not HXRES*".to_owned(), Tone::Refused),
        Phase::Authenticated => ("the home network confirms: authenticated".to_owned(), Tone::Good),
        Phase::ContextReused => ("context used again, no new AKA".to_owned(), Tone::Good),
        Phase::SecurityModeComplete => ("NAS security is active".to_owned(), Tone::Good),
        Phase::FirstProtected => (
            "first protected message: the security path is usable".to_owned(),
            Tone::Good,
        ),
        Phase::Registered => ("registered".to_owned(), Tone::Good),
        Phase::Served => ("service request served".to_owned(), Tone::Good),
        Phase::ConfigurationUpdated => ("configuration updated".to_owned(), Tone::Good),
        Phase::Deregistered => ("deregistered".to_owned(), Tone::Plain),
        Phase::ContextTransferNotSupported => (
            "a 5G-GUTI of another AMF: nothing is fetched from there".to_owned(),
            Tone::Plain,
        ),
        Phase::GivenUp(timer) => (
            format!("{timer:?} expired for the last time: given up"),
            Tone::Refused,
        ),
        Phase::Identified
        | Phase::ChallengeRequested
        | Phase::SecurityModeCommanded
        | Phase::Subscribed
        | Phase::Rejected(_)
        | Phase::AuthenticationRejected => return None,
    })
}

/// The request that SECURITY MODE COMPLETE carried goes on, instead of the one that came without protection
/// (TS 24.501 4.4.6, 5.4.2.3).
pub(super) fn whole_request() -> (String, Tone) {
    (
        "the request it carries goes on, under the new context".to_owned(),
        Tone::Good,
    )
}

fn procedure(procedure: Procedure) -> &'static str {
    match procedure {
        Procedure::Registration => "registration",
        Procedure::Update => "registration update",
        Procedure::ServiceRequest => "service request",
        Procedure::Deregistration => "deregistration",
    }
}

/// Why a procedure was given up.
pub(super) fn abandoned(why: Abandonment) -> String {
    match why {
        Abandonment::Expired(timer) => format!("{timer:?} expired"),
        Abandonment::ConnectionLost => "connection lost".to_owned(),
        Abandonment::Superseded => "superseded".to_owned(),
        Abandonment::CountExhausted => "NAS COUNT used up".to_owned(),
    }
}

/// A report of a UE.
pub(super) fn ue(event: &Event) -> Option<(String, Tone)> {
    Some(match event {
        Event::Registered { guti } => {
            let tmsi = guti.map(|guti| format!(", 5G-TMSI {:08x}", guti.tmsi));
            (format!("registered{}", tmsi.unwrap_or_default()), Tone::Good)
        }
        Event::Updated { .. } => ("registration updated".to_owned(), Tone::Good),
        Event::Served => ("served".to_owned(), Tone::Good),
        Event::Deregistered(Departure::ByNetwork { .. }) => {
            ("deregistered by the network".to_owned(), Tone::Plain)
        }
        Event::Deregistered(_) => ("deregistered".to_owned(), Tone::Plain),
        Event::Rejected { procedure: what, .. } => (format!("{} refused", procedure(*what)), Tone::Refused),
        Event::AuthenticationRejected => ("USIM invalid for this network".to_owned(), Tone::Refused),
        Event::AuthenticationFailed(with) => (format!("AUTN not accepted: {}", cause(*with)), Tone::Refused),
        Event::EapRefused(why) => (format!("EAP message refused: {why:?}"), Tone::Refused),
        Event::EapFailed => ("EAP failed".to_owned(), Tone::Refused),
        Event::NetworkNotGenuine => (
            "takes the network for false: the cell is barred".to_owned(),
            Tone::Refused,
        ),
        Event::SecurityModeRejected(with) => (
            format!("SECURITY MODE COMMAND refused: {}", cause(*with)),
            Tone::Refused,
        ),
        Event::SecurityModeComplete { horizontal: true, .. } => {
            ("KAMF derived anew (HDP)".to_owned(), Tone::Plain)
        }
        Event::SecurityModeComplete { replayed: true, .. } => {
            ("the initial message goes again, whole".to_owned(), Tone::Plain)
        }
        Event::SecurityModeComplete { .. } => return None,
        Event::ConfigurationUpdated { .. } => ("has another configuration".to_owned(), Tone::Good),
        Event::SessionEstablished { identity, .. } => {
            (format!("PDU session {identity} is there"), Tone::Good)
        }
        Event::SessionFailed { identity, why } => {
            let why = match why {
                SessionFailure::NotForwarded(with) => format!("not forwarded, {}", cause(*with)),
                other => format!("{other:?}"),
            };
            (format!("no PDU session {identity}: {why}"), Tone::Refused)
        }
        Event::SessionReleased { identity, .. } => {
            (format!("PDU session {identity} is released"), Tone::Plain)
        }
        Event::Abandoned {
            procedure: what,
            why,
            attempt,
        } => (
            format!(
                "{} abandoned, {} (attempt {attempt})",
                procedure(*what),
                abandoned(*why)
            ),
            Tone::Refused,
        ),
        Event::NotStarted(why) => (format!("not started: {why:?}"), Tone::Refused),
        Event::Internal(violation) => (format!("defect of the UE: {violation:?}"), Tone::Bad),
    })
}
