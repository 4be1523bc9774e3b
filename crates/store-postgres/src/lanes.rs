//! From the caller's thread to ours: bounded lanes of commands. Replies come back through an
//! [`Outbox`](quintet_store_rows::Outbox). A lane of the SQLite store wakes a thread; this one wakes tasks.

use quintet_store::Command;
use quintet_store_rows::Caller;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A command and who waits for it.
pub(crate) type Job = (Caller, Command);

/// A queue of commands for one task, or several that do the same.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    state: Mutex<LaneState>,
    filled: Notify,
}

#[derive(Debug, Default)]
struct LaneState {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// A lock that outlives a panic of its holder: the state is whole at every point where a panic could be.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Appends a command, unless `limit` wait already or the lane is closed: then it comes back.
    pub(crate) fn push(&self, job: Job, limit: usize) -> Result<(), Job> {
        let mut state = lock(&self.state);
        if state.closed || state.jobs.len() >= limit {
            return Err(job);
        }
        state.jobs.push_back(job);
        let first = state.jobs.len() == 1;
        drop(state);
        if first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes up to `limit` commands; waits for the first one. Nothing if the lane is closed and empty.
    pub(crate) async fn take(&self, limit: usize) -> Option<Vec<Job>> {
        loop {
            {
                let mut state = lock(&self.state);
                if !state.jobs.is_empty() {
                    let count = state.jobs.len().min(limit);
                    let jobs = state.jobs.drain(..count).collect();
                    if !state.jobs.is_empty() || state.closed {
                        self.filled.notify_one();
                    }
                    return Some(jobs);
                }
                if state.closed {
                    // The next task of this lane wants to know as well.
                    self.filled.notify_one();
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        lock(&self.state).jobs.len()
    }

    /// No more commands; those that wait are still done.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_one();
    }
}
