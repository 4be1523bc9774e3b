//! What nodes measure, and how it is told: one table of metrics, histograms of time, OpenMetrics text, snapshots; and what an
//! attempt is called on all nodes, for logs and spans.
//!
//! ```text
//!  node's counters, Histogram ──► Collection ──► text()              Prometheus, when it asks
//!   (plain numbers, one thread)       ├────────► Meter ─► Snapshot   rates and quantiles, for the page, every few seconds
//!  METRICS (name, kind, labels) ──────┴────────► page()              docs/metrics.md
//! ```
//!
//! Nothing is registered and nothing is shared: a node counts in plain numbers on its own thread, and they are brought
//! together when somebody looks. What has no row in the table cannot be told, and a row says which labels it has, so that
//! the page, the board and the alerts can be held against it.
//!
//! No label has a value that a stranger chooses: commands and applications have the names of the dictionary, or "other";
//! peers are told apart if they are configured. Identities of subscribers and keys are in no label.

#![forbid(unsafe_code)]

mod attempt;
mod collection;
mod histogram;
mod metric;
pub mod metrics;
mod reference;
mod snapshot;
mod span;
mod text;

pub use attempt::AttemptId;
pub use collection::{Collection, MAX_SERIES, Series, Value};
pub use histogram::{BOUNDS, Histogram};
pub use metric::{Kind, Metric, Unit};
pub use metrics::METRICS;
pub use reference::page;
pub use snapshot::{Board, CommandFigures, Meter, Snapshot};
pub use span::{Attribute, Span, SpanKind, otlp_json};
