//! Reports of UEs and CSCFs in a few words, for the notes of a ladder.

use super::view::abbreviated;
use crate::ladder::Tone;
use quintet_cscf::pcscf::PcscfEvent;
use quintet_cscf::scscf::ScscfEvent;
use quintet_esp::DropReason;
use quintet_ims::registrar::{Phase, SetChange};
use quintet_ims::ue::{Departure, Event, Failure, Procedure, Timer, Unanswered};
use quintet_sim::ims::UserEvent;

const fn procedure(procedure: Procedure) -> &'static str {
    match procedure {
        Procedure::Registration => "registration",
        Procedure::ReRegistration => "re-registration",
        Procedure::Deregistration => "de-registration",
    }
}

/// Why an attempt failed.
pub(super) fn failure(why: Failure) -> String {
    match why {
        Failure::Refused(status) => format!("refused with {status}"),
        Failure::Unavailable(status) => format!("answered {status}: not now"),
        Failure::Unanswered(Unanswered::TimerF) => "no response".to_owned(),
        Failure::Unanswered(Unanswered::Transport) => "the P-CSCF cannot be reached".to_owned(),
        Failure::Expired(Timer::RegAwaitAuth) => "reg-await-auth expired".to_owned(),
        Failure::Expired(timer) => format!("{timer:?} expired"),
        Failure::MacFailure => "two challenges whose MAC does not hold".to_owned(),
        Failure::SynchFailure => "two challenges whose SQN is not fresh".to_owned(),
        Failure::ChallengeLoop => "challenges without end".to_owned(),
        Failure::Algorithm => "a challenge with an algorithm that may not be answered".to_owned(),
        Failure::Malformed => "a challenge without RAND and AUTN".to_owned(),
        Failure::SecurityServer(why) => why.to_string(),
        Failure::SecurityAgreement => "the P-CSCF does not agree on security (494, 421)".to_owned(),
        Failure::Superseded => "something else is wanted".to_owned(),
        Failure::NotBound => "200, but the contact is not among those registered".to_owned(),
        Failure::NotChallenged => {
            "200 without a challenge: the network has not proved whose it is".to_owned()
        }
    }
}

/// A report of a UE.
pub(super) fn user(event: &UserEvent) -> Option<(String, Tone)> {
    Some(match event {
        UserEvent::Ue(event) => return ue(event),
        UserEvent::Subscribed(status) => (
            format!("subscription to its registration state: {status}"),
            if *status / 100 == 2 {
                Tone::Good
            } else {
                Tone::Refused
            },
        ),
        UserEvent::Unprotected => (
            "dropped: it came outside of the associations".to_owned(),
            Tone::Refused,
        ),
        UserEvent::Established => ("the call stands".to_owned(), Tone::Good),
        UserEvent::Ended => ("the call has ended".to_owned(), Tone::Plain),
        UserEvent::Answered(_, 408) => ("nobody answered".to_owned(), Tone::Refused),
        // The arrows show it.
        UserEvent::Notified | UserEvent::Answered(..) | UserEvent::Asked(_) => return None,
    })
}

