//! One association: who its ends are, what each of them sends, whether it began and ended.

use super::Path;
use super::message::Out;
use super::receiver::Receiver;
use crate::dissect::Context;
use crate::{End, Flow, FlowEvent, FlowId, Protocol, Seen, Sink};
use std::net::{IpAddr, SocketAddr};

/// Addresses remembered of one end: those its INIT declares and those it was seen at.
const MAX_ADDRESSES: usize = 2 * super::chunk::MAX_ADDRESSES;

/// INIT ACKs remembered until one of their cookies is used: every repetition of INIT is answered with a new tag.
const MAX_OFFERS: usize = 8;

/// An INIT that comes again within this time is another capture point's copy, whatever happened in between.
const COPY_NS: i64 = 10_000_000;

/// One end.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) primary: SocketAddr,
    others: Vec<IpAddr>,
    /// The verification tag of the packets it sends.
    pub(super) tag: Option<u32>,
    /// The TSN its first DATA has, if its INIT or INIT ACK was seen.
    initial: Option<u32>,
    /// What it sends, put into order.
    pub(super) receiver: Receiver,
    /// Whether that is looked through for gaps.
    pub(super) waits: bool,
}

impl Side {
    pub(super) fn new(primary: SocketAddr, tag: Option<u32>) -> Self {
        Self {
            primary,
            others: Vec::new(),
            tag,
            initial: None,
            receiver: Receiver::default(),
            waits: false,
        }
    }

    /// Whether it has this address.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        self.primary.ip() == address || self.others.contains(&address)
    }

    /// It has this address as well.
    pub(super) fn add(&mut self, address: IpAddr) {
        if !self.has(address) && self.others.len() < MAX_ADDRESSES {
            self.others.push(address);
        }
    }

    /// INIT or INIT ACK of this side.
    pub(super) fn initiate(&mut self, tsn: u32, addresses: &[IpAddr]) {
        self.initial = Some(tsn);
        self.receiver.begin(tsn);
        for address in addresses {
            self.add(*address);
        }
    }

    fn has_sent(&self) -> bool {
        match self.initial {
            Some(initial) => self.receiver.has_moved(initial),
            None => self.receiver.has_moved(0),
        }
    }
}

/// An association. Side 0 is the one that was seen to send first: the one of the INIT, if that was seen.
#[derive(Debug)]
pub(super) struct Association {
    pub(super) id: FlowId,
    pub(super) sides: [Side; 2],
    /// Every path it is found by, for the day it leaves.
    pub(super) paths: Vec<Path>,
    by_port: Option<Protocol>,
    /// When its INIT was seen, and the TSN that one had.
    init: Option<(Seen, u32)>,
    /// Tags and first TSNs of the INIT ACKs seen.
    pub(super) offers: Vec<(u32, u32)>,
    opened: bool,
    closed: bool,
    /// Whether [`FlowEvent::Gap`] was told last.
    gap: bool,
}

impl Association {
    pub(super) fn new(id: FlowId, sides: [Side; 2], by_port: Option<Protocol>) -> Self {
        Self {
            id,
            sides,
            paths: Vec::new(),
            by_port,
            init: None,
            offers: Vec::new(),
            opened: false,
            closed: false,
            gap: false,
        }
    }

    /// Its INIT was seen.
    pub(super) fn initiated(&mut self, seen: Seen, tsn: u32) {
        self.init = Some((seen, tsn));
    }

    /// Whether an INIT of this side, with the tag that this association has, is its own: the same again, or the one that an
    /// INIT ACK seen before has answered. Not its own is that of another one with equal numbers: in merged captures of a
    /// generator that begins at 1 each time.
    pub(super) fn is_own_init(&mut self, seen: Seen, tsn: u32, direction: usize) -> bool {
        let quiet = !self.closed && self.sides.iter().all(|side| !side.has_sent());
        let Some((first, own)) = self.init else {
            if quiet {
                self.initiated(seen, tsn);
                self.sides[direction].initiate(tsn, &[]);
            }
            return quiet;
        };
        // When both ends initiate at once there are two (RFC 9260 5.2.1).
        let collision = direction == 1 && quiet;
        let copy = seen.time.since(first.time).saturating_abs() <= COPY_NS;
        collision || own == tsn && (copy || quiet)
    }

    /// An INIT ACK offers this tag and first TSN for side 1. Whether the tag is new.
    pub(super) fn offer(&mut self, tag: u32, tsn: u32) -> bool {
        let new = !self.offers.iter().any(|(known, _)| *known == tag);
        if new {
            if self.offers.len() == MAX_OFFERS {
                self.offers.remove(0);
            }
            self.offers.push((tag, tsn));
        }
        new
    }

    /// A packet of side 0 carries this tag: its cookie was that of the INIT ACK with it.
    pub(super) fn choose(&mut self, tag: u32) {
        if self.sides[0].tag == Some(tag) {
            return;
        }
        if let Some((_, tsn)) = self.offers.iter().find(|(offered, _)| *offered == tag) {
            self.sides[0].tag = Some(tag);
            if !self.sides[1].has_sent() {
                self.sides[1].initiate(*tsn, &[]);
            }
        }
    }

    pub(super) fn opened<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        if !std::mem::replace(&mut self.opened, true) {
            context.sink.flow(seen, self.id, FlowEvent::Opened);
        }
    }

    /// Its end was seen: whatever is held is delivered first.
    pub(super) fn closed<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        if self.closed {
            return;
        }
        self.flush(seen, context);
        self.closed = true;
        context.sink.flow(seen, self.id, FlowEvent::Closed);
    }

    /// Delivers what is held.
    pub(super) fn flush<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        for direction in 0..2 {
            let (receiver, mut out) = self.receiver(direction, seen, context);
            receiver.flush(&mut out);
        }
        self.tell_gap(seen, context);
    }

    /// Tells when something begins to wait behind a gap, and when nothing does any more.
    #[inline]
    pub(super) fn tell_gap<S: Sink>(&mut self, seen: Seen, context: &mut Context<'_, S>) {
        let open = self.sides.iter().any(|side| side.receiver.gap().is_open());
        if open != self.gap {
            self.gap = open;
            let event = if open { FlowEvent::Gap } else { FlowEvent::Whole };
            context.sink.flow(seen, self.id, event);
        }
    }

    /// What a side sends, and where that goes.
    #[inline]
    pub(super) fn receiver<'a, S: Sink>(
        &'a mut self,
        direction: usize,
        now: Seen,
        context: &'a mut Context<'_, S>,
    ) -> (&'a mut Receiver, Out<'a, S>) {
        let (source, destination) = (self.sides[direction].primary, self.sides[1 - direction].primary);
        let out = Out {
            sink: &mut *context.sink,
            flow: Flow {
                id: self.id,
                source: End::Address(source),
                destination: End::Address(destination),
            },
            by_port: self.by_port,
            now,
        };
        (&mut self.sides[direction].receiver, out)
    }

    pub(super) fn octets(&self) -> usize {
        self.sides.iter().map(|side| side.receiver.octets()).sum()
    }
}
