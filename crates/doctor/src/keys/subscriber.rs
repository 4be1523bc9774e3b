//! What is remembered of a subscriber: challenges, contexts, and the key that fits.

use super::context::Context;
use super::ring::KeyIndex;
use super::round::{Round, Source};
use quintet_crypto::HASH_MME_OCTETS;
use std::collections::VecDeque;

/// Challenges remembered of one subscriber: the one that runs, and those whose vectors an MME may still mix up with it. An
/// HSS hands out at most five at once.
const MAX_ROUNDS: usize = 6;

/// Contexts remembered of one subscriber: current, the one on its way, and two that a UE or an MME may have kept.
const MAX_CONTEXTS: usize = 4;

/// What is remembered of a subscriber.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriber {
    /// The key that fits.
    pub(super) key: Option<KeyIndex>,
    /// Challenges in a row that no key fits.
    pub(super) misses: u8,
    /// The latest first.
    pub(super) rounds: VecDeque<Round>,
    /// The latest first.
    pub(super) contexts: VecDeque<Context>,
    /// HASH_MME of the last ATTACH or TRACKING AREA UPDATE REQUEST, and when it came in the order of all messages.
    pub(super) initial: Option<(u64, [u8; HASH_MME_OCTETS])>,
    /// Whether a context may be in use whose keys are not known: it is older than the capture, or no key fits its challenge.
    pub(super) blind: bool,
    /// Where the keys come from that were used last.
    pub(super) source: Option<Source>,
}

impl Subscriber {
    /// The latest challenge.
    pub(super) fn round(&self) -> Option<&Round> {
        self.rounds.front()
    }

    /// A challenge by its number.
    pub(super) fn round_of(&self, number: u64) -> Option<&Round> {
        self.rounds.iter().find(|round| round.number == number)
    }

    pub(super) fn push_round(&mut self, round: Round) {
        self.rounds.push_front(round);
        self.rounds.truncate(MAX_ROUNDS);
    }

    /// A context that SECURITY MODE COMMAND takes into use.
    pub(super) fn take_into_use(&mut self, context: Context) {
        self.blind = false;
        self.contexts.push_front(context);
        self.contexts.truncate(MAX_CONTEXTS);
    }

    /// How many of the contexts may be in use: from the latest back to the first with which a message of the UE held.
    pub(super) fn in_use(&self) -> usize {
        let confirmed = self.contexts.iter().position(|context| context.confirmed);
        confirmed.map_or(self.contexts.len(), |at| at + 1)
    }

    /// Takes over what was known of another that proves to be the same.
    pub(super) fn absorb(&mut self, other: Self) {
        self.key = self.key.or(other.key);
        self.rounds.extend(other.rounds);
        self.rounds
            .make_contiguous()
            .sort_by_key(|round| std::cmp::Reverse(round.number));
        self.rounds.truncate(MAX_ROUNDS);
        self.contexts.extend(other.contexts);
        self.contexts
            .make_contiguous()
            .sort_by_key(|context| std::cmp::Reverse(context.round));
        self.contexts.truncate(MAX_CONTEXTS);
        self.initial = self.initial.max(other.initial);
        self.blind |= other.blind;
        self.source = self.source.take().or(other.source);
    }
}
