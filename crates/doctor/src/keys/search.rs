//! Which key a challenge is made with: the subscriber's own, the one that fitted before, then all that are known.

use super::aka::{self, Fit};
use super::ring::KeyIndex;
use super::round::Source;
use super::subscriber::Subscriber;
use super::verifier::Challenge;
use super::{KeyNote, KeyRing};
use quintet_crypto::Autn;

/// Challenges in a row that no key of the ring fits after which no more are tried for that subscriber. A false base station
/// may have sent some of them, so one is not enough.
const MAX_MISSES: u8 = 16;

/// A search for the key of a challenge.
pub(super) struct Search<'a> {
    pub(super) ring: &'a KeyRing,
    pub(super) lately: &'a mut Option<KeyIndex>,
    pub(super) notes: &'a mut Vec<KeyNote>,
}

impl Search<'_> {
    pub(super) fn fit(&mut self, state: &mut Subscriber, challenge: &Challenge<'_>) -> Option<(Fit, Source)> {
        let autn = Autn::from_octets(challenge.autn);
        let own = challenge.imsi.and_then(|imsi| self.ring.of(imsi));
        if let Some(index) = own {
            return self.under_own(index, challenge, &autn);
        }
        if let Some(index) = state.key
            && let Some(fit) = self.try_key(index, challenge, &autn)
        {
            return Some(self.holds(state, index, fit));
        }
        let found = (state.misses < MAX_MISSES)
            .then(|| self.lately.iter().copied().chain(self.ring.others()))
            .into_iter()
            .flatten()
            .find_map(|index| Some((index, self.try_key(index, challenge, &autn)?)));
        if let Some((index, fit)) = found {
            return Some(self.holds(state, index, fit));
        }
        state.misses = state.misses.saturating_add(1);
        if let Some(index) = state.key {
            self.notes.push(KeyNote::AutnInvalid {
                key: self.name(index),
            });
        }
        None
    }

    /// AUTN holds under a key: it is the subscriber's from now on.
    fn holds(&mut self, state: &mut Subscriber, index: KeyIndex, fit: Fit) -> (Fit, Source) {
        state.key = Some(index);
        state.misses = 0;
        *self.lately = Some(index);
        self.notes.push(KeyNote::AutnValid {
            key: self.name(index),
            sqn: fit.sqn.value(),
        });
        (fit, self.source(index))
    }

    /// Under the key that the user gave for this subscriber; if it does not hold, under which mistake, or whose key.
    fn under_own(
        &mut self,
        index: KeyIndex,
        challenge: &Challenge<'_>,
        autn: &Autn,
    ) -> Option<(Fit, Source)> {
        let source = self.source(index);
        if let Some(fit) = self.try_key(index, challenge, autn) {
            self.notes.push(KeyNote::AutnValid {
                key: self.name(index),
                sqn: fit.sqn.value(),
            });
            return Some((fit, source));
        }
        self.notes.push(KeyNote::AutnInvalid {
            key: self.name(index),
        });
        if let Some((note, fit)) = aka::mistake(self.ring.get(index)?, challenge.rand, autn) {
            self.notes.push(note);
            return Some((fit, source));
        }
        let (other, fit) = self
            .ring
            .others()
            .find_map(|index| Some((index, self.try_key(index, challenge, autn)?)))?;
        self.notes.push(KeyNote::AutnOfOtherKey {
            key: self.name(other),
        });
        Some((fit, self.source(other)))
    }

    fn try_key(&self, index: KeyIndex, challenge: &Challenge<'_>, autn: &Autn) -> Option<Fit> {
        aka::fit(self.ring.get(index)?.functions()?, challenge.rand, autn)
    }

    fn name(&self, index: KeyIndex) -> String {
        self.ring
            .get(index)
            .map(|key| key.name().to_owned())
            .unwrap_or_default()
    }

    fn source(&self, index: KeyIndex) -> Source {
        match index {
            KeyIndex::Given(_) => Source::Given(self.name(index)),
            KeyIndex::Published(_) => Source::Published(self.name(index)),
        }
    }
}
