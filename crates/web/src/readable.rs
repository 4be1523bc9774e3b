//! How pages write numbers and times.

use jiff::Timestamp;

/// Numbers as people read them; templates call these.
pub(crate) trait Readable {
    /// Thousands apart.
    fn grouped(&self) -> String;
}

impl Readable for u64 {
    fn grouped(&self) -> String {
        let digits = self.to_string();
        let mut text = String::new();
        for (at, digit) in digits.char_indices() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push('\u{202f}');
            }
            text.push(digit);
        }
        text
    }
}

impl Readable for usize {
    fn grouped(&self) -> String {
        (*self as u64).grouped()
    }
}

/// A rate: few digits.
impl Readable for f64 {
    fn grouped(&self) -> String {
        match *self {
            rate if rate >= 100.0 => (rate.round() as u64).grouped(),
            rate if rate >= 1.0 => format!("{rate:.1}"),
            rate if rate > 0.0 => format!("{rate:.3}"),
            _ => "0".to_owned(),
        }
    }
}

/// Moments as people read them.
pub(crate) trait Moment {
    /// Of seconds since 1970.
    fn clock(&self) -> String;
    /// Whether it is over.
    fn is_past(&self, now: &Self) -> bool;
}

impl Moment for u64 {
    fn clock(&self) -> String {
        let time = i64::try_from(*self)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        time.map_or_else(
            || self.to_string(),
            |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        )
    }

    fn is_past(&self, now: &Self) -> bool {
        self <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_are_for_people() {
        assert_eq!(0_u64.grouped(), "0");
        assert_eq!(999_u64.grouped(), "999");
        assert_eq!(10_000_000_u64.grouped(), "10\u{202f}000\u{202f}000");
        assert_eq!(
            (0.04_f64.grouped(), 12_345.6_f64.grouped()),
            ("0.040".to_owned(), "12\u{202f}346".to_owned())
        );
        assert_eq!(0_u64.clock(), "1970-01-01 00:00:00 UTC");
        assert_eq!(1_800_000_000_u64.clock(), "2027-01-15 08:00:00 UTC");
        assert_eq!(u64::MAX.clock(), u64::MAX.to_string());
    }
}
