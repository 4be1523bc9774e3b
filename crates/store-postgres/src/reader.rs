//! A task that reads. All `Load`s that wait are one statement, and so one snapshot of subscribers and epochs; other
//! single rows are a statement each, sent one behind the other. There is a connection for runs, so that a scan of
//! everything keeps nobody waiting who wants one row.

use crate::address::Address;
use crate::fault::Failure;
use crate::lanes::{Job, Lane};
use crate::row::{behind, subscriber_columns};
use crate::sealing::Keys;
use crate::session::{Local, Purpose, Session, in_order, within};
use crate::shared::Subscriptions;
use crate::{admin, context_data, equipment, ims, location, provision, row, sh};
use quintet_identity::Imsi;
use quintet_store::{
    Change, Changed, Command, EquipmentCommand, MAX_IMS_SCAN, MAX_LISTED, MAX_SCAN, Reply, Revision,
    ShCommand, StoreError,
};
use quintet_store_rows::{Commits, Outbox};
use quintet_subscriber::auc::{Epoch, Slot};
use quintet_subscriber::model::Subscriber;
use quintet_vault::Masters;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::Row;

/// Most commands read at once: a bound on how long the first one waits for the last.
const MAX_COMMANDS_AT_ONCE: usize = 256;

/// How long the answers of one round may take to come, beyond what the server may take for a statement.
const MARGIN: Duration = Duration::from_secs(2);

/// How often a round is tried: a lost connection, a new data key or another process' write may spoil the first.
const ATTEMPTS: usize = 3;

/// A connection and what is remembered with it.
struct Reading {
    session: Session,
    keys: Keys,
    subscriptions: Subscriptions,
}

/// See the module.
pub(crate) struct Reader {
    pub(crate) address: Arc<Address>,
    pub(crate) masters: Arc<dyn Masters>,
    pub(crate) instance: Arc<str>,
    pub(crate) purpose: Purpose,
    pub(crate) lane: Arc<Lane>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) commits: Arc<Commits>,
}

impl Reader {
    /// Works until the lane is closed and empty.
    pub(crate) async fn run(self) {
        let mut reading = None;
        while let Some(jobs) = self.lane.take(MAX_COMMANDS_AT_ONCE).await {
            self.serve(&mut reading, jobs).await;
        }
    }

    async fn serve(&self, reading: &mut Option<Reading>, jobs: Vec<Job>) {
        let (callers, commands): (Vec<_>, Vec<_>) = jobs.into_iter().unzip();
        for attempt in 1.. {
            match self.attempt(reading, &commands).await {
                Ok(replies) => {
                    let place = &self.address.place;
                    let replies = replies
                        .into_iter()
                        .map(|reply| reply.map_err(|failure| failure.reply(place)));
                    self.outbox.deliver(callers.into_iter().zip(replies));
                    return;
                }
                Err(failure) => {
                    let may_pass = match &failure {
                        Failure::Torn | Failure::NewDataKey => true,
                        Failure::Postgres(_) => failure.spoils_connection() && reading.is_some(),
                        _ => false,
                    };
                    if failure.spoils_connection() && !matches!(failure, Failure::Torn) {
                        *reading = None;
                    }
                    if may_pass && attempt < ATTEMPTS {
                        continue;
                    }
                    let reply = failure.reply(&self.address.place);
                    tracing::error!(error = %reply, "the database cannot be read");
                    self.outbox
                        .deliver(callers.into_iter().map(|caller| (caller, Err(reply.clone()))));
                    return;
                }
            }
        }
    }

    /// One try. A failure of this function is everybody's.
    async fn attempt(
        &self,
        reading: &mut Option<Reading>,
        commands: &[Command],
    ) -> Result<Vec<Result<Reply, Failure>>, Failure> {
        let current = match reading {
            Some(reading) if !reading.session.is_closed() => reading,
            _ => reading.insert(self.connect().await?),
        };
        let limit = self.purpose.statement_limit() + MARGIN;
        within(limit, "reading", current.read(commands)).await
    }

    async fn connect(&self) -> Result<Reading, Failure> {
        let session = Session::open(&self.address, self.purpose, &self.instance, Box::new(|_| {})).await?;
        session.prepare(SENT_IN_ROWS).await?;
        let keys = Keys::load(&session, &self.masters)
            .await?
            .counted_by(&self.commits);
        Ok(Reading {
            session,
            keys,
            subscriptions: Subscriptions::default(),
        })
    }
}

/// A row of each `$1`, `$2`: the subscriber, and the epoch of the slot.
const LOADS: &str = concat!(
    "SELECT g.n, slot.epoch, ",
    subscriber_columns!("s."),
    " FROM unnest($1::bigint[], $2::smallint[]) WITH ORDINALITY AS g (imsi, slot, n)
      LEFT JOIN subscriber s ON s.imsi = g.imsi LEFT JOIN slot ON slot.slot = g.slot"
);

