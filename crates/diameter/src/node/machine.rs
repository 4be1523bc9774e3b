//! Driving a peer: the RFC 6733 5.6 table's actions and the RFC 3539 watchdog's, on real connections.

use super::{
    Action, Connection, ConnectionId, DownReason, Event, MAX_IDENTITY_OCTETS, Node, PeerId,
    PeerMachineAction as Do, PeerMachineEvent as Happened, PeerState, Phase, RefusedReason, TW_JITTER,
    TimerKey, Watchdog, WatchdogEvent, WatchdogState, table,
};
use std::time::Duration;

impl Node {
    /// Applies one event to a peer's machine and runs what follows from it.
    pub(super) fn drive(&mut self, id: PeerId, event: Happened) {
        let peer = &mut self.peers[id.index as usize];
        let Some((actions, next)) = table::transition(peer.state, event) else {
            return;
        };
        let before = std::mem::replace(&mut peer.state, next);
        for action in actions {
            self.perform(id, *action);
        }
        if before != next {
            self.entered(id, before, next);
        }
        if actions.contains(&Do::Elect) && self.wins_election(id) {
            self.drive(id, Happened::WinElection);
        }
    }

    /// RFC 6733 5.6.4: the higher Origin-Host wins and keeps the connection the other made. Identities compare
    /// without case, so both sides must fold it before they compare.
    fn wins_election(&self, id: PeerId) -> bool {
        let fold = |text: &str| {
            let mut octets = [0u8; MAX_IDENTITY_OCTETS];
            let length = text.len().min(octets.len());
            octets[..length].copy_from_slice(&text.as_bytes()[..length]);
            octets.make_ascii_lowercase();
            octets
        };
        fold(&self.config.identity) > fold(&self.peers[id.index as usize].config.identity)
    }

    fn perform(&mut self, id: PeerId, action: Do) {
        let peer = &mut self.peers[id.index as usize];
        match action {
            Do::ISndConnReq => {
                if let Some(action) = peer.connect() {
                    self.actions.push_back(action);
                }
            }
            Do::ISndCer => self.send_cer(id),
            Do::RAccept => self.accept_candidate(id),
            Do::RReject => {
                if let Some(candidate) = peer.candidate.take() {
                    let connection = candidate.connection;
                    self.event(Event::Refused {
                        connection,
                        reason: RefusedReason::SecondConnection,
                    });
                    self.close(connection, false);
                }
            }
            Do::RSndCea => self.send_cea(id),
            // Decided after the new state is entered, see `drive`.
            Do::Elect => {}
            Do::IDisc => {
                if let Some(connection) = peer.initiator.take() {
                    self.close(connection, true);
                }
            }
            Do::RDisc => {
                if let Some(connection) = peer.responder.take() {
                    self.close(connection, true);
                }
            }
            Do::ISndDpr | Do::RSndDpr => self.send_dpr(id),
            Do::ISndDpa | Do::RSndDpa => self.send_dpa(id),
            Do::Cleanup => peer.candidate = None,
            Do::Error => {
                for connection in [peer.initiator.take(), peer.responder.take()]
                    .into_iter()
                    .flatten()
                {
                    self.close(connection, false);
                }
            }
        }
    }

    /// R-Accept: the candidate becomes the responder's connection.
    fn accept_candidate(&mut self, id: PeerId) {
        let Some(candidate) = self.peers[id.index as usize].candidate.take() else {
            return;
        };
        self.learn(id, candidate.capabilities);
        self.peers[id.index as usize].responder = Some(candidate.connection);
        if let Some(connection) = self.connections.get_mut(&candidate.connection) {
            connection.peer = Some(id);
            connection.phase = Phase::Electing;
            connection.cer = Some(candidate.cer);
            connection.deadline.clear();
        }
    }

    fn entered(&mut self, id: PeerId, before: PeerState, state: PeerState) {
        let timers = self.config.timers;
        match state {
            PeerState::WaitConnAck => self.set_peer_deadline(id, self.now + timers.connect),
            PeerState::WaitICea | PeerState::WaitConnAckElect | PeerState::WaitReturns => {
                self.set_peer_deadline(id, self.now + timers.capabilities);
            }
            PeerState::IOpen | PeerState::ROpen => self.entered_open(id),
            PeerState::Closing => {
                self.peers[id.index as usize].watchdog_deadline.clear();
                self.set_peer_deadline(id, self.now + timers.disconnect);
            }
            PeerState::Closed => self.entered_closed(id, before),
        }
    }

