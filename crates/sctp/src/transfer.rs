//! An established association: dcsctp for retransmission, congestion control, SACKs and fragments, and around it what it
//! leaves open.
//!
//! - The handshake is not its business: it begins with a cookie of ours ([`Agreement::engine_cookie`]).
//! - It sees only the chunks it needs, with payloads taken out (`arrivals`), and packets that arrived together as one, so
//!   that they are acknowledged together.
//! - It ignores the Cumulative TSN Ack of SHUTDOWN, and shuts down while messages wait for the congestion window: it is
//!   given a SACK in place of the SHUTDOWN, and the SHUTDOWN when everything left and was acknowledged (RFC 9260 9.2).
//! - It drops messages that nobody fetched when an association ends: they are fetched before it sees the end.
//! - Multi-homing (RFC 9260 6.4): SACKs go where the last packet came from, and a retransmission moves to that path.

mod arrivals;
mod chunks;
mod departures;
mod engine;

pub(crate) use chunks::describe;
pub(crate) use departures::Departures;

use crate::cookie::Agreement;
use crate::packet::{Writer, cause, kind, put_chunk, put_header, put_tlv};
use crate::{AssociationId, Config, Down, Event, Path, Transmit};
use arrivals::Arrivals;
use dcsctp::api::{DcSctpSocket, Socket, SocketTime};
use std::collections::VecDeque;
use std::time::Duration;

/// Octets given to dcsctp at one time; it takes 65,535, and one more packet has to fit.
const MAX_PENDING: usize = 32 * 1024;

/// T5-shutdown-guard in units of RTO.Max (RFC 9260 9.2).
const SHUTDOWN_GUARD: u32 = 5;

/// What leaves an endpoint.
#[derive(Default)]
pub(crate) struct Output {
    pub(crate) events: VecDeque<Event>,
    pub(crate) packets: VecDeque<Transmit>,
}

/// What an association is told with every call.
pub(crate) struct Scope<'a> {
    pub(crate) now: Duration,
    pub(crate) association: AssociationId,
    pub(crate) config: &'a Config,
    /// Where packets go.
    pub(crate) path: &'a mut Path,
    /// Where the last packet came from.
    pub(crate) heard: Path,
    pub(crate) output: &'a mut Output,
}

impl Scope<'_> {
    fn transmit(&mut self, path: Path, packet: Vec<u8>) {
        self.output.packets.push_back(Transmit { path, packet });
    }
}

/// How far a shutdown has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    No,
    /// We asked, or the peer did, and something is not acknowledged yet.
    Draining,
    /// dcsctp sent a SHUTDOWN.
    ShutdownSent,
    /// dcsctp sent a SHUTDOWN ACK.
    ShutdownAckSent,
}

/// An established association.
pub(crate) struct Transfer {
    socket: Socket,
    pub(crate) agreement: Agreement,
    ports: (u16, u16),
    pub(crate) departures: Departures,
    arrivals: Arrivals,
    /// A packet for dcsctp, without a checksum: it does not look at it.
    pending: Vec<u8>,
    /// Packets with DATA since the last SACK.
    unacknowledged: u32,
    /// The peer's last a_rwnd.
    peer_window: u32,
    closing: Closing,
    /// A SHUTDOWN of the peer that dcsctp has not seen.
    peer_shutdown: bool,
    /// When the shutdown began.
    closing_since: Option<Duration>,
    pub(crate) ended: Option<Down>,
}

impl Transfer {
    /// Begins after a handshake.
    pub(crate) fn new(
        now: Duration,
        config: &Config,
        peer_port: u16,
        agreement: Agreement,
        mut departures: Departures,
    ) -> Self {
        departures.begin(agreement.tsn, agreement.streams.outbound);
        let ports = (config.port, peer_port);
        Self {
            socket: engine::socket(now, config, ports, &agreement),
            agreement,
            ports,
            departures,
            arrivals: Arrivals::new(agreement.peer_tsn, config.receive_window),
            pending: Vec::new(),
            unacknowledged: 0,
            peer_window: agreement.peer_window,
            closing: Closing::No,
            peer_shutdown: false,
            closing_since: None,
            ended: None,
        }
    }

    /// Whether messages are taken.
    pub(crate) fn is_open(&self) -> bool {
        self.closing == Closing::No
    }

    pub(crate) fn is_shutdown_ack_sent(&self) -> bool {
        self.closing == Closing::ShutdownAckSent
    }

    fn writer(&self) -> Writer {
        Writer::new(self.ports.0, self.ports.1, self.agreement.peer_tag)
    }

    pub(crate) fn send_shutdown_ack(&self, scope: &mut Scope<'_>) {
        let packet = self.writer().chunk(kind::SHUTDOWN_ACK, 0, &[]).finish();
        scope.transmit(scope.heard, packet);
    }

