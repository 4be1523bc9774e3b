//! The challenge on its way to the UE: nonce, keys in it, algorithm.

use super::super::catalogue;
use super::super::draft::Draft;
use super::Case;
use crate::ims::Mechanism;
use crate::report::Finding;

pub(super) fn rules(case: Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(reused(case));
    found.extend(leaked(case));
    found.extend(confused(case));
    found
}

/// A vector for two challenges.
fn reused(case: Case<'_>) -> Option<Finding> {
    let mut rounds = case.trail.rounds.iter();
    let Some(round) = rounds.find(|round| round.challenge.is_aka() && round.used_before.is_some()) else {
        return answered_before(case);
    };
    Some(
        Draft::new(
            &catalogue::REPLAYED_NONCE,
            "The challenge has the nonce of an earlier one: RAND and AUTN were used before.",
        )
        .frames(round.used_before)
        .frames(round.first())
        .cause(
            "The S-CSCF takes a vector twice",
            "RAND and AUTN are the same in both frames",
        )
        .cause(
            "Somebody replays an old challenge",
            "the UE will find its SQN out of range",
        )
        .done(),
    )
}

/// The UE answers a challenge of before: it got that instead of the one that was sent to it.
fn answered_before(case: Case<'_>) -> Option<Finding> {
    let (stray, before) = case
        .trail
        .strays
        .iter()
        .find_map(|stray| Some((stray, stray.of?)))?;
    let mut sent = case.trail.rounds.iter().filter_map(|round| round.at_ue);
    Some(
        Draft::new(
            &catalogue::REPLAYED_NONCE,
            "The UE answers with the nonce of an earlier challenge, not with that of the one it was sent.",
        )
        .at(before)
        .frames(sent.rfind(|sent| sent.time <= stray.seen.time))
        .at(stray.seen)
        .cause(
            "Somebody between puts an old challenge in place of the new one",
            "the nonce of Authorization is that of the first frame, WWW-Authenticate had another one",
        )
        .cause(
            "The UE mixes up its challenges",
            "then it does so again without anybody between",
        )
        .next("Capture at the UE too: if the challenge that it gets is not the one that the P-CSCF sent, look for who is between them.")
        .done(),
    )
}

/// ck or ik in what the UE gets.
fn leaked(case: Case<'_>) -> Option<Finding> {
    if !case.trail.is_of_ims() {
        return None;
    }
    let at = case.trail.rounds.iter().find_map(|round| round.leaked)?;
    Some(
        Draft::new(
            &catalogue::CK_IK_LEAKED,
            "The challenge that goes to the UE carries ck or ik.",
        )
        .at(at)
        .cause(
            "The P-CSCF passes WWW-Authenticate on as it came from the S-CSCF",
            "the 401 has a single Via, so the UE is next",
        )
        .cause(
            "The UE talks to the S-CSCF without a P-CSCF between",
            "then nobody takes the keys out",
        )
        .done(),
    )
}

/// Algorithms that do not fit each other.
fn confused(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let offered = trail
        .opening()
        .is_some_and(|register| register.client.iter().any(Mechanism::is_ipsec));
    let asked = trail.cx.iter().find(|exchange| exchange.asks_for_aka());
    for round in &trail.rounds {
        let name = round.challenge.algorithm.as_deref().unwrap_or("MD5");
        if !round.challenge.is_aka() && (offered || asked.is_some()) {
            return Some(
                Draft::new(
                    &catalogue::ALGORITHM_CONFUSION,
                    format!("The challenge is one of {name} where AKA is needed."),
                )
                .frames(round.first())
                .frames(asked.and_then(|exchange| exchange.request))
                .cause_if(
                    offered,
                    "The subscription is one of SIP Digest, the UE has an ISIM",
                    "the UE offers associations, whose keys only AKA gives",
                )
                .cause_if(
                    asked.is_some(),
                    "The S-CSCF names another algorithm than that of its vectors",
                    "MAR asks for AKA",
                )
                .done(),
            );
        }
        let answered = trail.sip.iter().find_map(|sighting| {
            let credentials = sighting.credentials()?;
            let other = credentials.algorithm.as_deref()?;
            let of_round = credentials.nonce == round.challenge.nonce && credentials.has_response();
            (of_round && !other.eq_ignore_ascii_case(name)).then_some((sighting.seen, other))
        });
        if let Some((seen, other)) = answered {
            return Some(
                Draft::new(
                    &catalogue::ALGORITHM_CONFUSION,
                    format!("The challenge is one of {name}, the response says {other}."),
                )
                .frames(round.first())
                .at(seen)
                .cause(
                    "The UE does not know the algorithm of the challenge",
                    "algorithm of Authorization is not that of WWW-Authenticate",
                )
                .done(),
            );
        }
    }
    None
}
