//! S1AP and NGAP into attempts (TS 36.413, TS 38.413).

use super::logs::begins;
use super::{Beginning, Observer, Passing};
use crate::eps::s1ap;
use crate::fgs::ngap;
use crate::report::Technology;
use crate::signalling::{Kind, Reading};
use crate::subscribers::{Scope, Ue};
use crate::trail::{Carrier, End, Short, Signal, Tap};
use quintet_capture::{FlowId, Pdu};
use quintet_crypto::Direction;

impl Observer {
    /// A message of S1AP or NGAP.
    pub(super) fn signalling(&mut self, technology: Technology, pdu: &Pdu<'_>) {
        let reading = match technology {
            Technology::Eps | Technology::Ims => s1ap::read(pdu.octets),
            Technology::Fgs => ngap::read(pdu.octets),
        };
        let Some(reading) = reading else {
            return;
        };
        if let Some(direction) = reading.direction {
            self.directions.saw(pdu.flow.id, direction);
        }
        match &reading.kind {
            Kind::Node => {}
            Kind::Anew => self.connection_lost(pdu.flow.id),
            Kind::Reset(list) => {
                for (core, ran) in list {
                    if let Some(id) = self.connections.find(pdu.flow.id, *ran, *core) {
                        self.end(id, End::ConnectionLost);
                    }
                }
            }
            Kind::Initial { .. } => self.initial(technology, pdu, &reading),
            _ => self.connected(technology, pdu, &reading),
        }
    }

    /// An association is gone, or anew: so are its connections.
    pub(super) fn connection_lost(&mut self, flow: FlowId) {
        for id in self.connections.of_flow(flow) {
            self.end(id, End::ConnectionLost);
        }
    }

    /// INITIAL UE MESSAGE: a new connection.
    fn initial(&mut self, technology: Technology, pdu: &Pdu<'_>, reading: &Reading<'_>) {
        let flow = pdu.flow.id;
        let (Some(ran), Kind::Initial { short }) = (reading.ran_ue_id, &reading.kind) else {
            return;
        };
        let alike = self.connections.of_ran(flow, ran);
        let late = alike.iter().copied().find(|id| {
            let running = self.attempts.get_mut(id);
            running.is_some_and(|running| running.attempt.begins_late(pdu.seen))
        });
        if let Some(id) = late {
            return self.carry(id, pdu, reading);
        }
        for id in alike {
            if self.connections.has_core(id) {
                // Another connection of a merged capture may still go on under the same identity.
                self.leaving(id, End::BeganAgain);
            } else {
                self.end(id, End::BeganAgain);
            }
        }
        let scope = scope(pdu, Direction::Uplink);
        let ue = self.whose(scope, *short);
        let id = self.begin(Beginning {
            technology,
            ue,
            scope: Some(scope),
            tap: Tap::Ran,
            flow,
            seen: pdu.seen,
            from_the_start: true,
        });
        self.connections.add(id, flow, Some(ran), None);
        if let Some(running) = self.attempts.get_mut(&id) {
            let trail = &mut running.attempt.trail;
            trail.ran_ue_id = Some(ran);
            trail.area = reading.area;
            trail.serving = reading.area.map(|area| area.plmn());
            trail.identities.s_tmsi = *short;
        }
        self.carry(id, pdu, reading);
    }

    /// The UE that a temporary identity names, or a new one.
    pub(super) fn whose(&mut self, scope: Scope, short: Option<Short>) -> Ue {
        let known = short.and_then(|short| self.subscribers.by_s_tmsi(scope, short));
        known.unwrap_or_else(|| {
            let ue = self.subscribers.stranger();
            if let Some(short) = short {
                self.subscribers.learn_s_tmsi(ue, scope, short);
            }
            ue
        })
    }

    /// A message of a connection.
    fn connected(&mut self, technology: Technology, pdu: &Pdu<'_>, reading: &Reading<'_>) {
        let (ran, core) = (reading.ran_ue_id, reading.core_ue_id);
        let found = match (&reading.kind, core) {
            (Kind::PathSwitchRequest, Some(core)) => self.switched(pdu, ran, core),
            _ => self.connections.find(pdu.flow.id, ran, core),
        };
        let id = found.unwrap_or_else(|| self.in_the_middle(technology, pdu, reading));
        if let Some(running) = self.attempts.get_mut(&id) {
            let trail = &mut running.attempt.trail;
            trail.ran_ue_id = trail.ran_ue_id.or(ran);
            trail.core_ue_id = trail.core_ue_id.or(core);
            if let Some(area) = reading.area {
                trail.area = Some(area);
                trail.serving = Some(area.plmn());
            }
        }
        self.carry(id, pdu, reading);
        let released = End::Released {
            seen: pdu.seen,
            cause: reading.cause.clone(),
        };
        match reading.kind {
            Kind::ReleaseCommand => self.leaving(id, released),
            Kind::ReleaseComplete => self.end(id, released),
            _ => {}
        }
    }

    /// A connection whose beginning was not seen.
    fn in_the_middle(&mut self, technology: Technology, pdu: &Pdu<'_>, reading: &Reading<'_>) -> u64 {
        let scope = reading.direction.map(|direction| scope(pdu, direction));
        let ue = self.subscribers.stranger();
        let id = self.begin(Beginning {
            technology,
            ue,
            scope,
            tap: Tap::Ran,
            flow: pdu.flow.id,
            seen: pdu.seen,
            from_the_start: false,
        });
        let (ran, core) = (reading.ran_ue_id, reading.core_ue_id);
        self.connections.add(id, pdu.flow.id, ran, core);
        id
    }

    /// The connection whose path is switched: it goes on at the new eNB, under the same identity of the MME's.
    fn switched(&mut self, pdu: &Pdu<'_>, ran: Option<u32>, core: u64) -> Option<u64> {
        let to = Some(scope(pdu, Direction::Uplink));
        let candidates = self.connections.of_core(core);
        let of_this_mme = |id: &u64| self.attempts.get(id).is_some_and(|running| running.scope == to);
        let id = candidates.into_iter().rev().find(of_this_mme)?;
        self.connections.forget(id);
        self.connections.add(id, pdu.flow.id, ran, Some(core));
        if let Some(running) = self.attempts.get_mut(&id) {
            running.attempt.trail.ran_ue_id = ran;
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
                cause: reading.cause.clone(),
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
                    carrier: Carrier::Ap(reading.name),
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
        if first || again || attempt.is_late(pdu.seen) || !begins(attempt.trail.technology, nas) {
            return id;
        }
        let (ue, scope, technology) = (attempt.ue, running.scope, attempt.trail.technology);
        let next = self.begin(Beginning {
            technology,
            ue,
            scope,
            tap: Tap::Ran,
            flow: pdu.flow.id,
            seen: pdu.seen,
            from_the_start: true,
        });
        self.connections.hand_over(id, next);
        if let [Some(before), Some(after)] = self.attempts.get_disjoint_mut([&id, &next]) {
            after.attempt.follow(&mut before.attempt, pdu.seen);
        }
        self.end(id, End::BeganAgain);
        next
    }
}

/// The MME, or AMF, whose temporary identities are meant.
fn scope(pdu: &Pdu<'_>, direction: Direction) -> Scope {
    let end = match direction {
        Direction::Uplink => pdu.flow.destination,
        Direction::Downlink => pdu.flow.source,
    };
    match end {
        quintet_capture::End::Address(address) => Scope::Core(address.ip()),
        quintet_capture::End::Unnamed => log_scope(pdu.flow.id),
    }
}

const fn log_scope(flow: FlowId) -> Scope {
    Scope::Log(flow)
}
