//! UDP (RFC 768): SIP and SCTP by their look, ESP, the user plane of GTP, GSMTAP, MAC of LTE and NR by its mark, and nothing
//! else.

use super::frame::Part;
use super::{Context, Dissector, Packet, esp, gsmtap, gtp, sip, user};
use crate::Sink;
use crate::crc32c::crc32c_of_parts;

const HEADER_OCTETS: usize = 8;

/// The port of SCTP in UDP (RFC 6951 7).
const PORT_SCTP: u16 = 9899;

/// Ports within SCTP at which the look behind an unknown UDP port is worth a checksum: S1AP, X2AP, NGAP, XnAP, F1AP,
/// Diameter.
const SCTP_PORTS: [u16; 6] = [36_412, 36_422, 38_412, 38_422, 38_472, 3_868];

const SCTP_HEADER_OCTETS: usize = 12;

impl Dissector {
    /// Takes in a datagram, from its header on.
    #[inline]
    pub(super) fn udp<S: Sink>(&mut self, packet: &Packet<'_>, part: Part<'_>, sink: &mut S) {
        let (Some(from), Some(to), Some(length)) = (part.u16(0), part.u16(2), part.u16(4)) else {
            return self.malformed();
        };
        let payload = match usize::from(length) {
            // Left for the network card to fill in.
            0 => part.skip(HEADER_OCTETS),
            length if length < HEADER_OCTETS => return self.malformed(),
            length => part.limit(length).skip(HEADER_OCTETS),
        };
        let is_mac = payload.octets.starts_with(user::MARK) || payload.octets.starts_with(user::MARK_NR);
        let log = from == gsmtap::PORT || to == gsmtap::PORT || is_mac;
        if log && self.duplicates.is_copy(packet) {
            return;
        }
        if from == gsmtap::PORT || to == gsmtap::PORT {
            return self.gsmtap(packet, (from, to), payload, sink);
        }
        if is_mac {
            return self.mac_over_udp(packet, payload, sink);
        }
        if from == gtp::PORT || to == gtp::PORT {
            return self.user_plane(packet, payload, sink);
        }
        if (from == esp::PORT || to == esp::PORT) && esp::is_esp(payload) {
            return self.esp(packet, Some((from, to)), payload, sink);
        }
        if sip::resembles(payload.octets) {
            return self.sip_datagram(packet, (from, to), payload, sink);
        }
        if from == PORT_SCTP || to == PORT_SCTP || looks_like_sctp(payload) {
            let within = Packet {
                octets: payload.octets,
                original: payload.length(),
                ..*packet
            };
            let mut context = Context {
                sink,
                flows: &mut self.flows,
                counts: &mut self.counts,
                options: &self.options,
            };
            self.associations.packet(&within, Some((from, to)), &mut context);
        }
    }
}

/// Whether a whole payload is an SCTP packet of a signalling port, by its ports and its checksum.
fn looks_like_sctp(part: Part<'_>) -> bool {
    let (Some(from), Some(to)) = (part.u16(0), part.u16(2)) else {
        return false;
    };
    if !SCTP_PORTS.contains(&from) && !SCTP_PORTS.contains(&to) {
        return false;
    }
    let octets = part.octets;
    if part.missing > 0 || octets.len() < SCTP_HEADER_OCTETS + 4 || !octets.len().is_multiple_of(4) {
        return false;
    }
    let said = [octets[8], octets[9], octets[10], octets[11]];
    said == crc32c_of_parts([&octets[..8], &[0; 4], &octets[12..]])
}
