//! What a store keeps of equipment (TS 22.016), and how front ends follow it.
//!
//! Rules and bindings have a feed of their own: each thing that is put has the revision of its last change, and is listed
//! once. What is removed is not listed: it moves the *floor*, and whoever finds it moved reads everything anew.

use crate::port::Revision;
use crate::reply::StoreError;
use quintet_identity::Imsi;
use quintet_subscriber::eir::{
    Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule, EquipmentStatus,
};

/// The most rules and bindings together: front ends hold all of them in memory, some 60 octets each.
pub const MAX_EQUIPMENT_ENTRIES: u64 = 2_000_000;

/// The most entries one command answers, whatever its limit.
pub const MAX_EQUIPMENT_LISTED: usize = 16_384;

/// A command about equipment: one transaction, as every [`Command`](crate::Command).
#[derive(Clone, Debug)]
pub enum EquipmentCommand {
    /// Adds rules, or replaces those of the same equipment, all or none. → [`EquipmentReply::Revision`],
    /// [`StoreError::TooMuchEquipment`]
    Put {
        /// Which.
        rules: Vec<EquipmentRule>,
    },
    /// Removes rules, all or none. → [`EquipmentReply::Revision`], [`StoreError::NoEquipment`]
    Remove {
        /// Of which equipment.
        equipment: Vec<EquipmentPattern>,
    },
    /// Binds IMSIs, whoever's; what each was bound to before goes. To nothing: it is not bound any more.
    /// → [`EquipmentReply::Revision`], [`StoreError::TooMuchEquipment`]
    Bind {
        /// To what.
        bindings: Vec<EquipmentBinding>,
    },
    /// Binds a subscriber that is not bound, as learnt. → [`EquipmentReply::Binding`]: what it is bound to now, whoever
    /// bound it. [`StoreError::NoSubscriber`], [`StoreError::TooMuchEquipment`]
    Learn {
        /// Whom.
        imsi: Imsi,
        /// To what.
        equipment: EquipmentPattern,
    },
    /// What is said of some equipment, and of an IMSI used in it. → [`EquipmentReply::Found`]
    Find {
        /// Which.
        equipment: Equipment,
        /// With which IMSI.
        imsi: Option<Imsi>,
    },
    /// What was put since a revision, oldest first. → [`EquipmentReply::Changes`]
    Changes {
        /// The last revision known; 0: everything.
        since: Revision,
        /// At most so many, and never more than [`MAX_EQUIPMENT_LISTED`]; none means the end.
        limit: usize,
    },
}

impl EquipmentCommand {
    /// Whether it may change the store.
    #[must_use]
    pub fn is_write(&self) -> bool {
        !matches!(self, Self::Find { .. } | Self::Changes { .. })
    }
}

/// The answer to an [`EquipmentCommand`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EquipmentReply {
    /// The revision the command led to.
    Revision(Revision),
    /// What an IMSI is bound to.
    Binding(EquipmentBinding),
    /// What was looked for.
    Found {
        /// What the longest pattern that fits says.
        status: Option<EquipmentStatus>,
        /// The IMSI's binding.
        binding: Option<EquipmentBinding>,
    },
    /// Entries in order of revision.
    Changes {
        /// Ask from here next: the revision of the last entry, or the current one if there is none.
        revision: Revision,
        /// Something was removed last at this revision: if it is another than at the first page, read everything anew.
        floor: Revision,
        /// What was put.
        entries: Vec<EquipmentEntry>,
    },
}

/// Refuses more entries than there may be.
///
/// # Errors
/// [`StoreError::TooMuchEquipment`].
pub fn check_equipment_room(entries: u64) -> Result<(), StoreError> {
    if entries > MAX_EQUIPMENT_ENTRIES {
        return Err(StoreError::TooMuchEquipment);
    }
    Ok(())
}
