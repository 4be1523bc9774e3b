//! The difference, for people and for scripts.

use super::Planned;
use crate::output::print_json;
use anyhow::Result;
use quintet_identity::Imsi;
use quintet_provisioning::{Change, FieldChange, Push};
use serde::Serialize;
use std::io::{BufWriter, Write};

#[derive(Serialize)]
struct Shown<'a> {
    imsi: Imsi,
    change: Change,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    fields: &'a [FieldChange],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pushes: &'a [Push],
}

#[derive(Serialize)]
struct Answer<'a> {
    dry_run: bool,
    added: usize,
    updated: usize,
    removed: usize,
    kept: usize,
    /// All but those that are kept.
    changes: Vec<Shown<'a>>,
}

/// Shows what is planned.
pub(super) fn show(planned: &[Planned], dry_run: bool, json: bool) -> Result<()> {
    let count = |change| planned.iter().filter(|planned| planned.change == change).count();
    let changing = planned.iter().filter(|planned| planned.change != Change::Keep);
    let answer = Answer {
        dry_run,
        added: count(Change::Add),
        updated: count(Change::Update),
        removed: count(Change::Remove),
        kept: count(Change::Keep),
        changes: changing
            .map(|planned| Shown {
                imsi: planned.imsi,
                change: planned.change,
                fields: &planned.fields,
                pushes: &planned.pushes,
            })
            .collect(),
    };
    if json {
        return print_json("quintet.apply/1", &answer);
    }
    let mut out = BufWriter::new(anstream::stdout().lock());
    for shown in &answer.changes {
        let mark = match shown.change {
            Change::Add => '+',
            Change::Remove => '-',
            Change::Update | Change::Keep => '~',
        };
        writeln!(out, "{mark} {}", shown.imsi)?;
        for FieldChange { field, before, after } in shown.fields {
            let none = || "(none)".to_owned();
            let (before, after) = (
                before.clone().unwrap_or_else(none),
                after.clone().unwrap_or_else(none),
            );
            writeln!(out, "    {field}: {before} -> {after}")?;
        }
        for Push { request, to, why } in shown.pushes {
            writeln!(out, "    sends {request} to {to}: {why}")?;
        }
    }
    let Answer {
        added,
        updated,
        removed,
        kept,
        ..
    } = answer;
    writeln!(
        out,
        "{added} added, {updated} changed, {removed} removed, {kept} the same"
    )?;
    if dry_run {
        writeln!(out, "nothing was written: --dry-run")?;
    }
    out.flush()?;
    Ok(())
}
