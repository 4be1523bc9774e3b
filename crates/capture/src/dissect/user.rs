//! User link types (147 to 162): whatever the writer of the file meant by them.
//!
//! Unless the caller says otherwise they mean what srsRAN's captures mean.

use super::frame::Part;
use super::logs::{Entry, Log};
use super::{Dissector, DissectorOptions, Packet};
use crate::{End, LinkType, Protocol, Sink};
use quintet_crypto::Direction;

const FIRST: u16 = 147;
const LAST: u16 = 162;

/// How a MAC PDU is marked in UDP, and by srsRAN behind a UDP header of its own making.
pub(super) const MARK: &[u8] = b"mac-lte";
pub(super) const MARK_NR: &[u8] = b"mac-nr";
const UDP_HEADER_OCTETS: usize = 8;

impl DissectorOptions {
    /// What user link types are if [`DissectorOptions::user_links`] does not say: MAC of LTE behind its header, MAC of LTE or
    /// NR behind UDP, NAS of EPS, S1AP, NAS of 5GS, NGAP.
    pub const USER_LINKS: [(LinkType, Protocol); 6] = [
        (LinkType(147), Protocol::MacLteFramed),
        (LinkType(148), Protocol::NasEps),
        (LinkType(149), Protocol::MacLteFramed),
        (LinkType(150), Protocol::S1ap),
        (LinkType(151), Protocol::Nas5gs),
        (LinkType(152), Protocol::Ngap),
    ];

    /// Whether a link type is one of those that everybody may use as they like.
    #[must_use]
    pub const fn is_user(link: LinkType) -> bool {
        link.0 >= FIRST && link.0 <= LAST
    }

    fn user_link(&self, link: LinkType) -> Option<Protocol> {
        let told = self.user_links.iter().chain(&Self::USER_LINKS);
        told.into_iter()
            .find(|&&(user, _)| user == link)
            .map(|&(_, protocol)| protocol)
    }
}

impl Dissector {
    /// Takes in a frame of a user link type.
    pub(super) fn user<S: Sink>(&mut self, link: LinkType, part: Part<'_>, sink: &mut S) {
        let Some(protocol) = self.options.user_link(link) else {
            self.counts.unknown_links += 1;
            return;
        };
        let log = Log::Link {
            file: part.seen.file,
            interface: part.interface,
            link,
        };
        if let Protocol::MacLteFramed | Protocol::MacNrFramed = protocol {
            return self.mac(protocol, log, part, sink);
        }
        self.log(Entry::unnamed(log, protocol, None), part, sink);
    }

    /// Takes in a MAC PDU of LTE or NR in UDP of any port. What one host sends another is one log,
    /// whatever its ports.
    pub(super) fn mac_over_udp<S: Sink>(&mut self, packet: &Packet<'_>, part: Part<'_>, sink: &mut S) {
        let (a, b) = (packet.source, packet.destination);
        let log = Log::Gsmtap {
            file: part.seen.file,
            hosts: (a.min(b), a.max(b)),
        };
        self.mac(Protocol::MacLteFramed, log, part, sink);
    }

    /// Takes in a MAC PDU: behind its header at once, behind a mark, or behind a UDP header and a mark. The mark goes before
    /// what is supposed of the log: srsRAN writes LTE and NR under one link type.
    pub(super) fn mac<S: Sink>(&mut self, supposed: Protocol, log: Log, part: Part<'_>, sink: &mut S) {
        let behind_udp = part.skip(UDP_HEADER_OCTETS);
        let marked = [part, behind_udp].into_iter().find_map(|part| {
            if part.octets.starts_with(MARK) {
                Some((Protocol::MacLteFramed, part.skip(MARK.len())))
            } else if part.octets.starts_with(MARK_NR) {
                Some((Protocol::MacNrFramed, part.skip(MARK_NR.len())))
            } else {
                None
            }
        });
        let (protocol, framed) = marked.unwrap_or((supposed, part));
        // Radio type, direction, kind of RNTI.
        let direction = match framed.octets.get(1) {
            Some(0) => Direction::Uplink,
            Some(1) => Direction::Downlink,
            _ => return self.malformed(),
        };
        let entry = Entry::unnamed(log, protocol, Some(direction));
        self.log(entry, framed, sink);
    }
}

impl Entry {
    /// Of a log that names no ends.
    pub(super) fn unnamed(log: Log, protocol: Protocol, direction: Option<Direction>) -> Self {
        Self {
            log,
            source: End::Unnamed,
            destination: End::Unnamed,
            protocol,
            direction,
        }
    }
}
