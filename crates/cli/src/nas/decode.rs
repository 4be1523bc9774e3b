//! `quintet nas decode`: security header, message, and the messages inside it.

use super::System;
use super::keys::SecurityArguments;
use super::message::{MAX_NESTED_MESSAGES, Message, is_fgs, move_field, plain};
use crate::diameter::{FieldAnswer, SoftError, print_field, read_limited};
use crate::octets::Octets;
use crate::output::{Finding, print_json};
use anyhow::{Context, Result, anyhow, bail};
use quintet_nas::eps::ServiceRequest;
use quintet_nas::security::{NasSecurityContext, Role, SecurityHeader, SecurityHeaderType, Verified};
use quintet_wire::Field;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

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
    fn of(header_type: SecurityHeaderType, fgs: bool) -> Self {
        let name = if fgs {
            header_type.fgs_name()
        } else {
            header_type.name()
        };
        Self {
            header_type: header_type.0,
            name: name.unwrap_or("reserved"),
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

/// A message and its security header.
struct Shown {
    header: Option<HeaderAnswer>,
    message: Message,
}

pub(super) fn run(arguments: &Arguments) -> Result<Finding> {
    let octets = input(&arguments.input)?;
    if octets.is_empty() {
        bail!("the input is empty: a NAS message has two octets or more");
    }
    arguments.system.check(&octets)?;
    let shown = show(&octets, arguments.security.given())?;
    let finding = match shown.header.as_ref().and_then(|header| header.payload) {
        Some(Payload::MacInvalid) => Finding::Negative,
        _ => Finding::Positive,
    };
    if arguments.json {
        let answer = DecodeAnswer {
            name: shown.message.name,
            security_header: shown.header,
            fields: shown.message.fields.into_iter().map(FieldAnswer::from).collect(),
            soft_errors: shown.message.soft_errors,
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
    let Message { name, mut fields, .. } = shown.message;
    fields.iter_mut().for_each(|field| move_field(field, base));
    Some(Field {
        fields,
        ..Field::leaf(name, value, base)
    })
}

/// Takes off the security header, if there is one, and reads what is inside.
fn show(octets: &[u8], security: Option<&SecurityArguments>) -> Result<Shown> {
    let fgs = is_fgs(octets);
    let header_type = if fgs {
        SecurityHeaderType::of_fgmm(octets)
    } else {
        SecurityHeaderType::of_emm(octets[0])
    };
    match header_type {
        Some(header_type) if !fgs && header_type.is_service_request() => service_request(octets, security),
        Some(header_type) if header_type != SecurityHeaderType::PLAIN => protected(octets, fgs, security),
        plain_or_session => Ok(Shown {
            header: plain_or_session.map(|header_type| HeaderAnswer::of(header_type, fgs)),
            message: plain(octets, 0, MAX_NESTED_MESSAGES)?,
        }),
    }
}

fn protected(octets: &[u8], fgs: bool, security: Option<&SecurityArguments>) -> Result<Shown> {
    let (header, header_octets) = if fgs {
        (SecurityHeader::parse_fgs(octets)?, SecurityHeader::FGS_OCTETS)
    } else {
        (SecurityHeader::parse(octets)?, SecurityHeader::OCTETS)
    };
    let protection = header.header_type.protection();
    let ciphered = protection.is_none_or(|protection| protection.is_ciphered());
    let mut answer = HeaderAnswer {
        mac: Some(hex::encode(header.mac)),
        sequence_number: Some(header.sequence_number),
        ..HeaderAnswer::of(header.header_type, fgs)
    };
    let mut buffer = Vec::new();
    let context = security
        .map(|security| security.context(fgs, Role::receives))
        .transpose()?;
    let opened = context
        .as_ref()
        .map(|context| context.verify(octets, &mut buffer));
    let mut whole = None;
    let (payload, inner) = match opened {
        Some(Ok(verified)) => {
            answer.count = Some(verified.count().value());
            whole = context.as_ref().and_then(|context| initial(context, &verified));
            (Payload::Verified, verified.into_message())
        }
        Some(Err(_)) => (Payload::MacInvalid, header.payload),
        None if ciphered => (Payload::NullCipheringAssumed, header.payload),
        None => (Payload::Clear, header.payload),
    };
    let read = plain(inner, header_octets, MAX_NESTED_MESSAGES);
    let (payload, mut message) = match read {
        Ok(message) if payload != Payload::MacInvalid || !ciphered => (payload, message),
        Err(error) if !ciphered || payload == Payload::Verified => return Err(error.into()),
        // What reads as nothing, or was checked with keys that do not fit, is not guessed at.
        _ if payload == Payload::MacInvalid => (payload, unread(&header, header_octets)),
        _ => (Payload::Ciphered, unread(&header, header_octets)),
    };
    if let Some(whole) = whole {
        message = with_container(message, &whole);
    }
    answer.payload = Some(payload);
    Ok(Shown {
        header: Some(answer),
        message,
    })
}

/// The whole message that an initial message of 5GS hides in its container.
pub(super) fn initial(context: &NasSecurityContext, verified: &Verified<&[u8]>) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    is_fgs(verified.message())
        .then(|| context.open_initial(*verified, &mut whole).map(drop))?
        .ok()?;
    (whole != *verified.message()).then_some(whole)
}

/// The message with what its ciphered container holds in it; places there count in the container.
fn with_container(mut message: Message, whole: &[u8]) -> Message {
    let container = message
        .fields
        .iter_mut()
        .find(|field| field.name == "NAS message container" && field.fields.is_empty());
    if let (Some(field), Ok(inner)) = (container, plain(whole, 0, MAX_NESTED_MESSAGES - 1)) {
        field.fields = vec![Field {
            fields: inner.fields,
            ..Field::leaf(inner.name, "deciphered".to_owned(), field.at)
        }];
        // Ciphered octets that look like a message are none.
        message.soft_errors.retain(|error| error.path != field.name);
        message.soft_errors.extend(inner.soft_errors);
    }
    message
}

/// A message that cannot be read for its ciphering.
fn unread(header: &SecurityHeader<'_>, at: usize) -> Message {
    let octets = hex::encode(header.payload);
    Message {
        name: "NAS message, ciphered",
        fields: vec![Field::leaf("NAS message", octets, at)],
        soft_errors: Vec::new(),
    }
}

fn service_request(octets: &[u8], security: Option<&SecurityArguments>) -> Result<Shown> {
    let request = ServiceRequest::decode(octets)?;
    let mut header = HeaderAnswer::of(SecurityHeaderType::SERVICE_REQUEST, false);
    header.payload = Some(Payload::Clear);
    if let Some(security) = security {
        let verified = security
            .context(false, Role::receives)?
            .verify_service_request(octets);
        header.count = verified.as_ref().ok().map(|verified| verified.count().value());
        header.payload = Some(if verified.is_ok() {
            Payload::Verified
        } else {
            Payload::MacInvalid
        });
    }
    Ok(Shown {
        header: Some(header),
        message: Message {
            name: ServiceRequest::NAME,
            fields: request.describe(),
            soft_errors: Vec::new(),
        },
    })
}

fn print(shown: &Shown) -> Result<()> {
    let bold = anstyle::Style::new().bold();
    let warning = anstyle::AnsiColor::Yellow.on_default();
    let mut out = anstream::stdout().lock();
    writeln!(out, "{bold}{}{bold:#}", shown.message.name)?;
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
    for field in &shown.message.fields {
        print_field(&mut out, field, 1)?;
    }
    for error in &shown.message.soft_errors {
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
