//! The listener: an INIT is answered and forgotten, a COOKIE ECHO makes, restarts or confirms an association (RFC 9260
//! 5.1, 5.2).

use super::Endpoint;
use crate::association::{Association, Phase};
use crate::cookie::{Agreement, Cookie};
use crate::init::{Init, put_address};
use crate::packet::{Chunk, Packet, Writer, cause, kind, put_tlv};
use crate::transfer::{Departures, Transfer};
use crate::{AssociationId, Event, Path, Streams, Transmit};
use std::net::IpAddr;

/// What a COOKIE ECHO is to an association of the same peer (RFC 9260 5.2.4, table 12).
#[derive(Debug, PartialEq, Eq)]
enum Case {
    /// A: the peer restarted.
    Restart,
    /// B, or the peer's handshake was there first: our own has not come to its end.
    Collision,
    /// D: our COOKIE ACK was lost.
    Duplicate,
    /// C, or of no handshake that is known.
    Discard,
}

/// What an INIT ACK is made of.
struct Answer {
    tag: u32,
    tsn: u32,
    tie: u64,
}

impl Endpoint {
    pub(super) fn handle_init(&mut self, path: Path, packet: &Packet<'_>, chunk: &Chunk<'_>) {
        // RFC 9260 3.1, 8.5.1 A: alone, with tag 0.
        if packet.tag != 0 || packet.chunks().count() != 1 {
            return;
        }
        let Some(init) = Init::parse(chunk.value).filter(|init| init.tag != 0) else {
            return;
        };
        if !init.is_valid() {
            return self.refuse_init(path, packet, init.tag, cause::INVALID_MANDATORY_PARAMETER, &[]);
        }
        if let Some(name) = &init.host_name {
            return self.refuse_init(path, packet, init.tag, cause::UNRESOLVABLE_ADDRESS, name);
        }
        if let Some(answer) = self.answer_to(path, packet, &init) {
            self.send_init_ack(path, packet.source, init, &answer);
        }
    }

    /// `None` where no INIT ACK is due.
    fn answer_to(&mut self, path: Path, packet: &Packet<'_>, init: &Init) -> Option<Answer> {
        let Some(id) = self.table.of_peer(path.remote.ip(), packet.source) else {
            if !self.config.listen {
                self.refuse_init(path, packet, init.tag, cause::USER_INITIATED, b"nobody listens");
                return None;
            }
            if self.table.len() >= self.config.max_associations {
                self.refuse_init(path, packet, init.tag, cause::OUT_OF_RESOURCE, &[]);
                return None;
            }
            return Some(self.new_answer(0));
        };
        let association = self.table.get(id)?;
        match &association.phase {
            // RFC 9260 5.2.1: as in our own INIT.
            Phase::Setup(setup) => Some(Answer {
                tag: association.tag,
                tsn: setup.tsn,
                tie: 0,
            }),
            Phase::Open(transfer) if transfer.is_shutdown_ack_sent() => {
                // RFC 9260 9.2: the SHUTDOWN COMPLETE was lost.
                self.with_open(id, |transfer, scope| transfer.send_shutdown_ack(scope));
                None
            }
            Phase::Open(_) => {
                let strangers: Vec<IpAddr> = init
                    .addresses
                    .iter()
                    .filter(|address| !association.addresses.contains(address))
                    .copied()
                    .collect();
                let tie = association.tie;
                if strangers.is_empty() {
                    return Some(self.new_answer(tie));
                }
                // RFC 9260 5.2.2: else whoever shares one address could take the others over.
                let mut list = Vec::new();
                strangers
                    .into_iter()
                    .for_each(|address| put_address(&mut list, address));
                self.refuse_init(path, packet, init.tag, cause::NEW_ADDRESSES, &list);
                None
            }
        }
    }

    fn new_answer(&mut self, tie: u64) -> Answer {
        Answer {
            tag: self.new_tag(),
            tsn: self.drbg.u32(),
            tie,
        }
    }

    /// A tag that no association has.
    pub(super) fn new_tag(&mut self) -> u32 {
        loop {
            let tag = self.drbg.tag();
            if self.table.of_tag(tag).is_none() {
                return tag;
            }
        }
    }

    /// RFC 9260 5.1.1: each side sends on as many streams as it wants and the other takes.
    pub(super) fn streams_with(&self, init: &Init) -> Streams {
        Streams {
            outbound: self.config.outbound_streams.min(init.inbound_streams),
            inbound: self.config.inbound_streams.min(init.outbound_streams),
        }
    }

    fn send_init_ack(&mut self, path: Path, port: u16, init: Init, answer: &Answer) {
        let streams = self.streams_with(&init);
        let cookie = self.baker.bake(&Cookie {
            created: self.now,
            local: path.local,
            peer: path.remote.ip(),
            port,
            tie: answer.tie,
            agreement: Agreement {
                tag: answer.tag,
                tsn: answer.tsn,
                peer_tag: init.tag,
                peer_tsn: init.tsn,
                peer_window: init.window,
                streams,
            },
            addresses: init.addresses,
        });
        let ack = Init {
            tag: answer.tag,
            window: u32::try_from(self.config.receive_window).unwrap_or(u32::MAX),
            outbound_streams: streams.outbound,
            inbound_streams: self.config.inbound_streams,
            tsn: answer.tsn,
            addresses: Vec::new(),
            cookie: Some(cookie),
            unrecognized: init.unrecognized,
            host_name: None,
        };
        let packet = Writer::new(self.config.port, port, init.tag)
            .chunk(kind::INIT_ACK, 0, &ack.value())
            .finish();
        self.output.packets.push_back(Transmit { path, packet });
    }

