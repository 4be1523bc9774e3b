//! The record of a subscriber, the chunks records lie in, and the side records of those that do not fit.

use quintet_crypto::K;
use quintet_subscriber::model::{Algorithm, SqnProfile, Subscriber};
use zeroize::Zeroize;

/// Most records: what the index can number beside its tag.
pub(super) const MAX_RECORDS: usize = super::index::MAX_NUMBER as usize;

/// Records in a chunk: 256 KiB, small enough that clearing a new one takes some 10 µs.
const CHUNK_RECORDS: usize = 4096;

/// How K and the operator constant are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Milenage,
    Xor,
    /// In a [`Side`].
    Side,
}

/// One subscriber, one cache line.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Record {
    imsi: u64,
    /// Packed; 0 for none.
    msisdn: u64,
    /// DIF, or the SQN seed.
    sqn: u64,
    /// K, or the number of the side record.
    k: [u8; 16],
    opc: [u8; 16],
    subscription: u32,
    amf: [u8; 2],
    /// Kind (bits 0 to 1), whether `sqn` is DIF (2), `ind_bits` (3 to 8), `delta_bits` (9 to 15).
    flags: u16,
}

const _: () = assert!(size_of::<Record>() == 64);

const IS_DIF: u16 = 1 << 2;
const IND_SHIFT: u32 = 3;
const DELTA_SHIFT: u32 = 9;
const MAX_IND_BITS: u8 = (1 << (DELTA_SHIFT - IND_SHIFT)) - 1;
const MAX_DELTA_BITS: u8 = (1 << (16 - DELTA_SHIFT)) - 1;

impl Record {
    const EMPTY: Self = Self {
        imsi: 0,
        msisdn: 0,
        sqn: 0,
        k: [0; 16],
        opc: [0; 16],
        subscription: super::NOT_CACHED,
        amf: [0; 2],
        flags: 0,
    };

    /// Whether a profile fits into the flags: every one that makes sense does (SQN has 48 bits).
    pub(super) fn holds(profile: SqnProfile) -> bool {
        profile.ind_bits <= MAX_IND_BITS && profile.delta_bits <= MAX_DELTA_BITS
    }

    /// All but the secrets; `subscription` is the number it is held under.
    pub(super) fn new(subscriber: &Subscriber, subscription: u32) -> Self {
        let authentication = &subscriber.authentication;
        let profile = authentication.sqn_profile;
        let mut flags = 0;
        if Self::holds(profile) {
            flags |= u16::from(profile.ind_bits) << IND_SHIFT | u16::from(profile.delta_bits) << DELTA_SHIFT;
        }
        let mut record = Self {
            imsi: subscriber.imsi.packed(),
            msisdn: subscriber.msisdn.map_or(0, |msisdn| msisdn.packed()),
            sqn: authentication.seq_seed,
            subscription,
            amf: authentication.amf.0,
            flags,
            ..Self::EMPTY
        };
        if let Some(dif) = authentication.dif {
            record.set_dif(dif);
        }
        record
    }

    pub(super) fn set_secrets(&mut self, kind: Kind, k: &[u8; 16], opc: &[u8; 16]) {
        self.flags = self.flags & !3 | kind as u16;
        self.k = *k;
        self.opc = *opc;
    }

    pub(super) fn set_side(&mut self, number: u32) {
        let mut k = [0; 16];
        k[..4].copy_from_slice(&number.to_le_bytes());
        self.set_secrets(Kind::Side, &k, &[0; 16]);
    }

    pub(super) fn set_dif(&mut self, dif: i64) {
        self.sqn = dif as u64;
        self.flags |= IS_DIF;
    }

    #[inline]
    pub(super) fn imsi(&self) -> u64 {
        self.imsi
    }

    pub(super) fn msisdn(&self) -> u64 {
        self.msisdn
    }

    #[inline]
    pub(super) fn amf(&self) -> [u8; 2] {
        self.amf
    }

    #[inline]
    pub(super) fn subscription(&self) -> u32 {
        self.subscription
    }

    #[inline]
    pub(super) fn dif(&self) -> Option<i64> {
        (self.flags & IS_DIF != 0).then_some(self.sqn as i64)
    }

    #[inline]
    pub(super) fn seq_seed(&self) -> Option<u64> {
        (self.flags & IS_DIF == 0).then_some(self.sqn)
    }

    #[inline]
    pub(super) fn kind(&self) -> Kind {
        match self.flags & 3 {
            0 => Kind::Milenage,
            1 => Kind::Xor,
            _ => Kind::Side,
        }
    }

