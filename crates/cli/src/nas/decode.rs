//! `quintet nas decode`: security header, message, and the messages inside it.

use super::System;
use super::keys::SecurityArguments;
use crate::diameter::{FieldAnswer, SoftError, print_field, read_limited};
use crate::octets::Octets;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result, anyhow, bail};
use quintet_nas::common::{Decoded, NasDecodeError, ProtocolDiscriminator, SoftErrorKind, SoftErrors};
use quintet_nas::eps::{EmmMessage, EsmMessage, ServiceRequest};
use quintet_nas::security::{Role, SecurityHeader, SecurityHeaderType};
use quintet_wire::{DecodeError, Field};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// How deep messages in messages are shown: EMM, its container, and one more.
const MAX_NESTED_MESSAGES: usize = 3;

/// Elements that hold a whole message.
const CONTAINERS: [&str; 3] = [
    "ESM message container",
    "NAS message container",
    "Replayed NAS message container",
];

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    system: System,
    /// Hex, or a file
    input: String,
    #[command(flatten)]
    security: SecurityArguments,
    /// Answer with one JSON object
    #[arg(long)]
    json: bool,
}

/// How the message after a security header was read.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Payload {
    /// The header says that it is not ciphered.
    Clear,
    /// Deciphered with the given keys, its MAC holding.
    Verified,
    /// The MAC does not hold with the given keys: read as far as it is clear.
    MacInvalid,
    /// The header says that it is ciphered, but it reads as a message: by EEA0, it seems.
    NullCipheringAssumed,
    /// Ciphered, and no key given.
    Ciphered,
}

impl Payload {
    fn text(self) -> &'static str {
        match self {
            Self::Clear => "not ciphered",
            Self::Verified => "MAC valid, deciphered",
            Self::MacInvalid => "MAC invalid with the given keys and COUNT",
            Self::NullCipheringAssumed => "reads as a message, so EEA0 is assumed",
            Self::Ciphered => "ciphered: give --knas-enc, --knas-int, --count, --direction, --eia and --eea",
        }
    }
}

#[derive(Serialize)]
struct HeaderAnswer {
    #[serde(rename = "type")]
    header_type: u8,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence_number: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
}

impl HeaderAnswer {
    fn of(header_type: SecurityHeaderType) -> Self {
        Self {
            header_type: header_type.0,
            name: header_type.name().unwrap_or("reserved"),
            mac: None,
            sequence_number: None,
            count: None,
            payload: None,
        }
    }
}

#[derive(Serialize)]
struct DecodeAnswer {
    name: &'static str,
    security_header: Option<HeaderAnswer>,
    fields: Vec<FieldAnswer>,
    soft_errors: Vec<SoftError>,
}

/// A message as it is shown.
struct Shown {
    name: &'static str,
    header: Option<HeaderAnswer>,
    fields: Vec<Field>,
    soft_errors: Vec<SoftError>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    arguments.system.check()?;
    let octets = input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: a NAS message has two octets or more");
    }
    let shown = show(&octets, arguments.security.given())?;
    let finding = match shown.header.as_ref().and_then(|header| header.payload) {
        Some(Payload::MacInvalid) => Finding::Negative,
        _ => Finding::Positive,
    };
    if arguments.json {
        let answer = DecodeAnswer {
            name: shown.name,
            security_header: shown.header,
            fields: shown.fields.into_iter().map(FieldAnswer::from).collect(),
            soft_errors: shown.soft_errors,
        };
        print_json("quintet.nas.decode/1", &answer)?;
    } else {
        print(&shown)?;
    }
    Ok(finding)
}

/// The message in a NAS-PDU as an element of whatever carries it, `base` octets into the input; `None` if it is not one that
/// can be read. Without keys: a ciphered one is named as such.
pub(crate) fn nested(octets: &[u8], base: usize) -> Option<Field> {
    if octets.is_empty() {
        return None;
    }
    let shown = show(octets, None).ok()?;
    let header = shown
        .header
        .filter(|header| header.header_type != SecurityHeaderType::PLAIN.0);
    let value = header.map_or_else(String::new, |header| header.name.to_owned());
    let mut fields = shown.fields;
    fields.iter_mut().for_each(|field| move_field(field, base));
    Some(Field {
        fields,
        ..Field::leaf(shown.name, value, base)
    })
}

/// Takes off the security header, if there is one, and reads what is inside.
fn show(octets: &[u8], security: Option<&SecurityArguments>) -> Result<Shown> {
    let header_type = SecurityHeaderType::of_emm(octets[0]);
    match header_type {
        Some(header_type) if header_type.is_service_request() => service_request(octets, security),
        Some(header_type) if header_type != SecurityHeaderType::PLAIN => protected(octets, security),
        plain_or_esm => Ok(Shown {
            header: plain_or_esm.map(HeaderAnswer::of),
            ..plain(octets, 0, MAX_NESTED_MESSAGES)?
        }),
    }
}

