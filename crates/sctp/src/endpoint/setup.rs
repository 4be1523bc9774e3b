//! The client: INIT, COOKIE ECHO and their timers (RFC 9260 5.1, 4: T1-init, T1-cookie).

use super::Endpoint;
use crate::association::{Association, Echo, Phase, Setup};
use crate::cookie::Agreement;
use crate::init::Init;
use crate::packet::{Chunk, HEADER, Packet, Writer, cause, kind, put_tlv, tlvs};
use crate::transfer::{Departures, Transfer};
use crate::{AssociationId, Down, Path, Transmit};

/// Octets of a chunk header.
const CHUNK_HEADER: usize = 4;

impl Endpoint {
    pub(super) fn begin_setup(&mut self, path: Path, port: u16) -> AssociationId {
        let tag = self.new_tag();
        let setup = Setup {
            tsn: self.drbg.u32(),
            tries: 0,
            interval: self.config.rto_initial,
            deadline: self.now + self.config.rto_initial,
            echo: None,
            departures: Departures::default(),
        };
        let mut association = Association::new(tag, self.drbg.u64(), path, port, Phase::Setup(setup));
        association.initiated = true;
        let id = self.table.insert(association);
        self.send_setup(id);
        self.schedule(id);
        id
    }

    /// Sends the INIT, or the COOKIE ECHO if it is its turn.
    fn send_setup(&mut self, id: AssociationId) {
        let Some(Association {
            tag,
            peer,
            path,
            phase: Phase::Setup(setup),
            ..
        }) = self.table.get(id)
        else {
            return;
        };
        let packet = match &setup.echo {
            None => {
                let init = Init {
                    tag: *tag,
                    window: u32::try_from(self.config.receive_window).unwrap_or(u32::MAX),
                    outbound_streams: self.config.outbound_streams,
                    inbound_streams: self.config.inbound_streams,
                    tsn: setup.tsn,
                    addresses: Vec::new(),
                    cookie: None,
                    unrecognized: Vec::new(),
                    host_name: None,
                };
                Writer::new(self.config.port, peer.port(), 0).chunk(kind::INIT, 0, &init.value())
            }
            Some(echo) => Writer::new(self.config.port, peer.port(), echo.agreement.peer_tag).chunk(
                kind::COOKIE_ECHO,
                0,
                &echo.cookie,
            ),
        };
        self.output.packets.push_back(Transmit {
            path: *path,
            packet: packet.finish(),
        });
    }

    pub(super) fn handle_setup_timeout(&mut self, id: AssociationId) {
        let (now, config) = (self.now, &self.config);
        let Some(Phase::Setup(setup)) = self.table.get_mut(id).map(|association| &mut association.phase)
        else {
            return;
        };
        if setup.deadline > now {
            return;
        }
        if setup.tries >= config.max_init_retransmits {
            return self.end(id, Down::NoAnswer);
        }
        setup.tries += 1;
        setup.interval = (setup.interval * 2).min(config.rto_max);
        setup.deadline = now + setup.interval;
        self.send_setup(id);
    }

    /// Ends what is not established, since we want no more of it.
    pub(super) fn give_up_setup(&mut self, id: AssociationId) {
        let Some(Association {
            peer,
            path,
            phase: Phase::Setup(setup),
            ..
        }) = self.table.get(id)
        else {
            return;
        };
        if let Some(echo) = &setup.echo {
            let mut value = Vec::new();
            put_tlv(&mut value, cause::USER_INITIATED, &[]);
            let packet = Writer::new(self.config.port, peer.port(), echo.agreement.peer_tag).chunk(
                kind::ABORT,
                0,
                &value,
            );
            self.output.packets.push_back(Transmit {
                path: *path,
                packet: packet.finish(),
            });
        }
        self.end(id, Down::Local);
    }

