//! The subscribers of the benchmark, in a database of their own.

use crate::database::{Database, DatabasePlace};
use crate::keys::Sources;
use anyhow::{Result, bail};
use indicatif::ProgressBar;
use quintet_runtime::Clock;
use quintet_sim::demo::Population;
use quintet_sim::ims::{Provision, subscription};
use quintet_store::{Command, PutMode, Reply};
use quintet_subscriber::model::Subscriber;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Subscribers of one transaction.
const BATCH: u32 = 10_000;

/// What was done about the database.
pub(super) enum Provisioned {
    /// It was empty: so long it took.
    Now(Duration),
    /// The subscribers were there.
    Before,
}

/// Sees to a database with the first `subscribers` of the population. Gives way between transactions, so that an
/// interrupt is noticed.
pub(super) async fn provision(
    clock: Clock,
    path: &Path,
    subscribers: u32,
    progress: &ProgressBar,
) -> Result<Provisioned> {
    let mut database = Database::open_beside(path, true)?;
    fill(
        clock,
        &mut database,
        &path.display().to_string(),
        subscribers,
        progress,
    )
    .await
}

/// The same at any place; one on a server is sealed under the user's own master key.
pub(super) async fn provision_at(
    clock: Clock,
    place: &DatabasePlace,
    subscribers: u32,
    progress: &ProgressBar,
) -> Result<Provisioned> {
    if let DatabasePlace::File(path) = place {
        return provision(clock, path, subscribers, progress).await;
    }
    let mut database = Database::open_with(Some(place), true, &Sources::of_environment()?)?;
    fill(
        clock,
        &mut database,
        "the database on the server",
        subscribers,
        progress,
    )
    .await
}

async fn fill(
    clock: Clock,
    database: &mut Database,
    name: &str,
    subscribers: u32,
    progress: &ProgressBar,
) -> Result<Provisioned> {
    match count(database)? {
        0 => {}
        n if n == u64::from(subscribers) && is_population(database, subscribers) => {
            return Ok(Provisioned::Before);
        }
        n => bail!(
            "{name} holds {n} subscribers that are not the first {subscribers} of the benchmark's population: give \
             --subscribers as when it was made, or another --db"
        ),
    }
    let population = Population::new();
    let begin = clock.moment().now;
    let mut first = 0;
    while first < subscribers {
        let end = subscribers.min(first.saturating_add(BATCH));
        let batch: Vec<Subscriber> = (first..end)
            .filter_map(|n| population.subscriber(n))
            .map(|subscriber| database.provisioned(subscriber))
            .collect();
        database.execute(Command::Put {
            subscribers: batch,
            mode: PutMode::Insert,
        })?;
        first = end;
        progress.set_position(u64::from(end));
        tokio::task::yield_now().await;
    }
    Ok(Provisioned::Now(clock.moment().now - begin))
}

/// The same with what follows from each IMSI in the IMS, in an empty database.
pub(super) async fn provision_ims(
    clock: Clock,
    path: &Path,
    subscribers: u32,
    progress: &ProgressBar,
) -> Result<Provisioned> {
    let provisioned = provision(clock, path, subscribers, progress).await?;
    let population = Population::new();
    let mut database = Database::open_beside(path, true)?;
    let mut first = 0;
    while first < subscribers {
        let end = subscribers.min(first.saturating_add(BATCH));
        let of = |n| subscription(&population.subscriber(n)?, Provision::Ordinary).ok();
        database.execute(Command::PutIms {
            subscriptions: (first..end).filter_map(of).map(Arc::new).collect(),
            mode: PutMode::Upsert,
        })?;
        first = end;
        progress.set_position(u64::from(end));
        tokio::task::yield_now().await;
    }
    Ok(provisioned)
}

fn count(database: &mut Database) -> Result<u64> {
    match database.execute(Command::Count)? {
        Reply::Count(count) => Ok(count),
        other => bail!("the store answered a count with {other:?}: this is a defect, please report it"),
    }
}

/// Whether the last one is there with the key of the rule; then so are those before.
fn is_population(database: &mut Database, subscribers: u32) -> bool {
    let expected = Population::new().subscriber(subscribers - 1);
    expected.is_some_and(|expected| {
        database
            .subscriber(expected.imsi)
            .is_ok_and(|found| found.authentication.k == expected.authentication.k)
    })
}
