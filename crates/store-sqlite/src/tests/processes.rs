//! Other processes at the same file: writers, and a second server.

use super::{Place, options, put};
use crate::{LockError, Options, SqliteStore};
use quintet_store::contract::fixture::slot;
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn another_process_write_is_noticed_and_wakes() {
    let place = Place::new();
    let (sender, receiver) = mpsc::channel();
    let waker = Box::new(move || sender.send(()).unwrap_or_default());
    let store = SqliteStore::open(place.path(), Options { waker, ..options() }).unwrap();
    put(&store, 0..1).unwrap();
    assert!(!store.changed(), "our own writes are no news");
    let tool = place.open();
    put(&tool, 1..2).unwrap();
    receiver
        .recv_timeout(Duration::from_secs(60))
        .expect("the waker was not called");
    assert!(store.changed());
    assert!(!store.changed(), "once");
}

#[test]
fn two_processes_share_subscriptions_and_numbers() {
    let place = Place::new();
    let (a, b) = (place.open(), place.open());
    for n in 0..10 {
        put(&a, 20 * n..20 * n + 10).unwrap();
        put(&b, 20 * n + 10..20 * n + 20).unwrap();
        // A subscription that one of them removes must not be believed by the other.
        let all = (20 * n..20 * n + 20)
            .map(quintet_store::contract::fixture::imsi)
            .collect();
        a.execute(quintet_store::Command::Remove { imsis: all }).unwrap();
        put(&b, 20 * n..20 * n + 20).unwrap();
        let all = (20 * n..20 * n + 20)
            .map(quintet_store::contract::fixture::imsi)
            .collect();
        b.execute(quintet_store::Command::Remove { imsis: all }).unwrap();
    }
}

#[test]
fn a_slot_is_served_once() {
    let place = Place::new();
    let (mut first, mut second) = (place.open(), place.open());
    first.lock_for_serving(slot(0), "quintet serve").unwrap();
    let error = second.lock_for_serving(slot(0), "quintet serve").unwrap_err();
    assert!(matches!(error, LockError::InUse { .. }));
    let text = error.to_string();
    assert!(
        text.contains(&format!("process {} (quintet serve)", std::process::id())),
        "{text}"
    );
    assert!(
        text.contains("--slot") && text.contains(&place.path().display().to_string()),
        "{text}"
    );
    // Another name of the same file is no way round.
    let link = place.directory.path().join("link.db");
    std::os::unix::fs::symlink(place.path(), &link).unwrap();
    let mut third = SqliteStore::open(&link, options()).unwrap();
    assert!(third.lock_for_serving(slot(0), "x").is_err());
    third.lock_for_serving(slot(1), "x").unwrap();
    drop(first);
    second.lock_for_serving(slot(0), "quintet serve").unwrap();
}
