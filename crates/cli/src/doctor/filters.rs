//! `--filter`: display filters of Wireshark, a line for each finding.

use super::words::clean;
use quintet_doctor::report::Attempt;
use std::io::{self, Write};

/// Writes the filters of an attempt's findings: the filter alone, so that a line can be used as it is, and behind `#` what it
/// shows if `told`.
pub(super) fn write(out: &mut impl Write, attempt: &Attempt, told: bool) -> io::Result<()> {
    for finding in attempt
        .findings
        .iter()
        .filter(|finding| !finding.display_filter.is_empty())
    {
        let filter = clean(&finding.display_filter);
        if told {
            writeln!(
                out,
                "{filter:<40}  # {} of #{} {}",
                finding.code, attempt.id, attempt.procedure
            )?;
        } else {
            writeln!(out, "{filter}")?;
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::sample::rejected;

    #[test]
    fn each_finding_is_a_line() {
        let mut attempt = rejected(7);
        attempt.findings.push(attempt.findings[0].clone());
        attempt.findings[1].display_filter.clear();
        let text = |told| {
            let mut octets = Vec::new();
            write(&mut octets, &attempt, told).unwrap();
            String::from_utf8(octets).unwrap()
        };
        assert_eq!(text(false), "frame.number in {4, 5}\n");
        let told = text(true);
        assert!(
            told.starts_with("frame.number in {4, 5} ") && told.ends_with("# smc-rejected of #7 attach\n")
        );
    }
}
