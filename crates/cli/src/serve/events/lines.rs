//! Lines on their way out, written by a thread of their own: a reader that stalls must not hold up the nodes.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

/// Lines that wait while their reader is slow; some 2 kB each. What comes beyond them is left out, and counted.
const MAX_WAITING: usize = 16_384;

/// How long a stop waits for the last lines to be read.
const FAREWELL: Duration = Duration::from_secs(2);

/// Takes lines in, without waiting.
pub(super) struct Lines {
    waiting: Option<SyncSender<Vec<u8>>>,
    ended: Receiver<()>,
    left_out: u64,
}

impl Lines {
    /// Begins to write to this place.
    #[expect(
        clippy::disallowed_methods,
        reason = "a place that blocks is written to from a thread of its own"
    )]
    pub(super) fn begin(mut out: impl Write + Send + 'static) -> Self {
        let (waiting, lines) = sync_channel::<Vec<u8>>(MAX_WAITING);
        let (end, ended) = channel();
        std::thread::spawn(move || {
            if let Err(error) = write(&mut out, &lines) {
                tracing::error!(%error, "--events: no more lines are written; restart when there is room");
            }
            // Nobody may wait for it any more.
            let _ = end.send(());
        });
        Self {
            waiting: Some(waiting),
            ended,
            left_out: 0,
        }
    }

    /// Takes a line, if there is room.
    pub(super) fn offer(&mut self, line: Vec<u8>) {
        let Some(waiting) = &self.waiting else { return };
        match waiting.try_send(line) {
            Ok(()) => {}
            Err(TrySendError::Disconnected(_)) => self.waiting = None,
            Err(TrySendError::Full(_)) => {
                if self.left_out == 0 {
                    tracing::warn!(
                        waiting = MAX_WAITING,
                        "--events: its reader is too slow, lines are left out"
                    );
                }
                self.left_out += 1;
            }
        }
    }

    /// No more lines: waits a moment for those that are on their way.
    pub(super) fn finish(&mut self) {
        self.waiting = None;
        if self.ended.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("--events: its reader has not taken the last lines");
        }
        if self.left_out > 0 {
            tracing::warn!(lines = self.left_out, "--events: lines were left out");
        }
    }
}

/// Writes lines as they come, those that wait together at once.
fn write(out: &mut impl Write, lines: &Receiver<Vec<u8>>) -> io::Result<()> {
    let mut together = Vec::new();
    while let Ok(line) = lines.recv() {
        together.extend_from_slice(&line);
        together.extend(lines.try_iter().take(MAX_WAITING).flatten());
        out.write_all(&together)?;
        out.flush()?;
        together.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "the test is the reader at the other end"
    )]
    fn a_reader_that_stalls_costs_lines_and_no_time() {
        let (mut reader, writer) = io::pipe().expect("a pipe");
        let mut lines = Lines::begin(writer);
        // More than the pipe, the thread and the queue hold together.
        let line = vec![b'x'; 64];
        let most = 3 * MAX_WAITING;
        (0..most).for_each(|_| lines.offer(line.clone()));
        assert!(
            lines.left_out > 0 && (lines.left_out as usize) < most,
            "{}",
            lines.left_out
        );
        let read = std::thread::spawn(move || {
            let mut all = Vec::new();
            reader.read_to_end(&mut all).map(|_| all.len())
        });
        let left_out = lines.left_out as usize;
        lines.finish();
        let octets = read.join().expect("it reads").expect("the pipe ends");
        assert_eq!(octets, (most - left_out) * line.len());
    }
}