fn protected(octets: &[u8], security: Option<&SecurityArguments>) -> Result<Shown> {
    let header = SecurityHeader::parse(octets)?;
    let protection = header.header_type.protection();
    let ciphered = protection.is_none_or(|protection| protection.is_ciphered());
    let mut answer = HeaderAnswer {
        mac: Some(hex::encode(header.mac)),
        sequence_number: Some(header.sequence_number),
        ..HeaderAnswer::of(header.header_type)
    };
    let mut buffer = Vec::new();
    let context = security
        .map(|security| security.context(Role::receives))
        .transpose()?;
    let opened = context
        .as_ref()
        .map(|context| context.verify(octets, &mut buffer));
    let (payload, inner) = match opened {
        Some(Ok(verified)) => {
            answer.count = Some(verified.count().value());
            (Payload::Verified, verified.into_message())
        }
        Some(Err(_)) => (Payload::MacInvalid, header.payload),
        None if ciphered => (Payload::NullCipheringAssumed, header.payload),
        None => (Payload::Clear, header.payload),
    };
    let read = plain(inner, SecurityHeader::OCTETS, MAX_NESTED_MESSAGES);
    let (payload, shown) = match read {
        Ok(shown) if payload != Payload::MacInvalid || !ciphered => (payload, shown),
        Err(error) if !ciphered || payload == Payload::Verified => return Err(error.into()),
        // What reads as nothing, or was checked with keys that do not fit, is not guessed at.
        _ if payload == Payload::MacInvalid => (payload, unread(&header)),
        _ => (Payload::Ciphered, unread(&header)),
    };
    answer.payload = Some(payload);
    Ok(Shown {
        header: Some(answer),
        ..shown
    })
}

/// A message that cannot be read for its ciphering.
fn unread(header: &SecurityHeader<'_>) -> Shown {
    let octets = hex::encode(header.payload);
    Shown {
        name: "NAS message, ciphered",
        header: None,
        fields: vec![Field::leaf("NAS message", octets, SecurityHeader::OCTETS)],
        soft_errors: Vec::new(),
    }
}

fn service_request(octets: &[u8], security: Option<&SecurityArguments>) -> Result<Shown> {
    let request = ServiceRequest::decode(octets)?;
    let mut header = HeaderAnswer::of(SecurityHeaderType::SERVICE_REQUEST);
    header.payload = Some(Payload::Clear);
    if let Some(security) = security {
        let verified = security.context(Role::receives)?.verify_service_request(octets);
        header.count = verified.as_ref().ok().map(|verified| verified.count().value());
        header.payload = Some(if verified.is_ok() {
            Payload::Verified
        } else {
            Payload::MacInvalid
        });
    }
    Ok(Shown {
        name: ServiceRequest::NAME,
        header: Some(header),
        fields: request.describe(),
        soft_errors: Vec::new(),
    })
}

/// A plain message that stands `base` octets into the input.
fn plain(octets: &[u8], base: usize, depth: usize) -> Result<Shown, NasDecodeError> {
    let first = octets.first().copied().unwrap_or_default();
    if ProtocolDiscriminator::of(first) == ProtocolDiscriminator::EPS_SESSION_MANAGEMENT {
        let Decoded { message, soft_errors } =
            EsmMessage::decode(octets).map_err(|error| moved(error, base))?;
        return Ok(shown(
            message.name(),
            message.describe(),
            &soft_errors,
            octets,
            base,
            depth,
        ));
    }
    let Decoded { message, soft_errors } = EmmMessage::decode(octets).map_err(|error| moved(error, base))?;
    Ok(shown(
        message.name(),
        message.describe(),
        &soft_errors,
        octets,
        base,
        depth,
    ))
}

fn shown(
    name: &'static str,
    mut fields: Vec<Field>,
    errors: &SoftErrors,
    octets: &[u8],
    base: usize,
    depth: usize,
) -> Shown {
    let mut soft_errors = errors.iter().map(|error| soft_error(error, base)).collect();
    for field in &mut fields {
        move_field(field, base);
        if CONTAINERS.contains(&&*field.name) {
            nest(field, octets, base, depth, &mut soft_errors);
        }
    }
    Shown {
        name,
        header: None,
        fields,
        soft_errors,
    }
}

