//! What the MME wants kept durably: the contexts of its UEs, in the order of their changes.
//!
//! A context is written after it changed, in batches; nothing waits for it. What a crash loses is bounded by what
//! `emm::network`'s encoding says of COUNTs: a downlink COUNT is never used again, and a context that is read back after an
//! unclean stop is authenticated anew before it is used.

use crate::table::Table;
use quintet_emm::network::durable::{self, Counts};
use quintet_emm::network::{Context, ContextId, Contexts as _};
use std::collections::{HashSet, VecDeque};
use zeroize::Zeroizing;

/// One change.
#[derive(Debug, PartialEq, Eq)]
pub enum Save {
    /// The record of this key is now this. It holds keys: whoever stores it protects it.
    Put {
        /// The key.
        key: u32,
        /// The record.
        record: Zeroizing<Vec<u8>>,
    },
    /// There is no record of this key any more.
    Delete {
        /// The key.
        key: u32,
    },
}

/// Contexts to be written, each once however often it changed.
#[derive(Debug, Default)]
pub(crate) struct Saves {
    order: VecDeque<ContextId>,
    waiting: HashSet<ContextId>,
}

impl Saves {
    /// A context changed or went.
    pub(crate) fn note(&mut self, id: ContextId) {
        if self.waiting.insert(id) {
            self.order.push_back(id);
        }
    }

    /// The next change, as the table has it now.
    pub(crate) fn next(&mut self, table: &Table) -> Option<Save> {
        let id = self.order.pop_front()?;
        self.waiting.remove(&id);
        Some(match table.get(id) {
            Some(context) => put(id, context, Counts::Reserved),
            None => Save::Delete { key: id.0 },
        })
    }
}

/// The record of a context.
pub(crate) fn put(id: ContextId, context: &Context, counts: Counts) -> Save {
    Save::Put {
        key: id.0,
        record: durable::encode(context, counts),
    }
}