    fn entered_open(&mut self, id: PeerId) {
        let peer = &mut self.peers[id.index as usize];
        peer.deadline.clear();
        peer.reason = None;
        peer.dormant = false;
        peer.counters.opened += 1;
        let Some(connection) = peer.connection() else {
            return;
        };
        if let Some(connection) = self.connections.get_mut(&connection) {
            connection.phase = Phase::Open;
            connection.deadline.clear();
        }
        self.event(Event::PeerUp { peer: id, connection });
        self.watch(id, WatchdogEvent::ConnectionUp);
    }

    fn entered_closed(&mut self, id: PeerId, before: PeerState) {
        let stopping = self.stopping.is_some();
        let (now, tc) = (self.now, self.config.timers.tc);
        let peer = &mut self.peers[id.index as usize];
        peer.candidate = None;
        peer.closed_at = now;
        peer.deadline.clear();
        peer.watchdog_deadline.clear();
        let reason = peer.reason.take().unwrap_or(DownReason::ConnectionLost);
        let reconnect = peer.config.connect && !peer.dormant && !stopping;
        if before.is_open() || before == PeerState::Closing {
            self.event(Event::PeerDown { peer: id, reason });
            if matches!(
                reason,
                DownReason::Disconnected(_) | DownReason::DisconnectedByPeer(_)
            ) {
                // Nothing failed, so the next connection needs no probation (see `watchdog`).
                self.peers[id.index as usize].watchdog = Watchdog::default();
            } else {
                self.watch(id, WatchdogEvent::ConnectionDown);
            }
            self.fail_over(id, true);
        }
        if reconnect {
            self.set_peer_deadline(id, now + tc);
        }
    }

    // --- The watchdog ----------------------------------------------------------------------------------------------

    /// Applies one event to a peer's watchdog (RFC 3539 3.4.1).
    pub(super) fn watch(&mut self, id: PeerId, event: WatchdogEvent) {
        let open = {
            let peer = &mut self.peers[id.index as usize];
            let actions = peer.watchdog.apply(event);
            let open = peer.state.is_open();
            if actions.set_watchdog && open {
                let jitter = self.seed.below(2 * TW_JITTER.as_millis() as u32 + 1);
                let at =
                    self.now + self.config.timers.tw + Duration::from_millis(u64::from(jitter)) - TW_JITTER;
                self.timers
                    .set(&mut peer.watchdog_deadline, TimerKey::Watchdog(id), at);
            }
            if event == WatchdogEvent::ReceiveNonDwa && !actions.failback {
                return;
            }
            (actions, open)
        };
        let (actions, open) = open;
        if actions.send_watchdog {
            self.send_dwr(id);
        }
        if actions.failover && open {
            let peer = &mut self.peers[id.index as usize];
            peer.counters.watchdogs_missed += 1;
            self.event(Event::Failover { peer: id });
            self.fail_over(id, false);
        }
        if actions.failback {
            self.event(Event::Failback { peer: id });
        }
        if actions.close_connection
            && let Some(connection) = self.peers[id.index as usize].connection()
        {
            self.fail(connection, DownReason::WatchdogExpired, RefusedReason::Timeout);
        }
    }

    // --- Timers -----------------------------------------------------------------------------------------------------

    pub(super) fn peer_timer(&mut self, id: PeerId, entry: (Duration, TimerKey)) {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(id.index as usize).filter(|p| p.id == id) else {
            return;
        };
        if !self.timers.expire(&mut peer.deadline, entry, now) {
            return;
        }
        match peer.state {
            PeerState::Closed => {
                if self.stopping.is_none() && peer.watchdog.apply(WatchdogEvent::TimerExpires).attempt_open {
                    self.drive(id, Happened::Start);
                }
            }
            PeerState::WaitConnAck | PeerState::WaitConnAckElect => {
                self.event(Event::ConnectFailed {
                    peer: id,
                    reason: "timeout".to_owned(),
                });
                self.drive(id, Happened::Timeout);
            }
            PeerState::WaitICea | PeerState::WaitReturns => {
                if let Some(connection) = peer.initiator {
                    self.counters.half_open_closed += 1;
                    self.event(Event::Refused {
                        connection,
                        reason: RefusedReason::Timeout,
                    });
                }
                self.drive(id, Happened::Timeout);
            }
            PeerState::Closing => self.drive(id, Happened::Timeout),
            PeerState::IOpen | PeerState::ROpen => {}
        }
    }

