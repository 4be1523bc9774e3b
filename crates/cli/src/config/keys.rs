//! `[keys]`: where the master key of databases and sealed files is.

use crate::keys::{Source, Sources};
use quintet_vault::Masters;
use serde::Deserialize;
use std::path::Path;
use std::sync::Arc;

/// Keys at rest.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Keys {
    /// Where the master key is. Absent: `master.key` in the user's configuration directory, made at first use.
    pub(crate) master: Option<Source>,
    /// Master keys under which something may still be sealed.
    pub(crate) former: Vec<Source>,
    /// Whether a crash may leave a core dump, and other processes of the user may read this one's memory.
    pub(crate) allow_core_dumps: bool,
}

impl Keys {
    /// The master keys.
    pub(crate) fn sources(&self) -> Sources {
        Sources::new(self.master.clone(), self.former.clone())
    }

    /// The same, for a database.
    pub(crate) fn masters(&self, database: &Path) -> Arc<dyn Masters> {
        self.sources().for_database(database)
    }
}
