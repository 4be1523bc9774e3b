//! Records that a node keeps over its restarts: a number and sealed octets each, in a file of their own. MME, AMF, P-CSCF and S-CSCF
//! use the same store; the file knows whose it is ([`Owner`]).
//!
//! ```text
//!  put, delete ──► queue ──► thread ── BEGIN … COMMIT (one for all that wait)
//!  close(records) ──► all of it, the mark "closed cleanly", COMMIT
//!  open ──► was it closed cleanly? ── the mark goes (COMMIT), and only then records are given
//! ```
//!
//! Who does not wait for a write may lose the last ones in a crash, and learns by [`Opened::clean`] whether that may be. Who
//! must not, asks [`ContextStore::written`] how many of its changes are durable, woken by [`ContextStore::wake`]. A write that fails is kept and tried again; each record stands in the queue once at most.

mod opening;
mod queue;
mod records;
mod writer;

use crate::database::OpenError;
use queue::{Change, Shared};
use quintet_vault::Masters;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use writer::Writer;
use zeroize::Zeroizing;

/// Whose records a file holds: kept in its `user_version`, so that a node does not take another's for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An MME.
    Mme = 0,
    /// An AMF.
    Amf = 1,
    /// A P-CSCF.
    Pcscf = 2,
    /// An S-CSCF.
    Scscf = 3,
}

impl Owner {
    fn of(user_version: i32) -> Option<Self> {
        [Self::Mme, Self::Amf, Self::Pcscf, Self::Scscf]
            .into_iter()
            .find(|owner| *owner as i32 == user_version)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mme => "an MME",
            Self::Amf => "an AMF",
            Self::Pcscf => "a P-CSCF",
            Self::Scscf => "an S-CSCF",
        }
    }
}

/// The records of one node. Dropped without [`close`](Self::close) it writes what waits, but not the mark.
pub struct ContextStore {
    path: PathBuf,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Writer>>,
}

/// What [`ContextStore::open`] found.
pub struct Opened {
    /// The store, ready for changes.
    pub store: ContextStore,
    /// Whether the last user closed it: else what it wrote last may be missing.
    pub clean: bool,
    /// The records, in the order of their numbers.
    pub records: Records,
}

/// Records by number.
type Records = Vec<(u32, Zeroizing<Vec<u8>>)>;

impl ContextStore {
    /// Opens or makes the file of an MME. One process has it at a time.
    ///
    /// # Errors
    /// [`OpenError`], in words that name the file and what to do.
    pub fn open(path: &Path, masters: &Arc<dyn Masters>) -> Result<Opened, OpenError> {
        Self::open_for(path, Owner::Mme, masters)
    }

    /// This record is now so.
    pub fn put(&self, key: u32, record: Zeroizing<Vec<u8>>) {
        self.change(key, Some(record));
    }

    /// There is no such record any more.
    pub fn delete(&self, key: u32) {
        self.change(key, None);
    }

    fn change(&self, key: u32, change: Change) {
        let mut queue = self.shared.lock();
        let idle = queue.changes.is_empty();
        queue.submit(key, change);
        drop(queue);
        if idle {
            self.shared.filled.notify_one();
        }
    }

    /// How many changes were handed over since the file was opened.
    #[must_use]
    pub fn submitted(&self) -> u64 {
        self.shared.lock().submitted
    }

    /// How many changes, from the first since the file was opened, are durable.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.shared.lock().written
    }

    /// Has `waker` called, on the store's thread, whenever more is written.
    pub fn wake(&self, waker: impl Fn() + Send + 'static) {
        self.shared.lock().waker = Some(Box::new(waker));
    }

    /// Why writing fails at present; it is tried again until it succeeds.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.shared.lock().fault.clone()
    }

    /// Records that wait to be written.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.shared.lock().changes.len()
    }

    /// Writes what waits, then `records` as they are at last, then the mark that nothing is missing.
    ///
    /// # Errors
    /// In words that name the file; the mark is not set then.
    pub fn close(
        mut self,
        records: impl Iterator<Item = (u32, Zeroizing<Vec<u8>>)>,
    ) -> Result<(), OpenError> {
        let Some(mut writer) = self.stop() else {
            return Err(OpenError::Fault(
                "the thread of the contexts ended by itself".to_owned(),
            ));
        };
        if let Some(said) = self.shared.lock().fault.take() {
            return Err(OpenError::Fault(said));
        }
        writer
            .close(records)
            .map_err(|failure| OpenError::of(&self.path, failure))
    }

    fn stop(&mut self) -> Option<Writer> {
        let thread = self.thread.take()?;
        self.shared.lock().closing = true;
        self.shared.filled.notify_one();
        thread.join().ok()
    }
}

impl Drop for ContextStore {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests;
