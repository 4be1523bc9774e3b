//! `import`: many subscribers from files of ours, of other systems, and of SIM vendors.
//!
//! Every file is read twice: first everything is checked, against itself and against the database, and reported; then it is
//! written, a batch a transaction. So a mistake in the last line leaves the database as it was. What a fault interrupts between
//! batches is finished by the same command: what is there already, and the same, is skipped.

mod existing;
mod input;
mod report;

use super::Where;
use super::secret::SecretSource;
use crate::audit::Run;
use crate::database::{Database, DatabasePlace};
use crate::octets::Octets;
use crate::output::Finding;
use anyhow::{Context, Result, anyhow, bail};
use existing::{Existing, Verdict};
use input::Files;
use quintet_identity::{Apn, Imsi};
use quintet_provisioning::record::MncDigits;
use quintet_provisioning::{
    Cipher, Covers, Entry, Hex, KeyCheck, Options, Outcome, ReadError, Refusal, Row, Source, Transport, read,
};
use quintet_store::{Command as StoreCommand, PutMode, StoreError};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use report::Report;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

/// Subscribers per transaction: large enough that the commit does not count, small enough that other writers wait a
/// moment only.
const BATCH: usize = 10_000;

/// How many rows pass between two steps of the progress bar.
const PROGRESS_STEP: u64 = 1_000;

#[derive(clap::Args)]
pub(super) struct Import {
    /// The files; `-` reads standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// What they are: auto, pyhss, open5gs, free5gc, srsran, fhoss, vendor, csv or json
    #[arg(long, alias = "format", value_name = "KIND", default_value = "auto", value_parser = kind)]
    from: Kind,
    /// Say what would happen, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Import what is right even if something is refused; by default it is all or nothing
    #[arg(long)]
    keep_going: bool,
    /// Replace subscribers that exist already, instead of refusing them; the sequence numbers of a SIM that stays
    /// the same (K, OPc, algorithm, ind_bits) go on, and its sqn does not count
    #[arg(long)]
    update: bool,
    /// Show every row
    #[arg(long, short)]
    verbose: bool,
    /// An APN for subscribers whose source names none (repeat for more) [default: internet, ims]
    #[arg(long = "apn", value_name = "APN")]
    apns: Vec<Apn>,
    /// OP of cards whose source has none
    #[arg(long, value_name = "FILE|env:NAME")]
    op: Option<SecretSource>,
    /// OPc of cards whose source has none
    #[arg(long, value_name = "FILE|env:NAME", conflicts_with = "op")]
    opc: Option<SecretSource>,
    /// Authentication management field of cards whose source has none, 2 octets [default: 8000]
    #[arg(long, value_name = "HEX")]
    amf: Option<Octets>,
    /// Bits of IND of the cards, 5 or 0 [default: 5]
    #[arg(long, value_name = "N")]
    ind_bits: Option<u8>,
    /// IMS for everybody, with the identities that follow from IMSI and number
    #[arg(long)]
    ims: bool,
    /// Digits of the MNC in IMSIs, 2 or 3 [default: 2]
    #[arg(long, value_name = "N")]
    mnc_digits: Option<MncDigits>,
    /// IMSIs of private identities from which none follows: CSV of `private identity,IMSI`
    #[arg(long, value_name = "FILE")]
    imsi_of: Option<PathBuf>,
    #[command(flatten)]
    transport: TransportOptions,
}

/// How K is enciphered in a vendor's file.
#[derive(clap::Args)]
#[command(next_help_heading = "Transport key")]
struct TransportOptions {
    /// The key under which a SIM vendor enciphered Ki
    #[arg(long, value_name = "FILE|env:NAME", requires = "transport")]
    transport_key: Option<SecretSource>,
    /// Its cipher: aes-128-ecb, aes-128-cbc, aes-256-ecb, aes-256-cbc, 3des-2key-ecb or 3des-3key-ecb
    #[arg(long, value_name = "CIPHER", requires = "transport_key")]
    transport: Option<Cipher>,
    /// Initialisation vector of a chained cipher, 16 octets [default: zeros]
    #[arg(long, value_name = "HEX", requires = "transport_key")]
    transport_iv: Option<Octets>,
    /// OPc is enciphered too
    #[arg(long, requires = "transport_key")]
    transport_opc: bool,
    /// Key check value of the transport key: looked at before any card
    #[arg(long, value_name = "HEX", requires = "transport_key")]
    transport_kcv: Option<KeyCheck>,
}

/// What the files are; none: whatever they seem to be.
type Kind = Option<Source>;

