//! `docs/metrics.md`: the table of metrics as a page. A test holds the page and the table together.

use crate::{BOUNDS, Kind, METRICS, Metric};
use std::fmt::Write;

const HEAD: &str = "# Metrics

What `/metrics` tells (`[metrics] listen`, [operation](operation.md#metrics)): OpenMetrics text, for Prometheus and whatever reads the
same. All nodes of a process are in one answer, told apart by the label `node`. Counters rise from 0 at the start of the
process; a metric is absent where nothing has it. No label has a value that a stranger chooses: commands and applications have
the names of the dictionary, or `other`; a peer has its name if it is configured; of the others, 64 at most while they are
connected, and the rest are `unconfigured`. Neither identities of subscribers nor keys are in any.

";

/// The page.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    // Writing into a String cannot fail.
    let bounds: Vec<String> = BOUNDS
        .iter()
        .map(|bound| bound.as_secs_f64().to_string())
        .collect();
    let _ = write!(
        page,
        "Histograms are of seconds, in buckets up to {}. A bucket is at most 2.5 times as wide as its lower bound, and so is the error of a\n\
         quantile: `histogram_quantile(0.99, sum by (le, command) (rate(quintet_diameter_request_duration_seconds_bucket[5m])))`.\n\n\
         `QUINTET_WRITE=1 cargo test -p quintet-telemetry the_page_is_the_table` writes this page.\n",
        bounds.join(", "),
    );
    let mut chapter = "";
    for metric in METRICS {
        let of = chapter_of(metric);
        if of != chapter {
            chapter = of;
            let _ = write!(page, "\n## {of}\n\n| metric | labels | what |\n|---|---|---|\n");
        }
        let name = match metric.kind {
            Kind::Counter => format!("`{}_total`", metric.name),
            Kind::Gauge => format!("`{}`, a gauge", metric.name),
            Kind::Histogram => format!("`{}`, a histogram", metric.name),
        };
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let _ = writeln!(page, "| {name} | {} | {} |", labels.join(" "), metric.help);
    }
    page
}

/// The chapter of a metric, by the second word of its name.
fn chapter_of(metric: &Metric) -> &'static str {
    match metric.name.split('_').nth(1) {
        Some("diameter") => "Diameter",
        Some("home") => "HSS and UDM",
        Some("store") => "Store",
        Some("vault") => "Keys of the database",
        Some("mme") => "MME",
        Some("amf") => "AMF",
        Some("ausf") => "AUSF",
        Some("sbi") => "Service based interfaces",
        Some("pcscf") => "P-CSCF",
        Some("icscf") => "I-CSCF",
        Some("scscf") => "S-CSCF",
        _ => "Process",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_page_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
        if std::env::var_os("QUINTET_WRITE").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(
            written,
            page(),
            "docs/metrics.md is stale: QUINTET_WRITE=1 cargo test -p quintet-telemetry the_page_is_the_table"
        );
    }

    #[test]
    fn rows_are_well_formed_and_their_chapters_are_together() {
        let (mut names, mut chapters) = (BTreeSet::new(), Vec::new());
        for metric in METRICS {
            let Metric { name, help, .. } = metric;
            assert!(names.insert(name), "{name} is there twice");
            assert!(name.starts_with("quintet_"), "{name}");
            assert!(
                name.bytes()
                    .all(|c| matches!(c, b'a'..=b'z' | b'0'..=b'9' | b'_')),
                "{name}"
            );
            assert!(
                !help.is_empty() && !help.ends_with('.') && !help.contains('|'),
                "{name}: {help}"
            );
            assert!(
                !name.ends_with("_total"),
                "{name}: the sample has that end by itself"
            );
            let unit = metric.unit.word();
            assert!(unit.is_empty() || name.ends_with(&format!("_{unit}")), "{name}");
            assert!(metric.kind != Kind::Histogram || unit == "seconds", "{name}");
            assert!(!metric.labels.contains(&"le"), "{name}");
            let of = chapter_of(metric);
            if chapters.last() != Some(&of) {
                assert!(
                    !chapters.contains(&of),
                    "{name} stands apart from its chapter {of}"
                );
                chapters.push(of);
            }
        }
    }

    #[test]
    fn no_label_is_an_identity() {
        let known = [
            "node",
            "direction",
            "kind",
            "application",
            "command",
            "result",
            "priority",
            "peer",
            "protocol",
            "lane",
            "phase",
            "cause",
            "timer",
            "operation",
            "status",
            "outcome",
            "state",
            "service",
            "version",
            "section",
            "key",
        ];
        for metric in METRICS {
            for label in metric.labels {
                assert!(
                    known.contains(label),
                    "{}: who chooses the values of {label}?",
                    metric.name
                );
            }
        }
    }
}
