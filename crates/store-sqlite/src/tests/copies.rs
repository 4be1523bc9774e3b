//! A database is copied while it is written, and a copy put back.

use super::{Place, count, masters, options, put};
use crate::{OpenError, Options, Restore, RestoreError, Restored, SqliteStore, back_up, fence};
use quintet_store::contract::fixture::{imsi, slot, subscriber};
use quintet_store::{Bound, Command, Reply, Revision};
use quintet_subscriber::auc::{Epoch, seq_margin};
use quintet_vault::Masters;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

impl Place {
    fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn back_up(&self, name: &str) -> Result<crate::BackedUp, OpenError> {
        let quiet: crate::Progress = Arc::new(|_, _, _| {});
        back_up(&self.path(), &self.beside(name), Duration::from_secs(60), &quiet)
    }

    fn restore(&self, name: &str, h: i64) -> Result<Restored, RestoreError> {
        Restore {
            copy: &self.beside(name),
            path: &self.path(),
            masters: masters(),
            h,
            busy_timeout: Duration::ZERO,
            progress: Arc::new(|_, _, _| {}),
        }
        .run()
    }

    /// What is in the directory beside the database and its lock files.
    fn others(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.directory.path()).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            // SQLite makes its index of the log anew whenever it finds none.
            .filter(|name| !name.ends_with(".lock") && name != "quintet.db" && name != "quintet.db-shm")
            .collect();
        names.sort();
        names
    }
}

fn dif(store: &SqliteStore, n: u64) -> Option<i64> {
    let load = Command::Load {
        imsi: imsi(n),
        slot: slot(0),
    };
    match store.execute(load) {
        Ok(Reply::Subscriber {
            subscriber: Some(subscriber),
            ..
        }) => subscriber.authentication.dif,
        other => panic!("no subscriber: {other:?}"),
    }
}

fn takeover(store: &SqliteStore, n: u8) -> Bound {
    match store.execute(Command::Takeover { slot: slot(n) }) {
        Ok(Reply::Bound(bound)) => bound,
        other => panic!("no slot: {other:?}"),
    }
}

/// The count of subscribers and the revision, which is the same as long as each is put once.
fn count_and_revision(path: &Path) -> (u64, u64) {
    let store = SqliteStore::open(path, options()).unwrap();
    let since = Revision(u64::MAX);
    let Ok(Reply::Changes { revision, .. }) = store.execute(Command::Changes { since, limit: 1 }) else {
        panic!("no revision");
    };
    (count(&store).unwrap(), revision.0)
}

#[test]
fn a_copy_is_of_one_moment_although_others_write() {
    let place = Place::new();
    let store = SqliteStore::open(place.path(), options()).unwrap();
    put(&store, 0..5_000).unwrap();
    let done = AtomicBool::new(false);
    let copied = std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut next = 5_000;
            while !done.load(Ordering::Acquire) {
                put(&store, next..next + 20).unwrap();
                next += 20;
            }
            next
        });
        let copied = place.back_up("copy.db");
        done.store(true, Ordering::Release);
        assert!(writing.join().unwrap() > 5_000, "nobody wrote");
        copied
    });
    let copied = copied.unwrap();
    assert_eq!(
        place
            .others()
            .iter()
            .filter(|name| name.starts_with("copy"))
            .count(),
        1
    );
    let copy = place.beside("copy.db");
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (subscribers, revision) = count_and_revision(&copy);
    assert_eq!(subscribers, revision, "a half of a write is in the copy");
    assert_eq!(subscribers, copied.subscribers);
    assert!(subscribers >= 5_000);
    assert_eq!(copied.masters.len(), 1);
    let refused = place.back_up("copy.db").unwrap_err().to_string();
    assert!(refused.contains("there already"), "{refused}");
}

#[test]
fn a_copy_put_back_takes_over_what_was_issued_and_is_fenced() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..3).unwrap();
    let mut known = subscriber(3);
    known.authentication.dif = Some(-70);
    store
        .execute(Command::Put {
            subscribers: vec![known],
            mode: quintet_store::PutMode::Insert,
        })
        .unwrap();
    let copied_dif = dif(&store, 1);
    place.back_up("copy.db").unwrap();
    let Bound { epoch, .. } = takeover(&store, 2);
    let h = 9_000;
    store
        .execute(Command::RaiseBound {
            slot: slot(2),
            epoch,
            h,
        })
        .unwrap();
    // A resynchronisation after the copy was made.
    let raised = copied_dif.unwrap_or(0) + 5_000_000;
    store
        .execute(Command::SetDif {
            imsi: imsi(1),
            slot: slot(2),
            epoch,
            expected: copied_dif,
            dif: raised,
        })
        .unwrap();
    put(&store, 4..6).unwrap();
    drop(store);
    let restored = place.restore("copy.db", 7_000).unwrap();
    assert!(restored.taken_over);
    assert_eq!(restored.subscribers, 4);
    assert_eq!(restored.replaced, Some(place.beside("quintet.db.before-restore")));
    let store = place.open();
    assert_eq!(count(&store), Ok(4));
    let margin = seq_margin(subscriber(0).authentication.sqn_profile);
    assert_eq!(dif(&store, 3), Some(margin - 70));
    assert_eq!(
        dif(&store, 1),
        Some(raised + margin),
        "it is above the resynchronisation"
    );
    for (n, epoch, h) in [(2, 3, 9_000), (5, 2, 7_000)] {
        let expected = Bound {
            epoch: Epoch(epoch),
            h,
        };
        assert_eq!(takeover(&store, n), expected, "slot {n}");
    }
    drop(store);
    // Once more: what was put aside stays.
    let restored = place.restore("copy.db", 7_000).unwrap();
    assert_eq!(
        restored.replaced,
        Some(place.beside("quintet.db.before-restore-2"))
    );
    assert_eq!(
        count_and_revision(&place.beside("quintet.db.before-restore")).0,
        6
    );
}

