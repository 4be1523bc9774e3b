//! `quintet diameter`: what a Diameter message says.

use crate::octets::Octets;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result, bail};
use quintet_diameter::dict::Dictionary;
use quintet_diameter::{Description, HEADER_OCTETS, Header, Message, Secrets, describe};
use quintet_wire::Field;
use serde::Serialize;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Largest input, octets: far more than anybody looks at by hand.
const MAX_INPUT_OCTETS: u64 = 64 << 20;

const DECODE_EXAMPLE: &str = "The input is hex, or the name of a file with hex or with the octets themselves; `-` reads standard input.
Several messages may follow each other.

Examples:
  quintet diameter decode 010000148000011800000000deadbeef00000001
  quintet diameter decode air.bin --json
  quintet diameter decode --dictionary vendor.dia air.bin";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show every AVP with its name, value and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(Decode),
}

#[derive(clap::Args)]
pub(crate) struct Decode {
    /// Hex, or a file
    input: String,
    /// A further dictionary file, for vendors' AVPs (repeat for more)
    #[arg(long, value_name = "FILE")]
    dictionary: Vec<PathBuf>,
    /// Show keys and responses instead of their length
    #[arg(long)]
    show_keys: bool,
    /// Answer with one JSON object a message
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct DecodeAnswer {
    name: String,
    command: String,
    code: u32,
    application_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    flags: String,
    hop_by_hop: u32,
    end_to_end: u32,
    avps: Vec<FieldAnswer>,
    soft_errors: Vec<SoftError>,
}

/// A field as every `decode --json` answers it.
#[derive(Serialize)]
pub(crate) struct FieldAnswer {
    name: String,
    value: String,
    at: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldAnswer>,
}

/// A soft error as every `decode --json` answers it.
#[derive(Serialize)]
pub(crate) struct SoftError {
    pub(crate) at: usize,
    pub(crate) path: String,
    pub(crate) why: String,
}

impl From<Field> for FieldAnswer {
    fn from(field: Field) -> Self {
        Self {
            name: field.name.into_owned(),
            value: field.value,
            at: field.at,
            fields: field.fields.into_iter().map(Self::from).collect(),
        }
    }
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    let Command::Decode(arguments) = command;
    let own;
    let dictionary = if arguments.dictionary.is_empty() {
        Dictionary::builtin()
    } else {
        own = extended_dictionary(&arguments.dictionary)?;
        &own
    };
    let secrets = if arguments.show_keys {
        Secrets::Shown
    } else {
        Secrets::Redacted
    };
    let octets = input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: a Diameter message has {HEADER_OCTETS} octets or more");
    }
    let mut at = 0;
    while at < octets.len() {
        let length = decode_one(&octets[at..], dictionary, secrets, arguments.json)
            .with_context(|| format!("message at octet {at} of {}", octets.len()))?;
        at += length;
    }
    Ok(Finding::Positive)
}

/// Decodes and prints the first message; answers its length.
fn decode_one(octets: &[u8], dictionary: &Dictionary, secrets: Secrets, json: bool) -> Result<usize> {
    let header = Header::decode(octets)?;
    let length = header.length as usize;
    let message = Message::decode(octets.get(..length).unwrap_or(octets))?;
    let description = describe(dictionary, &message, secrets)?;
    if json {
        print_json("quintet.diameter.decode/1", &answer(&header, description))?;
    } else {
        print(&header, &description)?;
    }
    Ok(length)
}

fn answer(header: &Header, description: Description) -> DecodeAnswer {
    DecodeAnswer {
        name: description.command.clone(),
        command: description.command,
        code: description.code,
        application_id: description.application_id,
        application: description.application,
        flags: description.flags,
        hop_by_hop: header.hop_by_hop,
        end_to_end: header.end_to_end,
        avps: description.avps.into_iter().map(FieldAnswer::from).collect(),
        soft_errors: description
            .soft_errors
            .into_iter()
            .map(|error| SoftError {
                at: error.at,
                path: error.path,
                why: error.kind.to_string(),
            })
            .collect(),
    }
}

