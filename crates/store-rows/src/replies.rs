//! Replies on their way from a store's threads to its caller.

use quintet_store::{Reply, StoreError, Ticket};
use std::collections::VecDeque;
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A reply with its ticket.
pub type Answer = (Ticket, Result<Reply, StoreError>);

/// Who waits for a reply.
#[derive(Debug)]
pub enum Caller {
    /// `poll`.
    Ticket(Ticket),
    /// `execute`.
    Blocked(SyncSender<Result<Reply, StoreError>>),
}

/// Replies that were not taken yet, and whom to wake for them.
pub struct Outbox {
    answers: Mutex<Vec<Answer>>,
    wake: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Outbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outbox({} answers)", self.lock().len())
    }
}

impl Outbox {
    /// Nothing in it yet.
    #[must_use]
    pub fn new(wake: Box<dyn Fn() + Send + Sync>) -> Self {
        Self {
            answers: Mutex::default(),
            wake,
        }
    }

    /// A lock that outlives a panic of its holder: the answers are whole at every point where a panic could be.
    fn lock(&self) -> MutexGuard<'_, Vec<Answer>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Delivers replies; the waker is called once, and only if the last ones were taken.
    pub fn deliver(&self, replies: impl IntoIterator<Item = (Caller, Result<Reply, StoreError>)>) {
        let mut answers = self.lock();
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
    pub fn wake(&self) {
        (self.wake)();
    }

    /// Moves all replies to the end of `to`.
    pub fn collect(&self, to: &mut VecDeque<Answer>) {
        to.extend(self.lock().drain(..));
    }
}
