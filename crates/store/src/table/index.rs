//! From an IMSI to the number of its record: open addressing with linear probing, in shards that grow one by one.
//!
//! An entry is a `u32`: the record's number and some bits of the hash, so that a probe seldom looks at a record in
//! vain. A removal shifts its followers back: there are no tombstones, and nothing ever needs cleaning.
//!
//! The hash is fixed, not keyed: IMSIs come into the table by provisioning only, a stranger can merely look for them.

use super::record::Chunks;

/// Bits of the hash that choose the shard: at a million subscribers a shard has some 4,000, and growing it takes a
/// fraction of a millisecond.
const SHARD_BITS: u32 = 8;

/// Bits of an entry that number a record.
const NUMBER_BITS: u32 = 26;

/// The bits of an entry that number a record; the others are the tag.
const MAX_NUMBER_MASK: u32 = (1 << NUMBER_BITS) - 1;

/// Numbers are below this one, so that no entry is [`VACANT`].
pub(super) const MAX_NUMBER: u32 = MAX_NUMBER_MASK;

/// Brings hash bits 50 to 55 into the tag's place: neither those of the shard nor, in any shard that fits into memory,
/// those of the home position, or all tags that meet would be alike.
const TAG_SHIFT: u32 = 24;
const _: () = assert!(TAG_SHIFT + 32 <= 64 - SHARD_BITS);

/// An entry that is none: its number is no record's.
const VACANT: u32 = u32::MAX;

/// Entries of a shard's first allocation.
const FIRST_ENTRIES: usize = 16;

/// A shard grows when more than 13/16 of it are taken: probes stay short, and it is at least 13/32 full.
const MAX_LOAD: (usize, usize) = (13, 16);

#[derive(Debug)]
pub(super) struct Index {
    shards: Box<[Shard]>,
}

#[derive(Clone, Debug, Default)]
struct Shard {
    /// A power of two of them, or none.
    entries: Box<[u32]>,
    taken: u32,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            shards: vec![Shard::default(); 1 << SHARD_BITS].into_boxed_slice(),
        }
    }
}

/// Mixes all bits of a packed IMSI into all bits of the result (the finaliser of MurmurHash3).
#[inline]
fn hash(imsi: u64) -> u64 {
    let h = (imsi ^ imsi >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let h = (h ^ h >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ h >> 33
}

#[inline]
fn shard_of(hash: u64) -> usize {
    (hash >> (64 - SHARD_BITS)) as usize
}

/// The bits of the hash that stand in an entry, in their place.
#[inline]
fn tag_of(hash: u64) -> u32 {
    (hash >> TAG_SHIFT) as u32 & !MAX_NUMBER_MASK
}

impl Shard {
    #[inline]
    fn mask(&self) -> usize {
        self.entries.len().wrapping_sub(1)
    }

    /// Where an IMSI's entry is.
    #[inline]
    fn position(&self, hash: u64, imsi: u64, records: &Chunks) -> Option<usize> {
        if self.entries.is_empty() {
            return None;
        }
        let tag = tag_of(hash);
        let mut at = hash as usize & self.mask();
        loop {
            let entry = self.entries[at];
            if entry == VACANT {
                return None;
            }
            if entry & !MAX_NUMBER_MASK == tag && records.at(entry & MAX_NUMBER_MASK).imsi() == imsi {
                return Some(at);
            }
            at = (at + 1) & self.mask();
        }
    }

    /// Puts an entry into the first vacant place; there is one.
    fn place(&mut self, hash: u64, entry: u32) {
        let mut at = hash as usize & self.mask();
        while self.entries[at] != VACANT {
            at = (at + 1) & self.mask();
        }
        self.entries[at] = entry;
    }

    fn grow(&mut self, records: &Chunks) {
        let length = (self.entries.len() * 2).max(FIRST_ENTRIES);
        let old = std::mem::replace(&mut self.entries, vec![VACANT; length].into_boxed_slice());
        for entry in old.into_iter().filter(|&entry| entry != VACANT) {
            self.place(hash(records.at(entry & MAX_NUMBER_MASK).imsi()), entry);
        }
    }

    /// Vacates a place; the entries behind it move up if that brings them nearer to where they belong.
    fn vacate(&mut self, mut gap: usize, records: &Chunks) {
        let mask = self.mask();
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let entry = self.entries[at];
            if entry == VACANT {
                break;
            }
            let home = hash(records.at(entry & MAX_NUMBER_MASK).imsi()) as usize & mask;
            if at.wrapping_sub(home) & mask >= at.wrapping_sub(gap) & mask {
                self.entries[gap] = entry;
                gap = at;
            }
        }
        self.entries[gap] = VACANT;
    }
}

impl Index {
    /// The number of an IMSI's record.
    #[inline]
    pub(super) fn find(&self, imsi: u64, records: &Chunks) -> Option<u32> {
        let hash = hash(imsi);
        let shard = &self.shards[shard_of(hash)];
        shard
            .position(hash, imsi, records)
            .map(|at| shard.entries[at] & MAX_NUMBER_MASK)
    }

    /// Enters a record that was just appended, of an IMSI that is not there yet.
    pub(super) fn insert(&mut self, imsi: u64, number: u32, records: &Chunks) {
        let hash = hash(imsi);
        let shard = &mut self.shards[shard_of(hash)];
        if (shard.taken as usize + 1) * MAX_LOAD.1 > shard.entries.len() * MAX_LOAD.0 {
            shard.grow(records);
        }
        shard.taken += 1;
        shard.place(hash, tag_of(hash) | number);
    }

    /// Forgets an IMSI, whose record is still there, and tells its number.
    pub(super) fn remove(&mut self, imsi: u64, records: &Chunks) -> Option<u32> {
        let hash = hash(imsi);
        let shard = &mut self.shards[shard_of(hash)];
        let at = shard.position(hash, imsi, records)?;
        let number = shard.entries[at] & MAX_NUMBER_MASK;
        shard.vacate(at, records);
        shard.taken -= 1;
        Some(number)
    }

    /// Record `from` of an IMSI will be `to`.
    pub(super) fn renumber(&mut self, imsi: u64, from: u32, to: u32, records: &Chunks) {
        let hash = hash(imsi);
        let shard = &mut self.shards[shard_of(hash)];
        if let Some(at) = shard.position(hash, imsi, records) {
            debug_assert_eq!(shard.entries[at] & MAX_NUMBER_MASK, from);
            shard.entries[at] = tag_of(hash) | to;
        }
    }

    pub(super) fn octets(&self) -> usize {
        let entries: usize = self.shards.iter().map(|shard| shard.entries.len()).sum();
        self.shards.len() * size_of::<Shard>() + entries * size_of::<u32>()
    }
}
