//! S1AP into attempts (TS 36.413).

use super::logs::begins;
use super::{Observer, Passing};
use crate::eps::s1ap::{self, Kind, Reading};
use crate::eps::trail::{Carrier, End, Signal, Tap};
use crate::subscribers::{Scope, Ue};
use quintet_capture::{FlowId, Pdu};
use quintet_crypto::Direction;
use quintet_identity::STmsi;
use quintet_s1ap::ResetType;

impl Observer {
    /// An S1AP message.
    pub(super) fn s1ap(&mut self, pdu: &Pdu<'_>) {
        let Some(reading) = s1ap::read(pdu.octets) else {
            return;
        };
        if let Some(direction) = reading.direction {
            self.directions.saw(pdu.flow.id, direction);
        }
        match &reading.kind {
            Kind::Node => {}
            Kind::Setup | Kind::Reset(ResetType::S1Interface) => self.connection_lost(pdu.flow.id),
            Kind::Reset(ResetType::PartOfS1Interface(list)) => {
                for connection in list {
                    let enb = connection.enb_ue_s1ap_id.map(|id| id.0);
                    let mme = connection.mme_ue_s1ap_id.map(|id| id.0);
                    if let Some(id) = self.connections.find(pdu.flow.id, enb, mme) {
                        self.end(id, End::ConnectionLost);
                    }
                }
            }
            Kind::Initial { .. } => self.initial(pdu, &reading),
            _ => self.connected(pdu, &reading),
        }
    }

    /// An association is gone, or anew: so are its connections.
    pub(super) fn connection_lost(&mut self, flow: FlowId) {
        for id in self.connections.of_flow(flow) {
            self.end(id, End::ConnectionLost);
        }
    }

    /// INITIAL UE MESSAGE: a new connection.
    fn initial(&mut self, pdu: &Pdu<'_>, reading: &Reading<'_>) {
        let flow = pdu.flow.id;
        let (Some(enb), Kind::Initial { tai, s_tmsi }) = (reading.enb_ue_s1ap_id, &reading.kind) else {
            return;
        };
        let alike = self.connections.of_enb(flow, enb);
        let late = alike.iter().copied().find(|id| {
            let running = self.attempts.get_mut(id);
            running.is_some_and(|running| running.attempt.begins_late(pdu.seen))
        });
        if let Some(id) = late {
            return self.carry(id, pdu, reading);
        }
        for id in alike {
            if self.connections.has_mme(id) {
                // Another connection of a merged capture may still go on under the same identity.
                self.leaving(id, End::BeganAgain);
            } else {
                self.end(id, End::BeganAgain);
            }
        }
        let scope = scope(pdu, Direction::Uplink);
        let ue = self.whose(scope, *s_tmsi);
        let id = self.begin(ue, Some(scope), Tap::S1, flow, pdu.seen, true);
        self.connections.add(id, flow, Some(enb), None);
        if let Some(running) = self.attempts.get_mut(&id) {
            let trail = &mut running.attempt.trail;
            trail.enb_ue_s1ap_id = Some(enb);
            trail.tai = Some(*tai);
            trail.serving = Some(tai.plmn);
            trail.identities.s_tmsi = *s_tmsi;
        }
        self.carry(id, pdu, reading);
    }

    /// The UE that a temporary identity names, or a new one.
    pub(super) fn whose(&mut self, scope: Scope, s_tmsi: Option<STmsi>) -> Ue {
        let known = s_tmsi.and_then(|s_tmsi| self.subscribers.by_s_tmsi(scope, s_tmsi));
        known.unwrap_or_else(|| {
            let ue = self.subscribers.stranger();
            if let Some(s_tmsi) = s_tmsi {
                self.subscribers.learn_s_tmsi(ue, scope, s_tmsi);
            }
            ue
        })
    }

