//! One server for each slot of a database: an advisory lock of the operating system, which ends with the process
//! however it ends.

use quintet_subscriber::auc::Slot;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Octets of a lock file that are read: a process number and the name of a program.
const MAX_HOLDER_OCTETS: u64 = 200;

/// Why a slot cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another server serves it.
    #[error(
        "slot {slot} of the database {path} is in use by {holder}; stop it, choose another --slot or another database"
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The slot.
        slot: u8,
        /// "process 123 (quintet serve)".
        holder: String,
    },
    /// The lock file cannot be made or locked.
    #[error(
        "the lock file {path} cannot be locked: {error}; check that this user may write its directory and that its file \
         system is not read-only"
    )]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct ServingLock {
    _file: File,
}

impl ServingLock {
    /// Locks `<database>.slotN.lock`; `program` is what a second server is told of this one.
    pub(crate) fn take(database: &Path, slot: Slot, program: &str) -> Result<Self, LockError> {
        // Two paths to one database are one lock.
        let real = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
        let mut name = real.as_os_str().to_owned();
        name.push(format!(".slot{}.lock", slot.value()));
        let path = PathBuf::from(name);
        let fault = |error| LockError::Io {
            path: path.clone(),
            error,
        };
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let mut file = options.open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = holder(&mut file).unwrap_or_else(|| "another process".to_owned());
                return Err(LockError::InUse {
                    path: database.to_owned(),
                    slot: slot.value(),
                    holder,
                });
            }
            Err(TryLockError::Error(error)) => return Err(fault(error)),
        }
        let text = format!("{}\n{program}\n", std::process::id());
        file.set_len(0).and_then(|()| file.rewind()).map_err(fault)?;
        file.write_all(text.as_bytes()).map_err(fault)?;
        Ok(Self { _file: file })
    }
}

/// Who wrote the lock file, if it is written yet.
fn holder(file: &mut File) -> Option<String> {
    let mut text = String::new();
    file.take(MAX_HOLDER_OCTETS).read_to_string(&mut text).ok()?;
    let mut lines = text.lines();
    let process: u32 = lines.next()?.parse().ok()?;
    Some(format!("process {process} ({})", lines.next()?))
}
