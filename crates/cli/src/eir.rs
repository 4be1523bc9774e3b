//! `quintet eir`: the register of equipment, on the database of a running or a stopped HSS.
//!
//! A running `quintet serve` on the same database notices every change within a second.

mod file;
mod look;

use crate::audit::Run;
use crate::database::Database;
use crate::output::{Finding, print_json};
use crate::subscriber::Where;
use anyhow::{Context, Result, bail};
use quintet_identity::Imsi;
use quintet_store::{Command as StoreCommand, EquipmentCommand, EquipmentReply, Reply};
use quintet_subscriber::eir::{
    BoundEquipment, EquipmentBinding, EquipmentPattern, EquipmentRule, EquipmentStatus, MAX_BOUND_EQUIPMENT,
    MAX_NOTE_OCTETS,
};
use serde::Serialize;
use std::io::Write;
use std::path::PathBuf;

/// Most rules or bindings that an entry of the audit log names.
const MAX_NAMED: usize = 8;

const EXAMPLES: &str =
    "EQUIPMENT is the first digits of an IMEI: 8 of a type (TAC), more of a range, 14 or 15 of one device, or
16 of one device with one software version. The longest that fits counts.

Examples:
  quintet eir add 35209900 --status white                  every device of this type
  quintet eir add 352099001761481 --status black --note stolen
  quintet eir bind 001010000000001 352099001761481         this SIM in this device alone
  quintet eir check 352099001761481 --imsi 001010000000001
  quintet eir import stolen.csv";
const IMPORT_EXAMPLE: &str = "A CSV file has a header line; columns: equipment, and status (white, grey, black) with or without note for a rule,
or imsi for a binding; several lines of one IMSI bind it to all of them. JSON is what `list --json` prints.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Where,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Give equipment a status, or another one.
    Add {
        #[arg(required = true)]
        equipment: Vec<EquipmentPattern>,
        /// Permitted, to be watched, or prohibited
        #[arg(long, value_enum)]
        status: Status,
        /// Why, for people
        #[arg(long)]
        note: Option<String>,
    },
    /// List rules and bindings.
    List {
        /// Those of this status only
        #[arg(long, value_enum)]
        status: Option<Status>,
    },
    /// Show what is provisioned of some equipment, or of a SIM.
    Show {
        /// Everything that begins with these digits
        #[arg(required_unless_present = "imsi")]
        equipment: Option<EquipmentPattern>,
        /// What this SIM is bound to
        #[arg(long)]
        imsi: Option<Imsi>,
    },
    /// Remove rules.
    #[command(visible_alias = "rm")]
    Remove {
        #[arg(required = true)]
        equipment: Vec<EquipmentPattern>,
    },
    /// Let a SIM be used in this equipment only.
    Bind {
        imsi: Imsi,
        #[arg(required = true)]
        equipment: Vec<EquipmentPattern>,
    },
    /// Let a SIM be used in any equipment, or learn anew.
    Unbind {
        #[arg(required = true)]
        imsis: Vec<Imsi>,
    },
    /// Add rules and bindings from a CSV or JSON file; what is there of the same equipment or SIM is replaced.
    #[command(after_help = IMPORT_EXAMPLE)]
    Import {
        /// The file; `-` reads standard input
        file: PathBuf,
        /// The file's form [default: by its name]
        #[arg(long, value_enum)]
        format: Option<crate::subscriber::Format>,
    },
    /// Say what a serving node would be answered; exit code 1 unless it is white.
    Check(look::Check),
}

/// Equipment-Status on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Status {
    White,
    Grey,
    Black,
}

impl From<Status> for EquipmentStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::White => Self::White,
            Status::Grey => Self::Grey,
            Status::Black => Self::Black,
        }
    }
}

