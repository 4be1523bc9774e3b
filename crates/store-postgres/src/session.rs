//! One connection, with its prepared statements.

use crate::address::{Address, CONNECT_PATIENCE};
use crate::fault::Failure;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, NoTls, Row, Socket, Statement};

/// Parameters of a statement.
pub(crate) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A future of the thread's own.
pub(crate) type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a connection is for: its name at the server, and how long a statement of it may take there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The one that writes.
    Write,
    /// Single rows.
    Rows,
    /// Runs of rows, counts.
    Runs,
    /// Notifications, and the lock of a slot.
    Watch,
}

impl Purpose {
    /// How long a statement may take at the server. A `Put` may write ten thousand rows; a count reads all there are.
    pub(crate) const fn statement_limit(self) -> Duration {
        match self {
            Self::Runs => Duration::from_secs(30),
            Self::Write => Duration::from_secs(10),
            Self::Rows | Self::Watch => Duration::from_secs(5),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Rows => "rows",
            Self::Runs => "runs",
            Self::Watch => "watch",
        }
    }
}

/// How long a transaction waits for another process' one.
pub(crate) const LOCK_LIMIT: Duration = Duration::from_secs(5);

/// How long a transaction of ours may stand still before the server ends it, so that a stopped process keeps nobody
/// waiting for longer.
const IDLE_LIMIT: Duration = Duration::from_secs(4);

/// Called with the number of the server's process that notified.
pub(crate) type OnNotification = Box<dyn FnMut(i32) + Send>;

/// An open connection. It ends when it is dropped.
pub(crate) struct Session {
    client: Client,
    driver: JoinHandle<()>,
    statements: RefCell<HashMap<&'static str, Statement>>,
    /// The server's process.
    pub(crate) process: i32,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Session {
    /// Connects, within [`CONNECT_PATIENCE`]. `instance` names the store among others.
    pub(crate) async fn open(
        address: &Address,
        purpose: Purpose,
        instance: &str,
        on_notification: OnNotification,
    ) -> Result<Self, Failure> {
        let mut config = address.config.clone();
        config.application_name(format!("quintet {} {instance}", purpose.name()));
        let connecting = async {
            let (client, driver) = match &address.tls {
                None => connected(&config, NoTls, on_notification).await?,
                Some(tls) => connected(&config, tls.clone(), on_notification).await?,
            };
            let mut session = Self {
                client,
                driver,
                statements: RefCell::default(),
                process: 0,
            };
            session.batch(&settings(address, purpose)).await?;
            session.process = session.one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
            Ok(session)
        };
        within(CONNECT_PATIENCE, "a new connection", connecting).await
    }

    /// Whether the connection is known to be gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// The statement, prepared now if it was not before.
    async fn statement(&self, sql: &'static str) -> Result<Statement, Failure> {
        if let Some(known) = self.statements.borrow().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.statements.borrow_mut().insert(sql, statement.clone());
        Ok(statement)
    }

    /// Prepares statements that are sent in rows, none of which may wait for being prepared.
    pub(crate) async fn prepare(&self, statements: &[&'static str]) -> Result<(), Failure> {
        for sql in statements {
            self.statement(sql).await?;
        }
        Ok(())
    }

    /// The rows of a statement.
    pub(crate) async fn query(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, Failure> {
        let statement = self.statement(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }

    /// The row of a statement that has one at most.
    pub(crate) async fn optional(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, Failure> {
        let mut rows = self.query(sql, parameters).await?;
        Ok(rows.pop())
    }

    /// The row of a statement that has one.
    pub(crate) async fn one(&self, sql: &'static str, parameters: Parameters<'_>) -> Result<Row, Failure> {
        let row = self.optional(sql, parameters).await?;
        row.ok_or_else(|| Failure::content("a table of one row", "it has none"))
    }

    /// Does a statement; answers how many rows it changed.
    pub(crate) async fn execute(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<u64, Failure> {
        let statement = self.statement(sql).await?;
        Ok(self.client.execute(&statement, parameters).await?)
    }

    /// Does statements without parameters.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), Failure> {
        Ok(self.client.batch_execute(sql).await?)
    }
}

async fn connected<T>(
    config: &tokio_postgres::Config,
    tls: T,
    mut on_notification: OnNotification,
) -> Result<(Client, JoinHandle<()>), Failure>
where
    T: MakeTlsConnect<Socket> + 'static,
    T::Stream: Send + 'static,
    <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
{
    let (client, mut connection) = config.connect(tls).await?;
    let driver = tokio::spawn(async move {
        while let Some(message) = poll_fn(|cx| connection.poll_message(cx)).await {
            match message {
                Ok(AsyncMessage::Notification(notification)) => on_notification(notification.process_id()),
                Ok(AsyncMessage::Notice(notice)) => {
                    tracing::debug!(notice = notice.message(), "the database notes");
                }
                Ok(_) => {}
                // Whoever waits for a reply is told by its own error.
                Err(error) => {
                    tracing::debug!(%error, "a connection to the database ended");
                    break;
                }
            }
        }
    });
    Ok((client, driver))
}

/// What a connection is set to. All our statements find rows by indices, whatever the statistics of a table that was
/// just filled say; so the planner is kept from anything else, and plans once.
fn settings(address: &Address, purpose: Purpose) -> String {
    let mut settings = format!(
        "SET search_path = {}; SET client_min_messages = warning; SET statement_timeout = {}; SET lock_timeout = {}; \
         SET idle_in_transaction_session_timeout = {}; SET plan_cache_mode = force_generic_plan; SET jit = off; \
         SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET timezone = 'UTC';",
        address.schema,
        purpose.statement_limit().as_millis(),
        LOCK_LIMIT.as_millis(),
        IDLE_LIMIT.as_millis(),
    );
    if purpose == Purpose::Write {
        // `remote_apply` is more than enough; what is less would answer before a standby that must have it has it.
        settings.push_str(
            "SELECT set_config('synchronous_commit', 'on', false) \
             WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');",
        );
    }
    settings
}

/// At most so long.
pub(crate) async fn within<T>(
    limit: Duration,
    what: &'static str,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::time::timeout(limit, work)
        .await
        .unwrap_or(Err(Failure::TimedOut(what)))
}

/// Begins all of these in order, so that their statements are sent one behind the other without waiting, and gives their
/// results in the same order.
pub(crate) async fn in_order<T>(mut futures: Vec<Local<'_, T>>) -> Vec<T> {
    let mut results: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    let mut begun = false;
    let mut first = 0;
    poll_fn(|cx| {
        // Replies come in order: once all have begun, only the first one without its reply can go on.
        for at in first..futures.len() {
            if results[at].is_none() {
                match futures[at].as_mut().poll(cx) {
                    Poll::Ready(result) => results[at] = Some(result),
                    Poll::Pending if begun => break,
                    Poll::Pending => {}
                }
            }
        }
        begun = true;
        while results.get(first).is_some_and(Option::is_some) {
            first += 1;
        }
        if first == futures.len() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
