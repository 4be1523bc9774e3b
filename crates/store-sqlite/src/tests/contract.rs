//! The suite every back end passes.

use super::Place;
use crate::SqliteStore;
use quintet_store::{Command, Durability, Reply, Store, StoreError, Ticket};

/// A store in a directory that goes with it.
struct Temporary {
    store: SqliteStore,
    _place: Place,
}

impl Store for Temporary {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        self.store.submit(ticket, command);
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        self.store.poll()
    }

    fn durability(&self) -> Durability {
        self.store.durability()
    }
}

fn temporary() -> Box<dyn Store> {
    let place = Place::new();
    Box::new(Temporary {
        store: place.open(),
        _place: place,
    })
}

quintet_store::contract_suite!(temporary());
