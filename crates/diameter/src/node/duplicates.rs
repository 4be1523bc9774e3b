//! Duplicate detection (RFC 6733 3, T bit and End-to-End Identifier; 5.5.4).
//!
//! A request is known by Origin-Host, End-to-End Identifier, Session-Id, application and command, hashed together
//! with the node's seed and compared in all 64 bits. What a copy of a known request means:
//!
//! | the copy | the known one | then |
//! |---|---|---|
//! | has T | answered | the remembered answer is sent again |
//! | has T | in progress | not worked on twice; the answer goes where this copy came from |
//! | has no T | had T | the original, overtaken by its retransmission: as above |
//! | has no T | had none | a new request: the peer reuses its identifiers |
//!
//! The last row is why Session-Id is in the key: a peer that restarts its identifiers from the same number must not
//! get the answer to another question.
//!
//! The memory is a set-associative table over a ring of octets: bounded, nothing allocated or freed per request. A
//! forgotten request is worked on again, which every application must stand anyway.

use super::ConnectionId;
use crate::Header;
use std::hash::Hasher;
use std::time::Duration;

/// How long an End-to-End Identifier stays unique (RFC 6733 3): an older entry says nothing.
pub(crate) const DUPLICATE_LIFETIME: Duration = Duration::from_secs(240);

/// Entries compared for one key. Their keys stand together in one cache line; a full set is replaced in turn.
const WAYS: usize = 4;

/// The share of the octets one answer may take, so that a long one does not empty the memory.
const LARGEST_SHARE: usize = 16;

/// What a received request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// To be worked on.
    New,
    /// A copy of one being worked on.
    InProgress,
    /// A copy of one answered; the slot of its answer.
    Answered(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Free,
    InProgress,
    Answered { at: u64, octets: u32 },
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// When the request came that is worked on. With it an entry is one cache line with room to spare.
    seen: Duration,
    connection: ConnectionId,
    hop_by_hop: u32,
    end_to_end: u32,
    retransmitted: bool,
    state: State,
}

const FREE: Entry = Entry {
    seen: Duration::ZERO,
    connection: ConnectionId(0),
    hop_by_hop: 0,
    end_to_end: 0,
    retransmitted: false,
    state: State::Free,
};

#[derive(Debug)]
pub(crate) struct Duplicates {
    seed: u64,
    sets: usize,
    keys: Vec<[u64; WAYS]>,
    entries: Vec<Entry>,
    octets: Vec<u8>,
    capacity: usize,
    /// Octets ever written into the ring, gaps at its end included.
    written: u64,
    sequence: u64,
    /// The last request admitted and its slot: an application that answers at once saves the second hash.
    latest: Option<(ConnectionId, u32, usize)>,
}

impl Duplicates {
    pub(crate) fn new(seed: u64, entries: usize, octets: usize) -> Self {
        let sets = if entries == 0 {
            0
        } else {
            (entries / WAYS).max(1).next_power_of_two()
        };
        Self {
            seed,
            sets,
            keys: Vec::new(),
            entries: Vec::new(),
            octets: Vec::new(),
            capacity: octets,
            written: 0,
            sequence: 0,
            latest: None,
        }
    }

