//! `quintet keys`: the master key and the data keys that protect a database.

pub(crate) mod home_network;
mod pkcs11;
mod source;
mod sources;

use crate::database::{DatabasePlace, DatabaseServer};
use crate::output::{Finding, print_json, print_rows};
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use quintet_store_rows::{KeyStatus, Progress, Rewrapped, Rotated};
use quintet_store_sqlite::KeyedFile;
use quintet_vault::{Master, Masters};
use serde::Serialize;
pub(crate) use source::Source;
pub(crate) use sources::{MasterKeyOption, Sources, VARIABLE, make_file};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long these commands wait for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Steps below which a long work shows nothing: it is done before anybody looks.
const WORTH_SHOWING: u64 = 20_000;

const INIT_EXAMPLES: &str = "Examples:
  quintet keys init --out /etc/quintet/master.key
  quintet keys init --out \\
    'pkcs11:token=hsm;object=key?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/pin'";
const ROTATE_EXAMPLES: &str = "Both may be done while servers run on the database. A server that was told the former master key goes on; tell it
the new one (keys.master, and the former one in keys.former as long as something is sealed under it) before it starts again.

Examples:
  quintet keys init --out new.key && quintet keys rotate --master file:new.key
  export QUINTET_MASTER_KEY_SOURCE=file:$PWD/new.key   # from now on, for every command
  quintet keys rotate --data              # minutes for millions of subscribers; interrupted, it goes on next time";

/// Which database.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// Database: a file, or postgresql://USER@HOST/DATABASE [default: quintet.db in the platform's data directory]
    #[arg(long, value_name = "FILE|URL")]
    db: Option<DatabasePlace>,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a master key: in a file for its owner alone, or in a PKCS#11 token that never gives it away.
    #[command(after_help = INIT_EXAMPLES)]
    Init {
        /// Where it goes, FILE or pkcs11:…; what is there is not overwritten
        #[arg(long, value_name = "FILE|URI")]
        out: String,
        /// Answer in JSON
        #[arg(long)]
        json: bool,
    },
    /// Show under which keys a database is sealed, and whether they are at hand.
    ///
    /// Exit code 1 says that they are not, that a rotation was interrupted, or that traces of keys that were in the clear may
    /// be left in the file.
    Status {
        #[command(flatten)]
        place: Where,
    },
    /// Take another master key, or another data key.
    #[command(after_help = ROTATE_EXAMPLES)]
    Rotate {
        #[command(flatten)]
        place: Where,
        /// Have this master key wrap the data keys: at once, whatever the size of the database
        #[arg(long, value_name = "SOURCE", required_unless_present = "data")]
        master: Option<Source>,
        /// Make a new data key and seal everything under it
        #[arg(long, conflicts_with = "master")]
        data: bool,
    },
}

#[derive(Serialize)]
struct InitAnswer {
    master_key: String,
    source: String,
}

#[derive(Serialize)]
struct StatusAnswer {
    database: String,
    master_keys: Vec<MasterKeyAnswer>,
    data_keys: Vec<DataKeyAnswer>,
    rotating: bool,
    traces: bool,
}

#[derive(Serialize)]
struct MasterKeyAnswer {
    fingerprint: String,
    at_hand: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    why_not: Option<String>,
}

#[derive(Serialize)]
struct DataKeyAnswer {
    number: u16,
    master_key: String,
    made: String,
    subscribers: u64,
}

#[derive(Serialize)]
struct RewrappedAnswer {
    master_key: String,
    data_keys: usize,
}

#[derive(Serialize)]
struct RotatedAnswer {
    data_key: u16,
    resumed: bool,
    subscribers: u64,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Init { out, json } => init(&out, json),
        Command::Status { place } => status(&place),
        Command::Rotate {
            place,
            master: Some(master),
            ..
        } => rotate_master(&place, &master),
        Command::Rotate { place, .. } => rotate_data(&place),
    }
}

impl Where {
    fn keyed(&self) -> Result<Keyed> {
        let place = DatabasePlace::or_default(self.db.as_ref())?;
        Ok(Keyed::of(place, self.key.sources()))
    }
}

