//! Header blocks (RFC 7541) as they pass: what was decoded before the capture began, or was lost, is not known.
//!
//! A table whose beginning is not known still has its latest entries: indices count from the newest, so what was inserted
//! since is found, and what was before is said to be unknown instead of guessed.

use super::huffman;
use super::table::{ENTRY_OCTETS, STATIC};
use std::collections::VecDeque;
use std::sync::Arc;

/// The size of a dynamic table before anybody says otherwise (RFC 9113 6.5.2).
const DEFAULT_OCTETS: usize = 4096;

/// The largest dynamic table that is kept: what the nodes of a core announce, at most. A peer that says more has its
/// oldest entries called unknown.
const MAX_TABLE_OCTETS: usize = 64 * 1024;

/// Fields of one block.
const MAX_FIELDS: usize = 256;

/// Octets of all names and values of one block: four times what servers accept.
const MAX_LIST_OCTETS: usize = 64 * 1024;

/// A name and a value; what nobody can know is `None`. Shared with the table: an octet of a block may refer to an entry
/// that is as long as all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) name: Option<Arc<[u8]>>,
    pub(super) value: Option<Arc<[u8]>>,
}

impl Field {
    const UNKNOWN: Self = Self {
        name: None,
        value: None,
    };

    fn octets(&self) -> usize {
        let length = |part: &Option<Arc<[u8]>>| part.as_ref().map_or(0, |part| part.len());
        length(&self.name) + length(&self.value) + ENTRY_OCTETS
    }
}

/// What a block held.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) fields: Vec<Field>,
    /// Whether it was read to its end and every field is known.
    pub(super) whole: bool,
}

/// The table of one direction.
#[derive(Debug)]
pub(super) struct Decoder {
    /// The newest first.
    entries: VecDeque<Field>,
    octets: usize,
    limit: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            octets: 0,
            limit: DEFAULT_OCTETS,
        }
    }
}

impl Decoder {
    /// Blocks were lost: what is in the table, nobody knows.
    pub(super) fn forget(&mut self) {
        self.entries.clear();
        self.octets = 0;
    }

    /// Octets held.
    pub(super) fn octets(&self) -> usize {
        self.octets
    }

    /// Decodes a block, as far as it goes.
    pub(super) fn decode(&mut self, octets: &[u8]) -> Block {
        let mut block = Block::default();
        let mut reader = Reader(octets);
        let mut held = 0;
        let mut limited = false;
        while !reader.0.is_empty() {
            let Some(field) = self.field(&mut reader) else {
                // Nobody knows what the rest would have inserted.
                self.forget();
                return block;
            };
            let Some(field) = field else { continue };
            held += field.octets();
            if block.fields.len() < MAX_FIELDS && held <= MAX_LIST_OCTETS {
                block.fields.push(field);
            } else {
                limited = true;
            }
        }
        let known = |field: &Field| field.name.is_some() && field.value.is_some();
        block.whole = !limited && block.fields.iter().all(known);
        block
    }

    /// One representation (6); `Some(None)` is a change of the table's size.
    fn field(&mut self, reader: &mut Reader<'_>) -> Option<Option<Field>> {
        let first = *reader.0.first()?;
        if first & 0x80 != 0 {
            let index = reader.integer(7)?;
            return Some(Some(self.indexed(index)?));
        }
        if first & 0xe0 == 0x20 {
            let size = reader.integer(5)?;
            self.limit = size.min(MAX_TABLE_OCTETS);
            self.evict();
            return Some(None);
        }
        let inserted = first & 0x40 != 0;
        let index = reader.integer(if inserted { 6 } else { 4 })?;
        let name = match index {
            0 => Some(reader.string()?.into()),
            index => self.indexed(index)?.name,
        };
        let field = Field {
            name,
            value: Some(reader.string()?.into()),
        };
        if inserted {
            self.octets += field.octets();
            self.entries.push_front(field.clone());
            self.evict();
        }
        Some(Some(field))
    }

    fn indexed(&self, index: usize) -> Option<Field> {
        let at = index.checked_sub(1)?;
        if let Some((name, value)) = STATIC.get(at) {
            return Some(Field {
                name: Some(name.as_bytes().into()),
                value: Some(value.as_bytes().into()),
            });
        }
        let entry = self.entries.get(at - STATIC.len()).cloned();
        Some(entry.unwrap_or(Field::UNKNOWN))
    }

    fn evict(&mut self) {
        while self.octets > self.limit {
            let Some(oldest) = self.entries.pop_back() else {
                break;
            };
            self.octets -= oldest.octets();
        }
    }
}

