//! The file of a CSCF, as what its application keeps its records in.

use quintet_procedure::node::Save;
use quintet_runtime::Records;
use quintet_store_sqlite::ContextStore;
use std::rc::Rc;

/// The file of a CSCF.
pub(crate) struct Kept {
    store: Rc<ContextStore>,
    /// Changes that were made while it was opened: none of the node's.
    before: u64,
}

impl Kept {
    pub(crate) fn new(store: &Rc<ContextStore>) -> Self {
        Self {
            store: Rc::clone(store),
            before: store.submitted(),
        }
    }
}

impl Records for Kept {
    fn keep(&mut self, save: Save) {
        match save {
            Save::Put { key, record } => self.store.put(key, record),
            Save::Delete { key } => self.store.delete(key),
        }
    }

    fn written(&self) -> u64 {
        self.store.written().saturating_sub(self.before)
    }
}
