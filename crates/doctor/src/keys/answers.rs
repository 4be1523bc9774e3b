//! The UE's answers to challenges: RES, RES*, AUTS, and what of them is in EAP.

use super::aka;
use super::round::Round;
use super::subscriber::Subscriber;
use super::verifier::place;
use super::{KeyNote, SubscriberId, Verifier};
use crate::report::Technology;
use quintet_crypto::{Auts, Res};
use quintet_eap::{Message, Packet};

impl Verifier {
    /// AUTHENTICATION RESPONSE.
    pub fn response(&mut self, subscriber: SubscriberId, res: &[u8]) -> Vec<KeyNote> {
        let Some(state) = self.answered(subscriber, Technology::Eps) else {
            return Vec::new();
        };
        judge_res(state, res)
    }

    /// AUTHENTICATION RESPONSE to 5G AKA.
    pub fn response_star(&mut self, subscriber: SubscriberId, res_star: &[u8]) -> Vec<KeyNote> {
        let Some(state) = self.answered(subscriber, Technology::Fgs) else {
            return Vec::new();
        };
        let judged = state
            .round()
            .and_then(|round| round.fgs.as_ref()?.judge(round, res_star));
        let mut notes = judged.unwrap_or_default();
        let answers = |round: &Round| {
            let fgs = round.fgs.as_ref();
            fgs.is_some_and(|fgs| fgs.is_answered_by(round, res_star))
        };
        if notes == [KeyNote::ResWrong] && state.rounds.iter().skip(1).any(answers) {
            notes.push(KeyNote::ResOfEarlierChallenge);
        }
        notes
    }

    /// AUTHENTICATION RESPONSE with an EAP packet.
    pub fn eap_response(&mut self, subscriber: SubscriberId, packet: &[u8]) -> Vec<KeyNote> {
        let Some((message, state)) = Packet::decode(packet)
            .and_then(|packet| Message::decode(&packet))
            .ok()
            .zip(self.answered(subscriber, Technology::Fgs))
        else {
            return Vec::new();
        };
        if let Some(auts) = message.auts() {
            return judge_auts(state, auts);
        }
        let mut notes = message.res().map(|res| judge_res(state, res)).unwrap_or_default();
        let holds = state
            .round()
            .and_then(|round| round.fgs.as_ref()?.at_mac_holds(round, packet));
        if message.res().is_some() && holds == Some(false) {
            notes.push(KeyNote::AtMacInvalid);
        }
        notes
    }

    /// AUTHENTICATION FAILURE with the authentication failure parameter of cause #21.
    pub fn failure(
        &mut self,
        subscriber: SubscriberId,
        technology: Technology,
        auts: &[u8; 14],
    ) -> Vec<KeyNote> {
        match self.answered(subscriber, technology) {
            Some(state) => judge_auts(state, auts),
            None => Vec::new(),
        }
    }

    /// The subscriber, whose latest challenge is answered.
    fn answered(&mut self, subscriber: SubscriberId, technology: Technology) -> Option<&Subscriber> {
        let state = self.subscribers.touch(place(subscriber, technology))?;
        if let Some(round) = state.rounds.front_mut() {
            round.answered = true;
        }
        Some(state)
    }
}

/// What a RES is.
fn judge_res(state: &Subscriber, res: &[u8]) -> Vec<KeyNote> {
    let Some(xres) = state.round().and_then(Round::xres) else {
        return Vec::new();
    };
    let given = Res::new(res);
    if given.as_ref() == Some(xres) {
        return vec![KeyNote::ResRight];
    }
    let earlier = state
        .rounds
        .iter()
        .skip(1)
        .any(|round| round.xres().is_some() && given.as_ref() == round.xres());
    let reason = if earlier {
        Some(KeyNote::ResOfEarlierChallenge)
    } else {
        aka::wrong_res(xres, res)
    };
    [Some(KeyNote::ResWrong), reason].into_iter().flatten().collect()
}

/// What an AUTS is.
fn judge_auts(state: &Subscriber, auts: &[u8; 14]) -> Vec<KeyNote> {
    let mut rounds = state
        .rounds
        .iter()
        .filter_map(|round| Some((round, round.fit.as_ref()?)));
    let (Some((round, fit)), Some(auts)) = (rounds.next(), Auts::from_octets(auts)) else {
        return Vec::new();
    };
    if state.round().is_none_or(|latest| latest.number != round.number) {
        // No key fits the challenge that was answered.
        return Vec::new();
    }
    if let Ok(sqn_ms) = fit.functions.verify_auts(&round.rand, &auts) {
        let ahead = sqn_ms.value() as i64 - fit.sqn.value() as i64;
        return vec![KeyNote::AutsValid {
            sqn_ms: sqn_ms.value(),
            ahead,
        }];
    }
    let over_amf = aka::auts_over_amf(&fit.functions, &round.rand, &round.autn, &auts);
    let reason = if over_amf {
        Some(KeyNote::AutsOverAmf)
    } else {
        rounds
            .any(|(round, fit)| fit.functions.verify_auts(&round.rand, &auts).is_ok())
            .then_some(KeyNote::AutsOfEarlierChallenge)
    };
    [Some(KeyNote::AutsInvalid), reason]
        .into_iter()
        .flatten()
        .collect()
}
