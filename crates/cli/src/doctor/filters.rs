//! `--filter`: display filters of Wireshark, a line for each finding.

use super::words::clean;
use quintet_doctor::report::{Attempt, Finding};
use std::io::{self, Write};

/// Writes the filters of an attempt's findings: the filter alone, so that a line can be used as it is, and behind `#` what it
/// shows if `told`. A finding of two captures has a line for each.
pub(super) fn write(out: &mut impl Write, attempt: &Attempt, told: bool) -> io::Result<()> {
    for finding in &attempt.findings {
        let mut captures = finding.captures.clone();
        captures.dedup();
        for (filter, capture) in filters(finding, &captures) {
            let filter = clean(&filter);
            if !told {
                writeln!(out, "{filter}")?;
                continue;
            }
            let of = match captures.len() {
                0 | 1 => String::new(),
                _ => format!(", capture {}", capture + 1),
            };
            let (code, id, procedure) = (finding.code, attempt.id, attempt.procedure);
            writeln!(out, "{filter:<40}  # {code} of #{id} {procedure}{of}")?;
        }
    }
    out.flush()
}

/// A finding's filters, with the capture that each is for.
fn filters(finding: &Finding, captures: &[u16]) -> Vec<(String, u16)> {
    if let [] | [_] = captures {
        let capture = captures.first().copied().unwrap_or(0);
        let filter = Some(finding.display_filter.clone()).filter(|filter| !filter.is_empty());
        return filter.map(|filter| (filter, capture)).into_iter().collect();
    }
    let of = |capture: u16| {
        let places = finding.captures.iter().zip(&finding.frames);
        let frames = places.filter(move |(known, _)| **known == capture);
        let frames: Vec<_> = frames
            .map(|(_, frame)| format!("frame.number=={frame}"))
            .collect();
        (frames.join(" || "), capture)
    };
    captures.iter().map(|capture| of(*capture)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quintet_consult::sample::rejected;

    #[test]
    fn each_finding_is_a_line() {
        let mut attempt = rejected(7);
        attempt.findings.push(attempt.findings[0].clone());
        attempt.findings[1].display_filter.clear();
        let text = |told| written(&attempt, told);
        assert_eq!(text(false), "frame.number in {4, 5}\n");
        let told = text(true);
        assert!(
            told.starts_with("frame.number in {4, 5} ") && told.ends_with("# smc-rejected of #7 attach\n")
        );
    }

    #[test]
    fn each_capture_has_its_own_filter() {
        let mut attempt = rejected(7);
        attempt.findings[0].frames = vec![4, 5, 4];
        attempt.findings[0].captures = vec![0, 0, 1];
        let told = written(&attempt, true);
        let lines: Vec<&str> = told.lines().collect();
        assert!(
            lines[0].starts_with("frame.number==4 || frame.number==5 ") && lines[0].ends_with(", capture 1")
        );
        assert!(
            lines[1].starts_with("frame.number==4 ") && lines[1].ends_with(", capture 2"),
            "{told}"
        );
    }

    fn written(attempt: &Attempt, told: bool) -> String {
        let mut octets = Vec::new();
        write(&mut octets, attempt, told).unwrap();
        String::from_utf8(octets).unwrap()
    }
}
