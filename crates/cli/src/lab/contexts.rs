//! What becomes of the contexts of an MME or AMF that stops.

use anyhow::{Context, Result};
use quintet_sim::lte::Restart;
use quintet_store_sqlite::ContextStore;
use std::io::ErrorKind;
use std::path::Path;
use zeroize::Zeroizing;

/// Closes a store as a node does that stops in this way; `last` are its contexts in the end.
///
/// # Errors
/// If they cannot be written, or removed.
pub(super) fn stop(
    store: ContextStore,
    last: impl Iterator<Item = (u32, Zeroizing<Vec<u8>>)>,
    how: Restart,
    path: &Path,
) -> Result<()> {
    match how {
        Restart::Clean => store.close(last)?,
        Restart::Killed => drop(store),
        Restart::Forgetful => {
            drop(store);
            for suffix in ["", "-wal", "-shm"] {
                let mut file = path.as_os_str().to_owned();
                file.push(suffix);
                match std::fs::remove_file(&file) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        return Err(error).context("the contexts cannot be removed");
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(())
}
