//! The task that writes: all commands that wait share one COMMIT.
//!
//! ```text
//!  BEGIN, lock ─► command (each) ─► COMMIT ─► replies          all in one flight where each command is one statement
//!                    │ one fails: all of it is rolled back, and again with more care
//!  BEGIN, lock ─► SAVEPOINT, command, RELEASE │ ROLLBACK TO  (each) ─► COMMIT ─► replies
//!        │ fails               │ the transaction is lost           │ fails
//!        └─────────────────────┴───────── every command: Unavailable
//! ```
//!
//! The lock is the schema's: one transaction writes at a time, whatever process it is of. So revisions become visible in
//! their order, each command sees all before it, and no two of our transactions wait for each other in a circle. A
//! process that stands still within a transaction loses it to `IDLE_LIMIT`.

use crate::address::Address;
use crate::check;
use crate::commands::{SENT_IN_ROWS, is_provisioning, write, write_first};
use crate::fault::Failure;
use crate::flight::Flight;
use crate::lanes::{Job, Lane};
use crate::sealing::Keys;
use crate::session::{LOCK_LIMIT, Purpose, Session, within};
use quintet_store::{Command, Reply, StoreError};
use quintet_store_rows::{Commits, Outbox};
use quintet_vault::Masters;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Most commands of one COMMIT: beyond this a commit costs next to nothing per command, and the first one of them would
/// only wait longer.
pub(crate) const MAX_COMMANDS_PER_COMMIT: usize = 1024;

/// How long a transaction may take altogether: that long a caller waits at most when the server falls silent.
const TRANSACTION_PATIENCE: Duration = Duration::from_secs(20);

/// How long after a failed attempt to connect the next one is made; commands in between get the same answer.
const CONNECT_AGAIN: Duration = Duration::from_millis(250);

/// How long the server is given to end a connection that was lost.
const END_LIMIT: Duration = Duration::from_secs(3);

/// The reply to each command.
type Replies = Vec<Result<Reply, Failure>>;

/// A connection and the keys known with it.
pub(crate) struct Writing {
    pub(crate) session: Session,
    pub(crate) keys: Keys,
}

/// See the module.
pub(crate) struct Writer {
    pub(crate) address: Arc<Address>,
    pub(crate) masters: Arc<dyn Masters>,
    pub(crate) instance: Arc<str>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) commits: Arc<Commits>,
    /// The server's process of our connection: its notifications are our own.
    pub(crate) process: Arc<AtomicI32>,
    pub(crate) writing: Option<Writing>,
    /// Why the last attempt to connect failed, and when.
    pub(crate) refused: Option<(Instant, StoreError)>,
}

impl Writer {
    /// Works until the lane is closed and empty.
    pub(crate) async fn run(mut self) {
        while let Some(jobs) = self.lane.take(MAX_COMMANDS_PER_COMMIT).await {
            self.serve(jobs).await;
        }
    }

    async fn serve(&mut self, jobs: Vec<Job>) {
        let (callers, commands): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        let begun = Instant::now();
        let outcome = self.transact(&commands).await;
        self.commits
            .ended(begun.elapsed(), commands.len(), outcome.is_ok());
        match outcome {
            Ok(replies) => {
                let place = &self.address.place;
                let replies = replies
                    .into_iter()
                    .map(|reply| reply.map_err(|failure| failure.reply(place)));
                self.outbox.deliver(callers.into_iter().zip(replies));
            }
            Err(error) => self
                .outbox
                .deliver(callers.into_iter().map(|caller| (caller, Err(error.clone())))),
        }
    }

    /// One transaction, or two where a command of the first one failed; replies once they are durable.
    async fn transact(&mut self, commands: &[Command]) -> Result<Replies, StoreError> {
        let mut writing = self.connected().await?;
        let lock = self.address.lock_number();
        let work = async {
            match together(&mut writing, commands, lock).await {
                Err(failure) if failure.is_of_one_command() => apart(&mut writing, commands, lock).await,
                outcome => outcome,
            }
        };
        let outcome = within(TRANSACTION_PATIENCE, "a transaction", work).await;
        match outcome {
            Ok(replies) => {
                self.writing = Some(writing);
                Ok(replies)
            }
            Err(failure) => {
                let reply = failure.reply(&self.address.place);
                tracing::error!(error = %reply, "the database refuses a transaction");
                let clean = !failure.spoils_connection() && writing.session.batch("ROLLBACK").await.is_ok();
                if clean {
                    self.writing = Some(writing);
                }
                Err(reply)
            }
        }
    }

