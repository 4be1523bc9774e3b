//! The contract, and what is SQLite's own: faults, files, other processes.

mod contract;
mod copies;
mod faults;
mod files;
mod glance;
mod killed;
mod processes;
mod sealed;

use crate::{Options, SqliteStore};
use quintet_store::contract::fixture::{imsi, slot, subscriber};
use quintet_store::{Command, PutMode, Reply, StoreError};
use quintet_vault::{MasterKey, Masters};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// A directory with a database in it.
struct Place {
    directory: TempDir,
}

impl Place {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("quintet.db")
    }

    /// A store that does not wait for other processes, so that no test does.
    fn open(&self) -> SqliteStore {
        SqliteStore::open(
            self.path(),
            Options {
                busy_timeout: Duration::ZERO,
                ..options()
            },
        )
        .unwrap()
    }
}

/// The master key of these tests.
fn master() -> MasterKey {
    MasterKey::read(b"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap()
}

pub(crate) fn masters() -> Arc<dyn Masters> {
    Arc::new(master())
}

/// The defaults, with that key.
fn options() -> Options {
    Options {
        masters: masters(),
        ..Options::default()
    }
}

fn put(store: &SqliteStore, numbers: std::ops::Range<u64>) -> Result<Reply, StoreError> {
    store.execute(Command::Put {
        subscribers: numbers.map(subscriber).collect(),
        mode: PutMode::Insert,
    })
}

fn count(store: &SqliteStore) -> Result<u64, StoreError> {
    match store.execute(Command::Count)? {
        Reply::Count(count) => Ok(count),
        other => panic!("no count: {other:?}"),
    }
}

fn is_there(store: &SqliteStore, n: u64) -> bool {
    match store.execute(Command::Load {
        imsi: imsi(n),
        slot: slot(0),
    }) {
        Ok(Reply::Subscriber { subscriber, .. }) => subscriber.is_some(),
        other => panic!("no subscriber: {other:?}"),
    }
}

/// The text of an `Unavailable`, which names the file.
fn refusal(reply: Result<Reply, StoreError>, path: &Path) -> String {
    match reply {
        Err(StoreError::Unavailable(text)) => {
            assert!(
                text.contains(&path.display().to_string()),
                "no file is named: {text}"
            );
            text
        }
        other => panic!("not refused: {other:?}"),
    }
}
