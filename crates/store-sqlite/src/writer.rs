//! The thread that writes: all commands that wait share one COMMIT.
//!
//! ```text
//!  BEGIN IMMEDIATE ─► command (each) ─► COMMIT ─► files in place? ─► replies
//!                        │ one fails: ROLLBACK, and again with more care
//!  BEGIN IMMEDIATE ─► SAVEPOINT, command, RELEASE │ ROLLBACK TO  (each) ─► COMMIT ─► files in place? ─► replies
//!        │ fails               │ the transaction is lost            │ fails          │ no
//!        └─────────────────────┴────────── every command: Unavailable ──────────────┘
//! ```
//!
//! Commands nearly always succeed, and a savepoint costs two statements and a copy of every page that changes in it.

use crate::database::{Database, Mode, OpenError};
use crate::fault::Failure;
use crate::lanes::{Job, Lane, Work};
use crate::sealing::Keys;
use crate::shared::Numbers;
use crate::{admin, context_data, equipment, ims, location, provision, sh, slot};
use quintet_store::{Command, Reply, StoreError};
use quintet_store_rows::{Caller, Commits, Outbox};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Most commands of one COMMIT: beyond this a commit costs nothing per command any more, and the first one of them
/// would only wait longer.
pub(crate) const MAX_COMMANDS_PER_COMMIT: usize = 1024;

/// How long other processes' writes may go unnoticed.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);

/// WAL pages after which a checkpoint is made, behind the replies: 32 MiB. Fewer checkpoints write a page that changes
/// often less often; more keep the WAL short, which is read when a database is opened after a crash.
const CHECKPOINT_PAGES: i64 = 8192;

/// Page cache of the writer in KiB: it changes leaves all over the file, and reads each one first.
const PAGE_CACHE_KIB: i64 = 32 * 1024;

/// See the module.
pub(crate) struct Writer {
    pub(crate) path: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) database: Option<Database>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) commits: Arc<Commits>,
    /// Set when another process wrote.
    pub(crate) changed: Arc<AtomicBool>,
    /// `PRAGMA data_version` as last seen.
    pub(crate) version: Option<i64>,
    pub(crate) numbers: Numbers,
}

/// A transaction that is not committed.
struct Lost {
    failure: Failure,
    /// The command that made SQLite roll back everything, if it was one.
    at: Option<usize>,
}

impl From<rusqlite::Error> for Lost {
    fn from(error: rusqlite::Error) -> Self {
        Self {
            failure: error.into(),
            at: None,
        }
    }
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Self {
        Self { failure, at: None }
    }
}

