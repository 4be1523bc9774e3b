//! Records that a node keeps over its restarts: a number and sealed octets each, in a file of their own. MME, AMF, P-CSCF and S-CSCF
//! use the same store; the file knows whose it is ([`Owner`]).
//!
//! ```text
//!  put, delete ──► queue ──► thread ── BEGIN … COMMIT (one for all that wait)
//!  close(records) ──► all of it, the mark "closed cleanly", COMMIT
//!  open ──► was it closed cleanly? ── the mark goes (COMMIT), and only then records are given
//! ```
//!
//! Who does not wait for a write may lose the last ones in a crash, and learns by [`Opened::clean`] whether that may be. Who
//! must not, asks [`ContextStore::written`] how many of its changes are durable, woken by [`ContextStore::wake`]. A write that fails is kept and tried again; each record stands in the queue once at most.

use crate::database::{OpenError, Progress, create, remove_traces};
use crate::fault::{Failure, explain};
use crate::scrub;
use crate::sealing::{FileKind, Keys, TABLES, WrappedKey, rewrap, wrapped_keys};
use quintet_vault::{Masters, Place};
use rusqlite::{Connection, OpenFlags, params};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use zeroize::Zeroizing;

/// Marks the file as ours in SQLite's header: `QCTX`.
const APPLICATION_ID: i32 = 0x5143_5458;

/// Most records of one COMMIT: a commit's cost is spread thin by then, and the queue's lock is held for a moment only.
const MAX_RECORDS_PER_COMMIT: usize = 4096;

/// How long records gather before a COMMIT: a node's contexts change several times within one procedure.
const GATHER: Duration = Duration::from_millis(20);

/// The same where somebody waits for what is written ([`ContextStore::wake`]): what comes while a COMMIT runs gathers by itself.
const GATHER_AWAITED: Duration = Duration::from_millis(1);

/// How long to wait before a failed write is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// WAL pages after which a checkpoint is made: 32 MiB.
const CHECKPOINT_PAGES: i64 = 8192;

/// Whose records a file holds: kept in its `user_version`, so that a node does not take another's for its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// An MME.
    Mme = 0,
    /// An AMF.
    Amf = 1,
    /// A P-CSCF.
    Pcscf = 2,
    /// An S-CSCF.
    Scscf = 3,
}

impl Owner {
    fn of(user_version: i32) -> Option<Self> {
        [Self::Mme, Self::Amf, Self::Pcscf, Self::Scscf]
            .into_iter()
            .find(|owner| *owner as i32 == user_version)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Mme => "an MME",
            Self::Amf => "an AMF",
            Self::Pcscf => "a P-CSCF",
            Self::Scscf => "an S-CSCF",
        }
    }
}

/// A record, or that there is none any more.
type Change = Option<Zeroizing<Vec<u8>>>;

/// The last word about a record, and the number of the first change of it that waits.
struct Waiting {
    change: Change,
    since: u64,
}

/// Who is told that more is written.
type Waker = Box<dyn Fn() + Send>;

/// What waits to be written: the last word about each record.
#[derive(Default)]
struct Queue {
    changes: BTreeMap<u32, Waiting>,
    /// Changes that were handed over, ever.
    submitted: u64,
    /// Of those, how many from the first on are durable.
    written: u64,
    waker: Option<Waker>,
    closing: bool,
    /// Why the last attempt failed.
    fault: Option<String>,
}

impl Queue {
    fn submit(&mut self, key: u32, change: Change) {
        self.submitted += 1;
        let waiting = self.changes.get(&key);
        let since = waiting.map_or(self.submitted, |waiting| waiting.since);
        self.changes.insert(key, Waiting { change, since });
    }

