//! The challenge: 401 (TS 24.229 5.1.1.5; TS 33.203 6.1, 7.2; RFC 3310).
//!
//! ```text
//!   401 ─► nonce = base64(RAND ‖ AUTN ‖ …) ─► card ─┬─ accepted ─► Security-Server against the offer ─► new set, RES
//!                                                   ├─ SQN ──────► AUTS   ┐ as before: no new set, another offer;
//!                                                   └─ MAC ──────► empty  ┘ twice in a row at most
//! ```

use super::attempt::{Attempt, Proof, Step};
use super::configuration::{MAX_CHALLENGES, MAX_INVALID_CHALLENGES, Password, Security};
use super::digest::{self, Credential};
use super::output::{Event, Failure, Output};
use super::reply::{Challenge, Reply};
use super::security::{Addresses, NoSet};
use super::{Timer, Ue, Work};
use quintet_crypto::Auts;
use quintet_subscriber::usim::Answer;

impl Ue {
    /// 401.
    pub(super) fn challenge(&mut self, work: &mut Work<'_>, mut attempt: Box<Attempt>, reply: &Reply) {
        if reply.leaks_keys {
            work.event(Event::KeysLeaked);
        }
        if attempt.challenges == MAX_CHALLENGES {
            return self.failed(work, &attempt, Failure::ChallengeLoop, None);
        }
        attempt.challenges += 1;
        if let Security::SipDigest(password) = &self.configuration.security {
            let password = password.clone();
            return self.digest_challenge(work, attempt, reply, password);
        }
        let is_aka = |challenge: &&Challenge| digest::is_aka(&challenge.algorithm);
        let Some(challenge) = reply.challenges.iter().find(is_aka) else {
            return self.failed(work, &attempt, Failure::Algorithm, None);
        };
        let Some((rand, autn)) = digest::rand_autn(&challenge.nonce) else {
            return self.failed(work, &attempt, Failure::Malformed, None);
        };
        attempt.step = Step::Card {
            challenge: challenge.clone(),
            server: reply.security_server.clone(),
            // Inside of associations the P-CSCF sees what it saw when they were set up.
            seen_as: reply.received.or(attempt.heard_at).unwrap_or(self.address),
        };
        let wait = self.configuration.timers.reg_await_auth;
        self.timers.start(Timer::RegAwaitAuth, work.now + wait);
        work.outputs.push(Output::Challenge { rand, autn });
        self.attempt = Some(attempt);
    }

    /// A challenge that a password answers (TS 24.229 5.1.1.5.4). A second one of the same is a wrong password, unless the
    /// nonce was stale.
    fn digest_challenge(
        &mut self,
        work: &mut Work<'_>,
        attempt: Box<Attempt>,
        reply: &Reply,
        password: Password,
    ) {
        let proven = attempt.proof() == Some(&Proof::Response);
        let challenges = reply.challenges.iter();
        let Some(credential) = challenges
            .filter_map(|c| Credential::of_password(c, password.clone()))
            .next()
        else {
            return self.failed(work, &attempt, Failure::Algorithm, None);
        };
        if proven && !reply.challenges.iter().any(|challenge| challenge.stale) {
            return self.failed(work, &attempt, Failure::Refused(reply.status), None);
        }
        self.respond(work, attempt, credential);
    }

    /// The card's answer.
    pub(super) fn challenged(&mut self, work: &mut Work<'_>, answer: Answer) {
        let at_card = |attempt: &mut Box<Attempt>| matches!(attempt.step, Step::Card { .. });
        let Some(mut attempt) = self.attempt.take_if(at_card) else {
            return;
        };
        let step = std::mem::replace(&mut attempt.step, Step::Network(Proof::None));
        let Step::Card {
            challenge,
            server,
            seen_as,
        } = step
        else {
            return;
        };
        let (res, ck, ik) = match answer {
            Answer::Accepted { res, ck, ik } => (res, ck, ik),
            Answer::MacFailure => return self.invalid(work, attempt, &challenge, None),
            Answer::SynchFailure(auts) => return self.invalid(work, attempt, &challenge, Some(&auts)),
        };
        attempt.invalid = 0;
        let Some(credential) = Credential::of_aka(&challenge, (&res, &ck, &ik)) else {
            return self.failed(work, &attempt, Failure::Algorithm, None);
        };
        self.protection.fail();
        if matches!(self.configuration.security, Security::Ipsec(_)) {
            let at = Addresses {
                seen_as,
                own: self.address,
                pcscf: self.configuration.pcscf.ip(),
            };
            let offer = attempt.offer.as_ref();
            let agree = |offer| self.protection.agree(work, offer, &server, at, (&ck, &ik));
            let why = match offer.map(agree) {
                Some(Ok(())) => None,
                Some(Err(NoSet::Unacceptable(why))) => Some(Failure::SecurityServer(why)),
                Some(Err(NoSet::Keys)) | None => Some(Failure::Malformed),
            };
            if let Some(why) = why {
                return self.failed(work, &attempt, why, None);
            }
        }
        self.respond(work, attempt, credential);
    }

    /// Sends the response.
    fn respond(&mut self, work: &mut Work<'_>, mut attempt: Box<Attempt>, credential: Credential) {
        work.event(Event::Answered);
        let cnonce = work.number();
        let mut credential = Box::new(credential);
        let authorization = credential.authorization(&self.identity, cnonce);
        attempt.credential = Some(credential);
        self.send(work, attempt, Proof::Response, authorization);
    }

    /// The challenge is not genuine, or not fresh: the network is told, without a new set (TS 24.229 5.1.1.5.3).
    fn invalid(
        &mut self,
        work: &mut Work<'_>,
        mut attempt: Box<Attempt>,
        challenge: &Challenge,
        auts: Option<&Auts>,
    ) {
        self.timers.stop(Timer::RegAwaitAuth);
        self.protection.fail();
        let failure = match auts {
            Some(_) => Failure::SynchFailure,
            None => Failure::MacFailure,
        };
        if attempt.invalid == MAX_INVALID_CHALLENGES {
            return self.failed(work, &attempt, failure, None);
        }
        attempt.invalid += 1;
        let authorization = digest::refusal(&self.identity, challenge, auts, work.number());
        let (event, proof) = match auts {
            Some(_) => (Event::SynchFailure, Proof::Auts),
            None => (Event::MacFailure, Proof::Empty),
        };
        work.event(event);
        self.send(work, attempt, proof, authorization);
    }
}
