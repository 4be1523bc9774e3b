//! What is read is not written: a capture, a file of keys or a database that a report replaced would be gone for good.

use anyhow::{Result, bail};
use std::path::Path;

/// Looks that no file is written that is read, and none is written twice. `-` among those read is standard input.
///
/// # Errors
/// The first that is; the message names it.
pub(crate) fn check(read: &[&Path], written: &[&Path]) -> Result<()> {
    for (n, file) in written.iter().enumerate() {
        if let Some(read) = read.iter().find(|read| is_same(source(read), file)) {
            bail!(
                "{} is read and cannot be written too: choose another name",
                read.display()
            );
        }
        if written[..n]
            .iter()
            .any(|other| other == file || is_same(other, file))
        {
            bail!(
                "{} cannot be written twice: choose another name for one",
                file.display()
            );
        }
    }
    Ok(())
}

/// A redirected file is one that is read, too.
fn source(read: &Path) -> &Path {
    if cfg!(unix) && read.as_os_str() == "-" {
        Path::new("/dev/stdin")
    } else {
        read
    }
}

/// Whether two names are of one regular file.
#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        metadata.is_file().then(|| (metadata.dev(), metadata.ino()))
    };
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

/// Whether two names are of one regular file.
#[cfg(not(unix))]
fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok().filter(|path| path.is_file());
    whole(one).is_some_and(|one| Some(one) == whole(other))
}