    /// What was taken is durable: all before the first change that came meanwhile.
    fn committed(&mut self) {
        self.fault = None;
        let first = self.changes.values().map(|waiting| waiting.since).min();
        self.written = first.map_or(self.submitted, |first| first - 1);
    }
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    filled: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The records of one node. Dropped without [`close`](Self::close) it writes what waits, but not the mark.
pub struct ContextStore {
    path: PathBuf,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<Writer>>,
}

/// What [`ContextStore::open`] found.
pub struct Opened {
    /// The store, ready for changes.
    pub store: ContextStore,
    /// Whether the last user closed it: else what it wrote last may be missing.
    pub clean: bool,
    /// The records, in the order of their numbers.
    pub records: Records,
}

/// Records by number.
type Records = Vec<(u32, Zeroizing<Vec<u8>>)>;

impl ContextStore {
    /// Opens or makes the file of an MME. One process has it at a time.
    ///
    /// # Errors
    /// [`OpenError`], in words that name the file and what to do.
    pub fn open(path: &Path, masters: &Arc<dyn Masters>) -> Result<Opened, OpenError> {
        Self::open_for(path, Owner::Mme, masters)
    }

    /// Opens or makes the file of a node. One process has it at a time. Its records are sealed; those of a file that was
    /// made before are sealed now, and what another master key wraps than `masters` would take for a new file is wrapped
    /// by that one.
    ///
    /// # Errors
    /// [`OpenError`], in words that name the file and what to do: also if it is another node's.
    pub fn open_for(path: &Path, owner: Owner, masters: &Arc<dyn Masters>) -> Result<Opened, OpenError> {
        create(path)?;
        let fault = |error: rusqlite::Error| OpenError::Fault(explain(path, &error));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        // Whoever has the file keeps it: waiting is of no use.
        connection.busy_timeout(Duration::ZERO).map_err(fault)?;
        let id: i32 = connection
            .query_row("PRAGMA application_id", [], |row| row.get(0))
            .map_err(fault)?;
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .map_err(fault)?;
        if id != APPLICATION_ID && (id != 0 || tables != 0) {
            return Err(OpenError::NotQuintet(path.to_owned()));
        }
        if tables == 0 {
            connection
                .pragma_update(None, "user_version", owner as i32)
                .map_err(fault)?;
        }
        let user_version = connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .map_err(fault)?;
        if Owner::of(user_version) != Some(owner) {
            let holder = Owner::of(user_version).map_or("another node", Owner::name);
            return Err(OpenError::Fault(format!(
                "{} holds the contexts of {holder}, not of {}: give each node a file of its own",
                path.display(),
                owner.name()
            )));
        }
        prepare(&connection).map_err(fault)?;
        let clean = connection
            .query_row("SELECT clean FROM mark", [], |row| row.get(0))
            .map_err(fault)?;
        let mut keys = sealed(&connection, owner, masters).map_err(|failure| OpenError::of(path, failure))?;
        if scrub::is_owed(&connection).map_err(fault)? {
            remove_traces(path, &connection, &(Arc::new(|_, _, _| {}) as Progress));
        }
        let records = read(&connection, &mut keys, owner).map_err(|failure| OpenError::of(path, failure))?;
        connection
            .execute("UPDATE mark SET clean = 0", [])
            .map_err(fault)?;
        let shared = Arc::new(Shared::default());
        let writer = Writer {
            connection,
            keys,
            owner,
            shared: Arc::clone(&shared),
            path: path.to_owned(),
        };
        let thread = std::thread::Builder::new()
            .name("contexts".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| OpenError::Fault(format!("a thread cannot be started: {error}")))?;
        Ok(Opened {
            store: Self {
                path: path.to_owned(),
                shared,
                thread: Some(thread),
            },
            clean,
            records,
        })
    }

    /// This record is now so.
    pub fn put(&self, key: u32, record: Zeroizing<Vec<u8>>) {
        self.change(key, Some(record));
    }

    /// There is no such record any more.
    pub fn delete(&self, key: u32) {
        self.change(key, None);
    }

    fn change(&self, key: u32, change: Change) {
        let mut queue = self.shared.lock();
        let idle = queue.changes.is_empty();
        queue.submit(key, change);
        drop(queue);
        if idle {
            self.shared.filled.notify_one();
        }
    }

    /// How many changes were handed over since the file was opened.
    #[must_use]
    pub fn submitted(&self) -> u64 {
        self.shared.lock().submitted
    }

    /// How many changes, from the first since the file was opened, are durable.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.shared.lock().written
    }

