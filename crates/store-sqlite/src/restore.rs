//! A copy put in a database's place, so that no sequence number comes twice.
//!
//! ```text
//!  copy ──check──► PATH.restoring ──migrate, take over H and DIF of PATH, fence, fsync──► PATH
//!                                                        PATH as it was ──► PATH.before-restore
//! ```
//!
//! A copy is older than what was issued since. What the replaced database knows is taken over, if it can be read: the bounds of
//! slots, and each DIF that is higher. Then the fence: see [`quintet_store::Command::Fence`].

use crate::copy::{Copy, Pace, beside, check, sync_directory};
use crate::database::{Database, Mode, OpenError, create_directory, must_exist};
use crate::fault::{Failure, explain};
use crate::glance::open_to_look;
use crate::lock::{LockError, ServingLock};
use crate::slot;
use quintet_store_rows::Progress;
use quintet_subscriber::auc::Slot;
use quintet_vault::Masters;
use rusqlite::{Connection, OpenFlags, params};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What it is called to who watches.
const WHAT: &str = "restoring the database";

/// What a server that is started meanwhile is told.
const PROGRAM: &str = "quintet restore";

/// Most names tried for what was there before.
const MAX_REPLACED: u32 = 100;

/// How a copy is restored.
pub struct Restore<'a> {
    /// The copy.
    pub copy: &'a Path,
    /// The database.
    pub path: &'a Path,
    /// Where its master key is.
    pub masters: Arc<dyn Masters>,
    /// The lowest H of each slot afterwards, in ticks: above all that was issued.
    pub h: i64,
    /// How long another process's transaction is waited for.
    pub busy_timeout: Duration,
    /// Told how far it is.
    pub progress: Progress,
}

/// What a restore came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Subscribers in the copy.
    pub subscribers: u64,
    /// The schema version of the copy; it has that of this program now.
    pub schema: i32,
    /// Where the database is that was there before.
    pub replaced: Option<PathBuf>,
    /// Whether that one's bounds and DIFs could be taken over; it was damaged otherwise.
    pub taken_over: bool,
}

/// Why a copy was not restored. The database is what it was, unless the text says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The copy, or the database, cannot be used.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database is being served, or the lock cannot be had.
    #[error(transparent)]
    Served(#[from] LockError),
}

/// Takes every slot of a database, so that no server runs on it or starts.
fn take_all_slots(path: &Path) -> Result<Vec<ServingLock>, LockError> {
    let slots = (0..=u8::MAX).map_while(Slot::new);
    slots.map(|slot| ServingLock::take(path, slot, PROGRAM)).collect()
}

/// Fences a database whose file was put in place by other means: see [`quintet_store::Command::Fence`].
///
/// # Errors
/// [`RestoreError`]; nothing has changed then.
pub fn fence(
    path: &Path,
    masters: Arc<dyn Masters>,
    h: i64,
    busy_timeout: Duration,
) -> Result<(), RestoreError> {
    must_exist(path)?;
    let _slots = take_all_slots(path)?;
    let mode = Mode {
        masters,
        progress: Arc::new(|_, _, _| {}),
        create: false,
        migrate: true,
        busy_timeout,
        commits: Arc::default(),
    };
    let database = Database::open(path, &mode)?;
    fenced(&database.connection, None, h).map_err(|failure| OpenError::of(path, failure))?;
    Ok(())
}

