//! What a lab says while it plays: the ladder on standard output, progress on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::time::Duration;

/// How much is shown on standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Show {
    /// The ladder.
    Ladder,
    /// Nothing, for now: too many messages, or the answer is JSON.
    Nothing,
}

/// Standard output, until its reader goes away.
pub(super) struct Screen {
    show: Show,
    /// The reader of the ladder went away.
    broken: bool,
}

impl Screen {
    pub(super) fn new(show: Show) -> Self {
        Self { show, broken: false }
    }

    pub(super) fn show(&mut self, show: Show) {
        self.show = show;
    }

    /// Whether what is drawn is seen by anybody.
    pub(super) fn is_seen(&self) -> bool {
        self.show == Show::Ladder && !self.broken
    }

    /// Whether nobody reads what the lab says any more.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Shows a text as it is.
    pub(super) fn print(&mut self, text: &str) {
        if self.is_seen() {
            let mut out = anstream::stdout().lock();
            self.broken = out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err();
        }
    }
}

/// How often a progress bar moves by itself.
const TICK: Duration = Duration::from_millis(200);

/// A bar on standard error that counts to `length`, in words such as `{pos}/{len} UEs`; nothing where that is no terminal.
pub(super) fn progress(length: u64, words: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(&format!("{{spinner}} {words}, {{elapsed}} {{msg}}")) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}