    /// Has `waker` called, on the store's thread, whenever more is written.
    pub fn wake(&self, waker: impl Fn() + Send + 'static) {
        self.shared.lock().waker = Some(Box::new(waker));
    }

    /// Why writing fails at present; it is tried again until it succeeds.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.shared.lock().fault.clone()
    }

    /// Records that wait to be written.
    #[must_use]
    pub fn backlog(&self) -> usize {
        self.shared.lock().changes.len()
    }

    /// Writes what waits, then `records` as they are at last, then the mark that nothing is missing.
    ///
    /// # Errors
    /// In words that name the file; the mark is not set then.
    pub fn close(
        mut self,
        records: impl Iterator<Item = (u32, Zeroizing<Vec<u8>>)>,
    ) -> Result<(), OpenError> {
        let Some(mut writer) = self.stop() else {
            return Err(OpenError::Fault(
                "the thread of the contexts ended by itself".to_owned(),
            ));
        };
        if let Some(said) = self.shared.lock().fault.take() {
            return Err(OpenError::Fault(said));
        }
        writer
            .close(records)
            .map_err(|failure| OpenError::of(&self.path, failure))
    }

    fn stop(&mut self) -> Option<Writer> {
        let thread = self.thread.take()?;
        self.shared.lock().closing = true;
        self.shared.filled.notify_one();
        thread.join().ok()
    }
}

impl Drop for ContextStore {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The thread that writes.
struct Writer {
    connection: Connection,
    keys: Keys,
    owner: Owner,
    shared: Arc<Shared>,
    path: PathBuf,
}

impl Writer {
    fn run(mut self) -> Self {
        while let Some(changes) = self.take() {
            match self.write(&changes) {
                Ok(()) => self.written(),
                Err(failure) => {
                    let said = failure.reply(&self.path).to_string();
                    tracing::error!(error = %said, "contexts are not written; trying again");
                    if self.give_back(changes, said) {
                        break;
                    }
                }
            }
        }
        self
    }

    /// What waits; nothing once the store closes and all is written.
    fn take(&self) -> Option<BTreeMap<u32, Waiting>> {
        let mut queue = self.shared.lock();
        while queue.changes.is_empty() {
            if queue.closing {
                return None;
            }
            queue = self
                .shared
                .filled
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
        }
        if !queue.closing && queue.changes.len() < MAX_RECORDS_PER_COMMIT {
            let awaited = queue.waker.is_some();
            let gather = if awaited { GATHER_AWAITED } else { GATHER };
            let gathered = self
                .shared
                .filled
                .wait_timeout_while(queue, gather, |q| !q.closing);
            queue = gathered.unwrap_or_else(PoisonError::into_inner).0;
        }
        let rest = match queue.changes.keys().nth(MAX_RECORDS_PER_COMMIT).copied() {
            Some(key) => queue.changes.split_off(&key),
            None => BTreeMap::new(),
        };
        Some(std::mem::replace(&mut queue.changes, rest))
    }

    /// What was taken is durable, and who waits for that is told.
    fn written(&self) {
        let mut queue = self.shared.lock();
        queue.committed();
        if let Some(waker) = &queue.waker {
            waker();
        }
    }

    /// Puts back what was not written, unless a later word is there; then waits. Answers whether to give up.
    fn give_back(&self, changes: BTreeMap<u32, Waiting>, said: String) -> bool {
        let mut queue = self.shared.lock();
        for (key, taken) in changes {
            let since = taken.since;
            queue.changes.entry(key).or_insert(taken).since = since;
        }
        queue.fault = Some(said);
        let waited = self
            .shared
            .filled
            .wait_timeout_while(queue, RETRY, |q| !q.closing);
        waited.unwrap_or_else(PoisonError::into_inner).0.closing
    }

    /// Writes the last records and the mark.
    fn close(&mut self, records: impl Iterator<Item = (u32, Zeroizing<Vec<u8>>)>) -> Result<(), Failure> {
        let transaction = self.connection.unchecked_transaction()?;
        for (key, record) in records {
            put(&transaction, &mut self.keys, self.owner, key, &record)?;
        }
        transaction.execute("UPDATE mark SET clean = 1", [])?;
        Ok(transaction.commit()?)
    }

