//! `[eir]`: what equipment may be used (S13).

use anyhow::{Result, bail};
use quintet_subscriber::eir::{EirPolicy, EquipmentStatus, UnknownEquipment};
use serde::Deserialize;

/// The equipment identity register, part of the HSS.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Eir {
    /// Whether MMEs and SGSNs are served (S13).
    pub(crate) serve: bool,
    /// What equipment is that no rule names.
    pub(crate) unknown: UnknownEquipment,
    /// What equipment is at least in which a SIM is used that is bound to other equipment.
    pub(crate) other_equipment: EquipmentStatus,
    /// Whether a SIM is bound to the equipment it is first used in.
    pub(crate) learn: bool,
}

impl Default for Eir {
    fn default() -> Self {
        let EirPolicy {
            unknown,
            other_equipment,
            learn,
        } = EirPolicy::default();
        Self {
            serve: true,
            unknown,
            other_equipment,
            learn,
        }
    }
}

impl Eir {
    /// What a value of one key alone does not show.
    ///
    /// # Errors
    /// Which, and what is allowed.
    pub(super) fn check(&self) -> Result<()> {
        if self.other_equipment == EquipmentStatus::White {
            bail!("eir.other_equipment = \"white\" would bind nothing: allowed are \"grey\" and \"black\"");
        }
        Ok(())
    }

    /// How equipment is judged.
    pub(crate) fn policy(&self) -> EirPolicy {
        EirPolicy {
            unknown: self.unknown,
            other_equipment: self.other_equipment,
            learn: self.learn,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_binding_that_binds_nothing_is_refused() {
        let policy = |text: &str| Config::parse(text).map(|config| config.eir.policy());
        assert_eq!(policy("").unwrap(), Default::default());
        let strict =
            policy("[eir]\nunknown = \"black\"\nother_equipment = \"black\"\nlearn = true\n").unwrap();
        assert!(strict.learn);
        for wrong in ["other_equipment = \"white\"", "unknown = \"pink\"", "lern = true"] {
            let error = policy(&format!("[eir]\n{wrong}\n")).unwrap_err();
            assert!(format!("{error:#}").contains(&wrong[..4]), "{error:#}");
        }
    }
}
