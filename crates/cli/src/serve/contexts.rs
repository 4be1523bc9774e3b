//! The file in which an MME, AMF or CSCF keeps what it knows of its UEs over a restart.

use crate::config::Keys;
use crate::database;
use anyhow::{Context, Result};
use quintet_procedure::node::Save;
use quintet_store_sqlite::{ContextStore, Opened, Owner};
use std::path::Path;
use std::rc::Rc;

/// What a crash means where nothing waits for a write.
pub(super) const AUTHENTICATED_ANEW: &str = "after a crash: UEs are authenticated anew";

/// Which file.
pub(super) struct File<'a> {
    /// The key of the configuration that names it.
    pub(super) key: &'static str,
    /// As configured.
    pub(super) path: Option<&'a Path>,
    /// Its name in the platform's data directory otherwise.
    pub(super) default: &'static str,
    /// Whose contexts it holds.
    pub(super) owner: Owner,
    /// What a crash means for them.
    pub(super) after_crash: &'static str,
    /// Under which keys it is sealed.
    pub(super) keys: &'a Keys,
}

/// Opens it and takes back what is in it, a record at a time; `restore` is told whether the stop before was clean.
pub(super) fn open(
    file: &File<'_>,
    mut restore: impl FnMut(u32, &[u8], bool) -> Result<(), String>,
) -> Result<ContextStore> {
    let path = match file.path {
        Some(path) => path.to_owned(),
        None => database::default_path()?.with_file_name(file.default),
    };
    let Opened {
        store,
        clean,
        records,
    } = ContextStore::open_for(&path, file.owner, &file.keys.masters(&path)).with_context(|| file.key)?;
    let (mut restored, mut refused, mut first) = (0usize, 0usize, None);
    for (key, record) in records {
        match restore(key, &record, clean) {
            Ok(()) => restored += 1,
            Err(why) => {
                refused += 1;
                first.get_or_insert(why);
                store.delete(key);
            }
        }
    }
    // One line, however many there are: after another identity of the node it is all of them.
    if let Some(why) = first {
        tracing::warn!(
            contexts = refused,
            why,
            "contexts are of no use any more: their UEs will begin anew"
        );
    }
    let how = if clean {
        "after a clean stop"
    } else {
        file.after_crash
    };
    tracing::info!(database = %path.display(), contexts = restored, how, "contexts: open");
    Ok(store)
}

/// Writes every context as it is at last.
pub(super) fn close(contexts: Option<Rc<ContextStore>>, last: Vec<Save>) {
    let Some(contexts) = contexts.and_then(Rc::into_inner) else {
        return;
    };
    let records = last.into_iter().filter_map(|save| match save {
        Save::Put { key, record } => Some((key, record)),
        Save::Delete { .. } => None,
    });
    if let Err(error) = contexts.close(records) {
        tracing::error!(%error, "the last contexts are not written: UEs will be authenticated anew");
    }
}
