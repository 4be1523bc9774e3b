//! Challenges and their answers under a key: whose key is wrong, and how.

use super::super::catalogue::Code;
use super::super::{Draft, catalogue as code};
use crate::keys::KeyNote;
use crate::report::{Finding, Severity};
use crate::trail::{Sighting, Trail, View};
use quintet_identity::Plmn;

/// EMM cause #20: MAC failure.
const MAC_FAILURE: u8 = 20;
/// EMM cause #21: synch failure.
const SYNCH_FAILURE: u8 = 21;

/// What the UE made of a challenge.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// AUTHENTICATION RESPONSE, or AUTHENTICATION FAILURE with #21: AUTN holds on the card.
    Holds,
    /// AUTHENTICATION FAILURE with #20.
    MacFailure,
    /// Anything else, or nothing.
    Unknown,
}

/// Every challenge and answer of the trail.
pub(super) fn rules(trail: &Trail) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, sighting) in trail.nas.iter().enumerate() {
        if sighting.repeats.is_some() || sighting.notes.is_empty() {
            continue;
        }
        match sighting.view {
            View::AuthenticationRequest { .. } => found.extend(challenge(trail, at)),
            View::AuthenticationResponse => found.extend(response(trail, at)),
            View::AuthenticationFailure { .. } => found.extend(failure(trail, at)),
            _ => {}
        }
        found.extend(of_eap(sighting));
    }
    found
}

/// What EAP-AKA' adds to either.
fn of_eap(sighting: &Sighting) -> Vec<Finding> {
    let each = sighting.notes.iter().filter_map(|note| {
        let draft = match note {
            KeyNote::NetworkNameDiffers { name } => Draft::new(
                &code::SERVING_NETWORK_MISMATCH,
                format!("AT_KDF_INPUT is \"{name}\", which is not the name of the network of this cell."),
            )
            .cause(
                "The SEAF asks for a vector in another network's name, or the AUSF passes another on",
                "the TAI says another PLMN; a UE refuses such a challenge",
            ),
            KeyNote::AtMacInvalid => Draft::new(
                &code::EAP_MAC_INVALID,
                format!("AT_MAC in {} does not hold.", sighting.name),
            )
            .cause(
                "Its sender derives K_aut of another identity or network name, or the packet was altered",
                "AUTN of the challenge holds under the key",
            ),
            _ => return None,
        };
        Some(draft.at(sighting.seen).done())
    });
    each.collect()
}

/// The UE's answer to the challenge at an index.
fn answer(trail: &Trail, at: usize) -> (Answer, Option<&Sighting>) {
    let next = trail.nas[at + 1..].iter().find(|sighting| {
        matches!(
            sighting.view,
            View::AuthenticationRequest { .. }
                | View::AuthenticationResponse
                | View::AuthenticationFailure { .. }
        )
    });
    let answer = match next.map(|sighting| sighting.view) {
        Some(View::AuthenticationResponse) => Answer::Holds,
        Some(View::AuthenticationFailure {
            cause: SYNCH_FAILURE, ..
        }) => Answer::Holds,
        Some(View::AuthenticationFailure {
            cause: MAC_FAILURE, ..
        }) => Answer::MacFailure,
        _ => return (Answer::Unknown, None),
    };
    (answer, next)
}

fn challenge(trail: &Trail, at: usize) -> Vec<Finding> {
    let sighting = &trail.nas[at];
    let (answer, answered) = answer(trail, at);
    let mut found = Vec::new();
    for note in &sighting.notes {
        match note {
            KeyNote::VectorOfHss { same_autn: false } => found.push(altered(sighting)),
            KeyNote::AutnValid { key, .. } if answer == Answer::MacFailure => {
                found.push(usim(sighting, answered, key));
            }
            KeyNote::AutnInvalid { key } => found.push(autn(trail, at, key, answer)),
            _ => {}
        }
    }
    found
}

