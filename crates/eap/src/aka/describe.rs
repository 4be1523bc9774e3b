//! A packet as people and scripts see it.

use super::{Attribute, Message, Subtype};
use crate::packet::{Body, Code, Packet, Type};
use quintet_wire::{DecodeError, Field};
use std::fmt::Write;

/// The packet as a field: its code and type, identifier, and of EAP-AKA and EAP-AKA' every attribute.
///
/// # Errors
/// As [`Packet::decode`] and [`Message::decode`].
pub fn describe(octets: &[u8]) -> Result<Field, DecodeError> {
    let packet = Packet::decode(octets)?;
    let mut fields = vec![Field::leaf("Identifier", packet.identifier.to_string(), 1)];
    let value = match packet.body {
        Body::Empty => String::new(),
        Body::Method {
            kind: kind @ (Type::AKA | Type::AKA_PRIME),
            ..
        } => {
            let message = Message::decode(&packet)?;
            attributes(&message, &mut fields);
            format!("{kind}, {}", message.subtype)
        }
        Body::Method { kind, data } => {
            fields.push(of_type(kind, data));
            kind.to_string()
        }
    };
    let name = match packet.code {
        Code::Request => "EAP-Request",
        Code::Response => "EAP-Response",
        Code::Success => "EAP-Success",
        Code::Failure => "EAP-Failure",
    };
    Ok(Field {
        name: name.into(),
        value,
        at: 0,
        fields,
    })
}

/// Data of EAP's own types.
fn of_type(kind: Type, data: &[u8]) -> Field {
    let value = match (kind, std::str::from_utf8(data)) {
        (Type::IDENTITY | Type::NOTIFICATION, Ok(text)) => text.to_owned(),
        _ => hex(data),
    };
    Field::leaf("Type-Data", value, 5)
}

fn attributes(message: &Message<'_>, fields: &mut Vec<Field>) {
    let mut at = 8;
    for attribute in &message.attributes {
        let mut written = Vec::new();
        // What was read is written in as many octets.
        let _ = attribute.put(&mut written);
        fields.push(Field::leaf(
            attribute.kind().field_name(),
            shown(attribute, message.subtype),
            at,
        ));
        at += written.len();
    }
}

fn shown(attribute: &Attribute<'_>, subtype: Subtype) -> String {
    match attribute {
        Attribute::Rand(octets) | Attribute::Autn(octets) | Attribute::Mac(octets) => hex(octets),
        Attribute::Res(res) => hex(res),
        Attribute::Auts(auts) => hex(auts),
        Attribute::KdfInput(text) | Attribute::Identity(text) => {
            std::str::from_utf8(text).map_or_else(|_| hex(text), str::to_owned)
        }
        Attribute::Kdf(kdf) => kdf.to_string(),
        Attribute::Checkcode(digest) => hex(digest),
        Attribute::Bidding { prefers_aka_prime } => u8::from(*prefers_aka_prime).to_string(),
        Attribute::ClientErrorCode(0) if subtype == Subtype::CLIENT_ERROR => {
            "0 (unable to process packet)".to_owned()
        }
        Attribute::ClientErrorCode(code) => code.to_string(),
        Attribute::Notification(code) => code.to_string(),
        Attribute::ResultInd | Attribute::PermanentIdReq | Attribute::FullauthIdReq | Attribute::AnyIdReq => {
            String::new()
        }
        Attribute::Unknown { value, .. } => hex(value),
    }
}

fn hex(octets: &[u8]) -> String {
    octets
        .iter()
        .fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{octet:02x}");
            text
        })
}
