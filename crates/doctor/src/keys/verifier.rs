//! The verifier: what the observer of EPS asks about each message that keys say something of.

use super::aka::{self, Fit};
use super::open;
use super::recent::Recent;
use super::ring::KeyIndex;
use super::round::{Round, Source};
use super::serving::networks;
use super::subscriber::Subscriber;
use super::{KeyNote, KeyRing, Opened};
use crate::s6a::VectorSeen;
use quintet_crypto::{Autn, Auts, Direction, Rand, Res, hash_mme};
use quintet_identity::{Imsi, Plmn};

/// The most subscribers whose challenges and contexts are kept; of more, those heard of longest ago are forgotten.
pub const MAX_SUBSCRIBERS: usize = 16_384;

/// The most vectors of AIAs kept for their challenges to come.
pub const MAX_VECTORS: usize = 16_384;

/// A subscriber as the observer tells them apart. Its contexts outlive its attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(pub u64);

/// An AUTHENTICATION REQUEST, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    /// RAND.
    pub rand: &'a Rand,
    /// AUTN.
    pub autn: &'a [u8; 16],
    /// NAS key set identifier, TSC in bit 4.
    pub ksi: u8,
    /// Whose it is, if that is known by now.
    pub imsi: Option<Imsi>,
    /// The serving network, if the capture says it: of the TAI, or Visited-PLMN-Id.
    pub serving: Option<Plmn>,
    /// Networks that it may be besides: of a GUTI, of system information. That of the IMSI is thought of here.
    pub possible: &'a [Plmn],
}

/// Challenges in a row that no key of the ring fits after which no more are tried for that subscriber. A false base station
/// may have sent some of them, so one is not enough.
const MAX_MISSES: u8 = 16;

/// A vector that the HSS handed out.
#[derive(Clone, Debug)]
struct Issued {
    vector: VectorSeen,
    imsi: Option<Imsi>,
    visited: Option<Plmn>,
}

/// Recomputes what keys protect, message by message, in the order of the capture.
///
/// Each call answers what the keys say of that one message; nothing is said where no key fits.
#[derive(Debug)]
pub struct Verifier {
    ring: KeyRing,
    subscribers: Recent<SubscriberId, Subscriber>,
    vectors: Recent<Rand, Issued>,
    /// The key that fitted last: in a laboratory, that of all.
    lately: Option<KeyIndex>,
    /// Messages so far.
    clock: u64,
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new(KeyRing::default())
    }
}

impl Verifier {
    /// One who has seen nothing, with these keys.
    #[must_use]
    pub fn new(ring: KeyRing) -> Self {
        Self {
            ring,
            subscribers: Recent::new(MAX_SUBSCRIBERS),
            vectors: Recent::new(MAX_VECTORS),
            lately: None,
            clock: 0,
        }
    }

    /// An AIA handed out a vector: its KASME and XRES count for the challenge with its RAND. `imsi` is whom it is for,
    /// `visited` the network that asked.
    pub fn vector(&mut self, vector: &VectorSeen, imsi: Option<Imsi>, visited: Option<Plmn>) {
        let issued = Issued {
            vector: vector.clone(),
            imsi,
            visited,
        };
        self.vectors.remove(&vector.rand);
        self.vectors.entry(vector.rand, || issued);
    }

    /// ATTACH REQUEST or TRACKING AREA UPDATE REQUEST, the plain message: for HASH_MME.
    pub fn initial(&mut self, subscriber: SubscriberId, plain: &[u8]) {
        self.clock += 1;
        let initial = Some((self.clock, hash_mme(plain)));
        self.subscribers.entry(subscriber, Subscriber::default).initial = initial;
    }

