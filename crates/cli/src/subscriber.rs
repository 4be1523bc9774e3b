//! `quintet subscriber`: provisioning, on the database of a running or a stopped HSS.
//!
//! A running `quintet serve` on the same database notices every change within a second and tells the serving MME; of
//! what is changed while no server runs, an MME learns at its next Update-Location.

mod change;
mod fgs;
mod file;
mod import;
mod ims;
mod secret;
mod transfer;

use crate::audit::Run;
use crate::database::{Database, DatabasePlace, highest_sqn};
use crate::keys::MasterKeyOption;
use crate::output::{Finding, print_json};
use anyhow::{Result, anyhow, bail};
use change::{Add, Set};
pub(crate) use file::Format;
pub(crate) use ims::stored as stored_ims;
use quintet_identity::Imsi;
use quintet_provisioning::declared::Desired;
use quintet_provisioning::record::Record;
use quintet_provisioning::{FieldChange, Hex, differences};
use quintet_store::{Command as StoreCommand, PutMode, Reply, StoreError};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
pub(crate) use secret::{of_env, of_file};
use serde::Serialize;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

/// Subscribers per read of a listing.
const LIST_BATCH: usize = 1_000;

const ADD_EXAMPLE: &str = "Example:
  quintet subscriber add 001010000000001 --k 465b5ce8b199b49faa5f0a2ee238a6bc \\
      --opc cd63cb71954a9f4e48a5994e37a02baf --msisdn 33612345678 --apn internet --apn ims --ims";
const IMPORT_EXAMPLE: &str = "A CSV file has a header line; columns, all but imsi and k optional:
  imsi,msisdn,algorithm,k,op,opc,tuak,amf,sqn,ind_bits,apns,ambr_uplink,ambr_downlink,
  authentication_method,nssai,non_3gpp,subscription,ims
where apns and nssai are lists separated by `;` and sqn is the highest SQN the former HSS issued;
non_3gpp is true, false, barred, or JSON;
ims is true for the identities that follow from IMSI and number, or the JSON of `show --json`.

Everything is checked before anything is written: all or nothing, unless --keep-going. What is there already, and
the same, is skipped. The report says what becomes of each row, and what a source has that this HSS has not.
docs/migration.md says how to export from PyHSS, Open5GS, free5GC, srsRAN and FHoSS.

Examples:
  quintet subscriber import sims.csv
  quintet subscriber import subscribers.json --dry-run            (mongoexport of Open5GS)
  quintet subscriber import amData.json smData.json authenticationSubscription.json   (of free5GC)
  quintet subscriber import batch17.out --op env:OP --transport aes-128-ecb --transport-key env:K4
  quintet subscriber export --with-keys all.json && quintet subscriber import --update all.json";

