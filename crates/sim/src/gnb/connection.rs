//! A connection of a gNB.

use crate::radio::{Numbered, UeId};
use quintet_crypto::fgs::KgNb;
use quintet_identity::fgs::STmsi;
use quintet_ngap::{AmfUeNgapId, PduSessionId, RanUeNgapId};
use std::collections::BTreeSet;
use std::time::Duration;

/// A UE-associated logical NG connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Whose; nobody's once the UE has left and the AMF has not released it yet.
    pub(super) ue: Option<UeId>,
    /// The AMF's identity, once it has answered.
    pub(super) amf_ue_ngap_id: Option<AmfUeNgapId>,
    /// The stream of its messages.
    pub(super) stream: u16,
    /// INITIAL UE MESSAGE is sent.
    pub(super) announced: bool,
    /// The UE's context is set up.
    pub(super) context: bool,
    /// UE CONTEXT RELEASE REQUEST is sent.
    pub(super) release_requested: bool,
    /// KgNB of the UE, once asked for.
    pub(super) k_gnb: Option<KgNb>,
    /// PDU sessions with a user plane: 256 at most, as many as there are numbers.
    pub(super) sessions: BTreeSet<PduSessionId>,
    /// 5G-S-TMSI for INITIAL UE MESSAGE.
    pub(super) s_tmsi: Option<STmsi>,
    /// Uplink PDUs that wait for the AMF's identity.
    pub(super) waiting: Vec<Vec<u8>>,
    /// When it is forgotten without the AMF.
    pub(super) until: Option<Duration>,
}

impl Numbered for Connection {
    type Id = RanUeNgapId;

    /// RAN UE NGAP ID has 32 bits (TS 38.413 9.3.3.2); no cell has so many UEs.
    const MOST: usize = 1 << 24;

    fn id(number: u32) -> RanUeNgapId {
        RanUeNgapId(number)
    }

    fn number(id: RanUeNgapId) -> u32 {
        id.0
    }
}
