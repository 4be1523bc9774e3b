//! What a bearer has: APN, address, rates, options.

use super::PdnType;
use crate::common::{Element, hex, wrong_length};
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader};
use std::borrow::Cow;
use std::net::Ipv4Addr;

/// Access point name (TS 24.008 10.5.6.1): labels with their lengths.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApnIe<'a>(Cow<'a, [u8]>);

/// EPS quality of service (TS 24.301 9.9.4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EpsQos<'a> {
    /// QCI.
    pub qci: u8,
    /// Maximum and guaranteed bit rates as coded; empty for a non-GBR bearer.
    pub bit_rates: &'a [u8],
}

/// PDN address (TS 24.301 9.9.4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PdnAddress<'a> {
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// The interface identifier of an IPv6 address.
    Ipv6([u8; 8]),
    /// Interface identifier and IPv4 address.
    Ipv4v6([u8; 8], Ipv4Addr),
    /// Another type: the whole value part.
    Other(&'a [u8]),
}

/// APN aggregate maximum bit rate (TS 24.301 9.9.4.2): downlink and uplink as coded, then the extended rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ApnAmbr<'a>(pub &'a [u8]);

/// Protocol configuration options, also the extended ones (TS 24.008 10.5.6.3, TS 24.301 9.9.4.11, 9.9.4.26).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProtocolConfigurationOptions<'a>(Cow<'a, [u8]>);

impl ApnIe<'static> {
    /// From the text form (`internet`).
    ///
    /// # Errors
    /// A label is empty or longer than 63 octets, or the whole longer than 100.
    pub fn from_text(text: &str) -> Result<Self, DecodeError> {
        let mut out = Vec::with_capacity(text.len() + 1);
        for label in text.split('.') {
            if label.is_empty() || label.len() > 63 {
                return Err(wrong_length(out.len(), label.len(), "labels of 1 to 63 octets"));
            }
            out.push(label.len() as u8);
            out.extend_from_slice(label.as_bytes());
        }
        if out.len() > 100 {
            return Err(wrong_length(0, out.len(), "100 octets at most"));
        }
        Ok(Self(out.into()))
    }
}

impl ApnIe<'_> {
    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The text form (`internet`), unprintable octets escaped.
    #[must_use]
    pub fn text(&self) -> String {
        let mut labels = Vec::new();
        let mut reader = Reader::new(&self.0);
        while let Ok(length) = reader.u8() {
            // A length past the end: what is there is the last label.
            let left = usize::from(length).min(reader.remaining());
            let label = reader.take(left).unwrap_or_default();
            labels.push(label.escape_ascii().to_string());
        }
        labels.join(".")
    }

    /// The element with octets of its own.
    #[must_use]
    pub fn into_owned(self) -> ApnIe<'static> {
        ApnIe(Cow::Owned(self.0.into_owned()))
    }
}

impl PdnAddress<'_> {
    /// The PDN type of the address.
    #[must_use]
    pub fn pdn_type(&self) -> PdnType {
        match self {
            Self::Ipv4(_) => PdnType::IPV4,
            Self::Ipv6(_) => PdnType::IPV6,
            Self::Ipv4v6(..) => PdnType::IPV4V6,
            Self::Other(value) => PdnType(value.first().map_or(0, |o| o & 7)),
        }
    }
}

impl<'a> ProtocolConfigurationOptions<'a> {
    /// The options in order: protocol or container identifier, contents.
    pub fn options(&self) -> impl Iterator<Item = (u16, &[u8])> {
        let mut reader = Reader::new(self.0.get(1..).unwrap_or_default());
        std::iter::from_fn(move || {
            let id = reader.u16().ok()?;
            let length = reader.u8().ok()?;
            Some((id, reader.take(usize::from(length)).ok()?))
        })
    }

    /// The contents of the first option with this identifier.
    #[must_use]
    pub fn option(&self, id: u16) -> Option<&[u8]> {
        self.options()
            .find(|(this, _)| *this == id)
            .map(|(_, contents)| contents)
    }

    /// Options for use with IP: identifier and contents, of which 255 octets at most count each.
    #[must_use]
    pub fn of(options: &[(u16, &[u8])]) -> ProtocolConfigurationOptions<'static> {
        let mut out = vec![0x80];
        for (id, contents) in options {
            let contents = contents.get(..255).unwrap_or(contents);
            quintet_wire::put::u16(&mut out, *id);
            out.push(contents.len() as u8);
            out.extend_from_slice(contents);
        }
        ProtocolConfigurationOptions(out.into())
    }

    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl<'a> Element<'a> for ApnIe<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = self.text();
    }
}

impl<'a> Element<'a> for EpsQos<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let (&qci, bit_rates) = value
            .split_first()
            .ok_or_else(|| wrong_length(at, 0, "1 or more"))?;
        Ok(Self { qci, bit_rates })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.qci);
        out.extend_from_slice(self.bit_rates);
    }

    fn describe(&self, field: &mut Field) {
        field
            .fields
            .push(Field::leaf("QCI", self.qci.to_string(), field.at));
        if !self.bit_rates.is_empty() {
            field
                .fields
                .push(Field::leaf("Bit rates", hex(self.bit_rates), field.at + 1));
        }
    }
}

impl<'a> Element<'a> for PdnAddress<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::at_offset(value, at);
        let pdn_type = PdnType(reader.u8()? & 7);
        let address = match pdn_type {
            PdnType::IPV4 => Self::Ipv4(reader.array::<4>()?.into()),
            PdnType::IPV6 => Self::Ipv6(reader.array()?),
            PdnType::IPV4V6 => Self::Ipv4v6(reader.array()?, reader.array::<4>()?.into()),
            _ => return Ok(Self::Other(value)),
        };
        if reader.is_empty() {
            Ok(address)
        } else {
            Ok(Self::Other(value))
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        if !matches!(self, Self::Other(_)) {
            out.push(self.pdn_type().0);
        }
        match self {
            Self::Ipv4(address) => out.extend_from_slice(&address.octets()),
            Self::Ipv6(interface) => out.extend_from_slice(interface),
            Self::Ipv4v6(interface, address) => {
                out.extend_from_slice(interface);
                out.extend_from_slice(&address.octets());
            }
            Self::Other(value) => out.extend_from_slice(value),
        }
    }

    fn describe(&self, field: &mut Field) {
        let at = field.at;
        let mut leaf = |name, value| field.fields.push(Field::leaf(name, value, at));
        match self {
            Self::Ipv4(address) => leaf("IPv4", address.to_string()),
            Self::Ipv6(interface) => leaf("Interface identifier", hex(interface)),
            Self::Ipv4v6(interface, address) => {
                leaf("Interface identifier", hex(interface));
                leaf("IPv4", address.to_string());
            }
            Self::Other(value) => field.value = hex(value),
        }
    }
}

impl<'a> Element<'a> for ApnAmbr<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        if !value.len().is_multiple_of(2) {
            let kind = DecodeErrorKind::Length {
                got: value.len(),
                expected: "2, 4 or 6",
            };
            return Err(DecodeError::new(at, kind));
        }
        Ok(Self(value))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(self.0);
    }
}

impl<'a> Element<'a> for ProtocolConfigurationOptions<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for (id, contents) in self.options() {
            field
                .fields
                .push(Field::leaf(format!("{id:04x}"), hex(contents), field.at));
        }
    }
}
