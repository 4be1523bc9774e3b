//! Whose a record is: found by TMSI, by subscriber, or by equipment where there is no subscriber (emergency).

use std::collections::HashMap;
use std::hash::Hash;

/// How often another TMSI is drawn before a table counts as full: at a million contexts one draw in 4,000 hits a used one,
/// so that more than a few failures mean a fault.
pub const MAX_DRAWS: usize = 16;

/// What the indices say of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identities<S, E> {
    /// The TMSI in use.
    pub tmsi: Option<u32>,
    /// The one before a reallocation that the UE has not confirmed.
    pub old_tmsi: Option<u32>,
    /// The subscriber.
    pub subscriber: Option<S>,
    /// The equipment, where it stands for the subscriber.
    pub equipment: Option<E>,
}

impl<S, E> Identities<S, E> {
    fn tmsis(&self) -> impl Iterator<Item = u32> + use<S, E> {
        [self.tmsi, self.old_tmsi].into_iter().flatten()
    }
}

/// The indices.
#[derive(Debug)]
pub struct Index<S, E> {
    by_tmsi: HashMap<u32, u32>,
    by_subscriber: HashMap<S, u32>,
    by_equipment: HashMap<E, u32>,
}

impl<S, E> Default for Index<S, E> {
    fn default() -> Self {
        Self {
            by_tmsi: HashMap::new(),
            by_subscriber: HashMap::new(),
            by_equipment: HashMap::new(),
        }
    }
}

impl<S: Clone + Eq + Hash, E: Clone + Eq + Hash> Index<S, E> {
    /// The place of a TMSI, present or former.
    #[must_use]
    pub fn by_tmsi(&self, tmsi: u32) -> Option<u32> {
        self.by_tmsi.get(&tmsi).copied()
    }

    /// The place of a subscriber.
    #[must_use]
    pub fn by_subscriber(&self, subscriber: &S) -> Option<u32> {
        self.by_subscriber.get(subscriber).copied()
    }

    /// The place of an equipment without a subscriber.
    #[must_use]
    pub fn by_equipment(&self, equipment: &E) -> Option<u32> {
        self.by_equipment.get(equipment).copied()
    }

    /// Whether one of these identities names a record already.
    #[must_use]
    pub fn taken(&self, identities: &Identities<S, E>) -> bool {
        identities.tmsis().any(|tmsi| self.by_tmsi.contains_key(&tmsi))
            || identities
                .subscriber
                .as_ref()
                .is_some_and(|s| self.by_subscriber(s).is_some())
            || identities
                .equipment
                .as_ref()
                .is_some_and(|e| self.by_equipment(e).is_some())
    }

    /// These identities name this place from now on.
    pub fn link(&mut self, place: u32, identities: &Identities<S, E>) {
        for tmsi in identities.tmsis() {
            self.by_tmsi.insert(tmsi, place);
        }
        if let Some(subscriber) = &identities.subscriber {
            self.by_subscriber.insert(subscriber.clone(), place);
        }
        if let Some(equipment) = &identities.equipment {
            self.by_equipment.insert(equipment.clone(), place);
        }
    }

    /// These identities do not name this place any more; what names another one stays.
    pub fn unlink(&mut self, place: u32, identities: &Identities<S, E>) {
        for tmsi in identities.tmsis() {
            if self.by_tmsi.get(&tmsi) == Some(&place) {
                self.by_tmsi.remove(&tmsi);
            }
        }
        if let Some(subscriber) = &identities.subscriber
            && self.by_subscriber.get(subscriber) == Some(&place)
        {
            self.by_subscriber.remove(subscriber);
        }
        if let Some(equipment) = &identities.equipment
            && self.by_equipment.get(equipment) == Some(&place)
        {
            self.by_equipment.remove(equipment);
        }
    }

    /// A TMSI that is not in use, out of what `draw` gives; `None` after [`MAX_DRAWS`].
    pub fn draw_tmsi(&self, mut draw: impl FnMut() -> u32) -> Option<u32> {
        (0..MAX_DRAWS).find_map(|_| {
            let tmsi = draw();
            // All ones marks a TMSI that is not valid (TS 23.003 2.4).
            (tmsi != u32::MAX && !self.by_tmsi.contains_key(&tmsi)).then_some(tmsi)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(tmsi: u32, old_tmsi: Option<u32>, subscriber: u8) -> Identities<u8, u8> {
        Identities {
            tmsi: Some(tmsi),
            old_tmsi,
            subscriber: Some(subscriber),
            equipment: None,
        }
    }

    #[test]
    fn who_goes_takes_only_what_is_its_own() {
        let mut index = Index::default();
        index.link(1, &of(10, Some(11), 5));
        // Another record of the same subscriber took the name over.
        index.link(2, &of(12, None, 5));
        assert!(index.taken(&of(99, Some(11), 6)) && index.taken(&of(99, None, 5)));
        index.unlink(1, &of(10, Some(11), 5));
        assert_eq!(
            (index.by_tmsi(10), index.by_tmsi(11), index.by_tmsi(12)),
            (None, None, Some(2))
        );
        assert_eq!(index.by_subscriber(&5), Some(2));
        assert!(!index.taken(&of(10, None, 6)));
    }

    #[test]
    fn a_tmsi_is_none_in_use_and_not_all_ones() {
        let mut index = Index::default();
        index.link(1, &of(10, Some(11), 5));
        let mut draws = [u32::MAX, 10, 11, 7].into_iter();
        assert_eq!(index.draw_tmsi(|| draws.next().expect("enough")), Some(7));
        assert_eq!(index.draw_tmsi(|| 10), None, "it is not tried for ever");
    }
}
