//! Reports of MME and UE in a few words, for the notes of a ladder.

use crate::ladder::Tone;
use quintet_emm::Disposition;
use quintet_emm::network::Phase;
use quintet_emm::ue::{Abandonment, Departure, Event, Procedure};
use quintet_mme::{S1Discard, S1Disposition};
use quintet_nas::eps::EmmCause;

/// A cause with its number and name.
pub(super) fn cause(cause: EmmCause) -> String {
    format!("#{} {}", cause.0, cause.name().unwrap_or("reserved"))
}

/// What the MME did with a message, if it is worth a word.
pub(super) fn disposition(disposition: Disposition) -> Option<String> {
    crate::lab::words::disposition(disposition, cause)
}

/// What became of an S1AP message that was not taken.
pub(super) fn s1(disposition: &S1Disposition, why: &str) -> String {
    let what = match disposition {
        S1Disposition::Handled => "S1AP taken".to_owned(),
        S1Disposition::Nas(_) => "NAS not taken".to_owned(),
        S1Disposition::Replied(cause) => format!("S1AP refused, {cause}"),
        S1Disposition::Silent(S1Discard::Noted) => "S1AP noted".to_owned(),
        S1Disposition::Silent(_) => "S1AP discarded".to_owned(),
    };
    if why.is_empty() {
        what
    } else {
        format!("{what}: {why}")
    }
}

/// A phase of the MME that no message shows by itself.
pub(super) fn phase(phase: Phase) -> Option<(String, Tone)> {
    Some(match phase {
        Phase::Authenticated => ("RES = XRES: authenticated".to_owned(), Tone::Good),
        Phase::ContextReused => ("context used again, no new AKA".to_owned(), Tone::Good),
        Phase::SecurityModeComplete => ("NAS security is active".to_owned(), Tone::Good),
        Phase::FirstProtected => (
            "first protected message: the security path is usable".to_owned(),
            Tone::Good,
        ),
        Phase::Attached => ("attached".to_owned(), Tone::Good),
        Phase::Updated => ("tracking area updated".to_owned(), Tone::Good),
        Phase::Served => ("service request served".to_owned(), Tone::Good),
        Phase::Detached => ("detached".to_owned(), Tone::Plain),
        Phase::GivenUp(timer) => (
            format!("{timer:?} expired for the last time: given up"),
            Tone::Refused,
        ),
        Phase::Identified
        | Phase::VectorsRequested
        | Phase::VectorsReceived
        | Phase::SecurityModeCommanded
        | Phase::Located
        | Phase::Rejected(_)
        | Phase::AuthenticationRejected => return None,
    })
}

fn procedure(procedure: Procedure) -> &'static str {
    match procedure {
        Procedure::Attach => "attach",
        Procedure::TrackingAreaUpdate => "tracking area update",
        Procedure::ServiceRequest => "service request",
        Procedure::Detach => "detach",
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
        Event::Registered { guti, address } => {
            let mut text = "registered".to_owned();
            if let Some(guti) = guti {
                text.push_str(&format!(", M-TMSI {:08x}", guti.m_tmsi));
            }
            if let Some(address) = address {
                text.push_str(&format!(", {address}"));
            }
            (text, Tone::Good)
        }
        Event::Updated { .. } => ("tracking area updated".to_owned(), Tone::Good),
        Event::Served => ("has its bearers".to_owned(), Tone::Good),
        Event::Deregistered(Departure::ByNetwork { .. }) => {
            ("detached by the network".to_owned(), Tone::Plain)
        }
        Event::Deregistered(_) => ("detached".to_owned(), Tone::Plain),
        Event::Rejected { procedure: what, .. } => (format!("{} refused", procedure(*what)), Tone::Refused),
        Event::AuthenticationRejected => ("USIM invalid for this network".to_owned(), Tone::Refused),
        Event::AuthenticationFailed(with) => (format!("AUTN not accepted: {}", cause(*with)), Tone::Refused),
        Event::NetworkNotGenuine => (
            "takes the network for false: the cell is barred".to_owned(),
            Tone::Refused,
        ),
        Event::SecurityModeRejected(with) => (
            format!("SECURITY MODE COMMAND refused: {}", cause(*with)),
            Tone::Refused,
        ),
        Event::SecurityModeComplete { replayed: true } => (
            "HASH_MME does not hold: the first message goes again".to_owned(),
            Tone::Plain,
        ),
        Event::SecurityModeComplete { replayed: false } => return None,
        Event::Abandoned {
            procedure: what,
            why,
            attempt,
        } => {
            let why = abandoned(*why);
            (
                format!("{} abandoned, {why} (attempt {attempt})", procedure(*what)),
                Tone::Refused,
            )
        }
        Event::NotStarted(why) => (format!("not started: {why:?}"), Tone::Refused),
        Event::Internal(violation) => (format!("defect of the UE: {violation:?}"), Tone::Bad),
    })
}
