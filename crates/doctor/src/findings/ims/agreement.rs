//! Sec-agree: what was proposed, chosen, repeated (TS 33.203 7.2, 7.3.2; RFC 3329).

use super::super::catalogue;
use super::super::draft::Draft;
use super::Case;
use crate::ims::{Mechanism, Round, Sighting, verifies};
use crate::report::{Ending, Finding, Outcome, Severity};

/// Statuses by which a P-CSCF wants another agreement (RFC 3329 2.3.1, RFC 3261 21.4.16).
const WANTS_ANOTHER: [u16; 2] = [494, 421];

pub(super) fn rules(case: Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(refused(case));
    found.extend(abandoned(case));
    found.extend(not_done(case));
    found.extend(
        repeated(case)
            .or_else(|| bid_down(case))
            .or_else(|| not_verified(case)),
    );
    found
}

/// `hmac-md5-96/null, …` of a list.
fn algorithms(list: &[Mechanism]) -> String {
    let mut names: Vec<String> = Vec::new();
    for mechanism in list {
        let (alg, ealg) = mechanism.algorithms();
        let name = if mechanism.is_ipsec() {
            format!("{alg}/{ealg}")
        } else {
            mechanism.name.clone()
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

/// Whether nobody but the P-CSCF can have answered: the REGISTER was not seen behind it.
fn is_at_pcscf(case: Case<'_>) -> bool {
    case.trail.hops() <= 1 && case.trail.cx.is_empty() && case.trail.rounds.is_empty()
}

/// The P-CSCF answers SM1 with an error.
fn refused(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let refusal = trail.sip.iter().find(|sighting| sighting.is_final())?;
    let status = refusal.response()?.status;
    let client = trail.client();
    let readable = |mechanism: &&Mechanism| {
        let (alg, ealg) = mechanism.algorithms();
        mechanism.is_ipsec()
            && alg.parse::<quintet_esp::Integrity>().is_ok()
            && ealg.parse::<quintet_esp::Encryption>().is_ok()
    };
    let nothing_known = !client.is_empty() && client.iter().all(|mechanism| !readable(&mechanism));
    let said = WANTS_ANOTHER.contains(&status);
    let meant = (400..500).contains(&status) && nothing_known && is_at_pcscf(case);
    if !(said && trail.rounds.is_empty() || meant) {
        return None;
    }
    let server = &refusal.response()?.server;
    Some(
        Draft::new(
            &catalogue::SECAGREE_UNACCEPTABLE_TO_PCSCF,
            format!("The P-CSCF refuses Security-Client with {status}."),
        )
        .frames(trail.registers().map(|(sighting, _)| sighting.seen).take(1))
        .at(refusal.seen)
        .cause(
            "The lists of UE and P-CSCF have no algorithm in common",
            format!(
                "Security-Client has {}, Security-Server {}",
                algorithms(client),
                algorithms(server)
            ),
        )
        .cause_if(
            client.is_empty(),
            "The UE does not offer what the P-CSCF requires",
            "the REGISTER has no Security-Client",
        )
        .done(),
    )
}

/// The UE gives up because of Security-Server.
fn abandoned(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let client = trail.client();
    if case.verdict.ending != Ending::ChallengeUnanswered
        || case.verdict.outcome != Outcome::Failure
        || !client.iter().any(Mechanism::is_ipsec)
    {
        return None;
    }
    let round = trail.rounds.last()?;
    let at = round.at_ue?;
    if !round.arrived().is_empty() && trail.agreed().is_some() {
        return None;
    }
    let what = if round.arrived().is_empty() {
        "The UE offered associations, the challenge has no Security-Server, and the UE says nothing more."
    } else {
        "Nothing in Security-Server is what the UE offered, and the UE says nothing more."
    };
    Some(
        Draft::new(&catalogue::SECAGREE_UNACCEPTABLE_TO_UE, what)
            .at(at)
            .frames(round.altered.as_ref().map(|(seen, _)| *seen))
            .cause_if(
                round.altered.is_some(),
                "Somebody between changed Security-Server on its way to the UE",
                format!(
                    "the P-CSCF sent {}, the UE got {}",
                    algorithms(&round.server),
                    algorithms(round.arrived())
                ),
            )
            .cause(
                "The P-CSCF proposes what the UE cannot take",
                format!(
                    "Security-Client has {}, Security-Server {}",
                    algorithms(client),
                    algorithms(round.arrived())
                ),
            )
            .done(),
    )
}

/// The UE offered associations and got none.
fn not_done(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let offered = trail
        .registers()
        .any(|(sighting, register)| sighting.hop <= 1 && register.client.iter().any(Mechanism::is_ipsec));
    let round = trail.rounds.last()?;
    let at = round.at_ue?;
    if !offered || !round.challenge.is_aka() || !round.server.is_empty() {
        return None;
    }
    Some(
        Draft::new(
            &catalogue::SECAGREE_NOT_DONE,
            "The UE offers associations, and the challenge that reaches it has no Security-Server.",
        )
        .at(at)
        .cause(
            "IPsec is off at the P-CSCF",
            "WWW-Authenticate came, Security-Server did not",
        )
        .cause(
            "Somebody between took the header out",
            "the frames of both ends tell, where both were captured",
        )
        .done(),
    )
}

/// SM7 repeats Security-Server.
fn repeated(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let answers = |sighting: &&Sighting| {
        sighting.hop <= 1
            && sighting
                .credentials()
                .is_some_and(|credentials| credentials.has_response())
    };
    let of = |sighting: &Sighting| -> Option<&Round> {
        let nonce = &sighting.credentials()?.nonce;
        trail.rounds.iter().find(|round| round.challenge.nonce == *nonce)
    };
    for sighting in trail.sip.iter().filter(answers) {
        let (Some(round), Some(register)) = (of(sighting), sighting.register()) else {
            continue;
        };
        if round.server.is_empty() {
            continue;
        }
        let (sent, back) = (algorithms(&round.server), algorithms(&register.verify));
        let frames = round.at_ue.into_iter().chain([sighting.seen]);
        if register.verify.is_empty() {
            return Some(
                Draft::new(
                    &catalogue::SECURITY_VERIFY_MISSING,
                    "The UE answers a challenge with Security-Server, and does not repeat the list in Security-Verify.",
                )
                .frames(frames)
                .cause("The UE does not do sec-agree as it should", format!("Security-Server has {sent}"))
                .done(),
            );
        }
        if !verifies(&round.server, &register.verify) {
            let reduced = register.verify.len() < round.server.len();
            return Some(
                Draft::new(
                    &catalogue::SECAGREE_TAMPERED,
                    "Security-Verify is not what Security-Server was.",
                )
                .frames(frames)
                .severity(Severity::Fault)
                .cause(
                    if reduced {
                        "Somebody between took entries out of Security-Server, so that a weaker one is chosen"
                    } else {
                        "Somebody between changed Security-Server on its way to the UE"
                    },
                    format!("Security-Server has {sent}, Security-Verify {back}"),
                )
                .cause(
                    "The UE does not repeat the list letter by letter",
                    "SPIs, ports and q count as well as algorithms",
                )
                .done(),
            );
        }
    }
    None
}

/// SM7 repeats Security-Client of SM1 (TS 33.203 7.2): what somebody changed in SM1, or took out of it, shows there.
fn bid_down(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let at_ue = |sighting: &&Sighting| sighting.hop <= 1;
    for round in trail.rounds.iter().filter(|round| !round.server.is_empty()) {
        let of_round = |sighting: &&Sighting| Some(sighting.seen) == round.first();
        let Some(cseq) = trail.sip.iter().find(of_round).map(|challenge| challenge.cseq) else {
            continue;
        };
        let mut answers = trail.sip.iter().filter(at_ue).filter(|sighting| {
            sighting.credentials().is_some_and(|credentials| {
                credentials.has_response() && credentials.nonce == round.challenge.nonce
            })
        });
        let Some((sm7, after)) = answers.find_map(|answer| Some((answer, &answer.register()?.client))) else {
            continue;
        };
        let mut asked = trail.registers().filter(|(sighting, register)| {
            sighting.hop <= 1 && sighting.cseq == cseq && !register.client.is_empty()
        });
        let Some((sm1, before)) = asked.find(|(_, register)| !is_proposal(&register.client, after)) else {
            continue;
        };
        let bid = names(&before.client) != names(after);
        return Some(
            Draft::new(
                &catalogue::SECAGREE_TAMPERED,
                "Security-Client of the response is not that of the REGISTER which was challenged.",
            )
            .at(sm1.seen)
            .at(sm7.seen)
            .severity(if bid { Severity::Fault } else { Severity::Warning })
            .cause_if(
                bid,
                "Somebody between changed Security-Client of the first REGISTER, so that a weaker algorithm is chosen",
                format!(
                    "the first has {}, the second {}",
                    algorithms(&before.client),
                    algorithms(after)
                ),
            )
            .cause(
                "The UE proposes anew with the response instead of repeating what it proposed",
                "SPIs and ports of the UE must stay, or the P-CSCF sends where nobody listens",
            )
            .done(),
        );
    }
    None
}

/// Whether a proposal is repeated: of each IPsec mechanism algorithms, SPIs and ports. A UE that proposes nothing more repeats
/// nothing wrong.
fn is_proposal(before: &[Mechanism], after: &[Mechanism]) -> bool {
    let of = |list: &[Mechanism]| {
        let ipsec = list.iter().filter(|mechanism| mechanism.is_ipsec());
        let mut all: Vec<_> = ipsec
            .map(|mechanism| {
                let (alg, ealg) = mechanism.algorithms();
                let numbers = [mechanism.spi_c, mechanism.spi_s];
                let ports = [mechanism.port_c, mechanism.port_s];
                (alg.to_owned(), ealg.to_owned(), numbers, ports)
            })
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    after.is_empty() || of(before) == of(after)
}

/// The algorithms of a proposal, each once.
fn names(list: &[Mechanism]) -> Vec<(&str, &str)> {
    let ipsec = list.iter().filter(|mechanism| mechanism.is_ipsec());
    let mut names: Vec<_> = ipsec.map(Mechanism::algorithms).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The P-CSCF wants another agreement although the UE repeated the list that it got.
fn not_verified(case: Case<'_>) -> Option<Finding> {
    let trail = case.trail;
    let refusal = trail.sip.iter().find(|sighting| {
        let status = sighting.response().map(|response| response.status);
        sighting.hop <= 1 && status == Some(WANTS_ANOTHER[0])
    })?;
    let (sm7, register) = trail.registers().rfind(|(sighting, register)| {
        sighting.hop <= 1 && sighting.cseq == refusal.cseq && !register.verify.is_empty()
    })?;
    Some(
        Draft::new(
            &catalogue::SECAGREE_TAMPERED,
            "The UE repeats the list that it got, and the P-CSCF does not accept it: 494.",
        )
        .frames(trail.rounds.iter().rev().find_map(|round| round.at_ue))
        .at(sm7.seen)
        .at(refusal.seen)
        .cause(
            "Somebody between changed Security-Server, or Security-Client before it",
            format!(
                "Security-Verify has {}, as Security-Server had where it was captured",
                algorithms(&register.verify)
            ),
        )
        .cause(
            "The P-CSCF has lost what it proposed",
            "then it refuses every UE alike",
        )
        .next("Capture at the P-CSCF too, and compare both headers with those of the UE's side.")
        .done(),
    )
}
