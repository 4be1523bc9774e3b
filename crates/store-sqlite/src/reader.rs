//! A thread that reads: all commands that wait share one snapshot. There are two of them, so that a scan of everything
//! keeps nobody waiting who wants one row.

use crate::database::{Database, Mode, OpenError};
use crate::fault::Failure;
use crate::lanes::{Job, Lane, Work};
use crate::sealing::Keys;
use crate::shared::Subscriptions;
use crate::writer::reopen;
use crate::{admin, context_data, equipment, ims, location, provision, row, sh, slot};
use quintet_identity::Imsi;
use quintet_store::{
    Change, Changed, Command, MAX_IMS_SCAN, MAX_LISTED, MAX_SCAN, Reply, Revision, StoreError,
};
use quintet_store_rows::{Caller, Outbox};
use rusqlite::{Connection, params};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Most commands that share a snapshot: a bound on how long the first one waits for the last.
const MAX_COMMANDS_PER_SNAPSHOT: usize = 64;

/// A reader has nothing to look for while nobody asks; this only bounds a wait that nothing ends.
const PATIENCE: Duration = Duration::from_secs(3600);

/// See the module.
pub(crate) struct Reader {
    pub(crate) path: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) database: Option<Database>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) subscriptions: Subscriptions,
}

impl Reader {
    /// Works until the lane is closed and empty.
    pub(crate) fn run(mut self) {
        loop {
            match self.lane.take(MAX_COMMANDS_PER_SNAPSHOT, PATIENCE) {
                Work::Jobs(jobs) => self.serve(jobs),
                Work::Nothing => {}
                Work::Closed => return,
            }
        }
    }

    fn serve(&mut self, jobs: Vec<Job>) {
        let mut commands: Vec<(Caller, Command)> = Vec::with_capacity(jobs.len());
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
        let outcome = self.snapshot(&commands);
        let callers = commands.into_iter().map(|(caller, _)| caller);
        match outcome {
            Ok(replies) => self.outbox.deliver(callers.zip(replies)),
            Err(error) => self
                .outbox
                .deliver(callers.map(|caller| (caller, Err(error.clone())))),
        }
    }

    fn snapshot(
        &mut self,
        commands: &[(Caller, Command)],
    ) -> Result<Vec<Result<Reply, StoreError>>, StoreError> {
        let mut database = self
            .connected()
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        match self.read(&mut database, commands) {
            Ok(replies) => {
                self.database = Some(database);
                Ok(replies)
            }
            Err(failure) => {
                let reply = failure.reply(&self.path);
                tracing::error!(error = %reply, "the database cannot be read");
                let clean = database.connection.is_autocommit()
                    || database.connection.execute_batch("ROLLBACK").is_ok();
                if clean && !failure.spoils_connection() {
                    self.database = Some(database);
                }
                Err(reply)
            }
        }
    }

    fn read(
        &mut self,
        database: &mut Database,
        commands: &[(Caller, Command)],
    ) -> Result<Vec<Result<Reply, StoreError>>, Failure> {
        let Database { connection, keys, .. } = database;
        let connection = &*connection;
        connection.prepare_cached("BEGIN")?.execute([])?;
        let mut replies = Vec::with_capacity(commands.len());
        for (_, command) in commands {
            replies.push(match answer(connection, keys, &mut self.subscriptions, command) {
                Ok(reply) => Ok(reply),
                Err(failure) if failure.spoils_connection() => return Err(failure),
                Err(failure) => Err(failure.reply(&self.path)),
            });
        }
        connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(replies)
    }

    fn connected(&mut self) -> Result<Database, OpenError> {
        if let Some(mut database) = self.database.take()
            && database.is_in_place()
        {
            return Ok(database);
        }
        self.subscriptions = Subscriptions::default();
        reopen(&self.path, &self.mode)
    }
}