/// Statements that are sent in rows without waiting.
const SENT_IN_ROWS: &[&str] = &[
    LOADS,
    location::LOAD,
    context_data::LOAD,
    ims::BY_IMSI,
    ims::BY_PRIVATE,
    ims::BY_PUBLIC,
    equipment::FIND,
];

/// What a statement sent in a row answered.
enum Found {
    Reply(Reply),
    Loads(Vec<Row>),
    Ims(Option<Row>),
}

impl Reading {
    async fn read(&mut self, commands: &[Command]) -> Result<Vec<Result<Reply, Failure>>, Failure> {
        let mut replies: Vec<Option<Result<Reply, Failure>>> = commands.iter().map(|_| None).collect();
        let (mut loads, mut imsis, mut slots) = (Vec::new(), Vec::new(), Vec::new());
        let (mut sent, mut which): (Vec<Local<'_, Result<Found, Failure>>>, Vec<usize>) = Default::default();
        let mut alone = Vec::new();
        for (at, command) in commands.iter().enumerate() {
            if let Command::Load { imsi, slot } = command {
                loads.push(at);
                imsis.push(imsi.packed() as i64);
                slots.push(slot_number(*slot));
            } else if let Some(work) = one_statement(&self.session, command) {
                sent.push(work);
                which.push(at);
            } else {
                alone.push(at);
            }
        }
        if !loads.is_empty() {
            let session = &self.session;
            sent.push(Box::pin(async move {
                Ok(Found::Loads(session.query(LOADS, &[&imsis, &slots]).await?))
            }));
            which.push(usize::MAX);
        }
        for (at, found) in which.into_iter().zip(in_order(sent).await) {
            match found {
                Ok(Found::Loads(rows)) => {
                    let ids = rows
                        .iter()
                        .filter_map(|row| row.try_get::<_, Option<i64>>(12).ok().flatten());
                    self.subscriptions.learn(&self.session, ids).await?;
                    for row in rows {
                        let at = loads[row.try_get::<_, i64>(0)? as usize - 1];
                        replies[at] = Some(theirs(loaded(&mut self.keys, &self.subscriptions, &row))?);
                    }
                }
                Ok(Found::Ims(None)) => replies[at] = Some(Ok(Reply::Ims(None))),
                Ok(Found::Ims(Some(row))) => {
                    let stored = ims::stored(&mut self.keys, &row);
                    replies[at] = Some(theirs(stored.map(|stored| Reply::Ims(Some(Box::new(stored)))))?);
                }
                Ok(Found::Reply(reply)) => replies[at] = Some(Ok(reply)),
                // That of all loads is everybody's.
                Err(failure) if at >= commands.len() => return Err(failure),
                Err(failure) => replies[at] = Some(theirs(Err(failure))?),
            }
        }
        for at in alone {
            replies[at] = Some(theirs(self.in_snapshot(&commands[at]).await)?);
        }
        let missing = || Err(Failure::content("a read", "it has no row"));
        Ok(replies
            .into_iter()
            .map(|reply| reply.unwrap_or_else(missing))
            .collect())
    }

    /// A command of several statements.
    async fn in_snapshot(&mut self, command: &Command) -> Result<Reply, Failure> {
        self.session
            .batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            .await?;
        let reply = self.several(command).await;
        self.session.batch("COMMIT").await?;
        reply
    }

    async fn several(&mut self, command: &Command) -> Result<Reply, Failure> {
        let session = &self.session;
        match command {
            Command::Scan { after, limit } => self.scan(*after, (*limit).min(MAX_SCAN)).await,
            Command::Changes { since, limit } => changes(session, *since, (*limit).min(MAX_LISTED)).await,
            Command::ScanIms { after, limit } => {
                ims::scan(session, &mut self.keys, *after, (*limit).min(MAX_IMS_SCAN)).await
            }
            Command::ScanServed { host, after, limit } => {
                location::served(session, host, *after, (*limit).min(MAX_LISTED)).await
            }
            Command::Count => {
                let row = session.one("SELECT count(*) FROM subscriber", &[]).await?;
                Ok(Reply::Count(row.try_get::<_, i64>(0)? as u64))
            }
            Command::Equipment(EquipmentCommand::Changes { since, limit }) => {
                equipment::changes(session, *since, *limit).await
            }
            Command::Sh(ShCommand::Load { key }) => sh::load(session, &mut self.keys, key).await,
            Command::Admin(command) => {
                admin::read(session, &mut self.keys, &mut self.subscriptions, command).await
            }
            Command::Sh(ShCommand::Changes { since, limit }) => sh::changes(session, *since, *limit).await,
            _ => Err(StoreError::Unavailable("a write came to a reader".to_owned()).into()),
        }
    }

    async fn scan(&mut self, after: Option<Imsi>, limit: usize) -> Result<Reply, Failure> {
        let sql = concat!(
            "SELECT ",
            subscriber_columns!(""),
            " FROM subscriber WHERE imsi > $1 ORDER BY imsi LIMIT $2"
        );
        let rows = self
            .session
            .query(sql, &[&behind(after), &(limit as i64)])
            .await?;
        let ids = rows.iter().filter_map(|row| row.try_get::<_, i64>(10).ok());
        self.subscriptions.learn(&self.session, ids).await?;
        let found: Result<_, Failure> = rows
            .iter()
            .map(|row| subscriber(row, 0, &mut self.keys, &self.subscriptions))
            .collect();
        Ok(Reply::Subscribers(found?))
    }
}

/// What is one command's failure is its reply; what spoils more is everybody's.
fn theirs(reply: Result<Reply, Failure>) -> Result<Result<Reply, Failure>, Failure> {
    match reply {
        Err(failure) if failure.spoils_connection() => Err(failure),
        reply => Ok(reply),
    }
}

fn slot_number(slot: Slot) -> i16 {
    i16::from(slot.value())
}

fn one_statement<'a>(
    session: &'a Session,
    command: &'a Command,
) -> Option<Local<'a, Result<Found, Failure>>> {
    Some(match command {
        Command::LoadLocation { imsi } => Box::pin(async {
            Ok(Found::Reply(Reply::Location(
                location::load(session, *imsi).await?,
            )))
        }),
        Command::LoadContextData { imsi } => Box::pin(async {
            Ok(Found::Reply(Reply::ContextData(
                context_data::load(session, *imsi).await?,
            )))
        }),
        Command::LoadIms { key } => Box::pin(async { Ok(Found::Ims(ims::row(session, key).await?)) }),
        Command::Equipment(EquipmentCommand::Find { equipment, imsi }) => {
            Box::pin(async { Ok(Found::Reply(equipment::find(session, *equipment, *imsi).await?)) })
        }
        _ => return None,
    })
}

