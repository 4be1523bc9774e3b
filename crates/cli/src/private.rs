//! Files for their owner alone, and memory for this process alone: keys stand in them, or what keys opened.

use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
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

/// A crash leaves no core dump, and other processes of this user cannot read this one's memory: keys stand in it. What the
/// system refuses is said, and keeps nobody from serving: a sandbox may have seen to it before.
pub(crate) fn keep_memory() {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let limited = match getrlimit(Resource::Core) {
        Rlimit { maximum: Some(0), .. } => Ok(()),
        _ => setrlimit(Resource::Core, none),
    };
    // What pipes core dumps to a program asks for no limit: this it asks.
    let kept = limited.and_then(|()| set_dumpable_behavior(DumpableBehavior::NotDumpable));
    if let Err(error) = kept {
        tracing::warn!(%error, "a crash may leave a core dump, with keys in it");
    }
}
