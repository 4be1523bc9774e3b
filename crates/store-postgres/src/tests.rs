//! Tests against a real server, which they start themselves.

mod contract;
mod encrypted;
mod faults;
mod killed;
mod opening;
mod processes;
mod rekey;
mod support;

use crate::PostgresStore;
use quintet_store::contract::fixture::{imsi, slot, subscriber};
use quintet_store::{Command, PutMode, Reply, StoreError};

fn put(store: &PostgresStore, numbers: std::ops::Range<u64>) -> Result<Reply, StoreError> {
    store.execute(Command::Put {
        subscribers: numbers.map(subscriber).collect(),
        mode: PutMode::Insert,
    })
}

fn count(store: &PostgresStore) -> Result<u64, StoreError> {
    match store.execute(Command::Count)? {
        Reply::Count(count) => Ok(count),
        other => panic!("{other:?}"),
    }
}

fn is_there(store: &PostgresStore, n: u64) -> bool {
    let load = Command::Load {
        imsi: imsi(n),
        slot: slot(0),
    };
    matches!(
        store.execute(load),
        Ok(Reply::Subscriber {
            subscriber: Some(_),
            ..
        })
    )
}

/// The words of a refusal; they say which database.
fn refusal(reply: Result<Reply, StoreError>) -> String {
    match reply {
        Err(StoreError::Unavailable(why)) => {
            assert!(why.contains("the database postgresql://"), "{why}");
            why
        }
        other => panic!("{other:?} instead of Unavailable"),
    }
}
