//! A collection as OpenMetrics text, version 1.0.0: what Prometheus reads.

use crate::{Collection, METRICS, Metric, Series, Value};
use std::fmt::Write;

/// The media type of the text.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Collection {
    /// The media type of [`Collection::text`].
    pub const CONTENT_TYPE: &'static str = CONTENT_TYPE;

    /// Every metric that has a series, in the order of the table.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for metric in METRICS {
            let mut series = self.of(metric).peekable();
            if series.peek().is_some() {
                head(&mut text, metric);
            }
            for series in series {
                samples(&mut text, series);
            }
        }
        text.push_str("# EOF\n");
        text
    }
}

/// Writing into a String cannot fail, so the results below are dropped.
fn head(text: &mut String, metric: &Metric) {
    let Metric { name, help, .. } = metric;
    let _ = writeln!(text, "# TYPE {name} {}", metric.kind.word());
    if !metric.unit.word().is_empty() {
        let _ = writeln!(text, "# UNIT {name} {}", metric.unit.word());
    }
    let _ = writeln!(text, "# HELP {name} {}.", escaped(help));
}

fn samples(text: &mut String, series: &Series) {
    let Metric { name, .. } = series.metric;
    match &series.value {
        Value::Count(count) => {
            let _ = writeln!(text, "{name}_total{} {count}", braced(series, None));
        }
        Value::Now(now) => {
            let _ = writeln!(text, "{name}{} {now}", braced(series, None));
        }
        Value::Times(times) => {
            for (bound, count) in times.cumulative() {
                let bound = bound.map_or_else(|| "+Inf".to_owned(), |bound| number(bound.as_secs_f64()));
                let _ = writeln!(text, "{name}_bucket{} {count}", braced(series, Some(&bound)));
            }
            let sum = number(times.sum().as_secs_f64());
            let _ = writeln!(text, "{name}_sum{} {sum}", braced(series, None));
            let _ = writeln!(text, "{name}_count{} {}", braced(series, None), times.count());
        }
    }
}

/// A number that is written with a point, as OpenMetrics wants bounds to be.
fn number(value: f64) -> String {
    format!("{value:?}")
}

/// The labels of a sample, and its bound.
fn braced(series: &Series, bound: Option<&str>) -> String {
    let names = series.metric.labels.iter().copied();
    let labels = names.zip(series.labels.iter().map(String::as_str));
    let labels: Vec<String> = labels
        .chain(bound.map(|bound| ("le", bound)))
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    match labels.is_empty() {
        true => String::new(),
        false => format!("{{{}}}", labels.join(",")),
    }
}

/// What stands between quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Histogram, metrics};
    use std::time::Duration;

    #[test]
    fn a_collection_in_full() {
        let mut collection = Collection::default();
        let mut times = Histogram::default();
        for us in [70, 70, 30_000_000] {
            times.record(Duration::from_micros(us));
        }
        collection.gauge(&metrics::DIAMETER_PEER_UP, &["hss", "a\"b\\c\nd"], 1.0);
        collection.times(&metrics::DIAMETER_REQUEST_DURATION, &["hss", "S6a", "X"], &times);
        let text = collection.text();
        for line in [
            "# TYPE quintet_diameter_peer_up gauge",
            r#"quintet_diameter_peer_up{node="hss",peer="a\"b\\c\nd"} 1"#,
            "# TYPE quintet_diameter_request_duration_seconds histogram",
            "# UNIT quintet_diameter_request_duration_seconds seconds",
            r#"quintet_diameter_request_duration_seconds_bucket{node="hss",application="S6a",command="X",le="5e-5"} 0"#,
            r#"quintet_diameter_request_duration_seconds_bucket{node="hss",application="S6a",command="X",le="0.0001"} 2"#,
            r#"quintet_diameter_request_duration_seconds_bucket{node="hss",application="S6a",command="X",le="10.0"} 2"#,
            r#"quintet_diameter_request_duration_seconds_bucket{node="hss",application="S6a",command="X",le="+Inf"} 3"#,
            r#"quintet_diameter_request_duration_seconds_sum{node="hss",application="S6a",command="X"} 30.00014"#,
            r#"quintet_diameter_request_duration_seconds_count{node="hss",application="S6a",command="X"} 3"#,
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
        assert!(
            !text.contains("quintet_diameter_shed"),
            "what nobody has is not told"
        );
    }
}
