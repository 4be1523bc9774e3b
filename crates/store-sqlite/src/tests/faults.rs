//! Faults while the store runs: each is said, with the file's name, and passes without a restart.

use super::{Place, count, is_there, options, put, refusal};
use crate::{Options, SqliteStore};
use quintet_store::contract::fixture::{imsi, node, slot, subscriber};
use quintet_store::{Command, PutMode, Reply, Store, StoreError, Ticket};
use rusqlite::Connection;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

#[test]
fn a_full_disk_is_said_and_passes() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..10).unwrap();
    let limit = |store: &SqliteStore, pages: i64| {
        store.with_writer(move |connection| {
            connection
                .pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
                .unwrap();
        });
    };
    limit(&store, 1); // SQLite takes the present size instead
    let refused = refusal(put(&store, 10..5000), &place.path());
    assert!(refused.contains("no space is left"), "{refused}");
    assert_eq!(count(&store), Ok(10), "all or none");
    limit(&store, 1 << 30);
    put(&store, 10..5000).unwrap();
    assert_eq!(count(&store), Ok(5000));
}

/// Of the commands of one commit only the one that needs space fails.
#[test]
fn a_failed_command_undoes_nothing_of_its_neighbours() {
    let place = Place::new();
    let mut store = place.open();
    put(&store, 0..10).unwrap();
    store.with_writer(|connection| {
        connection
            .pragma_update_and_check(None, "max_page_count", 1, |_| Ok(()))
            .unwrap();
    });
    let takeover = || Command::Takeover { slot: slot(0) };
    let big = Command::Put {
        subscribers: (10..5000).map(subscriber).collect(),
        mode: PutMode::Insert,
    };
    for (ticket, command) in [takeover(), big, takeover()].into_iter().enumerate() {
        store.submit(Ticket(ticket as u64), command);
    }
    let mut replies: Vec<_> = (0..3)
        .map(|_| quintet_store::contract::wait(&mut store))
        .collect();
    replies.sort_by_key(|(ticket, _)| *ticket);
    let replies: Vec<_> = replies.into_iter().map(|(_, reply)| reply).collect();
    let [
        Ok(Reply::Bound(first)),
        Err(StoreError::Unavailable(_)),
        Ok(Reply::Bound(second)),
    ] = &replies[..]
    else {
        panic!("{replies:?}")
    };
    assert_eq!((first.epoch.0, second.epoch.0), (1, 2));
}

#[test]
fn a_lock_of_another_process_is_said_and_passes() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..2).unwrap();
    let other = Connection::open(place.path()).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refused = refusal(put(&store, 2..3), &place.path());
    assert!(refused.contains("locked by another process"), "{refused}");
    assert!(is_there(&store, 1), "reading goes on");
    other.execute_batch("COMMIT").unwrap();
    put(&store, 2..3).unwrap();
}

#[test]
fn a_read_only_database_is_said_and_passes() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..2).unwrap();
    store.with_writer(|connection| connection.pragma_update(None, "query_only", true).unwrap());
    let refused = refusal(put(&store, 2..3), &place.path());
    assert!(refused.contains("read-only"), "{refused}");
    assert!(is_there(&store, 1), "reading goes on");
    // The connection was replaced by one that is not restricted.
    put(&store, 2..3).unwrap();
}

/// Overwrites all of a file but its first page.
fn damage(path: &std::path::Path) -> Vec<u8> {
    let whole = fs::read(path).unwrap();
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(4096)).unwrap();
    file.write_all(&vec![0x5a; whole.len() - 4096]).unwrap();
    whole
}

#[test]
fn a_damaged_file_is_said_and_a_restored_one_is_used() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..5000).unwrap();
    drop(store);
    let store = place.open();
    let whole = damage(&place.path());
    let refused = refusal(put(&store, 5000..5001), &place.path());
    assert!(refused.contains("damaged"), "{refused}");
    let refused = refusal(
        store.execute(Command::Load {
            imsi: imsi(2500),
            slot: slot(0),
        }),
        &place.path(),
    );
    assert!(refused.contains("damaged"), "{refused}");
    // In place: the same file with its old content.
    fs::write(place.path(), whole).unwrap();
    put(&store, 5000..5001).unwrap();
    assert!(is_there(&store, 2500) && is_there(&store, 5000));
}

