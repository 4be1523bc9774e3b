//! `quintet backup` and `quintet restore`: a copy of a database that is being served, and one put in its place.

use crate::database::{DatabasePlace, fence_ticks, file_only};
use crate::keys::{MasterKeyOption, progress};
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Result, bail};
use quintet_store_sqlite::{BackedUp, Restore, Restored};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// How long these commands wait for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

const BACKUP_EXAMPLES: &str = "The copy is one moment's, checked, and for its owner alone. Keys in it are sealed as in the database: without the master
key, which is not in it, nobody opens it. What MME, AMF and CSCFs keep over a restart is not part of it.

Examples:
  quintet backup /var/backups/quintet-$(date +%F).db
  quintet backup copy.db --db /var/lib/quintet/quintet.db --json

A database on PostgreSQL is copied with its own tools: pg_dump, or pg_basebackup with an archive (docs/operation.md).";
const RESTORE_EXAMPLES: &str = "The database must not be served. What it was stays beside it, as FILE.before-restore. Sequence numbers go on above all that
may have been issued since the copy was made (docs/sqn.md). Serving nodes still know where subscribers were registered after
that: set hss.reset_on_start = true for the first start, and they tell.

Examples:
  quintet restore /var/backups/quintet-2026-11-20.db
  quintet restore copy.db --db /var/lib/quintet/quintet.db
  quintet restore --fence --db postgresql://quintet@db/quintet     after pg_restore or a point-in-time recovery
  quintet restore --fence --db quintet.db                          after a file was put in place by hand";

#[derive(clap::Args)]
#[command(after_help = BACKUP_EXAMPLES)]
pub(crate) struct BackupArguments {
    /// Where the copy goes; what is there is not overwritten
    file: PathBuf,
    /// Database file [default: quintet.db in the platform's data directory]
    #[arg(long, value_name = "FILE")]
    db: Option<DatabasePlace>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
#[command(after_help = RESTORE_EXAMPLES)]
pub(crate) struct RestoreArguments {
    /// The copy
    #[arg(required_unless_present = "fence")]
    file: Option<PathBuf>,
    /// Database: a file, or, with --fence, postgresql://USER@HOST/DATABASE [default: quintet.db in the platform's data directory]
    #[arg(long, value_name = "FILE|URL")]
    db: Option<DatabasePlace>,
    /// Restore nothing: raise sequence numbers of a database that was put in place by other means
    #[arg(long, conflicts_with = "file")]
    fence: bool,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct BackupAnswer {
    file: String,
    octets: u64,
    subscribers: u64,
    schema_version: i32,
    master_keys: Vec<String>,
}

#[derive(Serialize)]
struct RestoreAnswer {
    database: String,
    subscribers: Option<u64>,
    schema_version: Option<i32>,
    replaced: Option<String>,
    taken_over: bool,
}

/// `quintet backup`.
pub(crate) fn back_up(arguments: &BackupArguments) -> Result<Finding> {
    let place = DatabasePlace::or_default(arguments.db.as_ref())?;
    let path = file_only(
        &place,
        "a backup of a database on PostgreSQL is not supported here: use pg_dump, and after pg_restore `quintet restore \
         --fence` (docs/operation.md)",
    )?;
    let progress = progress();
    let BackedUp {
        octets,
        subscribers,
        schema,
        masters,
    } = quintet_store_sqlite::back_up(path, &arguments.file, BUSY_TIMEOUT, &progress)?;
    let answer = BackupAnswer {
        file: arguments.file.display().to_string(),
        octets,
        subscribers,
        schema_version: schema,
        master_keys: masters.iter().map(ToString::to_string).collect(),
    };
    if arguments.json {
        print_json("quintet.backup/1", &answer)?;
    } else {
        print_rows(&[
            ("backup", answer.file),
            ("octets", answer.octets.to_string()),
            ("subscribers", answer.subscribers.to_string()),
            ("schema", answer.schema_version.to_string()),
            (
                "opens with",
                format!("master key {}", answer.master_keys.join(", ")),
            ),
        ])?;
    }
    Ok(Finding::Positive)
}

/// `quintet restore`.
pub(crate) fn restore(arguments: &RestoreArguments) -> Result<Finding> {
    let place = DatabasePlace::or_default(arguments.db.as_ref())?;
    let sources = arguments.key.sources();
    let answer = match (&arguments.file, &place) {
        (None, DatabasePlace::File(path)) => {
            let masters = sources.for_database(path);
            quintet_store_sqlite::fence(path, masters, fence_ticks(), BUSY_TIMEOUT)?;
            fenced(path.display().to_string())
        }
        (None, DatabasePlace::Server(server)) => {
            let options = server.options(&sources);
            quintet_store_postgres::fence(&server.url, &options, fence_ticks())?;
            fenced(quintet_store_postgres::place(&server.url, &options)?)
        }
        (Some(_), DatabasePlace::Server(_)) => bail!(
            "a file is not restored into a database on PostgreSQL: use pg_restore, then `quintet restore --fence --db …` \
             (docs/operation.md)"
        ),
        (Some(copy), DatabasePlace::File(path)) => {
            let Restored {
                subscribers,
                schema,
                replaced,
                taken_over,
            } = Restore {
                copy,
                path,
                masters: sources.for_database(path),
                h: fence_ticks(),
                busy_timeout: BUSY_TIMEOUT,
                progress: progress(),
            }
            .run()?;
            RestoreAnswer {
                database: path.display().to_string(),
                subscribers: Some(subscribers),
                schema_version: Some(schema),
                replaced: replaced.map(|file| file.display().to_string()),
                taken_over,
            }
        }
    };
    if arguments.json {
        print_json("quintet.restore/1", &answer)?;
    } else {
        show(&answer)?;
    }
    Ok(Finding::Positive)
}

/// The answer where nothing but sequence numbers changed.
fn fenced(database: String) -> RestoreAnswer {
    RestoreAnswer {
        database,
        subscribers: None,
        schema_version: None,
        replaced: None,
        taken_over: false,
    }
}

fn show(answer: &RestoreAnswer) -> Result<()> {
    let mut rows = vec![("database", answer.database.clone())];
    if let Some(subscribers) = answer.subscribers {
        rows.push(("subscribers", subscribers.to_string()));
    }
    if let Some(version) = answer.schema_version {
        rows.push(("schema of the copy", version.to_string()));
    }
    if let Some(replaced) = &answer.replaced {
        rows.push(("before", replaced.clone()));
    }
    let numbers = if answer.taken_over {
        "above what the replaced database had issued"
    } else {
        "raised by a day; a SIM that was resynchronised by more since the copy was made resynchronises once more"
    };
    rows.push(("sequence numbers", numbers.to_owned()));
    print_rows(&rows)
}
