//! Ranges of packed IMSIs: an IMSI's digits in the low 56 bits, their count above. A prefix is a range for each length.

use std::ops::RangeInclusive;

/// Digits an IMSI may have.
const LENGTHS: RangeInclusive<u32> = 6..=15;

/// Where the count of digits stands in a packed IMSI.
const LENGTH_SHIFT: u32 = 56;

/// All IMSIs.
pub(crate) const ALL: RangeInclusive<u64> = 0..=u64::MAX >> 1;

/// The ranges of IMSIs that begin with these digits, in order.
pub(crate) fn of_prefix(prefix: &str) -> Vec<RangeInclusive<u64>> {
    let Ok(digits) = prefix.parse::<u64>() else {
        return Vec::new();
    };
    let given = prefix.len() as u32;
    let long_enough = LENGTHS.filter(|length| *length >= given);
    long_enough
        .map(|length| {
            let step = 10u64.pow(length - given);
            let count = u64::from(length) << LENGTH_SHIFT;
            (count | (digits * step))..=(count | (digits * step + (step - 1)))
        })
        .collect()
}

/// What is in one of both.
fn common(a: &[RangeInclusive<u64>], b: &[RangeInclusive<u64>]) -> Vec<RangeInclusive<u64>> {
    let both = a.iter().flat_map(|a| {
        b.iter()
            .map(|b| *a.start().max(b.start())..=*a.end().min(b.end()))
    });
    both.filter(|range| !range.is_empty()).collect()
}

/// The ranges that a caller may see (`scopes`, none: all) of those asked for, in order and apart, from `from` on.
pub(crate) fn visible(scopes: &[String], prefix: Option<&str>, from: u64) -> Vec<RangeInclusive<u64>> {
    let asked = prefix.map_or_else(|| vec![ALL], of_prefix);
    let seen = match scopes {
        [] => vec![ALL],
        scopes => scopes.iter().flat_map(|prefix| of_prefix(prefix)).collect(),
    };
    let behind = RangeInclusive::new(from, *ALL.end());
    let mut found = common(&common(&asked, &seen), &[behind]);
    found.sort_by_key(|range| *range.start());
    // One prefix may begin with another.
    found.dedup_by(|later, earlier| {
        let overlap = later.start() <= earlier.end();
        if overlap && later.end() > earlier.end() {
            *earlier = *earlier.start()..=*later.end();
        }
        overlap
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_identity::Imsi;

    #[test]
    fn a_prefix_is_a_range_for_each_length() {
        let packed = |text: &str| text.parse::<Imsi>().unwrap().packed();
        let ranges = of_prefix("00101");
        let has = |text: &str| ranges.iter().any(|range| range.contains(&packed(text)));
        assert!(has("001010000000000") && has("001019999999999") && has("001011"));
        assert!(!has("001020000000000") && !has("101010000000001") && !has("000101"));
        assert_eq!(
            of_prefix("001010000000001"),
            [packed("001010000000001")..=packed("001010000000001")]
        );
        assert!(of_prefix("0010100000000012").is_empty() && of_prefix("x").is_empty());
    }

    #[test]
    fn scopes_and_prefix_have_to_fit_both() {
        let scopes = ["00101".to_owned(), "001".to_owned(), "26201".to_owned()];
        let seen = visible(&scopes, None, 0);
        assert_eq!(seen.len(), 2 * LENGTHS.count(), "00101 is in 001");
        assert!(seen.is_sorted_by_key(|range| *range.start()));
        assert_eq!(
            visible(&scopes, Some("2620"), 0),
            visible(&["26201".to_owned()], None, 0)
        );
        assert!(visible(&scopes, Some("310"), 0).is_empty());
        let from = *seen[3].start() + 5;
        assert_eq!(*visible(&scopes, None, from)[0].start(), from);
    }
}