/// Which database.
#[derive(clap::Args)]
pub(crate) struct Where {
    /// Database: a file, or postgresql://USER@HOST/DATABASE [default: quintet.db in the platform's data directory]
    #[arg(long, global = true, value_name = "FILE|URL")]
    db: Option<DatabasePlace>,
    #[command(flatten)]
    key: MasterKeyOption,
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

impl Where {
    /// Opens it; makes it if it is not there and `create` says so.
    ///
    /// # Errors
    /// As the store says.
    pub(crate) fn open(&self, create: bool) -> Result<Database> {
        Database::open_with(self.db.as_ref(), create, &self.key.sources())
    }
}

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Where,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Add one subscriber.
    #[command(after_help = ADD_EXAMPLE)]
    Add(Add),
    /// Show one subscriber and where it is registered.
    Show {
        imsi: Imsi,
        /// Show K and OPc too
        #[arg(long)]
        with_keys: bool,
    },
    /// List subscribers.
    List {
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Change one subscriber; what is not named stays.
    Set(Set),
    /// Remove subscribers; a running server tells the serving MME.
    ///
    /// It tells the SQN to give to `add` if the same SIM shall come back: without it SQNs start anew, and repeat.
    #[command(visible_alias = "rm")]
    Remove {
        #[arg(required = true)]
        imsis: Vec<Imsi>,
    },
    /// Import subscribers: ours, other systems' exports, SIM vendors' output files.
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(import::Import),
    /// Write all subscribers to a CSV, JSON or YAML file.
    Export {
        /// The file; `-` writes to standard output
        #[arg(default_value = "-")]
        file: PathBuf,
        /// The file's form [default: by its name]
        #[arg(long, value_enum)]
        format: Option<transfer::ExportFormat>,
        /// Write K and OPc too: whoever reads the file can clone every SIM
        #[arg(long, visible_alias = "show-keys")]
        with_keys: bool,
    },
}

#[derive(Serialize)]
struct Count {
    subscribers: u64,
}

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let json = arguments.place.json;
    let command = match arguments.command {
        Command::Import(import) => return import::run(&arguments.place, &import, json),
        command => command,
    };
    // What only reads must not leave an empty database behind a misspelt name.
    let mut database = arguments.place.open(matches!(command, Command::Add(_)))?;
    match command {
        Command::Import(_) => {
            bail!("an import opens its database itself: this is a defect, please report it")
        }
        Command::Add(add) => {
            let ims = add.ims()?;
            ims.check_free(&mut database)?;
            let record = add.record()?;
            let run = Run::of("subscriber.create", record.imsi);
            let count = put_one(&mut database, record, PutMode::Insert)?;
            ims.put(&mut database)?;
            database.write_down(&run)?;
            report(json, "added", count)
        }
        Command::Set(set) => {
            let subscriber = database.subscriber(set.imsi())?;
            let record = set.record(&subscriber, highest_sqn(&subscriber.authentication))?;
            let stored = ims::stored(&mut database, set.imsi())?;
            let current = stored.and_then(|stored| stored.subscription);
            let ims = set.ims(&subscriber, current.as_deref())?;
            ims.check_free(&mut database)?;
            let count = put_one(&mut database, record, PutMode::Update)?;
            ims.put(&mut database)?;
            let before = (&subscriber, current.as_deref());
            let run = Run::of("subscriber.update", set.imsi());
            let fields = changed_fields(&mut database, set.imsi(), before)?;
            database.write_down(&run.changing(fields))?;
            report(json, "changed", count)
        }
        Command::Show { imsi, with_keys } => show(&mut database, imsi, with_keys, json),
        Command::List { limit } => list(&mut database, limit.unwrap_or(usize::MAX), json),
        Command::Remove { imsis } => remove(&mut database, imsis, json),
        Command::Export {
            file,
            format,
            with_keys,
        } => {
            let count = transfer::export(&mut database, &file, format, with_keys)?;
            if file.as_os_str() == "-" {
                Ok(Finding::Positive)
            } else {
                report(json, "exported", count)
            }
        }
    }
}

/// What a change comes to, from what was stored before it.
fn changed_fields(
    database: &mut Database,
    imsi: Imsi,
    before: (&Subscriber, Option<&ImsSubscription>),
) -> Result<Vec<FieldChange>> {
    let subscriber = database.subscriber(imsi)?;
    let ims = ims::stored(database, imsi)?.and_then(|stored| stored.subscription);
    let after = Desired {
        subscriber,
        ims: ims.as_deref().cloned(),
    };
    Ok(differences(Some(before), Some(&after)))
}

fn report(json: bool, done: &str, subscribers: u64) -> Result<Finding> {
    if json {
        print_json("quintet.subscriber/1", &Count { subscribers })?;
    } else {
        writeln!(
            anstream::stdout(),
            "{done} {subscribers} subscriber{}",
            if subscribers == 1 { "" } else { "s" }
        )?;
    }
    Ok(Finding::Positive)
}

fn put_one(database: &mut Database, record: Record, mode: PutMode) -> Result<u64> {
    let subscribers = vec![database.provisioned(record.subscriber()?)];
    let put = database.execute(StoreCommand::Put { subscribers, mode });
    put.map_err(|error| match error.downcast_ref() {
        Some(StoreError::Exists { imsi }) => {
            anyhow!("{error}; `quintet subscriber set {imsi} …` changes it, `remove` takes it away")
        }
        _ => error,
    })?;
    Ok(1)
}

#[derive(Serialize)]
struct Removed {
    removed: Vec<RemovedSubscriber>,
}

#[derive(Serialize)]
struct RemovedSubscriber {
    imsi: Imsi,
    /// The highest SQN that may have been issued, 6 octets.
    sqn: Option<Hex>,
}

