//! Subscriptions to the registration state (RFC 3680, RFC 6665): dialogs in which we notify.

use super::{Due, Limits};
use quintet_identity::Impu;
use quintet_procedure::node::Schedule;
use std::collections::HashMap;
use std::time::Duration;

/// A dialog.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    /// Of which public identity.
    pub(crate) impu: Impu,
    pub(crate) call_id: String,
    /// Our side of the dialog, To of the SUBSCRIBE, with its tag.
    pub(crate) local: String,
    /// The subscriber's side, with its tag.
    pub(crate) remote: String,
    /// The subscriber's contact.
    pub(crate) target: String,
    /// The way to it.
    pub(crate) routes: Vec<String>,
    /// The `id` of Event.
    pub(crate) event_id: Option<String>,
    /// The last CSeq of ours.
    pub(crate) cseq: u32,
    /// The next version of the document.
    pub(crate) version: u32,
    /// The highest CSeq of the subscriber's.
    pub(crate) remote_cseq: u32,
    pub(crate) until: Duration,
    pub(crate) armed: Option<Duration>,
    /// Our tag.
    pub(crate) tag: String,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    limit: usize,
    of_one: usize,
    by_id: HashMap<u64, Subscription>,
    by_impu: HashMap<Impu, Vec<u64>>,
    by_dialog: HashMap<(String, String), u64>,
    next: u64,
}

impl Subscriptions {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limit: limits.subscriptions,
            of_one: limits.subscriptions_of_one,
            by_id: HashMap::new(),
            by_impu: HashMap::new(),
            by_dialog: HashMap::new(),
            next: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Takes one in; `None` if there are too many.
    pub(crate) fn insert(
        &mut self,
        mut subscription: Subscription,
        schedule: &mut Schedule<Due>,
    ) -> Option<u64> {
        let of_one = self.by_impu.get(&subscription.impu).map_or(0, Vec::len);
        if self.by_id.len() >= self.limit || of_one >= self.of_one {
            return None;
        }
        self.next += 1;
        let id = self.next;
        let until = Some(subscription.until);
        schedule.set(&mut subscription.armed, until, Due::Subscription(id));
        let dialog = (subscription.call_id.clone(), subscription.tag.clone());
        self.by_dialog.insert(dialog, id);
        self.by_impu
            .entry(subscription.impu.clone())
            .or_default()
            .push(id);
        self.by_id.insert(id, subscription);
        Some(id)
    }

    /// The subscription of a dialog.
    pub(crate) fn of_dialog(&self, call_id: &str, tag: &str) -> Option<u64> {
        self.by_dialog.get(&(call_id.to_owned(), tag.to_owned())).copied()
    }

    pub(crate) fn get(&self, id: u64) -> Option<&Subscription> {
        self.by_id.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut Subscription> {
        self.by_id.get_mut(&id)
    }

    /// Moves its end.
    pub(crate) fn extend(&mut self, id: u64, until: Duration, schedule: &mut Schedule<Due>) {
        if let Some(subscription) = self.by_id.get_mut(&id) {
            subscription.until = until;
            schedule.set(&mut subscription.armed, Some(until), Due::Subscription(id));
        }
    }

    /// Those to one of these identities.
    pub(crate) fn of(&self, impus: &[Impu]) -> Vec<u64> {
        let found = impus.iter().filter_map(|impu| self.by_impu.get(impu));
        found.flatten().copied().collect()
    }

    pub(crate) fn remove(&mut self, id: u64, schedule: &mut Schedule<Due>) {
        let Some(mut subscription) = self.by_id.remove(&id) else {
            return;
        };
        schedule.set(&mut subscription.armed, None, Due::Subscription(id));
        let dialog = (subscription.call_id, subscription.tag);
        self.by_dialog.remove(&dialog);
        if let Some(ids) = self.by_impu.get_mut(&subscription.impu) {
            ids.retain(|of| *of != id);
            if ids.is_empty() {
                self.by_impu.remove(&subscription.impu);
            }
        }
    }
}