fn ue(event: &Event) -> Option<(String, Tone)> {
    Some(match event {
        Event::Registered {
            initial,
            expires_s,
            protected,
        } => {
            let what = if *initial {
                "registered"
            } else {
                "registered again"
            };
            let how = if *protected { "" } else { ", without associations" };
            (format!("{what} for {expires_s} s{how}"), Tone::Good)
        }
        Event::Deregistered(Departure::Accepted) => ("de-registered".to_owned(), Tone::Good),
        Event::Deregistered(Departure::Unconfirmed) => {
            ("de-registered, unconfirmed".to_owned(), Tone::Refused)
        }
        Event::Deregistered(Departure::ByNetwork { .. }) => {
            ("de-registered by the network".to_owned(), Tone::Plain)
        }
        Event::Deregistered(Departure::Expired) => ("its registration expired".to_owned(), Tone::Refused),
        Event::Answered => return None,
        Event::MacFailure => (
            "AUTN: the MAC does not hold, an empty response".to_owned(),
            Tone::Refused,
        ),
        Event::SynchFailure => (
            "AUTN: SQN out of range, AUTS in the response".to_owned(),
            Tone::Refused,
        ),
        Event::KeysLeaked => ("the challenge has CK or IK in the clear".to_owned(), Tone::Bad),
        Event::TooBrief { min_expires_s } => (
            format!("at least {min_expires_s} s must be asked for"),
            Tone::Refused,
        ),
        Event::Failed {
            procedure: what, why, ..
        } => (
            format!("{} failed: {}", procedure(*what), failure(*why)),
            Tone::Refused,
        ),
        Event::NotRegistered => ("not registered".to_owned(), Tone::Refused),
    })
}

/// A report of the P-CSCF.
pub(super) fn pcscf(event: &PcscfEvent) -> Option<(String, Tone)> {
    Some(match event {
        PcscfEvent::Challenged { set: Some(_), .. } => (
            "CK, IK kept and taken out; four associations stand".to_owned(),
            Tone::Good,
        ),
        PcscfEvent::Proposal { why, .. } => (why.to_string(), Tone::Refused),
        PcscfEvent::Tampered { why, .. } => (format!("bidding down: {why}"), Tone::Bad),
        PcscfEvent::Unanswered { .. } => (
            "nothing came through the new associations: they go".to_owned(),
            Tone::Refused,
        ),
        PcscfEvent::Unprotected { .. } => (
            "refused: it came outside of the associations".to_owned(),
            Tone::Refused,
        ),
        PcscfEvent::Flood { .. } => ("too many REGISTERs".to_owned(), Tone::Refused),
        PcscfEvent::Challenged { set: None, .. }
        | PcscfEvent::Registered { .. }
        | PcscfEvent::Refused { .. }
        | PcscfEvent::Deregistered { .. } => return None,
    })
}

/// A packet that the P-CSCF's end of ESP dropped.
pub(super) fn dropped(reason: DropReason) -> (String, Tone) {
    (format!("ESP packet dropped: {reason:?}"), Tone::Refused)
}

/// A report of the S-CSCF.
pub(super) fn scscf(event: &ScscfEvent) -> Option<(String, Tone)> {
    match event {
        ScscfEvent::Authentication { phase, .. } => self::phase(*phase),
        ScscfEvent::Registration { impus, change, .. } => {
            let change = match change {
                SetChange::Registered => "registered",
                SetChange::Deregistered => "no longer registered",
                SetChange::Refreshed | SetChange::Contacts | SetChange::Profile | SetChange::Dropped => {
                    return None;
                }
            };
            let impus: Vec<&str> = impus.iter().map(|impu| impu.as_str()).collect();
            Some((
                abbreviated(&format!("{change}: {}", impus.join(", "))),
                Tone::Good,
            ))
        }
        ScscfEvent::Answered { .. } => None,
    }
}

fn phase(phase: Phase) -> Option<(String, Tone)> {
    Some(match phase {
        Phase::Authenticated => ("RES = XRES: authenticated".to_owned(), Tone::Good),
        Phase::WrongResponse => ("the response is wrong".to_owned(), Tone::Refused),
        Phase::NetworkRefused => ("the UE does not take the challenge".to_owned(), Tone::Refused),
        Phase::Unanswered => ("nobody answered the challenge".to_owned(), Tone::Refused),
        Phase::OutOfStep => ("AUTS: the HSS is to resynchronise".to_owned(), Tone::Refused),
        Phase::Stale => ("an answer to no challenge".to_owned(), Tone::Refused),
        Phase::Failed(why) => (format!("Cx failed: {why:?}"), Tone::Refused),
        Phase::VectorsRequested | Phase::VectorsReceived | Phase::Challenged => return None,
    })
}
