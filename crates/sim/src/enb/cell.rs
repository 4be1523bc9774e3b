//! What an eNB is called, and its cell.

use super::EnbConfig;
use quintet_identity::{Ecgi, Tai};
use quintet_s1ap::{EnbId, GlobalEnbId, SupportedTa};

/// What an eNB and its one cell are called.
#[derive(Clone, Debug)]
pub struct EnbCell {
    /// Global eNB ID.
    pub global_enb_id: GlobalEnbId,
    /// The tracking areas it broadcasts.
    pub supported_tas: Vec<SupportedTa>,
    /// The tracking area of its one cell.
    pub tai: Tai,
    /// Its one cell.
    pub ecgi: Ecgi,
}

impl EnbConfig {
    /// A macro eNB with one cell in one tracking area and a radio without faults.
    ///
    /// `number` has 20 bits; more are cut off. The cell is its first.
    #[must_use]
    pub fn new(name: impl Into<String>, tai: Tai, number: u32) -> Self {
        const BITS: u32 = 20;
        let number = number & ((1 << BITS) - 1);
        let cell = EnbCell {
            global_enb_id: GlobalEnbId {
                plmn_identity: tai.plmn,
                enb_id: EnbId::Macro(number),
            },
            supported_tas: vec![SupportedTa {
                tac: tai.tac,
                broadcast_plmns: vec![tai.plmn],
            }],
            tai,
            ecgi: Ecgi::new(tai.plmn, number << 8 | 1).expect("28 bits"),
        };
        Self::of(name.into(), cell)
    }
}