fn kind(text: &str) -> Result<Kind, String> {
    if text == "auto" {
        return Ok(None);
    }
    let found = Source::ALL.into_iter().find(|source| source.name() == text);
    found.map(Some).ok_or_else(|| {
        let names: Vec<&str> = Source::ALL.iter().map(|source| source.name()).collect();
        format!("{text:?} is not auto, {}", names.join(", "))
    })
}

impl TransportOptions {
    fn transport(&self) -> Result<Option<Transport>> {
        let (Some(key), Some(cipher)) = (&self.transport_key, self.transport) else {
            return Ok(None);
        };
        let key = key.read()?;
        let iv = self.transport_iv.as_ref().map(|iv| Hex::new(iv.0.clone()));
        let covers = if self.transport_opc {
            Covers::KAndOpc
        } else {
            Covers::K
        };
        let transport = Transport::new(cipher, &key, iv.as_ref(), covers)?;
        if let Some(check) = &self.transport_kcv {
            transport.check(check)?;
        }
        Ok(Some(transport))
    }
}

impl Import {
    fn options(&self) -> Result<Options> {
        let secret = |source: &Option<SecretSource>| source.as_ref().map(SecretSource::read).transpose();
        let mut options = Options {
            apns: self.apns.clone(),
            op: secret(&self.op)?,
            opc: secret(&self.opc)?,
            amf: self.amf.as_ref().map(|amf| Hex::new(amf.0.clone())),
            ind_bits: self.ind_bits,
            mnc_digits: self.mnc_digits.unwrap_or_default(),
            ims: self.ims,
            transport: self.transport.transport()?,
            ..Options::default()
        };
        if let Some(path) = &self.imsi_of {
            let name = path.display();
            let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
            for (number, line) in (1..).zip(text.lines().filter(|line| !line.trim().is_empty())) {
                let pair = line.split_once(',').and_then(|(identity, imsi)| {
                    Some((identity.trim().to_owned(), imsi.trim().parse::<Imsi>().ok()?))
                });
                let (identity, imsi) = pair
                    .with_context(|| format!("{name}, line {number}: `private identity,IMSI` is expected"))?;
                options.imsi_of.insert(identity, imsi);
            }
        }
        Ok(options)
    }
}

/// Imports; negative if something was refused.
pub(super) fn run(place: &Where, import: &Import, json: bool) -> Result<Finding> {
    let options = import.options()?;
    let files = Files::open(&import.files, import.from)?;
    if import.from.is_none() {
        anstream::eprintln!("took {} for {}", files.names(), files.source.title());
    }
    let mut store = open(place, import.dry_run)?;
    let mut report = Report::new(&files, json, import)?;
    let verdicts = check(store.as_mut(), import, &files, &options, &mut report)?;
    let refused = report.refused() > 0;
    let writes = !import.dry_run && (!refused || import.keep_going);
    if let (true, Some(store)) = (writes, store.as_mut()) {
        write(store, &files, &options, &verdicts)?;
        let count = |wanted: Verdict| verdicts.iter().filter(|verdict| **verdict == wanted).count();
        let run = Run::of("import", files.names())
            .with("added", count(Verdict::Insert))
            .with("replaced", count(Verdict::Replace))
            .with("ims", count(Verdict::ImsAlone));
        store.write_down(&run)?;
    }
    report.finish(writes)?;
    Ok(if refused {
        Finding::Negative
    } else {
        Finding::Positive
    })
}

/// The database; none if there is none yet and nothing is to be written.
fn open(place: &Where, dry_run: bool) -> Result<Option<Database>> {
    if dry_run && !DatabasePlace::or_default(place.db.as_ref())?.exists() {
        return Ok(None);
    }
    place.open(!dry_run).map(Some)
}

/// Reads everything, decides on each row, and reports it.
fn check(
    database: Option<&mut Database>,
    import: &Import,
    files: &Files,
    options: &Options,
    report: &mut Report<'_>,
) -> Result<Vec<Verdict>> {
    let mut existing = Existing::new(database, import.update)?;
    let mut verdicts = Vec::new();
    let progress = progress("checked");
    let mut each = |row: Row| -> Result<()> {
        let decision = match &row.outcome {
            Outcome::Entry(entry) => existing.decide(entry)?,
            Outcome::Skipped(why) => existing::Decision::skip(why.clone()),
            Outcome::Refused(refusal) => existing::Decision::refuse(refusal.clone()),
        };
        verdicts.push(decision.verdict());
        if (verdicts.len() as u64).is_multiple_of(PROGRESS_STEP) {
            progress.set_position(verdicts.len() as u64);
        }
        report.row(&row, &decision)
    };
    let result = pass(files, options, &mut each);
    progress.finish_and_clear();
    match result {
        Ok(()) => {}
        // What cannot be read on is refused as a whole, with its line.
        Err(Failure::Read(ReadError::File { place, why })) => {
            let row = Row {
                place,
                identity: String::new(),
                outcome: Outcome::Refused(Refusal::new(&why)),
                notes: Vec::new(),
            };
            report.broken(&row, why)?;
        }
        Err(Failure::Read(ReadError::Stopped)) => {
            bail!("reading stopped: this is a defect, please report it")
        }
        Err(Failure::Own(error)) => return Err(error),
    }
    Ok(verdicts)
}

