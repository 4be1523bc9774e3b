//! The store a node serves from.

use crate::config::{Config, StoreKind};
use crate::database::Opening;
use anyhow::{Result, bail};
use quintet_runtime::Drbg;
use quintet_store::{Command, MemoryStore, Reply, Store};
use quintet_subscriber::auc::{ChallengeKey, ChallengeSecret, Slot};
use std::sync::Arc;
use tokio::sync::Notify;

/// The store, held against a second server on the same slot, and the key of its challenges.
pub(super) fn open_store(
    config: &Config,
    slot: Slot,
    pump: &Arc<Notify>,
    drbg: &mut Drbg,
) -> Result<(Box<dyn Store>, ChallengeKey)> {
    let mut fresh = [0; 16];
    drbg.fill(&mut fresh);
    let fresh = ChallengeSecret::new(fresh);
    if config.store.kind == StoreKind::Memory {
        tracing::warn!("store.kind = \"memory\": nothing survives a restart");
        return Ok((Box::new(MemoryStore::new()), ChallengeKey::from(&fresh)));
    }
    let waker = Arc::clone(pump);
    let mut store = config.store.place()?.open(Opening {
        keys: &config.keys.sources(),
        create: true,
        busy_timeout: config.store.busy_timeout_ms.duration(),
        waker: Box::new(move || waker.notify_one()),
    })?;
    store.lock_for_serving(slot, "quintet serve")?;
    let Reply::ChallengeKey(key) = store.execute(Command::ChallengeKey { fresh })? else {
        bail!("the store gave another answer than a key: this is a defect, please report it");
    };
    let Reply::Count(subscribers) = store.execute(Command::Count)? else {
        bail!("the store gave another answer than a count: this is a defect, please report it");
    };
    tracing::info!(database = store.place(), subscribers, "store: open");
    if subscribers == 0 {
        tracing::info!("no subscribers yet: `quintet subscriber add --help` shows how to add one");
    }
    let port: Box<dyn Store> = store.into_port();
    Ok((port, ChallengeKey::from(&key)))
}
