//! Logs of NAS PDUs: a modem's, a simulator's, or what a radio trace carries. One UE at a time in each; no connections, and
//! often no directions.
//!
//! Modems log a message twice, as it is in the clear and as it goes over the air, in either order: those are one. The
//! clear copy is what a ciphered one says.

mod reading;

use super::{Beginning, Observer, Passing};
use crate::attempt::Attempt;
use crate::nas;
use crate::report::Technology;
use crate::subscribers::Scope;
use crate::trail::{Carrier, End, Short, Sighting, Tap};
use hashbrown::HashMap;
use quintet_capture::{FlowId, Pdu, Protocol, Seen};
use quintet_crypto::Direction;
use quintet_emm::path::Protection;
use quintet_radio::{Detail, Found, Nas, System};
pub(super) use reading::begins;
use reading::{copies, direction_of, is_inside};
use std::collections::VecDeque;

/// The most logs, and UEs of radio traces, followed at once; the first one goes for another.
pub(super) const MAX_LOGS: usize = 4_096;
/// How far apart the two copies of one message may be.
const MAX_COPY_NS: i64 = 1_000_000_000;

/// One UE's log: of a flow, and there of one C-RNTI if it is a radio trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LogKey {
    technology: Technology,
    flow: FlowId,
    rnti: Option<u16>,
    ue_id: Option<u32>,
}

/// A PDU in the clear that waits for its protected copy.
#[derive(Debug)]
struct Held {
    seen: Seen,
    direction: Direction,
    carrier: Carrier,
    pdu: Box<[u8]>,
}

/// One log.
#[derive(Debug, Default)]
struct Log {
    attempt: Option<u64>,
    held: Option<Held>,
    /// Whether the log has NAS of its own, so that the same in its RRC messages is a copy.
    native: bool,
}

/// The logs.
#[derive(Debug, Default)]
pub(super) struct Logs {
    logs: HashMap<LogKey, Log>,
    by_attempt: HashMap<u64, LogKey>,
    order: VecDeque<LogKey>,
}

/// A NAS PDU of a log.
#[derive(Clone, Copy)]
struct Logged<'a> {
    key: LogKey,
    seen: Seen,
    tap: Tap,
    direction: Direction,
    carrier: Carrier,
    octets: &'a [u8],
    short: Option<Short>,
}

impl Logs {
    /// The attempt is over.
    pub(super) fn forget(&mut self, id: u64) {
        let log = self
            .by_attempt
            .remove(&id)
            .and_then(|key| self.logs.get_mut(&key));
        if let Some(log) = log.filter(|log| log.attempt == Some(id)) {
            log.attempt = None;
        }
    }

    /// Logs, attempts in them, and logs in their order.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> [usize; 3] {
        [self.logs.len(), self.by_attempt.len(), self.order.len()]
    }

    fn log(&mut self, key: LogKey) -> &mut Log {
        if !self.logs.contains_key(&key) {
            self.order.push_back(key);
            if self.order.len() > MAX_LOGS
                && let Some(oldest) = self.order.pop_front()
            {
                self.logs.remove(&oldest);
            }
        }
        self.logs.entry(key).or_default()
    }
}

impl Observer {
    /// A NAS PDU of a log.
    pub(super) fn log(&mut self, technology: Technology, pdu: &Pdu<'_>) {
        let key = LogKey {
            technology,
            flow: pdu.flow.id,
            rnti: None,
            ue_id: None,
        };
        let log = self.logs.log(key);
        log.native = true;
        let running = log.attempt.and_then(|id| self.attempts.get(&id));
        let direction = pdu
            .direction
            .or_else(|| direction_of(technology, pdu.octets))
            .or_else(|| running?.attempt.expects(pdu.octets))
            .unwrap_or(Direction::Downlink);
        let logged = Logged {
            key,
            seen: pdu.seen,
            tap: Tap::NasLog,
            direction,
            carrier: Carrier::Log,
            octets: pdu.octets,
            short: None,
        };
        self.logged(logged);
    }

