//! Deadlines that are pushed back far more often than they expire.
//!
//! Every message received sets the watchdog again (RFC 3539 3.4.1), so setting must cost nothing: a deadline that moves
//! later only changes its owner's field; the heap keeps the earlier entry and looks again when that one is due. Each
//! owner has one live entry; superseded ones are recognised and dropped.

use super::PeerId;
use crate::ConnectionId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Whose deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerKey {
    /// The peer machine's: Tc when closed, the answer awaited otherwise.
    Peer(PeerId),
    /// Tw.
    Watchdog(PeerId),
    /// A half-open or closing connection's.
    Connection(ConnectionId),
    /// The earliest timeout of the requests sent.
    Requests,
    /// The next look at the load.
    Overload,
    /// The end of patience at shutdown.
    Shutdown,
}

/// One owner's deadline, kept beside what it bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Deadline {
    at: Option<Duration>,
    queued: Option<Duration>,
}

impl Deadline {
    pub(crate) fn clear(&mut self) {
        self.at = None;
    }

    pub(crate) fn at(&self) -> Option<Duration> {
        self.at
    }
}

/// The queue of all deadlines of a node.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<(Duration, TimerKey)>>,
}

impl Timers {
    pub(crate) fn set(&mut self, deadline: &mut Deadline, key: TimerKey, at: Duration) {
        deadline.at = Some(at);
        if deadline.queued.is_none_or(|queued| at < queued) {
            deadline.queued = Some(at);
            self.heap.push(Reverse((at, key)));
        }
    }

    /// When to look again; may be earlier than any deadline.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes the next entry due at `now`, which [`Timers::expire`] then judges.
    pub(crate) fn pop(&mut self, now: Duration) -> Option<(Duration, TimerKey)> {
        let Reverse((at, _)) = self.heap.peek()?;
        if *at > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }

    /// Whether `deadline` has really expired at `now`; queues it again if it was pushed back.
    pub(crate) fn expire(
        &mut self,
        deadline: &mut Deadline,
        entry: (Duration, TimerKey),
        now: Duration,
    ) -> bool {
        if deadline.queued != Some(entry.0) {
            return false;
        }
        deadline.queued = None;
        match deadline.at {
            Some(at) if at <= now => {
                deadline.at = None;
                true
            }
            Some(at) => {
                self.set(deadline, entry.1, at);
                false
            }
            None => false,
        }
    }
}
