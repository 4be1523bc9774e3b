//! One connection to the file: opened, checked, configured, and watched for the file being taken away.

use crate::fault::{Failure, explain, sealed};
use crate::schema::{self, Kind, SCHEMA_VERSION};
use crate::scrub;
use crate::sealing::Keys;
use quintet_store_rows::{Commits, KeyPurpose, Progress};
use quintet_vault::{Masters, NoMaster};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Prepared statements kept per connection: more than there are in this crate.
const STATEMENT_CACHE: usize = 64;

/// Page cache of a reader in KiB: the inner pages of a million rows, and some leaves.
const PAGE_CACHE_KIB: i64 = 8 * 1024;

/// What a WAL is truncated to when it starts anew, in octets: four times what a checkpoint lets gather.
const WAL_LIMIT_OCTETS: i64 = 64 << 20;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no file, and none was to be made.
    #[error("there is no database {0}; check the path, or make one with `quintet subscriber add --db {0} …`")]
    Missing(PathBuf),
    /// A database of another program.
    #[error("the file {0} is not a Quintet database; choose another file")]
    NotQuintet(PathBuf),
    /// Made by a later version of this program.
    #[error(
        "the database {path} has schema version {found}, this program knows up to {SCHEMA_VERSION}: it was written by \
         a newer Quintet; run that one"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// The file is gone, or is another one than before.
    #[error(
        "the database {0} was removed or replaced while it was in use; put the file back, or restart on the new one"
    )]
    Replaced(PathBuf),
    /// The master key that opens it is not there.
    #[error("{}", sealed(path, why))]
    NoMaster {
        /// The file.
        path: PathBuf,
        /// Where it was looked for, and what to do.
        why: NoMaster,
    },
    /// SQLite, or the operating system, says no; the text names the file and what to do.
    #[error("{0}")]
    Fault(String),
}

/// Looks whether there is a file, and says what keeps this user from looking.
pub(crate) fn must_exist(path: &Path) -> Result<(), OpenError> {
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::Missing(path.to_owned())),
        Err(why) => Err(OpenError::Fault(format!(
            "the database {} cannot be looked for: {why}; correct the permissions of its directories (`namei -l`), or run \
             this as the user whose it is",
            path.display()
        ))),
    }
}

impl OpenError {
    /// What a failure while opening is.
    pub(crate) fn of(path: &Path, failure: Failure) -> Self {
        match failure {
            Failure::NoMaster(why) => Self::NoMaster {
                path: path.to_owned(),
                why,
            },
            Failure::Answer(error) => Self::Fault(error.to_string()),
            failure => Self::Fault(failure.reply(path).to_string()),
        }
    }
}

/// How to open.
#[derive(Clone)]
pub(crate) struct Mode {
    /// Where the master key is.
    pub(crate) masters: Arc<dyn Masters>,
    /// Who is told of a long migration.
    pub(crate) progress: Progress,
    /// Make the file, and its directory, if they are not there.
    pub(crate) create: bool,
    /// Bring an older schema up to date.
    pub(crate) migrate: bool,
    /// How long to wait for another process' transaction.
    pub(crate) busy_timeout: Duration,
    /// Where it is counted what does not open.
    pub(crate) commits: Arc<Commits>,
}

/// Which file a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }
}

/// An open connection.
#[derive(Debug)]
pub(crate) struct Database {
    pub(crate) connection: Connection,
    pub(crate) keys: Keys,
    path: PathBuf,
    wal_path: PathBuf,
    file: Option<Identity>,
    wal: Option<Identity>,
}

