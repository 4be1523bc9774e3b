//! Files for their owner alone: keys stand in them, or what keys opened.

use std::fs::File;
use std::io;
use std::path::Path;

/// A new or emptied file that its owner alone may read. One that was there keeps the permissions it had.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
