//! Whether octets look like a NAS PDU: asked of messages that may have been ciphered, never of others.

/// Protocol discriminators of TS 24.007 11.2.3.1.1: EPS mobility management, EPS session management.
const EMM: u8 = 7;
const ESM: u8 = 2;

/// Whether the first octets are a header of EPS NAS: of a plain message with a message type of its range, or of a
/// protected one with its MAC and sequence number (TS 24.301 9.1, 9.2, 9.3, 9.8).
pub(crate) fn looks_like_nas(octets: &[u8]) -> bool {
    match octets {
        [first, rest @ ..] if first & 0x0f == EMM => match first >> 4 {
            0 => matches!(rest, [0x40..=0x6f, ..]),
            1..=4 => rest.len() >= 6,
            // SERVICE REQUEST: four octets.
            12 => rest.len() == 3,
            _ => false,
        },
        // Bearer identity, transaction identity, message type.
        [first, _, 0xc0..=0xef, ..] => first & 0x0f == ESM,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_nas() {
        for nas in [
            "0741710809",
            "27d0e1f2a301aa",
            "c7087fe9",
            "0201d9",
            "47eb1ecaa800075d",
        ] {
            assert!(looks_like_nas(&hex::decode(nas).unwrap()), "{nas}");
        }
        for other in [
            "",
            "07",
            "0711",
            "27d0e1f2a301",
            "c7087fe900",
            "0801d9",
            "b7aabbccddeeff",
            "020111",
        ] {
            assert!(!looks_like_nas(&hex::decode(other).unwrap()), "{other}");
        }
    }
}
