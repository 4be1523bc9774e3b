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

/// Extended protocol discriminator of 5GS mobility management (TS 24.007 11.2.3.1.1A).
const FGMM: u8 = 0x7e;

/// Whether the first octets are a header of 5GS NAS: of a plain message with a message type of its range, or of a
/// protected one with its MAC, its sequence number and the beginning of a message (TS 24.501 9.1, 9.3, 9.7). Session
/// management never stands alone.
pub(crate) fn looks_like_nas_5gs(octets: &[u8]) -> bool {
    match octets {
        [FGMM, 0, 0x41..=0x6f, ..] => true,
        [FGMM, 1..=4, rest @ ..] => rest.len() >= 4 + 1 + 3,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_nas_of_5gs() {
        for nas in [
            "7e0041",
            "7e005c00",
            "7e04aabbccdd007e005e",
            "7e02aabbccdd01000000",
        ] {
            assert!(looks_like_nas_5gs(&hex::decode(nas).unwrap()), "{nas}");
        }
        for other in [
            "",
            "7e",
            "7e00",
            "7e0040",
            "7e0501020304057e0041",
            "7e01aabbccdd007e00",
            "2e0101c1",
        ] {
            assert!(!looks_like_nas_5gs(&hex::decode(other).unwrap()), "{other}");
        }
    }

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
