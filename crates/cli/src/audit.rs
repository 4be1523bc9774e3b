//! The audit log: `quintet audit` reads it, and commands that change a database write a line of each run.

use crate::database::{Database, wall_clock};
use crate::output::{Finding, print_json};
use crate::subscriber::Where;
use anyhow::{Context, Result, bail};
use quintet_provisioning::FieldChange;
use quintet_store::{
    AdminCommand, AdminReply, AuditEntry, AuditFilter, Audited, Command, MAX_ADMIN_LISTED, Reply,
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::io::{BufWriter, Write};

const EXAMPLES: &str = "Examples:
  quintet audit                                  the last hundred entries, the latest first
  quintet audit --subject 001010000000001
  quintet audit --who 'token billing' --what subscriber. --limit 1000 --json";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Where,
    /// By whom: `token NAME` or `user NUMBER`
    #[arg(long)]
    who: Option<String>,
    /// What begins so: subscriber., token., import, apply …
    #[arg(long)]
    what: Option<String>,
    /// To whom or what
    #[arg(long)]
    subject: Option<String>,
    /// Not before: a time such as 2026-11-22T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<jiff::Timestamp>,
    /// Before
    #[arg(long, value_name = "TIME")]
    until: Option<jiff::Timestamp>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
}

/// What is written down of a run of the program.
pub(crate) struct Run {
    what: &'static str,
    subject: String,
    fields: Vec<FieldChange>,
}

impl Run {
    /// Something that is done to somebody.
    pub(crate) fn of(what: &'static str, subject: impl ToString) -> Self {
        Self {
            what,
            subject: subject.to_string(),
            fields: Vec::new(),
        }
    }

    /// With something that is to be said of it.
    pub(crate) fn with(mut self, field: &str, after: impl ToString) -> Self {
        self.fields.push(FieldChange {
            field: field.to_owned(),
            before: None,
            after: Some(after.to_string()),
        });
        self
    }

    /// With the fields that change.
    pub(crate) fn changing(mut self, fields: Vec<FieldChange>) -> Self {
        self.fields.extend(fields);
        self
    }

    /// The entry: by the user who runs the program, as the system knows him.
    pub(crate) fn entry(&self) -> Result<AuditEntry> {
        Ok(AuditEntry {
            at_ms: wall_clock().0.as_millis() as u64,
            who: format!("user {}", rustix::process::getuid().as_raw()),
            what: self.what.to_owned(),
            subject: self.subject.clone(),
            outcome: "done".to_owned(),
            fields: serde_json::to_string(&self.fields)?,
        })
    }
}

#[derive(Serialize)]
struct Shown {
    number: u64,
    at_ms: u64,
    who: String,
    what: String,
    subject: String,
    outcome: String,
    fields: Box<RawValue>,
}

#[derive(Serialize)]
struct Log {
    entries: Vec<Shown>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Finding> {
    let mut database = arguments.place.open(false)?;
    let ms = |time: Option<jiff::Timestamp>| {
        time.map(|time| u64::try_from(time.as_millisecond()).unwrap_or_default())
    };
    let filter = AuditFilter {
        who: arguments.who.clone(),
        what: arguments.what.clone(),
        subject: arguments.subject.clone(),
        since_ms: ms(arguments.since),
        until_ms: ms(arguments.until),
    };
    let found = read(&mut database, &filter, arguments.limit)?;
    let is_empty = found.is_empty();
    if arguments.place.json {
        let entries = found.into_iter().map(shown).collect::<Result<_>>()?;
        print_json("quintet.audit/1", &Log { entries })?;
    } else {
        show(&found)?;
    }
    Ok(if is_empty {
        Finding::Negative
    } else {
        Finding::Positive
    })
}

fn read(database: &mut Database, filter: &AuditFilter, limit: usize) -> Result<Vec<Audited>> {
    let (mut found, mut before) = (Vec::new(), None);
    while found.len() < limit {
        let wanted = (limit - found.len()).min(MAX_ADMIN_LISTED);
        let command = AdminCommand::Audit {
            before,
            filter: Box::new(filter.clone()),
            limit: wanted,
        };
        let Reply::Admin(AdminReply::Audit(page)) = database.execute(Command::Admin(command))? else {
            bail!("the store gave another answer than the audit log: this is a defect, please report it");
        };
        let is_last = page.len() < wanted;
        before = page.last().map(|last| last.number);
        found.extend(page);
        if is_last {
            break;
        }
    }
    Ok(found)
}

fn shown(audited: Audited) -> Result<Shown> {
    let Audited { number, entry } = audited;
    Ok(Shown {
        number,
        at_ms: entry.at_ms,
        who: entry.who,
        what: entry.what,
        subject: entry.subject,
        outcome: entry.outcome,
        fields: RawValue::from_string(entry.fields).context("an entry of the audit log holds no JSON")?,
    })
}

fn show(found: &[Audited]) -> Result<()> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    for Audited { entry, .. } in found {
        let ms = i64::try_from(entry.at_ms).unwrap_or(i64::MAX);
        let time =
            jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string());
        writeln!(
            out,
            "{time}  {}  {} {}: {}",
            entry.who, entry.what, entry.subject, entry.outcome
        )?;
        let fields: Vec<serde_json::Value> = serde_json::from_str(&entry.fields).unwrap_or_default();
        for field in fields {
            let text = |name: &str| field[name].as_str().unwrap_or("(none)").to_owned();
            writeln!(
                out,
                "    {}: {} -> {}",
                text("field"),
                text("before"),
                text("after")
            )?;
        }
    }
    out.flush()?;
    Ok(())
}
