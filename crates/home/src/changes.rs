//! What provisioning changed: how far it is known, and the reading of it.
//!
//! ```text
//!   ask ─► Changes ─► the node follows each one up ─► followed ─► … the last one: ask again, if there was a hint
//!                └─ failed: again after a pause
//! ```

use crate::event::FrontEvent;
use crate::front::{FrontEnd, Purpose, StoreReply};
use core::time::Duration;
use quintet_store::{Changed, Command, Reply, Revision};

/// Changes read at once: each leads to two reads and perhaps to a request.
pub const CHANGES_AT_ONCE: usize = 1024;

/// How long to wait after a failed read.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How far the changes are followed.
#[derive(Debug, Default)]
pub struct ChangeFeed {
    /// Known up to here; `None` before the preload.
    revision: Option<Revision>,
    /// A read is under way.
    asking: bool,
    /// There was a hint meanwhile.
    again: bool,
    /// Changes of the last read that are not followed up yet, nor kept for later.
    open: usize,
    /// When to try again.
    pub(crate) retry_at: Option<Duration>,
}

impl ChangeFeed {
    /// Begins at a revision.
    pub(crate) fn begin(&mut self, revision: Revision) {
        self.revision = Some(revision);
    }
}

impl<J, P, E: From<FrontEvent>> FrontEnd<J, P, E> {
    /// Asks what changed, unless that is under way.
    pub fn ask_for_changes(&mut self) {
        let Some(since) = self.changes.revision else {
            return;
        };
        if self.changes.asking {
            self.changes.again = true;
            return;
        }
        (self.changes.asking, self.changes.again) = (true, false);
        let command = Command::Changes {
            since,
            limit: CHANGES_AT_ONCE,
        };
        self.desk.submit(command, Purpose::Changes);
    }

    /// The changes of a read, each to be followed up, and [`FrontEnd::change_followed`] to be told of each. None: there
    /// are none, or the read failed and is tried again.
    pub fn changed(&mut self, now: Duration, reply: StoreReply) -> Vec<Changed> {
        match reply {
            Ok(Reply::Changes { revision, changes }) => {
                self.changes.revision = Some(revision);
                self.changes.again |= changes.len() >= CHANGES_AT_ONCE;
                self.changes.open = changes.len();
                if changes.is_empty() {
                    self.change_followed(0);
                }
                return changes;
            }
            Ok(_) => self.changes.asking = false,
            Err(error) => {
                self.events.report(FrontEvent::StoreFailed {
                    what: "changes",
                    error,
                });
                self.changes.asking = false;
                self.changes.retry_at = Some(now + RETRY_AFTER);
            }
        }
        Vec::new()
    }

    /// So many changes are followed up; after the last one the next are asked for.
    pub fn change_followed(&mut self, count: usize) {
        self.changes.open = self.changes.open.saturating_sub(count);
        if self.changes.open == 0 {
            self.changes.asking = false;
            if self.changes.again {
                self.ask_for_changes();
            }
        }
    }

    pub(crate) fn changes_timeout(&mut self, now: Duration) {
        if self.changes.retry_at.is_some_and(|at| at <= now) {
            self.changes.retry_at = None;
            self.ask_for_changes();
        }
    }
}
