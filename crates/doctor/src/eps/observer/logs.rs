//! Logs of NAS PDUs: a modem's, or a simulator's. One UE at a time; no connections, and often no directions.

use super::Observer;
use crate::eps::plain;
use crate::eps::trail::{Carrier, End, Tap};
use crate::subscribers::Scope;
use quintet_capture::{FlowId, Pdu};
use quintet_crypto::Direction;
use quintet_emm::path::MessageView;
use quintet_nas::security::{SecurityHeader, SecurityHeaderType};
use std::collections::HashMap;

/// The most logs followed at once.
const MAX_LOGS: usize = 1_024;

/// The attempt that runs in each log.
#[derive(Debug, Default)]
pub(super) struct Logs(HashMap<FlowId, u64>);

impl Logs {
    /// The attempt is over.
    pub(super) fn forget(&mut self, id: u64) {
        self.0.retain(|_, running| *running != id);
    }
}

impl Observer {
    /// A NAS PDU of a log.
    pub(super) fn log(&mut self, pdu: &Pdu<'_>) {
        let running = self.logs.0.get(&pdu.flow.id).copied();
        let direction = pdu
            .direction
            .or_else(|| direction_of(pdu.octets))
            .unwrap_or(Direction::Downlink);
        let begins = direction == Direction::Uplink && begins(pdu.octets);
        let id = running
            .filter(|_| !begins)
            .unwrap_or_else(|| self.log_begins(pdu, running, begins));
        self.nas(id, pdu, direction, Carrier::Log, pdu.octets);
    }

    /// A new attempt of a log's UE.
    fn log_begins(&mut self, pdu: &Pdu<'_>, running: Option<u64>, from_the_start: bool) -> u64 {
        let ue = running
            .and_then(|id| self.attempts.get(&id))
            .map(|running| running.attempt.ue)
            .unwrap_or_else(|| self.subscribers.stranger());
        if let Some(before) = running {
            self.end(before, End::BeganAgain);
        }
        let scope = Scope::Log(pdu.flow.id);
        let id = self.begin(ue, Some(scope), Tap::NasLog, pdu, from_the_start);
        if self.logs.0.len() < MAX_LOGS {
            self.logs.0.insert(pdu.flow.id, id);
        }
        id
    }
}

/// The message inside, if it can be read.
fn inside(octets: &[u8]) -> Option<&[u8]> {
    let header = SecurityHeaderType::of_emm(*octets.first()?).unwrap_or(SecurityHeaderType::PLAIN);
    if header.is_service_request() || header == SecurityHeaderType::PLAIN {
        return Some(octets);
    }
    Some(SecurityHeader::parse(octets).ok()?.payload)
}

/// Whether an uplink PDU is an initial message that begins an attempt.
fn begins(octets: &[u8]) -> bool {
    let Some(inside) = inside(octets) else {
        return false;
    };
    let header = SecurityHeaderType::of_emm(inside.first().copied().unwrap_or_default());
    if header.is_some_and(SecurityHeaderType::is_service_request) {
        return true;
    }
    plain::reads_plain(Direction::Uplink, inside)
        && MessageView::of_plain(Direction::Uplink, inside).is_ok_and(|view| {
            view.initial().is_some() && !matches!(view, MessageView::DetachRequestByUe { .. })
        })
}

/// Which way a PDU goes, if the message inside goes one way only.
fn direction_of(octets: &[u8]) -> Option<Direction> {
    let header = SecurityHeaderType::of_emm(*octets.first()?).unwrap_or(SecurityHeaderType::PLAIN);
    if header.is_service_request()
        || header == SecurityHeaderType::INTEGRITY_PROTECTED_AND_CIPHERED_WITH_NEW_CONTEXT
    {
        return Some(Direction::Uplink);
    }
    if header == SecurityHeaderType::INTEGRITY_PROTECTED_WITH_NEW_CONTEXT {
        return Some(Direction::Downlink);
    }
    let inside = inside(octets)?;
    [Direction::Uplink, Direction::Downlink]
        .into_iter()
        .find(|direction| {
            plain::reads_plain(*direction, inside)
                && MessageView::of_plain(*direction, inside)
                    .is_ok_and(|view| view.direction() == Some(*direction))
        })
}