    /// A PDU of a radio trace.
    pub(super) fn radio(&mut self, pdu: &Pdu<'_>) {
        let mut radio = std::mem::take(&mut self.radio);
        let (log, at) = (pdu.flow.id.0, pdu.seen.time.0);
        let mut found = |found: Found<'_>| self.found(pdu, &found);
        match pdu.protocol {
            Protocol::MacLteFramed => radio.mac(log, at, pdu.octets, &mut found),
            Protocol::MacNrFramed => radio.mac_nr(log, at, pdu.octets, &mut found),
            Protocol::F1ap => radio.f1ap(log, at, pdu.octets, &mut found),
            Protocol::LteRrc(channel) => radio.rrc(log, at, channel, pdu.octets, &mut found),
            _ => {}
        }
        self.radio = radio;
    }

    /// Something that a radio trace shows.
    fn found(&mut self, pdu: &Pdu<'_>, found: &Found<'_>) {
        let key = |ue: quintet_radio::UeKey| LogKey {
            technology: match ue.system {
                System::Eps => Technology::Eps,
                System::Fgs => Technology::Fgs,
            },
            flow: pdu.flow.id,
            rnti: ue.rnti,
            ue_id: ue.ue_id,
        };
        match found {
            Found::Nas(nas) if self.logs.log(key(nas.ue)).native => {}
            Found::Nas(nas) => self.logged(Logged {
                key: key(nas.ue),
                seen: pdu.seen,
                tap: Tap::Radio,
                direction: nas.direction,
                carrier: Carrier::Rrc(nas.carrier),
                octets: nas.octets,
                short: short_of(nas),
            }),
            Found::Signal(signal) => {
                let key = key(signal.ue);
                self.release_held(key);
                let Some(id) = self.logs.log(key).attempt else {
                    return;
                };
                // That a UE asks for a connection says nothing: in a modem's log its initial message comes before.
                if let Detail::Release { cause, .. } = signal.detail {
                    let released = End::Released {
                        seen: pdu.seen,
                        // The ordinary one says nothing (TS 36.331 6.2.2 RRCConnectionRelease).
                        cause: (cause != "other").then(|| format!("rrc: {cause}")),
                    };
                    self.leaving(id, released);
                }
            }
            _ => {}
        }
    }

    /// A NAS PDU of a log: held back if its protected copy may follow.
    fn logged(&mut self, logged: Logged<'_>) {
        let technology = logged.key.technology;
        let protected = nas::header(technology, logged.octets);
        let Some(header) = protected else {
            if self.is_copy(&logged) {
                return;
            }
            self.release_held(logged.key);
            self.logs.log(logged.key).held = Some(Held {
                seen: logged.seen,
                direction: logged.direction,
                carrier: logged.carrier,
                pdu: logged.octets.into(),
            });
            if logged.tap == Tap::Radio {
                // The air carries each message once.
                self.release_held(logged.key);
            }
            return;
        };
        let held = self.logs.log(logged.key).held.take();
        let (copy, other) = match held {
            Some(held) if copies(technology, &held.pdu, held.seen, logged.seen, header.payload) => {
                (Some(held), None)
            }
            other => (None, other),
        };
        if let Some(other) = other {
            self.hold_ends(logged, other);
        }
        let direction = copy.as_ref().map_or(logged.direction, |copy| copy.direction);
        self.attribute(
            Logged { direction, ..logged },
            copy.as_ref().map(|copy| &*copy.pdu),
        );
    }

    /// Whether a PDU in the clear is the copy of the protected one before it; what that said is known then.
    fn is_copy(&mut self, logged: &Logged<'_>) -> bool {
        let log = self.logs.log(logged.key);
        if log.held.is_some() {
            return false;
        }
        let Some(running) = log.attempt.and_then(|id| self.attempts.get_mut(&id)) else {
            return false;
        };
        running
            .attempt
            .is_copy_of_last(logged.seen, logged.octets, MAX_COPY_NS)
    }

    /// What is held back goes on.
    fn release_held(&mut self, key: LogKey) {
        if let Some(held) = self.logs.log(key).held.take() {
            let tap = if matches!(held.carrier, Carrier::Log) {
                Tap::NasLog
            } else {
                Tap::Radio
            };
            let logged = Logged {
                key,
                seen: held.seen,
                tap,
                direction: held.direction,
                carrier: held.carrier,
                octets: &held.pdu,
                short: None,
            };
            self.attribute(logged, None);
        }
    }

