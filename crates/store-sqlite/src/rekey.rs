//! Other keys for a database that is in use: another master key, another data key.
//!
//! A new master key wraps the data keys anew: one short transaction. A new data key seals everything written from then on,
//! for every process looks at the data keys before it writes what others changed; what was written before is sealed anew
//! run by run, between which others write. When nothing is left under an old data key, it is deleted. A process that ends
//! in between leaves more than one data key behind; the next rotation goes on from there.

use crate::database::{Database, Mode, OpenError};
use crate::fault::Failure;
use crate::glance::open_to_look;
use crate::sealing::wrapped_keys;
use crate::{ims, scrub, sealing, slot};
use quintet_store_rows::{DataKey, KeyPurpose, KeyStatus, Progress, Rewrapped, Rotated, at_keys};
use quintet_vault::{Master, Masters, Ring};
use rusqlite::{Connection, params};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Rows of one transaction of a rotation: some milliseconds, for which others wait.
const RUN: usize = 1_000;

/// How much longer than a transaction the pause behind it is, so that who waits for the lock finds it free.
const PAUSE: u32 = 2;

/// Shortest pause: who waits looks again after 1, 3, 8 and 18 ms.
const MIN_PAUSE: Duration = Duration::from_millis(10);

/// How often a rotation asks for a lock that a busy server leaves alone for some microseconds only, and for how long.
const ASK: Duration = Duration::from_millis(1);
const MAX_ASKED: i32 = 60_000;

/// What a rotation is called to who watches.
const WHAT: &str = "sealing the keys of subscribers anew";

/// Which database, and who waits for it.
pub struct KeyedFile<'a> {
    /// The file.
    pub path: &'a Path,
    /// Where its master key is.
    pub masters: Arc<dyn Masters>,
    /// How long a transaction of another process is waited for.
    pub busy_timeout: Duration,
    /// Told how far it is.
    pub progress: Progress,
}

impl KeyedFile<'_> {
    fn open(&self) -> Result<Database, OpenError> {
        let mode = Mode {
            masters: self.masters.clone(),
            progress: self.progress.clone(),
            create: false,
            migrate: true,
            busy_timeout: self.busy_timeout,
            commits: Arc::default(),
        };
        Database::open(self.path, &mode)
    }
}

/// What protects a database. No master key is needed, and nothing is changed.
///
/// # Errors
/// [`OpenError`]; of a file that was made before fields were sealed, [`OpenError::Fault`] that says so.
pub fn key_status(path: &Path, busy_timeout: Duration) -> Result<KeyStatus, OpenError> {
    let (connection, _) = open_to_look(path, busy_timeout)?;
    status(&connection).map_err(|failure| OpenError::of(path, failure))
}

/// All subscribers, who are sealed under the only data key there is. An index is read for it: of a million subscribers 16 MB, in 6 ms.
const COUNT_ALL: &str = "SELECT count(*) FROM subscriber";

/// Those who are sealed under one data key, while a rotation has not come to its end. The whole table is read: 114 MB, 0.1 s.
const COUNT_UNDER: &str = "SELECT count(*) FROM subscriber WHERE substr(keys, 2, 2) = ?1";

/// What protects the database of a connection.
pub(crate) fn status(connection: &Connection) -> Result<KeyStatus, Failure> {
    connection.execute_batch("BEGIN")?;
    let mut data_keys = Vec::new();
    let keys = wrapped_keys(connection)?;
    let is_only = keys.len() == 1;
    for key in keys {
        let octets = key.number.value().to_be_bytes();
        let subscribers: i64 = match is_only {
            true => connection.query_row(COUNT_ALL, [], |row| row.get(0))?,
            false => connection.query_row(COUNT_UNDER, [&octets[..]], |row| row.get(0))?,
        };
        data_keys.push(DataKey {
            number: key.number,
            master: key.master,
            made: key.made,
            subscribers: subscribers as u64,
        });
    }
    Ok(KeyStatus {
        data_keys,
        traces: scrub::is_owed(connection)?,
    })
}

/// Has another master key wrap the data keys; from then on only it opens the database. Processes that have the file open
/// go on.
///
/// # Errors
/// [`OpenError`]; nothing has changed then.
pub fn rewrap(file: &KeyedFile<'_>, new: &dyn Master) -> Result<Rewrapped, OpenError> {
    let database = file.open()?;
    rewrap_all(&database.connection, file, new).map_err(|failure| OpenError::of(file.path, failure))
}

fn rewrap_all(connection: &Connection, file: &KeyedFile<'_>, new: &dyn Master) -> Result<Rewrapped, Failure> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let data_keys = sealing::rewrap(KeyPurpose::Subscribers, connection, &*file.masters, new)?;
    connection.execute_batch("COMMIT")?;
    // What the former master key wrapped is in the WAL still; while others read it, it stays there for some time.
    scrub::emptied(connection)?;
    Ok(Rewrapped {
        master: new.fingerprint(),
        data_keys,
    })
}

/// Makes a new data key, has everything sealed under it, and deletes the old ones. Others may read and write meanwhile.
///
/// # Errors
/// [`OpenError`]; what is sealed anew stays so, and the next call goes on.
pub fn rotate_data_key(file: &KeyedFile<'_>) -> Result<Rotated, OpenError> {
    let mut database = file.open()?;
    rotate(&mut database, file).map_err(|failure| {
        if !database.connection.is_autocommit() {
            // What failed is told; a connection that is dropped rolls back by itself.
            let _ = database.connection.execute_batch("ROLLBACK");
        }
        OpenError::of(file.path, failure)
    })
}

