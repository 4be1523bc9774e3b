//! RES*, XRES* and HXRES*: each is asked for by somebody else (TS 33.501 6.1.3.2.0, A.5), and none of the hashes is a secret.
//!
//! ```text
//!   UDM ──XRES*──► AUSF ──HXRES*──► SEAF ◄──RES*── UE
//!        hash of it ≠ HXRES*: the AUSF      hash of it ≠ HXRES*: the UE
//! ```

use crate::findings::catalogue as code;
use crate::findings::draft::Draft;
use crate::report::Finding;
use crate::sbi::{Exchange, Operation};
use crate::trail::{Sighting, Trail};
use quintet_crypto::fgs::ResStar;
use quintet_nas::fgs::FgmmMessage;

/// What does not fit.
pub(super) fn rule(trail: &Trail) -> Vec<Finding> {
    let handed_out = trail
        .sbi
        .iter()
        .filter(|exchange| exchange.operation == Operation::Authenticate);
    let mut found = Vec::new();
    for exchange in handed_out {
        found.extend(of_ausf(trail, exchange));
        found.extend(of_ue(trail, exchange));
    }
    found
}

/// HXRES* is not that of XRES*.
fn of_ausf(trail: &Trail, handed_out: &Exchange) -> Option<Finding> {
    let (rand, hxres_star) = (handed_out.rand?, handed_out.hxres_star?);
    let made = made(trail, rand)?;
    if made.hxres_star? == hxres_star {
        return None;
    }
    Some(
        Draft::new(
            &code::HXRES_STAR_WRONG,
            "HXRES* that the AUSF hands out is not the hash of RAND and the UDM's XRES*.",
        )
        .frames(made.answer.into_iter().chain(handed_out.answer))
        .cause(
            "The AUSF hashes in another order, or takes another half of the hash",
            "SHA-256 of RAND and XRES* was recomputed from the UDM's answer",
        )
        .done(),
    )
}

/// RES* does not hash to HXRES*: the SEAF refuses it.
fn of_ue(trail: &Trail, handed_out: &Exchange) -> Option<Finding> {
    let (rand, hxres_star) = (handed_out.rand?, handed_out.hxres_star?);
    let challenge = |sighting: &Sighting| sighting.challenge().map(|(challenge, _)| challenge);
    let challenged = trail
        .nas
        .iter()
        .position(|sighting| challenge(sighting) == Some(rand))?;
    // Behind another challenge it is that one's.
    let (answer, res_star) = trail.nas[challenged..]
        .iter()
        .take_while(|sighting| challenge(sighting).is_none_or(|other| other == rand))
        .find_map(|sighting| Some((sighting, res_star(sighting)?)))?;
    if *res_star.hres_star(&rand).expose() == hxres_star {
        return None;
    }
    let right = made(trail, rand).is_some_and(|made| made.hxres_star == Some(hxres_star));
    Some(
        Draft::new(
            &code::HXRES_STAR_MISMATCH,
            "HRES* of the UE's RES* is not HXRES*: the SEAF refuses the answer, and the home network is not asked.",
        )
        .frames(handed_out.answer)
        .at(trail.nas[challenged].seen)
        .at(answer.seen)
        .cause(
            "The UE derives RES* for another serving network name, or K and OPc differ and AUTN was not checked",
            "SHA-256 of RAND and RES* was recomputed",
        )
        .cause_if(
            right,
            "It is not the AUSF",
            "HXRES* is the hash of the XRES* that the UDM handed out",
        )
        .done(),
    )
}

/// The UDM's answer with a vector.
fn made(trail: &Trail, rand: [u8; 16]) -> Option<&Exchange> {
    trail
        .sbi
        .iter()
        .find(|exchange| exchange.operation == Operation::GenerateAuthData && exchange.rand == Some(rand))
}

fn res_star(sighting: &Sighting) -> Option<ResStar> {
    let Some(FgmmMessage::AuthenticationResponse(response)) = sighting.fgmm_message() else {
        return None;
    };
    let octets = response.authentication_response_parameter?;
    Some(ResStar::new(octets))
}
