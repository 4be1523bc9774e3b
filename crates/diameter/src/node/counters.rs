//! Counters for metrics: plain numbers, nothing allocated per message.

use super::PRIORITIES;
use crate::{CommandFlags, Header, ResultCode};

/// Different (application, command, result) combinations counted apart; a peer must not grow the table by inventing
/// command codes. What finds no room is in [`Counters::uncounted`].
pub const MAX_COUNTED_COMMANDS: usize = 512;

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From a peer.
    Received,
    /// To a peer.
    Sent,
}

/// What is counted apart: a request has result 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandKey {
    /// Which way.
    pub direction: Direction,
    /// Whether a request.
    pub request: bool,
    /// Application-ID.
    pub application_id: u32,
    /// Command Code.
    pub code: u32,
    /// Result-Code or Experimental-Result-Code of an answer, 0 of a request.
    pub result: u32,
}

/// Everything a node counts; it never goes down.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    /// Connections accepted or made.
    pub connections: u64,
    /// Connections turned away by a limit.
    pub connections_refused: u64,
    /// Connections closed because no capabilities exchange came in time.
    pub half_open_closed: u64,
    /// Connections closed because the peer did not read.
    pub slow_readers_closed: u64,
    /// Streams that lost their framing.
    pub bad_frames: u64,
    /// Messages dropped: sent by peers in a state in which they may not send.
    pub dropped: u64,
    /// Answers to no request of this node.
    pub unexpected_answers: u64,
    /// Duplicates answered from memory.
    pub duplicates_answered: u64,
    /// Duplicates of requests still being worked on.
    pub duplicates_in_progress: u64,
    /// Requests refused with 3004, by a limit or for overload.
    pub too_busy: u64,
    /// Requests refused for overload, by priority (RFC 7944): the index is its number.
    pub shed: [u64; PRIORITIES],
    /// Requests of this node that were not sent because their host or realm asked for less, by priority.
    pub throttled: [u64; PRIORITIES],
    /// Overload reports heeded.
    pub overload_reports: u64,
    /// Overload reports not heeded: repeated, outdated, of who may not speak for whom they are about, or past the limit.
    pub overload_reports_ignored: u64,
    /// Requests relayed.
    pub relayed: u64,
    /// Requests sent again to another peer.
    pub failovers: u64,
    /// Requests that got no answer in time.
    pub timeouts: u64,
    /// Messages whose combination found no room in the table.
    pub uncounted: u64,
    commands: Vec<(CommandKey, u64)>,
}

impl Counters {
    /// Every combination counted so far, the frequent ones first.
    pub fn commands(&self) -> impl Iterator<Item = (CommandKey, u64)> + '_ {
        self.commands.iter().copied()
    }

    /// How often this combination was seen.
    #[must_use]
    pub fn command(&self, key: CommandKey) -> u64 {
        self.commands
            .iter()
            .find(|(k, _)| *k == key)
            .map_or(0, |(_, n)| *n)
    }

    pub(crate) fn count(&mut self, direction: Direction, header: &Header, result: ResultCode) {
        let request = header.flags.0 & CommandFlags::REQUEST != 0;
        let key = CommandKey {
            direction,
            request,
            application_id: header.application_id,
            code: header.code,
            result: result.0,
        };
        // A node speaks a dozen combinations, and each use moves one forward, past what a peer made up: a scan beats
        // hashing.
        if let Some(at) = self.commands.iter().position(|(k, _)| *k == key) {
            self.commands[at].1 += 1;
            if at > 0 && self.commands[at].1 > self.commands[at - 1].1 {
                self.commands.swap(at, at - 1);
            }
        } else if self.commands.len() < MAX_COUNTED_COMMANDS {
            self.commands.push((key, 1));
        } else {
            self.uncounted += 1;
        }
    }
}

/// What is counted for each peer; it never goes down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerCounters {
    /// Times it became open.
    pub opened: u64,
    /// Requests received from it.
    pub requests_received: u64,
    /// Requests sent to it.
    pub requests_sent: u64,
    /// Answers received from it.
    pub answers_received: u64,
    /// Answers sent to it.
    pub answers_sent: u64,
    /// Failovers away from it.
    pub failovers: u64,
    /// Requests to it that got no answer in time.
    pub timeouts: u64,
    /// Watchdogs it left unanswered.
    pub watchdogs_missed: u64,
}
