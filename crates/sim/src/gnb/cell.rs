//! What a gNB is called, and its cell.

use super::GnbConfig;
use quintet_identity::SNssai;
use quintet_identity::fgs::{Ncgi, Tai};
use quintet_ngap::{BroadcastPlmn, GlobalRanNodeId, GnbId, SupportedTa, UserLocationInformation};

/// What a gNB and its one cell are called.
#[derive(Clone, Debug)]
pub struct GnbCell {
    /// Global RAN Node ID.
    pub global_ran_node_id: GlobalRanNodeId,
    /// The tracking areas it broadcasts, and their slices.
    pub supported_ta_list: Vec<SupportedTa>,
    /// The tracking area of its one cell.
    pub tai: Tai,
    /// Its one cell.
    pub nr_cgi: Ncgi,
}

impl GnbCell {
    /// Where its UEs are.
    #[must_use]
    pub const fn location(&self) -> UserLocationInformation {
        UserLocationInformation::nr(self.nr_cgi, self.tai)
    }
}

impl GnbConfig {
    /// A gNB with one cell in one tracking area, one slice, and a radio without faults.
    ///
    /// `number` has 24 bits; more are cut off. The cell is its first.
    #[must_use]
    pub fn new(name: impl Into<String>, tai: Tai, number: u32) -> Self {
        const BITS: u8 = 24;
        const CELL_BITS: u8 = 36 - BITS;
        let number = number & ((1 << BITS) - 1);
        let cell = GnbCell {
            global_ran_node_id: GlobalRanNodeId::Gnb {
                plmn_identity: tai.plmn,
                gnb_id: GnbId {
                    value: number,
                    length: BITS,
                },
            },
            supported_ta_list: vec![SupportedTa {
                tac: tai.tac,
                broadcast_plmns: vec![BroadcastPlmn {
                    plmn_identity: tai.plmn,
                    tai_slice_support: vec![SNssai::EMBB],
                }],
            }],
            tai,
            nr_cgi: Ncgi::new(tai.plmn, u64::from(number) << CELL_BITS | 1).expect("36 bits"),
        };
        Self::of(name.into(), cell)
    }
}
