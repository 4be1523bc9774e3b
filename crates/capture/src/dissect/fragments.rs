//! Reassembly of IP fragments (RFC 791 3.2, RFC 8200 4.5).
//!
//! Where fragments overlap, what came first stays. A datagram that was whole once is not built again from copies of its
//! fragments, which a capture of several interfaces has.

use super::Counts;
use crate::{Seen, Timestamp};
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;

/// Most datagrams in reassembly; the oldest is given up for a new one. Signalling fragments rarely, so it is for floods.
const MAX_DATAGRAMS: usize = 1024;

/// Longest datagram: what the fields of either header can say.
const MAX_DATAGRAM_OCTETS: usize = 65_535;

/// Most octets held by all datagrams together.
const MAX_HELD_OCTETS: usize = 16 * 1024 * 1024;

/// Most gaps in one datagram; fragments that would make more are dropped.
const MAX_PIECES: usize = 256;

/// How long a datagram waits for its fragments, by the capture's clock: the time IPv6 prescribes (RFC 8200 4.5).
const TIMEOUT_NS: u64 = 60_000_000_000;

/// How long copies of the fragments of a whole datagram are told from a new datagram of the same identification.
const COPY_NS: u64 = 1_000_000_000;

/// Which datagram a fragment belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) identification: u32,
    pub(super) protocol: u8,
}

/// A fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fragment<'a> {
    /// Where it stands in the datagram, in octets.
    pub(super) offset: usize,
    /// Whether another follows.
    pub(super) more: bool,
    pub(super) octets: &'a [u8],
    /// Whether it was not captured whole.
    pub(super) cut: bool,
}

/// A reassembled datagram.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) protocol: u8,
    pub(super) first_frame: u64,
    pub(super) octets: Vec<u8>,
}

#[derive(Debug)]
struct Assembly {
    /// Tells it from an earlier one of the same key.
    number: u64,
    begun: Timestamp,
    first_frame: u64,
    octets: Vec<u8>,
    /// What of `octets` is there: ranges in order that do not touch.
    pieces: Vec<(usize, usize)>,
    total: Option<usize>,
    whole: bool,
}

/// The datagrams in reassembly.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    assemblies: HashMap<Key, Assembly>,
    /// In the order in which they began.
    order: VecDeque<(Key, u64)>,
    held_octets: usize,
    next_number: u64,
}

impl Fragments {
    /// Adds a fragment; gives the datagram if it is whole now.
    pub(super) fn add(
        &mut self,
        key: Key,
        seen: Seen,
        fragment: Fragment<'_>,
        counts: &mut Counts,
    ) -> Option<Datagram> {
        let end = fragment.offset + fragment.octets.len();
        if end > MAX_DATAGRAM_OCTETS || fragment.octets.is_empty() {
            counts.malformed += 1;
            return None;
        }
        self.expire(key, seen.time, counts);
        if !self.assemblies.contains_key(&key) {
            self.begin(key, seen, counts);
        }
        let assembly = self.assemblies.get_mut(&key)?;
        if assembly.whole {
            return None;
        }
        let before = assembly.octets.len();
        assembly.fill(fragment);
        if !fragment.more && !fragment.cut {
            assembly.total.get_or_insert(end);
        }
        self.held_octets += assembly.octets.len() - before;
        if !assembly.is_complete() {
            return None;
        }
        assembly.whole = true;
        assembly.begun = seen.time;
        let mut octets = std::mem::take(&mut assembly.octets);
        self.held_octets -= octets.len();
        octets.truncate(assembly.total.unwrap_or(octets.len()));
        Some(Datagram {
            protocol: key.protocol,
            first_frame: assembly.first_frame,
            octets,
        })
    }

    /// What is incomplete at the end stays so.
    pub(super) fn finish(&mut self, counts: &mut Counts) {
        while !self.assemblies.is_empty() {
            self.drop_oldest(counts);
        }
    }

    fn begin(&mut self, key: Key, seen: Seen, counts: &mut Counts) {
        while self.order.len() >= MAX_DATAGRAMS || self.held_octets > MAX_HELD_OCTETS - MAX_DATAGRAM_OCTETS {
            self.drop_oldest(counts);
        }
        let number = self.next_number;
        self.next_number += 1;
        self.order.push_back((key, number));
        let assembly = Assembly {
            number,
            begun: seen.time,
            first_frame: seen.frame,
            octets: Vec::new(),
            pieces: Vec::new(),
            total: None,
            whole: false,
        };
        self.assemblies.insert(key, assembly);
    }

    fn drop_oldest(&mut self, counts: &mut Counts) {
        let Some((key, number)) = self.order.pop_front() else {
            return;
        };
        if self
            .assemblies
            .get(&key)
            .is_some_and(|assembly| assembly.number == number)
        {
            self.remove(key, counts);
        }
    }

    /// An assembly too old for this fragment makes room for a new one.
    fn expire(&mut self, key: Key, now: Timestamp, counts: &mut Counts) {
        let Some(assembly) = self.assemblies.get(&key) else {
            return;
        };
        let limit = if assembly.whole { COPY_NS } else { TIMEOUT_NS };
        if now.since(assembly.begun).unsigned_abs() > limit {
            self.remove(key, counts);
        }
    }

    fn remove(&mut self, key: Key, counts: &mut Counts) {
        if let Some(assembly) = self.assemblies.remove(&key) {
            self.held_octets -= assembly.octets.len();
            counts.lost_fragments += u64::from(!assembly.whole);
        }
    }
}

impl Assembly {
    /// Copies what is not there yet.
    fn fill(&mut self, fragment: Fragment<'_>) {
        let (start, end) = (fragment.offset, fragment.offset + fragment.octets.len());
        if self.pieces.len() >= MAX_PIECES {
            return;
        }
        if self.octets.len() < end {
            self.octets.resize(end, 0);
        }
        let mut at = start;
        for &(from, to) in &self.pieces {
            if to <= at {
                continue;
            }
            let gap_end = from.min(end);
            if at < gap_end {
                self.octets[at..gap_end].copy_from_slice(&fragment.octets[at - start..gap_end - start]);
            }
            at = to;
            if at >= end {
                break;
            }
        }
        if at < end {
            self.octets[at..end].copy_from_slice(&fragment.octets[at - start..]);
        }
        self.join(start, end);
    }

    fn join(&mut self, mut start: usize, mut end: usize) {
        self.pieces.retain(|&(from, to)| {
            let apart = to < start || from > end;
            if !apart {
                start = start.min(from);
                end = end.max(to);
            }
            apart
        });
        let place = self.pieces.partition_point(|&(from, _)| from < start);
        self.pieces.insert(place, (start, end));
    }

    fn is_complete(&self) -> bool {
        match (self.total, &self.pieces[..]) {
            (Some(total), [(0, end)]) => *end >= total,
            _ => false,
        }
    }
}
