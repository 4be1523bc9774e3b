//! The associations of an endpoint, found by identifier, by tag and by peer, and their timers in a heap.

use crate::AssociationId;
use crate::association::Association;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

/// Associations and the ways to find them.
pub(super) struct Table {
    associations: HashMap<AssociationId, Association>,
    tags: HashMap<u32, AssociationId>,
    /// By each address of the peer, with its SCTP port.
    peers: HashMap<(IpAddr, u16), AssociationId>,
    /// Times to look at an association. An entry that is not what the association says is `scheduled` is void; so a timer
    /// that is put off costs nothing until it would have run out.
    timers: BinaryHeap<Reverse<(Duration, AssociationId)>>,
    next: AssociationId,
}

impl Table {
    pub(super) fn new(first: AssociationId) -> Self {
        Self {
            associations: HashMap::new(),
            tags: HashMap::new(),
            peers: HashMap::new(),
            timers: BinaryHeap::new(),
            next: first,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.associations.len()
    }

    pub(super) fn of_tag(&self, tag: u32) -> Option<AssociationId> {
        self.tags.get(&tag).copied()
    }

    pub(super) fn of_peer(&self, address: IpAddr, port: u16) -> Option<AssociationId> {
        self.peers.get(&(address, port)).copied()
    }

    pub(super) fn get(&self, id: AssociationId) -> Option<&Association> {
        self.associations.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: AssociationId) -> Option<&mut Association> {
        self.associations.get_mut(&id)
    }

    pub(super) fn insert(&mut self, association: Association) -> AssociationId {
        let id = self.next;
        self.next.0 += 1;
        self.tags.insert(association.tag, id);
        for address in &association.addresses {
            self.peers.insert((*address, association.peer.port()), id);
        }
        self.associations.insert(id, association);
        id
    }

    pub(super) fn remove(&mut self, id: AssociationId) -> Option<Association> {
        let association = self.associations.remove(&id)?;
        self.tags.remove(&association.tag);
        for address in &association.addresses {
            self.peers.remove(&(*address, association.peer.port()));
        }
        Some(association)
    }

    /// Gives the association another tag: a restart, or a collision that the other side's handshake won.
    pub(super) fn retag(&mut self, id: AssociationId, tag: u32) {
        if let Some(association) = self.associations.get_mut(&id) {
            self.tags.remove(&association.tag);
            association.tag = tag;
            self.tags.insert(tag, id);
        }
    }

    /// Adds addresses that the peer listed. One that is another association's stays that one's.
    pub(super) fn add_addresses(&mut self, id: AssociationId, addresses: &[IpAddr]) {
        let Some(association) = self.associations.get_mut(&id) else {
            return;
        };
        for address in addresses {
            let key = (*address, association.peer.port());
            if let std::collections::hash_map::Entry::Vacant(vacant) = self.peers.entry(key) {
                vacant.insert(id);
                association.addresses.push(*address);
            }
        }
    }

    /// Has the association looked at by `deadline`.
    pub(super) fn schedule(&mut self, id: AssociationId, deadline: Duration) {
        if let Some(association) = self.associations.get_mut(&id)
            && association.scheduled.is_none_or(|scheduled| deadline < scheduled)
        {
            association.scheduled = Some(deadline);
            self.timers.push(Reverse((deadline, id)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Duration> {
        self.timers.peek().map(|Reverse((deadline, _))| *deadline)
    }

    /// Associations to be looked at now; they must be scheduled anew.
    pub(super) fn take_due(&mut self, now: Duration) -> Vec<AssociationId> {
        let mut due = Vec::new();
        while let Some(Reverse((deadline, id))) = self.timers.peek().copied()
            && deadline <= now
        {
            self.timers.pop();
            if let Some(association) = self.associations.get_mut(&id)
                && association.scheduled == Some(deadline)
            {
                association.scheduled = None;
                due.push(id);
            }
        }
        due
    }
}
