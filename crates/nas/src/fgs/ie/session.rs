//! What a PDU session has: address, rates, limits (TS 24.501 9.11.4.7, 9.11.4.9, 9.11.4.10, 9.11.4.14).

use super::PduSessionType;
use crate::common::{Element, hex};
use quintet_wire::{DecodeError, Field, Reader, put};
use std::net::Ipv4Addr;

/// PDU address (TS 24.501 9.11.4.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PduAddress<'a> {
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// The interface identifier of an IPv6 link local address.
    Ipv6([u8; 8]),
    /// Interface identifier and IPv4 address.
    Ipv4v6([u8; 8], Ipv4Addr),
    /// Another type, or with the SMF's link local address behind it: the whole value part.
    Other(&'a [u8]),
}

/// Session-AMBR (TS 24.501 9.11.4.14): for each way unit and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionAmbr {
    /// Unit for downlink: 1 is 1 kbit/s, and each following unit four times the one before.
    pub downlink_unit: u8,
    /// Downlink rate in that unit.
    pub downlink: u16,
    /// Unit for uplink.
    pub uplink_unit: u8,
    /// Uplink rate in that unit.
    pub uplink: u16,
}

/// Integrity protection maximum data rate (TS 24.501 9.11.4.7): 0 is 64 kbit/s, 255 the full rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IntegrityProtectionMaximumDataRate {
    /// For uplink.
    pub uplink: u8,
    /// For downlink.
    pub downlink: u8,
}

/// Maximum number of supported packet filters (TS 24.501 9.11.4.9), in the upper eleven of its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MaximumNumberOfSupportedPacketFilters(pub [u8; 2]);

/// Highest unit: 256 Pbit/s (TS 24.501 table 9.11.4.14.1). Values above stand for it.
const MAX_UNIT: u8 = 25;

/// Kilobits per second of a rate: steps of four and then of two and a half, 1, 4, 16, 64, 256 kbit/s, 1 Mbit/s and on.
fn kbps(unit: u8, value: u16) -> Option<u64> {
    // Unit 0 is not used.
    let step = unit.min(MAX_UNIT).checked_sub(1)?;
    let thousands = 1000u64.checked_pow(u32::from(step / 5))?;
    Some(u64::from(value) * 4u64.pow(u32::from(step % 5)) * thousands)
}

/// The finest unit in which `kbps` fits, rounded down.
fn coded(kbps: u64) -> (u8, u16) {
    (1..=MAX_UNIT)
        .find_map(|unit| {
            let one = self::kbps(unit, 1)?;
            let value = u16::try_from(kbps / one).ok()?;
            Some((unit, value))
        })
        .unwrap_or((MAX_UNIT, u16::MAX))
}

fn rate(unit: u8, value: u16) -> String {
    kbps(unit, value).map_or_else(
        || format!("{value} in unit {unit}"),
        |kbps| format!("{kbps} kbit/s"),
    )
}

impl SessionAmbr {
    /// Of rates in kbit/s, rounded down to what the finest fitting unit can say.
    #[must_use]
    pub fn from_kbps(downlink: u64, uplink: u64) -> Self {
        let ((downlink_unit, downlink), (uplink_unit, uplink)) = (coded(downlink), coded(uplink));
        Self {
            downlink_unit,
            downlink,
            uplink_unit,
            uplink,
        }
    }

    /// Downlink rate in kbit/s; `None` when the unit is not used.
    #[must_use]
    pub fn downlink_kbps(self) -> Option<u64> {
        kbps(self.downlink_unit, self.downlink)
    }

    /// Uplink rate in kbit/s; `None` when the unit is not used.
    #[must_use]
    pub fn uplink_kbps(self) -> Option<u64> {
        kbps(self.uplink_unit, self.uplink)
    }
}

impl IntegrityProtectionMaximumDataRate {
    /// Full rate both ways.
    pub const FULL: Self = Self {
        uplink: 255,
        downlink: 255,
    };
}

