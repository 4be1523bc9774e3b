//! What SQLite's errors mean for the person who runs the server, and whether the connection can be used again.

use quintet_store::StoreError;
use quintet_store_rows::KeyFault;
use quintet_vault::NoMaster;
use rusqlite::{ErrorCode, ffi};
use std::path::Path;

/// Why a command or a transaction failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command's own answer.
    Answer(StoreError),
    /// SQLite's error.
    Sqlite(rusqlite::Error),
    /// The master key is not there.
    NoMaster(NoMaster),
    /// The file holds something this program never wrote.
    Content(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Answer(error)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<KeyFault> for Failure {
    fn from(fault: KeyFault) -> Self {
        match fault {
            KeyFault::NoMaster(why) => Self::NoMaster(why),
            KeyFault::Damaged(why) => Self::content("data_key", why),
        }
    }
}

impl Failure {
    /// A value in the file that cannot be.
    pub(crate) fn content(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Content(format!("{what}: {why}"))
    }

    /// The reply.
    pub(crate) fn reply(&self, path: &Path) -> StoreError {
        match self {
            Self::Answer(error) => error.clone(),
            Self::Sqlite(error) => StoreError::Unavailable(explain(path, error)),
            Self::NoMaster(why) => StoreError::Unavailable(sealed(path, why)),
            Self::Content(what) => StoreError::Unavailable(format!(
                "the database {} holds a value that Quintet did not write ({what}); correct it or restore a backup",
                path.display()
            )),
        }
    }

    /// Whether the connection is better replaced by a new one.
    pub(crate) fn spoils_connection(&self) -> bool {
        let Self::Sqlite(error) = self else { return false };
        matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::CannotOpen
                    | ErrorCode::ReadOnly
                    | ErrorCode::FileLockingProtocolFailed
                    | ErrorCode::SchemaChanged
            )
        )
    }
}

/// What a file is without its master key.
pub(crate) fn sealed(path: &Path, why: &NoMaster) -> String {
    format!("the database {} is sealed: {why}", path.display())
}

/// Whether space is missing: for a page, or for the index of the WAL, which SQLite calls a failure of the disk.
fn is_full(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    error.sqlite_error_code() == Some(ErrorCode::DiskFull) || extended == Some(ffi::SQLITE_IOERR_SHMSIZE)
}

/// One sentence or two: what, where, what to do.
pub(crate) fn explain(path: &Path, error: &rusqlite::Error) -> String {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            format!(
                "the database {file} is locked by another process; end that program or its transaction \
                 (find it with `fuser {file}`); the next command tries again"
            )
        }
        _ if is_full(error) => format!(
            "no space is left for the database {file}; free space on its file system; nothing acknowledged is lost, \
             and the next command tries again"
        ),
        Some(
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied,
        ) => {
            format!(
                "the database {file} cannot be written: the file, its directory or its file system is read-only for \
                 this user; correct the permissions (`ls -ld`, `mount`); the next command tries again"
            )
        }
        Some(ErrorCode::DatabaseCorrupt) => format!(
            "the database {file} is damaged ({error}); restore a backup in its place, or rescue what can be read with \
             `sqlite3 {file} .recover`; the next command tries again"
        ),
        Some(ErrorCode::NotADatabase) => format!(
            "the file {file} is not a database, or its first page is damaged; restore a backup or choose another file"
        ),
        Some(ErrorCode::CannotOpen) => format!(
            "the database {file} cannot be opened ({error}); check that the file and its directory exist, that their \
             file system is not read-only, and that this user may read and write both"
        ),
        Some(ErrorCode::SystemIoFailure) => format!(
            "reading or writing the database {file} failed ({error}); check its disk and file system (`dmesg`); the \
             next command tries again"
        ),
        _ => format!("the database {file} failed: {error}"),
    }
}
