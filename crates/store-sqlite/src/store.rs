//! The store itself: its threads, and the port.

use crate::database::{Database, Mode, OpenError};
use crate::fault::explain;
use crate::lanes::{Job, Lane};
use crate::lock::{LockError, ServingLock};
use crate::reader::Reader;
use crate::shared::{Numbers, Subscriptions};
use crate::writer::{Writer, reopen, reopen_writer};
use quintet_store::{
    AdminCommand, Command, Durability, EquipmentCommand, Queued, Reply, ShCommand, Store, StoreError,
    StoreFigures, Ticket,
};
use quintet_store_rows::{Answer, Caller, Commits, Outbox, Progress};
use quintet_subscriber::auc::Slot;
use quintet_vault::{Masters, NoMasters};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

/// Called from the store's threads when replies wait, or another process wrote; must not block.
pub type Waker = Box<dyn Fn() + Send + Sync>;

/// How to open a database.
pub struct Options {
    /// Where the master key is, without which nothing is opened or made.
    pub masters: Arc<dyn Masters>,
    /// Told how far a long migration is: what it is, how much is done, of how much.
    pub progress: Progress,
    /// Make the file (0600) and its directory (0700) if they are not there.
    pub create: bool,
    /// How long a transaction of another process is waited for before the answer is `Unavailable`.
    pub busy_timeout: Duration,
    /// Most commands that wait in each lane; the next one is `Busy`.
    pub max_waiting: usize,
    /// Called when [`Store::poll`] or [`SqliteStore::changed`] has something new.
    pub waker: Waker,
}

impl Default for Options {
    /// No master key; makes the file; waits a second for others; 16,384 commands may wait (a third of a second's work); wakes nobody.
    fn default() -> Self {
        Self {
            masters: Arc::new(NoMasters),
            progress: Arc::new(|_, _, _| {}),
            create: true,
            busy_timeout: Duration::from_secs(1),
            max_waiting: 16_384,
            waker: Box::new(|| {}),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            create,
            busy_timeout,
            max_waiting,
            ..
        } = self;
        write!(
            f,
            "Options {{ create: {create}, busy_timeout: {busy_timeout:?}, max_waiting: {max_waiting} }}"
        )
    }
}

/// Most commands under way, replies not yet polled included: a caller that never polls is refused, not served with
/// all memory.
const MAX_UNDER_WAY: usize = 1 << 16;

/// Most keys of one search that are looked up among single rows.
const KEYS_OF_ROWS: usize = 16;

/// A store in a SQLite database; see the crate.
#[derive(Debug)]
pub struct SqliteStore {
    path: PathBuf,
    max_waiting: usize,
    writes: Arc<Lane>,
    rows: Arc<Lane>,
    runs: Arc<Lane>,
    outbox: Arc<Outbox>,
    commits: Arc<Commits>,
    changed: Arc<AtomicBool>,
    /// Replies taken from the outbox and not polled yet.
    answers: VecDeque<Answer>,
    under_way: usize,
    threads: Vec<JoinHandle<()>>,
    lock: Option<ServingLock>,
}