fn altered(sighting: &Sighting) -> Finding {
    Draft::new(
        &code::AUTN_ALTERED,
        "The challenge has the RAND of a vector of the HSS, and not its AUTN.",
    )
    .at(sighting.seen)
    .cause(
        "The MME puts the parts of several vectors together",
        "RAND is the vector's, AUTN is not",
    )
    .cause("The challenge was altered on its way", "as above")
    .done()
}

/// AUTN holds under the network's key, and the card says that it does not.
fn usim(sighting: &Sighting, answered: Option<&Sighting>, key: &str) -> Finding {
    if let Some(packet) = answered.and_then(Sighting::eap) {
        return usim_of_eap(sighting, answered, key, &packet.name());
    }
    Draft::new(
        &code::USIM_OTHER_KEY,
        format!(
            "AUTN is genuine under the key \"{key}\", and the UE answers that its MAC fails: the card holds another K or OPc."
        ),
    )
    .at(sighting.seen)
    .frames(answered.map(|sighting| sighting.seen))
    .cause(
        "K or OPc of the card is not that of the HSS",
        "MAC-A was recomputed and holds; the UE sent EMM cause #20",
    )
    .cause(
        "OP was written to the card where OPc belongs, or the other way round",
        "the card then refuses every challenge of this network",
    )
    .cause(
        "AUTN was altered between this tap and the card",
        "what the tap saw is genuine",
    )
    .done()
}

/// The same in EAP, whose word for it is also that for another network's name: it is no proof against the card.
fn usim_of_eap(sighting: &Sighting, answered: Option<&Sighting>, key: &str, says: &str) -> Finding {
    let name = sighting.eap().and_then(|packet| packet.network_name);
    Draft::new(
        &code::USIM_OTHER_KEY,
        format!("AUTN is genuine under the key \"{key}\", and the UE answers {says}."),
    )
    .severity(Severity::Warning)
    .at(sighting.seen)
    .frames(answered.map(|sighting| sighting.seen))
    .cause(
        "K or OPc of the card is not that of the HSS",
        "MAC-A was recomputed and holds",
    )
    .cause(
        "The UE believes to be in another network than AT_KDF_INPUT names",
        match name {
            Some(name) => {
                format!("AT_KDF_INPUT is \"{name}\"; what the UE takes for its network is not in the capture")
            }
            None => "AT_KDF_INPUT is not in the challenge".to_owned(),
        },
    )
    .done()
}

/// AUTN does not hold under the subscriber's key.
fn autn(trail: &Trail, at: usize, key: &str, answer: Answer) -> Finding {
    let sighting = &trail.nas[at];
    let (code, how) = sighting.notes.iter().find_map(mistake).unwrap_or((
        &code::AUTN_OTHER_KEY,
        format!(
            "AUTN does not hold under the key \"{key}\", nor with one step of its making done otherwise."
        ),
    ));
    let draft = Draft::new(code, how).at(sighting.seen);
    if answer == Answer::Holds {
        return draft
            .severity(Severity::Warning)
            .cause(
                "The key given is not the card's; HSS and card agree",
                "the UE accepted the challenge, so AUTN holds on the card",
            )
            .done();
    }
    let evidence = match answer {
        Answer::MacFailure => "the UE, too, says that AUTN does not hold (EMM cause #20)",
        _ => "the UE's own verdict is not in the capture",
    };
    // A record under which another challenge holds is not wrong, or was not before.
    match genuine(trail, key) {
        Some((why, shown)) => draft.cause(why, shown).cause(
            "The HSS's record of the subscriber was changed meanwhile",
            evidence,
        ),
        None => draft.cause("The HSS's record of the subscriber is wrong", evidence),
    }
    .done()
}

/// Why a challenge is not the home network's, and what shows it: one of this attempt or of one before, under the same key.
fn genuine(trail: &Trail, key: &str) -> Option<(&'static str, String)> {
    let holds = |note: &KeyNote| matches!(note, KeyNote::AutnValid { key: of, .. } if of == key);
    let here = trail.nas.iter().find(|other| other.notes.iter().any(holds));
    let before = trail.history.genuine.as_ref().filter(|(_, of)| of == key);
    let shown = match (here, before) {
        (Some(other), _) => format!("the challenge in frame {} holds under this key", other.seen.frame),
        (None, Some((seen, _))) => format!(
            "the challenge of an earlier attempt, in frame {}, holds under this key",
            seen.frame
        ),
        (None, None) => return None,
    };
    Some((
        "The challenge is not the home network's: a false base station, or one altered on its way",
        shown,
    ))
}

