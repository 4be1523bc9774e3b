//! The verifier: what the observer asks about each message that keys say something of.

use super::fgs::{Anchored, HomeVector};
use super::message::technology;
use super::open;
use super::recent::Recent;
use super::ring::KeyIndex;
use super::round::{Round, Source};
use super::search::Search;
use super::serving::networks;
use super::subscriber::Subscriber;
use super::{KeyNote, KeyRing, Method, Opened};
use crate::report::Technology;
use crate::s6a::VectorSeen;
use quintet_crypto::fgs::{KAusf, KSeaf, ResStar};
use quintet_crypto::{Direction, Rand, hash_mme};
use quintet_identity::{Imsi, Plmn, Suci, Supi};
use std::sync::Arc;

/// The most subscribers whose challenges and contexts are kept; of more, those heard of longest ago are forgotten.
pub const MAX_SUBSCRIBERS: usize = 16_384;

/// The most vectors of AIAs kept for their challenges to come, and as many of home networks of 5GS.
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
    /// How it is put.
    pub method: Method<'a>,
}

impl Challenge<'_> {
    const fn technology(&self) -> Technology {
        match self.method {
            Method::EpsAka => Technology::Eps,
            Method::FgsAka { .. } | Method::EapAkaPrime { .. } => Technology::Fgs,
        }
    }
}