    /// A message of a connection.
    fn connected(&mut self, pdu: &Pdu<'_>, reading: &Reading<'_>) {
        let (enb, mme) = (reading.enb_ue_s1ap_id, reading.mme_ue_s1ap_id);
        let found = match (&reading.kind, mme) {
            (Kind::PathSwitchRequest, Some(mme)) => self.switched(pdu, enb, mme),
            _ => self.connections.find(pdu.flow.id, enb, mme),
        };
        let id = found.unwrap_or_else(|| self.in_the_middle(pdu, reading));
        if let Some(running) = self.attempts.get_mut(&id) {
            let trail = &mut running.attempt.trail;
            trail.enb_ue_s1ap_id = trail.enb_ue_s1ap_id.or(enb);
            trail.mme_ue_s1ap_id = trail.mme_ue_s1ap_id.or(mme);
            if let Some(tai) = reading.tai {
                trail.tai = Some(tai);
                trail.serving = Some(tai.plmn);
            }
        }
        self.carry(id, pdu, reading);
        let released = End::Released {
            seen: pdu.seen,
            cause: reading.cause.map(|cause| cause.to_string()),
        };
        match reading.kind {
            Kind::ReleaseCommand => self.leaving(id, released),
            Kind::ReleaseComplete => self.end(id, released),
            _ => {}
        }
    }

    /// A connection whose beginning was not seen.
    fn in_the_middle(&mut self, pdu: &Pdu<'_>, reading: &Reading<'_>) -> u64 {
        let scope = reading.direction.map(|direction| scope(pdu, direction));
        let ue = self.subscribers.stranger();
        let id = self.begin(ue, scope, Tap::S1, pdu.flow.id, pdu.seen, false);
        let (enb, mme) = (reading.enb_ue_s1ap_id, reading.mme_ue_s1ap_id);
        self.connections.add(id, pdu.flow.id, enb, mme);
        id
    }

    /// The connection whose path is switched: it goes on at the new eNB, under the same identity of the MME's.
    fn switched(&mut self, pdu: &Pdu<'_>, enb: Option<u32>, mme: u32) -> Option<u64> {
        let to = Some(scope(pdu, Direction::Uplink));
        let candidates = self.connections.of_mme(mme);
        let of_this_mme = |id: &u64| self.attempts.get(id).is_some_and(|running| running.scope == to);
        let id = candidates.into_iter().rev().find(of_this_mme)?;
        self.connections.forget(id);
        self.connections.add(id, pdu.flow.id, enb, Some(mme));
        if let Some(running) = self.attempts.get_mut(&id) {
            running.attempt.trail.enb_ue_s1ap_id = enb;
        }
        Some(id)
    }

    /// The message and the NAS in it, into the attempt.
    fn carry(&mut self, id: u64, pdu: &Pdu<'_>, reading: &Reading<'_>) {
        let direction = reading.direction.unwrap_or(Direction::Uplink);
        if let Some(running) = self.attempts.get_mut(&id) {
            running.heard = pdu.seen.time;
            running.attempt.signal(Signal {
                seen: pdu.seen,
                direction,
                name: reading.name,
                cause: reading.cause.map(|cause| cause.to_string()),
            });
        }
        let mut id = id;
        for nas in &reading.nas {
            if direction == Direction::Uplink {
                id = self.goes_on(id, pdu, nas);
            }
            self.nas(
                id,
                Passing {
                    seen: pdu.seen,
                    direction,
                    carrier: Carrier::S1ap(reading.name),
                    octets: nas,
                    copy: None,
                },
            );
        }
    }

    /// The attempt that an uplink NAS message belongs to: another initial message, in the same connection, begins a new one.
    fn goes_on(&mut self, id: u64, pdu: &Pdu<'_>, nas: &[u8]) -> u64 {
        let Some(running) = self.attempts.get(&id) else {
            return id;
        };
        let attempt = &running.attempt;
        let first = attempt.trail.nas.is_empty();
        let again = attempt.trail.nas.iter().any(|sighting| *sighting.pdu == *nas);
        if first || again || attempt.is_late(pdu.seen) || !begins(nas) {
            return id;
        }
        let (ue, scope) = (attempt.ue, running.scope);
        let next = self.begin(ue, scope, Tap::S1, pdu.flow.id, pdu.seen, true);
        self.connections.hand_over(id, next);
        if let [Some(before), Some(after)] = self.attempts.get_disjoint_mut([&id, &next]) {
            after.attempt.follow(&mut before.attempt, pdu.seen);
        }
        self.end(id, End::BeganAgain);
        next
    }
}

/// The MME whose temporary identities are meant.
fn scope(pdu: &Pdu<'_>, direction: Direction) -> Scope {
    let end = match direction {
        Direction::Uplink => pdu.flow.destination,
        Direction::Downlink => pdu.flow.source,
    };
    match end {
        quintet_capture::End::Address(address) => Scope::Mme(address.ip()),
        quintet_capture::End::Unnamed => log_scope(pdu.flow.id),
    }
}

const fn log_scope(flow: FlowId) -> Scope {
    Scope::Log(flow)
}
