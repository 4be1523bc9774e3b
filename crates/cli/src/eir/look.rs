//! What is provisioned, and what would be answered.

use super::ask;
use crate::config::Config;
use crate::database::Database;
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, bail};
use quintet_identity::{Imei, Imeisv, Imsi};
use quintet_store::{EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_LISTED, Revision};
use quintet_subscriber::eir::{
    Equipment, EquipmentBinding, EquipmentEntry, EquipmentPattern, EquipmentRule, EquipmentStatus, Verdict,
};
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// Rules and bindings, in order.
#[derive(Default, Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Listing {
    pub(super) rules: Vec<EquipmentRule>,
    pub(super) bindings: Vec<EquipmentBinding>,
}

impl Listing {
    /// Everything there is.
    pub(super) fn read(database: &mut Database) -> Result<Self> {
        let (mut all, mut since) = (Self::default(), Revision(0));
        loop {
            let limit = MAX_EQUIPMENT_LISTED;
            let page = ask(database, EquipmentCommand::Changes { since, limit })?;
            let EquipmentReply::Changes {
                revision, entries, ..
            } = page
            else {
                bail!("the store gave another answer than rules: this is a defect, please report it");
            };
            if entries.is_empty() {
                break;
            }
            since = revision;
            for entry in entries {
                match entry {
                    EquipmentEntry::Rule(rule) => all.rules.push(rule),
                    EquipmentEntry::Binding(binding) => all.bindings.push(binding),
                }
            }
        }
        all.rules.sort_by_cached_key(|rule| rule.equipment.to_string());
        all.bindings.sort_by_key(|binding| binding.imsi);
        Ok(all)
    }

    pub(super) fn of_status(mut self, status: Option<EquipmentStatus>) -> Self {
        if let Some(status) = status {
            self.rules.retain(|rule| rule.status == status);
            self.bindings.clear();
        }
        self
    }

    pub(super) fn about(mut self, equipment: Option<EquipmentPattern>, imsi: Option<Imsi>) -> Self {
        let head = equipment.map(|equipment| equipment.to_string());
        let begins = |pattern: &EquipmentPattern| {
            head.as_ref()
                .is_some_and(|head| pattern.to_string().starts_with(head))
        };
        self.rules.retain(|rule| begins(&rule.equipment));
        self.bindings.retain(|binding| {
            imsi == Some(binding.imsi) || binding.equipment.iter().any(|bound| begins(&bound.equipment))
        });
        self
    }

    /// Prints it; nothing is a negative finding.
    pub(super) fn print(&self, json: bool) -> Result<Finding> {
        if json {
            print_json("quintet.eir.list/1", self)?;
        } else {
            let mut out = BufWriter::new(anstream::stdout().lock());
            for rule in &self.rules {
                let note = rule.note.as_deref().unwrap_or_default();
                writeln!(out, "{:16}  {:5}  {note}", rule.equipment, rule.status.name())?;
            }
            for binding in &self.bindings {
                let names = binding.equipment.iter().map(|bound| match bound.learnt {
                    true => format!("{} (learnt)", bound.equipment),
                    false => bound.equipment.to_string(),
                });
                let names: Vec<_> = names.collect();
                writeln!(out, "IMSI {:15} only in {}", binding.imsi, names.join(", "))?;
            }
            out.flush()?;
        }
        if self.rules.is_empty() && self.bindings.is_empty() {
            return Ok(Finding::Negative);
        }
        Ok(Finding::Positive)
    }
}

#[derive(clap::Args)]
pub(super) struct Check {
    /// IMEI of 14 or 15 digits, or IMEISV of 16
    equipment: String,
    /// With this SIM in it
    #[arg(long)]
    imsi: Option<Imsi>,
    /// What is configured of unknown and of other equipment [default: as an empty file says]
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Serialize)]
struct Checked {
    status: &'static str,
    /// Equipment-Status or Experimental-Result-Code.
    value: u32,
    rule: Option<&'static str>,
    bound: bool,
    other_equipment: bool,
}

/// What a serving node would be answered.
pub(super) fn check(database: &mut Database, check: &Check, json: bool) -> Result<Finding> {
    let text = &check.equipment;
    let equipment = match text.len() {
        16 => Equipment::of_imeisv(text.parse::<Imeisv>()?),
        _ => Equipment::of_imei(text.parse::<Imei>().context("an IMEI has 14 or 15 digits")?),
    };
    let policy = match &check.config {
        Some(path) => Config::read(path, &[])?.eir.policy(),
        None => Config::default().eir.policy(),
    };
    let imsi = check.imsi;
    let found = ask(database, EquipmentCommand::Find { equipment, imsi })?;
    let EquipmentReply::Found { status, binding } = found else {
        bail!("the store gave another answer than a rule: this is a defect, please report it");
    };
    let judged = policy.judge(equipment, status, binding.as_ref());
    let (name, value) = match judged.verdict {
        Verdict::Status(status) => (status.name(), status.value()),
        Verdict::Unknown => ("unknown", 5422),
    };
    let checked = Checked {
        status: name,
        value,
        rule: status.map(EquipmentStatus::name),
        bound: binding.is_some(),
        other_equipment: judged.other_equipment,
    };
    if json {
        print_json("quintet.eir.check/1", &checked)?;
    } else {
        let bound = match (checked.bound, checked.other_equipment) {
            (false, _) => "no",
            (true, false) => "to this equipment",
            (true, true) => "to other equipment",
        };
        print_rows(&[
            ("status", name.to_owned()),
            ("rule", checked.rule.unwrap_or("none").to_owned()),
            ("bound", bound.to_owned()),
        ])?;
    }
    Ok(match judged.verdict {
        Verdict::Status(EquipmentStatus::White) => Finding::Positive,
        _ => Finding::Negative,
    })
}
