//! A row of the table of metrics.

/// What kind of number it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, from 0 at the start of the process. Its samples end in `_total`.
    Counter,
    /// What is so now.
    Gauge,
    /// Counts in buckets of time: `_bucket`, `_sum`, `_count`.
    Histogram,
}

impl Kind {
    /// The word for it in OpenMetrics.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// What is counted or measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Seconds; the name says so at its end.
    Seconds,
    /// Per cent.
    Percent,
    /// Thousandths.
    Permille,
    /// Things: messages, contexts, commands.
    Count,
}

impl Unit {
    /// The word for it; also the end of the name of what is no count.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Percent => "percent",
            Self::Permille => "permille",
            Self::Count => "",
        }
    }
}

/// One metric.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// The name of the family, without `_total`.
    pub name: &'static str,
    /// What kind of number it is.
    pub kind: Kind,
    /// In which unit.
    pub unit: Unit,
    /// What it says, in a sentence without its end.
    pub help: &'static str,
    /// The names of its labels; each series has a value for every one.
    pub labels: &'static [&'static str],
}

impl Metric {
    /// The names of its samples, as queries have them.
    #[must_use]
    pub fn samples(&self) -> Vec<String> {
        let with = |ends: &[&str]| ends.iter().map(|end| format!("{}{end}", self.name)).collect();
        match self.kind {
            Kind::Counter => with(&["_total"]),
            Kind::Gauge => with(&[""]),
            Kind::Histogram => with(&["_bucket", "_sum", "_count"]),
        }
    }
}