impl Database {
    pub(crate) fn open(path: &Path, mode: &Mode) -> Result<Self, OpenError> {
        if mode.create {
            create(path)?;
        } else {
            must_exist(path)?;
        }
        let fault = |error: rusqlite::Error| OpenError::Fault(explain(path, &error));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        connection.busy_timeout(mode.busy_timeout).map_err(fault)?;
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        // Else SQLite looks at the values bound, for the sake of the partial indices, and prepares each statement anew.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(fault)?;
        match schema::kind(&connection).map_err(fault)? {
            Kind::Foreign => return Err(OpenError::NotQuintet(path.to_owned())),
            Kind::Quintet(found) if found > SCHEMA_VERSION => {
                return Err(OpenError::Newer {
                    path: path.to_owned(),
                    found,
                });
            }
            Kind::Quintet(SCHEMA_VERSION) => configure(&connection).map_err(fault)?,
            Kind::Empty if !mode.create => return Err(OpenError::NotQuintet(path.to_owned())),
            Kind::Empty | Kind::Quintet(_) if mode.migrate => {
                configure(&connection).map_err(fault)?;
                schema::migrate(&mut connection, mode).map_err(|failure| OpenError::of(path, failure))?;
            }
            Kind::Empty | Kind::Quintet(_) => return Err(OpenError::Replaced(path.to_owned())),
        }
        // The first read of a table makes the WAL and its index, and finds a damaged schema.
        connection
            .query_row("SELECT revision FROM state", [], |_| Ok(()))
            .map_err(fault)?;
        if mode.migrate && scrub::is_owed(&connection).map_err(fault)? {
            remove_traces(path, &connection, &mode.progress);
        }
        let keys = Keys::load(KeyPurpose::Subscribers, &connection, &mode.masters)
            .map_err(|fault| OpenError::of(path, fault))?
            .counted_by(&mode.commits);
        let mut wal_path = path.as_os_str().to_owned();
        wal_path.push("-wal");
        let wal_path = PathBuf::from(wal_path);
        let (file, wal) = (Identity::of(path), Identity::of(&wal_path));
        Ok(Self {
            connection,
            keys,
            path: path.to_owned(),
            wal_path,
            file,
            wal,
        })
    }

    /// Sets a pragma of this connection.
    pub(crate) fn tune(&self, pragma: &str, value: i64) -> Result<(), OpenError> {
        let set = self.connection.pragma_update(None, pragma, value);
        set.map_err(|error| OpenError::Fault(explain(&self.path, &error)))
    }

    /// Whether the path still leads to the files that are open here.
    pub(crate) fn is_in_place(&mut self) -> bool {
        let wal = Identity::of(&self.wal_path);
        if self.wal.is_none() {
            self.wal = wal;
        }
        self.file.is_some() && Identity::of(&self.path) == self.file && wal == self.wal
    }

    /// Changes whenever another connection commits.
    pub(crate) fn version(&self) -> rusqlite::Result<i64> {
        self.connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))
    }
}

/// Makes the file for its owner alone, and its directory likewise.
pub(crate) fn create(path: &Path) -> Result<(), OpenError> {
    if path.exists() {
        return Ok(());
    }
    create_directory(path)?;
    // Another process may be faster: then the file is there.
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| not_created(path, &error))?;
    Ok(())
}

fn not_created(what: &Path, error: &std::io::Error) -> OpenError {
    OpenError::Fault(format!(
        "{} cannot be created: {error}; choose another place",
        what.display()
    ))
}

/// Makes the directory of a file for its owner alone, if it is not there.
pub(crate) fn create_directory(path: &Path) -> Result<(), OpenError> {
    if let Some(directory) = path
        .parent()
        .filter(|directory| !directory.as_os_str().is_empty())
    {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| not_created(directory, &error))?;
    }
    Ok(())
}

/// Takes what was in the clear out of a file that was sealed since. What cannot be done now is tried again at the next
/// opening, and keeps nobody from working.
pub(crate) fn remove_traces(path: &Path, connection: &Connection, progress: &Progress) {
    progress("removing what was in the clear", 0, 1);
    match scrub::pay(connection) {
        Ok(true) => progress("removing what was in the clear", 1, 1),
        Ok(false) => tracing::warn!(
            database = %path.display(),
            "another process has the database open: octets of keys that were in the clear before may still be in it; they \
             are removed when it is next opened alone"
        ),
        Err(error) => tracing::warn!(
            error = %explain(path, &error),
            "octets of keys that were in the clear before may still be in the database; it is tried again when it is \
             next opened"
        ),
    }
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Keys of removed subscribers are overwritten where that costs no further page.
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -PAGE_CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", WAL_LIMIT_OCTETS)?;
    Ok(())
}
