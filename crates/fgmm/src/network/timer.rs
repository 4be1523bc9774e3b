//! The one retransmission timer of a session (TS 24.501 10.2, network side).
//!
//! A session waits for one answer at a time: each of these timers guards a message, which is sent again when it expires
//! and given up after the last time. The message is kept plain and protected anew each time, with another COUNT.

use super::policy::Timers;
use std::time::Duration;

/// The network's timers that guard a message (TS 24.501 table 10.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Timer {
    /// Guards DEREGISTRATION REQUEST.
    T3522,
    /// Guards REGISTRATION ACCEPT.
    T3550,
    /// Guards CONFIGURATION UPDATE COMMAND.
    T3555,
    /// Guards AUTHENTICATION REQUEST and SECURITY MODE COMMAND.
    T3560,
    /// Guards IDENTITY REQUEST.
    T3570,
}

impl Timer {
    /// How long it runs.
    #[must_use]
    pub const fn duration(self, timers: &Timers) -> Duration {
        match self {
            Self::T3522 => timers.t3522,
            Self::T3550 => timers.t3550,
            Self::T3555 => timers.t3555,
            Self::T3560 => timers.t3560,
            Self::T3570 => timers.t3570,
        }
    }
}

/// A timer that runs, and the message it guards.
#[derive(Debug)]
pub(super) struct Running {
    /// Which.
    pub(super) timer: Timer,
    /// When it expires.
    pub(super) deadline: Duration,
    /// How often the message may still be sent again.
    pub(super) left: u8,
    /// The plain message.
    pub(super) message: Vec<u8>,
}

impl Running {
    /// Starts `timer` at `now` for a message that was just sent.
    pub(super) fn start(timer: Timer, timers: &Timers, now: Duration, message: Vec<u8>) -> Self {
        Self {
            timer,
            deadline: now.saturating_add(timer.duration(timers)),
            left: timers.retransmissions,
            message,
        }
    }

    /// Starts the timer once more after an expiry at `now`; `false` when the message was sent often enough.
    pub(super) fn again(&mut self, timers: &Timers, now: Duration) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            return false;
        };
        self.left = left;
        self.deadline = now.saturating_add(self.timer.duration(timers));
        true
    }
}
