//! QoS rules (TS 24.501 9.11.4.13) and QoS flow descriptions (9.11.4.12).
//!
//! What is wrong inside them is the session's to answer (#83, #84; TS 24.501 6.4.1.3), so octets are taken as they come and
//! are read when asked for. Packet filter components are octets.

use crate::common::{Element, hex};
use quintet_wire::{DecodeError, DecodeErrorKind, Field, Reader, put};
use std::borrow::Cow;

/// Most QoS rules read from one element: identifiers have eight bits.
pub const MAX_QOS_RULES: usize = 255;

/// Most QoS flow descriptions read from one element: QFIs have six bits.
pub const MAX_QOS_FLOWS: usize = 63;

/// QoS rules (TS 24.501 9.11.4.13).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QosRules<'a>(Cow<'a, [u8]>);

/// QoS flow descriptions (TS 24.501 9.11.4.12).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QosFlowDescriptions<'a>(Cow<'a, [u8]>);

/// A QoS rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QosRule<'a> {
    /// QoS rule identifier; 0 is none.
    pub identifier: u8,
    /// Rule operation code, three bits: 1 create, 2 delete, 3 to 6 modify.
    pub operation: u8,
    /// DQR: whether it is the default rule.
    pub default: bool,
    /// Number of packet filters, four bits.
    pub packet_filter_count: u8,
    /// The packet filter list, as coded.
    pub packet_filters: &'a [u8],
    /// Precedence; `None` where the rule ends before it.
    pub precedence: Option<u8>,
    /// QoS flow identifier, six bits; `None` where the rule ends before it.
    pub qfi: Option<u8>,
}

/// A parameter of a QoS flow description: identifier and contents.
pub type QosFlowParameter<'a> = (u8, &'a [u8]);

/// A QoS flow description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QosFlow<'a> {
    /// QoS flow identifier, six bits.
    pub qfi: u8,
    /// Operation code, three bits: 1 create, 2 delete, 3 modify.
    pub operation: u8,
    /// The E bit.
    pub extended: bool,
    /// Parameters in order.
    pub parameters: Vec<QosFlowParameter<'a>>,
}

/// Operation: create a new rule or flow description.
const CREATE: u8 = 1;
/// Parameter 5QI of a QoS flow description.
const FIVE_QI: u8 = 1;
/// A packet filter that matches all, both ways, with identifier 0 (TS 24.501 table 9.11.4.13.1).
const MATCH_ALL: [u8; 3] = [0x30, 1, 1];

fn too_many(at: usize, limit: usize) -> DecodeError {
    DecodeError::new(at, DecodeErrorKind::TooMany { limit })
}

/// Octets of a packet filter list of `count` filters that are deleted (`identifiers`) or whole.
fn filter_list<'a>(reader: &mut Reader<'a>, count: u8, identifiers: bool) -> Result<&'a [u8], DecodeError> {
    let mut ahead = *reader;
    for _ in 0..count {
        ahead.u8()?;
        if !identifiers {
            let length = ahead.u8()?;
            ahead.take(usize::from(length))?;
        }
    }
    reader.take(ahead.at() - reader.at())
}

impl<'a> QosRule<'a> {
    fn read(identifier: u8, mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let head = reader.u8()?;
        let (operation, count) = (head >> 5, head & 15);
        let packet_filters = match operation {
            // Deletion of packet filters lists their identifiers alone.
            5 => filter_list(&mut reader, count, true)?,
            _ => filter_list(&mut reader, count, false)?,
        };
        let precedence = reader.u8().ok();
        let qfi = reader.u8().ok().map(|octet| octet & 63);
        Ok(Self {
            identifier,
            operation,
            default: head & 16 != 0,
            packet_filter_count: count,
            packet_filters,
            precedence,
            qfi,
        })
    }
}

impl QosRules<'static> {
    /// The one rule of a session without any other: the default rule that matches all, for `qfi`.
    #[must_use]
    pub fn match_all(identifier: u8, precedence: u8, qfi: u8) -> Self {
        let mut out = vec![identifier];
        put::u16(&mut out, (1 + MATCH_ALL.len() + 2) as u16);
        out.push(CREATE << 5 | 16 | 1);
        out.extend_from_slice(&MATCH_ALL);
        out.extend_from_slice(&[precedence, qfi & 63]);
        Self(out.into())
    }
}

impl QosRules<'_> {
    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The rules in order.
    ///
    /// # Errors
    /// A rule that is cut short, or more than [`MAX_QOS_RULES`].
    pub fn rules(&self) -> Result<Vec<QosRule<'_>>, DecodeError> {
        let mut reader = Reader::new(&self.0);
        let mut rules = Vec::new();
        while !reader.is_empty() {
            if rules.len() == MAX_QOS_RULES {
                return Err(too_many(reader.at(), MAX_QOS_RULES));
            }
            let identifier = reader.u8()?;
            let length = usize::from(reader.u16()?);
            let at = reader.at();
            rules.push(QosRule::read(
                identifier,
                Reader::at_offset(reader.take(length)?, at),
            )?);
        }
        Ok(rules)
    }
}