    /// Adds a chunk to what dcsctp sees next.
    fn put(&mut self, kind: u8, flags: u8, value: &[u8]) {
        if self.pending.is_empty() {
            put_header(&mut self.pending, self.ports.1, self.ports.0, self.agreement.tag);
        }
        put_chunk(&mut self.pending, kind, flags, value);
    }

    /// Shows dcsctp what is pending.
    pub(crate) fn feed(&mut self, scope: &mut Scope<'_>) {
        if self.pending.is_empty() || self.ended.is_some() {
            return;
        }
        self.socket.advance_time(SocketTime::zero() + scope.now);
        self.socket.handle_input(&self.pending);
        self.pending.clear();
        self.drain(scope);
    }

    /// Sends what waits, and acknowledges what arrived if nothing else did.
    pub(crate) fn flush(&mut self, scope: &mut Scope<'_>) {
        self.feed(scope);
        if self.ended.is_some() {
            return;
        }
        if self.departures.has_waiting() {
            self.socket.advance_time(SocketTime::zero() + scope.now);
            while let Some((unordered, messages)) = self.departures.take() {
                engine::send(&mut self.socket, unordered, messages);
            }
            self.drain(scope);
        }
        if self.unacknowledged >= 2 && !self.arrivals.has_gaps() {
            self.send_sack(scope);
        }
        self.close_when_drained(scope);
    }

    /// RFC 9260 6.2: not later than with every second packet. dcsctp took several packets for one.
    fn send_sack(&mut self, scope: &mut Scope<'_>) {
        self.unacknowledged = 0;
        let mut value = [0; 12];
        value[..4].copy_from_slice(&self.arrivals.cumulative().to_be_bytes());
        value[4..8].copy_from_slice(&self.arrivals.window().to_be_bytes());
        let packet = self.writer().chunk(kind::SACK, 0, &value).finish();
        scope.transmit(scope.heard, packet);
    }

    pub(crate) fn handle_timeout(&mut self, scope: &mut Scope<'_>) {
        self.feed(scope);
        if self.ended.is_some() {
            return;
        }
        self.socket.advance_time(SocketTime::zero() + scope.now);
        self.drain(scope);
        let guard = self
            .closing_since
            .map(|since| since + scope.config.rto_max * SHUTDOWN_GUARD);
        if self.ended.is_none() && guard.is_some_and(|guard| guard <= scope.now) {
            self.send_abort(scope, cause::USER_INITIATED, b"shutdown takes too long");
            self.ended = Some(Down::Unreachable);
        }
    }

    pub(crate) fn poll_timeout(&self, config: &Config) -> Option<Duration> {
        let timeout = self.socket.poll_timeout();
        let engine = (timeout != SocketTime::infinite_future()).then(|| timeout - SocketTime::zero());
        let guard = self
            .closing_since
            .map(|since| since + config.rto_max * SHUTDOWN_GUARD);
        engine.into_iter().chain(guard).min()
    }

    pub(crate) fn shutdown(&mut self, scope: &mut Scope<'_>) {
        if self.closing == Closing::No {
            self.begin_closing(scope.now);
        }
    }

    fn begin_closing(&mut self, now: Duration) {
        self.closing = Closing::Draining;
        self.closing_since = Some(now);
    }

    /// Goes on with a shutdown when nothing is left to be sent or acknowledged.
    fn close_when_drained(&mut self, scope: &mut Scope<'_>) {
        if self.closing == Closing::No || self.ended.is_some() || !self.departures.is_drained() {
            return;
        }
        if std::mem::take(&mut self.peer_shutdown) {
            let acknowledged = self.agreement.tsn.to_be_bytes();
            self.put(kind::SHUTDOWN, 0, &acknowledged);
            self.feed(scope);
        } else if self.closing == Closing::Draining {
            self.socket.advance_time(SocketTime::zero() + scope.now);
            self.socket.shutdown();
            self.drain(scope);
        }
    }

    pub(crate) fn abort(&mut self, scope: &mut Scope<'_>) {
        self.send_abort(scope, cause::USER_INITIATED, &[]);
        self.ended = Some(Down::Local);
    }

    fn send_abort(&mut self, scope: &mut Scope<'_>, cause: u16, information: &[u8]) {
        let mut value = Vec::new();
        put_tlv(&mut value, cause, information);
        let packet = self.writer().chunk(kind::ABORT, 0, &value).finish();
        scope.transmit(*scope.path, packet);
    }

    /// Ends the association since the peer broke a rule.
    fn refuse(&mut self, scope: &mut Scope<'_>, cause: u16, information: &[u8], why: &str) {
        self.send_abort(scope, cause, information);
        self.ended = Some(Down::Violation(why.to_owned()));
    }
}
