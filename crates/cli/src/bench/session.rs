//! What every benchmark of servers does: runs until a signal, shows how far it is, and gives up when nothing happens.

use crate::output::Finding;
use crate::signals::Termination;
use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use quintet_runtime::Clock;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Notify;

/// How often progress is shown.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// The template of a bar that counts.
pub(super) const COUNTING: &str = "{msg} [{bar:40}] {human_pos}/{human_len} {per_sec}";

/// Measures, on a thread of its own making, until it is done or a signal comes: then what was begun is dropped, servers
/// are killed and temporary databases removed.
///
/// # Errors
/// Those of the measurement, or the signal.
pub(super) fn run(measure: impl Future<Output = Result<Finding>>) -> Result<Finding> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let mut termination = Termination::register()?;
        tokio::select! {
            finding = measure => finding,
            signal = termination.received() => bail!("stopped by {signal}"),
        }
    })
}

/// A directory for databases, gone with the benchmark.
///
/// # Errors
/// If none can be made.
pub(super) fn directory() -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix("quintet-bench-")
        .tempdir()
        .context("cannot make a temporary directory")
}

/// A bar of progress.
pub(super) fn bar(length: u64, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}

/// How far a load is.
pub(super) struct Progress {
    /// Whether all have ended that were to begin.
    pub(super) over: bool,
    /// UEs that began, of all measurements.
    pub(super) begun: u64,
    /// UEs that ended, well or not.
    pub(super) ended: u64,
    /// What went wrong first.
    pub(super) fault: Option<String>,
}

/// Waits until a load is over; `done` is told of its end.
///
/// # Errors
/// If nothing happens for `patience`.
pub(super) async fn watch(
    (clock, done, bar): (Clock, &Notify, &ProgressBar),
    patience: Duration,
    look: impl Fn() -> Progress,
) -> Result<()> {
    let first = look().ended;
    let (mut seen, mut seen_at) = (first, clock.moment().now);
    loop {
        tokio::select! {
            () = done.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        let at = look();
        bar.set_position(at.ended - first);
        let now = clock.moment().now;
        if at.over {
            return Ok(());
        }
        if at.ended != seen {
            (seen, seen_at) = (at.ended, now);
        } else if now > seen_at + patience {
            bail!(
                "nothing happened for {} s with {} UEs under way: {}",
                patience.as_secs(),
                at.begun - at.ended,
                at.fault.as_deref().unwrap_or("no failure was seen")
            );
        }
    }
}
