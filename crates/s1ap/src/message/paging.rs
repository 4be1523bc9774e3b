//! PAGING (TS 36.413 8.5, 9.1.6).

use crate::list::Items;
use crate::{CnDomain, PagingDrx, PagingTai, UeIdentityIndexValue, UePagingId};

message! {
    /// PAGING (TS 36.413 9.1.6).
    Paging "PAGING" = InitiatingMessage 10 Ignore {
        /// IMSI modulo 1024: when the UE listens.
        expected 80 Ignore ue_identity_index_value: UeIdentityIndexValue;
        /// Whom.
        expected 43 Ignore ue_paging_id: UePagingId;
        /// The UE's own paging cycle.
        optional 44 Ignore paging_drx: PagingDrx;
        /// Which domain.
        expected 109 Ignore cn_domain: CnDomain;
        /// Where, 1 to 256 tracking areas.
        expected 46 Ignore tai_list: Vec<PagingTai> as Items<47, false>;
    }
}
