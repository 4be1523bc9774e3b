//! IPv4 (RFC 791) and IPv6 (RFC 8200): headers, extension headers, tunnels of IP in IP.

use super::fragments::{Fragment, Key};
use super::frame::Part;
use super::{Context, Dissector, Packet};
use crate::{Payload, Sink};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PROTOCOL_HOP_BY_HOP: u8 = 0;
const PROTOCOL_IPV4: u8 = 4;
const PROTOCOL_TCP: u8 = 6;
const PROTOCOL_UDP: u8 = 17;
const PROTOCOL_IPV6: u8 = 41;
const PROTOCOL_ROUTING: u8 = 43;
const PROTOCOL_FRAGMENT: u8 = 44;
const PROTOCOL_ESP: u8 = 50;
const PROTOCOL_AUTHENTICATION: u8 = 51;
const PROTOCOL_DESTINATION: u8 = 60;
const PROTOCOL_SCTP: u8 = 132;
const PROTOCOL_MOBILITY: u8 = 135;
const PROTOCOL_HOST_IDENTITY: u8 = 139;
const PROTOCOL_SHIM6: u8 = 140;

const IPV4_HEADER_OCTETS: usize = 20;
const IPV6_HEADER_OCTETS: usize = 40;
const FRAGMENT_HEADER_OCTETS: usize = 8;

const MORE_FRAGMENTS: u16 = 0x2000;
const FRAGMENT_OFFSET: u16 = 0x1fff;

/// Most headers in front of a transport, extensions and tunnels together: real packets have two or three.
const MAX_HEADERS: u8 = 16;

/// What the IP header said.
#[derive(Clone, Copy)]
struct Envelope {
    source: IpAddr,
    destination: IpAddr,
    identification: u32,
    first_frame: u64,
    /// Headers that may still follow.
    headers_left: u8,
}

impl Dissector {
    /// Takes in an IP packet of either version.
    #[inline]
    pub(super) fn ip<S: Sink>(&mut self, part: Part<'_>, sink: &mut S) {
        self.version(part, MAX_HEADERS, part.seen.frame, sink);
    }

    #[inline]
    fn version<S: Sink>(&mut self, part: Part<'_>, headers_left: u8, first_frame: u64, sink: &mut S) {
        match part.octets.first().map(|octet| octet >> 4) {
            Some(4) => self.ipv4(part, headers_left, first_frame, sink),
            Some(6) => self.ipv6(part, headers_left, first_frame, sink),
            _ => self.malformed(),
        }
    }