    /// The connection there is, or a new one.
    async fn connected(&mut self) -> Result<Writing, StoreError> {
        if let Some(writing) = self.writing.take()
            && !writing.session.is_closed()
        {
            return Ok(writing);
        }
        if let Some((when, error)) = &self.refused
            && when.elapsed() < CONNECT_AGAIN
        {
            return Err(error.clone());
        }
        match connect(&self.address, &self.masters, &self.instance).await {
            Ok(mut writing) => {
                writing.keys = writing.keys.counted_by(&self.commits);
                self.refused = None;
                self.process.store(writing.session.process, Ordering::Release);
                tracing::info!(database = %self.address.place, "connected to the database anew");
                Ok(writing)
            }
            Err(failure) => {
                let error = failure.reply(&self.address.place);
                tracing::error!(%error, "no connection to the database");
                self.refused = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }
}

/// A connection that writes, to a server that was checked.
pub(crate) async fn connect(
    address: &Address,
    masters: &Arc<dyn Masters>,
    instance: &str,
) -> Result<Writing, Failure> {
    let session = Session::open(address, Purpose::Write, instance, Box::new(|_| {})).await?;
    within(END_LIMIT, "the end of a lost connection", end_others(&session)).await?;
    let state = check::server(&session, address).await?;
    for warning in state.warnings {
        tracing::warn!(database = %address.place, "{warning}");
    }
    check::schema(&session).await?;
    session.prepare(SENT_IN_ROWS).await?;
    let keys = Keys::load(&session, masters).await?;
    Ok(Writing { session, keys })
}

/// Ends what is left of connections this store lost: the server may not know yet, and still be about to do what was sent
/// over them, which must not come after what is sent now.
async fn end_others(session: &Session) -> Result<(), Failure> {
    let sql = "SELECT pg_terminate_backend(pid, 2500) FROM pg_stat_activity
         WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()
           AND datname = current_database() AND usename = current_user";
    for row in session.query(sql, &[]).await? {
        if !row.try_get::<_, bool>(0)? {
            return Err(Failure::TimedOut("the end of a lost connection"));
        }
    }
    Ok(())
}

/// Begins a transaction that writes.
pub(crate) fn begin(lock: i64) -> String {
    format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({lock})")
}

/// Ends it, and tells other processes if they want to know.
fn commit(commands: &[Command]) -> &'static str {
    if commands.iter().any(is_provisioning) {
        // The channel has the name of the schema.
        "SELECT pg_notify(current_schema(), ''); COMMIT"
    } else {
        "COMMIT"
    }
}

/// All commands without savepoints. One that fails and changed nothing has its reply; one that may have changed something
/// is the failure of all.
async fn together(writing: &mut Writing, commands: &[Command], lock: i64) -> Result<Replies, Failure> {
    let Writing { session, keys } = writing;
    let session = &*session;
    let begin = begin(lock);
    let flight = Flight::of(session, commands);
    if flight.length == commands.len() {
        // The whole transaction without waiting for anything before its COMMIT. If a statement fails, PostgreSQL makes a
        // ROLLBACK of that COMMIT.
        return flight.run(Some((&begin, commit(commands)))).await;
    }
    session.batch(&begin).await?;
    keys.follow(session).await?;
    let mut replies: Replies = Vec::with_capacity(commands.len());
    let mut rest = commands;
    while !rest.is_empty() {
        let flight = Flight::of(session, rest);
        if flight.length == 0 {
            match write_first(session, keys, rest).await {
                Ok(done) => {
                    rest = &rest[done.len()..];
                    replies.extend(done.into_iter().map(Ok));
                }
                Err(failure) => {
                    if !failure.spoils_connection() {
                        session.batch("ROLLBACK").await?;
                    }
                    return Err(failure);
                }
            }
        } else {
            rest = &rest[flight.length..];
            replies.extend(flight.run(None).await?);
        }
    }
    session.batch(commit(commands)).await?;
    Ok(replies)
}

/// Each command in a savepoint of its own.
async fn apart(writing: &mut Writing, commands: &[Command], lock: i64) -> Result<Replies, Failure> {
    let Writing { session, keys } = writing;
    session.batch(&format!("ROLLBACK; {}", begin(lock))).await?;
    keys.follow(session).await?;
    let mut replies: Replies = Vec::with_capacity(commands.len());
    for command in commands {
        session.batch("SAVEPOINT command").await?;
        match write(session, keys, command).await {
            Ok(reply) => {
                session.batch("RELEASE command").await?;
                replies.push(Ok(reply));
            }
            Err(failure) if failure.is_of_one_command() => {
                session.batch("ROLLBACK TO command; RELEASE command").await?;
                replies.push(Err(failure));
            }
            Err(failure) => return Err(failure),
        }
    }
    session.batch(commit(commands)).await?;
    Ok(replies)
}

const _: () = assert!(
    TRANSACTION_PATIENCE.as_millis() > LOCK_LIMIT.as_millis() + Purpose::Write.statement_limit().as_millis(),
    "the server gives up before we do"
);