    /// A packet with our tag before the association is established.
    pub(super) fn handle_setup_chunks(&mut self, id: AssociationId, path: Path, packet: &Packet<'_>) {
        if let Some(reason) = Self::aborted(packet) {
            return self.end(id, reason);
        }
        let Some(first) = packet.chunks().next() else {
            return;
        };
        match first.kind {
            kind::INIT_ACK if packet.chunks().count() == 1 => self.handle_init_ack(id, path, packet, &first),
            kind::COOKIE_ACK => self.handle_cookie_ack(id, packet),
            kind::ERROR => self.handle_setup_error(id, &first),
            // RFC 9260 8.5.1 E: of an association that we know nothing of any more.
            kind::SHUTDOWN_ACK => self.handle_stray(path, packet, &first),
            _ => {}
        }
    }

    fn handle_init_ack(&mut self, id: AssociationId, path: Path, packet: &Packet<'_>, chunk: &Chunk<'_>) {
        let Some(ack) = Init::parse(chunk.value) else {
            return;
        };
        let (streams, now, rto) = (self.streams_with(&ack), self.now, self.config.rto_initial);
        let fits = |cookie: &Vec<u8>| HEADER + CHUNK_HEADER + cookie.len() <= self.config.packet_size;
        let refusal = match &ack.cookie {
            _ if ack.tag == 0 => Some("INIT ACK with tag 0"),
            _ if !ack.is_valid() => Some("INIT ACK without streams"),
            None => Some("INIT ACK without a cookie"),
            Some(cookie) if !fits(cookie) => Some("INIT ACK with a cookie longer than a packet"),
            Some(_) => None,
        };
        let Some(Association {
            tag,
            phase: Phase::Setup(setup),
            ..
        }) = self.table.get_mut(id)
        else {
            return;
        };
        if setup.echo.is_some() {
            // RFC 9260 5.2.3: of an old or duplicated INIT.
            return;
        }
        if let Some(why) = refusal {
            if ack.tag != 0 {
                self.refuse_init(path, packet, ack.tag, cause::PROTOCOL_VIOLATION, why.as_bytes());
            }
            return self.end(id, Down::Violation(why.to_owned()));
        }
        let agreement = Agreement {
            tag: *tag,
            tsn: setup.tsn,
            peer_tag: ack.tag,
            peer_tsn: ack.tsn,
            peer_window: ack.window,
            streams,
        };
        let cookie = ack.cookie.unwrap_or_default();
        setup.echo = Some(Echo { cookie, agreement });
        (setup.tries, setup.interval, setup.deadline) = (0, rto, now + rto);
        let mut addresses = ack.addresses;
        addresses.push(path.remote.ip());
        self.table.add_addresses(id, &addresses);
        self.send_setup(id);
        self.schedule(id);
    }

    fn handle_cookie_ack(&mut self, id: AssociationId, packet: &Packet<'_>) {
        let (now, config) = (self.now, &self.config);
        let Some(association) = self.table.get_mut(id) else {
            return;
        };
        let port = association.peer.port();
        let Phase::Setup(Setup {
            echo: Some(echo),
            departures,
            ..
        }) = &mut association.phase
        else {
            return;
        };
        let agreement = echo.agreement;
        let departures = std::mem::take(departures);
        let transfer = Transfer::new(now, config, port, agreement, departures);
        association.phase = Phase::Open(Box::new(transfer));
        self.report_up(id, agreement.streams);
        self.receive_open(id, packet);
        self.schedule(id);
    }

    /// RFC 9260 5.2.6: a stale cookie is asked for again.
    fn handle_setup_error(&mut self, id: AssociationId, chunk: &Chunk<'_>) {
        if !tlvs(chunk.value).any(|tlv| tlv.kind == cause::STALE_COOKIE) {
            return;
        }
        let (now, limit) = (self.now, self.config.max_init_retransmits);
        let Some(Phase::Setup(setup)) = self.table.get_mut(id).map(|association| &mut association.phase)
        else {
            return;
        };
        if setup.echo.take().is_none() {
            return;
        }
        if setup.tries >= limit {
            return self.end(id, Down::NoAnswer);
        }
        setup.tries += 1;
        setup.deadline = now + setup.interval;
        self.send_setup(id);
        self.schedule(id);
    }
}