/// The answer of a row of [`LOADS`].
fn loaded(keys: &mut Keys, subscriptions: &Subscriptions, row: &Row) -> Result<Reply, Failure> {
    let epoch: Option<i64> = row.try_get(1)?;
    let is_there = row.try_get::<_, Option<i64>>(2)?.is_some();
    let found = is_there
        .then(|| subscriber(row, 2, keys, subscriptions))
        .transpose()?;
    Ok(Reply::Subscriber {
        subscriber: found.map(Box::new),
        epoch: epoch.map(|epoch| Epoch(epoch as u64)),
    })
}

/// A subscriber from its row, whose columns begin at `first`.
pub(crate) fn subscriber(
    row: &Row,
    first: usize,
    keys: &mut Keys,
    subscriptions: &Subscriptions,
) -> Result<Subscriber, Failure> {
    let (imsi, msisdn, authentication, number) = row::subscriber(row, first, keys)?;
    Ok(Subscriber {
        imsi,
        msisdn,
        authentication,
        subscription: subscriptions.at(number)?,
    })
}

async fn changes(session: &Session, since: Revision, limit: usize) -> Result<Reply, Failure> {
    let current = provision::revision(session).await? as u64;
    if since.0 >= current {
        return Ok(Reply::Changes {
            revision: Revision(current),
            changes: Vec::new(),
        });
    }
    // One entry more than wanted shows whether there are more.
    let sql = "SELECT * FROM (
            (SELECT revision, imsi, false FROM subscriber WHERE revision > $1 ORDER BY revision LIMIT $2)
            UNION ALL
            (SELECT revision, imsi, true FROM removed WHERE revision > $1 ORDER BY revision LIMIT $2)
        ) both_kinds ORDER BY revision LIMIT $2";
    let rows = session
        .query(sql, &[&(since.0 as i64), &(limit as i64 + 1)])
        .await?;
    let more = rows.len() > limit;
    let (mut changes, mut last) = (Vec::with_capacity(limit.min(rows.len())), since.0);
    for row in rows.iter().take(limit) {
        last = row.try_get::<_, i64>(0)? as u64;
        let change = if row.try_get(2)? {
            Change::Removed
        } else {
            Change::Put
        };
        changes.push(Changed {
            imsi: row::imsi(row.try_get(1)?)?,
            change,
        });
    }
    Ok(Reply::Changes {
        revision: Revision(if more { last } else { current }),
        changes,
    })
}
