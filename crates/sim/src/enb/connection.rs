//! A connection of an eNB.

use crate::radio::{Numbered, UeId};
use quintet_crypto::KeNb;
use quintet_identity::STmsi;
use quintet_s1ap::{EnbUeS1apId, MmeUeS1apId};
use std::time::Duration;

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

impl Numbered for Connection {
    type Id = EnbUeS1apId;

    /// eNB UE S1AP ID has 24 bits (TS 36.413 9.2.3.4).
    const MOST: usize = 1 << 24;

    fn id(number: u32) -> EnbUeS1apId {
        EnbUeS1apId(number)
    }

    fn number(id: EnbUeS1apId) -> u32 {
        id.0
    }
}