/// A subscriber's place: EPS and 5GS have contexts of their own.
pub(super) const fn place(SubscriberId(id): SubscriberId, technology: Technology) -> SubscriberId {
    SubscriberId(id << 1 | matches!(technology, Technology::Fgs) as u64)
}

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
    ring: Arc<KeyRing>,
    pub(super) subscribers: Recent<SubscriberId, Subscriber>,
    vectors: Recent<Rand, Issued>,
    /// What home networks of 5GS said of their challenges.
    home: Recent<Rand, HomeVector>,
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
    pub fn new(ring: impl Into<Arc<KeyRing>>) -> Self {
        Self {
            ring: ring.into(),
            subscribers: Recent::new(MAX_SUBSCRIBERS),
            vectors: Recent::new(MAX_VECTORS),
            home: Recent::new(MAX_VECTORS),
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

    /// An AUSF gave a vector, or a UDM: KAUSF and XRES* count for the challenge with its RAND, before it or after it.
    pub fn he_av(
        &mut self,
        rand: &Rand,
        autn: &[u8; 16],
        xres_star: ResStar,
        k_ausf: KAusf,
        supi: Option<&Supi>,
    ) {
        self.of_home(
            rand,
            HomeVector {
                autn: Some(*autn),
                xres_star: Some(xres_star),
                k_ausf: Some(k_ausf),
                supi: supi.cloned(),
                ..HomeVector::default()
            },
        );
    }

    /// An AUSF confirmed an authentication: KSEAF and SUPI count for the challenge with its RAND.
    pub fn seaf(&mut self, rand: &Rand, supi: Option<&Supi>, k_seaf: KSeaf) {
        self.of_home(
            rand,
            HomeVector {
                k_seaf: Some(k_seaf),
                supi: supi.cloned(),
                ..HomeVector::default()
            },
        );
    }

    fn of_home(&mut self, rand: &Rand, said: HomeVector) {
        self.home.entry(*rand, HomeVector::default).add(said);
    }

    /// Whom a SUCI is of, if it is in the clear or a home network key of the ring opens it.
    #[must_use]
    pub fn supi(&self, suci: &Suci) -> Option<Supi> {
        self.ring.supi(suci)
    }

    /// ATTACH REQUEST or TRACKING AREA UPDATE REQUEST, the plain message: for HASH_MME.
    pub fn initial(&mut self, subscriber: SubscriberId, plain: &[u8]) {
        self.clock += 1;
        let initial = Some((self.clock, hash_mme(plain)));
        let place = place(subscriber, Technology::Eps);
        self.subscribers.entry(place, Subscriber::default).initial = initial;
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
        let mut fgs = Anchored::of(challenge.method);
        let of_home = self.home.peek(challenge.rand);
        if let Some((fgs, home)) = fgs.as_mut().zip(of_home) {
            fgs.learn(home);
            challenge.imsi = challenge.imsi.or(home.supi.as_ref().and_then(Supi::imsi));
            let same_autn = fgs.same_autn(challenge.autn);
            notes.extend(same_autn.map(|same_autn| KeyNote::VectorOfHss { same_autn }));
        }
        let place = place(subscriber, challenge.technology());
        let state = self.subscribers.entry(place, Subscriber::default);
        let mut search = Search {
            ring: &self.ring,
            lately: &mut self.lately,
            notes: &mut notes,
        };
        let fit = search.fit(state, &challenge);
        let given = fit.as_ref().map(|(_, source)| source.clone());
        // The SUPI goes into KAMF: where nobody names it, it is that of the key that fits.
        let of_key = state.key.and_then(|index| self.ring.get(index)?.imsi());
        if let (Some(fgs), Some(imsi)) = (&mut fgs, challenge.imsi.or(of_key)) {
            fgs.may_be(&imsi.to_string());
        }
        let number = match state.round() {
            Some(round) if round.is_again(challenge.rand, challenge.autn) => {
                let number = round.number;
                state.rounds.pop_front();
                number
            }
            _ => self.clock,
        };
        let source = issued.as_ref().map(|_| Source::Hss).or(given);
        let round = Round {
            rand: *challenge.rand,
            autn: *challenge.autn,
            ksi: challenge.ksi & 0x0f,
            vector: issued.map(|issued| issued.vector),
            fgs,
            fit: fit.map(|(fit, _)| fit),
            networks: networks(challenge.serving, &possible, challenge.imsi),
            network_known: challenge.serving.is_some(),
            source,
            answered: false,
            number,
        };
        notes.extend(of_eap(&round, &challenge));
        state.push_round(round);
        notes
    }

    /// AUTHENTICATION RESULT, or another message, brings an ABBA that counts from now on.
    pub fn abba(&mut self, subscriber: SubscriberId, abba: &[u8]) {
        let state = self.subscribers.touch(place(subscriber, Technology::Fgs));
        if let Some(fgs) = state.and_then(|state| state.rounds.front_mut()?.fgs.as_mut()) {
            fgs.abba(abba);
        }
    }

    /// Any PDU with a security header, and SERVICE REQUEST. SECURITY MODE COMMAND brings its context with it.
    pub fn open(&mut self, subscriber: SubscriberId, direction: Direction, pdu: &[u8]) -> Opened {
        match self.subscribers.touch(place(subscriber, technology(pdu))) {
            Some(state) => {
                learn_of_home(state, &self.home);
                open::open(state, direction, pdu)
            }
            None => open::open(&mut Subscriber::default(), direction, pdu),
        }
    }

    /// Two that were taken for two are one: `other` is forgotten, what was known of it is `subscriber`'s.
    pub fn merge(&mut self, subscriber: SubscriberId, other: SubscriberId) {
        for technology in [Technology::Eps, Technology::Fgs] {
            if subscriber != other
                && let Some(state) = self.subscribers.remove(&place(other, technology))
            {
                self.subscribers
                    .entry(place(subscriber, technology), Subscriber::default)
                    .absorb(state);
            }
        }
    }

    /// Subscribers, and vectors of the HSS.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 2] {
        [self.subscribers.len(), self.vectors.len()]
    }

    /// Where the subscriber's keys come from, in words for a report; `None` if there are none.
    #[must_use]
    pub fn source(&self, subscriber: SubscriberId, technology: Technology) -> Option<String> {
        let state = self.subscribers.peek(&place(subscriber, technology))?;
        let of_challenge = || state.round().and_then(|round| round.source.as_ref());
        state.source.as_ref().or_else(of_challenge).map(Source::words)
    }
}

/// What a home network said of the latest challenge meanwhile: its confirmation comes after the challenge.
fn learn_of_home(state: &mut Subscriber, home: &Recent<Rand, HomeVector>) {
    let Some(round) = state.rounds.front_mut() else {
        return;
    };
    if let (Some(fgs), Some(said)) = (&mut round.fgs, home.peek(&round.rand)) {
        fgs.learn(said);
        round.source.get_or_insert(Source::Home);
    }
}

/// What keys say of an EAP packet with a challenge.
fn of_eap(round: &Round, challenge: &Challenge<'_>) -> Vec<KeyNote> {
    let (Some(fgs), Method::EapAkaPrime { packet, .. }) = (&round.fgs, challenge.method) else {
        return Vec::new();
    };
    let name = challenge.serving.and_then(|serving| fgs.other_name(serving));
    let mac = (fgs.at_mac_holds(round, packet) == Some(false)).then_some(KeyNote::AtMacInvalid);
    name.into_iter().chain(mac).collect()
}