    /// What was held back has no copy, and comes first.
    fn hold_ends(&mut self, next: Logged<'_>, held: Held) {
        self.attribute(
            Logged {
                seen: held.seen,
                direction: held.direction,
                carrier: held.carrier,
                octets: &held.pdu,
                ..next
            },
            None,
        );
    }

    /// Whatever is held back anywhere.
    pub(super) fn release_all_held(&mut self) {
        for key in self.logs.order.clone() {
            self.release_held(key);
        }
    }

    /// The PDU goes into the attempt that runs, or begins one.
    fn attribute(&mut self, logged: Logged<'_>, copy: Option<&[u8]>) {
        let running = self.logs.log(logged.key).attempt;
        let begins = logged.direction == Direction::Uplink
            && begins(logged.key.technology, copy.unwrap_or(logged.octets));
        let id = running
            .filter(|_| !begins)
            .unwrap_or_else(|| self.log_begins(&logged, running, begins));
        self.nas(
            id,
            Passing {
                seen: logged.seen,
                direction: logged.direction,
                carrier: logged.carrier,
                octets: logged.octets,
                copy,
            },
        );
    }

    /// A new attempt of a log's UE.
    fn log_begins(&mut self, logged: &Logged<'_>, running: Option<u64>, from_the_start: bool) -> u64 {
        let scope = Scope::Log(logged.key.flow);
        let of_log = running
            .and_then(|id| self.attempts.get(&id))
            .map(|running| running.attempt.ue);
        let ue = match (of_log, logged.short) {
            (Some(ue), None) => ue,
            (_, s_tmsi) => self.whose(scope, s_tmsi),
        };
        if let Some(before) = running {
            self.end(before, End::BeganAgain);
        }
        let flow = logged.key.flow;
        let id = self.begin(Beginning {
            technology: logged.key.technology,
            ue,
            scope: Some(scope),
            tap: logged.tap,
            flow,
            seen: logged.seen,
            from_the_start,
        });
        self.logs.log(logged.key).attempt = Some(id);
        self.logs.by_attempt.insert(id, logged.key);
        id
    }
}

/// The temporary identity with which the UE asked for the connection.
fn short_of(nas: &Nas<'_>) -> Option<Short> {
    let request = nas.request?;
    let of_eps = request.s_tmsi().map(Short::Eps);
    of_eps.or_else(|| request.five_g_s_tmsi().map(Short::Fgs))
}

impl Attempt {
    /// Which way a PDU goes that cannot be read: the way whose sequence numbers it continues, else the other way than the
    /// message before it.
    fn expects(&self, octets: &[u8]) -> Option<Direction> {
        let sequence = nas::header(self.trail.technology, octets)?.sequence_number;
        let next = |direction: Direction| {
            let of_direction = |sighting: &&Sighting| {
                sighting.direction == direction && matches!(sighting.protection, Protection::Protected { .. })
            };
            let last = self.trail.nas.iter().rev().find(of_direction)?;
            last.sequence.map(|last| last.wrapping_add(1))
        };
        let continues = |direction| next(direction) == Some(sequence);
        match (continues(Direction::Uplink), continues(Direction::Downlink)) {
            (true, false) => Some(Direction::Uplink),
            (false, true) => Some(Direction::Downlink),
            _ => match self.trail.nas.last()?.direction {
                Direction::Uplink => Some(Direction::Downlink),
                Direction::Downlink => Some(Direction::Uplink),
            },
        }
    }

    /// Whether a PDU in the clear is the copy of the last message; what that said is known then.
    fn is_copy_of_last(&mut self, seen: Seen, octets: &[u8], within_ns: i64) -> bool {
        let Some(last) = self.trail.nas.last_mut() else {
            return false;
        };
        let technology = self.trail.technology;
        let Some(header) = nas::header(technology, &last.pdu) else {
            return false;
        };
        let near = (-within_ns..=within_ns).contains(&seen.time.since(last.seen.time));
        if !near || !is_inside(technology, octets, header.payload) {
            return false;
        }
        if last.plain.is_none() && nas::reads_plain(technology, last.direction, octets) {
            last.plain = Some(octets.into());
            let message = nas::Seen::of(technology, last.direction, last.header, Some(octets));
            (last.name, last.view, last.malformed) = (message.name, message.view, message.malformed);
        }
        true
    }
}
