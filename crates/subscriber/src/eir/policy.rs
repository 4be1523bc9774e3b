//! What the register answers (TS 29.272 6.2.1.3).

use super::{Equipment, EquipmentBinding, EquipmentPattern, EquipmentStatus};
use serde::Deserialize;

/// What equipment is of which no rule says anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownEquipment {
    /// Not known: ERROR_EQUIPMENT_UNKNOWN.
    Unknown,
    /// Permitted.
    White,
    /// Permitted, and to be watched.
    Grey,
    /// Prohibited.
    Black,
}

/// What an operator sets of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EirPolicy {
    /// What equipment is that no rule names.
    pub unknown: UnknownEquipment,
    /// What equipment is at least in which an IMSI is used that is bound to other equipment.
    pub other_equipment: EquipmentStatus,
    /// Whether an IMSI without a binding is bound to the equipment it is first used in.
    pub learn: bool,
}

impl Default for EirPolicy {
    /// Unknown equipment is unknown, an IMSI in other equipment than its own makes that grey, nothing is learnt.
    fn default() -> Self {
        Self {
            unknown: UnknownEquipment::Unknown,
            other_equipment: EquipmentStatus::Grey,
            learn: false,
        }
    }
}

/// What equipment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It has a status.
    Status(EquipmentStatus),
    /// Nothing is known of it: ERROR_EQUIPMENT_UNKNOWN (TS 29.272 7.4.3.5).
    Unknown,
}

/// A verdict, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What is answered.
    pub verdict: Verdict,
    /// Whether the IMSI is bound to other equipment.
    pub other_equipment: bool,
    /// What the IMSI is to be bound to.
    pub learn: Option<EquipmentPattern>,
}

impl EirPolicy {
    /// Judges equipment by what rules say of it, and by the binding of the IMSI it is used with.
    #[must_use]
    pub fn judge(
        &self,
        equipment: Equipment,
        rule: Option<EquipmentStatus>,
        binding: Option<&EquipmentBinding>,
    ) -> Judgement {
        let other_equipment = binding.is_some_and(|binding| !binding.allows(&equipment));
        let status = match (rule, binding) {
            (Some(status), _) => Some(status),
            // Whoever bound an IMSI to equipment knows that equipment.
            (None, Some(_)) if !other_equipment => Some(EquipmentStatus::White),
            (None, _) => match self.unknown {
                UnknownEquipment::Unknown => None,
                UnknownEquipment::White => Some(EquipmentStatus::White),
                UnknownEquipment::Grey => Some(EquipmentStatus::Grey),
                UnknownEquipment::Black => Some(EquipmentStatus::Black),
            },
        };
        let status = if other_equipment {
            Some(status.unwrap_or(EquipmentStatus::White).max(self.other_equipment))
        } else {
            status
        };
        let permitted = status.is_some_and(|status| status != EquipmentStatus::Black);
        Judgement {
            verdict: status.map_or(Verdict::Unknown, Verdict::Status),
            other_equipment,
            learn: (self.learn && permitted && binding.is_none()).then(|| equipment.imei()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::BoundEquipment;
    use super::*;
    use EquipmentStatus::{Black, Grey, White};

    fn equipment(imei: &str) -> Equipment {
        Equipment::of_imei(imei.parse().unwrap())
    }

    fn bound_to(pattern: &str) -> EquipmentBinding {
        EquipmentBinding {
            imsi: "001010000000001".parse().unwrap(),
            equipment: vec![BoundEquipment {
                equipment: pattern.parse().unwrap(),
                learnt: false,
            }],
        }
    }

    /// Every case of rule and binding; what is unknown is so, or white.
    #[test]
    fn the_worse_of_rule_and_binding_counts() {
        let device = equipment("35209900176148");
        let (own, other) = (bound_to("35209900176148"), bound_to("35209900"));
        let elsewhere = bound_to("86");
        for (rule, binding, expected, lenient) in [
            (None, None, Verdict::Unknown, Verdict::Status(White)),
            (None, Some(&own), Verdict::Status(White), Verdict::Status(White)),
            (
                None,
                Some(&elsewhere),
                Verdict::Status(Grey),
                Verdict::Status(Grey),
            ),
            (
                Some(White),
                Some(&elsewhere),
                Verdict::Status(Grey),
                Verdict::Status(Grey),
            ),
            (
                Some(Black),
                Some(&elsewhere),
                Verdict::Status(Black),
                Verdict::Status(Black),
            ),
            (
                Some(Black),
                Some(&other),
                Verdict::Status(Black),
                Verdict::Status(Black),
            ),
            (
                Some(Grey),
                Some(&other),
                Verdict::Status(Grey),
                Verdict::Status(Grey),
            ),
            (Some(White), None, Verdict::Status(White), Verdict::Status(White)),
        ] {
            let strict = EirPolicy::default();
            let judged = strict.judge(device, rule, binding);
            assert_eq!(judged.verdict, expected, "{rule:?} {binding:?}");
            assert_eq!(judged.learn, None);
            let unknown = UnknownEquipment::White;
            let judged = EirPolicy { unknown, ..strict }.judge(device, rule, binding);
            assert_eq!(judged.verdict, lenient, "{rule:?} {binding:?}");
        }
    }

    #[test]
    fn what_is_permitted_is_learnt_once() {
        let policy = EirPolicy {
            learn: true,
            other_equipment: Black,
            ..EirPolicy::default()
        };
        let device = equipment("352099001761481");
        let learnt = policy.judge(device, Some(White), None).learn;
        assert_eq!(learnt.unwrap().to_string(), "35209900176148");
        assert_eq!(policy.judge(device, Some(Black), None).learn, None);
        assert_eq!(policy.judge(device, None, None).learn, None, "it is unknown");
        let judged = policy.judge(device, Some(White), Some(&bound_to("86")));
        assert_eq!(
            (judged.verdict, judged.learn, judged.other_equipment),
            (Verdict::Status(Black), None, true)
        );
    }
}