    #[inline]
    fn ipv4<S: Sink>(&mut self, part: Part<'_>, headers_left: u8, first_frame: u64, sink: &mut S) {
        let Some(header) = part.octets.first_chunk::<IPV4_HEADER_OCTETS>() else {
            return self.malformed();
        };
        let header_octets = usize::from(header[0] & 0x0f) * 4;
        let total = match u16::from_be_bytes([header[2], header[3]]) {
            // The network card was to cut it into segments, and to fill in the length.
            0 => part.length(),
            total => usize::from(total),
        };
        if header_octets < IPV4_HEADER_OCTETS || total < header_octets {
            return self.malformed();
        }
        let source = Ipv4Addr::new(header[12], header[13], header[14], header[15]);
        let destination = Ipv4Addr::new(header[16], header[17], header[18], header[19]);
        let envelope = Envelope {
            source: source.into(),
            destination: destination.into(),
            identification: u32::from(u16::from_be_bytes([header[4], header[5]])),
            first_frame,
            headers_left,
        };
        let payload = part.skip(header_octets).limit(total - header_octets);
        let fragment = u16::from_be_bytes([header[6], header[7]]);
        let protocol = header[9];
        if fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET) != 0 {
            let offset = usize::from(fragment & FRAGMENT_OFFSET) * 8;
            return self.fragment(
                envelope,
                protocol,
                offset,
                fragment & MORE_FRAGMENTS != 0,
                payload,
                sink,
            );
        }
        self.payload_of(envelope, protocol, payload, sink);
    }

    fn ipv6<S: Sink>(&mut self, part: Part<'_>, headers_left: u8, first_frame: u64, sink: &mut S) {
        let Some(header) = part.octets.first_chunk::<IPV6_HEADER_OCTETS>() else {
            return self.malformed();
        };
        let address = |at: usize| {
            let mut octets = [0; 16];
            octets.copy_from_slice(&header[at..at + 16]);
            IpAddr::V6(Ipv6Addr::from(octets))
        };
        let envelope = Envelope {
            source: address(8),
            destination: address(24),
            identification: 0,
            first_frame,
            headers_left,
        };
        let payload = part.skip(IPV6_HEADER_OCTETS);
        let payload = match u16::from_be_bytes([header[4], header[5]]) {
            // A jumbogram (RFC 2675), or left for the network card to fill in.
            0 => payload,
            length => payload.limit(usize::from(length)),
        };
        self.payload_of(envelope, header[6], payload, sink);
    }

    /// What stands behind an IP header: extension headers, another IP header, a transport.
    #[inline]
    fn payload_of<S: Sink>(
        &mut self,
        mut envelope: Envelope,
        mut protocol: u8,
        mut part: Part<'_>,
        sink: &mut S,
    ) {
        loop {
            match protocol {
                PROTOCOL_TCP | PROTOCOL_UDP | PROTOCOL_SCTP => {
                    return self.transport(envelope, protocol, part, sink);
                }
                PROTOCOL_ESP => return self.esp_in_ip(envelope, part, sink),
                _ => {}
            }
            let Some(headers_left) = envelope.headers_left.checked_sub(1) else {
                return self.malformed();
            };
            envelope.headers_left = headers_left;
            let units = match protocol {
                PROTOCOL_HOP_BY_HOP
                | PROTOCOL_ROUTING
                | PROTOCOL_DESTINATION
                | PROTOCOL_MOBILITY
                | PROTOCOL_HOST_IDENTITY
                | PROTOCOL_SHIM6 => 8,
                PROTOCOL_AUTHENTICATION => 4,
                PROTOCOL_FRAGMENT => return self.fragment_header(envelope, part, sink),
                PROTOCOL_IPV4 | PROTOCOL_IPV6 => {
                    return self.version(part, headers_left, envelope.first_frame, sink);
                }
                _ => return,
            };
            let Some(&[next, length]) = part.octets.first_chunk::<2>() else {
                return self.malformed();
            };
            // The length counts units beside the first eight octets.
            let octets = 8 + usize::from(length) * units;
            if octets > part.length() {
                return self.malformed();
            }
            protocol = next;
            part = part.skip(octets);
        }
    }

    fn esp_in_ip<S: Sink>(&mut self, envelope: Envelope, part: Part<'_>, sink: &mut S) {
        let packet = Packet {
            seen: part.seen,
            first_frame: envelope.first_frame,
            interface: part.interface,
            source: envelope.source,
            destination: envelope.destination,
            identification: envelope.identification,
            octets: part.octets,
            original: part.length(),
        };
        self.esp(&packet, None, part, sink);
    }

    /// What was opened: no frame of its own.
    pub(super) fn opened<S: Sink>(&mut self, payload: &Payload<'_>, sink: &mut S) {
        let envelope = Envelope {
            source: payload.source,
            destination: payload.destination,
            identification: 0,
            first_frame: payload.first_frame,
            headers_left: MAX_HEADERS,
        };
        let part = Part {
            seen: payload.seen,
            interface: 0,
            octets: payload.octets,
            missing: 0,
        };
        self.payload_of(envelope, payload.protocol, part, sink);
    }

    fn fragment_header<S: Sink>(&mut self, mut envelope: Envelope, part: Part<'_>, sink: &mut S) {
        let (Some(&next), Some(place), Some(identification)) =
            (part.octets.first(), part.u16(2), part.u32(4))
        else {
            return self.malformed();
        };
        envelope.identification = identification;
        let payload = part.skip(FRAGMENT_HEADER_OCTETS);
        let (offset, more) = (usize::from(place & !7), place & 1 != 0);
        if offset == 0 && !more {
            // An atomic fragment (RFC 6946) is whole.
            return self.payload_of(envelope, next, payload, sink);
        }
        self.fragment(envelope, next, offset, more, payload, sink);
    }

    fn fragment<S: Sink>(
        &mut self,
        mut envelope: Envelope,
        protocol: u8,
        offset: usize,
        more: bool,
        part: Part<'_>,
        sink: &mut S,
    ) {
        let key = Key {
            source: envelope.source,
            destination: envelope.destination,
            identification: envelope.identification,
            protocol,
        };
        let fragment = Fragment {
            offset,
            more,
            octets: part.octets,
            cut: part.missing > 0,
        };
        let Some(whole) = self.fragments.add(key, part.seen, fragment, &mut self.counts) else {
            return;
        };
        envelope.first_frame = whole.first_frame;
        let part = Part {
            octets: &whole.octets,
            missing: 0,
            ..part
        };
        self.payload_of(envelope, whole.protocol, part, sink);
    }

    #[inline]
    fn transport<S: Sink>(&mut self, envelope: Envelope, protocol: u8, part: Part<'_>, sink: &mut S) {
        let packet = Packet {
            seen: part.seen,
            first_frame: envelope.first_frame,
            interface: part.interface,
            source: envelope.source,
            destination: envelope.destination,
            identification: envelope.identification,
            octets: part.octets,
            original: part.length(),
        };
        let mut context = Context {
            sink,
            flows: &mut self.flows,
            counts: &mut self.counts,
            options: &self.options,
        };
        match protocol {
            PROTOCOL_SCTP => self.associations.packet(&packet, None, &mut context),
            PROTOCOL_TCP => self.connections.packet(&packet, &mut context),
            _ => self.udp(&packet, part, sink),
        }
    }
}
