//! What a plain message of either system says, and the messages inside it.

use crate::diameter::SoftError;
use quintet_nas::common::{
    Decoded, ExtendedProtocolDiscriminator, NasDecodeError, ProtocolDiscriminator, SoftErrorKind, SoftErrors,
};
use quintet_nas::eps::{EmmMessage, EsmMessage};
use quintet_nas::fgs::{FgmmMessage, FgsmMessage};
use quintet_wire::{DecodeError, Field};

/// How deep messages in messages are shown: EMM or 5GMM, its container, and one more.
pub(super) const MAX_NESTED_MESSAGES: usize = 3;

/// Elements of EPS that hold a whole message, and the one of 5GS that holds a message of EPS.
const CONTAINERS: [&str; 4] = [
    "ESM message container",
    "NAS message container",
    "Replayed NAS message container",
    "EPS NAS message container",
];
/// Elements of 5GS that hold a whole message.
const FGS_CONTAINERS: [&str; 2] = ["NAS message container", "Payload container"];

/// A message as it is shown, what is wrong in it included.
pub(super) struct Message {
    pub(super) name: &'static str,
    pub(super) fields: Vec<Field>,
    pub(super) soft_errors: Vec<SoftError>,
}

/// Whether a message that begins so is one of 5GS.
pub(super) fn is_fgs(octets: &[u8]) -> bool {
    octets
        .first()
        .is_some_and(|first| ExtendedProtocolDiscriminator::of(*first).is_some())
}

/// A plain message that stands `base` octets into the input.
pub(super) fn plain(octets: &[u8], base: usize, depth: usize) -> Result<Message, NasDecodeError> {
    /// Reads and shows with one decoder.
    macro_rules! read {
        ($decode:path) => {{
            let Decoded { message, soft_errors } = $decode(octets).map_err(|error| moved(error, base))?;
            Ok(shown(
                message.name(),
                message.describe(),
                &soft_errors,
                octets,
                base,
                depth,
            ))
        }};
    }
    let first = octets.first().copied().unwrap_or_default();
    match ExtendedProtocolDiscriminator::of(first) {
        Some(ExtendedProtocolDiscriminator::FGS_SESSION_MANAGEMENT) => read!(FgsmMessage::decode),
        Some(_) => read!(FgmmMessage::decode),
        None if ProtocolDiscriminator::of(first) == ProtocolDiscriminator::EPS_SESSION_MANAGEMENT => {
            read!(EsmMessage::decode)
        }
        None => read!(EmmMessage::decode),
    }
}

fn shown(
    name: &'static str,
    mut fields: Vec<Field>,
    errors: &SoftErrors,
    octets: &[u8],
    base: usize,
    depth: usize,
) -> Message {
    let mut soft_errors = errors.iter().map(|error| soft_error(error, base)).collect();
    for field in &mut fields {
        move_field(field, base);
        nest(field, octets, base, depth, &mut soft_errors);
    }
    Message {
        name,
        fields,
        soft_errors,
    }
}

/// Whether the element `name` of the message `octets` holds the message `inner`: SMS stands in containers as well.
fn holds(name: &str, octets: &[u8], inner: &[u8]) -> bool {
    if is_fgs(octets) && is_fgs(inner) {
        return FGS_CONTAINERS.contains(&name);
    }
    let discriminator = inner.first().map(|first| ProtocolDiscriminator::of(*first));
    let is_eps = matches!(
        discriminator,
        Some(ProtocolDiscriminator::EPS_SESSION_MANAGEMENT | ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT)
    );
    is_eps && CONTAINERS.contains(&name) && (!is_fgs(octets) || name.starts_with("EPS"))
}

/// Shows the message that a container holds, if it is one of NAS.
fn nest(field: &mut Field, octets: &[u8], base: usize, depth: usize, soft_errors: &mut Vec<SoftError>) {
    let name = field.name.as_ref();
    if !CONTAINERS.contains(&name) && !FGS_CONTAINERS.contains(&name) {
        return;
    }
    let Ok(inner) = hex::decode(&field.value) else {
        return;
    };
    if !holds(name, octets, &inner) || depth == 0 {
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

pub(super) fn move_field(field: &mut Field, base: usize) {
    field.at += base;
    field.fields.iter_mut().for_each(|inner| move_field(inner, base));
}
