//! Vectors handed out, and what became of them.
//!
//! RAND alone does not name a vector: some HSSs give every subscriber the same. RAND with AUTN does, unless the HSS gives
//! every subscriber the same key too; then only the subscriber's identity tells.

use super::{Exchange, VectorSeen};
use hashbrown::HashMap;
use quintet_capture::Seen;
use quintet_crypto::Rand;
use quintet_identity::{Imsi, Plmn};
use std::collections::VecDeque;

/// The most vectors remembered; of more, those handed out first are forgotten. An MME asks for one to five a subscriber.
pub const MAX_VECTORS: usize = 16_384;

/// The most subscribers of whom answers are counted; of more, the one whose last answer is oldest is forgotten.
pub const MAX_SUBSCRIBERS: usize = 16_384;

/// The most uses remembered of one vector: the first ones, which is where the reuse shows.
pub const MAX_USES: usize = 4;

/// A challenge that used a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The attempt.
    pub attempt: u64,
    /// AUTHENTICATION REQUEST.
    pub seen: Seen,
}

/// A vector that an AIA handed out.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Its number, ascending in the order of handing out.
    pub number: u64,
    /// The vector.
    pub vector: VectorSeen,
    /// [`Exchange::id`] of its AIR and AIA.
    pub exchange: u64,
    /// Whose, by User-Name.
    pub imsi: Option<Imsi>,
    /// Visited-PLMN-Id of the AIR: what KASME is bound to.
    pub visited: Option<Plmn>,
    /// The AIA.
    pub answer: Seen,
    /// Its place in the order of use within the AIA, from 0.
    pub order: usize,
    /// How many vectors the AIA held.
    pub of: usize,
    /// Challenges with it, the first [`MAX_USES`].
    pub uses: Vec<Use>,
}

/// A challenge as the observer of EPS saw it.
#[derive(Clone, Copy, Debug)]
pub struct Challenge {
    /// The attempt.
    pub attempt: u64,
    /// AUTHENTICATION REQUEST.
    pub seen: Seen,
    /// RAND.
    pub rand: Rand,
    /// AUTN.
    pub autn: [u8; 16],
    /// Whose, if the attempt knows.
    pub imsi: Option<Imsi>,
}

/// Where a challenge's vector came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An AIA handed out this RAND with this AUTN.
    Handed {
        /// [`Exchange::id`].
        exchange: u64,
        /// Whose, by User-Name.
        imsi: Option<Imsi>,
        /// Visited-PLMN-Id.
        visited: Option<Plmn>,
        /// The AIA.
        answer: Seen,
        /// Its place in the order of use, from 0.
        order: usize,
        /// How many vectors the AIA held.
        of: usize,
        /// The same vector in an earlier attempt, or before another vector in this one.
        used_before: Option<Use>,
        /// A vector that comes after it in the order of use was used before it.
        later_used: Option<Use>,
        /// An AIR with Re-Synchronization-Info that came between AIA and challenge: the USIM had refused a vector of
        /// this lot, and TS 33.102 6.3.5 has the rest thrown away.
        resynchronized: Option<Seen>,
        /// The AIA before that handed out the same RAND, for whomever.
        same_rand: Option<Seen>,
    },
    /// AIAs handed out this RAND with this AUTN for several subscribers, and whose the challenge is is not known: an HSS
    /// that gives all cards one key and one RAND does so.
    Shared {
        /// The last of them.
        answer: Seen,
    },
    /// An AIA handed out this RAND, with another AUTN.
    OtherAutn {
        /// [`Exchange::id`].
        exchange: u64,
        /// The AIA.
        answer: Seen,
    },
    /// No AIA of this capture handed it out, although AIAs of this subscriber are there.
    NotHanded {
        /// How many AIAs with vectors.
        answers: u64,
        /// The last of them.
        last: Seen,
    },
    /// The capture shows no vectors of this subscriber, or does not tell whose the challenge is.
    NotShown,
}

/// What became of a vector: one for each challenge of an attempt, repetitions aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VectorUse {
    /// AUTHENTICATION REQUEST.
    pub challenge: Seen,
    /// RAND.
    pub rand: Rand,
    /// Where it came from.
    pub origin: Origin,
}

/// What names a vector.
type Token = (Rand, [u8; 16]);

/// The most vectors looked at that share RAND, the latest first: an HSS with a fixed RAND has them all so.
const MAX_ALIKE: usize = 64;

/// What is known of a subscriber's vectors.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// AIAs with vectors.
    answers: u64,
    last: Seen,
    /// The last AIR with Re-Synchronization-Info.
    resynchronized: Option<Seen>,
    /// The vector used last: its number, and by what.
    used: Option<(u64, Use)>,
}

