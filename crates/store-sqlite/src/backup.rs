//! A copy of a database that is being served: consistent, and as sealed as the database is.
//!
//! ```text
//!  snapshot ──pages, with pauses──► FILE.part (0600) ──check, fsync──► FILE
//! ```
//!
//! The copy is one moment's: a read transaction is held while it is made, and what is written meanwhile gathers in the log of
//! the database. It is a database like any other, of the same schema, and its keys open with the same master key.

use crate::copy::{Copy, Pace, beside, check};
use crate::database::OpenError;
use crate::fault::explain;
use crate::glance::open_to_look;
use crate::rekey::status;
use crate::scrub;
use quintet_store_rows::Progress;
use quintet_vault::Fingerprint;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// What it is called to who watches.
const WHAT: &str = "copying the database";

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// Octets of the file.
    pub octets: u64,
    /// Subscribers in it.
    pub subscribers: u64,
    /// The version of its schema.
    pub schema: i32,
    /// The master keys that open it, by name.
    pub masters: Vec<Fingerprint>,
}

/// Copies the database at `path` into a new file, which is its owner's alone; a server may be running on it.
///
/// # Errors
/// [`OpenError`]; then there is no such file.
pub fn back_up(
    path: &Path,
    into: &Path,
    busy_timeout: Duration,
    progress: &Progress,
) -> Result<BackedUp, OpenError> {
    if into.exists() {
        return Err(OpenError::Fault(format!(
            "{} is there already: a backup overwrites nothing; choose another name",
            into.display()
        )));
    }
    let (source, schema) = open_to_look(path, busy_timeout)?;
    let copy = Copy::of(&source, beside(into, ".part"), Pace::Considerate, progress, WHAT)?;
    drop(source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fault = |error: rusqlite::Error| OpenError::Fault(explain(copy.path(), &error));
    let copied = Connection::open_with_flags(copy.path(), flags).map_err(fault)?;
    if scrub::is_owed(&copied).map_err(fault)? {
        scrub::pay(&copied).map_err(fault)?;
    }
    check(copy.path(), &copied)?;
    let keys = status(&copied).map_err(|failure| OpenError::of(copy.path(), failure))?;
    let subscribers = copied
        .query_row("SELECT count(*) FROM subscriber", [], |row| row.get::<_, i64>(0))
        .map_err(fault)? as u64;
    drop(copied);
    let mut masters: Vec<_> = keys.data_keys.iter().map(|key| key.master).collect();
    masters.sort_unstable();
    masters.dedup();
    copy.name(into)?;
    let octets = std::fs::metadata(into).map_or(0, |file| file.len());
    Ok(BackedUp {
        octets,
        subscribers,
        schema,
        masters,
    })
}
