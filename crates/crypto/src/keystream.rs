//! What the word stream ciphers SNOW 3G and ZUC have in common: a sequence of 32-bit keystream words, made in blocks.

use zeroize::Zeroize;

/// Words that a generator makes at once: as many as its register holds, so that the register is renewed whole and
/// every index is a constant.
pub(crate) const BLOCK_WORDS: usize = 16;

/// Writes a statement out for each `$n` of a block. A loop would not do: the compiler leaves one of this size rolled up,
/// and takes every index modulo 16 when the program runs.
macro_rules! for_block {
    ($n:ident => $step:expr) => {
        $crate::keystream::for_block!(@ $n => $step; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $n:ident => $step:expr; $($value:literal)*) => {
        $({
            let $n = $value;
            $step;
        })*
    };
}

pub(crate) use for_block;

/// A generator of keystream words.
pub(crate) trait Keystream {
    /// The next [`BLOCK_WORDS`] words.
    fn block(&mut self, words: &mut [u32; BLOCK_WORDS]);

    /// The next words, fewer than a block.
    fn part(&mut self, words: &mut [u32]);

    /// The next words, any number.
    fn fill(&mut self, words: &mut [u32]) {
        let (blocks, rest) = words.as_chunks_mut();
        for block in blocks {
            self.block(block);
        }
        self.part(rest);
    }

    /// XORs the next words, each most significant octet first, onto the octets; a last word is cut short.
    fn apply(&mut self, octets: &mut [u8]) {
        let mut words = [0; BLOCK_WORDS];
        let (blocks, rest) = octets.as_chunks_mut::<{ BLOCK_WORDS * 4 }>();
        for block in blocks {
            self.block(&mut words);
            for (four, word) in block.as_chunks_mut::<4>().0.iter_mut().zip(words) {
                *four = (u32::from_be_bytes(*four) ^ word).to_be_bytes();
            }
        }
        self.part(&mut words[..rest.len().div_ceil(4)]);
        for (octets, word) in rest.chunks_mut(4).zip(words) {
            for (octet, key) in octets.iter_mut().zip(word.to_be_bytes()) {
                *octet ^= key;
            }
        }
        words.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snow3g::Snow3g;
    use crate::zuc::Zuc;

    /// The rows of type `keystream`; the other rows are `tests/ciphers.rs`'s.
    const KEYSTREAM_ROWS: usize = 7;

    /// Checks one row of published keystream on a fresh generator.
    fn check(row: &serde_json::Value, generator: &mut impl Keystream) {
        let id = &row["id"];
        let start = hex::decode(row["keystream_start"].as_str().unwrap()).unwrap();
        let last_offset = row["keystream_last_word_offset_bytes"]
            .as_u64()
            .map(|offset| offset as usize);
        let mut octets = vec![0; last_offset.map_or(start.len(), |offset| offset + 4)];
        generator.apply(&mut octets);
        assert_eq!(octets[..start.len()], start, "{id}: start");
        if let Some(offset) = last_offset {
            assert_eq!(
                hex::encode(&octets[offset..]),
                row["keystream_last_word"],
                "{id}: last word"
            );
        }
    }

    #[test]
    fn every_published_keystream() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/eea_eia.json");
        let rows: Vec<serde_json::Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut checked = 0;
        for row in rows.iter().filter(|row| row["type"] == "keystream") {
            let octets =
                |name: &str| <[u8; 16]>::try_from(hex::decode(row[name].as_str().unwrap()).unwrap()).unwrap();
            let (key, iv) = (octets("key"), octets("iv"));
            match row["algorithm"].as_str().unwrap() {
                "SNOW 3G" => {
                    let words = |o: [u8; 16]| std::array::from_fn(|i| u32::from_be_bytes(o.as_chunks().0[i]));
                    check(row, &mut Snow3g::new(words(key), words(iv)));
                }
                "ZUC" => check(row, &mut Zuc::new(&key, &iv)),
                other => panic!("{}: no keystream of {other} here", row["id"]),
            }
            checked += 1;
        }
        assert_eq!(checked, KEYSTREAM_ROWS);
    }
}
