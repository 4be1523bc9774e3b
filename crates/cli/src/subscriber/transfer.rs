//! `export`: all subscribers into a file.

use super::each_subscriber;
use super::ims;
use crate::database::{Database, highest_sqn};
use crate::private;
use anyhow::{Context, Result, bail};
use quintet_provisioning::declared::Exported;
use quintet_provisioning::record::{ImsRecord, Record};
use quintet_provisioning::{Format, Hex, Writer};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

/// The form of an exported file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ExportFormat {
    /// Comma-separated, with a header line
    Csv,
    /// One object a line
    Json,
    /// What `quintet apply` reads
    Yaml,
}

impl ExportFormat {
    /// By a file's name; JSON for a name that says nothing.
    fn of(path: &Path) -> Self {
        match path.extension().and_then(|e| e.to_str()) {
            Some(e) if e.eq_ignore_ascii_case("csv") => Self::Csv,
            Some(e) if e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml") => Self::Yaml,
            _ => Self::Json,
        }
    }
}

/// Writes all subscribers to a file; answers how many.
pub(super) fn export(
    database: &mut Database,
    path: &Path,
    format: Option<ExportFormat>,
    with_keys: bool,
) -> Result<u64> {
    let format = format.unwrap_or_else(|| ExportFormat::of(path));
    let output: Box<dyn Write> = if path.as_os_str() == "-" {
        if with_keys && io::stdout().is_terminal() {
            bail!("--with-keys would print every K on this terminal: name a file");
        }
        Box::new(io::stdout().lock())
    } else {
        Box::new(private::create(path).with_context(|| format!("cannot write {}", path.display()))?)
    };
    let output = BufWriter::new(output);
    let rows = match format {
        ExportFormat::Yaml => return declared(database, output, with_keys),
        ExportFormat::Csv => Format::Csv,
        ExportFormat::Json => Format::Json,
    };
    let mut writer = Writer::new(output, rows);
    let mut ims = ims::Pages::default();
    let count = each_subscriber(database, usize::MAX, &mut |database, subscriber| {
        let mut record = Record::of(&subscriber, with_keys);
        record.ims = ims::shown(ims.of(database, subscriber.imsi)?.as_ref(), with_keys);
        // Whoever imports this starts above, and no USIM notices the move.
        record.sqn = highest_sqn(&subscriber.authentication).map(|sqn| Hex::new(sqn.octets().to_vec()));
        Ok(writer.write(&record)?)
    })?;
    writer.finish()?;
    Ok(count)
}

fn declared(database: &mut Database, output: impl Write, with_keys: bool) -> Result<u64> {
    let mut writer = Exported::new(output)?;
    let mut ims = ims::Pages::default();
    let count = each_subscriber(database, usize::MAX, &mut |database, subscriber| {
        let shown = ims::shown(ims.of(database, subscriber.imsi)?.as_ref(), with_keys);
        let whole = match &shown {
            Some(ImsRecord::Whole(whole)) => Some(&**whole),
            _ => None,
        };
        let sqn = highest_sqn(&subscriber.authentication).map(|sqn| Hex::new(sqn.octets().to_vec()));
        Ok(writer.write(&subscriber, whole, sqn, with_keys)?)
    })?;
    writer.finish()?;
    Ok(count)
}
