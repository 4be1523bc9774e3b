//! The connections of an eNB, by its identity of them: the longest free is used first.

use super::event::UeId;
use quintet_crypto::KeNb;
use quintet_identity::STmsi;
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId};
use std::collections::VecDeque;
use std::time::Duration;

/// eNB UE S1AP ID has 24 bits (TS 36.413 9.2.3.4).
pub(super) const MAX_CONNECTIONS: usize = 1 << 24;

/// Identities given before one is used again: a late message for a former connection finds nobody.
const MIN_IDENTITIES: usize = 1_024;

/// A UE-associated logical S1 connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Whose; nobody's once the UE has left and the MME has not released it yet.
    pub(super) ue: Option<UeId>,
    /// The MME's identity, once it has answered.
    pub(super) mme_ue_s1ap_id: Option<MmeUeS1apId>,
    /// The stream of its messages.
    pub(super) stream: u16,
    /// INITIAL UE MESSAGE is sent.
    pub(super) announced: bool,
    /// The UE's context is set up.
    pub(super) context: bool,
    /// UE CONTEXT RELEASE REQUEST is sent.
    pub(super) release_requested: bool,
    /// KeNB of the UE, once asked for.
    pub(super) k_enb: Option<KeNb>,
    /// S-TMSI for INITIAL UE MESSAGE.
    pub(super) s_tmsi: Option<STmsi>,
    /// Uplink PDUs that wait for the MME's identity.
    pub(super) waiting: Vec<Vec<u8>>,
    /// When it is forgotten without the MME.
    pub(super) until: Option<Duration>,
}

/// All connections.
#[derive(Debug, Default)]
pub(super) struct Connections {
    slots: Vec<Option<Box<Connection>>>,
    free: VecDeque<u32>,
}

impl Connections {
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// `None` if all identities are in use.
    pub(super) fn insert(&mut self, connection: Connection) -> Option<EnbUeS1apId> {
        let reuse = self.slots.len() >= MIN_IDENTITIES && self.free.len() * 2 > self.slots.len();
        let id = if (reuse || self.slots.len() >= MAX_CONNECTIONS)
            && let Some(id) = self.free.pop_front()
        {
            id
        } else if self.slots.len() < MAX_CONNECTIONS {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        } else {
            return None;
        };
        self.slots[id as usize] = Some(Box::new(connection));
        Some(EnbUeS1apId(id))
    }

    pub(super) fn get(&self, id: EnbUeS1apId) -> Option<&Connection> {
        self.slots.get(id.0 as usize)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, id: EnbUeS1apId) -> Option<&mut Connection> {
        self.slots.get_mut(id.0 as usize)?.as_deref_mut()
    }

    pub(super) fn remove(&mut self, id: EnbUeS1apId) -> Option<Box<Connection>> {
        let removed = self.slots.get_mut(id.0 as usize)?.take()?;
        self.free.push_back(id.0);
        Some(removed)
    }

    /// Every identity in use.
    pub(super) fn ids(&self) -> Vec<EnbUeS1apId> {
        let used = self.slots.iter().enumerate().filter(|(_, slot)| slot.is_some());
        used.map(|(i, _)| EnbUeS1apId(i as u32)).collect()
    }

    /// The identity of the MME's.
    pub(super) fn of_mme(&self, id: MmeUeS1apId) -> Option<EnbUeS1apId> {
        let mut slots = self.slots.iter().enumerate();
        let is = |slot: &Option<Box<Connection>>| slot.as_ref().is_some_and(|c| c.mme_ue_s1ap_id == Some(id));
        slots
            .find(|(_, slot)| is(slot))
            .map(|(i, _)| EnbUeS1apId(i as u32))
    }
}
