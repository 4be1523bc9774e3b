//! A PDU as people and scripts see it: every IE of every message by name, whether it has a struct or not.

use crate::{ApplicationProtocol, Criticality, PduType, any_message, key};
use oxirush_aper::check::{Deviation, Diagnostics};
use oxirush_aper::json::{Map, Value};
use oxirush_aper::protocol::{self, Field as _};
use quintet_wire::Field;
use std::fmt;

/// Whether keys are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// `redacted, 32 octets` in their place.
    Redacted,
    /// As hex.
    Shown,
}

/// A described PDU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The specification's name of the message; of one that has no struct the ASN.1's.
    pub name: &'static str,
    /// Procedure code.
    pub procedure_code: u8,
    /// Kind of PDU.
    pub pdu_type: PduType,
    /// Criticality of the procedure, as received.
    pub criticality: Criticality,
    /// The IEs in wire order. `at` is the offset of an IE's value; what is inside has its IE's.
    pub fields: Vec<Field>,
    /// What deviates from the specification without hiding the rest.
    pub soft_errors: Vec<SoftError>,
}

/// A deviation from the specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoftError {
    /// Offset of the value of the IE; of the PDU, 0, where it is about no IE that is there.
    pub at: usize,
    /// The IE's name; empty where it is about the message.
    pub path: String,
    /// What deviates.
    pub why: String,
}

/// Describes a PDU. Octet strings are hex. `name_of` knows the specification's names of messages, by their [`key`].
///
/// # Errors
/// Octets that are no PDU: why.
pub fn describe<P: ApplicationProtocol>(
    octets: &[u8],
    secrets: Secrets,
    name_of: impl Fn(u16) -> Option<&'static str>,
) -> Result<Description, String> {
    let (envelope, pdu) = any_message::<P>(octets)?;
    let offsets = match protocol::protocol_ies(&pdu) {
        Ok(ies) => ies.iter().map(|ie| offset_in(octets, ie.value())).collect(),
        Err(_) => Vec::new(),
    };
    let describer = Describer {
        redacted: match secrets {
            Secrets::Redacted => P::KEY_NAMES,
            Secrets::Shown => &[],
        },
    };
    let tree = P::tree(&pdu);
    let fields = match &tree["ies"] {
        Value::Array(ies) => ies
            .iter()
            .enumerate()
            .map(|(position, ie)| describer.ie(ie, offsets.get(position).copied().unwrap_or(0)))
            .collect(),
        // The private message, and one whose container does not decode.
        _ => vec![describer.field("octets", &tree["octets"], 0)],
    };
    let soft_errors = match protocol::check(&pdu) {
        Ok(deviations) => deviations
            .iter()
            .map(|deviation| soft_error(deviation, &offsets))
            .collect(),
        Err(error) => vec![SoftError {
            at: 0,
            path: String::new(),
            why: error.to_string(),
        }],
    };
    let name = name_of(key(envelope.pdu_type, envelope.procedure_code));
    Ok(Description {
        name: name.unwrap_or_else(|| P::message_name(&pdu)),
        procedure_code: envelope.procedure_code,
        pdu_type: envelope.pdu_type,
        criticality: envelope.criticality,
        fields,
        soft_errors,
    })
}

/// Where `inner` begins in `outer`; 0 if it is a copy put together from fragments.
fn offset_in(outer: &[u8], inner: &[u8]) -> usize {
    let at = inner.as_ptr().addr().wrapping_sub(outer.as_ptr().addr());
    if at <= outer.len() { at } else { 0 }
}

fn soft_error<P: Diagnostics>(deviation: &Deviation<P>, offsets: &[usize]) -> SoftError {
    let (name, position) = match deviation {
        Deviation::UnexpectedIe { name, position, .. } => (name.unwrap_or(""), Some(*position)),
        Deviation::RepeatedIe { name, position, .. }
        | Deviation::OutOfOrder { name, position, .. }
        | Deviation::IeCriticality { name, position, .. }
        | Deviation::OutsideRoot { name, position, .. }
        | Deviation::UndecodableIe { name, position, .. } => (*name, Some(*position)),
        Deviation::MissingIe { name, .. } => (*name, None),
        Deviation::NotCanonical { ie: Some(ie), .. } => (ie.1, Some(ie.2)),
        _ => ("", None),
    };
    SoftError {
        at: position
            .and_then(|position| offsets.get(position))
            .copied()
            .unwrap_or(0),
        path: name.to_owned(),
        why: deviation.to_string(),
    }
}

/// Whether an object of a list is an IE: one member, or one and its criticality; a sequence of one member has a lower-case
/// name in the ASN.1, an IE an upper-case one.
fn is_ie(members: &Map) -> bool {
    let mut names = members.iter().map(|(name, _)| name);
    let first = names.next().and_then(|name| name.chars().next());
    first.is_some_and(char::is_uppercase) && names.all(|name| name == "criticality")
}

struct Describer {
    /// Names of the elements whose values are not shown.
    redacted: &'static [&'static str],
}

impl Describer {
    /// An IE: an object whose first member is its name and value; a second one is a criticality that deviates.
    fn ie(&self, ie: &Value, at: usize) -> Field {
        match ie {
            Value::Object(members) => match members.iter().next() {
                Some((name, value)) => self.field(name, value, at),
                None => Field::leaf("item", "", at),
            },
            _ => self.field("item", ie, at),
        }
    }

    /// An item of a list: an IE of a single container, or a sequence, or a value.
    fn item(&self, item: &Value, at: usize) -> Field {
        match item {
            Value::Object(members) if is_ie(members) => self.ie(item, at),
            _ => self.field("item", item, at),
        }
    }

    fn field(&self, name: &str, value: &Value, at: usize) -> Field {
        if self.redacted.contains(&name) {
            return Field::leaf(name.to_owned(), "redacted, 32 octets", at);
        }
        let mut field = Field::leaf(name.to_owned(), "", at);
        match value {
            Value::Null => {}
            Value::Bool(value) => field.value = value.to_string(),
            Value::Number(value) => field.value = value.to_string(),
            Value::String(value) => field.value.clone_from(value),
            Value::Array(items) => field.fields = items.iter().map(|item| self.item(item, at)).collect(),
            Value::Object(members) => {
                field.fields = members
                    .iter()
                    .map(|(name, value)| self.field(name, value, at))
                    .collect();
            }
        }
        field
    }
}

impl fmt::Display for SoftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "octet {}: {}", self.at, self.why)
    }
}
