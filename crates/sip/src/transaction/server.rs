//! Server transactions: INVITE (RFC 3261 17.2.1 with RFC 6026) and all others (17.2.2).
//!
//! ```text
//!  INVITE   Proceeding ─3xx–6xx─► Completed ─ACK─► Confirmed ─I─►     other   Trying ─1xx─► Proceeding ─final─► Completed ─J─►
//!           (100 sent) └──2xx──► Accepted ─L─►     (G: again, H: failed)
//! ```

use super::table::{Id, Table};
use super::{Outbox, Received, ServerId, Timers, TransactionEvent};
use crate::Status;
use crate::transport::Hop;
use std::collections::VecDeque;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Trying or Proceeding.
    Open,
    Accepted,
    Completed,
    Confirmed,
}

#[derive(Debug)]
struct Server {
    invite: bool,
    state: State,
    /// Where responses go.
    hop: Hop,
    /// The last response, for a request that comes again.
    last: Vec<u8>,
    interval: Duration,
    repeat_at: Option<Duration>,
    end_at: Duration,
}

impl Server {
    fn deadline(&self) -> Duration {
        self.repeat_at.map_or(self.end_at, |at| at.min(self.end_at))
    }
}

/// All server transactions.
#[derive(Debug)]
pub(super) struct Servers {
    table: Table<Server>,
    timers: Timers,
    /// Those that only recognise repetitions, and until when (timer J), oldest first: the first to go when there is no room. They
    /// end in the order they are answered in, so they need no place among the deadlines.
    answered: VecDeque<(Duration, Id)>,
}

impl Servers {
    pub(super) fn new(timers: Timers) -> Self {
        Self {
            timers,
            table: Table::new(),
            answered: VecDeque::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn next_deadline(&self) -> Option<Duration> {
        let answered = self.answered.front().map(|(until, _)| *until);
        self.table.next_deadline().into_iter().chain(answered).min()
    }

    pub(super) fn find(&self, key: &[u8]) -> Option<ServerId> {
        self.table.find(key).map(ServerId)
    }

    pub(super) fn hop(&mut self, id: ServerId) -> Option<Hop> {
        self.table.get(id.0).map(|server| server.hop)
    }

    /// Begins a transaction.
    pub(super) fn begin(&mut self, now: Duration, hop: Hop, invite: bool, key: &[u8]) -> ServerId {
        let end_at = now + self.timers.patience;
        let server = Server {
            invite,
            state: State::Open,
            hop,
            last: Vec::new(),
            interval: self.timers.t1,
            repeat_at: None,
            end_at,
        };
        let id = self.table.insert(key, server);
        self.table.arm(id, Some(end_at));
        ServerId(id)
    }

    /// Makes room by forgetting the oldest that is answered. Whether there is room now.
    pub(super) fn evict(&mut self, limit: usize) -> bool {
        while self.len() >= limit {
            let Some((_, id)) = self.answered.pop_front() else {
                return false;
            };
            self.table.remove(id);
        }
        true
    }

    /// A request that came before.
    pub(super) fn again(&mut self, id: ServerId, out: &mut Outbox) {
        let Some(server) = self.table.get(id.0) else {
            return;
        };
        let answers = matches!(server.state, State::Open | State::Completed);
        if answers && !server.last.is_empty() {
            out.send(server.hop, server.last.clone());
        }
    }

    /// The ACK of an INVITE.
    pub(super) fn ack(&mut self, now: Duration, id: ServerId, out: &mut Outbox) -> Received {
        let Some(server) = self.table.get(id.0) else {
            return Received::Ack;
        };
        match server.state {
            State::Completed if server.hop.protocol.is_reliable() => self.end(id.0, None, out),
            State::Completed => {
                server.state = State::Confirmed;
                server.repeat_at = None;
                server.last = Vec::new();
                server.end_at = now + self.timers.t4;
                let deadline = server.deadline();
                self.table.arm(id.0, Some(deadline));
            }
            State::Accepted => return Received::Ack,
            State::Open | State::Confirmed => {}
        }
        Received::Absorbed
    }

    /// Sends a response; whether the transaction was still there to take it.
    pub(super) fn respond(
        &mut self,
        now: Duration,
        id: ServerId,
        status: Status,
        octets: Vec<u8>,
        out: &mut Outbox,
    ) -> bool {
        let Some(server) = self.table.get(id.0) else {
            return false;
        };
        let reliable = server.hop.protocol.is_reliable();
        match server.state {
            State::Open if !status.is_final() => {
                server.last.clone_from(&octets);
                server.end_at = now + self.timers.patience;
            }
            State::Open if server.invite && status.is_success() => {
                server.last = Vec::new();
                (server.state, server.end_at) = (State::Accepted, now + self.timers.l);
            }
            State::Open if server.invite => {
                server.last.clone_from(&octets);
                (server.state, server.end_at) = (State::Completed, now + self.timers.h);
                server.repeat_at = (!reliable).then_some(now + self.timers.t1);
            }
            State::Open if reliable => {
                out.send(server.hop, octets);
                self.end(id.0, None, out);
                return true;
            }
            State::Open => {
                server.last.clone_from(&octets);
                server.state = State::Completed;
                self.answered.push_back((now + self.timers.j, id.0));
                out.send(server.hop, octets);
                self.table.arm(id.0, None);
                return true;
            }
            // The user repeats its 2xx until the ACK comes (RFC 3261 13.3.1.4).
            State::Accepted if status.is_success() => {}
            State::Accepted | State::Completed | State::Confirmed => return false,
        }
        let (hop, deadline) = (server.hop, server.deadline());
        out.send(hop, octets);
        self.table.arm(id.0, Some(deadline));
        true
    }

    /// Works off what is due.
    pub(super) fn timeout(&mut self, now: Duration, out: &mut Outbox) {
        while let Some(id) = self.table.due(now) {
            let Some(server) = self.table.get(id) else {
                continue;
            };
            if server.end_at <= now {
                let failed = matches!(
                    (server.state, server.invite),
                    (State::Completed, true) | (State::Open, _)
                );
                self.end(
                    id,
                    failed.then_some(TransactionEvent::ServerFailed(ServerId(id))),
                    out,
                );
                continue;
            }
            if server.repeat_at.is_some_and(|at| at <= now) {
                out.send(server.hop, server.last.clone());
                server.interval = (server.interval * 2).min(self.timers.t2);
                server.repeat_at = Some(now + server.interval);
            }
            let deadline = server.deadline();
            self.table.arm(id, Some(deadline));
        }
        while let Some((_, id)) = self.answered.pop_front_if(|(until, _)| *until <= now) {
            self.end(id, None, out);
        }
    }

    /// Takes a transaction away.
    fn end(&mut self, id: Id, failure: Option<TransactionEvent>, out: &mut Outbox) {
        let Some(server) = self.table.remove(id) else {
            return;
        };
        match failure {
            Some(failure) => out.event(failure),
            None if server.invite => out.event(TransactionEvent::ServerEnded(ServerId(id))),
            None => {}
        }
    }
}
