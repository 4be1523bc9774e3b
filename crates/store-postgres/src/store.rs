//! The store itself: its thread, and the port.

use crate::address::Address;
use crate::lanes::{Job, Lane};
use crate::open;
use crate::options::{OpenError, Options};
use crate::reader::Reader;
use crate::session::Purpose;
use crate::watch::{Claim, Watch};
use crate::writer::Writer;
use quintet_store::{
    AdminCommand, Command, Durability, EquipmentCommand, Queued, Reply, ShCommand, Store, StoreError,
    StoreFigures, Ticket,
};
use quintet_store_rows::{Answer, Caller, Commits, Outbox};
use quintet_subscriber::auc::Slot;
use quintet_vault::Masters;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{Builder, JoinHandle};
use tokio::task::LocalSet;

/// Most keys of one search that are looked up among single rows.
const KEYS_OF_ROWS: usize = 16;

/// Most commands under way, replies not yet polled included: a caller that never polls is refused, not served with
/// all memory.
const MAX_UNDER_WAY: usize = 1 << 16;

/// A store in a PostgreSQL database; see the crate.
pub struct PostgresStore {
    place: String,
    warnings: Vec<String>,
    max_waiting: usize,
    lanes: Lanes,
    outbox: Arc<Outbox>,
    commits: Arc<Commits>,
    changed: Arc<AtomicBool>,
    claims: Option<tokio::sync::mpsc::UnboundedSender<Claim>>,
    /// Replies taken from the outbox and not polled yet.
    answers: VecDeque<Answer>,
    under_way: usize,
    thread: Option<JoinHandle<()>>,
}

/// What waits to be done.
#[derive(Clone, Default)]
struct Lanes {
    writes: Arc<Lane>,
    rows: Arc<Lane>,
    runs: Arc<Lane>,
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostgresStore({}, {} under way)", self.place, self.under_way)
    }
}

impl PostgresStore {
    /// Connects to a database, makes its tables if they are not there, and starts the thread that works on it. The URL is
    /// `postgresql://user@host:port/database?option=value`, as `psql` takes it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(url: &str, options: Options) -> Result<Self, OpenError> {
        let address = Arc::new(Address::new(url, &options)?);
        let lanes = Lanes::default();
        let outbox = Arc::new(Outbox::new(options.waker));
        let commits = Arc::new(Commits::default());
        let changed = Arc::new(AtomicBool::new(false));
        let (claims, claimed) = tokio::sync::mpsc::unbounded_channel();
        let own = Arc::new(AtomicI32::new(0));
        let place = address.place.clone();
        let work = Work {
            masters: options.masters,
            instance: instance()?.into(),
            readers: options.readers.max(1),
            lanes: lanes.clone(),
            outbox: outbox.clone(),
            commits: commits.clone(),
            changed: changed.clone(),
            own,
            claimed,
            address,
        };
        let (opened, outcome) = mpsc::sync_channel(1);
        let thread = Builder::new()
            .name("quintet-postgres".to_owned())
            .spawn(move || work.run(&opened))
            .map_err(|error| OpenError::Fault(format!("no thread for the database: {error}")))?;
        let gone = || OpenError::Fault("the thread of the database failed".to_owned());
        let warnings = outcome.recv().map_err(|_| gone())??;
        Ok(Self {
            place,
            warnings,
            max_waiting: options.max_waiting,
            lanes,
            outbox,
            commits,
            changed,
            claims: Some(claims),
            answers: VecDeque::new(),
            under_way: 0,
            thread: Some(thread),
        })
    }

    /// Where the database is, without user and password.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What whoever runs the server should know: what is acknowledged there may be lost, or read on the way.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reserves a slot for this process until the store is dropped. It is a courtesy to whoever starts two by mistake; who
    /// may issue SQNs is decided by the slot's epoch.
    ///
    /// # Errors
    /// [`OpenError::InUse`] names the connection that has the slot.
    pub fn lock_for_serving(&mut self, slot: Slot) -> Result<(), OpenError> {
        // A program may be starting its nodes in a runtime of its own: this waits as a thread does, not as a task.
        let (answer, answered) = mpsc::sync_channel(1);
        let sent = self.claims.as_ref().map(|claims| claims.send((slot, answer)));
        let unanswered = || {
            OpenError::Fault(format!(
                "the database {} cannot be asked for a slot now",
                self.place
            ))
        };
        match sent.map(|_| answered.recv()) {
            Some(Ok(Ok(None))) => Ok(()),
            Some(Ok(Ok(Some(holder)))) => Err(OpenError::InUse {
                slot: slot.value(),
                holder,
            }),
            Some(Ok(Err(failure))) => Err(OpenError::Fault(failure.reply(&self.place).to_string())),
            _ => Err(unanswered()),
        }
    }

    /// Whether another process wrote since this was last asked: then ask for [`Command::Changes`]. The waker is called.
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
        lane.push((Caller::Blocked(sender), command), self.max_waiting)
            .map_err(|_| StoreError::Busy)?;
        receiver.recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// Finishes all commands under way and closes the connections. Dropping the store does the same.
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
            | Command::Sh(ShCommand::Load { .. }) => &self.lanes.rows,
            // Some keys are a row or two each; many are a run.
            Command::Admin(AdminCommand::Find { keys }) if keys.len() <= KEYS_OF_ROWS => &self.lanes.rows,
            command if !command.is_write() => &self.lanes.runs,
            _ => &self.lanes.writes,
        }
    }
}

