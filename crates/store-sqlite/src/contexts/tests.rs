//! The contexts over restarts, faults and other keys.

use super::opening::APPLICATION_ID;
use super::queue::Queue;
use super::records::read;
use super::*;
use crate::sealing::Keys;
use quintet_store_rows::KeyPurpose;
use rusqlite::Connection;
use std::time::Duration;

fn octets(text: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(text.as_bytes().to_vec())
}

fn masters() -> Arc<dyn Masters> {
    crate::tests::masters()
}

fn reopen(path: &Path) -> (bool, Vec<(u32, String)>, ContextStore) {
    let opened = ContextStore::open(path, &masters()).expect("the file opens");
    let text =
        |(key, record): (u32, Zeroizing<Vec<u8>>)| (key, String::from_utf8_lossy(&record).into_owned());
    (
        opened.clean,
        opened.records.into_iter().map(text).collect(),
        opened.store,
    )
}

#[test]
fn the_last_word_about_each_record_survives() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let (clean, records, store) = reopen(&path);
    assert!(clean && records.is_empty(), "a new file misses nothing");
    store.put(7, octets("a"));
    store.put(9, octets("b"));
    store.put(7, octets("c"));
    store.delete(9);
    store.put(3, octets("d"));
    drop(store);
    let (clean, records, store) = reopen(&path);
    assert!(!clean, "nobody closed it");
    assert_eq!(records, [(3, "d".to_owned()), (7, "c".to_owned())]);
    store.close([(7, octets("last"))].into_iter()).expect("it closes");
    let (clean, records, store) = reopen(&path);
    assert!(clean);
    assert_eq!(records, [(3, "d".to_owned()), (7, "last".to_owned())]);
    drop(store);
    assert!(
        !reopen(&path).0,
        "the mark goes when it is opened, not when it is written"
    );
}

#[test]
fn what_is_said_to_be_written_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let opened = ContextStore::open_for(&path, Owner::Scscf, &masters()).expect("the file opens");
    let (told, heard) = std::sync::mpsc::channel();
    opened.store.wake(move || {
        let _ = told.send(());
    });
    for round in 1..=20u64 {
        opened.store.put(1, octets("first"));
        opened.store.put(1, octets(&round.to_string()));
        opened.store.put(2, octets("other"));
        while opened.store.written() < round * 3 {
            heard
                .recv_timeout(Duration::from_secs(20))
                .expect("it is written in time");
        }
        assert_eq!(opened.store.written(), round * 3);
        // The file is locked: a copy of it and its log shows what a crash would leave.
        let copy = directory.path().join(format!("copy{round}.db"));
        for end in ["", "-wal"] {
            let from = directory.path().join(format!("contexts.db{end}"));
            std::fs::copy(from, directory.path().join(format!("copy{round}.db{end}"))).expect("a copy");
        }
        let copied = Connection::open(&copy).expect("the copy opens");
        let mut keys = Keys::load(KeyPurpose::Contexts, &copied, &masters()).expect("keys");
        let records = read(&copied, &mut keys, Owner::Scscf).expect("records");
        assert_eq!(records[0].1.as_slice(), round.to_string().as_bytes());
        assert_eq!(records.len(), 2);
    }
}

#[test]
fn what_comes_during_a_commit_is_not_of_it() {
    let mut queue = Queue::default();
    queue.submit(1, None);
    queue.submit(2, None);
    let taken = std::mem::take(&mut queue.changes);
    queue.submit(2, None);
    queue.submit(3, None);
    queue.committed();
    assert_eq!((taken.len(), queue.written), (2, 2));
    // Record 2 again: the third change is covered by the fifth.
    queue.submit(2, None);
    queue.changes.remove(&3);
    queue.committed();
    assert_eq!(queue.written, 2, "the third change waits still");
    queue.changes.clear();
    queue.committed();
    assert_eq!(queue.written, 5);
}