impl MaximumNumberOfSupportedPacketFilters {
    /// Of a number, 17 to 1024 as the specification has it; 11 bits count.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        Self((number << 5).to_be_bytes())
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> u16 {
        u16::from_be_bytes(self.0) >> 5
    }
}

impl PduAddress<'_> {
    /// The PDU session type of the address.
    #[must_use]
    pub fn pdu_session_type(&self) -> PduSessionType {
        match self {
            Self::Ipv4(_) => PduSessionType::IPV4,
            Self::Ipv6(_) => PduSessionType::IPV6,
            Self::Ipv4v6(..) => PduSessionType::IPV4V6,
            Self::Other(value) => PduSessionType(value.first().map_or(0, |o| o & 7)),
        }
    }
}

impl<'a> Element<'a> for PduAddress<'a> {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::at_offset(value, at);
        let address = match PduSessionType(reader.u8()? & 15) {
            PduSessionType::IPV4 => Self::Ipv4(reader.array::<4>()?.into()),
            PduSessionType::IPV6 => Self::Ipv6(reader.array()?),
            PduSessionType::IPV4V6 => Self::Ipv4v6(reader.array()?, reader.array::<4>()?.into()),
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
            out.push(self.pdu_session_type().0);
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

impl<'a> Element<'a> for SessionAmbr {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let mut reader = Reader::at_offset(value, at);
        Ok(Self {
            downlink_unit: reader.u8()?,
            downlink: reader.u16()?,
            uplink_unit: reader.u8()?,
            uplink: reader.u16()?,
        })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.downlink_unit);
        put::u16(out, self.downlink);
        out.push(self.uplink_unit);
        put::u16(out, self.uplink);
    }

    fn describe(&self, field: &mut Field) {
        let at = field.at;
        field.fields = vec![
            Field::leaf("Downlink", rate(self.downlink_unit, self.downlink), at),
            Field::leaf("Uplink", rate(self.uplink_unit, self.uplink), at + 3),
        ];
    }
}

impl<'a> Element<'a> for IntegrityProtectionMaximumDataRate {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 2]>::decode(value, at).map(|[uplink, downlink]| Self { uplink, downlink })
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.uplink, self.downlink]);
    }

    fn describe(&self, field: &mut Field) {
        let text = |rate| match rate {
            0 => "64 kbit/s".to_owned(),
            1 => "NULL".to_owned(),
            255 => "full data rate".to_owned(),
            other => other.to_string(),
        };
        field.fields = vec![
            Field::leaf("Uplink", text(self.uplink), field.at),
            Field::leaf("Downlink", text(self.downlink), field.at + 1),
        ];
    }
}

impl<'a> Element<'a> for MaximumNumberOfSupportedPacketFilters {
    fn decode(value: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        <[u8; 2]>::decode(value, at).map(Self)
    }

    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn describe(&self, field: &mut Field) {
        field.value = self.number().to_string();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_units() {
        assert_eq!(kbps(1, 1), Some(1));
        assert_eq!(kbps(5, 1), Some(256));
        assert_eq!(kbps(6, 1), Some(1_000));
        assert_eq!(kbps(11, 1), Some(1_000_000));
        assert_eq!(kbps(25, 1), Some(256_000_000_000_000));
        assert_eq!((kbps(26, 1), kbps(0, 1)), (kbps(25, 1), None));
        let ambr = SessionAmbr::from_kbps(1_000_000, 64_000);
        assert_eq!(
            (ambr.downlink_kbps(), ambr.uplink_kbps()),
            (Some(1_000_000), Some(64_000))
        );
        assert_eq!(SessionAmbr::from_kbps(u64::MAX, 0).downlink_unit, MAX_UNIT);
    }

    #[test]
    fn packet_filters_are_eleven_bits() {
        assert_eq!(MaximumNumberOfSupportedPacketFilters::new(1024).0, [0x80, 0]);
        assert_eq!(MaximumNumberOfSupportedPacketFilters([0x02, 0x20]).number(), 17);
    }
}