#[test]
fn a_database_that_is_served_or_used_is_not_replaced() {
    let place = Place::new();
    let mut store = place.open();
    put(&store, 0..2).unwrap();
    place.back_up("copy.db").unwrap();
    put(&store, 2..3).unwrap();
    let used = place.restore("copy.db", 1).unwrap_err();
    assert!(used.to_string().contains("locked by another process"), "{used}");
    store.lock_for_serving(slot(5), "a test").unwrap();
    let served = place.restore("copy.db", 1).unwrap_err();
    assert!(matches!(served, RestoreError::Served(_)), "{served}");
    assert!(served.to_string().contains("slot 5"), "{served}");
    let served = fence(&place.path(), masters(), 1, Duration::ZERO).unwrap_err();
    assert!(matches!(served, RestoreError::Served(_)), "{served}");
    assert_eq!(count(&store), Ok(3));
    drop(store);
    assert_eq!(place.others(), ["copy.db"]);
}

#[test]
fn what_is_no_whole_copy_changes_nothing() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..50).unwrap();
    drop(store);
    place.back_up("copy.db").unwrap();
    let whole = std::fs::read(place.beside("copy.db")).unwrap();
    let before = std::fs::read(place.path()).unwrap();
    let mut torn = whole.clone();
    torn[8_192..8_700].fill(0x5a);
    let newer = {
        let mut octets = whole.clone();
        octets[60..64].copy_from_slice(&1_000_i32.to_be_bytes());
        octets
    };
    for (octets, says) in [
        (torn, "damaged"),
        (whole[..whole.len() / 2].to_vec(), "damaged"),
        (newer, "newer Quintet"),
        (b"not a database, whatever it is".to_vec(), "not a database"),
        (Vec::new(), "not a Quintet database"),
    ] {
        std::fs::write(place.beside("odd.db"), octets).unwrap();
        let refused = place.restore("odd.db", 1).unwrap_err().to_string();
        assert!(refused.contains(says) && refused.contains("odd.db"), "{refused}");
        assert_eq!(std::fs::read(place.path()).unwrap(), before);
    }
    std::fs::remove_file(place.beside("odd.db")).unwrap();
    // Nor does one whose master key is not at hand.
    let other: Arc<dyn Masters> = Arc::new(quintet_vault::NoMasters);
    let restore = Restore {
        copy: &place.beside("copy.db"),
        path: &place.path(),
        masters: other,
        h: 1,
        busy_timeout: Duration::ZERO,
        progress: Arc::new(|_, _, _| {}),
    };
    let refused = restore.run().unwrap_err();
    assert!(
        matches!(refused, RestoreError::Open(OpenError::NoMaster { .. })),
        "{refused}"
    );
    assert_eq!(std::fs::read(place.path()).unwrap(), before);
    assert_eq!(place.others(), ["copy.db"]);
}

#[test]
fn a_damaged_database_and_none_at_all_are_replaced() {
    let place = Place::new();
    let store = place.open();
    put(&store, 0..3).unwrap();
    drop(store);
    place.back_up("copy.db").unwrap();
    std::fs::write(place.path(), "this was a database once").unwrap();
    let restored = place.restore("copy.db", 1).unwrap();
    assert!(
        !restored.taken_over && restored.replaced.is_some(),
        "{restored:?}"
    );
    assert_eq!(count(&place.open()), Ok(3));
    std::fs::remove_file(place.path()).unwrap();
    let restored = place.restore("copy.db", 1).unwrap();
    assert_eq!(restored.replaced, None);
    let store = SqliteStore::open(
        place.path(),
        Options {
            create: false,
            ..options()
        },
    );
    assert_eq!(count(&store.unwrap()), Ok(3));
    fence(&place.path(), masters(), 77, Duration::ZERO).unwrap();
    assert_eq!(takeover(&place.open(), 1).h, 77);
}