impl QosFlowDescriptions<'static> {
    /// The description of one new flow by its 5QI alone.
    #[must_use]
    pub fn of_5qi(qfi: u8, five_qi: u8) -> Self {
        Self(vec![qfi & 63, CREATE << 5, 0x41, FIVE_QI, 1, five_qi].into())
    }
}

impl QosFlowDescriptions<'_> {
    /// The value part.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The descriptions in order.
    ///
    /// # Errors
    /// One that is cut short, or more than [`MAX_QOS_FLOWS`].
    pub fn flows(&self) -> Result<Vec<QosFlow<'_>>, DecodeError> {
        let mut reader = Reader::new(&self.0);
        let mut flows = Vec::new();
        while !reader.is_empty() {
            if flows.len() == MAX_QOS_FLOWS {
                return Err(too_many(reader.at(), MAX_QOS_FLOWS));
            }
            let [qfi, operation, head] = reader.array()?;
            let mut parameters = Vec::new();
            for _ in 0..head & 63 {
                let identifier = reader.u8()?;
                let length = usize::from(reader.u8()?);
                parameters.push((identifier, reader.take(length)?));
            }
            flows.push(QosFlow {
                qfi: qfi & 63,
                operation: operation >> 5,
                extended: head & 64 != 0,
                parameters,
            });
        }
        Ok(flows)
    }
}

impl<'a> Element<'a> for QosRules<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for rule in self.rules().unwrap_or_default() {
            let mut leaf = Field::leaf("QoS rule", rule.identifier.to_string(), field.at);
            let mut add = |name, value: String| leaf.fields.push(Field::leaf(name, value, field.at));
            add("Rule operation code", rule.operation.to_string());
            add("DQR", u8::from(rule.default).to_string());
            add("Number of packet filters", rule.packet_filter_count.to_string());
            add("Packet filter list", hex(rule.packet_filters));
            if let Some(precedence) = rule.precedence {
                add("QoS rule precedence", precedence.to_string());
            }
            if let Some(qfi) = rule.qfi {
                add("QFI", qfi.to_string());
            }
            field.fields.push(leaf);
        }
    }
}

impl<'a> Element<'a> for QosFlowDescriptions<'a> {
    fn decode(value: &'a [u8], _at: usize) -> Result<Self, DecodeError> {
        Ok(Self(value.into()))
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = hex(&self.0);
        for flow in self.flows().unwrap_or_default() {
            let mut leaf = Field::leaf("QoS flow", flow.qfi.to_string(), field.at);
            leaf.fields.push(Field::leaf(
                "Operation code",
                flow.operation.to_string(),
                field.at,
            ));
            for (identifier, contents) in flow.parameters {
                let name = match identifier {
                    FIVE_QI => "5QI",
                    2 => "GFBR uplink",
                    3 => "GFBR downlink",
                    4 => "MFBR uplink",
                    5 => "MFBR downlink",
                    6 => "Averaging window",
                    7 => "EPS bearer identity",
                    _ => "Parameter",
                };
                let value = match (identifier, contents) {
                    (FIVE_QI, [five_qi]) => five_qi.to_string(),
                    _ => hex(contents),
                };
                leaf.fields.push(Field::leaf(name, value, field.at));
            }
            field.fields.push(leaf);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_session_is_established_with_reads_back() {
        let rules = QosRules::match_all(1, 255, 9);
        assert_eq!(hex(rules.octets()), "01000631300101ff09");
        let [rule] = rules.rules().unwrap()[..] else {
            panic!("one rule");
        };
        assert!(rule.default && rule.packet_filters == MATCH_ALL);
        assert_eq!(
            (rule.operation, rule.precedence, rule.qfi),
            (CREATE, Some(255), Some(9))
        );
        let flows = QosFlowDescriptions::of_5qi(9, 9);
        assert_eq!(hex(flows.octets()), "092041010109");
        assert_eq!(flows.flows().unwrap()[0].parameters, [(FIVE_QI, &[9][..])]);
    }

    #[test]
    fn what_is_cut_is_an_error() {
        for cut in 1..9 {
            let octets = &QosRules::match_all(1, 255, 9).octets().to_vec()[..cut];
            assert!(QosRules(octets.into()).rules().is_err(), "{cut}");
        }
        for cut in 1..6 {
            let octets = &QosFlowDescriptions::of_5qi(9, 9).octets().to_vec()[..cut];
            assert!(QosFlowDescriptions(octets.into()).flows().is_err(), "{cut}");
        }
    }
}