    pub(super) fn watchdog_timer(&mut self, id: PeerId, entry: (Duration, TimerKey)) {
        let now = self.now;
        let Some(peer) = self.peers.get_mut(id.index as usize).filter(|p| p.id == id) else {
            return;
        };
        if self.timers.expire(&mut peer.watchdog_deadline, entry, now) {
            self.watch(id, WatchdogEvent::TimerExpires);
        }
    }

    pub(super) fn connection_timer(&mut self, id: ConnectionId, entry: (Duration, TimerKey)) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if !self.timers.expire(&mut connection.deadline, entry, now) {
            return;
        }
        match connection.phase {
            Phase::AwaitingCer => {
                self.counters.half_open_closed += 1;
                self.event(Event::Refused {
                    connection: id,
                    reason: RefusedReason::Timeout,
                });
                self.close(id, false);
            }
            Phase::Closed => self.actions.push_back(Action::Close {
                connection: id,
                after_flush: false,
            }),
            Phase::AwaitingCea | Phase::Electing | Phase::Open | Phase::Disconnecting => {}
        }
    }

    // --- Ending connections -----------------------------------------------------------------------------------------

    /// Has the runtime close a connection; the peer's machine is not told.
    pub(super) fn close(&mut self, id: ConnectionId, after_flush: bool) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if connection.phase == Phase::Closed {
            return;
        }
        connection.phase = Phase::Closed;
        connection.peer = None;
        connection.deadline.clear();
        let after_flush = after_flush && !connection.output.is_empty();
        self.actions.push_back(Action::Close {
            connection: id,
            after_flush,
        });
        if after_flush {
            self.set_connection_deadline(id, self.now + self.config.timers.flush);
        }
    }

    /// Closes a connection because something is wrong with it, and tells the peer's machine.
    pub(super) fn fail(&mut self, id: ConnectionId, down: DownReason, refused: RefusedReason) {
        self.end(id, down, refused, false);
    }

    /// As [`Node::fail`], but what is written goes out first.
    pub(super) fn fail_after_flush(&mut self, id: ConnectionId, down: DownReason, refused: RefusedReason) {
        self.end(id, down, refused, true);
    }

    fn end(&mut self, id: ConnectionId, down: DownReason, refused: RefusedReason, after_flush: bool) {
        let Some(connection) = self.connections.get(&id) else {
            return;
        };
        let (phase, peer) = (connection.phase, connection.peer);
        if matches!(phase, Phase::AwaitingCer | Phase::AwaitingCea | Phase::Electing) {
            self.event(Event::Refused {
                connection: id,
                reason: refused,
            });
        }
        if let Some(peer) = peer {
            self.peers[peer.index as usize].reason.get_or_insert(down);
        }
        self.close(id, after_flush);
        if let Some(peer) = peer {
            self.disconnected(peer, id);
        }
    }

    /// A connection is gone without this node's doing.
    pub(super) fn lost(&mut self, id: ConnectionId) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        connection.phase = Phase::Closed;
        if let Some(peer) = connection.peer.take() {
            self.disconnected(peer, id);
        }
    }

    /// I-Peer-Disc or R-Peer-Disc.
    fn disconnected(&mut self, id: PeerId, connection: ConnectionId) {
        let peer = &self.peers[id.index as usize];
        let event = if peer.initiator == Some(connection) {
            Happened::IPeerDisc
        } else if peer.responder == Some(connection) {
            Happened::RPeerDisc
        } else {
            return;
        };
        self.drive(id, event);
    }

    /// Whether new requests may be sent to a peer: [`WatchdogState::Okay`], or on probation.
    pub(super) fn fitness(&self, id: PeerId) -> Option<(WatchdogState, &Connection)> {
        let peer = &self.peers[id.index as usize];
        let connection = self.connections.get(&peer.connection()?)?;
        peer.state.is_open().then_some((peer.watchdog.state, connection))
    }
}
