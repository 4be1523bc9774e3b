//! The store port. Each command is one transaction: all of it happens, or none, and what was answered stays.

use crate::command::Command;
use crate::figures::StoreFigures;
use crate::reply::{Reply, StoreError};
use quintet_subscriber::auc::Epoch;

/// Which reply belongs to which command: chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Counts provisioning changes; every one (each IMSI of a `Put` or `Remove`) raises it by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// The durable state of a slot (design, SQN): who may issue, and up to which GLC value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The holder's epoch.
    pub epoch: Epoch,
    /// H: no SEQ above H + DIF was ever issued from this slot, in ticks.
    pub h: i64,
}

/// What survives when the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: locations are lost, serving nodes need a Reset.
    Volatile,
    /// Everything that was answered.
    Durable,
}

/// A back end. See the crate's head for the flow; a ticket is answered exactly once.
pub trait Store {
    /// Hands over one command. It never blocks; [`StoreError::Busy`] arrives as a reply.
    fn submit(&mut self, ticket: Ticket, command: Command);

    /// The next reply, in any order of tickets.
    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)>;

    /// What survives when the process ends.
    fn durability(&self) -> Durability;

    /// Whether somebody else (another process) may have changed something since the last call: time for
    /// [`Command::Changes`]. A back end that nobody else writes to never says so.
    fn changed(&mut self) -> bool {
        false
    }

    /// What it measures of itself; all zero where nothing is worth measuring, as in memory.
    fn figures(&self) -> StoreFigures {
        StoreFigures::default()
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        (**self).submit(ticket, command);
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        (**self).poll()
    }

    fn durability(&self) -> Durability {
        (**self).durability()
    }

    fn changed(&mut self) -> bool {
        (**self).changed()
    }

    fn figures(&self) -> StoreFigures {
        (**self).figures()
    }
}
