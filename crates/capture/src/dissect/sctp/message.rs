//! User messages: put together from pieces, told apart by payload protocol identifier, port and look.

use super::chunk::{Data, FLAG_BEGIN, FLAG_END, FLAG_UNORDERED};
use crate::dissect::diameter;
use crate::dissect::span::Sight;
use crate::{Flow, FlowEvent, Pdu, Protocol, Seen, Sink};

/// Payload protocol identifiers (IANA "SCTP Payload Protocol Identifiers").
const PPID_S1AP: u32 = 18;
const PPID_DIAMETER: u32 = 46;
/// Ciphered, unless the identifier was chosen by mistake.
const PPID_DIAMETER_DTLS: u32 = 47;
const PPID_NGAP: u32 = 60;
const PPID_F1AP: u32 = 62;

/// Ports (TS 36.412 7, TS 38.412 7, TS 38.472 7).
const PORT_S1AP: u16 = 36412;
const PORT_NGAP: u16 = 38412;
const PORT_F1AP: u16 = 38472;

/// The longest user message put together; as long as a Diameter message may be, which is the longest there is.
const MAX_MESSAGE_OCTETS: usize = diameter::MAX_MESSAGE_OCTETS;

/// Messages of I-DATA in pieces at a time: a sender interleaves few of them (RFC 8260 1.1).
const MAX_PARTIAL: usize = 8;

/// Streams with a part of a Diameter message left over at a time. A message goes in one user message (RFC 6733 2.1), so
/// that there should be none.
const MAX_LEFT_OVER: usize = 4;

/// A buffer that is empty keeps no more than this for the next message.
const KEPT_OCTETS: usize = 16 * 1024;

/// Where messages go.
pub(super) struct Out<'a, S> {
    pub(super) sink: &'a mut S,
    pub(super) flow: Flow,
    /// What the ports of the association say.
    pub(super) by_port: Option<Protocol>,
    /// The packet at hand, for what befalls the flow.
    pub(super) now: Seen,
}

impl<S: Sink> Out<'_, S> {
    pub(super) fn lost(&mut self) {
        self.sink.flow(self.now, self.flow.id, FlowEvent::Lost);
    }

    fn pdu(&mut self, protocol: Protocol, sight: Sight, octets: &[u8]) {
        self.sink.pdu(&Pdu {
            seen: sight.seen,
            first_frame: sight.first_frame,
            protocol,
            flow: self.flow,
            direction: None,
            octets,
        });
    }
}

/// What the ports say that an association carries.
pub(super) fn by_port(ports: [u16; 2], diameter_ports: &[u16]) -> Option<Protocol> {
    let has = |port: u16| ports.contains(&port);
    if has(PORT_S1AP) {
        Some(Protocol::S1ap)
    } else if has(PORT_NGAP) {
        Some(Protocol::Ngap)
    } else if has(PORT_F1AP) {
        Some(Protocol::F1ap)
    } else if diameter_ports.iter().any(|port| has(*port)) {
        Some(Protocol::Diameter)
    } else {
        None
    }
}

/// What a message is. Identifiers in the wrong order of octets are taken as meant: stacks forget `htonl` here, the field
/// being opaque to SCTP.
#[inline]
fn protocol(ppid: u32, by_port: Option<Protocol>, octets: &[u8]) -> Option<Protocol> {
    let ppid = if ppid & 0x00ff_ffff == 0 {
        ppid.swap_bytes()
    } else {
        ppid
    };
    match ppid {
        PPID_S1AP => Some(Protocol::S1ap),
        PPID_NGAP => Some(Protocol::Ngap),
        PPID_F1AP => Some(Protocol::F1ap),
        PPID_DIAMETER => Some(Protocol::Diameter),
        PPID_DIAMETER_DTLS => diameter::looks_like_message(octets).then_some(Protocol::Diameter),
        _ => by_port.or_else(|| diameter::looks_like_message(octets).then_some(Protocol::Diameter)),
    }
}

/// A user message of which not all pieces were seen.
#[derive(Debug)]
struct Partial {
    stream: u16,
    unordered: bool,
    message: Option<u32>,
    ppid: u32,
    sight: Sight,
    octets: Vec<u8>,
}

/// What stands behind the last whole Diameter message of a user message.
#[derive(Debug)]
struct LeftOver {
    stream: u16,
    sight: Sight,
    octets: Vec<u8>,
}

/// The messages of one direction, fed with chunks in the order of their TSNs.
#[derive(Debug, Default)]
pub(super) struct Messages {
    partial: Vec<Partial>,
    left_over: Vec<LeftOver>,
    spare: Vec<u8>,
}

