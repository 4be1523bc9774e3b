//! S6a exchanges to attempts: by IMSI, or by the vector of the challenge that the MME passed on.

use super::{Happening, Observer};
use crate::outcome::Verdict;
use crate::s6a::{self, Challenge, State};
use crate::sbi;
use crate::trail::{Tap, Trail};
use quintet_capture::Timestamp;
use quintet_identity::Imsi;

/// How long before the first NAS message an exchange may be that belongs to it: what two clocks, or two captures merged,
/// put between them.
const MAX_CLOCK_NS: i64 = 2_000_000_000;

impl Observer {
    /// What S6a brought: to the attempts that run, else to those of S6a alone.
    pub(super) fn exchanges(&mut self) {
        while let Some(exchange) = self.s6a.poll() {
            if exchange.state == State::Answered {
                for vector in &exchange.vectors {
                    self.verifier.vector(vector, exchange.imsi, exchange.visited);
                }
            }
            let running = exchange
                .imsi
                .and_then(|imsi| self.subscribers.by_imsi(imsi))
                .and_then(|ue| {
                    let taps = [Tap::Ran, Tap::NasLog, Tap::Radio].into_iter();
                    taps.filter_map(|tap| self.running_of.get(&(ue, tap))).next()
                })
                .and_then(|id| self.attempts.get_mut(id))
                .filter(|running| {
                    let since = running.attempt.trail.first.time;
                    exchange
                        .first()
                        .is_some_and(|seen| seen.time.since(since) >= -MAX_CLOCK_NS)
                });
            match running {
                Some(running) => {
                    let id = running.attempt.trail.id;
                    running.attempt.exchange(exchange);
                    self.stands(id);
                }
                None => {
                    if let Some(group) = self.lone.add(exchange) {
                        self.stands_alone(group);
                    }
                }
            }
        }
    }

    /// The home network of 5GS told keys of a challenge.
    pub(crate) fn home_vector(&mut self, vector: sbi::VectorSeen) {
        let supi = vector.supi.as_ref();
        if let (Some(autn), Some(xres_star), Some(kausf)) = (&vector.autn, vector.xres_star, vector.kausf) {
            self.verifier.he_av(&vector.rand, autn, xres_star, kausf, supi);
        }
        if let Some(kseaf) = vector.kseaf {
            self.verifier.seaf(&vector.rand, supi, kseaf);
        }
    }

    /// The attempt's IMSI is known: exchanges that came before are its own.
    pub(super) fn exchanges_of(&mut self, id: u64, imsi: Imsi) {
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        let since = Timestamp(running.attempt.trail.first.time.0.saturating_sub(MAX_CLOCK_NS));
        for exchange in self.lone.claim(imsi, since) {
            running.attempt.exchange(exchange);
        }
        let withdrawn = self.lone.withdrawn().into_iter().map(Happening::Withdrawn);
        self.happenings.extend(withdrawn);
    }

    /// The network challenged the UE with message `index`: whose vector that is says who the UE is.
    pub(super) fn challenged(&mut self, id: u64, index: usize, rand: [u8; 16], autn: [u8; 16]) {
        let Some(running) = self.attempts.get_mut(&id) else {
            return;
        };
        let trail = &running.attempt.trail;
        let sighting = &trail.nas[index];
        if sighting.repeats.is_some() {
            return;
        }
        let challenge = Challenge {
            attempt: id,
            seen: sighting.seen,
            rand,
            autn,
            imsi: trail.identities.imsi,
        };
        let (ue, known) = (running.attempt.ue, trail.identities.imsi.is_some());
        let handed = self.s6a.vectors_mut().challenged(&challenge);
        let imsi = match &handed.origin {
            s6a::Origin::Handed { imsi, .. } => *imsi,
            _ => None,
        };
        running.attempt.trail.vector_uses.push(handed);
        if let (Some(imsi), false) = (imsi, known) {
            self.is(id, ue, imsi);
        }
    }

    /// What befell connections to the HSS while an attempt ran.
    pub(super) fn hss_path(&self, trail: &mut Trail) {
        let facts = self.s6a.path(trail.first.time, trail.last.time);
        trail.hss_path = facts.take(s6a::MAX_PATH_FACTS).cloned().collect();
    }

    /// Tells how an attempt of S6a alone stands, if that is wanted.
    fn stands_alone(&mut self, group: u64) {
        if !self.wanted.standing {
            return;
        }
        let numbers = &self.numbers;
        if let Some(trail) = self.lone.standing(group, || numbers.next()) {
            self.happenings.push_back(Happening::Stands(Box::new(trail)));
        }
    }

    /// Attempts of S6a alone that have ended.
    pub(super) fn lone_ends(&mut self) {
        while let Some(mut trail) = self.lone.poll(self.now) {
            if trail.id == 0 {
                trail.id = self.numbers.next();
            }
            if let Some(imsi) = trail.identities.imsi {
                let ue = self.subscribers.stranger();
                let ue = self.subscribers.learn_imsi(ue, imsi);
                trail.history = self.subscribers.row_mut(ue).history.clone();
                self.subscribers.ended(ue, &Verdict::of(&trail), &trail);
            }
            let verdict = Verdict::of(&trail);
            self.happenings
                .push_back(Happening::Ended(Box::new(trail), Box::new(verdict)));
        }
    }
}
