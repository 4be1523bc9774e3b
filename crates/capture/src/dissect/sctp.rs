//! SCTP (RFC 9260) as it passes: associations, chunks, reassembled user messages.
//!
//! ```text
//!  packet ─► path (addresses, ports, tag) ─► association ─► Receiver of the sender ─► Messages ─► Pdu
//!              │ unknown                                      TSNs in order, once      pieces, PPID
//!              └─► Finder: secondary address, answer to an INIT, other end of what is known, or a new association
//! ```
//!
//! An association is its verification tags: whatever addresses a packet has, tag and ports say whose it is. INIT begins a
//! new one, also between the same ports (restart, or two captures merged). Without INIT one begins at its first DATA.
//! Checksums are not judged: offloading leaves them wrong in honest captures.
//!
//! A tag of 0, which only INIT may have, is what generators of packets leave; their TSNs mean nothing either, and every
//! message is taken as it comes.

mod association;
mod chunk;
mod finder;
mod message;
mod receiver;

use super::address::number;
use super::slots::Slots;
use super::span::Sight;
use super::waiting::Waiting;
use super::{Context, Packet};
use crate::{Seen, Sink};
use association::{Association, Side};
use chunk::{COMMON_HEADER_OCTETS, Chunk, Chunks, Header, Initiation};
use finder::{Finder, Place};
use std::net::{IpAddr, SocketAddr};

/// Associations followed: one for each eNB of a large network, at about 1 kB.
const MAX_ASSOCIATIONS: usize = 32_768;

/// Octets held for all associations, behind gaps and in messages not yet whole.
const MAX_HELD_OCTETS: usize = 64 * 1024 * 1024;

/// What every packet of one direction over one pair of addresses has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Path {
    source: u128,
    destination: u128,
    /// Source port in the upper half.
    ports: u32,
    tag: u32,
}

impl Path {
    fn new(source: IpAddr, destination: IpAddr, source_port: u16, destination_port: u16, tag: u32) -> Self {
        Self {
            source: number(source),
            destination: number(destination),
            ports: u32::from(source_port) << 16 | u32::from(destination_port),
            tag,
        }
    }
}

/// Who sent a packet to whom.
#[derive(Clone, Copy, Debug)]
struct Ends {
    source: SocketAddr,
    destination: SocketAddr,
}

impl Ends {
    fn path(&self, tag: u32) -> Path {
        Path::new(
            self.source.ip(),
            self.destination.ip(),
            self.source.port(),
            self.destination.port(),
            tag,
        )
    }

    fn reversed(&self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
        }
    }
}

/// The associations seen.
#[derive(Debug)]
pub(super) struct Associations {
    slots: Slots<Association>,
    finder: Finder,
    waiting: Waiting,
    held_octets: usize,
    last: Seen,
}

impl Default for Associations {
    fn default() -> Self {
        Self {
            slots: Slots::new(MAX_ASSOCIATIONS),
            finder: Finder::default(),
            waiting: Waiting::default(),
            held_octets: 0,
            last: Seen::default(),
        }
    }
}

