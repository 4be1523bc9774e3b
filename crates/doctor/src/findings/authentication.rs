//! What became of the challenges: answered, refused, rejected, out of step (TS 24.301 5.4.2).

mod synchronisation;

use super::catalogue as code;
use super::reading::{Answer, Challenge, Reading, T3460_NS, attempts, span, times};
use super::{Draft, silence};
use crate::keys::KeyNote;
use crate::report::{Finding, Technology};
use crate::trail::View;
use quintet_crypto::Direction;
use quintet_nas::eps::EmmMessage;

/// EMM cause #20, MAC failure.
pub(super) const MAC_FAILURE: u8 = 20;
/// EMM cause #21, synch failure.
pub(super) const SYNCH_FAILURE: u8 = 21;
/// EMM cause #26, non-EPS authentication unacceptable.
pub(super) const NON_EPS_AUTHENTICATION_UNACCEPTABLE: u8 = 26;

pub(super) fn rules(reading: &Reading<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, challenge) in reading.challenges.iter().enumerate() {
        found.extend(unanswered(reading, at, challenge));
        found.extend(rejected(reading, challenge));
        found.extend(mac_failure(reading, challenge));
        found.extend(non_eps(reading, challenge));
        found.extend(failed_otherwise(reading, challenge));
    }
    found.extend(synchronisation::rule(reading));
    found.extend(refused(reading));
    found
}

/// AUTHENTICATION REQUEST without an answer (TS 24.301 5.4.2.7 b).
fn unanswered(reading: &Reading<'_>, index: usize, challenge: &Challenge) -> Option<Finding> {
    if challenge.answer.is_some() || challenge.rejected.is_some() {
        return None;
    }
    // A later challenge with an answer supersedes this one; it is told by `several-challenges`.
    let superseded = reading.challenges.len() > index + 1;
    // The UE went on as if it had answered: its answer is what is missing.
    let went_on = reading
        .commands
        .iter()
        .any(|command| command.first() > challenge.first());
    if superseded || went_on {
        return None;
    }
    let waiting = silence::Waiting {
        request: "AUTHENTICATION REQUEST",
        sent: &challenge.sent,
        timer: "T3460",
        timer_ns: T3460_NS,
        code: &code::AUTHENTICATION_UNANSWERED,
    };
    silence::unanswered(reading, &waiting, |draft| {
        let other = reading.next_in(challenge.last(), Direction::Uplink);
        draft.cause(
            "The USIM or the device does not answer this challenge",
            other.map_or_else(
                || "no uplink message follows the challenge".to_owned(),
                |at| {
                    format!(
                        "the UE still talks: {} in {}",
                        reading.nas(at).name,
                        reading.frame(at)
                    )
                },
            ),
        )
    })
}

/// AUTHENTICATION REJECT behind AUTHENTICATION RESPONSE (TS 24.301 5.4.2.5).
fn rejected(reading: &Reading<'_>, challenge: &Challenge) -> Option<Finding> {
    let (response, reject) = (challenge.response()?, challenge.rejected?);
    let (response_seen, reject_seen) = (reading.seen(response), reading.seen(reject));
    let octets = match reading.nas(response).message() {
        Some(EmmMessage::AuthenticationResponse(response)) => {
            Some(response.authentication_response_parameter.len())
        }
        _ => None,
    };
    let wrong = has_note(reading, response, |note| *note == KeyNote::ResWrong);
    let right = has_note(reading, response, |note| *note == KeyNote::ResRight);
    let later = span(reject_seen.time.since(response_seen.time));
    let mut draft = Draft::new(
        &code::AUTHENTICATION_REJECTED,
        format!("The network answered AUTHENTICATION RESPONSE with AUTHENTICATION REJECT {later} later: it expected another RES."),
    )
    .frames([reading.seen(challenge.last()), response_seen, reject_seen]);
    if wrong {
        draft = draft.cause(
            "RES is not XRES",
            "recomputed with the key: the UE's RES is another",
        );
    } else if right {
        draft = draft.cause(
            "The network compares wrongly, or with another vector's XRES",
            "recomputed with the key: the UE's RES is right",
        );
    }
    draft = draft
        .cause_if(
            octets.is_some_and(|octets| octets != 8),
            "USIM and HSS use different lengths of RES",
            format!(
                "RES has {} octets; the usual length is 8",
                octets.unwrap_or_default()
            ),
        )
        .cause_if(
            challenge.sent.len() > 1,
            "The network compared with the XRES of another vector",
            format!("the challenge was sent {}", times(challenge.sent.len())),
        );
    if !wrong && !right {
        draft = draft.cause(
            "The network's XRES comes from another K or OPc than the card's RES",
            "the UE accepted AUTN, so MAC-A held on the card: without keys it cannot be said which value differs",
        );
    }
    Some(draft.done())
}