/// A database, and the master keys for it.
pub(crate) enum Keyed {
    File {
        path: PathBuf,
        masters: Arc<dyn Masters>,
    },
    Server {
        server: DatabaseServer,
        keys: Sources,
    },
}

impl Keyed {
    /// At a place, with these.
    pub(crate) fn of(place: DatabasePlace, keys: Sources) -> Self {
        match place {
            DatabasePlace::File(path) => Self::File {
                masters: keys.for_database(&path),
                path,
            },
            DatabasePlace::Server(server) => Self::Server { keys, server },
        }
    }

    /// The master keys.
    pub(crate) fn masters(&self) -> Arc<dyn Masters> {
        match self {
            Self::File { masters, .. } => masters.clone(),
            Self::Server { keys, .. } => Arc::new(keys.clone()),
        }
    }

    /// For people.
    fn name(&self) -> Result<String> {
        Ok(match self {
            Self::File { path, .. } => path.display().to_string(),
            Self::Server { server, keys } => {
                quintet_store_postgres::place(&server.url, &server.options(keys))?
            }
        })
    }

    /// Under which keys it is sealed.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) fn status(&self) -> Result<KeyStatus> {
        Ok(match self {
            Self::File { path, .. } => quintet_store_sqlite::key_status(path, BUSY_TIMEOUT)?,
            Self::Server { server, keys } => {
                quintet_store_postgres::key_status(&server.url, &server.options(keys))?
            }
        })
    }

    fn rewrap(&self, new: &dyn Master) -> Result<Rewrapped> {
        Ok(match self {
            Self::File { path, masters } => quintet_store_sqlite::rewrap(&file(path, masters), new)?,
            Self::Server { server, keys } => {
                quintet_store_postgres::rewrap(&server.url, &server.options(keys), new)?
            }
        })
    }

    fn rotate(&self) -> Result<Rotated> {
        Ok(match self {
            Self::File { path, masters } => quintet_store_sqlite::rotate_data_key(&file(path, masters))?,
            Self::Server { server, keys } => {
                quintet_store_postgres::rotate_data_key(&server.url, &server.options(keys), &progress())?
            }
        })
    }
}

fn file<'a>(path: &'a Path, masters: &Arc<dyn Masters>) -> KeyedFile<'a> {
    KeyedFile {
        path,
        masters: masters.clone(),
        busy_timeout: BUSY_TIMEOUT,
        progress: progress(),
    }
}

/// Makes a master key.
fn init(out: &str, json: bool) -> Result<Finding> {
    let source = if out.starts_with("pkcs11:") || out.starts_with("file:") {
        out.parse().map_err(anyhow::Error::msg)?
    } else {
        Source::File(PathBuf::from(out))
    };
    match &source {
        Source::File(path) => {
            if path.exists() {
                bail!(
                    "{} is there already: a key is not overwritten; choose another file",
                    path.display()
                );
            }
            make_file(path)?;
        }
        Source::Pkcs11(uri) => pkcs11::generate(uri)?,
        _ => bail!("a key is made in a file or in a PKCS#11 token"),
    }
    let master_key = source.load()?.fingerprint().to_string();
    let source = source.to_string();
    if json {
        print_json("quintet.keys.init/1", &InitAnswer { master_key, source })?;
    } else {
        print_rows(&[("master key", master_key), ("in", source)])?;
    }
    Ok(Finding::Positive)
}

fn status(place: &Where) -> Result<Finding> {
    let keyed = place.keyed()?;
    let status = keyed.status()?;
    let masters = keyed.masters();
    let master_keys = status.masters().into_iter().map(|name| {
        let found = masters.named(name);
        MasterKeyAnswer {
            fingerprint: name.to_string(),
            at_hand: found.is_ok(),
            why_not: found.err().map(|error| error.to_string()),
        }
    });
    let data_keys = status.data_keys.iter().map(|key| DataKeyAnswer {
        number: key.number.value(),
        master_key: key.master.to_string(),
        made: jiff::Timestamp::from_second(key.made).map_or_else(|_| String::new(), |time| time.to_string()),
        subscribers: key.subscribers,
    });
    let answer = StatusAnswer {
        database: keyed.name()?,
        master_keys: master_keys.collect(),
        rotating: status.is_rotating(),
        data_keys: data_keys.collect(),
        traces: status.traces,
    };
    let good = !answer.rotating && !answer.traces && answer.master_keys.iter().all(|key| key.at_hand);
    if place.json {
        print_json("quintet.keys.status/1", &answer)?;
    } else {
        show(&answer)?;
    }
    Ok(if good {
        Finding::Positive
    } else {
        Finding::Negative
    })
}

