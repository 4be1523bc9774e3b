//! dcsctp: how it is set up, and what comes out of it.

use super::{Closing, Scope, Transfer};
use crate::cookie::Agreement;
use crate::packet::{HEADER, Packet, Writer, cause, kind, put_tlv, seal, u32_at};
use crate::{Config, Down, Event, Message};
use dcsctp::api::{DcSctpSocket, ErrorKind, Options, SendOptions, Socket, SocketEvent, SocketTime};
use std::time::Duration;

/// Packets sent at once in answer to one event. RFC 9260 6.1 suggests 4; packets that arrived together are one event
/// here, so one SACK stands for several.
const MAX_BURST: i32 = 10;

/// Octets of a DATA chunk's value before its payload.
pub(super) const DATA_HEADER: usize = 12;

/// A socket in the state ESTABLISHED.
pub(super) fn socket(now: Duration, config: &Config, ports: (u16, u16), agreement: &Agreement) -> Socket {
    let options = Options {
        local_port: ports.0,
        remote_port: ports.1,
        announced_maximum_incoming_streams: agreement.streams.inbound,
        announced_maximum_outgoing_streams: agreement.streams.outbound,
        mtu: config.packet_size,
        max_message_size: config.max_message,
        // It announces nine tenths of this: so it mostly writes the a_rwnd that `Arrivals` wants.
        max_receiver_window_buffer_size: (config.receive_window * 10).div_ceil(9),
        // `Departures` holds the limit.
        max_send_buffer_size: u32::MAX as usize,
        per_stream_send_queue_limit: usize::MAX,
        total_buffered_amount_low_threshold: 0,
        rto_initial: config.rto_initial,
        rto_min: config.rto_min,
        rto_max: config.rto_max,
        t2_shutdown_timeout: config.rto_initial,
        max_timer_backoff_duration: Some(config.rto_max),
        heartbeat_interval: config.heartbeat_interval,
        delayed_ack_max_timeout: config.sack_delay,
        // The I bit would have every packet of a quiet association acknowledged by a packet of its own.
        immediate_sack_under_cwnd_mtus: 0,
        max_burst: MAX_BURST,
        max_retransmissions: Some(config.max_retransmissions),
        enable_partial_reliability: false,
        enable_message_interleaving: false,
        // Verified before, for the packet as it arrived.
        disable_checksum_verification: true,
        ..Options::default()
    };
    let mut socket = Socket::new("", &options);
    socket.advance_time(SocketTime::zero() + now);
    let echo =
        Writer::new(ports.1, ports.0, agreement.tag).chunk(kind::COOKIE_ECHO, 0, &agreement.engine_cookie());
    socket.handle_input(&echo.finish());
    // OnConnected and a COOKIE ACK: whether one is due is not its to know.
    while socket.poll_event().is_some() {}
    socket
}

/// Gives it messages; it refuses none, since limits were checked and it is not told of a shutdown before all are out.
pub(super) fn send(socket: &mut Socket, unordered: bool, messages: Vec<dcsctp::api::Message>) {
    let options = SendOptions {
        unordered,
        ..SendOptions::default()
    };
    let sent = socket.send_many(messages, &options);
    debug_assert!(sent.is_ok(), "{sent:?}");
}

impl Transfer {
    /// Takes everything that came out.
    pub(super) fn drain(&mut self, scope: &mut Scope<'_>) {
        while let Some(message) = self.socket.get_next_message() {
            self.deliver(scope, message);
        }
        while let Some(event) = self.socket.poll_event() {
            match event {
                SocketEvent::SendPacket(packet) => self.depart(scope, packet),
                SocketEvent::OnClosed() => self.ended = Some(Down::Shutdown),
                SocketEvent::OnAborted(ErrorKind::TooManyRetries, _) => self.ended = Some(Down::Unreachable),
                SocketEvent::OnAborted(ErrorKind::PeerReported, why) => self.ended = Some(Down::Aborted(why)),
                SocketEvent::OnAborted(_, why) => self.ended = Some(Down::Violation(why)),
                _ => {}
            }
        }
        if self.ended.is_none() && self.departures.became_writable(scope.config.send_buffer) && self.is_open()
        {
            let association = scope.association;
            scope.output.events.push_back(Event::Writable { association });
        }
    }

    fn deliver(&mut self, scope: &mut Scope<'_>, message: dcsctp::api::Message) {
        let (payload, unordered) = self.arrivals.redeem(&message.payload);
        let stream = message.stream_id.0;
        if stream >= self.agreement.streams.inbound {
            // RFC 9260 6.5: acknowledged, reported, and not delivered.
            let mut value = Vec::new();
            let [high, low] = stream.to_be_bytes();
            put_tlv(&mut value, cause::INVALID_STREAM, &[high, low, 0, 0]);
            let packet = self.writer().chunk(kind::ERROR, 0, &value).finish();
            scope.transmit(scope.heard, packet);
            return;
        }
        if payload.len() > scope.config.max_message {
            return self.refuse(
                scope,
                cause::OUT_OF_RESOURCE,
                &[],
                "a message longer than max_message",
            );
        }
        let message = Message {
            stream,
            ppid: message.ppid.0,
            unordered,
            payload,
        };
        let association = scope.association;
        scope
            .output
            .events
            .push_back(Event::Message { association, message });
    }

    /// A packet of dcsctp's: counted, its a_rwnd set right, and sent where it belongs.
    fn depart(&mut self, scope: &mut Scope<'_>, mut packet: Vec<u8>) {
        let Some(parsed) = Packet::unchecked(&packet) else {
            debug_assert!(false, "dcsctp wrote {packet:02x?}");
            return;
        };
        let (mut at, mut sack_at, mut data, mut again) = (HEADER, None, false, false);
        for chunk in parsed.chunks() {
            match chunk.kind {
                kind::DATA => {
                    data = true;
                    let tsn = u32_at(chunk.value, 0).unwrap_or_default();
                    again |= !self
                        .departures
                        .sent(tsn, chunk.value.len().saturating_sub(DATA_HEADER));
                }
                kind::SACK => sack_at = Some(at),
                kind::SHUTDOWN if self.closing == Closing::Draining => self.closing = Closing::ShutdownSent,
                kind::SHUTDOWN_ACK => self.closing = Closing::ShutdownAckSent,
                _ => {}
            }
            at += chunk.whole.len().next_multiple_of(4);
        }
        if let Some(at) = sack_at {
            self.unacknowledged = 0;
            let window = self.arrivals.window().to_be_bytes();
            let field = &mut packet[at + 8..at + 12];
            if *field != window {
                field.copy_from_slice(&window);
                seal(&mut packet);
            }
        }
        if again {
            *scope.path = scope.heard;
        }
        let path = if data { *scope.path } else { scope.heard };
        scope.transmit(path, packet);
    }
}
