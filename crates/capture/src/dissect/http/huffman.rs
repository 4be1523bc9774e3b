//! The Huffman code of HPACK (RFC 7541 5.2, appendix B).
//!
//! The code is canonical: codes of a length follow each other in the order of their symbols, shorter ones before longer.
//! So the lengths are all there is to know.

use std::sync::OnceLock;

/// Bits of the code of each octet; the last is that of the end of string.
#[rustfmt::skip]
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11,
    10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8,
    15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5,
    6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
    7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23,
    23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21,
    23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25,
    26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26,
    28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

/// The longest code.
const MAX_BITS: usize = 30;

/// The symbol that must not occur.
const END_OF_STRING: u16 = 256;

#[derive(Debug)]
struct Table {
    /// By length: the first code, and where its symbol stands.
    first: [(u32, usize); MAX_BITS + 1],
    /// By length: how many codes there are.
    count: [u32; MAX_BITS + 1],
    /// By length, then by value.
    symbols: Vec<u16>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table {
            first: [(0, 0); MAX_BITS + 1],
            count: [0; MAX_BITS + 1],
            symbols: Vec::with_capacity(LENGTHS.len()),
        };
        let mut code = 0;
        for bits in 1..=MAX_BITS {
            code <<= 1;
            table.first[bits] = (code, table.symbols.len());
            let before = table.symbols.len();
            let of = |(_, length): &(u16, &u8)| usize::from(**length) == bits;
            let symbols = (0..).zip(&LENGTHS).filter(of).map(|(symbol, _)| symbol);
            table.symbols.extend(symbols);
            table.count[bits] = (table.symbols.len() - before) as u32;
            code += table.count[bits];
        }
        table
    })
}

/// Decodes a string. `None` if it is none: a code for the end of string, or padding that is too long or not of ones.
pub(super) fn decode(octets: &[u8]) -> Option<Vec<u8>> {
    let table = table();
    let mut out = Vec::with_capacity(octets.len() * 8 / 5 + 1);
    let (mut code, mut bits) = (0u32, 0usize);
    for octet in octets {
        for at in (0..8).rev() {
            code = code << 1 | u32::from(octet >> at & 1);
            bits += 1;
            if bits > MAX_BITS {
                return None;
            }
            let (first, place) = table.first[bits];
            let Some(ahead) = code.checked_sub(first).filter(|ahead| *ahead < table.count[bits]) else {
                continue;
            };
            let symbol = table.symbols[place + ahead as usize];
            if symbol == END_OF_STRING {
                return None;
            }
            out.push(symbol as u8);
            (code, bits) = (0, 0);
        }
    }
    (bits < 8 && code == (1 << bits) - 1).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        // RFC 7541 C.4 and C.6.
        for (coded, text) in [
            ("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"),
            ("a8eb10649cbf", "no-cache"),
            ("25a849e95ba97d7f", "custom-key"),
            ("25a849e95bb8e8b4bf", "custom-value"),
            ("6402", "302"),
            ("aec3771a4b", "private"),
            (
                "d07abe941054d444a8200595040b8166e082a62d1bff",
                "Mon, 21 Oct 2013 20:13:21 GMT",
            ),
            ("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"),
        ] {
            assert_eq!(
                decode(&hex::decode(coded).unwrap()).as_deref(),
                Some(text.as_bytes()),
                "{text}"
            );
        }
    }

    #[test]
    fn padding_is_at_most_seven_ones() {
        assert_eq!(decode(&[]), Some(Vec::new()));
        assert_eq!(decode(&[0x07]), Some(b"0".to_vec()), "00000 and three ones");
        assert_eq!(decode(&[0x00]), None, "zeros");
        assert_eq!(decode(&[0x07, 0xff]), None, "more than seven");
        assert_eq!(decode(&[0xff; 4]), None, "the end of string");
    }
}
