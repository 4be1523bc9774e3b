//! Requests sent and not yet answered, with the copy that failover sends again (RFC 6733 5.5.4).
//!
//! The Hop-by-Hop Identifier *is* the place in the table: 20 bits of slot, 12 of generation, under a random mask. So an
//! answer is matched without searching, and one that comes late, from a connection or an attempt already given up,
//! matches nothing. A busy slot runs through its generations in less time than that, so command and End-to-End Identifier
//! must agree as well (RFC 6733 3: an answer has those of its request).

use super::{ConnectionId, Deadline, PeerId, RequestHandle, TimerKey, Timers};
use crate::Header;
use std::time::Duration;

/// Bits of the Hop-by-Hop Identifier that name the slot.
const SLOT_BITS: u32 = 20;

/// Peers one request is tried at before it fails.
pub(crate) const MAX_ATTEMPTS: usize = 4;

/// A slot's buffer above this is given back when its request ends.
const KEPT_OCTETS: usize = 4096;

/// Timeouts are looked for at most this often, so that the scan of the table never dominates; a request ends at most
/// that much late.
pub(crate) const TIMEOUT_GRANULARITY: Duration = Duration::from_millis(50);

/// Whose request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestOrigin {
    /// This node's.
    Local(RequestHandle),
    /// Another's, relayed: where its answer goes, and under which Hop-by-Hop Identifier.
    Relayed {
        connection: ConnectionId,
        hop_by_hop: u32,
        sender: Option<PeerId>,
    },
}

#[derive(Debug)]
pub(crate) struct Outstanding {
    generation: u32,
    live: bool,
    pub(crate) origin: RequestOrigin,
    pub(crate) peer: PeerId,
    pub(crate) connection: ConnectionId,
    pub(crate) deadline: Duration,
    /// When it was sent first.
    pub(crate) sent: Duration,
    /// Peers it was sent to, the present one last.
    pub(crate) tried: [Option<PeerId>; MAX_ATTEMPTS],
    /// The whole request as sent.
    pub(crate) octets: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct OutstandingTable {
    slots: Vec<Outstanding>,
    free: Vec<u32>,
    mask: u32,
    octets: usize,
    deadline: Deadline,
}

impl OutstandingTable {
    pub(crate) fn new(mask: u32) -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            mask,
            octets: 0,
            deadline: Deadline::default(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Octets of all copies kept.
    pub(crate) fn octets(&self) -> usize {
        self.octets
    }

    /// A slot for a new request sent `now`, its buffer empty; it counts from now on.
    pub(crate) fn open(
        &mut self,
        origin: RequestOrigin,
        peer: PeerId,
        connection: ConnectionId,
        [now, deadline]: [Duration; 2],
        timers: &mut Timers,
    ) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Outstanding {
                generation: 0,
                live: false,
                origin,
                peer,
                connection,
                deadline,
                sent: now,
                tried: [None; MAX_ATTEMPTS],
                octets: Vec::new(),
            });
            (self.slots.len() - 1) as u32
        });
        let entry = &mut self.slots[slot as usize];
        entry.generation = entry.generation.wrapping_add(1);
        (entry.live, entry.sent) = (true, now);
        (entry.origin, entry.peer, entry.connection, entry.deadline) = (origin, peer, connection, deadline);
        entry.tried = [Some(peer), None, None, None];
        if self.deadline.at().is_none_or(|at| deadline < at) {
            timers.set(&mut self.deadline, TimerKey::Requests, deadline);
        }
        slot
    }

    /// The buffer of a new request was filled: its octets count.
    pub(crate) fn filled(&mut self, slot: u32) {
        self.octets += self.slots[slot as usize].octets.len();
    }

    /// Moves a request to another connection under a new Hop-by-Hop Identifier.
    pub(crate) fn moved(&mut self, slot: u32, peer: PeerId, connection: ConnectionId) {
        let entry = &mut self.slots[slot as usize];
        entry.generation = entry.generation.wrapping_add(1);
        (entry.peer, entry.connection) = (peer, connection);
        if let Some(free) = entry.tried.iter_mut().find(|t| t.is_none()) {
            *free = Some(peer);
        }
    }

    pub(crate) fn hop_by_hop(&self, slot: u32) -> u32 {
        (self.slots[slot as usize].generation << SLOT_BITS | slot) ^ self.mask
    }

    pub(crate) fn at(&self, slot: u32) -> &Outstanding {
        &self.slots[slot as usize]
    }

    pub(crate) fn at_mut(&mut self, slot: u32) -> &mut Outstanding {
        &mut self.slots[slot as usize]
    }

    /// The request an answer on `connection` belongs to.
    pub(crate) fn matching(&self, connection: ConnectionId, answer: &Header) -> Option<u32> {
        let slot = (answer.hop_by_hop ^ self.mask) & ((1 << SLOT_BITS) - 1);
        let entry = self.slots.get(slot as usize)?;
        let awaited =
            entry.live && entry.connection == connection && self.hop_by_hop(slot) == answer.hop_by_hop;
        let request = Header::decode(&entry.octets).ok().filter(|_| awaited)?;
        (request.code == answer.code && request.end_to_end == answer.end_to_end).then_some(slot)
    }

    /// Ends a request. Its octets stay readable until the slot is opened again.
    pub(crate) fn release(&mut self, slot: u32) {
        let entry = &mut self.slots[slot as usize];
        self.octets -= entry.octets.len();
        entry.live = false;
        self.free.push(slot);
        if entry.octets.capacity() > KEPT_OCTETS {
            entry.octets = Vec::new();
        } else {
            entry.octets.clear();
        }
    }

    /// The next request at or after `from` that waits for `peer`.
    pub(crate) fn next_of(&self, peer: PeerId, from: u32) -> Option<u32> {
        let waiting = |e: &Outstanding| e.live && e.peer == peer;
        self.slots
            .iter()
            .skip(from as usize)
            .position(waiting)
            .map(|i| from + i as u32)
    }

    /// Whether the table's timer has really expired.
    pub(crate) fn expire(&mut self, entry: (Duration, TimerKey), now: Duration, timers: &mut Timers) -> bool {
        timers.expire(&mut self.deadline, entry, now)
    }

    /// The next request at or after `from` whose time is up.
    pub(crate) fn next_expired(&self, now: Duration, from: u32) -> Option<u32> {
        let due = |e: &Outstanding| e.live && e.deadline <= now;
        self.slots
            .iter()
            .skip(from as usize)
            .position(due)
            .map(|i| from + i as u32)
    }

    /// Sets the timer for what is left after a scan.
    pub(crate) fn rearm(&mut self, now: Duration, timers: &mut Timers) {
        let earliest = self.slots.iter().filter(|e| e.live).map(|e| e.deadline).min();
        if let Some(at) = earliest {
            timers.set(
                &mut self.deadline,
                TimerKey::Requests,
                at.max(now + TIMEOUT_GRANULARITY),
            );
        }
    }
}
