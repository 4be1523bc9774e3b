//! PAGING (TS 38.413 8.5, 9.2.4.1).

use crate::{PagingDrx, PagingOrigin, PagingPriority};
use quintet_identity::fgs::{STmsi, Tai};

message! {
    /// PAGING (TS 38.413 9.2.4.1).
    Paging "PAGING" = InitiatingMessage 24 Ignore {
        /// Whom.
        expected 115 Ignore ue_paging_identity: STmsi as crate::paging::Identity;
        /// The UE's own paging cycle.
        optional 50 Ignore paging_drx: PagingDrx;
        /// Where, 1 to 16 tracking areas.
        expected 103 Ignore tai_list_for_paging: Vec<Tai>;
        /// How urgent it is.
        optional 52 Ignore paging_priority: PagingPriority;
        /// What for.
        optional 51 Ignore paging_origin: PagingOrigin;
    }
}
