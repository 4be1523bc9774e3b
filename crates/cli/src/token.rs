//! `quintet token`: who may use the interface over HTTP, on the database of a running or a stopped server.

use crate::audit::Run;
use crate::database::{Database, wall_clock};
use crate::output::{Finding, print_json};
use crate::subscriber::Where;
use anyhow::{Context, Result, bail};
use quintet_admin::{NewToken, Role, Scopes, mint};
use quintet_store::{AdminCommand, AdminReply, Command as StoreCommand, Reply, Token};
use serde::Serialize;
use std::io::{BufWriter, Write};

const EXAMPLES: &str = "ROLE is admin (everything), provisioner (subscribers with their keys, equipment), no-secrets (the same, but no key is set) or
read-only. A scope narrows it: subscribers, equipment, keys, tokens, audit, or imsi:DIGITS for IMSIs that begin so.

Examples:
  quintet token create billing --role read-only --scope subscribers
  quintet token create reseller --role provisioner --scope imsi:0010177 --expires 90d
  quintet token list
  quintet token revoke billing";

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
    /// Make a token; it is shown now and never again.
    Create {
        /// Its name: letters, digits and . - _ @
        name: String,
        /// What it may do
        #[arg(long)]
        role: Role,
        /// To what it is limited (repeat, or separate by commas)
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// After how long it counts no more: a number and s, m, h or d
        #[arg(long, value_name = "TIME", value_parser = seconds)]
        expires: Option<u64>,
    },
    /// List tokens, without their secrets.
    List,
    /// End tokens; a running server notices within a second.
    Revoke {
        #[arg(required = true)]
        names: Vec<String>,
    },
}

/// A length of time.
fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no time: a number and s, m, h or d, for example 90d");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let number = &text[..text.len() - unit.len_utf8()];
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let one = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    number
        .checked_mul(one)
        .filter(|seconds| *seconds > 0)
        .ok_or_else(wrong)
}

#[derive(Serialize)]
struct Shown {
    name: String,
    role: String,
    scopes: Vec<String>,
    made: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<u64>,
}

impl Shown {
    fn of(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.clone(),
            scopes: token.scopes.split_whitespace().map(str::to_owned).collect(),
            made: token.made,
            expires: token.expires,
        }
    }
}

#[derive(Serialize)]
struct Made<'a> {
    token: &'a str,
    #[serde(flatten)]
    shown: Shown,
}

#[derive(Serialize)]
struct List {
    tokens: Vec<Shown>,
}

#[derive(Serialize)]
struct Revoked {
    revoked: Vec<String>,
}

pub(crate) fn run(arguments: Arguments) -> Result<Finding> {
    let json = arguments.place.json;
    let create = matches!(arguments.command, Command::Create { .. });
    let mut database = arguments.place.open(create)?;
    match arguments.command {
        Command::Create {
            name,
            role,
            scopes,
            expires,
        } => {
            let scopes: Scopes = scopes.join(",").parse().map_err(anyhow::Error::msg)?;
            let now = wall_clock().0;
            let expires = expires.map(|seconds| now.as_secs().saturating_add(seconds));
            let new = NewToken {
                name,
                role,
                scopes,
                expires,
            };
            let (token, text) = mint(new, now).map_err(anyhow::Error::msg)?;
            let shown = Shown::of(&token);
            let run = Run::of("token.create", &token.name).with("role", role.name());
            let token = Box::new(token);
            let add = StoreCommand::Admin(AdminCommand::AddToken { token, first: false });
            database.change(vec![add], &run)?;
            let made = Made { token: &text, shown };
            if json {
                print_json("quintet.token.create/1", &made)?;
            } else {
                writeln!(anstream::stdout(), "{}", made.token)?;
                anstream::eprintln!(
                    "the token of {}; it is shown now and never again",
                    made.shown.name
                );
            }
        }
        Command::List => list(&mut database, json)?,
        Command::Revoke { names } => {
            for name in &names {
                let run = Run::of("token.revoke", name);
                let remove = AdminCommand::RemoveToken { name: name.clone() };
                database
                    .change(vec![StoreCommand::Admin(remove)], &run)
                    .with_context(|| format!("{name} was not revoked"))?;
            }
            if json {
                print_json("quintet.token.revoke/1", &Revoked { revoked: names })?;
            } else {
                writeln!(anstream::stdout(), "revoked {}", names.join(", "))?;
            }
        }
    }
    Ok(Finding::Positive)
}

fn list(database: &mut Database, json: bool) -> Result<()> {
    let Reply::Admin(AdminReply::Tokens { tokens, .. }) =
        database.execute(StoreCommand::Admin(AdminCommand::Tokens))?
    else {
        bail!("the store gave another answer than tokens: this is a defect, please report it");
    };
    let tokens: Vec<Shown> = tokens.iter().map(Shown::of).collect();
    if json {
        return print_json("quintet.token.list/1", &List { tokens });
    }
    let mut out = BufWriter::new(anstream::stdout().lock());
    writeln!(out, "{:20}  {:12}  {:20}  scopes", "name", "role", "expires")?;
    for token in tokens {
        let expires = token.expires.map_or_else(|| "never".to_owned(), time);
        let scopes = match token.scopes.is_empty() {
            true => "all".to_owned(),
            false => token.scopes.join(", "),
        };
        writeln!(
            out,
            "{:20}  {:12}  {expires:20}  {scopes}",
            token.name, token.role
        )?;
    }
    out.flush()?;
    Ok(())
}

/// A time for people.
fn time(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(seconds("90d"), Ok(7_776_000));
        assert_eq!(seconds("15m"), Ok(900));
        for wrong in ["", "d", "0s", "5", "5w", "-1d", "99999999999999999999d", "5é"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
