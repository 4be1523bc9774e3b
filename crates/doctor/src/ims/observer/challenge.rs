//! Challenges: what keys say of them, and the associations that they set up.

use super::Observer;
use crate::ims::associations::{Set, Side};
use crate::ims::path::{fingerprint, verifies};
use crate::ims::read;
use crate::ims::rounds::{AutnCheck, KeySource, Round, imsi};
use crate::ims::sighting::Mechanism;
use crate::ims::trail::{MAX_ROUNDS, Trail};

impl Observer {
    /// An answer may bring a challenge.
    pub(super) fn challenged(&mut self, id: u64, index: usize) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &mut attempt.trail;
        let Some(sighting) = trail.sip.get(index) else {
            return;
        };
        let Some(response) = sighting.response() else {
            return;
        };
        let Some(challenge) = &response.challenge else {
            return;
        };
        let (seen, hop) = (sighting.seen, sighting.hop);
        // What a single Via brings back goes to the UE.
        let to_ue = hop <= 1 && sighting.vias <= 1;
        let has_keys = challenge.ck.is_some() || challenge.ik.is_some();
        let (server, ends) = (
            response.server.clone(),
            (sighting.destination.ip(), sighting.source.ip()),
        );
        let known = trail.rounds.iter().position(|round| {
            round.challenge.nonce == challenge.nonce && !is_again(round, sighting.cseq, trail)
        });
        let at = match known {
            Some(at) => at,
            None if trail.rounds.len() < MAX_ROUNDS => {
                let mut round = Round::new(challenge.clone());
                let nonce = fingerprint(challenge.nonce.as_bytes());
                let earlier = trail
                    .rounds
                    .iter()
                    .find(|round| round.challenge.nonce == challenge.nonce);
                round.used_before = earlier
                    .and_then(Round::first)
                    .or_else(|| self.users.challenged(nonce, id, seen));
                trail.rounds.push(round);
                trail.rounds.len() - 1
            }
            None => {
                trail.dropped += 1;
                return;
            }
        };
        let round = &mut trail.rounds[at];
        let first = round.seen.is_empty();
        round.seen.push(seen);
        if round.challenge.ck.is_none() && round.challenge.ik.is_none() {
            round.challenge.ck.clone_from(&challenge.ck);
            round.challenge.ik.clone_from(&challenge.ik);
        }
        if to_ue {
            round.at_ue.get_or_insert(seen);
            if has_keys {
                round.leaked.get_or_insert(seen);
            }
        }
        let sets_up = round.server.is_empty() && !server.is_empty();
        if sets_up {
            round.server = server;
        } else if to_ue && !verifies(&round.server, &server) {
            round.altered = Some((seen, server));
        }
        if first {
            self.search(id, at);
        }
        self.complete(id, at);
        if sets_up && to_ue {
            self.set_up(id, at, ends);
        }
    }

    /// Looks for the key that a challenge was made with.
    fn search(&mut self, id: u64, at: usize) {
        let Some(trail) = self.attempts.get_mut(&id).map(|attempt| &mut attempt.trail) else {
            return;
        };
        let imsi = trail.impi.as_deref().and_then(imsi);
        let Some(round) = trail.rounds.get_mut(at) else {
            return;
        };
        let Some((rand, autn)) = &round.challenge.token else {
            return;
        };
        let found = self.ring.aka(imsi, rand, autn);
        round.autn = match (&found.fit, found.own_fails) {
            (_, Some(key)) => AutnCheck::Invalid { key },
            (Some(fit), None) => AutnCheck::Valid {
                key: fit.name.clone(),
                given: fit.given,
                sqn: fit.sqn(),
            },
            (None, None) => AutnCheck::Unknown,
        };
        round.fit = found.fit;
    }

    /// Takes what the answer of the HSS, the challenge between CSCFs, or K gives for a challenge.
    pub(super) fn complete(&mut self, id: u64, at: usize) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &mut attempt.trail;
        let Some(round) = trail.rounds.get_mut(at) else {
            return;
        };
        if round.ha1.is_none() {
            round.ha1 = trail.cx.iter().rev().find_map(|exchange| exchange.ha1().cloned());
        }
        let vector = round.rand().and_then(|rand| self.cx.vector(rand));
        let before = round.keys.is_some();
        if let Some(vector) = vector {
            round.xres = Some(vector.xres);
            round.keys = Some((vector.ck.clone(), vector.ik.clone(), KeySource::Cx));
        } else if let Some(fit) = &round.fit {
            let (ck, ik) = fit.keys();
            round.xres = Some(*fit.xres());
            round.keys = Some((ck.clone(), ik.clone(), KeySource::K));
        } else if let (Some(ck), Some(ik)) = (&round.challenge.ck, &round.challenge.ik) {
            round.keys = Some((ck.clone(), ik.clone(), KeySource::Core));
        }
        let Some((ck, ik, _)) = round.keys.as_ref().filter(|_| !before) else {
            return;
        };
        for set in &attempt.sets {
            if let Some(set) = self.associations.get_mut(*set) {
                set.keys.get_or_insert_with(|| (ck.clone(), ik.clone()));
            }
        }
    }

    /// A challenge with Security-Server reached the UE: associations between both.
    fn set_up(&mut self, id: u64, at: usize, (ue, pcscf): (std::net::IpAddr, std::net::IpAddr)) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &attempt.trail;
        let named = |list: &[Mechanism], address| {
            list.iter()
                .filter(|mechanism| mechanism.is_ipsec())
                .find_map(|mechanism| Side::of(address, mechanism))
        };
        let Some(round) = trail.rounds.get(at) else { return };
        let (Some(ue), Some(pcscf)) = (named(trail.client(), ue), named(&round.server, pcscf)) else {
            return;
        };
        let mut offered: Vec<&Mechanism> = round
            .server
            .iter()
            .filter(|mechanism| mechanism.is_ipsec())
            .collect();
        offered.sort_by_key(|mechanism| std::cmp::Reverse(mechanism.q.unwrap_or(0)));
        let suites = offered
            .iter()
            .map(|mechanism| mechanism.algorithms())
            .map(|(alg, ealg)| (alg.to_owned(), ealg.to_owned()))
            .collect();
        let set = self.associations.add(Set {
            attempt: id,
            user: trail.impu.as_deref().map(read::identity).unwrap_or_default(),
            since: self.now,
            ue,
            pcscf,
            suites,
            keys: round.keys.as_ref().map(|(ck, ik, _)| (ck.clone(), ik.clone())),
        });
        attempt.sets.push(set);
    }
}

/// Whether a challenge that a round had is a new one all the same: it answers a later REGISTER than the first did.
fn is_again(round: &Round, cseq: u32, trail: &Trail) -> bool {
    let of_round = trail
        .sip
        .iter()
        .find(|sighting| Some(sighting.seen) == round.first());
    of_round.is_some_and(|first| first.cseq != cseq)
}