/// The vectors handed out in a capture.
#[derive(Debug, Default)]
pub struct Vectors {
    /// In the order of handing out, which is also the order of use; numbers follow each other without a gap.
    handed: VecDeque<Handed>,
    /// Numbers of the vectors with a RAND, ascending.
    by_rand: HashMap<Rand, VecDeque<u64>>,
    /// Numbers of the vectors with a RAND and AUTN, ascending: the same vector handed out again.
    by_token: HashMap<Token, VecDeque<u64>>,
    subscribers: HashMap<Imsi, Known>,
    /// Subscribers in the order of their last answers, with stale entries.
    recency: VecDeque<(Imsi, Seen)>,
    next: u64,
}

impl Vectors {
    /// A table with nothing in it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Vectors, RANDs, tokens, subscribers, and entries in the order of answers.
    #[cfg(test)]
    pub(crate) fn sizes(&self) -> [usize; 5] {
        [
            self.handed.len(),
            self.by_rand.len(),
            self.by_token.len(),
            self.subscribers.len(),
            self.recency.len(),
        ]
    }

    /// Takes in the vectors of an answered AIR.
    pub(super) fn answered(&mut self, exchange: &Exchange) {
        let Some(answer) = exchange.answer else { return };
        let mut fresh = false;
        for (order, vector) in exchange.vectors.iter().enumerate() {
            // The answer of the second hop holds the vectors of the first.
            let known = self
                .alike(&(vector.rand, vector.autn))
                .any(|h| h.exchange == exchange.id);
            if known {
                continue;
            }
            fresh = true;
            self.push(Handed {
                number: self.next,
                vector: vector.clone(),
                exchange: exchange.id,
                imsi: exchange.imsi,
                visited: exchange.visited,
                answer,
                order,
                of: exchange.vectors.len(),
                uses: Vec::new(),
            });
        }
        if fresh && let Some(imsi) = exchange.imsi {
            let known = self.subscriber(imsi, answer);
            known.answers += 1;
            known.last = answer;
        }
    }

    /// Takes in an AIR with Re-Synchronization-Info.
    pub(super) fn resynchronized(&mut self, imsi: Imsi, seen: Seen) {
        if let Some(known) = self.subscribers.get_mut(&imsi) {
            known.resynchronized = Some(seen);
        }
    }

    fn subscriber(&mut self, imsi: Imsi, seen: Seen) -> &mut Known {
        self.recency.push_back((imsi, seen));
        // Each subscriber has one live entry; of twice as many, half are stale and go.
        while self.recency.len() > 2 * MAX_SUBSCRIBERS
            || (self.subscribers.len() >= MAX_SUBSCRIBERS && !self.subscribers.contains_key(&imsi))
        {
            let Some((old, at)) = self.recency.pop_front() else {
                break;
            };
            if old != imsi && self.subscribers.get(&old).is_some_and(|known| known.last == at) {
                self.subscribers.remove(&old);
            }
        }
        self.subscribers.entry(imsi).or_insert(Known {
            answers: 0,
            last: seen,
            resynchronized: None,
            used: None,
        })
    }

    fn push(&mut self, handed: Handed) {
        if self.handed.len() >= MAX_VECTORS
            && let Some(old) = self.handed.pop_front()
        {
            // The oldest of all is the oldest of its kind.
            drop_first(&mut self.by_rand, &old.vector.rand);
            drop_first(&mut self.by_token, &token(&old.vector));
        }
        let number = handed.number;
        self.by_rand
            .entry(handed.vector.rand)
            .or_default()
            .push_back(number);
        self.by_token
            .entry(token(&handed.vector))
            .or_default()
            .push_back(number);
        self.handed.push_back(handed);
        self.next += 1;
    }

    /// The vector of a number, if it is still remembered.
    fn get(&self, number: u64) -> Option<&Handed> {
        self.handed.get(self.place(number)?)
    }

    fn place(&self, number: u64) -> Option<usize> {
        let first = self.handed.front()?.number;
        usize::try_from(number.checked_sub(first)?).ok()
    }