/// Why a pass over the files ended.
enum Failure {
    /// They cannot be read on.
    Read(ReadError),
    /// Whoever got the rows failed.
    Own(anyhow::Error),
}

/// Hands every row to `each`.
fn pass(files: &Files, options: &Options, each: &mut dyn FnMut(Row) -> Result<()>) -> Result<(), Failure> {
    let mut failure = None;
    let mut opened = files.inputs().map_err(Failure::Own)?;
    let result = read(
        files.source,
        opened.inputs(),
        options,
        &mut |row| match each(row) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        },
    );
    match (failure, result) {
        (Some(error), _) => Err(Failure::Own(error)),
        (None, Err(error)) => Err(Failure::Read(error)),
        (None, Ok(())) => Ok(()),
    }
}

/// What one transaction adds, and the one after it.
#[derive(Default)]
struct Batch {
    new: Vec<Subscriber>,
    changed: Vec<Subscriber>,
    ims: Vec<Arc<ImsSubscription>>,
}

/// Reads everything again, and writes what was decided.
fn write(database: &mut Database, files: &Files, options: &Options, verdicts: &[Verdict]) -> Result<()> {
    let progress = progress("written");
    progress.set_length(
        verdicts
            .iter()
            .filter(|verdict| **verdict != Verdict::Nothing)
            .count() as u64,
    );
    let (mut batch, mut at, mut count) = (Batch::default(), 0, 0u64);
    let mut each = |row: Row| -> Result<()> {
        let verdict = verdicts
            .get(at)
            .copied()
            .context("a file changed while it was read")?;
        at += 1;
        let Outcome::Entry(entry) = row.outcome else {
            return Ok(());
        };
        let Entry { subscriber, ims, .. } = *entry;
        match verdict {
            Verdict::Nothing => return Ok(()),
            Verdict::Insert => batch.new.push(database.provisioned(subscriber)),
            Verdict::Replace => batch.changed.push(database.provisioned(subscriber)),
            Verdict::ImsAlone => {}
        }
        batch.ims.extend(ims.map(Arc::new));
        count += 1;
        if count.is_multiple_of(BATCH as u64) {
            put(database, &mut batch)?;
            progress.set_position(count);
        }
        Ok(())
    };
    let mut result = pass(files, options, &mut each);
    if result.is_ok() {
        result = put(database, &mut batch).map_err(Failure::Own);
    }
    progress.finish_and_clear();
    let done = count / BATCH as u64 * BATCH as u64;
    match result {
        Ok(()) => Ok(()),
        // What could be read before the end was checked; --keep-going takes it.
        Err(Failure::Read(_)) => put(database, &mut batch),
        Err(Failure::Own(error)) => Err(error.context(format!(
            "the first {done} subscribers are imported, the rest is not: the same command goes on from there"
        ))),
    }
}

fn put(database: &mut Database, batch: &mut Batch) -> Result<()> {
    let Batch { new, changed, ims } = std::mem::take(batch);
    for (subscribers, mode) in [(new, PutMode::Insert), (changed, PutMode::Upsert)] {
        if subscribers.is_empty() {
            continue;
        }
        database
            .execute(StoreCommand::Put { subscribers, mode })
            .map_err(|error| match error.downcast_ref() {
                Some(StoreError::Exists { .. }) => anyhow!("{error}: somebody else added it meanwhile"),
                _ => error,
            })?;
    }
    if ims.is_empty() {
        return Ok(());
    }
    let command = StoreCommand::PutIms {
        subscriptions: ims,
        mode: PutMode::Upsert,
    };
    database
        .execute(command)
        .context("the subscribers of this batch are imported, their IMS subscriptions are not")?;
    Ok(())
}

/// Progress on a terminal; nothing in a pipe.
fn progress(done: &'static str) -> indicatif::ProgressBar {
    let style =
        indicatif::ProgressStyle::with_template("{spinner} {msg} {pos}{wide_bar}{per_sec}, {elapsed}");
    let bar = indicatif::ProgressBar::no_length().with_message(done);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
