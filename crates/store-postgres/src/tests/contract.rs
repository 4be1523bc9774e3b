//! The suite every back end passes.

use super::support::{Place, shared};
use crate::PostgresStore;
use quintet_store::{Command, Durability, Reply, Store, StoreError, Ticket};

/// A store in a schema of its own.
struct Temporary(PostgresStore);

impl Store for Temporary {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        self.0.submit(ticket, command);
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        self.0.poll()
    }

    fn durability(&self) -> Durability {
        self.0.durability()
    }
}

fn temporary(place: &Place) -> Box<dyn Store> {
    Box::new(Temporary(place.open()))
}

quintet_store::contract_suite!(match shared() {
    Some(cluster) => temporary(&cluster.place()),
    // Without a server there is nothing to test, and `shared` said so: this keeps the suite busy instead.
    None => Box::new(quintet_store::MemoryStore::new()),
});