/// The octets of a key of a UE, and where they are in a directory.
fn files_with_key(directory: &Path) -> Vec<std::path::PathBuf> {
    let files = std::fs::read_dir(directory).expect("a directory");
    files
        .map(|file| file.expect("an entry").path())
        .filter(|file| {
            let octets = std::fs::read(file).expect("a file");
            octets.windows(5).any(|window| window == b"KASME")
        })
        .collect()
}

#[test]
fn records_are_sealed_and_those_of_before_are() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let old = Connection::open(&path).expect("a file");
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE record (key INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
         CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), clean INTEGER NOT NULL) STRICT;
         INSERT INTO mark VALUES (1, 1);
         INSERT INTO record VALUES (7, CAST('KASME of 7' AS BLOB)), (8, CAST('KASME of 8' AS BLOB));
         DELETE FROM record WHERE key = 8;",
    )
    .expect("a file of before");
    old.pragma_update(None, "application_id", APPLICATION_ID)
        .expect("ours");
    drop(old);
    assert!(!files_with_key(directory.path()).is_empty());
    let (clean, records, store) = reopen(&path);
    assert!(clean);
    assert_eq!(records, [(7, "KASME of 7".to_owned())]);
    store.put(9, octets("KASME of 9"));
    drop(store);
    assert!(files_with_key(directory.path()).is_empty());
    let (_, records, store) = reopen(&path);
    assert_eq!(records.len(), 2);
    store
        .close([(9, octets("KASME at last"))].into_iter())
        .expect("it closes");
    assert!(files_with_key(directory.path()).is_empty());
    // A record in another's place is not given.
    let direct = Connection::open(&path).expect("it opens");
    direct
        .execute_batch("UPDATE record SET octets = (SELECT octets FROM record WHERE key = 9) WHERE key = 7")
        .expect("swapped");
    drop(direct);
    assert_eq!(reopen(&path).1, [(9, "KASME at last".to_owned())]);
}

#[test]
fn another_master_key_opens_no_contexts() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let store = reopen(&path).2;
    store.put(1, octets("a"));
    drop(store);
    let none: Arc<dyn Masters> = Arc::new(quintet_vault::NoMasters);
    let Err(error) = ContextStore::open(&path, &none).map(drop) else {
        panic!("it opens without its key")
    };
    assert!(matches!(error, OpenError::NoMaster { .. }), "{error}");
    assert_eq!(reopen(&path).1.len(), 1);
}

#[test]
fn one_process_has_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let (_, _, store) = reopen(&path);
    let said = match ContextStore::open(&path, &masters()) {
        Ok(_) => panic!("two have the file"),
        Err(error) => error.to_string(),
    };
    assert!(said.contains("contexts.db"), "{said}");
    drop(store);
    reopen(&path);
}

#[test]
fn another_nodes_file_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("contexts.db");
    let opened = ContextStore::open_for(&path, Owner::Amf, &masters()).expect("a new file");
    opened.store.put(1, octets("a"));
    drop(opened);
    let said = match ContextStore::open(&path, &masters()) {
        Ok(_) => panic!("an MME has an AMF's file"),
        Err(error) => error.to_string(),
    };
    assert!(said.contains("contexts.db") && said.contains("an AMF"), "{said}");
    let opened = ContextStore::open_for(&path, Owner::Amf, &masters()).expect("its own file");
    assert_eq!(opened.records.len(), 1);
}

#[test]
fn another_programs_file_is_left_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("other.db");
    let other = Connection::open(&path).expect("a file");
    other.execute_batch("CREATE TABLE theirs (x)").expect("a table");
    drop(other);
    assert!(matches!(
        ContextStore::open(&path, &masters()),
        Err(OpenError::NotQuintet(_))
    ));
}

#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("new").join("contexts.db");
    let store = reopen(&path).2;
    store.put(1, octets("key"));
    drop(store);
    let mode = std::fs::metadata(&path)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
