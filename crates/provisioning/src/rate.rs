//! Bit rates: numbers with a unit.

/// Bit/s of a text like `1 Gbps`, `500 Mbit/s`, `64000`; units are of 1,000 (TS 29.571 5.5.2, BitRate).
///
/// # Errors
/// What is expected.
pub fn of_text(text: &str) -> Result<u64, String> {
    let wrong = || format!("{text:?} is no bit rate, expected a number with bps, Kbps, Mbps, Gbps or Tbps");
    let text = text.trim();
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = unit.trim().to_ascii_lowercase();
    let unit = unit
        .strip_suffix("bps")
        .or_else(|| unit.strip_suffix("bit/s"))
        .unwrap_or(&unit);
    let factor: u64 = match unit {
        "" => 1,
        "k" => 1_000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        "t" => 1_000_000_000_000,
        _ => return Err(wrong()),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut rate = whole
        .parse::<u64>()
        .ok()
        .and_then(|whole| whole.checked_mul(factor))
        .ok_or_else(wrong)?;
    let mut part = factor;
    for digit in fraction.bytes() {
        part /= 10;
        rate = rate.saturating_add(u64::from(digit.wrapping_sub(b'0')) * part);
    }
    Ok(rate)
}

/// The shortest text that [`of_text`] reads as this rate.
#[must_use]
pub fn text_of(rate: u64) -> String {
    for (factor, unit) in [
        (1_000_000_000_000, "Tbps"),
        (1_000_000_000, "Gbps"),
        (1_000_000, "Mbps"),
        (1_000, "Kbps"),
    ] {
        if rate >= factor && rate.is_multiple_of(factor) {
            return format!("{} {unit}", rate / factor);
        }
    }
    format!("{rate} bps")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_units_of_a_thousand() {
        for (text, rate) in [
            ("1000 Kbps", 1_000_000),
            ("1 Gbps", 1_000_000_000),
            ("1.5 Mbps", 1_500_000),
            ("64000", 64_000),
            ("200 bps", 200),
            ("2Tbps", 2_000_000_000_000),
        ] {
            assert_eq!(of_text(text), Ok(rate), "{text}");
            assert_eq!(of_text(&text_of(rate)), Ok(rate));
        }
        for wrong in ["", "fast", "1 parsec", "-1 Kbps", "99999999999 Tbps"] {
            assert!(of_text(wrong).is_err(), "{wrong}");
        }
    }
}
