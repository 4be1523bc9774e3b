//! The Equipment Identity Register (TS 22.016, TS 23.002 4.1.1.5): which equipment may be used, and with which SIM.
//!
//! ```text
//!   equipment, IMSI ──► EquipmentTable ─┬─ rules: the longest pattern that fits ──┐
//!                                       └─ binding: what the IMSI may be used in ─┴─► EirPolicy::judge ──► Judgement
//! ```
//!
//! A rule gives a status to the equipment whose identity begins with its digits: one Type Allocation Code, a range of serial
//! numbers, one IMEI, or one IMEI with one software version. A binding says in which equipment an IMSI may be used.
//! Where both have something to say the worse counts: black before grey before white.

mod pattern;
mod policy;
mod table;

pub use pattern::{Equipment, EquipmentPattern, PatternError};
pub use policy::{EirPolicy, Judgement, UnknownEquipment, Verdict};
pub use table::EquipmentTable;

use quintet_identity::Imsi;
use serde::{Deserialize, Serialize};

/// The most octets of a rule's note.
pub const MAX_NOTE_OCTETS: usize = 200;

/// The most equipment that one IMSI is bound to: the devices of one person.
pub const MAX_BOUND_EQUIPMENT: usize = 16;

/// Equipment-Status (TS 29.272 7.3.51). In the order of how bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum EquipmentStatus {
    /// WHITELISTED (0): permitted.
    White,
    /// GREYLISTED (2): permitted, and to be watched.
    Grey,
    /// BLACKLISTED (1): prohibited.
    Black,
}

impl EquipmentStatus {
    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::White => 0,
            Self::Black => 1,
            Self::Grey => 2,
        }
    }

    /// Of the value on the wire.
    #[must_use]
    pub const fn of_value(value: u32) -> Option<Self> {
        match value {
            0 => Some(Self::White),
            1 => Some(Self::Black),
            2 => Some(Self::Grey),
            _ => None,
        }
    }

    /// Its name, as files and the command line have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::White => "white",
            Self::Grey => "grey",
            Self::Black => "black",
        }
    }
}

/// What is provisioned of some equipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EquipmentRule {
    /// Which.
    pub equipment: EquipmentPattern,
    /// What it is.
    pub status: EquipmentStatus,
    /// Why, for people; [`MAX_NOTE_OCTETS`] at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Equipment that an IMSI may be used in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BoundEquipment {
    /// Which.
    pub equipment: EquipmentPattern,
    /// Whether it was learnt at its first use, and not provisioned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub learnt: bool,
}

/// In which equipment an IMSI may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct EquipmentBinding {
    /// Whose.
    pub imsi: Imsi,
    /// In any of these; none: it is not bound. [`MAX_BOUND_EQUIPMENT`] at most.
    pub equipment: Vec<BoundEquipment>,
}

impl EquipmentBinding {
    /// Whether the IMSI may be used in this equipment.
    #[must_use]
    pub fn allows(&self, equipment: &Equipment) -> bool {
        self.equipment.iter().any(|bound| bound.equipment.fits(equipment))
    }
}

/// One thing that is provisioned, or was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EquipmentEntry {
    /// A rule.
    Rule(EquipmentRule),
    /// A binding.
    Binding(EquipmentBinding),
}