impl Restore<'_> {
    /// Puts the copy in place.
    ///
    /// # Errors
    /// [`RestoreError`].
    pub fn run(&self) -> Result<Restored, RestoreError> {
        let (copy, schema) = open_to_look(self.copy, self.busy_timeout)?;
        check(self.copy, &copy)?;
        create_directory(self.path)?;
        let _slots = take_all_slots(self.path)?;
        let replaced = self.replaced()?;
        let making = beside(self.path, ".restoring");
        for suffix in ["", "-journal", "-wal", "-shm"] {
            // Left by an attempt that was killed; all slots are ours, so nobody is working on it.
            let _ = std::fs::remove_file(beside(&making, suffix));
        }
        let made = Copy::of(&copy, making, Pace::Full, &self.progress, WHAT)?;
        drop(copy);
        let mode = Mode {
            masters: self.masters.clone(),
            progress: self.progress.clone(),
            create: false,
            migrate: true,
            busy_timeout: self.busy_timeout,
            commits: Arc::default(),
        };
        let database = Database::open(made.path(), &mode)?;
        let former = replaced.as_ref().and_then(|there| there.connection.as_ref());
        let fault = |failure| OpenError::of(made.path(), failure);
        let taken_over = fenced(&database.connection, former, self.h).map_err(fault)?;
        let count = "SELECT count(*) FROM subscriber";
        let subscribers: i64 = database
            .connection
            .query_row(count, [], |row| row.get(0))
            .map_err(|error| fault(error.into()))?;
        // The last connection brings the log into the file.
        drop(database);
        let replaced = replaced.map(|there| there.put_aside(self.path)).transpose()?;
        made.name(self.path)?;
        Ok(Restored {
            subscribers: subscribers as u64,
            schema,
            replaced,
            taken_over,
        })
    }

    /// What is at the path, and nobody else's from now on; `None` if nothing is.
    fn replaced(&self) -> Result<Option<Replaced>, OpenError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(self.path, flags).and_then(|connection| {
            connection.busy_timeout(self.busy_timeout)?;
            connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
            // With it come the locks that keep others out until this connection ends.
            connection.execute_batch("BEGIN EXCLUSIVE; SELECT count(*) FROM sqlite_schema; COMMIT")?;
            Ok(connection)
        });
        match opened {
            Ok(connection) => Ok(Some(Replaced {
                connection: Some(connection),
            })),
            Err(error) if is_damaged(&error) => Ok(Some(Replaced { connection: None })),
            Err(error) => Err(OpenError::Fault(explain(self.path, &error))),
        }
    }
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SystemIoFailure};
    matches!(
        error.sqlite_error_code(),
        Some(DatabaseCorrupt | NotADatabase | SystemIoFailure)
    )
}

/// What is at the path.
struct Replaced {
    /// It can be read.
    connection: Option<Connection>,
}

impl Replaced {
    /// Gives it another name, with its log if it has one.
    fn put_aside(self, path: &Path) -> Result<PathBuf, OpenError> {
        drop(self.connection);
        let names = (1..=MAX_REPLACED).map(|n| match n {
            1 => beside(path, ".before-restore"),
            n => beside(path, &format!(".before-restore-{n}")),
        });
        let name = names.into_iter().find(|name| !name.exists()).ok_or_else(|| {
            let first = beside(path, ".before-restore");
            OpenError::Fault(format!(
                "{} and {MAX_REPLACED} like it are there: remove what is not needed",
                first.display()
            ))
        })?;
        for suffix in ["", "-wal"] {
            let from = beside(path, suffix);
            if !from.exists() {
                continue;
            }
            std::fs::rename(&from, beside(&name, suffix)).map_err(|error| {
                OpenError::Fault(format!("{} cannot be renamed: {error}", from.display()))
            })?;
        }
        // It is made anew from the log.
        let _ = std::fs::remove_file(beside(path, "-shm"));
        sync_directory(path)
            .map_err(|error| OpenError::Fault(format!("{} cannot be renamed: {error}", path.display())))?;
        Ok(name)
    }
}

/// Takes over what `former` knows and sets the fence, in one transaction. Answers whether there was nothing that could not be
/// read.
fn fenced(connection: &Connection, former: Option<&Connection>, h: i64) -> Result<bool, Failure> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut whole = former.is_some();
    if let Some(former) = former {
        connection.execute_batch("SAVEPOINT former")?;
        match take_over(connection, former) {
            Ok(()) => connection.execute_batch("RELEASE former")?,
            Err(error) => {
                tracing::warn!(%error, "the replaced database cannot be read: its bounds and DIFs are not taken over");
                connection.execute_batch("ROLLBACK TO former; RELEASE former")?;
                whole = false;
            }
        }
    }
    slot::fence(connection, h)?;
    connection.execute_batch("COMMIT")?;
    Ok(whole)
}

/// Bounds and DIFs where they are higher. A DIF of another USIM may be among them: then it is higher than it had to be.
fn take_over(connection: &Connection, former: &Connection) -> rusqlite::Result<()> {
    let mut raise = connection.prepare(
        "INSERT INTO slot (slot, epoch, h) VALUES (?1, ?2, ?3)
         ON CONFLICT (slot) DO UPDATE SET epoch = max(epoch, excluded.epoch), h = max(h, excluded.h)",
    )?;
    let mut slots = former.prepare("SELECT slot, epoch, h FROM slot")?;
    let mut rows = slots.query([])?;
    while let Some(row) = rows.next()? {
        raise.execute(params![
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, i64>(2)?
        ])?;
    }
    let mut raise =
        connection.prepare("UPDATE subscriber SET dif = ?2 WHERE imsi = ?1 AND (dif IS NULL OR dif < ?2)")?;
    let mut difs = former.prepare("SELECT imsi, dif FROM subscriber WHERE dif IS NOT NULL")?;
    let mut rows = difs.query([])?;
    while let Some(row) = rows.next()? {
        raise.execute(params![row.get::<_, i64>(0)?, row.get::<_, i64>(1)?])?;
    }
    Ok(())
}
