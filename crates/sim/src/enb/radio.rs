//! The radio leg: NAS PDUs between the UEs and their eNB, with what is done to them on their way.

use super::event::{EnbEvent, ReleasedBy};
use super::{Due, Enb};
use crate::radio::{Fates, Noise, System, Tampered, UeId, noisy};
use quintet_crypto::Direction;
use quintet_emm::Disposition;
use quintet_s1ap::message::{InitialUeMessage, NasNonDeliveryIndication, UplinkNasTransport};
use quintet_s1ap::{Cause, EnbUeS1apId, MmeUeS1apId};
use std::borrow::Cow;
use std::cmp::Reverse;
use std::time::Duration;

/// Most uplink PDUs that wait for the MME's identity: a UE sends one before it is answered, a hostile radio more.
const MAX_WAITING: usize = 8;

impl Enb {
    /// A NAS PDU sets out; what is done to it on its way, if anything is. `Err` gives a PDU back that nothing happens to.
    fn fates(&mut self, id: UeId, direction: Direction, nas: Vec<u8>) -> Result<Fates, Vec<u8>> {
        let slot = &mut self.slots[id.0 as usize];
        if let Some(interference) = &mut slot.interference {
            return Ok(interference.judge(System::Eps, direction, nas));
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

    /// The MME sends a UE a NAS PDU.
    pub(super) fn downlink(&mut self, now: Duration, id: UeId, nas: Vec<u8>) {
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
                let disposition = self.with_ue(now, id, |ue, actions| ue.handle_downlink(now, &nas, actions));
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
        disposition: Option<Disposition>,
    ) {
        if self.config.nas_events {
            self.event(EnbEvent::Nas {
                ue,
                direction,
                name: System::Eps.nas_name(direction, &nas),
                nas,
                tampered,
                disposition,
            });
        }
    }

    /// An uplink PDU goes on over S1: as the first of its connection, or as another one (TS 36.413 8.6.2).
    fn forward(&mut self, id: UeId, nas: Vec<u8>) {
        let slot = &self.slots[id.0 as usize];
        let Some((enb_ue_s1ap_id, connection)) = slot
            .connection
            .and_then(|id| Some((id, self.connections.get_mut(id)?)))
        else {
            return;
        };
        let stream = connection.stream;
        if !connection.announced {
            connection.announced = true;
            let mut message = InitialUeMessage::new(
                enb_ue_s1ap_id,
                Cow::Owned(nas),
                self.config.tai,
                self.config.ecgi,
                slot.cause,
            );
            message.s_tmsi = connection.s_tmsi;
            return self.send(stream, &message.into());
        }
        match connection.mme_ue_s1ap_id {
            Some(mme_ue_s1ap_id) => self.uplink_transport(stream, mme_ue_s1ap_id, enb_ue_s1ap_id, nas),
            None if connection.waiting.len() < MAX_WAITING => connection.waiting.push(nas),
            None => {}
        }
    }

    fn uplink_transport(&mut self, stream: u16, mme: MmeUeS1apId, enb: EnbUeS1apId, nas: Vec<u8>) {
        let message = UplinkNasTransport::new(mme, enb, Cow::Owned(nas), self.config.ecgi, self.config.tai);
        self.send(stream, &message.into());
    }

    /// The MME's identity is known: what waited for it goes out.
    pub(super) fn identified(&mut self, mme: MmeUeS1apId, enb: EnbUeS1apId) {
        let Some(connection) = self.connections.get_mut(enb) else {
            return;
        };
        connection.mme_ue_s1ap_id = Some(mme);
        let stream = connection.stream;
        for nas in std::mem::take(&mut connection.waiting) {
            self.uplink_transport(stream, mme, enb, nas);
        }
        if self.connections.get(enb).is_some_and(|c| c.ue.is_none()) {
            self.request_release(enb, Cause::RADIO_CONNECTION_WITH_UE_LOST);
        }
    }

    /// NAS NON DELIVERY INDICATION (TS 36.413 8.6.2.4).
    pub(super) fn not_delivered(&mut self, mme: MmeUeS1apId, enb: EnbUeS1apId, nas: &[u8]) {
        let stream = self.connections.get(enb).map_or(0, |c| c.stream);
        let cause = Cause::RADIO_CONNECTION_WITH_UE_LOST;
        let message = NasNonDeliveryIndication::new(mme, enb, Cow::Borrowed(nas), cause);
        self.send(stream, &message.into());
    }

    /// The UE has left its connection: the MME is asked to release it, once it can be asked.
    pub(super) fn ue_left(&mut self, now: Duration, id: UeId) {
        self.left(now, id, ReleasedBy::Ue);
    }

    /// The same, and by whom the connection ended.
    pub(super) fn left(&mut self, now: Duration, id: UeId, by: ReleasedBy) {
        let Some(enb) = self.slots[id.0 as usize].connection.take() else {
            return;
        };
        self.event(EnbEvent::Released(id, by));
        let Some(connection) = self.connections.get_mut(enb) else {
            return;
        };
        connection.ue = None;
        if !connection.announced {
            self.connections.remove(enb);
            return;
        }
        let until = now + self.config.release_guard;
        connection.until = Some(until);
        self.due.push(Reverse((until, Due::Connection(enb))));
        self.request_release(enb, Cause::RADIO_CONNECTION_WITH_UE_LOST);
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
