//! Exported PDUs of Wireshark (link type 252): tags in front of a PDU, which name its dissector and its ends.

use super::Dissector;
use super::frame::Part;
use super::logs::{Entry, Log, Place};
use crate::{End, Protocol, Sink};
use std::net::{IpAddr, SocketAddr};

const TAG_END: u16 = 0;
const TAG_DISSECTOR: u16 = 12;
const TAG_HEURISTIC: u16 = 13;
const TAG_IPV4_SOURCE: u16 = 20;
const TAG_IPV4_DESTINATION: u16 = 21;
const TAG_IPV6_SOURCE: u16 = 22;
const TAG_IPV6_DESTINATION: u16 = 23;
const TAG_SOURCE_PORT: u16 = 25;
const TAG_DESTINATION_PORT: u16 = 26;

/// Most tags in front of a PDU: Wireshark writes about ten.
const MAX_TAGS: usize = 64;

impl Protocol {
    /// The protocol that Wireshark knows by this name: `s1ap`, `ngap`, `f1ap`, `diameter`, `nas-eps` (also
    /// `nas-eps_plain`), `nas-5gs`, `sip`, `mac-lte-framed`, `mac-nr-framed`, `lte_rrc.dl_dcch` and its like. `None` if it is of
    /// no use here.
    #[must_use]
    pub fn from_wireshark(name: &str) -> Option<Self> {
        Some(match name {
            "s1ap" => Self::S1ap,
            "ngap" => Self::Ngap,
            "diameter" => Self::Diameter,
            "nas-eps" | "nas-eps_plain" => Self::NasEps,
            "nas-5gs" => Self::Nas5gs,
            "mac-lte-framed" | "mac-lte" => Self::MacLteFramed,
            "mac-nr-framed" | "mac-nr" => Self::MacNrFramed,
            "f1ap" => Self::F1ap,
            "sip" => Self::Sip,
            _ => {
                // `lte_rrc.ul_dcch`, `lte-rrc.ul.dcch`: there were several ways to write it.
                let name = name.replace('-', "_");
                let channel = name.strip_prefix("lte_rrc.")?;
                Self::LteRrc(super::gsmtap::channel_named(channel)?)
            }
        })
    }
}

impl Dissector {
    /// Takes in an exported PDU.
    pub(super) fn exported<S: Sink>(&mut self, part: Part<'_>, sink: &mut S) {
        let (mut from, mut to) = (Place::default(), Place::default());
        let mut name: &[u8] = &[];
        let mut rest = part;
        for _ in 0..MAX_TAGS {
            let (Some(tag), Some(length)) = (rest.u16(0), rest.u16(2)) else {
                return self.malformed();
            };
            let length = usize::from(length);
            let Some(value) = rest.octets.get(4..4 + length) else {
                return self.malformed();
            };
            rest = rest.skip(4 + length);
            match tag {
                TAG_END => return self.exported_pdu(name, from, to, rest, sink),
                TAG_DISSECTOR | TAG_HEURISTIC => name = value,
                TAG_IPV4_SOURCE | TAG_IPV6_SOURCE => from.address = address(value),
                TAG_IPV4_DESTINATION | TAG_IPV6_DESTINATION => to.address = address(value),
                TAG_SOURCE_PORT => from.port = port(value),
                TAG_DESTINATION_PORT => to.port = port(value),
                _ => {}
            }
        }
        self.malformed();
    }

    fn exported_pdu<S: Sink>(&mut self, name: &[u8], from: Place, to: Place, part: Part<'_>, sink: &mut S) {
        let name = name.split(|&octet| octet == 0).next().unwrap_or_default();
        let Some(protocol) = std::str::from_utf8(name).ok().and_then(Protocol::from_wireshark) else {
            self.counts.unknown_links += 1;
            return;
        };
        let log = Log::Exported {
            file: part.seen.file,
            ends: (from.min(to), from.max(to)),
        };
        if let Protocol::MacLteFramed | Protocol::MacNrFramed = protocol {
            return self.mac(protocol, log, part, sink);
        }
        let direction = match protocol {
            Protocol::LteRrc(channel) => super::gsmtap::direction_of(channel),
            _ => None,
        };
        let entry = Entry {
            log,
            source: from.end(),
            destination: to.end(),
            protocol,
            direction,
        };
        self.log(entry, part, sink);
    }
}

impl Place {
    fn end(self) -> End {
        match self.address {
            Some(address) => End::Address(SocketAddr::new(address, self.port.unwrap_or(0))),
            None => End::Unnamed,
        }
    }
}

fn address(value: &[u8]) -> Option<IpAddr> {
    match *value {
        [a, b, c, d] => Some(IpAddr::from([a, b, c, d])),
        _ => <[u8; 16]>::try_from(value).ok().map(IpAddr::from),
    }
}

/// Ports have four octets.
fn port(value: &[u8]) -> Option<u16> {
    let value = <[u8; 4]>::try_from(value).ok()?;
    u16::try_from(u32::from_be_bytes(value)).ok()
}
