//! REGISTERs and their answers find their attempts.

use super::{Happening, Observer};
use crate::ims::attempt::Attempt;
use crate::ims::digest::{self, Expected};
use crate::ims::path::fingerprint;
use crate::ims::read;
use crate::ims::rounds::{self, AutsCheck};
use crate::ims::sighting::Sighting;
use crate::ims::trail::{Before, End, Stray};
use crate::ims::verdict::Verdict;

impl Observer {
    /// A REGISTER passed.
    pub(super) fn register(&mut self, sighting: Sighting, new: bool) {
        let id = match self.attempt_of(&sighting) {
            Some(id) => id,
            None => self.begin(&sighting),
        };
        self.by_call.insert(sighting.call_id.clone(), id);
        let names = sighting.register().map(|register| {
            let impi = register
                .credentials
                .as_ref()
                .map(|credentials| credentials.username.clone());
            (impi.filter(|impi| !impi.is_empty()), register.impu.clone())
        });
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let index = attempt.add(sighting, new);
        if let Some((impi, impu)) = names {
            let trail = &mut attempt.trail;
            if trail.impi.is_none() {
                trail.impi.clone_from(&impi);
            }
            if trail.impu.is_none() {
                trail.impu.clone_from(&impu);
            }
            for name in [impi, impu].into_iter().flatten() {
                self.name(id, &name);
            }
        }
        if let Some(index) = index {
            self.answer(id, index);
            self.passed(id);
        }
    }

    /// An answer to REGISTER passed; one to a REGISTER that was never seen is nobody's.
    pub(super) fn response(&mut self, sighting: Sighting, new: bool) {
        let Some(id) = self.by_call.get(&sighting.call_id).copied() else {
            return;
        };
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let asked = attempt
            .trail
            .registers()
            .any(|(register, _)| register.cseq == sighting.cseq);
        if !asked {
            return;
        }
        let Some(index) = attempt.add(sighting, new) else {
            return;
        };
        if attempt.over.is_some() {
            attempt.trail.hss_gone = self.links.gone();
        }
        self.challenged(id, index);
        self.passed(id);
    }

    fn passed(&mut self, id: u64) {
        let Some(attempt) = self.attempts.get(&id) else {
            return;
        };
        if self.wanted.passed {
            self.happenings
                .push_back(Happening::Passed(Box::new(attempt.trail.clone())));
        }
        if self.wanted.standing {
            let mut trail = attempt.trail.clone();
            trail.now = self.now;
            let verdict = Verdict::of(&trail);
            self.happenings
                .push_back(Happening::Stands(Box::new(trail), Box::new(verdict)));
        }
    }

    /// The attempt that a REGISTER is of. One that it shows to be given up ends.
    fn attempt_of(&mut self, sighting: &Sighting) -> Option<u64> {
        if let Some(id) = self.by_call.get(&sighting.call_id).copied() {
            let attempt = self.attempts.get(&id)?;
            if attempt.takes(sighting) {
                return Some(id);
            }
            if sighting.cseq < attempt.cseq() {
                return None;
            }
            let end = if attempt.over.is_some() {
                End::Over
            } else {
                End::BegunAgain
            };
            self.end(id, end);
            return None;
        }
        let register = sighting.register()?;
        let user = read::identity(register.impu.as_deref()?);
        let id = self.by_user.get(&user).copied()?;
        let attempt = self.attempts.get(&id)?;
        let answers = sighting.credentials().is_some_and(|credentials| {
            attempt.over.is_none()
                && attempt
                    .trail
                    .rounds
                    .iter()
                    .any(|round| round.challenge.nonce == credentials.nonce)
        });
        (answers || attempt.goes_on_with(sighting)).then_some(id)
    }

    /// What is known of a user, with an attempt that is over and waits for copies of its last messages alone.
    fn before(&self, user: &str) -> Before {
        let known = self.users.before(user);
        let over = self
            .by_user
            .get(user)
            .and_then(|id| self.attempts.get(id))
            .filter(|attempt| attempt.over.is_some());
        match over {
            Some(attempt) => known.after(&attempt.trail, &Verdict::of(&attempt.trail)),
            None => known,
        }
    }

    fn begin(&mut self, sighting: &Sighting) -> u64 {
        self.make_room();
        let id = self.numbers.next();
        let mut trail = self.trail(id, sighting);
        if let Some(impu) = sighting.register().and_then(|register| register.impu.as_deref()) {
            trail.before = self.before(&read::identity(impu));
        }
        self.attempts
            .insert(id, Attempt::new(trail, sighting.seen.time.max(self.now)));
        id
    }

    /// What a REGISTER answers to its challenge.
    fn answer(&mut self, id: u64, index: usize) {
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &mut attempt.trail;
        let Some(sighting) = trail.sip.get(index) else {
            return;
        };
        let Some(credentials) = sighting.credentials() else {
            return;
        };
        let at = trail
            .rounds
            .iter()
            .position(|round| round.challenge.nonce == credentials.nonce);
        let Some(at) = at else {
            let stray = trail.stray(sighting, credentials);
            let of = self.users.challenge(fingerprint(credentials.nonce.as_bytes()));
            trail.strays.extend(stray.map(|stray| Stray { of, ..stray }));
            return;
        };
        self.complete(id, at);
        let Some(attempt) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &mut attempt.trail;
        let (Some(sighting), Some(round)) = (trail.sip.get(index), trail.rounds.get_mut(at)) else {
            return;
        };
        let Some(credentials) = sighting.credentials() else {
            return;
        };
        if round.is_answered() {
            return;
        }
        let imsi = rounds::imsi(&credentials.username);
        if credentials.has_response() {
            round.answered = Some(sighting.seen);
            let Some(algorithm) = digest::algorithm(round.challenge.algorithm.as_deref()) else {
                return;
            };
            let expected = Expected {
                xres: round.xres.as_ref(),
                keys: round.keys.as_ref().map(|(ck, ik, _)| (ck, ik)),
                ha1: round.ha1.as_ref(),
            };
            round.answer = digest::judge(credentials, algorithm, expected, self.ring.secrets(imsi));
            return;
        }
        round.refused = Some((sighting.seen, credentials.auts.is_some()));
        if let (Some(auts), Some(fit), Some((rand, _))) =
            (&credentials.auts, &round.fit, &round.challenge.token)
        {
            round.auts = fit.auts(rand, auts).map_or(AutsCheck::Invalid, AutsCheck::Valid);
        }
    }
}