impl Associations {
    /// A frame was seen, whatever it holds: time passes for those who wait.
    #[inline]
    pub(super) fn tick<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        self.last = seen;
        if self.waiting.advance(seen.time) {
            self.sweep(seen, context);
        }
    }

    /// Takes in a packet, from its common header on; `udp_ports` are those around it (RFC 6951), if there are any.
    ///
    /// The ports of UDP change behind a NAT, and say nothing that tags do not.
    pub(super) fn packet<S: Sink>(
        &mut self,
        packet: &Packet<'_>,
        _udp_ports: Option<(u16, u16)>,
        context: &mut Context<'_, S>,
    ) {
        let Some(header) = Header::decode(packet.octets) else {
            context.counts.malformed += u64::from(!packet.is_cut());
            return;
        };
        let ends = Ends {
            source: SocketAddr::new(packet.source, header.source),
            destination: SocketAddr::new(packet.destination, header.destination),
        };
        let mut chunks = Chunks::new(&packet.octets[COMMON_HEADER_OCTETS..], !packet.is_cut());
        let mut place = self.finder.path(&ends.path(header.tag));
        for chunk in &mut chunks {
            self.chunk(&chunk, &mut place, (ends, header.tag), packet, context);
        }
        context.counts.malformed += u64::from(chunks.is_malformed());
    }

    fn chunk<S: Sink>(
        &mut self,
        chunk: &Chunk<'_>,
        place: &mut Option<Place>,
        (ends, tag): (Ends, u32),
        packet: &Packet<'_>,
        context: &mut Context<'_, S>,
    ) {
        let seen = packet.seen;
        match chunk {
            Chunk::Init(init) => return self.init(&ends, init, seen, context),
            Chunk::End { reflected: true } => {
                // Its tag is that of the packets to its sender.
                let reversed = ends.reversed();
                let there = self.finder.find(&reversed, tag, &mut self.slots);
                if let Some(association) = there.and_then(|there| self.slots.get_mut(there.slot)) {
                    association.closed(seen, context);
                    return;
                }
            }
            _ => {}
        }
        if place.is_none() {
            *place = self.finder.find(&ends, tag, &mut self.slots);
        }
        let there = match (*place, chunk) {
            (Some(there), _) => there,
            (None, Chunk::Data(_) | Chunk::InitAck(_) | Chunk::Cookie) => {
                let there = self.begin(&ends, Some(tag), seen, context);
                *place = Some(there);
                there
            }
            // Nothing is known of it that could end or be missing.
            (None, _) => return,
        };
        if let Chunk::InitAck(ack) = chunk {
            self.init_ack(there, &ends, ack, seen, context);
        } else {
            self.known(there, chunk, tag, packet, context);
        }
    }

    /// A chunk of an association that is known.
    #[inline]
    fn known<S: Sink>(
        &mut self,
        there: Place,
        chunk: &Chunk<'_>,
        tag: u32,
        packet: &Packet<'_>,
        context: &mut Context<'_, S>,
    ) {
        let now = self.waiting.now();
        let Some(association) = self.slots.get_mut(there.slot) else {
            return;
        };
        let direction = there.direction;
        let mut touched = direction;
        let before = association.sides[direction].receiver.octets();
        match chunk {
            Chunk::Data(data) => {
                if direction == 0 && !association.offers.is_empty() {
                    association.choose(tag);
                }
                let sight = Sight {
                    seen: packet.seen,
                    first_frame: packet.first_frame,
                };
                let (receiver, mut out) = association.receiver(direction, packet.seen, context);
                if tag == 0 {
                    receiver.unnumbered(data, sight, &mut out);
                } else {
                    receiver.data(data, sight, now, &mut out);
                }
            }
            Chunk::Acknowledgement { cumulative, shutdown } => {
                touched = 1 - direction;
                association.sides[touched].receiver.acknowledge(*cumulative, now);
                // Where the answers are not captured, nothing more of the end will be seen.
                if *shutdown && association.sides[touched].tag.is_none() {
                    association.closed(packet.seen, context);
                }
            }
            Chunk::Forward { cumulative } => {
                let (receiver, mut out) = association.receiver(direction, packet.seen, context);
                receiver.forward(*cumulative, &mut out);
            }
            Chunk::Cookie => {
                if direction == 0 {
                    association.choose(tag);
                }
                association.opened(packet.seen, context);
            }
            Chunk::End { .. } => association.closed(packet.seen, context),
            Chunk::Init(_) | Chunk::InitAck(_) => {}
        }
        association.tell_gap(packet.seen, context);
        let side = &mut association.sides[touched];
        if side.receiver.gap().is_open() && !std::mem::replace(&mut side.waits, true) {
            self.waiting.add(there.slot, touched);
        }
        if touched == direction {
            self.held_octets = (self.held_octets + side.receiver.octets()).saturating_sub(before);
            if self.held_octets > MAX_HELD_OCTETS {
                self.relieve(there, packet.seen, context);
            }
        }
    }

    /// Too much is held for all together: this direction gives up what it holds.
    fn relieve<S: Sink>(&mut self, there: Place, seen: Seen, context: &mut Context<'_, S>) {
        if let Some(association) = self.slots.get_mut(there.slot) {
            let before = association.octets();
            association.flush(seen, context);
            self.held_octets = self.held_octets.saturating_sub(before - association.octets());
        }
    }

    /// INIT: a new association, unless it is the same INIT again.
    fn init<S: Sink>(&mut self, ends: &Ends, init: &Initiation, seen: Seen, context: &mut Context<'_, S>) {
        let back = ends.reversed().path(init.tag);
        if let Some(there) = self.finder.path(&back)
            && let Some(association) = self.slots.get_mut(there.slot)
            && association.is_own_init(seen, init.tsn, 1 - there.direction)
        {
            return;
        }
        let there = self.begin(ends, None, seen, context);
        let Some(association) = self.slots.get_mut(there.slot) else {
            return;
        };
        association.initiated(seen, init.tsn);
        association.sides[0].initiate(init.tsn, &init.addresses);
        association.sides[1].tag = Some(init.tag);
        let back = Place {
            direction: 1,
            ..there
        };
        self.finder
            .register(&ends.reversed(), init.tag, back, association);
    }

    /// INIT ACK: the tag of the other direction, and where the numbers of its sender begin.
    fn init_ack<S: Sink>(
        &mut self,
        there: Place,
        ends: &Ends,
        ack: &Initiation,
        seen: Seen,
        context: &mut Context<'_, S>,
    ) {
        let Some(association) = self.slots.get_mut(there.slot) else {
            return;
        };
        let [sender, receiver] = [there.direction, 1 - there.direction];
        if association.sides[receiver].tag == Some(ack.tag) || !association.offer(ack.tag, ack.tsn) {
            return;
        }
        for address in &ack.addresses {
            association.sides[sender].add(*address);
        }
        if association.sides[receiver].tag.is_none() {
            association.sides[receiver].tag = Some(ack.tag);
            association.sides[sender].initiate(ack.tsn, &[]);
        }
        let forth = Place {
            direction: receiver,
            ..there
        };
        self.finder
            .register(&ends.reversed(), ack.tag, forth, association);
        association.opened(seen, context);
        let replaced = self.finder.replaced(ends, there.slot);
        if let Some(before) = replaced.and_then(|slot| self.slots.get_mut(slot)) {
            // A restart: the peer that initiates has forgotten the other one (RFC 9260 5.2.2).
            before.closed(seen, context);
        }
    }

    /// A new association; its side 0 has sent this packet.
    fn begin<S: Sink>(
        &mut self,
        ends: &Ends,
        tag: Option<u32>,
        seen: Seen,
        context: &mut Context<'_, S>,
    ) -> Place {
        let ports = [ends.source.port(), ends.destination.port()];
        let by_port = message::by_port(ports, &context.options.diameter_ports);
        let sides = [Side::new(ends.source, tag), Side::new(ends.destination, None)];
        let association = Association::new(context.flows.next(), sides, by_port);
        let (slot, left) = self.slots.insert(association);
        if let Some((slot, mut association)) = left {
            self.held_octets = self.held_octets.saturating_sub(association.octets());
            association.flush(seen, context);
            self.finder.forget(slot, &association);
        }
        let place = Place { slot, direction: 0 };
        if let Some(association) = self.slots.get_mut(slot) {
            self.finder.begin(ends, slot);
            if let Some(tag) = tag {
                self.finder.register(ends, tag, place, association);
            }
        }
        place
    }

    /// Looks through those who wait.
    fn sweep<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        for (slot, direction) in self.waiting.take() {
            let Some(association) = self.slots.get_mut(slot) else {
                continue;
            };
            let before = association.octets();
            let (receiver, mut out) = association.receiver(direction, seen, context);
            let waits = receiver.sweep(self.waiting.now(), &mut out);
            association.sides[direction].waits = waits;
            association.tell_gap(seen, context);
            self.held_octets = (self.held_octets + association.octets()).saturating_sub(before);
            if waits {
                self.waiting.add(slot, direction);
            }
        }
    }

    /// The capture has ended.
    pub(super) fn finish<S: Sink>(&mut self, context: &mut Context<'_, S>) {
        for (slot, _) in self.waiting.take() {
            if let Some(association) = self.slots.get_mut(slot) {
                association.flush(self.last, context);
            }
        }
    }

    /// Associations, paths to them, and directions that wait.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.slots.len(), self.finder.len(), self.waiting.len()]
    }
}
