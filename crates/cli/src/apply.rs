//! `quintet apply`: makes the database what a declared network says, and shows the difference first.
//!
//! Everything is looked up and checked before anything is written. Subscribers that are not declared stay, unless `--prune`.

mod report;

use crate::audit::Run;
use crate::database::Database;
use crate::output::Finding;
use crate::subscriber::{Where, each_subscriber, of_env, of_file, stored_ims};
use anyhow::{Context, Result, anyhow, bail};
use quintet_identity::Imsi;
use quintet_provisioning::declared::{Declared, DeclaredError, Desired, Secret};
use quintet_provisioning::{Change, Hex, Serving, Shown, plan};
use quintet_store::{Command, PutMode, Reply, StoredIms};
use quintet_subscriber::auc::Slot;
use quintet_subscriber::model::Subscriber;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

/// Subscribers per transaction.
const BATCH: usize = 10_000;

const EXAMPLE: &str = "Examples:
  quintet apply -f network.yaml --dry-run
  quintet subscriber export network.yaml && quintet apply -f network.yaml

docs/provisioning.md describes the file.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Where,
    /// The declared network
    #[arg(long, short, value_name = "FILE")]
    file: PathBuf,
    /// Show the difference and what it would cause, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Remove subscribers that are not declared
    #[arg(long)]
    prune: bool,
}

/// What becomes of one subscriber.
struct Planned {
    shown: Shown,
    /// What is written; none: he goes, or nothing changes.
    desired: Option<Desired>,
    /// Whether his IMS subscription goes.
    loses_ims: bool,
}

/// What is stored of one subscriber.
struct Stored {
    subscriber: Subscriber,
    ims: Option<StoredIms>,
}

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let name = arguments.file.display().to_string();
    let text = std::fs::read_to_string(&arguments.file).map(Zeroizing::new);
    let text = text.with_context(|| format!("cannot read {name}"))?;
    let declared = Declared::read(&text).map_err(|error| located(&name, error))?;
    let mut database = arguments.place.open(!arguments.dry_run)?;
    let planned = plan_all(&mut database, &declared, &arguments, &name)?;
    let removed: Vec<Imsi> = of_change(&planned, Change::Remove)
        .map(|planned| planned.shown.imsi)
        .collect();
    report::show(&planned, arguments.dry_run, arguments.place.json)?;
    if !arguments.dry_run {
        let count = |change| of_change(&planned, change).count();
        let (added, updated) = (count(Change::Add), count(Change::Update));
        let run = Run::of("apply", &name)
            .with("added", added)
            .with("updated", updated)
            .with("removed", removed.len());
        let changes = added + updated + removed.len() > 0;
        write(&mut database, planned, removed)?;
        if changes {
            database.write_down(&run)?;
        }
    }
    Ok(Finding::Positive)
}

/// An error of the file, as editors find it.
fn located(name: &str, error: DeclaredError) -> anyhow::Error {
    match error.line {
        0 => anyhow!("{name}: {}", error.why),
        line => anyhow!("{name}:{line}:{}: {}", error.column, error.why),
    }
}

fn of_change(planned: &[Planned], change: Change) -> impl Iterator<Item = &Planned> {
    planned
        .iter()
        .filter(move |planned| planned.shown.change == change)
}

fn plan_all(
    database: &mut Database,
    declared: &Declared,
    arguments: &Arguments,
    name: &str,
) -> Result<Vec<Planned>> {
    let base = arguments.file.parent().unwrap_or(Path::new("")).to_owned();
    let mut resolve = |secret: &Secret| -> Result<Hex, String> {
        let resolved = match secret {
            Secret::Inline(hex) => Ok(hex.clone()),
            Secret::Env(name) => of_env(name),
            Secret::File(path) => of_file(&base.join(path)),
        };
        resolved.map_err(|error| format!("{error:#}"))
    };
    let mut planned = Vec::new();
    let imsis: BTreeSet<Imsi> = declared.imsis().collect();
    for (index, imsi) in declared.imsis().enumerate() {
        let stored = stored(database, imsi)?;
        let before = stored.as_ref().map(|stored| {
            let ims = stored.ims.as_ref().and_then(|ims| ims.subscription.as_deref());
            (&stored.subscriber, ims)
        });
        let desired = declared
            .desired(index, before, &mut resolve)
            .map_err(|error| located(name, error))?;
        let serving = serving(database, imsi, stored.as_ref())?;
        let (change, fields, pushes) = plan(before, Some(&desired), &serving);
        let loses_ims = before.is_some_and(|(_, ims)| ims.is_some()) && desired.ims.is_none();
        let shown = Shown {
            imsi,
            change,
            fields,
            pushes,
        };
        planned.push(Planned {
            shown,
            desired: (change != Change::Keep).then_some(desired),
            loses_ims,
        });
    }
    if arguments.prune {
        let mut gone = Vec::new();
        each_subscriber(database, usize::MAX, &mut |_, subscriber| {
            if !imsis.contains(&subscriber.imsi) {
                gone.push(subscriber.imsi);
            }
            Ok(())
        })?;
        for imsi in gone {
            planned.push(removal(database, imsi)?);
        }
    }
    Ok(planned)
}

