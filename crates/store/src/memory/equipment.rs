//! Rules and bindings of equipment in memory.

use super::MemoryStore;
use crate::equipment::{EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, check_equipment_room};
use crate::port::Revision;
use crate::reply::{Reply, StoreError};
use quintet_identity::Imsi;
use quintet_subscriber::eir::{
    BoundEquipment, Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound::{Excluded, Unbounded};

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Rule(EquipmentPattern),
    Binding(Imsi),
}

impl Key {
    fn of(entry: &EquipmentEntry) -> Self {
        match entry {
            EquipmentEntry::Rule(rule) => Self::Rule(rule.equipment),
            EquipmentEntry::Binding(binding) => Self::Binding(binding.imsi),
        }
    }
}

/// The entries, and the order in which they were put.
#[derive(Clone, Debug, Default)]
pub(super) struct EquipmentRegister {
    entries: BTreeMap<Key, (u64, EquipmentEntry)>,
    order: BTreeMap<u64, Key>,
    revision: u64,
    floor: u64,
}

impl EquipmentRegister {
    fn put(&mut self, entry: EquipmentEntry) {
        self.revision += 1;
        let key = Key::of(&entry);
        if let Some((before, _)) = self.entries.insert(key, (self.revision, entry)) {
            self.order.remove(&before);
        }
        self.order.insert(self.revision, key);
    }

    /// `false` if there is nothing to remove.
    fn remove(&mut self, key: Key) -> bool {
        let Some((before, _)) = self.entries.remove(&key) else {
            return false;
        };
        self.order.remove(&before);
        self.revision += 1;
        self.floor = self.revision;
        true
    }

    fn rule(&self, equipment: Equipment) -> Option<&EquipmentRule> {
        equipment
            .patterns()
            .find_map(|pattern| match self.entries.get(&Key::Rule(pattern)) {
                Some((_, EquipmentEntry::Rule(rule))) => Some(rule),
                _ => None,
            })
    }

    fn binding(&self, imsi: Imsi) -> Option<&EquipmentBinding> {
        match self.entries.get(&Key::Binding(imsi)) {
            Some((_, EquipmentEntry::Binding(binding))) => Some(binding),
            _ => None,
        }
    }

    fn revision(&self) -> EquipmentReply {
        EquipmentReply::Revision(Revision(self.revision))
    }

    /// Whether so many more may come; those that are there already count once.
    fn check_room(&self, keys: impl Iterator<Item = Key>) -> Result<(), StoreError> {
        let new: BTreeSet<Key> = keys.filter(|key| !self.entries.contains_key(key)).collect();
        check_equipment_room((self.entries.len() + new.len()) as u64)
    }

    fn changes(&self, since: Revision, limit: usize) -> EquipmentReply {
        let after = self.order.range((Excluded(since.0), Unbounded));
        let listed: Vec<_> = after.take(limit.min(MAX_EQUIPMENT_LISTED)).collect();
        let revision = listed.last().map_or(self.revision, |(revision, _)| **revision);
        let entry = |(_, key): (&u64, &Key)| self.entries.get(key).map(|(_, entry)| entry.clone());
        EquipmentReply::Changes {
            revision: Revision(revision),
            floor: Revision(self.floor),
            entries: listed.into_iter().filter_map(entry).collect(),
        }
    }
}

impl MemoryStore {
    pub(super) fn equipment(&mut self, command: EquipmentCommand) -> Result<Reply, StoreError> {
        let register = &mut self.equipment;
        let reply = match command {
            EquipmentCommand::Put { rules } => {
                register.check_room(rules.iter().map(|rule| Key::Rule(rule.equipment)))?;
                for rule in rules {
                    register.put(EquipmentEntry::Rule(rule));
                }
                register.revision()
            }
            EquipmentCommand::Remove { equipment } => {
                let mut named = BTreeSet::new();
                for pattern in &equipment {
                    if !register.entries.contains_key(&Key::Rule(*pattern)) || !named.insert(pattern) {
                        return Err(StoreError::NoEquipment { equipment: *pattern });
                    }
                }
                for pattern in equipment {
                    register.remove(Key::Rule(pattern));
                }
                register.revision()
            }
            EquipmentCommand::Bind { bindings } => {
                let bound = bindings.iter().filter(|binding| !binding.equipment.is_empty());
                register.check_room(bound.map(|binding| Key::Binding(binding.imsi)))?;
                for binding in bindings {
                    if binding.equipment.is_empty() {
                        register.remove(Key::Binding(binding.imsi));
                    } else {
                        register.put(EquipmentEntry::Binding(binding));
                    }
                }
                register.revision()
            }
            EquipmentCommand::Learn { imsi, equipment } => {
                if !self.subscribers.contains_key(&imsi) {
                    return Err(StoreError::NoSubscriber { imsi });
                }
                if let Some(binding) = register.binding(imsi) {
                    EquipmentReply::Binding(binding.clone())
                } else {
                    register.check_room(std::iter::once(Key::Binding(imsi)))?;
                    let learnt = true;
                    let binding = EquipmentBinding {
                        imsi,
                        equipment: vec![BoundEquipment { equipment, learnt }],
                    };
                    register.put(EquipmentEntry::Binding(binding.clone()));
                    EquipmentReply::Binding(binding)
                }
            }
            EquipmentCommand::Find { equipment, imsi } => EquipmentReply::Found {
                status: register.rule(equipment).map(|rule| rule.status),
                binding: imsi.and_then(|imsi| register.binding(imsi)).cloned(),
            },
            EquipmentCommand::Changes { since, limit } => register.changes(since, limit),
        };
        Ok(Reply::Equipment(reply))
    }
}
