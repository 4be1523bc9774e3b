//! Commands on their way to the store, and what each is for.

use quintet_store::{Command, Ticket};
use std::collections::{HashMap, VecDeque};

/// Commands handed out and not answered: requests that wait, follow-ups of answers, and the front end's own. Past it a
/// request is refused rather than queued.
pub const MAX_COMMANDS: usize = 16_384;

/// The desk between node and store.
#[derive(Debug)]
pub struct Desk<P> {
    next: u64,
    ready: VecDeque<(Ticket, Command)>,
    open: HashMap<Ticket, P>,
}

impl<P> Default for Desk<P> {
    fn default() -> Self {
        Self {
            next: 1,
            ready: VecDeque::new(),
            open: HashMap::new(),
        }
    }
}

impl<P> Desk<P> {
    /// Whether a further request's command has room.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.open.len() < MAX_COMMANDS
    }

    /// Hands over a command.
    pub fn submit(&mut self, command: Command, purpose: P) {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.open.insert(ticket, purpose);
        self.ready.push_back((ticket, command));
    }

    /// The next command for the store.
    pub fn poll(&mut self) -> Option<(Ticket, Command)> {
        self.ready.pop_front()
    }

    /// What an answered command was for.
    pub fn close(&mut self, ticket: Ticket) -> Option<P> {
        self.open.remove(&ticket)
    }
}