fn remove(database: &mut Database, imsis: Vec<Imsi>, json: bool) -> Result<Finding> {
    let mut removed = Vec::with_capacity(imsis.len());
    for imsi in &imsis {
        let subscriber = database.subscriber(*imsi)?;
        let sqn = highest_sqn(&subscriber.authentication).map(|sqn| Hex::new(sqn.octets().to_vec()));
        removed.push(RemovedSubscriber { imsi: *imsi, sqn });
    }
    let whom: Vec<String> = imsis.iter().map(Imsi::to_string).collect();
    let run = Run::of("subscriber.remove", whom.join(" "));
    database.change(vec![StoreCommand::Remove { imsis }], &run)?;
    if json {
        print_json("quintet.subscriber.remove/1", &Removed { removed })?;
        return Ok(Finding::Positive);
    }
    let mut out = anstream::stdout().lock();
    for RemovedSubscriber { imsi, sqn } in removed {
        match sqn.map(String::from) {
            Some(sqn) => writeln!(
                out,
                "removed {imsi}; if the same SIM comes back: add {imsi} --sqn {sqn}"
            )?,
            None => writeln!(out, "removed {imsi}")?,
        }
    }
    Ok(Finding::Positive)
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    record: &'a Record,
    location: Option<Box<quintet_subscriber::model::Location>>,
    /// Which S-CSCF serves which of its sets.
    ims_registrations: Option<quintet_subscriber::ims::Registrations>,
}

fn show(database: &mut Database, imsi: Imsi, with_keys: bool, json: bool) -> Result<Finding> {
    let subscriber = database.subscriber(imsi)?;
    let mut record = Record::of(&subscriber, with_keys);
    let stored = ims::stored(database, imsi)?;
    record.ims = ims::shown(stored.as_ref(), with_keys);
    let Reply::Location(location) = database.execute(StoreCommand::LoadLocation { imsi })? else {
        bail!("the store gave another answer than a location: this is a defect, please report it");
    };
    let shown = Shown {
        record: &record,
        location,
        ims_registrations: stored
            .map(|stored| stored.registrations)
            .filter(|told| !told.is_empty()),
    };
    if json {
        print_json("quintet.subscriber.show/1", &shown)?;
    } else {
        writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&shown)?)?;
    }
    Ok(Finding::Positive)
}

/// Reads all subscribers in order, at most `limit`.
pub(crate) fn each_subscriber(
    database: &mut Database,
    limit: usize,
    each: &mut dyn FnMut(&mut Database, Subscriber) -> Result<()>,
) -> Result<u64> {
    let (mut after, mut count) = (None, 0);
    while count < limit {
        let page = StoreCommand::Scan {
            after,
            limit: LIST_BATCH.min(limit - count),
        };
        let Reply::Subscribers(subscribers) = database.execute(page)? else {
            bail!("the store gave another answer than subscribers: this is a defect, please report it");
        };
        let Some(last) = subscribers.last() else { break };
        after = Some(last.imsi);
        count += subscribers.len();
        for subscriber in subscribers {
            each(database, subscriber)?;
        }
    }
    Ok(count as u64)
}

#[derive(Serialize)]
struct List {
    subscribers: Vec<Record>,
}

fn list(database: &mut Database, limit: usize, json: bool) -> Result<Finding> {
    if json {
        let mut subscribers = Vec::new();
        each_subscriber(database, limit, &mut |_, subscriber| {
            subscribers.push(Record::of(&subscriber, false));
            Ok(())
        })?;
        print_json("quintet.subscriber.list/1", &List { subscribers })?;
        return Ok(Finding::Positive);
    }
    let mut out = BufWriter::new(anstream::stdout().lock());
    writeln!(out, "{:15}  {:15}  {:9}  APNs", "IMSI", "MSISDN", "algorithm")?;
    let count = each_subscriber(database, limit, &mut |_, subscriber| {
        let record = Record::of(&subscriber, false);
        let msisdn = record.msisdn.map_or_else(|| "-".to_owned(), |m| m.to_string());
        let algorithm = format!("{:?}", record.algorithm).to_lowercase();
        let apns: Vec<&str> = subscriber
            .subscription
            .apn_configurations
            .iter()
            .map(|c| c.apn.as_str())
            .collect();
        Ok(writeln!(
            out,
            "{:15}  {msisdn:15}  {algorithm:9}  {}",
            record.imsi,
            apns.join(", ")
        )?)
    })?;
    out.flush()?;
    if count == 0 {
        anstream::eprintln!("no subscribers yet: `quintet subscriber add --help` shows how to add one");
    }
    Ok(Finding::Positive)
}
