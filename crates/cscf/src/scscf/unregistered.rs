//! Public identities that are served although nobody registered them, and requests that wait to know whether they are.

use super::Due;
use quintet_cx::profile::ImsSubscription;
use quintet_identity::Impu;
use quintet_procedure::node::Schedule;
use quintet_sip::transaction::ServerId;
use quintet_sip::transport::Hop;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Requests for one identity that wait for the HSS together.
const MAX_WAITING: usize = 16;

#[derive(Debug)]
struct Served {
    profile: Arc<ImsSubscription>,
    id: u64,
    armed: Option<Duration>,
}

/// A request that waits.
type Waiting = (ServerId, Hop, Box<[u8]>);

/// All of them.
#[derive(Debug)]
pub(crate) struct Unregistered {
    limit: usize,
    served: HashMap<Impu, Served>,
    by_id: HashMap<u64, Impu>,
    waiting: HashMap<Impu, Vec<Waiting>>,
    next: u64,
}

impl Unregistered {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            served: HashMap::new(),
            by_id: HashMap::new(),
            waiting: HashMap::new(),
            next: 0,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.served.len() + self.waiting.len()
    }

    /// The profile of an identity that is served so.
    pub(crate) fn profile(&self, impu: &Impu) -> Option<Arc<ImsSubscription>> {
        self.served.get(impu).map(|served| Arc::clone(&served.profile))
    }

    /// A request waits for the HSS; whether it is the first for its identity. `None`: there is no room.
    pub(crate) fn wait(&mut self, impu: &Impu, id: ServerId, hop: Hop, octets: &[u8]) -> Option<bool> {
        // Whom the HSS grants is kept: without room for that it is not asked, for it would be for each request again.
        if self.len() >= self.limit && !self.waiting.contains_key(impu) {
            return None;
        }
        let waiting = self.waiting.entry(impu.clone()).or_default();
        if waiting.len() >= MAX_WAITING {
            return None;
        }
        waiting.push((id, hop, octets.into()));
        Some(waiting.len() == 1)
    }

    /// The requests that waited.
    pub(crate) fn waiting(&mut self, impu: &Impu) -> Vec<Waiting> {
        self.waiting.remove(impu).unwrap_or_default()
    }

    /// A request that waits and is to wait no more.
    pub(crate) fn take(&mut self, server: ServerId) -> Option<(Hop, Box<[u8]>)> {
        for waiting in self.waiting.values_mut() {
            if let Some(at) = waiting.iter().position(|(id, ..)| *id == server) {
                // The answer of the HSS is still to come: the identity stays, though nobody waits.
                let (_, hop, octets) = waiting.remove(at);
                return Some((hop, octets));
            }
        }
        None
    }

    pub(crate) fn keep(
        &mut self,
        impu: &Impu,
        profile: Arc<ImsSubscription>,
        until: Duration,
        schedule: &mut Schedule<Due>,
    ) {
        self.forget(impu, schedule);
        self.next += 1;
        let id = self.next;
        let mut armed = None;
        schedule.set(&mut armed, Some(until), Due::Unregistered(id));
        self.by_id.insert(id, impu.clone());
        self.served.insert(impu.clone(), Served { profile, id, armed });
    }

    /// Another profile applies to those that it has.
    pub(crate) fn apply(&mut self, profile: &Arc<ImsSubscription>) -> bool {
        let mut any = false;
        for (_, identity) in profile.public_identities() {
            let served = identity
                .identity
                .parse()
                .ok()
                .and_then(|impu: Impu| self.served.get_mut(&impu));
            if let Some(served) = served {
                served.profile = Arc::clone(profile);
                any = true;
            }
        }
        any
    }

    /// An identity is registered, or another S-CSCF's.
    pub(crate) fn forget(&mut self, impu: &Impu, schedule: &mut Schedule<Due>) -> bool {
        let Some(mut served) = self.served.remove(impu) else {
            return false;
        };
        self.by_id.remove(&served.id);
        schedule.set(&mut served.armed, None, Due::Unregistered(served.id));
        true
    }

    /// Its time is over.
    pub(crate) fn expire(&mut self, id: u64) -> Option<Impu> {
        let impu = self.by_id.remove(&id)?;
        self.served.remove(&impu);
        Some(impu)
    }
}
