//! `quintet s1ap`: what an S1AP message says.

use crate::diameter::{FieldAnswer, SoftError, print_field, read_limited};
use crate::octets::Octets;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result, bail};
use quintet_s1ap::{Description, NAS_PDU_NAMES, Secrets, describe};
use quintet_wire::Field;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

const DECODE_EXAMPLE: &str = "The input is hex, or the name of a file with hex or with the octets of one PDU; `-` reads standard input.

Examples:
  quintet s1ap decode 0012401500000300000002002a000800020007000240020280
  quintet s1ap decode initial-ue-message.bin --json";

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show every IE with its name, value and offset.
    #[command(after_help = DECODE_EXAMPLE)]
    Decode(Decode),
}

#[derive(clap::Args)]
pub(crate) struct Decode {
    /// Hex, or a file
    input: String,
    /// Show keys instead of their length
    #[arg(long)]
    show_keys: bool,
    /// Answer with a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct DecodeAnswer {
    name: &'static str,
    procedure_code: u8,
    pdu_type: &'static str,
    criticality: &'static str,
    fields: Vec<FieldAnswer>,
    soft_errors: Vec<SoftError>,
}

pub(crate) fn run(command: Command) -> Result<Finding> {
    let Command::Decode(arguments) = command;
    let octets = input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: an S1AP PDU has octets");
    }
    let secrets = if arguments.show_keys {
        Secrets::Shown
    } else {
        Secrets::Redacted
    };
    let mut description = describe(&octets, secrets)?;
    description.fields.iter_mut().for_each(open_nas);
    if arguments.json {
        print_json("quintet.s1ap.decode/1", &answer(description))?;
    } else {
        print(&description)?;
    }
    Ok(Finding::Positive)
}

/// Shows the NAS message in a NAS-PDU, wherever in the element one stands.
fn open_nas(field: &mut Field) {
    if NAS_PDU_NAMES.contains(&&*field.name)
        && let Ok(octets) = hex::decode(&field.value)
    {
        field.fields.extend(crate::nas::nested(&octets, field.at));
    }
    field.fields.iter_mut().for_each(open_nas);
}

fn answer(description: Description) -> DecodeAnswer {
    let soft_errors = description.soft_errors.into_iter().map(|error| SoftError {
        at: error.at,
        path: error.path,
        why: error.why,
    });
    DecodeAnswer {
        name: description.name,
        procedure_code: description.procedure_code,
        pdu_type: description.pdu_type.name(),
        criticality: description.criticality.name(),
        fields: description.fields.into_iter().map(FieldAnswer::from).collect(),
        soft_errors: soft_errors.collect(),
    }
}

fn print(description: &Description) -> Result<()> {
    let bold = anstyle::Style::new().bold();
    let mut out = anstream::stdout().lock();
    writeln!(
        out,
        "{bold}{}{bold:#} ({}), procedure {}, criticality {}",
        description.name,
        description.pdu_type.name(),
        description.procedure_code,
        description.criticality.name(),
    )?;
    for field in &description.fields {
        print_field(&mut out, field, 1)?;
    }
    let warning = anstyle::AnsiColor::Yellow.on_default();
    for error in &description.soft_errors {
        writeln!(out, "{warning}deviation:{warning:#} {error}")?;
    }
    Ok(())
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
    // A PDU begins with 0x00, 0x20 or 0x40: a blank or `@` at most, then a procedure code. Text is hex if all of it is.
    let as_text = std::str::from_utf8(&octets).ok();
    let as_hex = as_text.and_then(|text| text.trim().parse::<Octets>().ok());
    Ok(as_hex.map_or(octets, |hex| hex.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_s1ap::message::DownlinkNasTransport;
    use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId, S1apPdu};

    /// A UE CONTEXT RELEASE REQUEST.
    const PDU: &str = "0012401500000300000002002a000800020007000240020280";

    #[test]
    fn hex_text_and_octets_are_told_apart() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pdu");
        let octets = hex::decode(PDU).unwrap();
        for content in [octets.clone(), format!("{PDU}\n").into_bytes()] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(input(path.to_str().unwrap()).unwrap(), octets);
        }
        assert_eq!(input(PDU).unwrap(), octets);
        let error = input("no-such-file").unwrap_err().to_string();
        assert!(error.contains("neither a file nor hex"), "{error}");
    }

    #[test]
    fn the_nas_message_inside_is_shown() {
        // IDENTITY REQUEST for the IMSI.
        let nas: &[u8] = &[0x07, 0x55, 0x01];
        let ids = (MmeUeS1apId(1), EnbUeS1apId(2));
        let mut octets = Vec::new();
        let pdu: S1apPdu<'_> = DownlinkNasTransport::new(ids.0, ids.1, nas.into()).into();
        pdu.encode(&mut octets).unwrap();
        let mut description = describe(&octets, Secrets::Redacted).unwrap();
        description.fields.iter_mut().for_each(open_nas);
        let nas = description
            .fields
            .iter()
            .find(|field| field.name == "NAS-PDU")
            .unwrap();
        assert_eq!(nas.fields[0].name, "IDENTITY REQUEST");
        assert_eq!(nas.fields[0].fields[0].name, "Identity type");
    }

    #[test]
    fn the_answer_has_the_names_of_the_specification() {
        let octets = hex::decode(PDU).unwrap();
        let answer = answer(describe(&octets, Secrets::Redacted).unwrap());
        let json = serde_json::to_value(&answer).unwrap();
        assert_eq!(json["name"], "UE CONTEXT RELEASE REQUEST");
        assert_eq!(
            (&json["procedure_code"], &json["pdu_type"]),
            (&18.into(), &"initiatingMessage".into())
        );
        assert_eq!(json["criticality"], "ignore");
        assert_eq!(json["fields"][0]["name"], "MME-UE-S1AP-ID");
        assert_eq!(json["fields"][0]["value"], "42");
        assert_eq!(json["fields"][2]["fields"][0]["name"], "radioNetwork");
        assert_eq!(json["fields"][2]["fields"][0]["value"], "user-inactivity");
        assert_eq!(json["soft_errors"], serde_json::json!([]));
    }
}
