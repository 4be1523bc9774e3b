//! Rules and bindings in memory: found without a look at the disk.

use super::{Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentStatus};
use quintet_identity::Imsi;
use std::collections::HashMap;

/// All that is provisioned. As large as the store lets it be.
#[derive(Clone, Debug, Default)]
pub struct EquipmentTable {
    rules: HashMap<EquipmentPattern, EquipmentStatus>,
    bindings: HashMap<Imsi, EquipmentBinding>,
    /// One bit for each length of a pattern that was ever there: others need no look.
    lengths: u32,
}

impl EquipmentTable {
    /// How many rules there are.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.rules.len()
    }

    /// How many IMSIs are bound.
    #[must_use]
    pub fn bindings(&self) -> usize {
        self.bindings.len()
    }

    /// What the longest pattern that fits says.
    #[must_use]
    pub fn status(&self, equipment: Equipment) -> Option<EquipmentStatus> {
        equipment
            .patterns()
            .filter(|pattern| self.lengths >> pattern.length() & 1 == 1)
            .find_map(|pattern| self.rules.get(&pattern).copied())
    }

    /// In what an IMSI may be used; `None` if it is not bound.
    #[must_use]
    pub fn binding(&self, imsi: Imsi) -> Option<&EquipmentBinding> {
        self.bindings.get(&imsi)
    }

    /// Takes an entry in; what was there before goes. A binding to nothing is none.
    pub fn insert(&mut self, entry: EquipmentEntry) {
        match entry {
            EquipmentEntry::Rule(rule) => {
                self.lengths |= 1 << rule.equipment.length();
                self.rules.insert(rule.equipment, rule.status);
            }
            EquipmentEntry::Binding(binding) if binding.equipment.is_empty() => {
                self.bindings.remove(&binding.imsi);
            }
            EquipmentEntry::Binding(binding) => {
                self.bindings.insert(binding.imsi, binding);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::EquipmentRule;
    use super::*;

    #[test]
    fn the_longest_pattern_decides() {
        let mut table = EquipmentTable::default();
        for (pattern, status) in [
            ("35", EquipmentStatus::White),
            ("35209900", EquipmentStatus::Grey),
            ("35209900176148", EquipmentStatus::Black),
            ("3520990017614823", EquipmentStatus::White),
        ] {
            let equipment = pattern.parse().unwrap();
            table.insert(EquipmentEntry::Rule(EquipmentRule {
                equipment,
                status,
                note: None,
            }));
        }
        let imei = |text: &str| table.status(Equipment::of_imei(text.parse().unwrap()));
        assert_eq!(imei("35000000000000"), Some(EquipmentStatus::White));
        assert_eq!(imei("352099000000000"), Some(EquipmentStatus::Grey));
        assert_eq!(imei("352099001761481"), Some(EquipmentStatus::Black));
        assert_eq!(imei("36000000000000"), None);
        let version = |text: &str| table.status(Equipment::of_imeisv(text.parse().unwrap()));
        assert_eq!(version("3520990017614823"), Some(EquipmentStatus::White));
        assert_eq!(version("3520990017614824"), Some(EquipmentStatus::Black));
    }
}