impl Messages {
    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        let partial: usize = self.partial.iter().map(|partial| partial.octets.len()).sum();
        let left_over: usize = self.left_over.iter().map(|left| left.octets.len()).sum();
        partial + left_over
    }

    /// A chunk.
    #[inline]
    pub(super) fn take<S: Sink>(&mut self, data: &Data<'_>, sight: Sight, out: &mut Out<'_, S>) {
        if data.cut {
            self.give_up();
            out.lost();
        } else if data.flags & (FLAG_BEGIN | FLAG_END) == FLAG_BEGIN | FLAG_END {
            self.whole(data.stream, data.ppid, sight, data.payload, out);
        } else {
            self.piece(data, sight, out);
        }
    }

    /// Chunks are missing: what is begun cannot be finished.
    pub(super) fn give_up(&mut self) {
        self.partial.clear();
        self.left_over.clear();
    }

    fn piece<S: Sink>(&mut self, data: &Data<'_>, sight: Sight, out: &mut Out<'_, S>) {
        let unordered = data.flags & FLAG_UNORDERED != 0;
        let at = self.partial.iter().position(|partial| {
            partial.message == data.message
                && (data.message.is_none() || partial.stream == data.stream && partial.unordered == unordered)
        });
        if data.flags & FLAG_BEGIN != 0 {
            if let Some(at) = at {
                self.recycle(at);
                out.lost();
            }
            self.begin(data, sight);
            return;
        }
        let Some(at) = at else {
            // It began before the capture did, or was given up.
            if data.flags & FLAG_END != 0 {
                out.lost();
            }
            return;
        };
        let partial = &mut self.partial[at];
        if partial.octets.len() + data.payload.len() > MAX_MESSAGE_OCTETS {
            self.recycle(at);
            out.lost();
            return;
        }
        partial.octets.extend_from_slice(data.payload);
        partial.sight = partial.sight.with(sight);
        if data.flags & FLAG_END != 0 {
            let partial = self.partial.swap_remove(at);
            self.whole(partial.stream, partial.ppid, partial.sight, &partial.octets, out);
            self.keep(partial.octets);
        }
    }

    fn begin(&mut self, data: &Data<'_>, sight: Sight) {
        if self.partial.len() == MAX_PARTIAL {
            self.recycle(0);
        }
        let mut octets = std::mem::take(&mut self.spare);
        octets.clear();
        octets.extend_from_slice(data.payload);
        self.partial.push(Partial {
            stream: data.stream,
            unordered: data.flags & FLAG_UNORDERED != 0,
            message: data.message,
            ppid: data.ppid,
            sight,
            octets,
        });
    }

    fn recycle(&mut self, at: usize) {
        let partial = self.partial.remove(at);
        self.keep(partial.octets);
    }

    fn keep(&mut self, octets: Vec<u8>) {
        if octets.capacity() <= KEPT_OCTETS {
            self.spare = octets;
        }
    }

    /// A user message.
    #[inline]
    fn whole<S: Sink>(&mut self, stream: u16, ppid: u32, sight: Sight, octets: &[u8], out: &mut Out<'_, S>) {
        match protocol(ppid, out.by_port, octets) {
            None => {}
            Some(Protocol::Diameter) => self.diameter(stream, sight, octets, out),
            Some(protocol) => out.pdu(protocol, sight, octets),
        }
    }

    /// A user message that holds Diameter messages, or parts of them.
    fn diameter<S: Sink>(&mut self, stream: u16, sight: Sight, octets: &[u8], out: &mut Out<'_, S>) {
        let mut rest = octets;
        if let Some(at) = self.left_over.iter().position(|left| left.stream == stream) {
            let mut left = self.left_over.swap_remove(at);
            if diameter::looks_like_message(octets) {
                out.lost();
            } else {
                // The length was judged when it was left over.
                let missing = diameter::length(&left.octets)
                    .map_or(0, |length| length.saturating_sub(left.octets.len()));
                let (end, behind) = rest.split_at(missing.min(rest.len()));
                left.octets.extend_from_slice(end);
                if end.len() < missing {
                    left.sight = left.sight.with(sight);
                    self.left_over.push(left);
                    return;
                }
                out.pdu(Protocol::Diameter, left.sight.with(sight), &left.octets);
                rest = behind;
            }
        }
        while !rest.is_empty() {
            let Some(length) = diameter::length(rest) else {
                // Whatever it is, what follows it cannot be found.
                out.lost();
                return;
            };
            let Some((message, behind)) = rest.split_at_checked(length) else {
                if self.left_over.len() == MAX_LEFT_OVER {
                    self.left_over.remove(0);
                    out.lost();
                }
                self.left_over.push(LeftOver {
                    stream,
                    sight,
                    octets: rest.to_vec(),
                });
                return;
            };
            out.pdu(Protocol::Diameter, sight, message);
            rest = behind;
        }
    }
}