/// What a command gets whose thread is gone.
fn stopped() -> StoreError {
    StoreError::Unavailable(
        "the database was shut down, or its thread failed; restart the program".to_owned(),
    )
}

/// A name of this store among all at the server.
pub(crate) fn instance() -> Result<String, OpenError> {
    let mut octets = [0; 6];
    #[expect(clippy::disallowed_methods, reason = "names of stores are made here")]
    getrandom::fill(&mut octets)
        .map_err(|error| OpenError::Fault(format!("there is no entropy: {error}")))?;
    Ok(hex::encode(octets))
}

impl Store for PostgresStore {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        self.under_way += 1;
        if self.under_way > MAX_UNDER_WAY {
            self.answers.push_back((ticket, Err(StoreError::Busy)));
            return;
        }
        let job: Job = (Caller::Ticket(ticket), command);
        if self.lane(&job.1).push(job, self.max_waiting).is_err() {
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
            writes: self.lanes.writes.len(),
            rows: self.lanes.rows.len(),
            runs: self.lanes.runs.len(),
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        self.claims = None;
        for lane in [&self.lanes.rows, &self.lanes.runs, &self.lanes.writes] {
            lane.close();
        }
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!(database = %self.place, "the thread of the database had panicked");
        }
    }
}

/// What the thread does.
struct Work {
    address: Arc<Address>,
    masters: Arc<dyn Masters>,
    instance: Arc<str>,
    readers: usize,
    lanes: Lanes,
    outbox: Arc<Outbox>,
    commits: Arc<Commits>,
    changed: Arc<AtomicBool>,
    own: Arc<AtomicI32>,
    claimed: tokio::sync::mpsc::UnboundedReceiver<Claim>,
}

impl Work {
    fn run(self, opened: &mpsc::SyncSender<Result<Vec<String>, OpenError>>) {
        let tell = |outcome| drop(opened.send(outcome));
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                return tell(Err(OpenError::Fault(format!(
                    "no runtime for the database: {error}"
                ))));
            }
        };
        let local = LocalSet::new();
        local.block_on(&runtime, async {
            match open::first(&self.address, &self.masters, &self.instance).await {
                Err(error) => tell(Err(error)),
                Ok(warnings) => {
                    for warning in &warnings {
                        tracing::warn!(database = %self.address.place, "{warning}");
                    }
                    tell(Ok(warnings));
                    self.serve().await;
                }
            }
        });
    }

    async fn serve(self) {
        let reader = |purpose: Purpose, lane: &Arc<Lane>| Reader {
            address: self.address.clone(),
            masters: self.masters.clone(),
            instance: self.instance.clone(),
            purpose,
            lane: lane.clone(),
            outbox: self.outbox.clone(),
            commits: self.commits.clone(),
        };
        let mut tasks = vec![tokio::task::spawn_local(
            reader(Purpose::Runs, &self.lanes.runs).run(),
        )];
        for _ in 0..self.readers {
            tasks.push(tokio::task::spawn_local(
                reader(Purpose::Rows, &self.lanes.rows).run(),
            ));
        }
        let writer = Writer {
            address: self.address.clone(),
            masters: self.masters,
            instance: self.instance.clone(),
            lane: self.lanes.writes,
            outbox: self.outbox.clone(),
            commits: self.commits,
            process: self.own.clone(),
            writing: None,
            refused: None,
        };
        tasks.push(tokio::task::spawn_local(writer.run()));
        let watch = Watch {
            address: self.address,
            instance: self.instance,
            outbox: self.outbox,
            changed: self.changed,
            own: self.own,
            claims: self.claimed,
            slot: None,
        };
        tasks.push(tokio::task::spawn_local(watch.run()));
        for task in tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the database failed");
            }
        }
    }
}