/// What is left of a block.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An integer behind a prefix of so many bits (5.1); at most 2^28, which no table and no string reaches.
    fn integer(&mut self, bits: u32) -> Option<usize> {
        let most = (1usize << bits) - 1;
        let mut value = usize::from(self.octet()?) & most;
        if value < most {
            return Some(value);
        }
        for shift in [0, 7, 14, 21] {
            let octet = usize::from(self.octet()?);
            value += (octet & 0x7f) << shift;
            if octet & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// A string (5.2).
    fn string(&mut self) -> Option<Vec<u8>> {
        let coded = self.0.first()? & 0x80 != 0;
        let length = self.integer(7)?;
        let (octets, rest): (&'a [u8], _) = self.0.split_at_checked(length)?;
        self.0 = rest;
        if coded {
            huffman::decode(octets)
        } else {
            Some(octets.to_vec())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(decoder: &mut Decoder, block: &str) -> Vec<(String, String)> {
        let block = decoder.decode(&hex::decode(block).unwrap());
        let text = |part: Option<Arc<[u8]>>| {
            part.map_or("?".to_owned(), |part| String::from_utf8(part.to_vec()).unwrap())
        };
        let fields = block.fields.into_iter();
        fields
            .map(|field| (text(field.name), text(field.value)))
            .collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// RFC 7541 C.4: requests with Huffman coding on one connection.
    const REQUESTS: [&str; 3] = [
        "828684418cf1e3c2e5f23a6ba0ab90f4ff",
        "828684be5886a8eb10649cbf",
        "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ];

    #[test]
    fn requests_of_the_rfc() {
        let mut decoder = Decoder::default();
        let first = [
            (":method", "GET"),
            (":scheme", "http"),
            (":path", "/"),
            (":authority", "www.example.com"),
        ];
        assert_eq!(decoded(&mut decoder, REQUESTS[0]), pairs(&first));
        let second = decoded(&mut decoder, REQUESTS[1]);
        assert_eq!(second[3..], pairs(&[first[3], ("cache-control", "no-cache")]));
        let third = decoded(&mut decoder, REQUESTS[2]);
        assert_eq!(third[3..], pairs(&[first[3], ("custom-key", "custom-value")]));
        assert_eq!(decoder.octets(), 164, "the table's size, as the RFC says");
    }

    #[test]
    fn entries_are_evicted() {
        // RFC 7541 C.6 with a table of 256 octets.
        let mut decoder = Decoder {
            limit: 256,
            ..Decoder::default()
        };
        decoded(
            &mut decoder,
            "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
        );
        assert_eq!(decoder.octets(), 222);
        let second = decoded(&mut decoder, "4883640effc1c0bf");
        assert_eq!(second[0], (":status".to_owned(), "307".to_owned()));
        assert_eq!(second[1], ("cache-control".to_owned(), "private".to_owned()));
        assert_eq!(decoder.octets(), 222, "the entry with 302 had to leave");
    }

    #[test]
    fn what_was_before_is_unknown_and_what_comes_after_is_not() {
        let mut decoder = Decoder::default();
        let second = decoded(&mut decoder, REQUESTS[1]);
        assert_eq!(second[3], ("?".to_owned(), "?".to_owned()));
        assert_eq!(second[4], ("cache-control".to_owned(), "no-cache".to_owned()));
        assert!(!decoder.decode(&[0xbf]).whole);
        assert!(decoder.decode(&[0xbe]).whole, "inserted since");
    }

    #[test]
    fn damage_ends_the_block_and_empties_the_table() {
        for block in ["80", "41", "418cf1e3", "ffffffffffff", "7f", "418100"] {
            let mut decoder = Decoder::default();
            decoded(&mut decoder, REQUESTS[0]);
            let block = decoder.decode(&hex::decode(block).unwrap());
            assert!(!block.whole);
            assert_eq!(decoder.octets(), 0, "{:?}", block.fields);
        }
    }

    /// 64 kB of references to an entry of 64 kB were 4 GB of copies.
    #[test]
    fn what_is_referred_to_is_not_copied() {
        let mut decoder = Decoder::default();
        let long = [
            &[0x3f, 0xe1, 0xff, 0x03, 0x40, 1, b'a', 0x7f, 0xe1, 0x5c][..],
            &[b'x'; 12_000],
        ]
        .concat();
        assert!(decoder.decode(&long).whole);
        let again = decoder.decode(&[0xbe, 0x7e, 1, b'y', 0xbf]);
        let [first, named, second] = &again.fields[..] else {
            panic!("{}", again.fields.len())
        };
        let same = |one: &Option<Arc<[u8]>>, other: &Option<Arc<[u8]>>| {
            one.as_ref()
                .zip(other.as_ref())
                .is_some_and(|(one, other)| Arc::ptr_eq(one, other))
        };
        assert!(same(&first.value, &second.value) && same(&first.name, &named.name));
        assert_eq!(first.value.as_ref().map(|value| value.len()), Some(12_000));
    }

    #[test]
    fn the_list_and_the_table_are_bounded() {
        let mut decoder = Decoder::default();
        decoder.decode(&[0x3f, 0xff, 0xff, 0x7f]);
        assert_eq!(decoder.limit, MAX_TABLE_OCTETS);
        let one = [&[0x40, 1, b'a', 0x7f, 0x81, 0x07][..], &[b'x'; 1024]].concat();
        let block = decoder.decode(&one.repeat(500));
        assert!(!block.whole);
        assert!(block.fields.len() < 64);
        assert!(decoder.octets() <= MAX_TABLE_OCTETS);
    }
}