impl SqliteStore {
    /// Opens (or makes) a database and starts its threads. The file is checked: is it ours, do we know its schema.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let path = path.as_ref().to_owned();
        let commits = Arc::new(Commits::default());
        let mode = Mode {
            masters: options.masters,
            progress: options.progress,
            create: options.create,
            migrate: true,
            busy_timeout: options.busy_timeout,
            commits: commits.clone(),
        };
        drop(Database::open(&path, &mode)?);
        let fault = |error: rusqlite::Error| OpenError::Fault(explain(&path, &error));
        let database = reopen_writer(&path, &mode)?;
        let version = Some(database.version().map_err(fault)?);
        let [writes, rows, runs]: [Arc<Lane>; 3] = Default::default();
        let outbox = Arc::new(Outbox::new(options.waker));
        let changed = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            path: path.clone(),
            mode: mode.clone(),
            database: Some(database),
            lane: writes.clone(),
            outbox: outbox.clone(),
            commits: commits.clone(),
            changed: changed.clone(),
            version,
            numbers: Numbers::default(),
        };
        let mut store = Self {
            max_waiting: options.max_waiting,
            writes,
            rows,
            runs,
            outbox,
            commits,
            changed,
            answers: VecDeque::new(),
            under_way: 0,
            threads: Vec::new(),
            lock: None,
            path,
        };
        store.start("quintet-db-write", move || writer.run())?;
        for (name, lane) in
            [("quintet-db-rows", &store.rows), ("quintet-db-runs", &store.runs)].map(|(n, l)| (n, l.clone()))
        {
            let reader = Reader {
                path: store.path.clone(),
                mode: mode.clone(),
                database: Some(reopen(&store.path, &mode)?),
                lane,
                outbox: store.outbox.clone(),
                subscriptions: Subscriptions::default(),
            };
            store.start(name, move || reader.run())?;
        }
        Ok(store)
    }

    fn start(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<(), OpenError> {
        let thread = Builder::new().name(name.to_owned()).spawn(run);
        let thread =
            thread.map_err(|error| OpenError::Fault(format!("no thread for the database: {error}")))?;
        self.threads.push(thread);
        Ok(())
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reserves a slot for this process until the store is dropped; `program` is what another server is told of it.
    /// The lock belongs to the process' open file: it ends with the process, however that ends.
    ///
    /// # Errors
    /// [`LockError::InUse`] names the process that serves the slot already.
    pub fn lock_for_serving(&mut self, slot: Slot, program: &str) -> Result<(), LockError> {
        self.lock = Some(ServingLock::take(&self.path, slot, program)?);
        Ok(())
    }

    /// Whether another process wrote since this was last asked: then ask for [`Command::Changes`]. It is noticed within
    /// 100 ms, and the waker is called. It may be true without a change of provisioning.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed.swap(false, Ordering::AcqRel)
    }

    /// Does one command and waits for it: for command-line tools. Several threads may call it.
    ///
    /// # Errors
    /// Those of the command.
    pub fn execute(&self, command: Command) -> Result<Reply, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let lane = self.lane(&command);
        lane.push(Job::Command(Caller::Blocked(sender), command), self.max_waiting)
            .map_err(|_| StoreError::Busy)?;
        receiver.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Finishes all commands under way, brings everything from the WAL into the file, and closes it. Dropping the
    /// store does the same.
    pub fn shutdown(self) {
        drop(self);
    }

    fn lane(&self, command: &Command) -> &Lane {
        match command {
            Command::Load { .. }
            | Command::LoadLocation { .. }
            | Command::LoadContextData { .. }
            | Command::LoadIms { .. }
            | Command::Equipment(EquipmentCommand::Find { .. })
            | Command::Admin(AdminCommand::Remembered { .. })
            | Command::Sh(ShCommand::Load { .. }) => &self.rows,
            // Some keys are a row or two each; many are a run.
            Command::Admin(AdminCommand::Find { keys }) if keys.len() <= KEYS_OF_ROWS => &self.rows,
            Command::Scan { .. }
            | Command::ScanIms { .. }
            | Command::Changes { .. }
            | Command::Equipment(EquipmentCommand::Changes { .. })
            | Command::Sh(ShCommand::Changes { .. })
            | Command::Admin(
                AdminCommand::Find { .. }
                | AdminCommand::List { .. }
                | AdminCommand::Tokens
                | AdminCommand::Audit { .. },
            )
            | Command::ScanServed { .. }
            | Command::Count => &self.runs,
            _ => &self.writes,
        }
    }

    /// Runs something in the writer's thread and does not wait for it.
    #[cfg(test)]
    pub(crate) fn block_writer(&self, run: impl FnOnce() + Send + 'static) {
        let job = crate::lanes::TestJob(Box::new(move |_| run()));
        self.writes.push(Job::Test(job), usize::MAX).unwrap();
    }

    /// Runs something with the writer's connection.
    #[cfg(test)]
    pub(crate) fn with_writer<T: Send + 'static>(
        &self,
        run: impl FnOnce(&rusqlite::Connection) -> T + Send + 'static,
    ) -> T {
        let (sender, receiver) = mpsc::sync_channel(1);
        let job = crate::lanes::TestJob(Box::new(move |connection| sender.send(run(connection)).unwrap()));
        self.writes.push(Job::Test(job), usize::MAX).unwrap();
        receiver.recv().unwrap()
    }
}

/// What a command gets whose thread is gone.
fn stopped() -> StoreError {
    StoreError::Unavailable(
        "the database was shut down, or its thread failed; restart the program".to_owned(),
    )
}

impl Store for SqliteStore {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        self.under_way += 1;
        if self.under_way > MAX_UNDER_WAY {
            self.answers.push_back((ticket, Err(StoreError::Busy)));
            return;
        }
        let lane = self.lane(&command);
        if lane
            .push(Job::Command(Caller::Ticket(ticket), command), self.max_waiting)
            .is_err()
        {
            self.answers.push_back((ticket, Err(StoreError::Busy)));
        }
    }

    fn poll(&mut self) -> Option<Answer> {
        if self.answers.is_empty() {
            self.outbox.collect(&mut self.answers);
        }
        let answer = self.answers.pop_front()?;
        self.under_way -= 1;
        Some(answer)
    }

    fn durability(&self) -> Durability {
        Durability::Durable
    }

    fn changed(&mut self) -> bool {
        Self::changed(self)
    }

    fn figures(&self) -> StoreFigures {
        self.commits.figures(Queued {
            writes: self.writes.len(),
            rows: self.rows.len(),
            runs: self.runs.len(),
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        for lane in [&self.rows, &self.runs, &self.writes] {
            lane.close();
        }
        // Readers first: the writer's last checkpoint wants nobody else on the WAL.
        for thread in self.threads.drain(..).rev() {
            if thread.join().is_err() {
                tracing::error!(path = %self.path.display(), "a thread of the database had panicked");
            }
        }
    }
}