fn show(answer: &StatusAnswer) -> Result<()> {
    let mut rows = vec![("database", answer.database.clone())];
    for key in &answer.master_keys {
        let there = key.why_not.clone().unwrap_or_else(|| "at hand".to_owned());
        rows.push(("master key", format!("{}  {there}", key.fingerprint)));
    }
    for key in &answer.data_keys {
        rows.push((
            "data key",
            format!(
                "{}  made {}, {} subscribers, under master key {}",
                key.number, key.made, key.subscribers, key.master_key
            ),
        ));
    }
    if answer.rotating {
        let what = "a rotation is under way, or was interrupted: `quintet keys rotate --data` goes on";
        rows.push(("note", what.to_owned()));
    }
    if answer.traces {
        let what = "what was in the clear before may be left in free pages: it goes when the database is opened alone";
        rows.push(("note", what.to_owned()));
    }
    print_rows(&rows)
}

fn rotate_master(place: &Where, source: &Source) -> Result<Finding> {
    let keyed = place.keyed()?;
    let new = source
        .load()
        .with_context(|| format!("the new master key in {source} (`quintet keys init --out` makes one)"))?;
    let rewrapped = keyed.rewrap(&*new)?;
    let answer = RewrappedAnswer {
        master_key: rewrapped.master.to_string(),
        data_keys: rewrapped.data_keys,
    };
    if place.json {
        print_json("quintet.keys.rotate/1", &answer)?;
    } else {
        print_rows(&[
            ("master key", answer.master_key),
            ("data keys", answer.data_keys.to_string()),
            (
                "next",
                format!("keys.master = \"{source}\" where servers of this database are configured"),
            ),
            (
                "commands",
                format!(
                    "--master-key '{source}', or QUINTET_MASTER_KEY_SOURCE='{source}': they look in the default place else"
                ),
            ),
        ])?;
    }
    Ok(Finding::Positive)
}

fn rotate_data(place: &Where) -> Result<Finding> {
    let rotated = place.keyed()?.rotate()?;
    let answer = RotatedAnswer {
        data_key: rotated.number.value(),
        resumed: rotated.resumed,
        subscribers: rotated.sealed,
    };
    if place.json {
        print_json("quintet.keys.rotate/1", &answer)?;
    } else {
        let how = if answer.resumed {
            ", after an interruption"
        } else {
            ""
        };
        print_rows(&[
            ("data key", answer.data_key.to_string()),
            ("sealed", format!("{} subscribers{how}", answer.subscribers)),
        ])?;
    }
    Ok(Finding::Positive)
}

/// Shows how far a long work on a database is: a bar for a terminal, a line at every tenth for a log.
pub(crate) fn progress() -> Progress {
    let bar: Mutex<Option<(&'static str, ProgressBar)>> = Mutex::new(None);
    let terminal = std::io::stderr().is_terminal();
    Arc::new(move |what, done, total| {
        if !terminal {
            let tenth = |part: u64| part.saturating_mul(10) / total.max(1);
            if total < WORTH_SHOWING || done == total || tenth(done) != tenth(done.saturating_sub(total / 10))
            {
                tracing::info!(done, total, "{what}");
            }
            return;
        }
        let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
        if done >= total {
            if let Some((_, bar)) = bar.take() {
                bar.finish_and_clear();
            }
            return;
        }
        if total >= WORTH_SHOWING {
            let (shown, bar) = bar.get_or_insert_with(|| (what, new_bar(what, total)));
            if *shown == what {
                bar.set_position(done);
            }
        }
    })
}

fn new_bar(what: &'static str, total: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {human_pos}/{human_len} {eta}");
    let bar = ProgressBar::new(total).with_message(what);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
