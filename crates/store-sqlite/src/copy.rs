//! A file of a database's own, whole or not at all: pages copied out of one snapshot, checked, brought to the disk, named last.

use crate::database::OpenError;
use crate::fault::explain;
use quintet_store_rows::Progress;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Pages of one step: 4 MiB, some milliseconds.
const PAGES_PER_STEP: i32 = 1024;

/// Whether others want the disk meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// A server runs: after each step a pause as long as the step.
    Considerate,
    /// Nobody waits.
    Full,
}

/// A file in the making; it is gone if it is dropped before it has its name.
pub(crate) struct Copy {
    path: PathBuf,
    named: bool,
}

/// A file beside another one.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

impl Copy {
    /// Copies the snapshot that `source` reads from now on into a new file at `path`, which is its owner's alone.
    ///
    /// # Errors
    /// [`OpenError::Fault`], with the file and what to do.
    pub(crate) fn of(
        source: &Connection,
        path: PathBuf,
        pace: Pace,
        progress: &Progress,
        what: &'static str,
    ) -> Result<Self, OpenError> {
        let cannot = |error: std::io::Error| {
            let file = path.display();
            OpenError::Fault(format!(
                "{file} cannot be made: {error}; choose another place, or remove what is there if nobody is working on it"
            ))
        };
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(cannot)?;
        let copy = Self { path, named: false };
        let fault = |error: rusqlite::Error| OpenError::Fault(explain(&copy.path, &error));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut target = Connection::open_with_flags(&copy.path, flags).map_err(fault)?;
        // It is brought to the disk once, at the end.
        target.pragma_update(None, "synchronous", "OFF").map_err(fault)?;
        // A snapshot that is held: else every write of a server would have the copy begin anew.
        source
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
            .map_err(fault)?;
        let copied = pages(source, &mut target, pace, progress, what);
        source.execute_batch("COMMIT").map_err(fault)?;
        copied.map_err(fault)?;
        // One file, without a log beside it.
        let mode: String = target
            .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
            .map_err(fault)?;
        drop(target);
        if mode == "delete" {
            Ok(copy)
        } else {
            Err(OpenError::Fault(format!(
                "{} stays in journal mode {mode}",
                copy.path.display()
            )))
        }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it to the disk and names it; what has that name already stays.
    ///
    /// # Errors
    /// [`OpenError::Fault`].
    pub(crate) fn name(mut self, path: &Path) -> Result<(), OpenError> {
        let cannot = |error: std::io::Error| {
            OpenError::Fault(format!("{} cannot be written: {error}", path.display()))
        };
        let synced = File::open(&self.path).and_then(|file| file.sync_all());
        synced.map_err(cannot)?;
        std::fs::hard_link(&self.path, path).map_err(cannot)?;
        std::fs::remove_file(&self.path).map_err(cannot)?;
        self.named = true;
        sync_directory(path).map_err(cannot)
    }
}

/// Brings the names in a file's directory to the disk.
pub(crate) fn sync_directory(path: &Path) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new("."))).and_then(|directory| directory.sync_all())
}

impl Drop for Copy {
    fn drop(&mut self) {
        if !self.named {
            for suffix in ["", "-journal", "-wal", "-shm"] {
                // What is not there need not go; what cannot go is found by the next attempt.
                let _ = std::fs::remove_file(beside(&self.path, suffix));
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a step is timed, and the disk left to others as long"
)]
fn pages(
    source: &Connection,
    target: &mut Connection,
    pace: Pace,
    progress: &Progress,
    what: &'static str,
) -> rusqlite::Result<()> {
    let backup = Backup::new(source, target)?;
    loop {
        let began = Instant::now();
        let step = backup.step(PAGES_PER_STEP)?;
        let pages = backup.progress();
        let (total, left) = (pages.pagecount.max(0) as u64, pages.remaining.max(0) as u64);
        progress(what, total - left.min(total), total);
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More if pace == Pace::Full => {}
            // Nobody else has the file that is made, and the snapshot is ours: it is busy at most for a moment.
            _ => std::thread::sleep(began.elapsed().max(Duration::from_millis(1))),
        }
    }
}

/// That every page and index of a database is whole.
///
/// # Errors
/// [`OpenError::Fault`] with the first thing that is not.
pub(crate) fn check(path: &Path, connection: &Connection) -> Result<(), OpenError> {
    let fault = |error: rusqlite::Error| OpenError::Fault(explain(path, &error));
    let said: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(fault)?;
    if said == "ok" {
        return Ok(());
    }
    Err(OpenError::Fault(format!(
        "the database {} is damaged ({said}); take another copy",
        path.display()
    )))
}