/// Shows the message that a container holds, if it is one of EPS NAS: SMS stands in a NAS message container as well.
fn nest(field: &mut Field, octets: &[u8], base: usize, depth: usize, soft_errors: &mut Vec<SoftError>) {
    let Ok(inner) = hex::decode(&field.value) else {
        return;
    };
    let is_nas = inner.first().is_some_and(|first| {
        let discriminator = ProtocolDiscriminator::of(*first);
        discriminator == ProtocolDiscriminator::EPS_SESSION_MANAGEMENT
            || discriminator == ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT
    });
    if !is_nas || depth == 0 {
        return;
    }
    // Before the value: a length of one octet or two, with an IEI or without.
    let element = octets.get(field.at - base..).unwrap_or_default();
    let before = (1..=3)
        .find(|&n| {
            element.get(n..).is_some_and(|value| value.starts_with(&inner))
                && element.get(n - 1) == Some(&(inner.len() as u8))
        })
        .unwrap_or(0);
    match plain(&inner, field.at + before, depth - 1) {
        Ok(message) => {
            field.fields = vec![Field {
                fields: message.fields,
                ..Field::leaf(message.name, String::new(), field.at + before)
            }];
            for error in message.soft_errors {
                let path = format!("{}/{}", field.name, error.path);
                soft_errors.push(SoftError { path, ..error });
            }
        }
        Err(error) => soft_errors.push(SoftError {
            at: field.at + before,
            path: field.name.clone().into_owned(),
            why: error.to_string(),
        }),
    }
}

fn soft_error(error: &quintet_nas::common::SoftError, base: usize) -> SoftError {
    let text = error.to_string();
    let why = match &error.kind {
        SoftErrorKind::Malformed(inner) => {
            let at = inner.at + base;
            format!(
                "malformed, treated as absent: {}",
                DecodeError { at, ..inner.clone() }
            )
        }
        _ => text
            .split_once("): ")
            .map_or(text.clone(), |(_, why)| why.to_owned()),
    };
    SoftError {
        at: error.at + base,
        path: error
            .name
            .map_or_else(|| format!("IEI {:02x}", error.iei), str::to_owned),
        why,
    }
}

/// The error with its place counted from the start of the input.
fn moved(error: NasDecodeError, base: usize) -> NasDecodeError {
    match error {
        NasDecodeError::Mandatory(inner) => NasDecodeError::Mandatory(DecodeError {
            at: inner.at + base,
            ..inner
        }),
        other => other,
    }
}

fn move_field(field: &mut Field, base: usize) {
    field.at += base;
    field.fields.iter_mut().for_each(|inner| move_field(inner, base));
}

fn print(shown: &Shown) -> Result<()> {
    let bold = anstyle::Style::new().bold();
    let warning = anstyle::AnsiColor::Yellow.on_default();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{bold}{}{bold:#}", shown.name)?;
    if let Some(header) = &shown.header {
        write!(out, "security header: {} ({})", header.name, header.header_type)?;
        if let Some(mac) = &header.mac {
            write!(out, ", MAC {mac}")?;
        }
        if let Some(sequence_number) = header.sequence_number {
            write!(out, ", sequence number {sequence_number}")?;
        }
        if let Some(count) = header.count {
            write!(out, ", COUNT {count}")?;
        }
        writeln!(out)?;
        match header.payload {
            Some(payload @ (Payload::MacInvalid | Payload::NullCipheringAssumed | Payload::Ciphered)) => {
                writeln!(out, "{warning}payload:{warning:#} {}", payload.text())?;
            }
            Some(payload) => writeln!(out, "payload: {}", payload.text())?,
            None => {}
        }
    }
    for field in &shown.fields {
        print_field(&mut out, field, 1)?;
    }
    for error in &shown.soft_errors {
        writeln!(
            out,
            "{warning}malformed:{warning:#} octet {}, {}: {}",
            error.at, error.path, error.why
        )?;
    }
    Ok(())
}

/// Octets from hex, a file, or standard input. No NAS message is made of hex digits alone, so such text is hex.
fn input(text: &str) -> Result<Vec<u8>> {
    let octets = if text == "-" {
        read_limited(io::stdin().lock(), "standard input")?
    } else if Path::new(text).exists() {
        let file = std::fs::File::open(text).with_context(|| format!("cannot read {text}"))?;
        read_limited(file, text)?
    } else {
        let parsed = text.parse::<Octets>();
        return parsed
            .map(|octets| octets.0)
            .map_err(|why| anyhow!("{text:.40?} is neither a file nor hex ({why})"));
    };
    let hex = std::str::from_utf8(&octets)
        .ok()
        .and_then(|text| text.trim().parse::<Octets>().ok());
    Ok(hex.map_or(octets, |hex| hex.0))
}
