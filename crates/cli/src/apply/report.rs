//! The difference, for people and for scripts.

use super::Planned;
use crate::output::print_json;
use anyhow::Result;
use quintet_provisioning::{Change, Difference, FieldChange, Push};
use std::io::{BufWriter, Write};

/// Shows what is planned.
pub(super) fn show(planned: &[Planned], dry_run: bool, json: bool) -> Result<()> {
    let all = planned.iter().map(|planned| planned.shown.clone()).collect();
    let answer = Difference::of(dry_run, all);
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
        for FieldChange { field, before, after } in &shown.fields {
            let none = || "(none)".to_owned();
            let (before, after) = (
                before.clone().unwrap_or_else(none),
                after.clone().unwrap_or_else(none),
            );
            writeln!(out, "    {field}: {before} -> {after}")?;
        }
        for Push { request, to, why } in &shown.pushes {
            writeln!(out, "    sends {request} to {to}: {why}")?;
        }
    }
    let Difference {
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