    #[inline]
    pub(super) fn sqn_profile(&self) -> SqnProfile {
        SqnProfile {
            ind_bits: (self.flags >> IND_SHIFT) as u8 & MAX_IND_BITS,
            delta_bits: (self.flags >> DELTA_SHIFT) as u8 & MAX_DELTA_BITS,
        }
    }

    #[inline]
    pub(super) fn k(&self) -> K {
        K::new_128(self.k)
    }

    #[inline]
    pub(super) fn opc(&self) -> &[u8; 16] {
        &self.opc
    }

    #[inline]
    pub(super) fn side(&self) -> Option<u32> {
        let [a, b, c, d, ..] = self.k;
        (self.kind() == Kind::Side).then_some(u32::from_le_bytes([a, b, c, d]))
    }
}

impl Zeroize for Record {
    fn zeroize(&mut self) {
        self.k = [0; 16];
        self.opc = [0; 16];
        zeroize::optimization_barrier(self);
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Record")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// Records, dense, in chunks that never move.
#[derive(Default)]
pub(super) struct Chunks {
    chunks: Vec<Box<[Record]>>,
    length: usize,
}

impl std::fmt::Debug for Chunks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} records", self.length)
    }
}

impl Chunks {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(super) fn at(&self, number: u32) -> &Record {
        &self.chunks[number as usize / CHUNK_RECORDS][number as usize % CHUNK_RECORDS]
    }

    pub(super) fn at_mut(&mut self, number: u32) -> &mut Record {
        &mut self.chunks[number as usize / CHUNK_RECORDS][number as usize % CHUNK_RECORDS]
    }

    /// Appends; the caller keeps the number below [`MAX_RECORDS`].
    pub(super) fn push(&mut self, record: Record) -> u32 {
        if self.length == self.chunks.len() * CHUNK_RECORDS {
            self.chunks
                .push(vec![Record::EMPTY; CHUNK_RECORDS].into_boxed_slice());
        }
        let number = self.length as u32;
        self.length += 1;
        *self.at_mut(number) = record;
        number
    }

    /// Takes a record out; the last one takes its place.
    pub(super) fn swap_remove(&mut self, number: u32) -> Record {
        self.length -= 1;
        let last = std::mem::replace(self.at_mut(self.length as u32), Record::EMPTY);
        let gone = if number as usize == self.length {
            last
        } else {
            std::mem::replace(self.at_mut(number), last)
        };
        // One empty chunk stays, so that a subscriber coming and going at the edge costs nothing.
        while self.chunks.len() > self.length.div_ceil(CHUNK_RECORDS) + 1 {
            self.chunks.pop();
        }
        gone
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.chunks.iter().flatten().take(self.length)
    }

    pub(super) fn octets(&self) -> usize {
        self.chunks.capacity() * size_of::<Box<[Record]>>()
            + self.chunks.len() * CHUNK_RECORDS * size_of::<Record>()
    }
}

#[cfg(test)]
impl Chunks {
    /// Octets of keys in records that are in no use.
    pub(super) fn secrets_left(&self) -> usize {
        let unused = self.chunks.iter().flatten().skip(self.length);
        unused
            .map(|record| {
                record
                    .k
                    .iter()
                    .chain(&record.opc)
                    .filter(|&&octet| octet != 0)
                    .count()
            })
            .sum()
    }
}

#[cfg(test)]
impl Sides {
    /// How many are in use.
    pub(super) fn count(&self) -> usize {
        self.sides.len() - self.free.len()
    }
}

/// The secrets of a subscriber whose record cannot hold them.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) k: K,
    pub(super) algorithm: Algorithm,
    pub(super) sqn_profile: SqnProfile,
}

/// Side records by number; numbers are used again. Each is boxed, so that growth copies no key.
#[derive(Debug, Default)]
pub(super) struct Sides {
    sides: Vec<Option<Box<Side>>>,
    free: Vec<u32>,
}

impl Sides {
    pub(super) fn add(&mut self, side: Side) -> u32 {
        let side = Some(Box::new(side));
        if let Some(number) = self.free.pop() {
            self.sides[number as usize] = side;
            return number;
        }
        self.sides.push(side);
        self.sides.len() as u32 - 1
    }

    #[inline]
    pub(super) fn at(&self, number: u32) -> Option<&Side> {
        self.sides.get(number as usize)?.as_deref()
    }

    pub(super) fn remove(&mut self, number: u32) {
        if let Some(side) = self.sides.get_mut(number as usize).and_then(Option::take) {
            drop(side);
            self.free.push(number);
        }
    }

    pub(super) fn octets(&self) -> usize {
        self.sides.capacity() * size_of::<Option<Box<Side>>>()
            + (self.sides.len() - self.free.len()) * size_of::<Side>()
            + self.free.capacity() * size_of::<u32>()
    }
}
