//! Writing and showing a message along its table.

use super::{
    Element, ExtendedProtocolDiscriminator, Format, ProtocolDiscriminator, Row, SecurityHeaderType,
    Unrecognised,
};
use quintet_wire::Field;

/// What is done with each element of a message, in table order.
pub trait Walk<'a> {
    /// The message type.
    fn message_type(&mut self, message_type: u8);
    /// A mandatory element.
    fn mandatory<E: Element<'a>>(&mut self, row: &'static Row, element: &E);
    /// An optional element; called for absent ones too.
    fn optional<E: Element<'a>>(&mut self, row: &'static Row, element: Option<&E>, kept: &Unrecognised<'a>);
    /// The end of the table.
    fn end(&mut self, kept: &Unrecognised<'a>);
}

/// Appends a message to a buffer.
#[derive(Debug)]
pub struct Encoder<'o> {
    out: &'o mut Vec<u8>,
    row: usize,
}

impl<'o> Encoder<'o> {
    /// Begins a plain EMM message.
    pub fn emm(out: &'o mut Vec<u8>) -> Self {
        out.push(ProtocolDiscriminator::EPS_MOBILITY_MANAGEMENT.0);
        Self { out, row: 0 }
    }

    /// Begins an ESM message; the first element goes into bits 5 to 8 of its first octet.
    pub fn esm(out: &'o mut Vec<u8>) -> Self {
        out.push(ProtocolDiscriminator::EPS_SESSION_MANAGEMENT.0);
        Self { out, row: 0 }
    }

    /// Begins a plain 5GMM message.
    pub fn fgmm(out: &'o mut Vec<u8>) -> Self {
        out.push(ExtendedProtocolDiscriminator::FGS_MOBILITY_MANAGEMENT.0);
        out.push(SecurityHeaderType::PLAIN.0);
        Self { out, row: 0 }
    }

    /// Begins a 5GSM message.
    pub fn fgsm(out: &'o mut Vec<u8>) -> Self {
        out.push(ExtendedProtocolDiscriminator::FGS_SESSION_MANAGEMENT.0);
        Self { out, row: 0 }
    }

    /// The value part of `element`, behind `overhead` octets that are filled by `fill(octets, value length)`.
    fn framed<'a, E: Element<'a>>(
        &mut self,
        overhead: usize,
        element: &E,
        fill: impl FnOnce(&mut [u8], usize),
    ) {
        let start = self.out.len();
        self.out.resize(start + overhead, 0);
        element.encode(self.out);
        let value = self.out.len() - start - overhead;
        fill(&mut self.out[start..start + overhead], value);
    }

    fn element<'a, E: Element<'a>>(&mut self, row: &Row, element: &E) {
        match row.format {
            Format::HalfLow | Format::HalfSpare => {
                element.encode(self.out);
                if let Some(last) = self.out.last_mut() {
                    *last &= 0x0f;
                }
            }
            Format::HalfHigh => {
                element.encode(self.out);
                let high = self.out.pop().unwrap_or_default();
                if let Some(last) = self.out.last_mut() {
                    *last |= high << 4;
                }
            }
            Format::Tv1 => {
                element.encode(self.out);
                if let Some(last) = self.out.last_mut() {
                    *last = row.iei << 4 | *last & 0x0f;
                }
            }
            Format::V => element.encode(self.out),
            Format::Tv => {
                self.out.push(row.iei);
                element.encode(self.out);
            }
            // Elements built here bound their own length; what was decoded came from such a length field.
            Format::Lv => self.framed(1, element, |head, n| head[0] = n as u8),
            Format::LvE => self.framed(2, element, |head, n| {
                head.copy_from_slice(&(n as u16).to_be_bytes())
            }),
            Format::Tlv => self.framed(2, element, |head, n| head.copy_from_slice(&[row.iei, n as u8])),
            Format::TlvE => self.framed(3, element, |head, n| {
                let [high, low] = (n as u16).to_be_bytes();
                head.copy_from_slice(&[row.iei, high, low]);
            }),
        }
    }

    fn kept_before(&mut self, kept: &Unrecognised<'_>) {
        for element in kept.iter().filter(|e| e.before == self.row) {
            self.out.extend_from_slice(element.octets);
        }
    }
}

impl<'a> Walk<'a> for Encoder<'_> {
    fn message_type(&mut self, message_type: u8) {
        self.out.push(message_type);
    }

    fn mandatory<E: Element<'a>>(&mut self, row: &'static Row, element: &E) {
        self.element(row, element);
    }

    fn optional<E: Element<'a>>(&mut self, row: &'static Row, element: Option<&E>, kept: &Unrecognised<'a>) {
        if !kept.is_empty() {
            self.kept_before(kept);
        }
        if let Some(element) = element {
            self.element(row, element);
        }
        self.row += 1;
    }

    fn end(&mut self, kept: &Unrecognised<'a>) {
        for element in kept.iter().filter(|e| e.before >= self.row) {
            self.out.extend_from_slice(element.octets);
        }
    }
}

/// Lists the elements of a message with their places.
#[derive(Debug)]
pub struct Describer<'o> {
    encoder: Encoder<'o>,
    fields: Vec<Field>,
}

impl<'o> Describer<'o> {
    /// Lists what `encoder` writes.
    #[must_use]
    pub fn new(encoder: Encoder<'o>) -> Self {
        Self {
            encoder,
            fields: Vec::new(),
        }
    }

    /// The elements in wire order.
    #[must_use]
    pub fn finish(self) -> Vec<Field> {
        self.fields
    }

    fn kept(&mut self, kept: &Unrecognised<'_>, when: impl Fn(usize) -> bool) {
        let mut at = self.encoder.out.len();
        for element in kept.iter().filter(|e| when(e.before)) {
            self.fields.push(Field::leaf(
                "Unrecognised element",
                super::element::hex(element.octets),
                at,
            ));
            at += element.octets.len();
        }
    }

    fn describe<'a, E: Element<'a>>(&mut self, row: &Row, element: &E, at: usize) {
        let mut field = Field::leaf(row.name, String::new(), at);
        element.describe(&mut field);
        self.fields.push(field);
    }
}

impl<'a> Walk<'a> for Describer<'_> {
    fn message_type(&mut self, message_type: u8) {
        self.encoder.message_type(message_type);
    }

    fn mandatory<E: Element<'a>>(&mut self, row: &'static Row, element: &E) {
        let at = match row.format {
            Format::HalfHigh => self.encoder.out.len().saturating_sub(1),
            _ => self.encoder.out.len(),
        };
        self.describe(row, element, at);
        self.encoder.mandatory(row, element);
    }

    fn optional<E: Element<'a>>(&mut self, row: &'static Row, element: Option<&E>, kept: &Unrecognised<'a>) {
        let position = self.encoder.row;
        self.kept(kept, |before| before == position);
        let start = self.encoder.out.len();
        let kept_octets: usize = kept
            .iter()
            .filter(|e| e.before == position)
            .map(|e| e.octets.len())
            .sum();
        if let Some(element) = element {
            self.describe(row, element, start + kept_octets);
        }
        self.encoder.optional(row, element, kept);
    }

    fn end(&mut self, kept: &Unrecognised<'a>) {
        let position = self.encoder.row;
        self.kept(kept, |before| before >= position);
        self.encoder.end(kept);
    }
}
