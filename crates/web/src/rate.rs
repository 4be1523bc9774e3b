//! Bit rates as people write them: 100M, 1.5G, 64k, 1000000.

/// Units, the largest first.
const UNITS: [(char, u64); 4] = [
    ('T', 1_000_000_000_000),
    ('G', 1_000_000_000),
    ('M', 1_000_000),
    ('k', 1_000),
];

/// Digits behind the point that are read: more are below a bit of the smallest unit.
const MAX_DECIMALS: usize = 12;

/// The shortest way to write a rate exactly.
pub(crate) fn text(rate: u64) -> String {
    for (unit, factor) in UNITS {
        if rate >= factor && rate.is_multiple_of(factor / 1_000) {
            let (whole, rest) = (rate / factor, rate % factor / (factor / 1_000));
            return match rest {
                0 => format!("{whole}{unit}"),
                rest => format!("{whole}.{}{unit}", format!("{rest:03}").trim_end_matches('0')),
            };
        }
    }
    rate.to_string()
}

/// A rate, bit/s.
///
/// # Errors
/// What it must be.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no bit rate: write bit/s, or 64k, 100M, 1.5G");
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let compact = compact.strip_suffix("bit/s").unwrap_or(&compact);
    let unit = compact.chars().last().ok_or_else(wrong)?;
    let known = UNITS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&unit));
    let (digits, factor) = match known {
        Some((known, factor)) => (&compact[..compact.len() - known.len_utf8()], *factor),
        None => (compact, 1),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !is_digits(whole) || !is_digits(decimals) || whole.is_empty() || decimals.len() > MAX_DECIMALS {
        return Err(wrong());
    }
    let whole: u64 = whole.parse().map_err(|_| wrong())?;
    let scale = 10_u128.pow(decimals.len() as u32);
    let part: u128 = if decimals.is_empty() {
        0
    } else {
        decimals.parse().map_err(|_| wrong())?
    };
    if !(part * u128::from(factor)).is_multiple_of(scale) {
        return Err(wrong());
    }
    let rate = u128::from(whole) * u128::from(factor) + part * u128::from(factor) / scale;
    u64::try_from(rate).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (rate, written) in [
            (0, "0"),
            (999, "999"),
            (64_000, "64k"),
            (1_500, "1.5k"),
            (100_000_000, "100M"),
            (1_500_000_000, "1.5G"),
            (1_000_000_001, "1000000.001k"),
            (1_000_001_000, "1000.001M"),
            (2_000_000_000_000, "2T"),
            (u64::MAX, "18446744073709551.615k"),
        ] {
            let shown = text(rate);
            assert_eq!(shown, written);
            assert_eq!(parse(&shown), Ok(rate), "{shown}");
        }
        assert_eq!(parse("50 Mbit/s"), Ok(50_000_000));
        assert_eq!(parse("0.000001M"), Ok(1));
        for wrong in [
            "",
            "M",
            "x",
            "-1",
            "1.M5",
            "1e6",
            "0.0001k",
            "20000000T",
            "99999999999999999999",
            "1.0000000000000M",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