/// AUTHENTICATION FAILURE with #20 (TS 24.301 5.4.2.7 c).
fn mac_failure(reading: &Reading<'_>, challenge: &Challenge) -> Option<Finding> {
    let failure = challenge.failure(MAC_FAILURE)?;
    let request = challenge.last();
    let autn_holds = has_note(reading, request, |note| matches!(note, KeyNote::AutnValid { .. }));
    let before = reading
        .challenges
        .iter()
        .any(|other| other.response().is_some_and(|at| at < request));
    let altogether = reading
        .challenges
        .iter()
        .filter(|other| other.failure(MAC_FAILURE).is_some())
        .count();
    let by_what = by_what(reading, failure, MAC_FAILURE);
    let mut draft = Draft::new(
        &code::AUTHENTICATION_MAC_FAILURE,
        if reading.failed_alike() > 0 {
            format!(
                "The UE says that MAC in AUTN does not hold ({by_what}), as in {} right before.",
                attempts(reading.failed_alike())
            )
        } else {
            format!("The UE says that MAC in AUTN does not hold ({by_what}).")
        },
    )
    .frames([reading.seen(request), reading.seen(failure)]);
    if autn_holds {
        draft = draft
            .cause(
                "The card holds another K or OPc than the network",
                "AUTN holds under the network's key, so it is genuine",
            )
            .cause(
                "AUTN was changed on its way to the UE",
                "what the tap saw is genuine; look behind it",
            );
    } else {
        draft = draft.cause(
            "K or OPc of the HSS and of the card differ (also: OP given where OPc belongs)",
            if altogether > 1 {
                format!("every challenge of this attempt that was answered with #20 ({altogether}) came from the same network")
            } else {
                "the usual reason; without keys the UE's word is all there is".to_owned()
            },
        );
    }
    // EAP has one word for all of these (RFC 9048 3.1, 3.2).
    if let Some(packet) = reading
        .nas(request)
        .eap()
        .filter(|_| reading.nas(failure).eap().is_some())
    {
        draft = draft.cause(
            "The UE believes to be in another serving network, or asks for the separation bit",
            packet.network_name.map_or_else(
                || "AT_KDF_INPUT is not in the challenge".to_owned(),
                |name| format!("AT_KDF_INPUT is \"{name}\"; AKA'-Authentication-Reject says no more"),
            ),
        );
    }
    draft = draft
        .cause_if(
            before,
            "The challenge was changed on its way, or is not of this subscriber",
            "the same card accepted a challenge earlier in this attempt, so its K fits the HSS",
        )
        .cause(
            "The challenge is another's: a vector for another IMSI, or a network that is not the subscriber's",
            identity_evidence(reading),
        );
    Some(draft.done())
}

/// AUTHENTICATION FAILURE with #26 (TS 24.301 5.4.2.7 d), with the AMF as it stands in AUTN.
fn non_eps(reading: &Reading<'_>, challenge: &Challenge) -> Option<Finding> {
    let failure = challenge.failure(NON_EPS_AUTHENTICATION_UNACCEPTABLE)?;
    let amf = challenge.rand_autn.map(|(_, autn)| [autn[6], autn[7]]);
    let mut draft = Draft::new(
        &code::NON_EPS_AUTHENTICATION_UNACCEPTABLE,
        if amf.is_some_and(|[high, _]| high & 0x80 != 0) {
            "The UE refused the challenge as not one of EPS (EMM cause #26), though its AMF has the separation bit here."
        } else {
            "The UE refused the challenge because its AMF has no separation bit (EMM cause #26)."
        },
    )
    .frames([reading.seen(challenge.last()), reading.seen(failure)]);
    draft = match amf {
        Some([high, low]) if high & 0x80 == 0 => draft
            .cause(
                "The HSS makes vectors with an AMF that is not for EPS",
                format!("AMF in AUTN is {high:02x}{low:02x}: bit 0 is not set"),
            )
            .cause(
                "The vector was made for another domain (CS, or GERAN and UTRAN) and came to the MME",
                "such vectors have no separation bit either",
            ),
        Some([high, low]) => draft.cause(
            "The challenge the UE refused is not the one the tap saw",
            format!("AMF in AUTN is {high:02x}{low:02x}: bit 0 is set"),
        ),
        None => draft.cause(
            "The HSS makes vectors with an AMF that is not for EPS",
            "AUTN cannot be read here",
        ),
    };
    Some(draft.done())
}

