//! The index of equipment: read when the HSS starts, and followed when somebody else writes.
//!
//! ```text
//!   start, store_changed ─► Changes since … ─► page ─► … ─► an empty page: up to date
//!                             └─ the floor moved: something was removed ─► a new index from the start, the old one serves
//! ```

use crate::hss::{Hss, Purpose};
use core::time::Duration;
use quintet_home::{FrontEvent, StoreReply};
use quintet_store::{Command, EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, Reply, Revision};
use quintet_subscriber::eir::{EquipmentBinding, EquipmentEntry, EquipmentTable};

/// The pause before a read that failed is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What is in memory of the register.
#[derive(Debug, Default)]
pub(crate) struct EquipmentIndex {
    /// What is served from; `None` until it was read whole once.
    serving: Option<EquipmentTable>,
    /// What is being read anew.
    building: Option<EquipmentTable>,
    since: Revision,
    /// Where it was when the reading began; `None` before the first page.
    floor: Option<Revision>,
    /// A page is on its way.
    reading: bool,
    /// Somebody wrote since that page was asked for.
    again: bool,
    /// When a read that failed is tried again.
    pub(crate) retry_at: Option<Duration>,
}

impl EquipmentIndex {
    /// The index, if it is whole.
    pub(crate) fn table(&self) -> Option<&EquipmentTable> {
        self.serving.as_ref()
    }

    /// An IMSI was bound here.
    pub(crate) fn bound(&mut self, binding: EquipmentBinding) {
        for table in [&mut self.serving, &mut self.building].into_iter().flatten() {
            table.insert(EquipmentEntry::Binding(binding.clone()));
        }
    }

    /// Takes a page in; whether there may be more.
    fn take(&mut self, revision: Revision, floor: Revision, entries: Vec<EquipmentEntry>) -> bool {
        let moved = self.floor.is_some_and(|known| known != floor);
        // A lower revision comes from another database: a backup that was put in place.
        if moved || revision < self.since {
            self.building = Some(EquipmentTable::default());
            (self.since, self.floor) = (Revision(0), None);
            return true;
        }
        self.floor = Some(floor);
        self.since = revision;
        let more = !entries.is_empty();
        let table = match (&mut self.building, &mut self.serving) {
            (Some(building), _) => building,
            (None, Some(serving)) => serving,
            (building @ None, None) => building.insert(EquipmentTable::default()),
        };
        for entry in entries {
            table.insert(entry);
        }
        if !more && let Some(whole) = self.building.take() {
            self.serving = Some(whole);
        }
        more
    }
}

impl Hss {
    /// The register in memory, once it is whole.
    #[must_use]
    pub fn equipment(&self) -> Option<&EquipmentTable> {
        self.equipment.table()
    }

    /// Reads what was put since the last look.
    pub(crate) fn follow_equipment(&mut self) {
        if !self.config.s13 {
            return;
        }
        if self.equipment.reading {
            self.equipment.again = true;
            return;
        }
        self.equipment.reading = true;
        self.equipment.again = false;
        self.equipment.retry_at = None;
        let changes = EquipmentCommand::Changes {
            since: self.equipment.since,
            limit: MAX_EQUIPMENT_LISTED,
        };
        self.front.submit(Command::Equipment(changes), Purpose::Equipment);
    }

    pub(crate) fn equipment_followed(&mut self, now: Duration, reply: StoreReply) {
        self.equipment.reading = false;
        match reply {
            Ok(Reply::Equipment(EquipmentReply::Changes {
                revision,
                floor,
                entries,
            })) => {
                if self.equipment.take(revision, floor, entries) || self.equipment.again {
                    self.follow_equipment();
                }
            }
            Ok(_) => {}
            Err(error) => {
                let what = "rules of equipment";
                self.front.events.report(FrontEvent::StoreFailed { what, error });
                self.equipment.retry_at = Some(now + PAUSE);
            }
        }
    }

    pub(crate) fn equipment_timeout(&mut self, now: Duration) {
        if self.equipment.retry_at.is_some_and(|at| at <= now) {
            self.follow_equipment();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_subscriber::eir::{Equipment, EquipmentRule, EquipmentStatus};

    fn rule(pattern: &str) -> EquipmentEntry {
        EquipmentEntry::Rule(EquipmentRule {
            equipment: pattern.parse().unwrap(),
            status: EquipmentStatus::Black,
            note: None,
        })
    }

    fn knows(index: &EquipmentIndex, imei: &str) -> bool {
        let equipment = Equipment::of_imei(imei.parse().unwrap());
        index
            .table()
            .is_some_and(|table| table.status(equipment).is_some())
    }

    #[test]
    fn it_serves_when_it_is_whole_and_while_it_is_read_anew() {
        let mut index = EquipmentIndex::default();
        let (one, two) = ("35000000000000", "36000000000000");
        assert!(index.take(Revision(1), Revision(0), vec![rule("35")]));
        assert!(!knows(&index, one), "it is not whole yet");
        assert!(!index.take(Revision(1), Revision(0), vec![]));
        assert!(knows(&index, one));
        assert!(index.take(Revision(2), Revision(0), vec![rule("36")]));
        assert!(knows(&index, two), "what is put counts at once");
        // 35 is removed.
        assert!(index.take(Revision(3), Revision(3), vec![]));
        assert!(knows(&index, one) && index.since == Revision(0));
        assert!(index.take(Revision(2), Revision(3), vec![rule("36")]));
        assert!(knows(&index, one));
        assert!(!index.take(Revision(3), Revision(3), vec![]));
        assert!(!knows(&index, one) && knows(&index, two));
    }

    #[test]
    fn a_removal_between_two_pages_begins_anew() {
        let mut index = EquipmentIndex::default();
        assert!(index.take(Revision(1), Revision(0), vec![rule("35")]));
        assert!(index.take(Revision(2), Revision(2), vec![]));
        assert!(!index.take(Revision(2), Revision(2), vec![]));
        assert!(!knows(&index, "35000000000000"));
    }

    #[test]
    fn a_backup_that_was_put_in_place_is_read_whole() {
        let mut index = EquipmentIndex::default();
        index.take(Revision(9), Revision(0), vec![rule("35")]);
        index.take(Revision(9), Revision(0), vec![]);
        assert!(index.take(Revision(4), Revision(0), vec![]));
        assert!(index.take(Revision(4), Revision(0), vec![rule("36")]));
        assert!(!index.take(Revision(4), Revision(0), vec![]));
        assert!(knows(&index, "36000000000000") && !knows(&index, "35000000000000"));
    }
}
