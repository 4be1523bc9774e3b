//! The radio leg: NAS PDUs between the UEs and their node, with what is done to them on their way.

use super::{Access, Due, Event, Input, Node};
use crate::radio::{Fates, Noise, Tampered, UeId, noisy};
use quintet_crypto::Direction;
use quintet_procedure::Disposition;
use std::cmp::Reverse;
use std::time::Duration;

/// Most uplink PDUs that wait for the core's identity: a UE sends one before it is answered, a hostile radio more.
const MAX_WAITING: usize = 8;

impl<A: Access> Node<A> {
    /// A NAS PDU sets out; what is done to it on its way, if anything is. `Err` gives a PDU back that nothing happens to.
    fn fates(&mut self, id: UeId, direction: Direction, nas: Vec<u8>) -> Result<Fates, Vec<u8>> {
        let slot = &mut self.slots[id.0 as usize];
        if let Some(interference) = &mut slot.interference {
            return Ok(interference.judge(A::SYSTEM, direction, nas));
        }
        if self.config.noise == Noise::default() {
            return Err(nas);
        }
        Ok(noisy(&mut self.random, &self.config.noise, nas))
    }

    /// A UE sends a NAS PDU.
    pub(super) fn uplink(&mut self, now: Duration, id: UeId, nas: Vec<u8>) {
        self.travel(now, id, Direction::Uplink, nas);
    }

    /// The core sends a UE a NAS PDU.
    pub(crate) fn downlink(&mut self, now: Duration, id: UeId, nas: Vec<u8>) {
        self.travel(now, id, Direction::Downlink, nas);
    }

    fn travel(&mut self, now: Duration, id: UeId, direction: Direction, nas: Vec<u8>) {
        let Some(connection) = self.slots[id.0 as usize].connection else {
            return;
        };
        let fates = match self.fates(id, direction, nas) {
            Ok(fates) => fates,
            Err(nas) => return self.arrive(now, id, direction, (None, nas)),
        };
        for (after, tampered, nas) in fates {
            if tampered == Some(Tampered::Dropped) {
                self.saw(id, direction, (tampered, nas), None);
            } else if after.is_zero() {
                // An earlier one may have ended the connection.
                if self.slots[id.0 as usize].connection == Some(connection) {
                    self.arrive(now, id, direction, (tampered, nas));
                }
            } else {
                let at = now + after;
                self.in_flight
                    .set_out(at, (id, connection), direction, (tampered, nas));
                self.due.push(Reverse((at, Due::Radio)));
            }
        }
    }

    /// Late PDUs arrive, unless their connection is gone.
    pub(super) fn land(&mut self, now: Duration) {
        while let Some(late) = self.in_flight.landed(now) {
            if self.slots[late.ue.0 as usize].connection == Some(late.connection) {
                self.arrive(now, late.ue, late.direction, (late.tampered, late.nas));
            }
        }
    }

    fn arrive(
        &mut self,
        now: Duration,
        id: UeId,
        direction: Direction,
        (tampered, nas): (Option<Tampered>, Vec<u8>),
    ) {
        match direction {
            Direction::Uplink => {
                self.saw(
                    id,
                    direction,
                    (tampered, nas.clone_if(self.config.nas_events)),
                    None,
                );
                self.forward(id, nas);
            }
            Direction::Downlink => {
                let disposition = self.with_ue(now, id, Input::Downlink(&nas));
                self.saw(id, direction, (tampered, nas), disposition);
            }
        }
    }

    /// Reports a PDU, if that is wanted.
    fn saw(
        &mut self,
        ue: UeId,
        direction: Direction,
        (tampered, nas): (Option<Tampered>, Vec<u8>),
        disposition: Option<Disposition<A::NasCause>>,
    ) {
        if self.config.nas_events {
            self.event(Event::Nas {
                ue,
                direction,
                name: A::SYSTEM.nas_name(direction, &nas),
                nas,
                tampered,
                disposition,
            });
        }
    }

    /// An uplink PDU goes on to the core: as the first of its connection, or as another one (TS 36.413 8.6.2, TS 38.413 8.6.1,
    /// 8.6.3).
    fn forward(&mut self, id: UeId, nas: Vec<u8>) {
        let slot = &self.slots[id.0 as usize];
        let Some((ran, connection)) = slot
            .connection
            .and_then(|ran| Some((ran, self.connections.get_mut(ran)?)))
        else {
            return;
        };
        let stream = connection.stream;
        if !connection.announced {
            connection.announced = true;
            let message = A::initial_ue_message(&self.config, ran, nas, connection.s_tmsi, slot.cause);
            return self.send(stream, &message);
        }
        match connection.core_id {
            Some(core) => self.send(stream, &A::uplink_nas_transport(&self.config, (core, ran), nas)),
            None if connection.waiting.len() < MAX_WAITING => connection.waiting.push(nas),
            None => {}
        }
    }

    /// The core's identity is known: what waited for it goes out.
    pub(super) fn identified(&mut self, core: A::CoreId, ran: A::RanId) {
        let Some(connection) = self.connections.get_mut(ran) else {
            return;
        };
        connection.core_id = Some(core);
        let stream = connection.stream;
        for nas in std::mem::take(&mut connection.waiting) {
            self.send(stream, &A::uplink_nas_transport(&self.config, (core, ran), nas));
        }
        if self.connections.get(ran).is_some_and(|c| c.ue.is_none()) {
            self.request_release(ran, A::CAUSES.radio_connection_lost);
        }
    }

    /// DOWNLINK NAS TRANSPORT (TS 36.413 8.6.2.2, TS 38.413 8.6.2).
    pub(crate) fn downlink_transport(&mut self, now: Duration, ids: (A::CoreId, A::RanId), nas: &[u8]) {
        match self.connection_of(ids) {
            Some(Some(ue)) => self.downlink(now, ue, nas.to_vec()),
            Some(None) => self.not_delivered(ids, nas),
            None => {}
        }
    }

    /// A NAS PDU for whoever has the connection now, as it came with another message.
    pub(crate) fn deliver(&mut self, now: Duration, ids: (A::CoreId, A::RanId), nas: &[u8]) {
        match self.connections.get(ids.1).map(|connection| connection.ue) {
            Some(Some(ue)) => self.downlink(now, ue, nas.to_vec()),
            Some(None) => self.not_delivered(ids, nas),
            None => {}
        }
    }

    /// NAS NON DELIVERY INDICATION (TS 36.413 8.6.2.4, TS 38.413 8.6.4).
    fn not_delivered(&mut self, ids: (A::CoreId, A::RanId), nas: &[u8]) {
        let cause = A::CAUSES.radio_connection_lost;
        self.send_to(ids.1, &A::nas_non_delivery(ids, nas.to_vec(), cause));
    }
}

/// A copy only where somebody wants one.
trait CloneIf {
    fn clone_if(&self, wanted: bool) -> Self;
}

impl CloneIf for Vec<u8> {
    fn clone_if(&self, wanted: bool) -> Self {
        if wanted { self.clone() } else { Self::new() }
    }
}
