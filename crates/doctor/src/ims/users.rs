//! What is remembered of a user from one attempt to the next.

use super::trail::{Before, Trail};
use super::verdict::Verdict;
use hashbrown::HashMap;
use quintet_capture::Seen;
use std::collections::VecDeque;

/// The most users remembered; of more, the one known longest is forgotten.
pub(crate) const MAX_USERS: usize = 65_536;
/// The most nonces remembered.
pub(crate) const MAX_NONCES: usize = 65_536;

/// Users, and the nonces they were challenged with.
#[derive(Debug, Default)]
pub(super) struct Users {
    users: HashMap<String, Before>,
    order: VecDeque<String>,
    nonces: HashMap<u64, (u64, Seen)>,
    nonce_order: VecDeque<u64>,
}

impl Users {
    /// What was known of a user until now.
    pub(super) fn before(&self, user: &str) -> Before {
        self.users.get(user).cloned().unwrap_or_default()
    }

    /// An attempt of a user ended.
    pub(super) fn ended(&mut self, user: &str, trail: &Trail, verdict: &Verdict) {
        let before = self.entry(user);
        *before = before.after(trail, verdict);
    }

    fn entry(&mut self, user: &str) -> &mut Before {
        if !self.users.contains_key(user) {
            self.order.push_back(user.to_owned());
            if self.order.len() > MAX_USERS
                && let Some(oldest) = self.order.pop_front()
            {
                self.users.remove(&oldest);
            }
        }
        self.users.entry(user.to_owned()).or_default()
    }

    /// Where a challenge with this nonce was seen first.
    pub(super) fn challenge(&self, nonce: u64) -> Option<Seen> {
        self.nonces.get(&nonce).map(|(_, seen)| *seen)
    }

    /// A challenge of an attempt has this nonce: where it was another attempt's, if it was.
    pub(super) fn challenged(&mut self, nonce: u64, attempt: u64, seen: Seen) -> Option<Seen> {
        if let Some((other, before)) = self.nonces.get(&nonce) {
            return (*other != attempt).then_some(*before);
        }
        self.nonces.insert(nonce, (attempt, seen));
        self.nonce_order.push_back(nonce);
        if self.nonce_order.len() > MAX_NONCES
            && let Some(oldest) = self.nonce_order.pop_front()
        {
            self.nonces.remove(&oldest);
        }
        None
    }
}