/// AUTHENTICATION FAILURE with a cause that has no meaning there (TS 24.301 5.4.2.6).
fn failed_otherwise(reading: &Reading<'_>, challenge: &Challenge) -> Option<Finding> {
    let (at, Answer::Failure(cause)) = challenge.answer? else {
        return None;
    };
    let told_elsewhere =
        cause == super::fgs::NGKSI_ALREADY_IN_USE && reading.trail.technology == Technology::Fgs;
    if told_elsewhere || [MAC_FAILURE, SYNCH_FAILURE, NON_EPS_AUTHENTICATION_UNACCEPTABLE].contains(&cause) {
        return None;
    }
    Some(
        Draft::new(
            &code::AUTHENTICATION_FAILED_OTHERWISE,
            match reading.nas(at).eap() {
                Some(packet) => format!("The UE refused the challenge with {}.", packet.name()),
                None => format!(
                    "The UE refused the challenge with EMM cause {}.",
                    super::reject::cause_words(reading.trail.technology, cause)
                ),
            },
        )
        .frames([reading.seen(challenge.last()), reading.seen(at)])
        .cause(
            "The device has a fault of its own",
            "no procedure gives this cause to AUTHENTICATION FAILURE",
        )
        .done(),
    )
}

/// AUTHENTICATION REJECT that answers nothing seen, or a refusal.
fn refused(reading: &Reading<'_>) -> Option<Finding> {
    let at = reading
        .trail
        .nas
        .iter()
        .position(|sighting| sighting.view == View::AuthenticationReject)?;
    // Behind a RES it is `authentication-rejected`, behind a refusal the refusal's finding says it all.
    let answered = reading
        .challenges
        .iter()
        .any(|challenge| challenge.answer.is_some_and(|(answer, _)| answer < at));
    if answered || !reading.trail.from_the_start || !reading.trail.both_directions {
        return None;
    }
    Some(
        Draft::new(
            &code::AUTHENTICATION_REFUSED,
            "AUTHENTICATION REJECT came, and the UE had not answered any challenge before it.",
        )
        .at(reading.seen(at))
        .cause(
            "The network decided without the UE's answer (HSS error, lost answer)",
            s6a_evidence(reading),
        )
        .cause(
            "The message is forged",
            "it is not protected, and makes the UE take its USIM for invalid",
        )
        .done(),
    )
}

/// What S6a says about a resynchronisation.
fn s6a_evidence(reading: &Reading<'_>) -> String {
    if reading.trail.technology == Technology::Fgs {
        return sbi_evidence(reading);
    }
    if reading.trail.s6a.is_empty() {
        return "S6a is not in the capture".to_owned();
    }
    match reading
        .trail
        .s6a
        .iter()
        .find(|exchange| exchange.resynchronization.is_some())
    {
        Some(exchange) if exchange.answer.is_some() => {
            "the MME passed AUTS on to the HSS, and was answered".to_owned()
        }
        Some(_) => "the MME passed AUTS on to the HSS, and was not answered".to_owned(),
        None => "S6a is in the capture, and no request of this subscriber carries AUTS".to_owned(),
    }
}

/// The same of N12 and N13.
fn sbi_evidence(reading: &Reading<'_>) -> String {
    let exchanges = &reading.trail.sbi;
    match exchanges.iter().find(|exchange| exchange.resynchronization) {
        Some(exchange) if exchange.answer.is_some() => {
            "the AMF passed AUTS on to the AUSF, and was answered".to_owned()
        }
        Some(_) => "the AMF passed AUTS on to the AUSF, and was not answered".to_owned(),
        None if exchanges.is_empty() => super::sbi::last_word(reading.trail),
        None => "SBI is in the capture, and no request of this subscriber carries AUTS".to_owned(),
    }
}

/// By what the UE identified itself.
fn identity_evidence(reading: &Reading<'_>) -> &'static str {
    let asked = reading
        .trail
        .nas
        .iter()
        .any(|sighting| matches!(sighting.view, View::IdentityResponse { .. }));
    if asked {
        "the UE was asked for its identity in this attempt"
    } else if reading.trail.identities.guti.is_some() || reading.trail.identities.s_tmsi.is_some() {
        "the UE came by a temporary identity and was not asked for its IMSI: the MME may take it for another's"
    } else if reading.trail.identities.suci.is_some() {
        "the UE came by its SUCI"
    } else {
        "the UE came by its IMSI"
    }
}

/// By what words the UE refuses: a cause of EMM, or the subtype of an EAP packet.
fn by_what(reading: &Reading<'_>, failure: usize, cause: u8) -> String {
    match reading.nas(failure).eap() {
        Some(packet) => packet.name(),
        None => format!("EMM cause #{cause}"),
    }
}

/// Whether a key said this of a message.
fn has_note(reading: &Reading<'_>, at: usize, which: impl Fn(&KeyNote) -> bool) -> bool {
    reading.nas(at).notes.iter().any(which)
}