    fn write(&mut self, changes: &BTreeMap<u32, Waiting>) -> Result<(), Failure> {
        let transaction = self.connection.unchecked_transaction()?;
        for (key, Waiting { change, .. }) in changes {
            match change {
                Some(record) => put(&transaction, &mut self.keys, self.owner, *key, record)?,
                None => {
                    transaction
                        .prepare_cached("DELETE FROM record WHERE key = ?1")?
                        .execute([key])?;
                }
            }
        }
        Ok(transaction.commit()?)
    }
}

/// Where a record is sealed.
fn with_place<T>(owner: Owner, key: u32, work: impl FnOnce(&Place<'_>) -> T) -> T {
    work(&Place {
        table: "record",
        column: "octets",
        row: u64::from(key),
        beside: &[owner as u8],
    })
}

fn put(
    connection: &Connection,
    keys: &mut Keys,
    owner: Owner,
    key: u32,
    record: &[u8],
) -> Result<(), Failure> {
    let record = with_place(owner, key, |place| keys.seal(place, record))?;
    connection
        .prepare_cached(
            "INSERT INTO record (key, octets) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET octets = ?2",
        )?
        .execute(params![key, record])?;
    Ok(())
}

/// All records. One that does not open is left out and said: its UE begins anew.
fn read(connection: &Connection, keys: &mut Keys, owner: Owner) -> Result<Records, Failure> {
    let mut records = Vec::new();
    for (key, octets) in columns(connection)? {
        match with_place(owner, key, |place| {
            keys.open(connection, place, &octets)
                .map(|octets| octets.to_vec())
        }) {
            Ok(octets) => records.push((key, Zeroizing::new(octets))),
            Err(Failure::Content(why)) => {
                tracing::error!(why, "a record of the contexts does not open and is left out");
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(records)
}

/// The records as they are in the file.
fn columns(connection: &Connection) -> rusqlite::Result<Records> {
    let mut statement = connection.prepare("SELECT key, octets FROM record ORDER BY key")?;
    let rows = statement.query_map([], |row| {
        let octets = row.get_ref(1)?.as_blob()?.to_vec();
        Ok((row.get(0)?, Zeroizing::new(octets)))
    })?;
    rows.collect()
}

/// The data keys of the file: made, with what is in the clear sealed, if there are none.
fn sealed(connection: &Connection, owner: Owner, masters: &Arc<dyn Masters>) -> Result<Keys, Failure> {
    let transaction = connection.unchecked_transaction()?;
    let tables = transaction.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'data_key'",
        [],
        |row| row.get::<_, i64>(0),
    )?;
    if tables == 0 {
        transaction.execute_batch(TABLES)?;
    }
    let mut keys = Keys::load(FileKind::Contexts, &transaction, masters)?;
    if keys.current().is_none() {
        keys.add(&transaction)?;
        for (key, record) in columns(&transaction)? {
            put(&transaction, &mut keys, owner, key, &record)?;
            scrub::owe(&transaction)?;
        }
    } else if let Ok(new) = masters.for_new() {
        let stays = |key: &WrappedKey| key.master == new.fingerprint();
        if !wrapped_keys(&transaction)?.iter().all(stays) {
            rewrap(FileKind::Contexts, &transaction, &**masters, &*new)?;
        }
    }
    transaction.commit()?;
    Ok(keys)
}

/// The tables, and the lock that keeps other processes out.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // Before WAL: then there is no shared memory either.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "secure_delete", "FAST")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.execute_batch(
        "BEGIN IMMEDIATE;
         CREATE TABLE IF NOT EXISTS record (key INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
         CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), clean INTEGER NOT NULL) STRICT;
         INSERT OR IGNORE INTO mark VALUES (1, 1);
         COMMIT;",
    )?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut keys = Keys::load(FileKind::Contexts, &copied, &masters()).expect("keys");
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
            .execute_batch(
                "UPDATE record SET octets = (SELECT octets FROM record WHERE key = 9) WHERE key = 7",
            )
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
}