/// SQLite's own way of waiting asks ten times a second after a while, and a server that writes all the time is never
/// caught.
#[expect(clippy::disallowed_methods, reason = "it waits for another process's lock")]
fn ask_again(asked: i32) -> bool {
    std::thread::sleep(ASK);
    asked < MAX_ASKED
}

fn rotate(database: &mut Database, file: &KeyedFile<'_>) -> Result<Rotated, Failure> {
    database.connection.busy_handler(Some(ask_again))?;
    let (number, resumed) = transaction(database, |connection, keys| {
        keys.refresh(connection)?;
        if wrapped_keys(connection)?.len() > 1
            && let Some(current) = keys.current()
        {
            return Ok((current, true));
        }
        Ok((keys.add(connection)?, false))
    })?;
    transaction(database, slot::reseal_challenge_key)?;
    let total: i64 = database
        .connection
        .query_row("SELECT count(*) FROM subscriber", [], |row| row.get(0))?;
    let mut sealed = 0;
    let mut seen = 0;
    let mut after = Some(i64::MIN);
    while let Some(from) = after {
        let (last, looked, done) = paced(database, |connection, keys| seal_run(connection, keys, from))?;
        (after, sealed, seen) = (last, sealed + done, seen + looked);
        (file.progress)(WHAT, seen, total.max(seen as i64) as u64);
    }
    let mut after = Some(i64::MIN);
    while let Some(from) = after {
        after = paced(database, |connection, keys| {
            ims::seal_run(connection, keys, from, RUN)
        })?;
    }
    // All that was written since the new key was made is sealed under it: nothing can be left but a row nobody can open.
    let left: i64 = database.connection.query_row(
        "SELECT count(*) FROM subscriber WHERE substr(keys, 2, 2) <> ?1",
        [&number.value().to_be_bytes()[..]],
        |row| row.get(0),
    )?;
    if left > 0 {
        return Err(Failure::content(
            "subscriber",
            format!("{left} rows are not sealed under data key {number}; the old ones stay"),
        ));
    }
    let removed = transaction(database, |connection, keys| {
        let removed = connection.execute("DELETE FROM data_key WHERE number <> ?1", [number.value()])?;
        keys.refresh(connection)?;
        Ok(removed)
    })?;
    scrub::emptied(&database.connection)?;
    Ok(Rotated {
        number,
        resumed,
        sealed,
        removed,
    })
}

/// A transaction that writes.
fn transaction<T>(
    database: &mut Database,
    work: impl FnOnce(&Connection, &mut sealing::Keys) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let Database { connection, keys, .. } = database;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let done = work(connection, keys)?;
    connection.execute_batch("COMMIT")?;
    Ok(done)
}

/// A transaction, and a pause in which others have theirs.
#[expect(
    clippy::disallowed_methods,
    reason = "a transaction is timed, and its lock left alone for longer than that"
)]
fn paced<T>(
    database: &mut Database,
    work: impl FnOnce(&Connection, &mut sealing::Keys) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let began = Instant::now();
    let done = transaction(database, work)?;
    std::thread::sleep((began.elapsed() * PAUSE).max(MIN_PAUSE));
    Ok(done)
}

/// Seals rows behind `after` that are not under the current key: the last one looked at, if there may be more, how many were
/// looked at, and how many sealed. A run that is not full is the last: what others add behind it is under the current key,
/// and who waited for them to stop would wait for ever.
fn seal_run(
    connection: &Connection,
    keys: &mut sealing::Keys,
    after: i64,
) -> Result<(Option<i64>, u64, u64), Failure> {
    let mut select = connection.prepare_cached(
        "SELECT imsi, keys, algorithm, tuak_sizes FROM subscriber WHERE imsi > ?1 ORDER BY imsi LIMIT ?2",
    )?;
    let mut update = connection.prepare_cached("UPDATE subscriber SET keys = ?2 WHERE imsi = ?1")?;
    let mut rows = select.query(params![after, RUN as i64])?;
    let (mut last, mut looked, mut done) = (None, 0, 0);
    while let Some(row) = rows.next()? {
        let packed: i64 = row.get(0)?;
        (last, looked) = (Some(packed), looked + 1);
        let wrong = |_| Failure::content("subscriber", format!("keys of row {packed:#x}"));
        let sealed = row.get_ref(1)?.as_blob().map_err(wrong)?;
        if Ring::number_of(sealed).ok() == keys.current() {
            continue;
        }
        let algorithm: i64 = row.get(2)?;
        let sizes = row.get_ref(3)?.as_str_or_null().map_err(wrong)?;
        let anew = at_keys(packed, algorithm, sizes, |place| {
            let octets = Zeroizing::new(keys.open(connection, place, sealed)?.to_vec());
            keys.seal(place, &octets)
        });
        match anew {
            Ok(anew) => update.execute(params![packed, anew])?,
            // One damaged row keeps the others from nothing; it is counted in the end.
            Err(Failure::Content(_)) => continue,
            Err(failure) => return Err(failure),
        };
        done += 1;
    }
    Ok((last.filter(|_| looked == RUN as u64), looked, done))
}
