//! A file is opened: whose is it, was it closed cleanly, what is in it.

use super::queue::Shared;
use super::records::{read, sealed};
use super::writer::Writer;
use super::{ContextStore, Opened, Owner};
use crate::database::{OpenError, create, remove_traces};
use crate::fault::explain;
use crate::scrub;
use quintet_store_rows::Progress;
use quintet_vault::Masters;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Marks the file as ours in SQLite's header: `QCTX`.
pub(super) const APPLICATION_ID: i32 = 0x5143_5458;

/// WAL pages after which a checkpoint is made: 32 MiB.
const CHECKPOINT_PAGES: i64 = 8192;

impl ContextStore {
    /// Opens or makes the file of a node. One process has it at a time. Its records are sealed; those of a file that was
    /// made before are sealed now, and what another master key wraps than `masters` would take for a new file is wrapped
    /// by that one.
    ///
    /// # Errors
    /// [`OpenError`], in words that name the file and what to do: also if it is another node's.
    pub fn open_for(path: &Path, owner: Owner, masters: &Arc<dyn Masters>) -> Result<Opened, OpenError> {
        create(path)?;
        let fault = |error: rusqlite::Error| OpenError::Fault(explain(path, &error));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        // Whoever has the file keeps it: waiting is of no use.
        connection.busy_timeout(Duration::ZERO).map_err(fault)?;
        let id: i32 = connection
            .query_row("PRAGMA application_id", [], |row| row.get(0))
            .map_err(fault)?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(fault)?;
        if id != APPLICATION_ID && (id != 0 || tables != 0) {
            return Err(OpenError::NotQuintet(path.to_owned()));
        }
        if tables == 0 {
            connection
                .pragma_update(None, "user_version", owner as i32)
                .map_err(fault)?;
        }
        let user_version = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(fault)?;
        if Owner::of(user_version) != Some(owner) {
            let holder = Owner::of(user_version).map_or("another node", Owner::name);
            return Err(OpenError::Fault(format!(
                "{} holds the contexts of {holder}, not of {}: give each node a file of its own",
                path.display(),
                owner.name()
            )));
        }
        prepare(&connection).map_err(fault)?;
        let clean = connection
            .query_row("SELECT clean FROM mark", [], |row| row.get(0))
            .map_err(fault)?;
        let mut keys = sealed(&connection, owner, masters).map_err(|failure| OpenError::of(path, failure))?;
        if scrub::is_owed(&connection).map_err(fault)? {
            remove_traces(path, &connection, &(Arc::new(|_, _, _| {}) as Progress));
        }
        let records = read(&connection, &mut keys, owner).map_err(|failure| OpenError::of(path, failure))?;
        connection
            .execute("UPDATE mark SET clean = 0", [])
            .map_err(fault)?;
        let shared = Arc::new(Shared::default());
        let writer = Writer {
            connection,
            keys,
            owner,
            shared: Arc::clone(&shared),
            path: path.to_owned(),
        };
        let thread = std::thread::Builder::new()
            .name("contexts".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| OpenError::Fault(format!("a thread cannot be started: {error}")))?;
        Ok(Opened {
            store: Self {
                path: path.to_owned(),
                shared,
                thread: Some(thread),
            },
            clean,
            records,
        })
    }
}

/// The tables, and the lock that keeps other processes out.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Before WAL: then there is no shared memory either.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.execute_batch(
        "BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS record (key INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
         CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), clean INTEGER NOT NULL) STRICT;
         INSERT OR IGNORE INTO mark VALUES (1, 1);
         COMMIT;",
    )?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)
}