#[test]
fn a_value_that_quintet_did_not_write_is_one_subscribers_fault() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..3).unwrap();
    let other = Connection::open(place.path()).unwrap();
    let at = imsi(1).packed() as i64;
    for spoil in [
        "keys = x'00'",
        "keys = zeroblob(length(keys))",
        "keys = (SELECT keys FROM subscriber WHERE imsi <> ?1 LIMIT 1)",
        "algorithm = 9",
        "algorithm = 2",
        "tuak_sizes = '32 64 128 128 1'",
        "msisdn = -1",
    ] {
        other
            .execute(&format!("UPDATE subscriber SET {spoil} WHERE imsi = ?1"), [at])
            .unwrap();
        refusal(
            store.execute(Command::Load {
                imsi: imsi(1),
                slot: slot(0),
            }),
            &place.path(),
        );
        assert!(is_there(&store, 2));
        let again = Command::Put {
            subscribers: vec![subscriber(1)],
            mode: PutMode::Upsert,
        };
        if store.execute(again.clone()).is_err() {
            store.execute(Command::Remove { imsis: vec![imsi(1)] }).unwrap();
            store.execute(again).unwrap();
        }
        assert!(is_there(&store, 1), "{spoil} was not healed");
    }
    other
        .execute_batch("UPDATE subscription SET json = '{}' || json")
        .unwrap();
    drop(store);
    let store = place.open();
    refusal(
        store.execute(Command::Load {
            imsi: imsi(2),
            slot: slot(0),
        }),
        &place.path(),
    );
}

#[test]
fn a_file_that_is_removed_or_replaced_is_said() {
    let place = Place::new();
    let aside = place.directory.path().join("aside.db");
    let store = place.open();
    put(&store, 0..2).unwrap();
    fs::rename(place.path(), &aside).unwrap();
    refusal(put(&store, 2..3), &place.path());
    refusal(
        store.execute(Command::Load {
            imsi: imsi(1),
            slot: slot(0),
        }),
        &place.path(),
    );
    assert!(!place.path().exists(), "no empty database was made in its place");
    fs::rename(&aside, place.path()).unwrap();
    put(&store, 2..3).unwrap();
    assert_eq!(count(&store), Ok(3));

    // Another database in its place is used, and seen to be another one.
    let other = Place::new();
    drop(put(&other.open(), 7..8));
    let _ = store.changed();
    for suffix in ["-wal", "-shm"] {
        let mut name = place.path().into_os_string();
        name.push(suffix);
        fs::remove_file(name).unwrap();
    }
    fs::rename(other.path(), place.path()).unwrap();
    assert!(is_there(&store, 7) && !is_there(&store, 1));
    put(&store, 8..9).unwrap();
    assert!(store.changed());
    // What is no database of ours is not.
    fs::write(&aside, "no database at all").unwrap();
    fs::rename(&aside, place.path()).unwrap();
    refusal(put(&store, 9..10), &place.path());
}

/// A WAL that is taken away takes acknowledged writes with it: nothing more is acknowledged into it.
#[test]
fn a_removed_wal_is_noticed_before_the_reply() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..2).unwrap();
    let mut wal = place.path().into_os_string();
    wal.push("-wal");
    fs::remove_file(wal).unwrap();
    let reply = put(&store, 2..3);
    if reply.is_ok() {
        drop(store);
        assert!(is_there(&place.open(), 2), "acknowledged and lost");
    }
}

#[test]
fn too_many_waiting_commands_are_busy_and_each_is_answered() {
    let place = Place::new();
    let options = Options {
        max_waiting: 8,
        ..options()
    };
    let mut store = SqliteStore::open(place.path(), options).unwrap();
    put(&store, 0..2).unwrap();
    // The writer waits in here until all are submitted.
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let (inside, is_inside) = std::sync::mpsc::channel::<()>();
    store.block_writer(move || {
        inside.send(()).unwrap();
        wait.recv().unwrap();
    });
    is_inside.recv().unwrap();
    for ticket in 0..20 {
        let mme = Box::new(node(1));
        store.submit(
            Ticket(ticket),
            Command::SetMme {
                imsi: imsi(1),
                mme,
                clear_gateways: false,
            },
        );
    }
    let busy = std::iter::from_fn(|| store.poll())
        .filter(|(_, reply)| *reply == Err(StoreError::Busy))
        .count();
    assert_eq!(busy, 12);
    go.send(()).unwrap();
    for _ in 0..8 {
        assert!(quintet_store::contract::wait(&mut store).1.is_ok());
    }
}

#[test]
fn the_waker_is_called_when_replies_wait() {
    let place = Place::new();
    let (sender, receiver) = std::sync::mpsc::channel();
    let waker = Box::new(move || sender.send(()).unwrap_or_default());
    let mut store = SqliteStore::open(place.path(), Options { waker, ..options() }).unwrap();
    for ticket in 0..3 {
        store.submit(Ticket(ticket), Command::Takeover { slot: slot(0) });
        receiver
            .recv_timeout(Duration::from_secs(60))
            .expect("the waker was not called");
        assert!(store.poll().is_some());
    }
}

/// The index of the WAL needs space too; where there is none SQLite speaks of the disk, and a disk is looked for in vain.
#[test]
fn a_disk_without_room_for_the_wal_index_is_full() {
    let said = |code| {
        let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        crate::fault::explain(std::path::Path::new("q.db"), &error)
    };
    for full in [rusqlite::ffi::SQLITE_FULL, rusqlite::ffi::SQLITE_IOERR_SHMSIZE] {
        assert!(said(full).contains("no space is left"), "{}", said(full));
    }
    let other = said(rusqlite::ffi::SQLITE_IOERR_READ);
    assert!(other.contains("dmesg"), "{other}");
}