#[derive(Serialize)]
struct Count {
    rules: usize,
    bindings: usize,
}

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let json = arguments.place.json;
    // What only reads must not leave an empty database behind a misspelt name.
    let create = matches!(
        arguments.command,
        Command::Add { .. } | Command::Bind { .. } | Command::Import { .. }
    );
    let mut database = arguments.place.open(create)?;
    match arguments.command {
        Command::Add {
            equipment,
            status,
            note,
        } => {
            let rule = |equipment| EquipmentRule {
                equipment,
                status: status.into(),
                note: note.clone(),
            };
            let rules: Vec<_> = equipment.into_iter().map(rule).collect();
            rules.iter().try_for_each(check_rule)?;
            let count = rules.len();
            write(&mut database, EquipmentCommand::Put { rules })?;
            report(json, "added", count, 0)
        }
        Command::List { status } => {
            let all = look::Listing::read(&mut database)?;
            all.of_status(status.map(Into::into)).print(json)
        }
        Command::Show { equipment, imsi } => {
            let all = look::Listing::read(&mut database)?;
            all.about(equipment, imsi).print(json)
        }
        Command::Remove { equipment } => {
            let count = equipment.len();
            write(&mut database, EquipmentCommand::Remove { equipment })?;
            report(json, "removed", count, 0)
        }
        Command::Bind { imsi, equipment } => {
            let bound = |equipment| BoundEquipment {
                equipment,
                learnt: false,
            };
            let equipment = equipment.into_iter().map(bound).collect();
            let binding = EquipmentBinding { imsi, equipment };
            check_binding(&binding)?;
            let bindings = vec![binding];
            write(&mut database, EquipmentCommand::Bind { bindings })?;
            report(json, "bound", 0, 1)
        }
        Command::Unbind { imsis } => {
            let count = imsis.len();
            let equipment = Vec::new;
            let unbound = |imsi| EquipmentBinding {
                imsi,
                equipment: equipment(),
            };
            let bindings = imsis.into_iter().map(unbound).collect();
            write(&mut database, EquipmentCommand::Bind { bindings })?;
            report(json, "unbound", 0, count)
        }
        Command::Import { file, format } => {
            let (rules, bindings) = file::import(&mut database, &file, format)?;
            report(json, "imported", rules, bindings)
        }
        Command::Check(check) => look::check(&mut database, &check, json),
    }
}

fn check_rule(rule: &EquipmentRule) -> Result<()> {
    let length = rule.note.as_ref().map_or(0, String::len);
    if length > MAX_NOTE_OCTETS {
        bail!(
            "the note of {} has {length} octets: {MAX_NOTE_OCTETS} at most",
            rule.equipment
        );
    }
    Ok(())
}

fn check_binding(binding: &EquipmentBinding) -> Result<()> {
    let count = binding.equipment.len();
    if count > MAX_BOUND_EQUIPMENT {
        bail!(
            "IMSI {} would be bound to {count} kinds of equipment: {MAX_BOUND_EQUIPMENT} at most",
            binding.imsi
        );
    }
    Ok(())
}

/// Does one command about equipment.
fn ask(database: &mut Database, command: EquipmentCommand) -> Result<EquipmentReply> {
    match database.execute(StoreCommand::Equipment(command))? {
        Reply::Equipment(reply) => Ok(reply),
        _ => bail!("the store gave another answer than about equipment: this is a defect, please report it"),
    }
}

fn write(database: &mut Database, command: EquipmentCommand) -> Result<()> {
    let run = match &command {
        EquipmentCommand::Put { rules } => {
            Run::of("equipment.put", names(rules.iter().map(|rule| rule.equipment)))
        }
        EquipmentCommand::Remove { equipment } => Run::of("equipment.remove", names(equipment)),
        EquipmentCommand::Bind { bindings } => Run::of(
            "equipment.bind",
            names(bindings.iter().map(|binding| binding.imsi)),
        ),
        _ => bail!("a read is to be written: this is a defect, please report it"),
    };
    let change = database.change(vec![StoreCommand::Equipment(command)], &run);
    change.context("nothing was changed")
}

/// The first few of what is changed, and how many more there are.
fn names<T: std::fmt::Display>(all: impl IntoIterator<Item = T>) -> String {
    let all: Vec<String> = all.into_iter().map(|one| one.to_string()).collect();
    match all.len() > MAX_NAMED {
        true => format!(
            "{} and {} more",
            all[..MAX_NAMED].join(" "),
            all.len() - MAX_NAMED
        ),
        false => all.join(" "),
    }
}

fn report(json: bool, done: &str, rules: usize, bindings: usize) -> Result<Finding> {
    if json {
        print_json("quintet.eir/1", &Count { rules, bindings })?;
        return Ok(Finding::Positive);
    }
    let plural = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    let what = match (rules, bindings) {
        (rules, 0) => plural(rules, "rule"),
        (0, bindings) => plural(bindings, "binding"),
        (rules, bindings) => format!("{}, {}", plural(rules, "rule"), plural(bindings, "binding")),
    };
    writeln!(anstream::stdout(), "{done} {what}")?;
    Ok(Finding::Positive)
}
