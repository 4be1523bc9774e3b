//! The task that listens: other processes tell when they changed something. It also holds the lock of the slot that is
//! served.

use crate::address::Address;
use crate::fault::Failure;
use crate::session::{Purpose, Session, within};
use quintet_store_rows::Outbox;
use quintet_subscriber::auc::Slot;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::sync::mpsc;

/// How often the connection is asked whether it lives; so long a change of others may go unnoticed at worst.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// How long after a lost connection the next one is tried.
const AGAIN: Duration = Duration::from_secs(1);

/// How long an answer to a heartbeat may take.
const PATIENCE: Duration = Duration::from_secs(7);

/// How long a slot's lock is waited for: a process that was killed a moment ago has it until the server finds its connection
/// closed, and its successor is started at once.
const CLAIM_PATIENCE: Duration = Duration::from_secs(2);

/// How often it is asked for meanwhile.
const CLAIM_AGAIN: Duration = Duration::from_millis(50);

/// Wants a slot's lock; answered with who has it, if it is somebody else.
pub(crate) type Claim = (Slot, SyncSender<Result<Option<String>, Failure>>);

/// See the module.
pub(crate) struct Watch {
    pub(crate) address: Arc<Address>,
    pub(crate) instance: Arc<str>,
    pub(crate) outbox: Arc<Outbox>,
    /// Set when another process wrote.
    pub(crate) changed: Arc<AtomicBool>,
    /// The server's process of the connection that writes.
    pub(crate) own: Arc<AtomicI32>,
    pub(crate) claims: mpsc::UnboundedReceiver<Claim>,
    pub(crate) slot: Option<Slot>,
}

impl Watch {
    /// Works until nobody can claim any more.
    pub(crate) async fn run(mut self) {
        let mut first = true;
        loop {
            match self.connect().await {
                Ok(session) => {
                    // Whatever was said while nobody listened.
                    if !std::mem::take(&mut first) {
                        self.notice();
                    }
                    match self.listen(&session).await {
                        Ok(()) => return,
                        Err(failure) => {
                            let why = failure.reply(&self.address.place);
                            tracing::warn!(%why, "changes of other processes are not heard of for a while");
                        }
                    }
                }
                Err(failure) => {
                    let why = failure.reply(&self.address.place);
                    tracing::debug!(%why, "changes of other processes are not heard of");
                    if self.wait(AGAIN).await.is_none() {
                        return;
                    }
                }
            }
        }
    }

    fn notice(&self) {
        self.changed.store(true, Ordering::Release);
        self.outbox.wake();
    }

    async fn connect(&mut self) -> Result<Session, Failure> {
        let (changed, outbox, own) = (self.changed.clone(), self.outbox.clone(), self.own.clone());
        let on_notification = Box::new(move |process| {
            if process != own.load(Ordering::Acquire) {
                changed.store(true, Ordering::Release);
                outbox.wake();
            }
        });
        let session = Session::open(&self.address, Purpose::Watch, &self.instance, on_notification).await?;
        session.batch(&format!("LISTEN {}", self.address.schema)).await?;
        if let Some(slot) = self.slot
            && let Some(holder) = holder_of_slot(&session, slot_lock(&self.address, slot)).await?
        {
            // The epoch decides who may issue; this is for whoever reads the log.
            tracing::error!(slot = slot.value(), %holder, "another process serves this slot since the connection was lost");
        }
        Ok(session)
    }

    /// Answers claims and asks the server now and then whether it lives. `Ok`: nobody can claim any more.
    async fn listen(&mut self, session: &Session) -> Result<(), Failure> {
        loop {
            match self.wait(HEARTBEAT).await {
                None => return Ok(()),
                Some(None) => {
                    let beat = session.batch("SELECT 1");
                    within(PATIENCE, "a heartbeat", beat).await?;
                }
                Some(Some((slot, answer))) => {
                    let holder = patiently(session, slot_lock(&self.address, slot)).await;
                    if matches!(holder, Ok(None)) {
                        self.slot = Some(slot);
                    }
                    // Whoever no longer waits does not want it.
                    drop(answer.send(holder));
                }
            }
        }
    }

    /// The next claim, or none within the time; nothing if there will be none.
    async fn wait(&mut self, limit: Duration) -> Option<Option<Claim>> {
        match tokio::time::timeout(limit, self.claims.recv()).await {
            Err(_) => Some(None),
            Ok(Some(claim)) => Some(Some(claim)),
            Ok(None) => None,
        }
    }
}

/// The number of a slot's lock.
pub(crate) fn slot_lock(address: &Address, slot: Slot) -> i64 {
    address.lock_number().wrapping_add(1 + i64::from(slot.value()))
}

/// [`holder_of_slot`], for somebody who starts.
async fn patiently(session: &Session, number: i64) -> Result<Option<String>, Failure> {
    let asked = async {
        while holder_of_slot(session, number).await?.is_some() {
            tokio::time::sleep(CLAIM_AGAIN).await;
        }
        Ok(None)
    };
    match tokio::time::timeout(CLAIM_PATIENCE, asked).await {
        Ok(taken) => taken,
        Err(_) => holder_of_slot(session, number).await,
    }
}

/// Takes the lock of a slot for as long as the connection lives; answers who has it, if it is somebody else.
pub(crate) async fn holder_of_slot(session: &Session, number: i64) -> Result<Option<String>, Failure> {
    let row = session.one("SELECT pg_try_advisory_lock($1)", &[&number]).await?;
    if row.try_get(0)? {
        return Ok(None);
    }
    let sql = "SELECT coalesce(a.application_name, '') || coalesce(' at ' || host(a.client_addr), '')
         FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND ((l.classid::bigint << 32) | l.objid::bigint) = $1";
    let row = session.optional(sql, &[&number]).await?;
    let holder = row.map_or_else(|| Ok("another process".to_owned()), |row| row.try_get(0))?;
    Ok(Some(holder))
}