fn answer(
    connection: &Connection,
    keys: &mut Keys,
    subscriptions: &mut Subscriptions,
    command: &Command,
) -> Result<Reply, Failure> {
    match command {
        Command::Load { imsi, slot } => {
            let sql = concat!(
                "SELECT ",
                row::subscriber_columns!(),
                " FROM subscriber WHERE imsi = ?1"
            );
            let mut select = connection.prepare_cached(sql)?;
            let mut rows = select.query([imsi.packed() as i64])?;
            let found = rows
                .next()?
                .map(|row| row::subscriber(row, connection, subscriptions, keys))
                .transpose()?;
            Ok(Reply::Subscriber {
                subscriber: found.map(Box::new),
                epoch: slot::epoch(connection, *slot)?,
            })
        }
        Command::LoadLocation { imsi } => Ok(Reply::Location(location::load(connection, *imsi)?)),
        Command::LoadContextData { imsi } => Ok(Reply::ContextData(context_data::load(connection, *imsi)?)),
        Command::Scan { after, limit } => {
            scan(connection, keys, subscriptions, *after, (*limit).min(MAX_SCAN))
        }
        Command::Changes { since, limit } => changes(connection, *since, (*limit).min(MAX_LISTED)),
        Command::LoadIms { key } => Ok(Reply::Ims(ims::find(connection, keys, key)?.map(Box::new))),
        Command::ScanIms { after, limit } => ims::scan(connection, keys, *after, (*limit).min(MAX_IMS_SCAN)),
        Command::ScanServed { host, after, limit } => {
            location::served(connection, host, *after, (*limit).min(MAX_LISTED))
        }
        Command::Count => {
            let mut select = connection.prepare_cached("SELECT count(*) FROM subscriber")?;
            let count: i64 = select.query_row([], |row| row.get(0))?;
            Ok(Reply::Count(count as u64))
        }
        Command::Equipment(command) => equipment::read(connection, command),
        Command::Sh(command) => sh::read(connection, keys, command),
        Command::Admin(command) => admin::read(connection, keys, subscriptions, command),
        _ => Err(StoreError::Unavailable("a write came to a reader".to_owned()).into()),
    }
}

fn scan(
    connection: &Connection,
    keys: &mut Keys,
    subscriptions: &mut Subscriptions,
    after: Option<Imsi>,
    limit: usize,
) -> Result<Reply, Failure> {
    let sql = concat!(
        "SELECT ",
        row::subscriber_columns!(),
        " FROM subscriber WHERE imsi > ?1 ORDER BY imsi LIMIT ?2"
    );
    let after = after.map_or(i64::MIN, |imsi| imsi.packed() as i64);
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(params![after, limit as i64])?;
    let mut found = Vec::with_capacity(limit.min(MAX_SCAN));
    while let Some(row) = rows.next()? {
        found.push(row::subscriber(row, connection, subscriptions, keys)?);
    }
    Ok(Reply::Subscribers(found))
}

fn changes(connection: &Connection, since: Revision, limit: usize) -> Result<Reply, Failure> {
    let current = provision::revision(connection)? as u64;
    if since.0 >= current {
        return Ok(Reply::Changes {
            revision: Revision(current),
            changes: Vec::new(),
        });
    }
    // Two runs in order of revision, merged by SQLite; one entry more than wanted shows whether there are more.
    let mut select = connection.prepare_cached(
        "SELECT revision, imsi, 0 FROM subscriber WHERE revision > ?1
         UNION ALL SELECT revision, imsi, 1 FROM removed WHERE revision > ?1 ORDER BY revision LIMIT ?2",
    )?;
    let mut rows = select.query(params![since.0 as i64, limit as i64 + 1])?;
    let (mut changes, mut last, mut more) = (Vec::new(), since.0, false);
    while let Some(row) = rows.next()? {
        if changes.len() == limit {
            more = true;
            break;
        }
        last = row.get::<_, i64>(0)? as u64;
        let change = if row.get(2)? { Change::Removed } else { Change::Put };
        changes.push(Changed {
            imsi: row::imsi(row.get(1)?)?,
            change,
        });
    }
    Ok(Reply::Changes {
        revision: Revision(if more { last } else { current }),
        changes,
    })
}