fn removal(database: &mut Database, imsi: Imsi) -> Result<Planned> {
    let stored = stored(database, imsi)?.with_context(|| format!("IMSI {imsi} went meanwhile"))?;
    let serving = serving(database, imsi, Some(&stored))?;
    let ims = stored.ims.as_ref().and_then(|ims| ims.subscription.as_deref());
    let (change, fields, pushes) = plan(Some((&stored.subscriber, ims)), None, &serving);
    let shown = Shown {
        imsi,
        change,
        fields,
        pushes,
    };
    Ok(Planned {
        shown,
        desired: None,
        loses_ims: false,
    })
}

fn stored(database: &mut Database, imsi: Imsi) -> Result<Option<Stored>> {
    let slot = Slot::default();
    let Reply::Subscriber { subscriber, .. } = database.execute(Command::Load { imsi, slot })? else {
        bail!("the store gave another answer than a subscriber: this is a defect, please report it");
    };
    let Some(subscriber) = subscriber else {
        return Ok(None);
    };
    let ims = stored_ims(database, imsi)?;
    Ok(Some(Stored {
        subscriber: *subscriber,
        ims,
    }))
}

/// Who serves a subscriber.
fn serving(database: &mut Database, imsi: Imsi, stored: Option<&Stored>) -> Result<Serving> {
    let Some(stored) = stored else {
        return Ok(Serving::default());
    };
    let Reply::Location(location) = database.execute(Command::LoadLocation { imsi })? else {
        bail!("the store gave another answer than a location: this is a defect, please report it");
    };
    let Reply::ContextData(context) = database.execute(Command::LoadContextData { imsi })? else {
        bail!("the store gave another answer than context data: this is a defect, please report it");
    };
    Ok(Serving {
        location: location.map(|location| *location),
        context: context.map(|context| *context),
        ims: stored.ims.as_ref().and_then(StoredIms::record),
    })
}

/// Writes what was planned: what goes, then subscribers, then their IMS subscriptions.
fn write(database: &mut Database, planned: Vec<Planned>, removed: Vec<Imsi>) -> Result<()> {
    if !removed.is_empty() {
        database.execute(Command::Remove { imsis: removed })?;
    }
    let without: Vec<Imsi> = planned
        .iter()
        .filter(|planned| planned.loses_ims)
        .map(|planned| planned.shown.imsi)
        .collect();
    if !without.is_empty() {
        database.execute(Command::RemoveIms { imsis: without })?;
    }
    let (mut subscribers, mut ims) = (Vec::new(), Vec::new());
    for desired in planned.into_iter().filter_map(|planned| planned.desired) {
        subscribers.push(database.provisioned(desired.subscriber));
        ims.extend(desired.ims.map(Arc::new));
        if subscribers.len() == BATCH {
            put(database, &mut subscribers)?;
        }
    }
    put(database, &mut subscribers)?;
    while !ims.is_empty() {
        let subscriptions = ims.split_off(ims.len().saturating_sub(BATCH));
        let put = Command::PutIms {
            subscriptions,
            mode: PutMode::Upsert,
        };
        database
            .execute(put)
            .context("the subscribers are stored, their IMS subscriptions are not")?;
    }
    Ok(())
}

fn put(database: &mut Database, subscribers: &mut Vec<Subscriber>) -> Result<()> {
    if subscribers.is_empty() {
        return Ok(());
    }
    let subscribers = std::mem::take(subscribers);
    database.execute(Command::Put {
        subscribers,
        mode: PutMode::Upsert,
    })?;
    Ok(())
}