/// The mistake that a note names.
fn mistake(note: &KeyNote) -> Option<(&'static Code, String)> {
    Some(match note {
        KeyNote::OpGivenAsOpc => (
            &code::OP_OPC_CONFUSED,
            "AUTN holds if the value given as OPc is taken for OP: the network derives OPc from it."
                .to_owned(),
        ),
        KeyNote::OpcGivenAsOp => (
            &code::OP_OPC_CONFUSED,
            "AUTN holds if the value given as OP is taken for OPc: the network uses it as it stands."
                .to_owned(),
        ),
        KeyNote::KAndOpcSwapped => (
            &code::K_OPC_SWAPPED,
            "AUTN holds if K and OPc are exchanged.".to_owned(),
        ),
        KeyNote::AutnOfOtherKey { key } => (
            &code::AUTN_OTHER_KEY,
            format!("AUTN holds under the key \"{key}\", which is not this subscriber's."),
        ),
        KeyNote::AutnOfOtherAlgorithm { name } => (
            &code::AUTN_OTHER_RULE,
            format!("AUTN holds under the subscriber's K with {name}, which is not the algorithm given."),
        ),
        KeyNote::SqnNotConcealed => (
            &code::AUTN_OTHER_RULE,
            "AUTN holds if SQN stands in it as it is: AK was not applied.".to_owned(),
        ),
        KeyNote::MacOverOtherAmf { amf: [high, low] } => (
            &code::AUTN_OTHER_RULE,
            format!("MAC-A was computed over AMF {high:02x}{low:02x}, and another AMF stands beside it."),
        ),
        KeyNote::MacOfResynchronisation => (
            &code::AUTN_OTHER_RULE,
            "MAC-S (f1*) stands in the place of MAC-A (f1).".to_owned(),
        ),
        _ => return None,
    })
}

/// RES that is not XRES.
fn response(trail: &Trail, at: usize) -> Option<Finding> {
    let sighting = &trail.nas[at];
    if !sighting.notes.contains(&KeyNote::ResWrong) {
        return None;
    }
    let follows = trail.nas[at + 1..].iter().find(|next| {
        matches!(
            next.view,
            View::SecurityModeCommand { .. }
                | View::AuthenticationRequest { .. }
                | View::AuthenticationReject
        )
    });
    let accepted = follows.filter(|next| matches!(next.view, View::SecurityModeCommand { .. }));
    let other_network = sighting.notes.iter().find_map(|note| match note {
        KeyNote::ResStarOfOtherPlmn { plmn } => Some(plmn),
        _ => None,
    });
    if let Some(plmn) = other_network {
        return Some(res_star_of(sighting, plmn, accepted));
    }
    let (code, what) = match accepted {
        Some(_) => (
            &code::RES_WRONG_ACCEPTED,
            "RES is not XRES, and SECURITY MODE COMMAND follows: the network took it for right.",
        ),
        None => (
            &code::RES_WRONG,
            "RES is not what the challenge and the key give.",
        ),
    };
    let mut draft = Draft::new(code, what)
        .at(sighting.seen)
        .frames(accepted.map(|next| next.seen));
    if let Some((why, evidence)) = sighting.notes.iter().find_map(wrong_res) {
        draft = draft.cause(why, evidence);
    }
    Some(
        draft
            .cause(
                "f2 of the card, or the octets on their way, differ",
                "AUTN of this challenge is genuine",
            )
            .done(),
    )
}

