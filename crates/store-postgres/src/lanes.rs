//! Between the caller's thread and ours: bounded lanes of commands one way, replies the other.

use quintet_store::{Command, Reply, StoreError, Ticket};
use std::collections::VecDeque;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// A reply with its ticket.
pub(crate) type Answer = (Ticket, Result<Reply, StoreError>);

/// Who waits for a reply.
#[derive(Debug)]
pub(crate) enum Caller {
    /// `poll`.
    Ticket(Ticket),
    /// `execute`.
    Blocked(SyncSender<Result<Reply, StoreError>>),
}

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

    /// No more commands; those that wait are still done.
    pub(crate) fn close(&self) {
        lock(&self.state).closed = true;
        self.filled.notify_one();
    }
}

/// Replies on their way back.
pub(crate) struct Outbox {
    answers: Mutex<Vec<Answer>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outbox({} answers)", lock(&self.answers).len())
    }
}

impl Outbox {
    pub(crate) fn new(wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            answers: Mutex::default(),
            wake,
        }
    }

    /// Delivers replies; the waker is called once, and only if the last ones were taken.
    pub(crate) fn deliver(&self, replies: impl IntoIterator<Item = (Caller, Result<Reply, StoreError>)>) {
        let mut answers = lock(&self.answers);
        let before = answers.len();
        for (caller, reply) in replies {
            match caller {
                Caller::Ticket(ticket) => answers.push((ticket, reply)),
                // Whoever no longer waits does not want it.
                Caller::Blocked(sender) => drop(sender.try_send(reply)),
            }
        }
        let wake = before == 0 && !answers.is_empty();
        drop(answers);
        if wake {
            self.wake();
        }
    }

    /// Calls the waker.
    pub(crate) fn wake(&self) {
        (self.wake)();
    }

    /// Moves all replies to the end of `to`.
    pub(crate) fn collect(&self, to: &mut VecDeque<Answer>) {
        to.extend(lock(&self.answers).drain(..));
    }
}