    /// The key of a request.
    pub(crate) fn key(&self, header: &Header, origin_host: &[u8], session_id: &[u8]) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        hasher.write_u64(self.seed);
        hasher.write_u64(u64::from(header.end_to_end) << 32 | u64::from(header.code));
        hasher.write_u64(u64::from(header.application_id) << 32 | origin_host.len() as u64);
        hasher.write(origin_host);
        hasher.write(session_id);
        hasher.finish()
    }

    /// Judges a request and takes note of it.
    pub(crate) fn admit(
        &mut self,
        now: Duration,
        key: u64,
        connection: ConnectionId,
        header: &Header,
    ) -> Verdict {
        if self.sets == 0 {
            return Verdict::New;
        }
        if self.entries.is_empty() {
            self.keys = vec![[0; WAYS]; self.sets];
            self.entries = vec![FREE; self.sets * WAYS];
            self.octets = vec![0; self.capacity];
        }
        self.sequence += 1;
        let index = key as usize & (self.sets - 1);
        let set = index * WAYS;
        let retransmitted = header.flags.retransmitted();
        let keys = &mut self.keys[index];
        let ways = &mut self.entries[set..set + WAYS];
        let found = (0..WAYS).find(|&way| {
            let entry = &ways[way];
            keys[way] == key
                && entry.state != State::Free
                && entry.end_to_end == header.end_to_end
                && now.saturating_sub(entry.seen) < DUPLICATE_LIFETIME
        });
        if let Some(way) = found {
            let entry = &mut ways[way];
            if retransmitted || entry.retransmitted {
                let slot = set + way;
                match entry.state {
                    State::InProgress => {
                        (entry.connection, entry.hop_by_hop) = (connection, header.hop_by_hop);
                        return Verdict::InProgress;
                    }
                    State::Answered { at, .. } if self.written - at <= self.capacity as u64 => {
                        return Verdict::Answered(slot);
                    }
                    _ => {}
                }
            }
        }
        let way = found.unwrap_or_else(|| {
            // In turn, but one in progress only if all are.
            let next = self.sequence as usize;
            let mut turn = (next..next + WAYS).map(|way| way % WAYS);
            turn.find(|&way| ways[way].state != State::InProgress)
                .unwrap_or(next % WAYS)
        });
        keys[way] = key;
        ways[way] = Entry {
            seen: now,
            connection,
            hop_by_hop: header.hop_by_hop,
            end_to_end: header.end_to_end,
            retransmitted,
            state: State::InProgress,
        };
        self.latest = Some((connection, header.hop_by_hop, set + way));
        Verdict::New
    }

    /// The slot of a request in progress if it is the last one admitted, without its key.
    pub(crate) fn latest(&self, connection: ConnectionId, header: &Header) -> Option<usize> {
        let (c, hop_by_hop, slot) = self.latest?;
        let entry = self.entries.get(slot)?;
        let same = c == connection
            && hop_by_hop == header.hop_by_hop
            && entry.end_to_end == header.end_to_end
            && entry.state == State::InProgress;
        same.then_some(slot)
    }

    /// The slot of a request in progress.
    pub(crate) fn find(&self, key: u64) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let index = key as usize & (self.sets - 1);
        let in_progress = |&way: &usize| {
            self.keys[index][way] == key && self.entries[index * WAYS + way].state == State::InProgress
        };
        (0..WAYS).find(in_progress).map(|way| index * WAYS + way)
    }

    /// Where the answer to the request in `slot` goes: connection and Hop-by-Hop Identifier of its latest copy.
    pub(crate) fn destination(&self, slot: usize) -> (ConnectionId, u32) {
        (self.entries[slot].connection, self.entries[slot].hop_by_hop)
    }

    /// When the request in `slot` came.
    pub(crate) fn seen(&self, slot: usize) -> Duration {
        self.entries[slot].seen
    }

    /// Remembers the answer to the request in `slot`; one that is too long, or none, forgets the request.
    pub(crate) fn remember(&mut self, slot: usize, answer: Option<&[u8]>) {
        let entry = &mut self.entries[slot];
        let Some(answer) = answer.filter(|a| a.len() <= self.capacity / LARGEST_SHARE) else {
            entry.state = State::Free;
            return;
        };
        let capacity = self.capacity as u64;
        let mut at = (self.written % capacity) as usize;
        if at + answer.len() > self.capacity {
            self.written += (self.capacity - at) as u64;
            at = 0;
        }
        self.octets[at..at + answer.len()].copy_from_slice(answer);
        entry.state = State::Answered {
            at: self.written,
            octets: answer.len() as u32,
        };
        self.written += answer.len() as u64;
    }

    /// The answer remembered in a slot that [`Duplicates::admit`] has just named.
    pub(crate) fn answer(&self, slot: usize) -> &[u8] {
        match self.entries[slot].state {
            State::Answered { at, octets } => {
                let at = (at % self.capacity as u64) as usize;
                &self.octets[at..at + octets as usize]
            }
            State::Free | State::InProgress => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CommandFlags;

    fn header(end_to_end: u32, retransmitted: bool) -> Header {
        Header {
            version: 1,
            length: 0,
            flags: CommandFlags(0xc0 | if retransmitted { 0x10 } else { 0 }),
            code: 318,
            application_id: 1,
            hop_by_hop: 9,
            end_to_end,
        }
    }

    const HERE: ConnectionId = ConnectionId(1);

    fn admit(memory: &mut Duplicates, n: u32, retransmitted: bool) -> Verdict {
        let header = header(n, retransmitted);
        let key = memory.key(&header, b"mme", b"session");
        memory.admit(Duration::ZERO, key, HERE, &header)
    }

    #[test]
    fn memory_is_bounded_and_an_overwritten_answer_is_forgotten() {
        let mut memory = Duplicates::new(1, 1024, 1600);
        for n in 0..64 {
            assert_eq!(admit(&mut memory, n, false), Verdict::New);
            let slot = memory.latest(HERE, &header(n, false)).unwrap();
            memory.remember(slot, Some(&[n as u8; 100]));
        }
        // Sixteen answers of 100 octets fit; what is still known is still right.
        for n in 48..64 {
            let Verdict::Answered(slot) = admit(&mut memory, n, true) else {
                panic!("{n} is forgotten")
            };
            assert_eq!(memory.answer(slot), [n as u8; 100]);
        }
        for n in 0..48 {
            assert_eq!(admit(&mut memory, n, true), Verdict::New);
        }
        assert_eq!(memory.octets.len(), 1600);
    }

    #[test]
    fn an_answer_above_its_share_is_not_remembered() {
        let mut memory = Duplicates::new(1, 64, 1600);
        admit(&mut memory, 1, false);
        let slot = memory.latest(HERE, &header(1, false)).unwrap();
        memory.remember(slot, Some(&[0; 101]));
        assert_eq!(admit(&mut memory, 1, true), Verdict::New);
    }

    #[test]
    fn another_host_session_or_command_is_another_request() {
        let memory = Duplicates::new(1, 64, 1600);
        let key = memory.key(&header(1, false), b"mme", b"session");
        assert_ne!(key, memory.key(&header(1, false), b"mmf", b"session"));
        assert_ne!(key, memory.key(&header(1, false), b"mme", b"sessioo"));
        assert_ne!(key, memory.key(&header(1, false), b"mmes", b"ession"));
        assert_ne!(
            key,
            memory.key(
                &Header {
                    code: 316,
                    ..header(1, false)
                },
                b"mme",
                b"session"
            )
        );
        assert_ne!(
            key,
            Duplicates::new(2, 64, 1600).key(&header(1, false), b"mme", b"session")
        );
    }

    #[test]
    fn without_memory_everything_is_new() {
        let mut memory = Duplicates::new(1, 0, 0);
        assert_eq!(admit(&mut memory, 1, true), Verdict::New);
        assert_eq!(admit(&mut memory, 1, true), Verdict::New);
    }
}