impl Writer {
    /// Works until the lane is closed and empty.
    pub(crate) fn run(mut self) {
        loop {
            match self.lane.take(MAX_COMMANDS_PER_COMMIT, WATCH_INTERVAL) {
                Work::Jobs(jobs) => self.serve(jobs),
                Work::Nothing => self.watch(),
                Work::Closed => break,
            }
        }
        if let Some(database) = &self.database
            && let Err(error) = database
                .connection
                .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            // The WAL stays and is read at the next start: nothing is lost.
            tracing::debug!(%error, "the last checkpoint was not made");
        }
    }

    /// Does commands and replies.
    fn serve(&mut self, jobs: Vec<Job>) {
        let mut commands = Vec::with_capacity(jobs.len());
        for job in jobs {
            match job {
                Job::Command(caller, command) => commands.push((caller, command)),
                #[cfg(test)]
                Job::Test(test) => {
                    if let Some(database) = &self.database {
                        (test.0)(&database.connection);
                    }
                }
            }
        }
        if commands.is_empty() {
            return;
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "how long a transaction takes, for metrics"
        )]
        let begun = Instant::now();
        let outcome = self.transact(&commands);
        self.commits
            .ended(begun.elapsed(), commands.len(), outcome.is_ok());
        let callers = commands.into_iter().map(|(caller, _): (Caller, Command)| caller);
        match outcome {
            Ok(replies) => {
                self.outbox.deliver(callers.zip(replies));
                self.checkpoint();
            }
            Err(error) => self
                .outbox
                .deliver(callers.map(|caller| (caller, Err(error.clone())))),
        }
    }

    /// One transaction; its replies once they are durable, or why there are none.
    fn transact(
        &mut self,
        commands: &[(Caller, Command)],
    ) -> Result<Vec<Result<Reply, StoreError>>, StoreError> {
        let mut database = self
            .connected()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let outcome = match self.commit_together(&mut database, commands) {
            Ok(None) => self.commit(&mut database, commands, None),
            Ok(Some(replies)) => Ok(replies),
            Err(lost) => Err(lost),
        };
        let outcome = match outcome {
            // It took the transaction with it (SQLite does this on a full disk): the others have a second chance.
            Err(Lost {
                failure,
                at: Some(at),
            }) if commands.len() > 1 && !failure.spoils_connection() => {
                self.numbers.forget();
                self.commit(&mut database, commands, Some((at, failure.reply(&self.path))))
            }
            outcome => outcome,
        };
        match outcome {
            Ok(_) if !database.is_in_place() => {
                self.numbers.forget();
                let error = OpenError::Replaced(self.path.clone());
                tracing::error!(%error);
                Err(StoreError::Unavailable(error.to_string()))
            }
            Ok(replies) => {
                self.database = Some(database);
                Ok(replies)
            }
            Err(Lost { failure, .. }) => {
                self.numbers.forget();
                let reply = failure.reply(&self.path);
                tracing::error!(error = %reply, "the database refuses a transaction");
                let clean = database.connection.is_autocommit()
                    || database.connection.execute_batch("ROLLBACK").is_ok();
                if clean && !failure.spoils_connection() {
                    self.database = Some(database);
                }
                Err(reply)
            }
        }
    }

    /// All commands without savepoints; `None` if one of them fails, and then nothing is done.
    fn commit_together(
        &mut self,
        database: &mut Database,
        commands: &[(Caller, Command)],
    ) -> Result<Option<Vec<Result<Reply, StoreError>>>, Lost> {
        database
            .connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        self.notice(database)?;
        let Database { connection, keys, .. } = database;
        let connection = &*connection;
        let mut replies = Vec::with_capacity(commands.len());
        for (_, command) in commands {
            match apply(connection, &mut self.numbers, keys, command) {
                Ok(reply) => replies.push(Ok(reply)),
                Err(failure) if failure.spoils_connection() => return Err(Lost { failure, at: None }),
                Err(_) => {
                    self.numbers.forget();
                    if !connection.is_autocommit() {
                        connection.prepare_cached("ROLLBACK")?.execute([])?;
                    }
                    return Ok(None);
                }
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(Some(replies))
    }

    /// Each command in a savepoint of its own. `skip` is a command not to be done, with its reply.
    fn commit(
        &mut self,
        database: &mut Database,
        commands: &[(Caller, Command)],
        mut skip: Option<(usize, StoreError)>,
    ) -> Result<Vec<Result<Reply, StoreError>>, Lost> {
        database
            .connection
            .prepare_cached("BEGIN IMMEDIATE")?
            .execute([])?;
        self.notice(database)?;
        let Database { connection, keys, .. } = database;
        let connection = &*connection;
        let mut replies = Vec::with_capacity(commands.len());
        for (at, (_, command)) in commands.iter().enumerate() {
            if let Some((_, reply)) = skip.take_if(|(skipped, _)| *skipped == at) {
                replies.push(Err(reply));
                continue;
            }
            match self.one(connection, keys, command) {
                Ok(reply) => replies.push(reply),
                Err(failure) => {
                    let at = connection.is_autocommit().then_some(at);
                    return Err(Lost { failure, at });
                }
            }
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(replies)
    }

    /// One command in its savepoint. An error of this function is the whole transaction's.
    fn one(
        &mut self,
        connection: &Connection,
        keys: &mut Keys,
        command: &Command,
    ) -> Result<Result<Reply, StoreError>, Failure> {
        connection.prepare_cached("SAVEPOINT command")?.execute([])?;
        self.numbers.begin();
        let failure = match apply(connection, &mut self.numbers, keys, command) {
            Ok(reply) => {
                connection.prepare_cached("RELEASE command")?.execute([])?;
                return Ok(Ok(reply));
            }
            Err(failure) => failure,
        };
        // Some errors make SQLite roll back everything; others leave nothing that could be trusted.
        if connection.is_autocommit() || failure.spoils_connection() {
            return Err(failure);
        }
        connection.prepare_cached("ROLLBACK TO command")?.execute([])?;
        connection.prepare_cached("RELEASE command")?.execute([])?;
        self.numbers.roll_back();
        Ok(Err(failure.reply(&self.path)))
    }

    /// The connection there is, or a new one.
    fn connected(&mut self) -> Result<Database, OpenError> {
        if let Some(mut database) = self.database.take() {
            if database.is_in_place() {
                return Ok(database);
            }
            tracing::error!(error = %OpenError::Replaced(self.path.clone()));
        }
        self.numbers.forget();
        let database = reopen_writer(&self.path, &self.mode)?;
        tracing::info!(path = %self.path.display(), "the database was opened anew");
        self.version = None;
        Ok(database)
    }

    /// Compares the data version: a change is another process' write. Within a transaction it stays as it is.
    fn notice(&mut self, database: &mut Database) -> Result<(), Failure> {
        let version = database.version()?;
        if self.version != Some(version) {
            // Before anything is sealed: the other process may have made a data key, and all is sealed under the newest.
            database.keys.refresh(&database.connection)?;
            self.version = Some(version);
            self.numbers.forget();
            self.changed.store(true, Ordering::Release);
            self.outbox.wake();
        }
        Ok(())
    }

    /// Looks for other processes' writes while nothing is to be done.
    fn watch(&mut self) {
        let Some(mut database) = self.database.take() else {
            return;
        };
        if !database.is_in_place() {
            tracing::error!(error = %OpenError::Replaced(self.path.clone()));
            self.numbers.forget();
            return;
        }
        if let Err(failure) = self.notice(&mut database) {
            tracing::debug!(error = %failure.reply(&self.path), "the data version could not be read");
        }
        self.database = Some(database);
    }

    fn checkpoint(&mut self) {
        let Some(database) = &self.database else { return };
        let pending = "PRAGMA wal_checkpoint(NOOP)";
        let pages = |sql: &str| -> rusqlite::Result<i64> {
            database
                .connection
                .prepare_cached(sql)?
                .query_row([], |row| Ok(row.get::<_, i64>(1)? - row.get::<_, i64>(2)?))
        };
        let made = pages(pending).and_then(|pages_pending| {
            if pages_pending < CHECKPOINT_PAGES {
                Ok(0)
            } else {
                pages("PRAGMA wal_checkpoint(PASSIVE)")
            }
        });
        if let Err(error) = made {
            // What is in the WAL is durable; the next commit tries again and, if the disk is in trouble, says so.
            tracing::warn!(%error, path = %self.path.display(), "a checkpoint was not made");
        }
    }
}

/// A new connection to a file that must be there.
pub(crate) fn reopen(path: &Path, mode: &Mode) -> Result<Database, OpenError> {
    let database = Database::open(
        path,
        &Mode {
            create: false,
            migrate: false,
            ..mode.clone()
        },
    )?;
    // The writer makes the checkpoints, when it has replied.
    database.tune("wal_autocheckpoint", 0)?;
    Ok(database)
}

/// The same for the writer.
pub(crate) fn reopen_writer(path: &Path, mode: &Mode) -> Result<Database, OpenError> {
    let database = reopen(path, mode)?;
    database.tune("cache_size", -PAGE_CACHE_KIB)?;
    Ok(database)
}

/// Does one command that writes.
pub(crate) fn apply(
    connection: &Connection,
    numbers: &mut Numbers,
    keys: &mut Keys,
    command: &Command,
) -> Result<Reply, Failure> {
    match command {
        Command::Takeover { slot } => slot::takeover(connection, *slot),
        Command::RaiseBound { slot, epoch, h } => slot::raise_bound(connection, *slot, *epoch, *h),
        Command::SetDif {
            imsi,
            slot,
            epoch,
            expected,
            dif,
        } => slot::set_dif(connection, *imsi, (*slot, *epoch), *expected, *dif),
        Command::Fence { h } => slot::fence(connection, *h),
        Command::SetMme {
            imsi,
            mme,
            clear_gateways,
        } => location::set_mme(connection, numbers, *imsi, mme, *clear_gateways),
        Command::SetSgsn { imsi, sgsn } => location::set_sgsn(connection, numbers, *imsi, sgsn),
        Command::ChangeWaiting { imsi, change } => location::change_waiting(connection, *imsi, change),
        Command::SetAaa { imsi, expected, aaa } => {
            location::set_aaa(connection, *imsi, expected.as_deref(), aaa.as_deref())
        }
        Command::Purge { imsi, host } => location::purge(connection, *imsi, host),
        Command::ClearLocation { imsi } => location::clear(connection, *imsi),
        Command::SetGateway {
            imsi,
            host,
            gateway,
            remove,
        } => location::set_gateway(connection, *imsi, host, gateway.as_deref(), remove),
        Command::ChangeContextData { imsi, change } => context_data::change(connection, *imsi, change),
        Command::ClearContextData { imsi } => context_data::clear(connection, *imsi),
        Command::Put { subscribers, mode } => provision::put(connection, numbers, keys, subscribers, *mode),
        Command::Remove { imsis } => provision::remove(connection, numbers, keys, imsis),
        Command::PutIms { subscriptions, mode } => ims::put(connection, keys, subscriptions, *mode),
        Command::RemoveIms { imsis } => ims::remove(connection, keys, imsis),
        Command::SetRegistrations {
            imsi,
            expected,
            registrations,
            told,
        } => ims::set_registrations(connection, *imsi, *expected, registrations, *told),
        Command::Equipment(command) => equipment::write(connection, command),
        Command::Sh(command) => sh::write(connection, command),
        Command::Admin(command) => admin::write(connection, numbers, keys, command),
        Command::ChallengeKey { fresh } => slot::challenge_key(connection, keys, fresh),
        Command::Load { .. }
        | Command::Scan { .. }
        | Command::Changes { .. }
        | Command::LoadLocation { .. }
        | Command::ScanServed { .. }
        | Command::LoadContextData { .. }
        | Command::LoadIms { .. }
        | Command::ScanIms { .. }
        | Command::Count => Err(StoreError::Unavailable("a read came to the writer".to_owned()).into()),
    }
}
