//! APN-AMBR on the wire (TS 24.301 9.9.4.2): a rate as a coarse octet, an extended one, and multiples of 256 Mbit/s.
//!
//! ```text
//!   octet 3, 4   1 … 63 kbit/s by 1    64 … 568 by 8    576 … 8640 by 64               0xff: nothing
//!   octet 5, 6   8.7 … 16 Mbit/s by 0.1    17 … 128 by 1    130 … 256 by 2             0: octet 3 counts
//!   octet 7, 8   256 Mbit/s times 1 … 254, to be added                                 0: nothing to add
//! ```
//!
//! A rate between two that can be coded becomes the lower: the UE is never told more than it has.

use quintet_subscriber::model::Ambr;

/// What octets 7 and 8 count: 256 Mbit/s, in kbit/s.
const STEP_KBPS: u64 = 256_000;
/// The highest value of octets 7 and 8.
const MAX_STEPS: u64 = 254;
/// The highest rate of octets 3 and 4, in kbit/s.
const COARSE_MAX_KBPS: u64 = 8640;
/// Octet 3 when octet 5 counts.
const EXTENDED_FOLLOWS: u8 = 0xfe;
/// Octet 3 for a rate of zero.
const ZERO: u8 = 0xff;

/// One direction: octets 3, 5 and 7 (or 4, 6 and 8).
fn rate(bps: u64) -> [u8; 3] {
    // A rate below all that can be coded is still a rate.
    let kbps = (bps / 1000).max(1);
    let steps = (kbps / STEP_KBPS).min(MAX_STEPS);
    let rest = (kbps - steps * STEP_KBPS).min(STEP_KBPS);
    let [coarse, extended] = below_256_mbps(rest);
    [coarse, extended, steps as u8]
}

/// Octets 3 and 5 of a rate up to 256 Mbit/s.
fn below_256_mbps(kbps: u64) -> [u8; 2] {
    let coarse = match kbps {
        0 => ZERO,
        1..=63 => kbps as u8,
        64..=575 => (64 + (kbps - 64) / 8) as u8,
        576..=8699 => (128 + (kbps.min(COARSE_MAX_KBPS) - 576) / 64) as u8,
        _ => EXTENDED_FOLLOWS,
    };
    let extended = match kbps {
        0..=8699 => 0,
        8700..=16_999 => ((kbps.min(16_000) - 8600) / 100) as u8,
        17_000..=129_999 => (74 + (kbps.min(128_000) - 16_000) / 1000) as u8,
        _ => (186 + (kbps - 128_000) / 2000) as u8,
    };
    [coarse, extended]
}

/// The value part, of 2, 4 or 6 octets: downlink before uplink.
pub(in crate::network) fn apn_ambr(ambr: Ambr) -> Vec<u8> {
    let (down, up) = (rate(ambr.downlink), rate(ambr.uplink));
    let pairs = (0..3)
        .rev()
        .find(|&i| down[i] != 0 || up[i] != 0)
        .map_or(1, |last| last + 1);
    (0..pairs).flat_map(|i| [down[i], up[i]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(downlink: u64, uplink: u64) -> Vec<u8> {
        apn_ambr(Ambr { uplink, downlink })
    }

    /// The value a receiver reads from one direction's octets, in kbit/s (TS 24.301 table 9.9.4.2.1).
    fn read([coarse, extended, steps]: [u8; 3]) -> u64 {
        let (c, e) = (u64::from(coarse), u64::from(extended));
        let base = match e {
            0 => match c {
                1..=63 => c,
                64..=127 => 64 + (c - 64) * 8,
                128..=254 => 576 + (c - 128) * 64,
                _ => 0,
            },
            1..=74 => 8600 + e * 100,
            75..=186 => 16_000 + (e - 74) * 1000,
            _ => 128_000 + (e - 186) * 2000,
        };
        base + u64::from(steps) * 256_000
    }

    #[test]
    fn no_rate_is_told_higher_than_it_is_nor_much_lower() {
        let mut bps = 1000;
        while bps < 65_000_000_000u64 {
            let told = read(rate(bps)) * 1000;
            assert!(
                told <= bps && told * 10 + 10_000 >= bps * 8,
                "{bps} bit/s told as {told}"
            );
            bps += bps / 97 + 1;
        }
        assert_eq!(read(rate(1 << 60)), 254 * 256_000 + 256_000, "the most there is");
        assert_eq!(read(rate(0)), 1);
    }

    #[test]
    fn octets_as_the_table_has_them() {
        assert_eq!(of(63_000, 1_000), [63, 1]);
        assert_eq!(of(8_640_000, 576_000), [0xfe, 0x80]);
        assert_eq!(of(100_000_000, 50_000_000), [0xfe, 0xfe, 158, 108]);
        assert_eq!(of(512_000_000, 64_000), [0xff, 0x40, 0, 0, 2, 0]);
        assert_eq!(of(1_000_000_000, 500_000_000), [0xfe, 0xfe, 238, 244, 3, 1]);
    }
}
