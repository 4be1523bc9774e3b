//! Roaming rules. PyHSS looks for the visited network first among the rules of the subscriber, then among all; whoever is in none may
//! roam there unless its configuration says otherwise (`roaming.outbound.allow_undefined_networks`, true unless it is changed).

use crate::row::{Note, Refusal};
use crate::tables::{TableRow, Tables};
use quintet_identity::Plmn;
use quintet_subscriber::model::Roaming;
use std::collections::HashMap;

/// All rules, in their order.
pub(super) struct Rules {
    rules: Vec<Rule>,
    /// Networks that are none.
    unusable: bool,
}

struct Rule {
    id: String,
    network: Plmn,
    allow: bool,
    /// PyHSS does not look at it.
    disabled: bool,
}

impl Rules {
    pub(super) fn of(tables: &Tables) -> Self {
        let mut networks: HashMap<String, Plmn> = HashMap::new();
        let mut unusable = false;
        for row in tables.rows("roaming_network") {
            let (mcc, mnc) = (
                row.text("mcc").unwrap_or_default(),
                row.text("mnc").unwrap_or_default(),
            );
            match (row.text("roaming_network_id"), format!("{mcc}{mnc}").parse()) {
                (Some(id), Ok(plmn)) => {
                    networks.insert(id, plmn);
                }
                _ => unusable = true,
            }
        }
        let rules = tables.rows("roaming_rule").filter_map(|row| {
            let network = networks.get(&row.text("roaming_network_id")?)?;
            Some(Rule {
                id: row.text("roaming_rule_id")?,
                network: *network,
                allow: row.flag("allow").ok()?.unwrap_or(true),
                disabled: row.flag("enabled").ok()? == Some(false),
            })
        });
        Self {
            rules: rules.collect(),
            unusable,
        }
    }

    /// Where a subscriber may roam.
    pub(super) fn of_subscriber(
        &self,
        row: &TableRow<'_>,
        home: Plmn,
        notes: &mut Vec<Note>,
    ) -> Result<Roaming, Refusal> {
        if row.flag("roaming_enabled")? == Some(false) {
            return Ok(Roaming::Only(Vec::new()));
        }
        if self.unusable {
            notes.push(Note::NotCarried(
                "roaming networks whose MCC and MNC are no network".to_owned(),
            ));
        }
        if self.rules.iter().any(|rule| rule.disabled) {
            notes.push(Note::Changed(
                "roaming rules that are disabled are left out here; PyHSS applies them all the same"
                    .to_owned(),
            ));
        }
        let list = row.text("roaming_rule_list").unwrap_or_default();
        let own = list.split(',').map(str::trim);
        let own = own.filter_map(|id| self.rules.iter().find(|rule| rule.id == id));
        let mut decided: Vec<(Plmn, bool)> = Vec::new();
        for rule in own.chain(&self.rules).filter(|rule| !rule.disabled) {
            if decided.iter().all(|(plmn, _)| *plmn != rule.network) {
                decided.push((rule.network, rule.allow));
            }
        }
        if decided.is_empty() {
            return Ok(Roaming::Everywhere);
        }
        notes.push(Note::Changed(
            "networks without a roaming rule are allowed, as PyHSS does unless allow_undefined_networks is false".to_owned(),
        ));
        let denied = decided.iter().filter(|(plmn, allow)| !allow && *plmn != home);
        let mut denied: Vec<Plmn> = denied.map(|(plmn, _)| *plmn).collect();
        denied.sort();
        Ok(match denied.is_empty() {
            true => Roaming::Everywhere,
            false => Roaming::Except(denied),
        })
    }
}
