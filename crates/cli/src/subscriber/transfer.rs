//! `import` and `export`: many subscribers from and to files.

use super::each_subscriber;
use super::file::{self, Format};
use super::ims;
use super::record::{Hex, Record};
use crate::database::{Database, highest_sqn};
use crate::private;
use anyhow::{Context, Result, anyhow, bail};
use quintet_store::{Command as StoreCommand, PutMode};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

/// Subscribers per transaction of an import: large enough that the commit does not count, small enough that other
/// writers wait a moment only.
const IMPORT_BATCH: usize = 10_000;

/// Adds the subscribers of a file, a batch a transaction; answers how many.
pub(super) fn import(
    database: &mut Database,
    path: &Path,
    format: Option<Format>,
    update: bool,
) -> Result<u64> {
    let standard_input = path.as_os_str() == "-";
    let name = if standard_input {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let mut input: Box<dyn io::BufRead> = if standard_input {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(
            File::open(path).with_context(|| format!("cannot read {name}"))?,
        ))
    };
    let mode = if update { PutMode::Upsert } else { PutMode::Insert };
    let progress = progress_bar();
    let (mut batch, mut count) = (Batch::default(), 0u64);
    let format = format.unwrap_or_else(|| Format::of(path));
    let result = file::read(&mut input, format, &mut |record| {
        let subscriber = database.provisioned(record.subscriber()?);
        if let Some(ims) = &record.ims {
            batch.ims.push(Arc::new(ims.subscription(&subscriber)?));
        }
        batch.subscribers.push(subscriber);
        if batch.subscribers.len() == IMPORT_BATCH {
            count += put_batch(database, &mut batch, mode)?;
            progress.set_position(count);
        }
        Ok(())
    })
    .and_then(|()| Ok(count + put_batch(database, &mut batch, mode)?));
    progress.finish_and_clear();
    result.with_context(|| match count {
        0 => format!("{name}: nothing was imported"),
        n => format!("{name}: the first {n} subscribers are imported, the rest is not"),
    })
}

/// What one transaction of an import adds, and the one after it.
#[derive(Default)]
struct Batch {
    subscribers: Vec<Subscriber>,
    ims: Vec<Arc<ImsSubscription>>,
}

fn put_batch(database: &mut Database, batch: &mut Batch, mode: PutMode) -> Result<u64> {
    let Batch { subscribers, ims } = std::mem::take(batch);
    let count = subscribers.len() as u64;
    if count > 0 {
        database
            .execute(StoreCommand::Put { subscribers, mode })
            .map_err(|error| match error.downcast_ref() {
                Some(quintet_store::StoreError::Exists { .. }) => {
                    anyhow!("{error}: give --update to replace subscribers that exist")
                }
                _ => error,
            })?;
    }
    if !ims.is_empty() {
        let put = StoreCommand::PutIms {
            subscriptions: ims,
            mode: PutMode::Upsert,
        };
        database
            .execute(put)
            .context("the subscribers of this batch are imported, their IMS subscriptions are not")?;
    }
    Ok(count)
}

/// Writes all subscribers to a file; answers how many.
pub(super) fn export(
    database: &mut Database,
    path: &Path,
    format: Option<Format>,
    with_keys: bool,
) -> Result<u64> {
    let format = format.unwrap_or_else(|| Format::of(path));
    let output: Box<dyn Write> = if path.as_os_str() == "-" {
        if with_keys && io::stdout().is_terminal() {
            bail!("--with-keys would print every K on this terminal: name a file");
        }
        Box::new(io::stdout().lock())
    } else {
        Box::new(private::create(path).with_context(|| format!("cannot write {}", path.display()))?)
    };
    let mut writer = file::Writer::new(BufWriter::new(output), format);
    let mut ims = ims::Pages::default();
    let count = each_subscriber(database, usize::MAX, &mut |database, subscriber| {
        let mut record = Record::of(&subscriber, with_keys);
        record.ims = ims::shown(ims.of(database, subscriber.imsi)?.as_ref(), with_keys);
        // Whoever imports this starts above, and no USIM notices the move.
        record.sqn = highest_sqn(&subscriber.authentication).map(|sqn| Hex(sqn.octets().to_vec()));
        writer.write(&record)
    })?;
    writer.finish()?;
    Ok(count)
}

/// Progress on a terminal; nothing in a pipe.
fn progress_bar() -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{spinner} {pos} subscribers, {per_sec}, {elapsed}");
    let bar = indicatif::ProgressBar::no_length();
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
