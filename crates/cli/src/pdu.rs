//! What `quintet s1ap` and `quintet ngap` have in common: a PDU in, what it says out.

use crate::diameter::{FieldAnswer, SoftError, print_field, read_limited};
use crate::octets::Octets;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result, bail};
use quintet_s1ap::{Description, Secrets};
use quintet_wire::Field;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// A protocol whose PDUs are decoded.
pub(crate) struct Protocol {
    /// Its name.
    pub(crate) name: &'static str,
    /// The schema of the JSON answer.
    pub(crate) schema: &'static str,
    /// Names of the elements that carry a NAS message.
    pub(crate) nas_pdu_names: &'static [&'static str],
    /// Its describer.
    pub(crate) describe: fn(&[u8], Secrets) -> Result<Description>,
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

/// Decodes what the arguments name, and shows it.
pub(crate) fn decode(protocol: &Protocol, arguments: &Decode) -> Result<Finding> {
    let octets = input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: an {} PDU has octets", protocol.name);
    }
    let secrets = if arguments.show_keys {
        Secrets::Shown
    } else {
        Secrets::Redacted
    };
    let description = described(protocol, &octets, secrets)?;
    if arguments.json {
        print_json(protocol.schema, &answer(description))?;
    } else {
        print(&description)?;
    }
    Ok(Finding::Positive)
}

/// A PDU, with the NAS messages inside it opened.
pub(crate) fn described(protocol: &Protocol, octets: &[u8], secrets: Secrets) -> Result<Description> {
    let mut description = (protocol.describe)(octets, secrets)?;
    let names = protocol.nas_pdu_names;
    description
        .fields
        .iter_mut()
        .for_each(|field| open_nas(names, field));
    Ok(description)
}

/// Shows the NAS message in a NAS-PDU, wherever in the element one stands.
fn open_nas(names: &[&str], field: &mut Field) {
    if names.contains(&&*field.name)
        && let Ok(octets) = hex::decode(&field.value)
    {
        field.fields.extend(crate::nas::nested(&octets, field.at));
    }
    field.fields.iter_mut().for_each(|field| open_nas(names, field));
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
pub(crate) fn input(text: &str) -> Result<Vec<u8>> {
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
    // A PDU begins with 0x00, 0x20 or 0x40: a blank or `@` at most, then a procedure code; a SIP message with a method or with
    // "SIP/2.0". Text is hex if all of it is.
    let as_text = std::str::from_utf8(&octets).ok();
    let as_hex = as_text.and_then(|text| text.trim().parse::<Octets>().ok());
    Ok(as_hex.map_or(octets, |hex| hex.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A UE CONTEXT RELEASE REQUEST of S1AP.
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
    fn the_answer_has_the_names_of_the_specification() {
        let octets = hex::decode(PDU).unwrap();
        let answer = answer(quintet_s1ap::describe(&octets, Secrets::Redacted).unwrap());
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
