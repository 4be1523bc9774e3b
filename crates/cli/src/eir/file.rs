//! `import`: rules and bindings out of a file. The whole file is read and checked before anything is written.

use super::look::Listing;
use super::{check_binding, check_rule, write};
use crate::database::Database;
use crate::subscriber::Format;
use anyhow::{Context, Result, bail};
use quintet_identity::Imsi;
use quintet_store::EquipmentCommand;
use quintet_subscriber::eir::{
    BoundEquipment, EquipmentBinding, EquipmentPattern, EquipmentRule, EquipmentStatus,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// Entries of one transaction: large enough that the commit does not count, small enough that others wait a moment only.
const BATCH: usize = 10_000;

/// The largest file: as many entries as there may be, in JSON.
const MAX_FILE_OCTETS: u64 = 256 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    equipment: EquipmentPattern,
    #[serde(default)]
    status: Option<EquipmentStatus>,
    #[serde(default)]
    imsi: Option<Imsi>,
    #[serde(default)]
    note: Option<String>,
}

/// Adds what a file says; answers how many rules and bindings.
pub(super) fn import(database: &mut Database, path: &Path, format: Option<Format>) -> Result<(usize, usize)> {
    let mut text = Vec::new();
    let input: Box<dyn Read> = match path.as_os_str() == "-" {
        true => Box::new(std::io::stdin().lock()),
        false => {
            Box::new(std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?)
        }
    };
    let read = input.take(MAX_FILE_OCTETS + 1).read_to_end(&mut text);
    read.with_context(|| format!("cannot read {}", path.display()))?;
    if text.len() as u64 > MAX_FILE_OCTETS {
        bail!("{} has more than {MAX_FILE_OCTETS} octets", path.display());
    }
    let listing = match format.unwrap_or_else(|| Format::of(path)) {
        Format::Csv => rows(&text),
        Format::Json => serde_json::from_slice(&text).map_err(Into::into),
    };
    let Listing { rules, bindings } =
        listing.with_context(|| format!("{}: nothing was changed", path.display()))?;
    rules.iter().try_for_each(check_rule)?;
    bindings.iter().try_for_each(check_binding)?;
    for rules in rules.chunks(BATCH) {
        let rules = rules.to_vec();
        write(database, EquipmentCommand::Put { rules })?;
    }
    for bindings in bindings.chunks(BATCH) {
        let bindings = bindings.to_vec();
        write(database, EquipmentCommand::Bind { bindings })?;
    }
    Ok((rules.len(), bindings.len()))
}

/// The lines of a CSV file.
fn rows(text: &[u8]) -> Result<Listing> {
    let mut rules = Vec::new();
    let mut bound: BTreeMap<Imsi, Vec<BoundEquipment>> = BTreeMap::new();
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text);
    for row in reader.deserialize() {
        let Row {
            equipment,
            status,
            imsi,
            note,
        } = row?;
        match (status, imsi) {
            (Some(status), None) => rules.push(EquipmentRule {
                equipment,
                status,
                note: note.filter(|note| !note.is_empty()),
            }),
            (None, Some(imsi)) => bound.entry(imsi).or_default().push(BoundEquipment {
                equipment,
                learnt: false,
            }),
            _ => bail!("equipment {equipment}: a line has a status (a rule), or an imsi (a binding)"),
        }
    }
    let binding = |(imsi, equipment)| EquipmentBinding { imsi, equipment };
    Ok(Listing {
        rules,
        bindings: bound.into_iter().map(binding).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_rules_or_bindings() {
        let text = "equipment, status, imsi, note\n35209900,white,,\n# stolen\n352099001761481,black,,stolen in May\n\
                    35209900176148,,001010000000001,\n86,,001010000000001,\n";
        let read = rows(text.as_bytes()).unwrap();
        assert_eq!(read.rules.len(), 2);
        assert_eq!(read.rules[1].note.as_deref(), Some("stolen in May"));
        assert_eq!(read.bindings.len(), 1);
        assert_eq!(read.bindings[0].equipment.len(), 2);
        for wrong in [
            "equipment,status\n35,pink\n",
            "equipment,status\n35,\n",
            "equipment,status,imsi\n35,white,001010000000001\n",
            "equipment,status\n352099001761482,white\n",
            "status\nwhite\n",
        ] {
            assert!(rows(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_list_prints_can_be_read() {
        let json = r#"{"schema":"quintet.eir.list/1","rules":[{"equipment":"35","status":"grey"}],
            "bindings":[{"imsi":"001010000000001","equipment":[{"equipment":"86","learnt":true}]}]}"#;
        let read: Listing = serde_json::from_str(json).unwrap();
        assert_eq!((read.rules.len(), read.bindings.len()), (1, 1));
        assert!(read.bindings[0].equipment[0].learnt);
    }
}
