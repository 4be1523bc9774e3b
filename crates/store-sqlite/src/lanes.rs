//! From the caller's thread to ours: bounded lanes of jobs. Replies come back through an [`Outbox`](quintet_store_rows::Outbox).

use quintet_store::Command;
use quintet_store_rows::Caller;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One command under way.
#[derive(Debug)]
pub(crate) enum Job {
    /// A command and who waits for it.
    Command(Caller, Command),
    /// Something a test does to the connection.
    #[cfg(test)]
    Test(TestJob),
}

/// A test's access to a lane's connection.
#[cfg(test)]
pub(crate) struct TestJob(pub(crate) Box<dyn FnOnce(&rusqlite::Connection) + Send>);

#[cfg(test)]
impl std::fmt::Debug for TestJob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestJob")
    }
}

/// A queue of jobs for one thread.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    state: Mutex<LaneState>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct LaneState {
    jobs: VecDeque<Job>,
    closed: bool,
    /// Whether the thread sleeps: only then is waking it worth a system call.
    idle: bool,
}

/// What a thread finds in its lane.
pub(crate) enum Work {
    Jobs(Vec<Job>),
    /// Nothing came within the time.
    Nothing,
    /// Nothing will come any more.
    Closed,
}

/// A lock that outlives a panic of its holder: the state is whole at every point where a panic could be.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lane {
    /// Appends a job, unless `limit` wait already or the lane is closed: then it comes back.
    pub(crate) fn push(&self, job: Job, limit: usize) -> Result<(), Job> {
        let mut state = lock(&self.state);
        if state.closed || state.jobs.len() >= limit {
            return Err(job);
        }
        state.jobs.push_back(job);
        let wake = std::mem::take(&mut state.idle);
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Takes up to `limit` jobs; waits for the first one, at most `patience`.
    pub(crate) fn take(&self, limit: usize, patience: Duration) -> Work {
        let mut state = lock(&self.state);
        if state.jobs.is_empty() && !state.closed {
            state.idle = true;
            let waiting = |state: &mut LaneState| state.jobs.is_empty() && !state.closed;
            let woken = self.filled.wait_timeout_while(state, patience, waiting);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
            state.idle = false;
        }
        if state.jobs.is_empty() {
            return if state.closed { Work::Closed } else { Work::Nothing };
        }
        let count = state.jobs.len().min(limit);
        Work::Jobs(state.jobs.drain(..count).collect())
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        lock(&self.state).jobs.len()
    }

    /// No more jobs; those that wait are still done.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_all();
    }
}