    pub(super) fn handle_cookie_echo(&mut self, path: Path, packet: &Packet<'_>, chunk: &Chunk<'_>) {
        let Some(cookie) = self.baker.taste(chunk.value) else {
            return;
        };
        let from = path.remote.ip();
        let ours = cookie.port == packet.source && (cookie.peer == from || cookie.addresses.contains(&from));
        if !ours || packet.tag != cookie.agreement.tag {
            return;
        }
        let existing = self.table.of_peer(cookie.peer, cookie.port);
        let case = existing
            .and_then(|id| self.table.get(id))
            .map(|association| case(association, &cookie));
        let duplicate = case == Some(Case::Duplicate);
        if !duplicate && self.now.saturating_sub(cookie.created) > self.config.cookie_life {
            return self.send_stale(path, &cookie);
        }
        let id = match (existing, case) {
            (Some(_), Some(Case::Discard)) => return,
            (Some(id), Some(Case::Duplicate)) => id,
            (Some(id), Some(Case::Restart)) => self.restart(id, path, &cookie),
            (Some(id), _) => self.win_collision(id, path, &cookie),
            (None, _) => match self.admit(path, packet, &cookie) {
                Some(id) => id,
                None => return,
            },
        };
        let answer = Writer::new(self.config.port, cookie.port, cookie.agreement.peer_tag).chunk(
            kind::COOKIE_ACK,
            0,
            &[],
        );
        self.output.packets.push_back(Transmit {
            path,
            packet: answer.finish(),
        });
        // DATA may come with it; the COOKIE ECHO itself says nothing more.
        if let Some(association) = self.table.get_mut(id) {
            association.hear(path);
        }
        self.receive_open(id, packet);
        self.schedule(id);
    }

    fn admit(&mut self, path: Path, packet: &Packet<'_>, cookie: &Cookie) -> Option<AssociationId> {
        let agreement = cookie.agreement;
        if self.table.of_tag(agreement.tag).is_some() {
            return None;
        }
        if !self.config.listen || self.table.len() >= self.config.max_associations {
            self.refuse_init(path, packet, agreement.peer_tag, cause::OUT_OF_RESOURCE, &[]);
            return None;
        }
        let tie = self.drbg.u64();
        let transfer = Transfer::new(
            self.now,
            &self.config,
            cookie.port,
            agreement,
            Departures::default(),
        );
        let phase = Phase::Open(Box::new(transfer));
        let mut primary = path;
        primary.remote.set_ip(cookie.peer);
        let id = self
            .table
            .insert(Association::new(agreement.tag, tie, primary, cookie.port, phase));
        self.table.add_addresses(id, &cookie.addresses);
        self.report_up(id, agreement.streams);
        Some(id)
    }

    pub(super) fn report_up(&mut self, id: AssociationId, streams: Streams) {
        if let Some(association) = self.table.get(id) {
            let (peer, initiated) = (association.peer, association.initiated);
            self.output.events.push_back(Event::Up {
                association: id,
                peer,
                initiated,
                streams,
            });
        }
    }

    fn restart(&mut self, id: AssociationId, path: Path, cookie: &Cookie) -> AssociationId {
        self.replace(id, path, cookie, Departures::default());
        let streams = cookie.agreement.streams;
        self.output.events.push_back(Event::Restarted {
            association: id,
            streams,
        });
        id
    }

    fn win_collision(&mut self, id: AssociationId, path: Path, cookie: &Cookie) -> AssociationId {
        let departures = match self.table.get_mut(id).map(|association| &mut association.phase) {
            Some(Phase::Setup(setup)) => std::mem::take(&mut setup.departures),
            _ => Departures::default(),
        };
        self.replace(id, path, cookie, departures);
        self.table.add_addresses(id, &cookie.addresses);
        self.report_up(id, cookie.agreement.streams);
        self.wait(id);
        id
    }

    fn replace(&mut self, id: AssociationId, path: Path, cookie: &Cookie, departures: Departures) {
        let agreement = cookie.agreement;
        self.table.retag(id, agreement.tag);
        let tie = self.drbg.u64();
        let transfer = Transfer::new(self.now, &self.config, cookie.port, agreement, departures);
        if let Some(association) = self.table.get_mut(id) {
            association.tie = tie;
            association.path = path;
            association.phase = Phase::Open(Box::new(transfer));
        }
    }

    /// RFC 9260 5.2.6: how much too late, in microseconds.
    fn send_stale(&mut self, path: Path, cookie: &Cookie) {
        let late = self
            .now
            .saturating_sub(cookie.created)
            .saturating_sub(self.config.cookie_life);
        let mut value = Vec::new();
        let late = u32::try_from(late.as_micros()).unwrap_or(u32::MAX);
        put_tlv(&mut value, cause::STALE_COOKIE, &late.to_be_bytes());
        let packet = Writer::new(self.config.port, cookie.port, cookie.agreement.peer_tag).chunk(
            kind::ERROR,
            0,
            &value,
        );
        self.output.packets.push_back(Transmit {
            path,
            packet: packet.finish(),
        });
    }
}

fn case(association: &Association, cookie: &Cookie) -> Case {
    let mine = association.tag == cookie.agreement.tag;
    match &association.phase {
        Phase::Setup(setup) => match &setup.echo {
            None => Case::Collision,
            Some(_) if mine => Case::Collision,
            Some(_) => Case::Discard,
        },
        Phase::Open(transfer) => {
            let theirs = transfer.agreement.peer_tag == cookie.agreement.peer_tag;
            match (mine, theirs) {
                (true, true) => Case::Duplicate,
                (false, false) if association.tie == cookie.tie && !transfer.is_shutdown_ack_sent() => {
                    Case::Restart
                }
                _ => Case::Discard,
            }
        }
    }
}
