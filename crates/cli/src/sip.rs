//! `quintet sip`: what a SIP message says.

use crate::diameter::{FieldAnswer, SoftError, print_field};
use crate::output::{Finding, print_json};
use crate::pdu;
use anyhow::{Result, bail};
use serde::Serialize;
use std::io::Write;

const DECODE_EXAMPLE: &str = "The input is a file with one message, or hex; `-` reads standard input.

Examples:
  quintet sip decode register.txt
  quintet sip decode challenge.txt --json --show-keys
  printf 'OPTIONS sip:a@b SIP/2.0\\r\\n\\r\\n' | quintet sip decode -";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show every header with its value, parameters and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(Decode),
}

#[derive(clap::Args)]
pub(crate) struct Decode {
    /// A file, or hex
    input: String,
    /// Show ck and ik
    #[arg(long)]
    show_keys: bool,
    /// Answer with a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct DecodeAnswer {
    name: String,
    fields: Vec<FieldAnswer>,
    soft_errors: Vec<SoftError>,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    let Command::Decode(arguments) = command;
    let octets = pdu::input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: a SIP message has octets");
    }
    let described = quintet_sip::describe(&octets, arguments.show_keys)
        .map_err(|error| anyhow::anyhow!("octet {}: {error}", error.at))?;
    if arguments.json {
        let soft_errors = described.soft_errors.iter().map(|error| SoftError {
            at: error.at,
            path: described.name.clone(),
            why: error.to_string(),
        });
        let answer = DecodeAnswer {
            soft_errors: soft_errors.collect(),
            name: described.name.clone(),
            fields: described.fields.into_iter().map(FieldAnswer::from).collect(),
        };
        print_json("quintet.sip.decode/1", &answer)?;
        return Ok(Finding::Positive);
    }
    let bold = anstyle::Style::new().bold();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{bold}{}{bold:#}", described.name)?;
    for field in &described.fields {
        print_field(&mut out, field, 1)?;
    }
    let warning = anstyle::AnsiColor::Yellow.on_default();
    for error in &described.soft_errors {
        writeln!(out, "{warning}deviation:{warning:#} octet {}: {error}", error.at)?;
    }
    Ok(Finding::Positive)
}