    /// The vectors with this RAND and AUTN, the latest first.
    fn alike(&self, token: &Token) -> impl Iterator<Item = &Handed> + use<'_> {
        let numbers = self.by_token.get(token).into_iter().flatten().rev();
        numbers.take(MAX_ALIKE).filter_map(|n| self.get(*n))
    }

    /// The vectors with this RAND, the latest first.
    fn with_rand(&self, rand: &Rand) -> impl Iterator<Item = &Handed> + use<'_> {
        let numbers = self.by_rand.get(rand).into_iter().flatten().rev();
        numbers.take(MAX_ALIKE).filter_map(|n| self.get(*n))
    }

    /// The vector of a challenge, the one handed out last if that happened more than once: with this AUTN, and of this
    /// subscriber if both are known and such a one is there. `None` if several subscribers have one that fits.
    #[must_use]
    pub fn vector_of(&self, rand: &Rand, autn: Option<&[u8; 16]>, imsi: Option<Imsi>) -> Option<&Handed> {
        match autn {
            Some(autn) => one(|| self.alike(&(*rand, *autn)), imsi),
            None => one(|| self.with_rand(rand), imsi),
        }
    }

    /// Notes a challenge and answers where its vector came from. Not to be called for AUTHENTICATION REQUESTs that
    /// repeat one of the same attempt octet for octet.
    pub fn challenged(&mut self, challenge: &Challenge) -> VectorUse {
        let used = Use {
            attempt: challenge.attempt,
            seen: challenge.seen,
        };
        let token = (challenge.rand, challenge.autn);
        let number = one(|| self.alike(&token), challenge.imsi).map(|handed| handed.number);
        let origin = match number {
            Some(number) => self.used(number, used),
            None => self.unknown(challenge),
        };
        VectorUse {
            challenge: challenge.seen,
            rand: challenge.rand,
            origin,
        }
    }

    fn used(&mut self, number: u64, used: Use) -> Origin {
        let same_rand = self.same_rand(number);
        let used_before = self.last_use(number);
        let place = self.place(number);
        let Some(handed) = place.and_then(|at| self.handed.get_mut(at)) else {
            return Origin::NotShown;
        };
        if handed.uses.len() < MAX_USES {
            handed.uses.push(used);
        }
        let known = handed.imsi.and_then(|imsi| self.subscribers.get_mut(&imsi));
        let later_used = known
            .as_ref()
            .and_then(|known| known.used)
            .and_then(|(last, by)| (last > number).then_some(by));
        let resynchronized = known
            .as_ref()
            .and_then(|known| known.resynchronized)
            .filter(|seen| seen.time > handed.answer.time && seen.time <= used.seen.time);
        if let Some(known) = known
            && known.used.is_none_or(|(last, _)| last < number)
        {
            known.used = Some((number, used));
        }
        Origin::Handed {
            exchange: handed.exchange,
            imsi: handed.imsi,
            visited: handed.visited,
            answer: handed.answer,
            order: handed.order,
            of: handed.of,
            used_before,
            later_used,
            resynchronized,
            same_rand,
        }
    }

    /// The last challenge with this vector, which the HSS may have handed out more than once.
    fn last_use(&self, number: u64) -> Option<Use> {
        let own = self.get(number)?;
        self.alike(&token(&own.vector))
            .filter(|handed| handed.imsi == own.imsi)
            .filter_map(|handed| handed.uses.last().copied())
            .max_by_key(|used| used.seen.time)
    }

    /// The AIA before a vector's own that had another with the same RAND.
    fn same_rand(&self, number: u64) -> Option<Seen> {
        let numbers = self.by_rand.get(&self.get(number)?.vector.rand)?;
        let before = numbers.partition_point(|n| *n < number).checked_sub(1)?;
        Some(self.get(*numbers.get(before)?)?.answer)
    }

    fn unknown(&self, challenge: &Challenge) -> Origin {
        if let Some(handed) = self.alike(&(challenge.rand, challenge.autn)).next() {
            return Origin::Shared {
                answer: handed.answer,
            };
        }
        let same_rand = self
            .with_rand(&challenge.rand)
            // A subscriber's AUTN is no other's fault.
            .find(|h| challenge.imsi.is_none() || h.imsi == challenge.imsi);
        if let Some(handed) = same_rand {
            return Origin::OtherAutn {
                exchange: handed.exchange,
                answer: handed.answer,
            };
        }
        let known = challenge.imsi.and_then(|imsi| self.subscribers.get(&imsi));
        match known {
            Some(known) if known.answers > 0 => Origin::NotHanded {
                answers: known.answers,
                last: known.last,
            },
            _ => Origin::NotShown,
        }
    }
}

/// The first of vectors that is the subscriber's; else the first of all, if they are all one subscriber's.
fn one<'a, I: Iterator<Item = &'a Handed>>(alike: impl Fn() -> I, imsi: Option<Imsi>) -> Option<&'a Handed> {
    if let Some(own) = alike().find(|handed| imsi.is_some() && handed.imsi == imsi) {
        return Some(own);
    }
    let last = alike().next()?;
    alike().all(|handed| handed.imsi == last.imsi).then_some(last)
}

fn token(vector: &VectorSeen) -> Token {
    (vector.rand, vector.autn)
}

/// Takes the first number out of a list, and the list away if that was the last.
fn drop_first<K: std::hash::Hash + Eq>(lists: &mut HashMap<K, VecDeque<u64>>, key: &K) {
    if let Some(numbers) = lists.get_mut(key) {
        numbers.pop_front();
        if numbers.is_empty() {
            lists.remove(key);
        }
    }
}
