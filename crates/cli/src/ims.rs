//! `quintet ims`: who is registered at the CSCFs that run on this machine, and through which security associations.

use crate::control;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::Write;

/// What is asked of the servers.
pub(crate) const USERS: &str = "ims.users";
pub(crate) const ASSOCIATIONS: &str = "ims.sa";

const EXAMPLES: &str = "It asks every `quintet serve` of this user on this machine.

Examples:
  quintet ims users                 who is registered at the S-CSCF, with which contacts, for how long
  quintet ims users --json | jq .
  quintet ims sa                    the security associations of the P-CSCF as they stand
  watch quintet ims sa

Exit code 1 says that there is none.";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List registered users: private and public identities, contacts, S-CSCF.
    #[command(after_help = EXAMPLES)]
    Users(Options),
    /// List security associations: whose, between which addresses and ports, algorithms, packets.
    #[command(after_help = EXAMPLES)]
    Sa(Options),
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// A private identity with what is registered of it.
#[derive(Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) impi: String,
    pub(crate) scscf: String,
    /// A public identity whose authentication is under way.
    pub(crate) authenticating: Option<String>,
    pub(crate) sets: Vec<UserSet>,
}

/// An implicit registration set.
#[derive(Serialize, Deserialize)]
pub(crate) struct UserSet {
    pub(crate) impus: Vec<String>,
    pub(crate) barred: Vec<String>,
    pub(crate) contacts: Vec<UserContact>,
}

/// A contact of a set.
#[derive(Serialize, Deserialize)]
pub(crate) struct UserContact {
    pub(crate) uri: String,
    pub(crate) instance: Option<String>,
    pub(crate) reg_id: Option<u32>,
    pub(crate) path: Vec<String>,
    pub(crate) expires_s: u64,
}

/// A security association.
#[derive(Serialize, Deserialize)]
pub(crate) struct Association {
    pub(crate) impi: Option<String>,
    /// Of a challenge under way, in use, new, replaced.
    pub(crate) set: Option<String>,
    pub(crate) direction: String,
    pub(crate) spi: u32,
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) integrity: String,
    pub(crate) encryption: String,
    pub(crate) mode: String,
    pub(crate) packets: u64,
    pub(crate) octets: u64,
    pub(crate) expires_s: u64,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    match command {
        Command::Users(options) => users(&options),
        Command::Sa(options) => associations(&options),
    }
}

/// What all servers answered, as one list.
fn gathered<T: for<'de> Deserialize<'de>>(answers: Vec<Value>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for answer in answers {
        let of_one: Vec<T> = serde_json::from_value(answer)
            .context("a server answers in another form: it is of another version of this program")?;
        all.extend(of_one);
    }
    Ok(all)
}

fn found<T>(rows: &[T]) -> Finding {
    if rows.is_empty() {
        Finding::Negative
    } else {
        Finding::Positive
    }
}

fn users(options: &Options) -> Result<Finding> {
    #[derive(Serialize)]
    struct Answer {
        users: Vec<User>,
    }
    let users: Vec<User> = gathered(control::ask(USERS, "S-CSCF")?)?;
    let finding = found(&users);
    if options.json {
        print_json("quintet.ims.users/1", &Answer { users })?;
        return Ok(finding);
    }
    let bold = anstyle::Style::new().bold();
    let mut out = anstream::stdout().lock();
    for user in &users {
        writeln!(out, "{bold}{}{bold:#}  {}", user.impi, user.scscf)?;
        if let Some(impu) = &user.authenticating {
            writeln!(out, "  {impu}: authentication under way")?;
        }
        for set in &user.sets {
            writeln!(out, "  {}", set.impus.join(", "))?;
            if !set.barred.is_empty() {
                writeln!(out, "  barred: {}", set.barred.join(", "))?;
            }
            for contact in &set.contacts {
                writeln!(out, "    {}  for {} s", contact.uri, contact.expires_s)?;
                for path in &contact.path {
                    writeln!(out, "      by {path}")?;
                }
            }
        }
    }
    if users.is_empty() {
        writeln!(out, "nobody is registered")?;
    }
    Ok(finding)
}

fn associations(options: &Options) -> Result<Finding> {
    #[derive(Serialize)]
    struct Answer {
        associations: Vec<Association>,
    }
    let associations: Vec<Association> = gathered(control::ask(ASSOCIATIONS, "P-CSCF")?)?;
    let finding = found(&associations);
    if options.json {
        print_json("quintet.ims.sa/1", &Answer { associations })?;
        return Ok(finding);
    }
    let mut out = anstream::stdout().lock();
    if associations.is_empty() {
        writeln!(out, "there are no security associations")?;
        return Ok(finding);
    }
    let bold = anstyle::Style::new().bold();
    let heading = [
        "SPI",
        "",
        "from",
        "to",
        "algorithms",
        "packets",
        "for s",
        "set",
        "whose",
    ];
    let mut rows = vec![heading.map(str::to_owned)];
    for association in &associations {
        rows.push([
            format!("{:08x}", association.spi),
            association.direction.clone(),
            association.source.clone(),
            association.destination.clone(),
            format!(
                "{}/{} {}",
                association.integrity, association.encryption, association.mode
            ),
            association.packets.to_string(),
            association.expires_s.to_string(),
            association.set.clone().unwrap_or_default(),
            association.impi.clone().unwrap_or_default(),
        ]);
    }
    let widths: Vec<usize> = (0..heading.len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    for (n, row) in rows.iter().enumerate() {
        let style = if n == 0 { bold } else { anstyle::Style::new() };
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        writeln!(out, "{style}{}{style:#}", cells.join("  ").trim_end())?;
    }
    Ok(finding)
}
