//! How far a play is: its steps, and how long it waits.

use std::time::Duration;

/// The course of a play of so many steps, and its closing: once all are taken and nothing happens any more, the core is asked
/// what it knows, and then the play is judged.
#[derive(Debug)]
pub(crate) struct Course {
    steps: usize,
    step: usize,
    /// The step under way, or the closing, has begun.
    begun: bool,
    /// When it was begun, and when anything happened last.
    since: Duration,
    stirred: Duration,
    /// How long nothing happens until it is quiet.
    quiet: Duration,
    /// How long a step may take.
    patience: Duration,
    /// How many answers of the core are awaited.
    inspecting: usize,
    finished: bool,
}

impl Course {
    pub(crate) const fn new(steps: usize, quiet: Duration, patience: Duration) -> Self {
        Self {
            steps,
            step: 0,
            begun: false,
            since: Duration::ZERO,
            stirred: Duration::ZERO,
            quiet,
            patience,
            inspecting: 0,
            finished: false,
        }
    }

    /// The number of the step under way; from the number of steps on it is the closing.
    pub(crate) const fn step(&self) -> usize {
        self.step
    }

    /// The step under way and how many there are.
    pub(crate) const fn progress(&self) -> (usize, usize) {
        (self.step, self.steps)
    }

    pub(crate) const fn is_finished(&self) -> bool {
        self.finished
    }

    pub(crate) const fn finish(&mut self) {
        self.finished = true;
    }

    /// Something happened.
    pub(crate) const fn stir(&mut self, now: Duration) {
        self.stirred = now;
    }

    /// Begins the step under way, or the closing, unless that was done before.
    pub(crate) const fn begins(&mut self, now: Duration) -> bool {
        if self.begun {
            return false;
        }
        self.begun = true;
        self.since = now;
        self.stirred = now;
        true
    }

    /// The step under way is done.
    pub(crate) const fn next(&mut self) {
        self.begun = false;
        self.step += 1;
    }

    /// Nothing has happened for a while.
    pub(crate) fn is_quiet(&self, now: Duration) -> bool {
        now >= self.stirred + self.quiet
    }

    /// The step under way has had its time.
    pub(crate) fn is_in_vain(&self, now: Duration) -> bool {
        now >= self.since + self.patience
    }

    /// Whether it is time to ask the core; once.
    pub(crate) fn closes(&mut self, now: Duration) -> bool {
        self.begins(now);
        let closes = self.step == self.steps && self.has_settled(now);
        self.step += usize::from(closes);
        closes
    }

    /// So many answers of the core are awaited.
    pub(crate) const fn inspect(&mut self, answers: usize) {
        self.inspecting = answers;
    }

    /// One of them came.
    pub(crate) const fn inspected(&mut self) {
        self.inspecting = self.inspecting.saturating_sub(1);
    }

    /// Whether the core was asked and has answered, so that the play can be judged.
    pub(crate) fn is_closed(&self, now: Duration) -> bool {
        self.step > self.steps && self.inspecting == 0 && self.has_settled(now)
    }

    fn has_settled(&self, now: Duration) -> bool {
        self.is_quiet(now) || self.is_in_vain(now)
    }

    /// When the play is to be advanced; `for_quiet` says that its step waits for quiet, as the closing does.
    pub(crate) fn poll_timeout(&self, for_quiet: bool) -> Option<Duration> {
        if self.finished {
            return None;
        }
        let quiet = self.stirred + self.quiet;
        let patience = self.since + self.patience;
        Some(if quiet > self.since && for_quiet {
            quiet.min(patience)
        } else {
            patience
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Duration = Duration::from_secs(4);
    const PATIENCE: Duration = Duration::from_secs(120);

    #[test]
    fn a_step_is_begun_once_and_has_its_time() {
        let mut course = Course::new(2, QUIET, PATIENCE);
        let now = Duration::from_secs(10);
        assert!(course.begins(now) && !course.begins(now));
        assert_eq!(course.poll_timeout(true), Some(now + QUIET));
        assert_eq!(course.poll_timeout(false), Some(now + PATIENCE));
        course.stir(now + QUIET);
        assert!(!course.is_quiet(now + QUIET) && course.is_quiet(now + QUIET * 2));
        assert!(!course.is_in_vain(now + QUIET) && course.is_in_vain(now + PATIENCE));
        course.next();
        assert_eq!(course.progress(), (1, 2));
        assert!(course.begins(now));
    }

    #[test]
    fn a_play_closes_once_when_it_is_quiet_and_the_core_has_answered() {
        let mut course = Course::new(0, QUIET, PATIENCE);
        assert!(!course.closes(Duration::ZERO) && !course.is_closed(Duration::ZERO));
        assert!(course.closes(QUIET));
        course.inspect(1);
        assert!(!course.closes(QUIET) && !course.is_closed(QUIET));
        course.inspected();
        assert!(course.is_closed(QUIET) && !course.is_finished());
        course.finish();
        assert!(course.is_finished() && course.poll_timeout(true).is_none());
    }
}