/// RES* for another network.
fn res_star_of(sighting: &Sighting, plmn: &Plmn, accepted: Option<&Sighting>) -> Finding {
    let (why, evidence) = match accepted {
        Some(_) => (
            "UE and home network both take another network for the serving one",
            "the network goes on: XRES* is for that one, too",
        ),
        None => (
            "The UE takes another network for the serving one than the home network was told",
            "RES* holds for that one, and nothing else differs",
        ),
    };
    Draft::new(
        &code::SERVING_NETWORK_MISMATCH,
        format!("RES* is the one for the serving network {plmn}, and the cell is not of it."),
    )
    .at(sighting.seen)
    .frames(accepted.map(|next| next.seen))
    .cause(why, evidence)
    .done()
}

/// What a wrong RES is.
fn wrong_res(note: &KeyNote) -> Option<(&'static str, String)> {
    Some(match note {
        KeyNote::ResOfEarlierChallenge => (
            "The UE answers an earlier challenge",
            "RES is the XRES of a challenge before this one".to_owned(),
        ),
        KeyNote::ResCut { octets } => (
            "One side cuts RES",
            format!("RES is the first {octets} octets of XRES"),
        ),
        KeyNote::ResNotStar => (
            "The UE answers with RES instead of RES*",
            "it begins with what f2 gives (TS 33.501 A.4 makes RES* of it)".to_owned(),
        ),
        KeyNote::ResStarUpperHalf => (
            "The UE takes the wrong half of the KDF's output",
            "it is the upper 128 bits of what TS 33.501 A.4 gives".to_owned(),
        ),
        KeyNote::ResIsSres => (
            "The card is a SIM, or the device uses its 2G functions",
            "RES is the SRES that follows from XRES (TS 33.102 6.8.1.2)".to_owned(),
        ),
        _ => return None,
    })
}

/// AUTS.
fn failure(trail: &Trail, at: usize) -> Option<Finding> {
    let sighting = &trail.nas[at];
    sighting.notes.iter().find_map(|note| match note {
        KeyNote::AutsValid { sqn_ms, ahead } => Some(distance(sighting, *sqn_ms, *ahead)),
        KeyNote::AutsInvalid => {
            let (why, evidence) = wrong_auts(&sighting.notes);
            let draft = Draft::new(&code::AUTS_INVALID, "MAC-S in AUTS does not hold.");
            Some(draft.at(sighting.seen).cause(why, evidence).done())
        }
        _ => None,
    })
}

/// What a wrong AUTS is.
fn wrong_auts(notes: &[KeyNote]) -> (&'static str, &'static str) {
    if notes.contains(&KeyNote::AutsOverAmf) {
        return (
            "The card computes MAC-S over the AMF of the challenge instead of 0000",
            "MAC-S holds with that AMF",
        );
    }
    if notes.contains(&KeyNote::AutsOfEarlierChallenge) {
        return (
            "AUTS answers an earlier challenge",
            "MAC-S holds with the RAND of a challenge before this one",
        );
    }
    (
        "The card's f1* or f5* is another, or AUTS was altered",
        "AUTN of the same challenge holds under the key",
    )
}

/// How far the card is from the HSS.
fn distance(sighting: &Sighting, sqn_ms: u64, ahead: i64) -> Finding {
    let (off, steps) = (ahead.unsigned_abs(), ahead.unsigned_abs() >> 5);
    let (what, why) = match ahead {
        0 => (
            "The card has seen exactly this SQN before.".to_owned(),
            "A vector was used twice, or the HSS made the same SQN again",
        ),
        1.. => (
            format!(
                "The card's SQN is {off} above that of the challenge: {steps} steps of SEQ with five bits of IND."
            ),
            "The HSS was restored from an older state, or the card was used with another HSS",
        ),
        _ => (
            format!(
                "The challenge's SQN is {off} above the card's ({steps} steps of SEQ with five bits of IND), and the card refuses it."
            ),
            "The step is above the card's limit Δ, or the entry of its index is newer",
        ),
    };
    Draft::new(&code::SQN_DISTANCE, what)
        .at(sighting.seen)
        .cause(why, format!("MAC-S holds, and SQN_MS is {sqn_ms:012x}"))
        .done()
}