    /// AUTHENTICATION REQUEST. Repeated while it is not answered, it is the same challenge.
    pub fn challenge(&mut self, subscriber: SubscriberId, challenge: &Challenge<'_>) -> Vec<KeyNote> {
        self.clock += 1;
        let mut notes = Vec::new();
        let issued = self.vectors.peek(challenge.rand).cloned();
        let mut challenge = *challenge;
        let mut possible = challenge.possible.to_vec();
        if let Some(issued) = &issued {
            let same_autn = issued.vector.autn == *challenge.autn;
            notes.push(KeyNote::VectorOfHss { same_autn });
            challenge.imsi = challenge.imsi.or(issued.imsi);
            challenge.serving = challenge.serving.or(issued.visited);
            possible.extend(issued.visited);
        }
        let state = self.subscribers.entry(subscriber, Subscriber::default);
        let mut search = Search {
            ring: &self.ring,
            lately: &mut self.lately,
            notes: &mut notes,
        };
        let fit = search.fit(state, &challenge);
        let given = fit.as_ref().map(|(_, source)| source.clone());
        let number = match state.round() {
            Some(round) if round.is_again(challenge.rand, challenge.autn) => {
                let number = round.number;
                state.rounds.pop_front();
                number
            }
            _ => self.clock,
        };
        let source = issued.as_ref().map(|_| Source::Hss).or(given);
        state.push_round(Round {
            rand: *challenge.rand,
            autn: *challenge.autn,
            ksi: challenge.ksi & 0x0f,
            vector: issued.map(|issued| issued.vector),
            fit: fit.map(|(fit, _)| fit),
            networks: networks(challenge.serving, &possible, challenge.imsi),
            network_known: challenge.serving.is_some(),
            source,
            answered: false,
            number,
        });
        notes
    }

    /// AUTHENTICATION RESPONSE.
    pub fn response(&mut self, subscriber: SubscriberId, res: &[u8]) -> Vec<KeyNote> {
        let Some(state) = self.subscribers.touch(subscriber) else {
            return Vec::new();
        };
        if let Some(round) = state.rounds.front_mut() {
            round.answered = true;
        }
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

    /// AUTHENTICATION FAILURE with the authentication failure parameter of cause #21.
    pub fn failure(&mut self, subscriber: SubscriberId, auts: &[u8; 14]) -> Vec<KeyNote> {
        let Some(state) = self.subscribers.touch(subscriber) else {
            return Vec::new();
        };
        if let Some(round) = state.rounds.front_mut() {
            round.answered = true;
        }
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

    /// Any PDU with a security header, and SERVICE REQUEST. SECURITY MODE COMMAND brings its context with it.
    pub fn open(&mut self, subscriber: SubscriberId, direction: Direction, pdu: &[u8]) -> Opened {
        match self.subscribers.touch(subscriber) {
            Some(state) => open::open(state, direction, pdu),
            None => open::open(&mut Subscriber::default(), direction, pdu),
        }
    }

    /// Two that were taken for two are one: `other` is forgotten, what was known of it is `subscriber`'s.
    pub fn merge(&mut self, subscriber: SubscriberId, other: SubscriberId) {
        if subscriber != other
            && let Some(state) = self.subscribers.remove(&other)
        {
            self.subscribers
                .entry(subscriber, Subscriber::default)
                .absorb(state);
        }
    }

    /// Subscribers, and vectors of the HSS.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 2] {
        [self.subscribers.len(), self.vectors.len()]
    }

    /// Where the subscriber's keys come from, in words for a report; `None` if there are none.
    #[must_use]
    pub fn source(&self, subscriber: SubscriberId) -> Option<String> {
        let state = self.subscribers.peek(&subscriber)?;
        let of_challenge = || state.round().and_then(|round| round.source.as_ref());
        state.source.as_ref().or_else(of_challenge).map(Source::words)
    }
}

/// A search for the key of a challenge.
struct Search<'a> {
    ring: &'a KeyRing,
    lately: &'a mut Option<KeyIndex>,
    notes: &'a mut Vec<KeyNote>,
}

impl Search<'_> {
    fn fit(&mut self, state: &mut Subscriber, challenge: &Challenge<'_>) -> Option<(Fit, Source)> {
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

/// A ciphered PDU as it would stand without ciphering: of the same length, header type "integrity protected" instead of
/// "and ciphered", the plain message behind it. `None` if `plain` does not fit it, or it is not ciphered.
#[must_use]
pub fn in_the_clear(pdu: &[u8], plain: &[u8]) -> Option<Box<[u8]>> {
    let (&first, _) = pdu.split_first()?;
    let header_type = match first >> 4 {
        2 | 5 => 1,
        4 => 3,
        _ => return None,
    };
    if pdu.len() != plain.len() + 6 {
        return None;
    }
    let mut clear: Box<[u8]> = pdu.into();
    clear[0] = header_type << 4 | first & 0x0f;
    clear[6..].copy_from_slice(plain);
    Some(clear)
}
