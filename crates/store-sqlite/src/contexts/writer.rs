//! The thread that writes records.

use super::Owner;
use super::queue::{Shared, Waiting};
use super::records::put;
use crate::fault::Failure;
use crate::sealing::Keys;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;
use zeroize::Zeroizing;

/// Most records of one COMMIT: a commit's cost is spread thin by then, and the queue's lock is held for a moment only.
const MAX_RECORDS_PER_COMMIT: usize = 4096;

/// How long records gather before a COMMIT: a node's contexts change several times within one procedure.
const GATHER: Duration = Duration::from_millis(20);

/// The same where somebody waits for what is written ([`ContextStore::wake`]): what comes while a COMMIT runs gathers by itself.
const GATHER_AWAITED: Duration = Duration::from_millis(1);

/// How long to wait before a failed write is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// The thread that writes.
pub(super) struct Writer {
    pub(super) connection: Connection,
    pub(super) keys: Keys,
    pub(super) owner: Owner,
    pub(super) shared: Arc<Shared>,
    pub(super) path: PathBuf,
}

impl Writer {
    pub(super) fn run(mut self) -> Self {
        while let Some(changes) = self.take() {
            match self.write(&changes) {
                Ok(()) => self.written(),
                Err(failure) => {
                    let said = failure.reply(&self.path).to_string();
                    tracing::error!(error = %said, "contexts are not written; trying again");
                    if self.give_back(changes, said) {
                        break;
                    }
                }
            }
        }
        self
    }

    /// What waits; nothing once the store closes and all is written.
    fn take(&self) -> Option<BTreeMap<u32, Waiting>> {
        let mut queue = self.shared.lock();
        while queue.changes.is_empty() {
            if queue.closing {
                return None;
            }
            queue = self
                .shared
                .filled
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if !queue.closing && queue.changes.len() < MAX_RECORDS_PER_COMMIT {
            let awaited = queue.waker.is_some();
            let gather = if awaited { GATHER_AWAITED } else { GATHER };
            let gathered = self
                .shared
                .filled
                .wait_timeout_while(queue, gather, |q| !q.closing);
            queue = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        let rest = match queue.changes.keys().nth(MAX_RECORDS_PER_COMMIT).copied() {
            Some(key) => queue.changes.split_off(&key),
            None => BTreeMap::new(),
        };
        Some(std::mem::replace(&mut queue.changes, rest))
    }

    /// What was taken is durable, and who waits for that is told.
    fn written(&self) {
        let mut queue = self.shared.lock();
        queue.committed();
        if let Some(waker) = &queue.waker {
            waker();
        }
    }

    /// Puts back what was not written, unless a later word is there; then waits. Answers whether to give up.
    fn give_back(&self, changes: BTreeMap<u32, Waiting>, said: String) -> bool {
        let mut queue = self.shared.lock();
        for (key, taken) in changes {
            let since = taken.since;
            queue.changes.entry(key).or_insert(taken).since = since;
        }
        queue.fault = Some(said);
        let waited = self
            .shared
            .filled
            .wait_timeout_while(queue, RETRY, |q| !q.closing);
        waited.unwrap_or_else(PoisonError::into_inner).0.closing
    }

    /// Writes the last records and the mark.
    pub(super) fn close(
        &mut self,
        records: impl Iterator<Item = (u32, Zeroizing<Vec<u8>>)>,
    ) -> Result<(), Failure> {
        let transaction = self.connection.unchecked_transaction()?;
        for (key, record) in records {
            put(&transaction, &mut self.keys, self.owner, key, &record)?;
        }
        transaction.execute("UPDATE mark SET clean = 1", [])?;
        Ok(transaction.commit()?)
    }

    fn write(&mut self, changes: &BTreeMap<u32, Waiting>) -> Result<(), Failure> {
        let transaction = self.connection.unchecked_transaction()?;
        for (key, Waiting { change, .. }) in changes {
            match change {
                Some(record) => put(&transaction, &mut self.keys, self.owner, *key, record)?,
                None => {
                    transaction
                        .prepare_cached("DELETE FROM record WHERE key = ?1")?
                        .execute([key])?;
                }
            }
        }
        Ok(transaction.commit()?)
    }
}
