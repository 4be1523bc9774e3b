//! Whose a packet is.
//!
//! In this order: the path is known; tag and ports are known and an address is (another address of a multi-homed end);
//! the association of these ends has not yet shown what tag this direction has; the same over other addresses (an answer
//! that a NAT or a second interface sends from elsewhere). A packet that none of these know begins an association.

use super::association::Association;
use super::{Ends, Path};
use crate::dissect::address::number;
use crate::dissect::slots::{Slot, Slots};
use hashbrown::HashMap;

/// Paths of one association that are remembered: both directions over some pairs of addresses. Packets over further ones
/// are found the longer way.
const MAX_PATHS: usize = 32;

/// Tags below this are not drawn at random but by a generator of packets that counts: they may be equal in associations
/// that have nothing to do with each other.
const MIN_DRAWN_TAG: u32 = 1 << 16;

/// An association and which of its sides sends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) slot: Slot,
    pub(super) direction: usize,
}

/// Two ends, whichever of them sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pair([(u128, u16); 2]);

impl Pair {
    fn new(ends: &Ends) -> Self {
        let mut both = [ends.source, ends.destination].map(|end| (number(end.ip()), end.port()));
        both.sort_unstable();
        Self(both)
    }
}

/// Two ports, whichever sends. `None` if they are equal: then they say nothing.
fn port_pair(ends: &Ends) -> Option<(u16, u16)> {
    let (one, other) = (ends.source.port(), ends.destination.port());
    (one != other).then(|| (one.min(other), one.max(other)))
}

/// The associations that have the same ends, the latest and the one before it.
#[derive(Clone, Copy, Debug)]
struct Latest {
    slot: Slot,
    before: Option<Slot>,
}

/// Every way to an association.
#[derive(Debug, Default)]
pub(super) struct Finder {
    paths: HashMap<Path, Place>,
    tags: HashMap<(u32, u32), Place>,
    pairs: HashMap<Pair, Latest>,
    ports: HashMap<(u16, u16), Slot>,
}

impl Finder {
    /// The association of a known path.
    #[inline]
    pub(super) fn path(&self, path: &Path) -> Option<Place> {
        self.paths.get(path).copied()
    }

    /// The association of a packet whose path is not known; remembers the path.
    pub(super) fn find(&mut self, ends: &Ends, tag: u32, table: &mut Slots<Association>) -> Option<Place> {
        let path = ends.path(tag);
        if let Some(place) = self.paths.get(&path) {
            return Some(*place);
        }
        let place = self
            .by_tag(ends, &path, table)
            .or_else(|| self.by_ends(ends, table))?;
        let association = table.get_mut(place.slot)?;
        let [sender, receiver] = [place.direction, 1 - place.direction];
        association.sides[sender].tag.get_or_insert(tag);
        association.sides[sender].add(ends.source.ip());
        association.sides[receiver].add(ends.destination.ip());
        self.register(ends, tag, place, association);
        Some(place)
    }

    fn by_tag(&self, ends: &Ends, path: &Path, table: &Slots<Association>) -> Option<Place> {
        let place = *self.tags.get(&(path.ports, path.tag))?;
        let association = table.get(place.slot)?;
        let [sender, receiver] = [place.direction, 1 - place.direction];
        let known = path.tag >= MIN_DRAWN_TAG
            || association.sides[sender].has(ends.source.ip())
            || association.sides[receiver].has(ends.destination.ip());
        known.then_some(place)
    }

    /// An association one of whose sides has not yet shown its tag.
    fn by_ends(&self, ends: &Ends, table: &Slots<Association>) -> Option<Place> {
        let exact = self.pairs.get(&Pair::new(ends)).map(|latest| latest.slot);
        if let Some(place) = exact.and_then(|slot| untagged(slot, ends, table)) {
            return Some(place);
        }
        let slot = *self.ports.get(&port_pair(ends)?)?;
        let place = untagged(slot, ends, table)?;
        let sides = &table.get(slot)?.sides;
        let near = [ends.source, ends.destination]
            .iter()
            .any(|end| sides.iter().any(|side| side.has(end.ip())));
        near.then_some(place)
    }

    /// A new association between these ends.
    pub(super) fn begin(&mut self, ends: &Ends, slot: Slot) {
        self.pairs
            .entry(Pair::new(ends))
            .and_modify(|latest| {
                *latest = Latest {
                    slot,
                    before: Some(latest.slot),
                }
            })
            .or_insert(Latest { slot, before: None });
        if let Some(ports) = port_pair(ends) {
            self.ports.insert(ports, slot);
        }
    }

    /// Remembers a path.
    pub(super) fn register(&mut self, ends: &Ends, tag: u32, place: Place, association: &mut Association) {
        let path = ends.path(tag);
        if association.paths.len() < MAX_PATHS {
            association.paths.push(path);
            self.paths.insert(path, place);
            self.tags.insert((path.ports, tag), place);
        }
    }

    /// The association that the one of these ends has taken the place of.
    pub(super) fn replaced(&mut self, ends: &Ends, slot: Slot) -> Option<Slot> {
        let latest = self.pairs.get_mut(&Pair::new(ends))?;
        if latest.slot != slot {
            return None;
        }
        latest.before.take()
    }

    /// An association has left.
    pub(super) fn forget(&mut self, slot: Slot, association: &Association) {
        for path in &association.paths {
            if self.paths.get(path).is_some_and(|place| place.slot == slot) {
                self.paths.remove(path);
            }
            let tag = (path.ports, path.tag);
            if self.tags.get(&tag).is_some_and(|place| place.slot == slot) {
                self.tags.remove(&tag);
            }
        }
        let ends = Ends {
            source: association.sides[0].primary,
            destination: association.sides[1].primary,
        };
        let pair = Pair::new(&ends);
        if self.pairs.get(&pair).is_some_and(|latest| latest.slot == slot) {
            self.pairs.remove(&pair);
        }
        if let Some(ports) = port_pair(&ends)
            && self.ports.get(&ports) == Some(&slot)
        {
            self.ports.remove(&ports);
        }
    }

    /// How many ways are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.paths
            .len()
            .max(self.tags.len())
            .max(self.pairs.len())
            .max(self.ports.len())
    }
}

/// The side of an association that may have sent this, if its tag is not known and its port fits.
fn untagged(slot: Slot, ends: &Ends, table: &Slots<Association>) -> Option<Place> {
    let association = table.get(slot)?;
    let equal_ports = ends.source.port() == ends.destination.port();
    let fits = |direction: usize| {
        let (sender, receiver) = (&association.sides[direction], &association.sides[1 - direction]);
        sender.tag.is_none()
            && sender.primary.port() == ends.source.port()
            && receiver.primary.port() == ends.destination.port()
            && (!equal_ports || sender.has(ends.source.ip()))
    };
    let direction = (0..2).find(|direction| fits(*direction))?;
    Some(Place { slot, direction })
}