fn print(header: &Header, description: &Description) -> Result<()> {
    let bold = anstyle::Style::new().bold();
    let mut out = anstream::stdout().lock();
    let application = description
        .application
        .as_deref()
        .unwrap_or("unknown application");
    writeln!(
        out,
        "{bold}{}{bold:#} ({}), {application} ({}), flags {}, hop-by-hop {:08x}, end-to-end {:08x}",
        description.command,
        description.code,
        description.application_id,
        if description.flags.is_empty() {
            "-"
        } else {
            &description.flags
        },
        header.hop_by_hop,
        header.end_to_end,
    )?;
    for field in &description.avps {
        print_field(&mut out, field, 1)?;
    }
    let warning = anstyle::AnsiColor::Yellow.on_default();
    for error in &description.soft_errors {
        writeln!(out, "{warning}malformed:{warning:#} {error}")?;
    }
    Ok(())
}

/// Prints a field and what is inside it.
pub(crate) fn print_field(out: &mut impl Write, field: &Field, depth: usize) -> io::Result<()> {
    let dim = anstyle::Style::new().dimmed();
    writeln!(
        out,
        "{dim}{:5}{dim:#} {:indent$}{}: {}",
        field.at,
        "",
        field.name,
        field.value,
        indent = 2 * depth
    )?;
    field
        .fields
        .iter()
        .try_for_each(|inner| print_field(out, inner, depth + 1))
}

/// Octets from hex, a file, or standard input.
fn input(text: &str) -> Result<Vec<u8>> {
    let octets = if text == "-" {
        read_limited(io::stdin().lock(), "standard input")?
    } else if Path::new(text).exists() {
        read_limited(
            std::fs::File::open(text).with_context(|| format!("cannot read {text}"))?,
            text,
        )?
    } else {
        let parsed = text.parse::<Octets>();
        return parsed
            .map(|octets| octets.0)
            .map_err(|why| anyhow::anyhow!("{text:.40?} is neither a file nor hex ({why})"));
    };
    // A message begins with version 1, which is no hex digit and no blank: text is hex.
    let as_text = std::str::from_utf8(&octets)
        .ok()
        .filter(|_| octets.first() != Some(&1));
    Ok(as_text
        .and_then(|text| text.trim().parse::<Octets>().ok())
        .map_or(octets.clone(), |hex| hex.0))
}

/// Everything of a source, up to the limit.
pub(crate) fn read_limited(source: impl Read, name: &str) -> Result<Vec<u8>> {
    let mut octets = Vec::new();
    source
        .take(MAX_INPUT_OCTETS + 1)
        .read_to_end(&mut octets)
        .with_context(|| format!("cannot read {name}"))?;
    if octets.len() as u64 > MAX_INPUT_OCTETS {
        bail!("{name} has more than {MAX_INPUT_OCTETS} octets: cut it down to the messages of interest");
    }
    Ok(octets)
}

/// The dictionary of the program with further files.
///
/// # Errors
/// A file that cannot be read, or what is wrong in it with its line.
pub(crate) fn extended_dictionary(paths: &[PathBuf]) -> Result<Dictionary> {
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        files.push((name, text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&name[..], &text[..])).collect();
    Ok(Dictionary::extended(&files)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_text_and_octets_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("message");
        let octets = [1u8, 0, 0, 20, 0x80, 0, 1, 24];
        for content in [octets.to_vec(), b"01000014 80000118\n".to_vec()] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(input(path.to_str().unwrap()).unwrap(), octets);
        }
        assert_eq!(input("0100001480000118").unwrap(), octets);
        let error = input("no-such-file").unwrap_err().to_string();
        assert!(error.contains("neither a file nor hex"), "{error}");
    }
}
