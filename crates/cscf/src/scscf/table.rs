//! The sessions, found by private and by public identity.

use quintet_identity::{Impi, Impu};
use quintet_ims::registrar::Session;
use quintet_procedure::node::Slots;
use std::collections::HashMap;
use std::time::Duration;

/// A session with what the node keeps of it.
#[derive(Debug)]
pub(crate) struct Record {
    /// `None` while it handles an input.
    pub(crate) session: Option<Box<Session>>,
    /// When its time out is scheduled.
    pub(crate) armed: Option<Duration>,
    /// The HSS that holds the user's data, once it has answered.
    pub(crate) hss: Option<String>,
    /// Which answer of the HSS it waits for.
    pub(crate) asked: Option<u64>,
    /// The public identities that lead to it.
    impus: Vec<Impu>,
    /// Whether it counts as one whose first authentication is under way.
    pending: bool,
}

/// All sessions.
#[derive(Debug)]
pub(crate) struct Table {
    slots: Slots<Record>,
    by_impi: HashMap<Impi, u32>,
    by_impu: HashMap<Impu, Vec<u32>>,
    pending: usize,
}

impl Table {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            slots: Slots::new(limit),
            by_impi: HashMap::new(),
            by_impu: HashMap::new(),
            pending: 0,
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many have no registration yet.
    pub(crate) fn pending(&self) -> usize {
        self.pending
    }

    pub(crate) fn by_impi(&self, impi: &Impi) -> Option<u32> {
        self.by_impi.get(impi).copied()
    }

    /// The sessions that have registered a public identity, or are about to.
    pub(crate) fn by_impu(&self, impu: &Impu) -> &[u32] {
        self.by_impu.get(impu).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn get_mut(&mut self, place: u32) -> Option<&mut Record> {
        self.slots.get_mut(place)
    }

    pub(crate) fn session(&self, place: u32) -> Option<&Session> {
        self.slots.get(place)?.session.as_deref()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &Session)> {
        let records = self.slots.iter();
        records.filter_map(|(place, record)| Some((place, record.session.as_deref()?)))
    }

    /// A new session; `None` if there is no room.
    pub(crate) fn insert(&mut self, session: Session) -> Option<u32> {
        let impi = session.impi().clone();
        let place = self.slots.insert(record(session))?;
        self.by_impi.insert(impi, place);
        self.update(place);
        Some(place)
    }

    /// A session of before a restart, at the place it had.
    pub(crate) fn insert_at(&mut self, place: u32, session: Session) -> bool {
        let impi = session.impi().clone();
        if self.by_impi.contains_key(&impi) || !self.slots.insert_at(place, record(session)) {
            return false;
        }
        self.by_impi.insert(impi, place);
        self.update(place);
        true
    }

    /// Brings the indices to what a session is now.
    pub(crate) fn update(&mut self, place: u32) {
        let Some(record) = self.slots.get_mut(place) else {
            return;
        };
        let Some(session) = &record.session else {
            return;
        };
        let pending = session.sets().is_empty();
        self.pending = self.pending + usize::from(pending) - usize::from(record.pending);
        record.pending = pending;
        let members = session.sets().iter().flat_map(|set| &set.members);
        let registered = members.map(|member| &member.impu);
        let impus = registered.chain(session.authenticating());
        if impus.clone().eq(record.impus.iter()) {
            return;
        }
        let now: Vec<Impu> = impus.cloned().collect();
        let before = std::mem::replace(&mut record.impus, now.clone());
        for impu in before {
            self.unlink(&impu, place);
        }
        for impu in now {
            let places = self.by_impu.entry(impu).or_default();
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }

    /// Takes a session out.
    pub(crate) fn remove(&mut self, place: u32) -> Option<Box<Record>> {
        let record = self.slots.remove(place)?;
        for impu in &record.impus {
            self.unlink(impu, place);
        }
        self.pending -= usize::from(record.pending);
        if let Some(session) = &record.session {
            self.by_impi.remove(session.impi());
        }
        Some(record)
    }

    fn unlink(&mut self, impu: &Impu, place: u32) {
        if let Some(places) = self.by_impu.get_mut(impu) {
            places.retain(|at| *at != place);
            if places.is_empty() {
                self.by_impu.remove(impu);
            }
        }
    }
}

fn record(session: Session) -> Record {
    Record {
        session: Some(Box::new(session)),
        armed: None,
        hss: None,
        asked: None,
        impus: Vec::new(),
        pending: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_and_forgotten() {
        let impi: Impi = "a@home.test".parse().unwrap();
        let mut table = Table::new(1);
        let place = table.insert(Session::new(impi.clone())).unwrap();
        assert_eq!(
            (table.by_impi(&impi), table.len(), table.pending()),
            (Some(place), 1, 1)
        );
        assert!(
            table
                .insert(Session::new("b@home.test".parse().unwrap()))
                .is_none()
        );
        table.remove(place);
        assert_eq!((table.by_impi(&impi), table.len(), table.pending()), (None, 0, 0));
    }
}
