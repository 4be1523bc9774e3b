//! Rejects by cause.

use super::*;
use crate::findings::catalogue as code;

/// A row of a cause that ATTACH REJECT carries: found with it, and not with a neighbour.
macro_rules! causes {
    ($($cause:literal $code:ident;)*) => {
        pub(in super::super) const ROWS: &[Row] = &[$(Row {
            code: &code::$code,
            has: || begun().down(&attach_reject($cause)),
            has_not: || begun().down(&attach_reject(if $cause == 3 { 6 } else { 3 })),
        }),*];
    };
}

causes! {
    2 REJECTED_IMSI_UNKNOWN;
    3 REJECTED_ILLEGAL_UE;
    5 REJECTED_IMEI_NOT_ACCEPTED;
    6 REJECTED_ILLEGAL_ME;
    7 REJECTED_EPS_NOT_ALLOWED;
    8 REJECTED_NO_SERVICES_ALLOWED;
    9 REJECTED_IDENTITY_NOT_DERIVED;
    10 REJECTED_IMPLICITLY_DETACHED;
    11 REJECTED_PLMN_NOT_ALLOWED;
    12 REJECTED_TA_NOT_ALLOWED;
    13 REJECTED_ROAMING_NOT_ALLOWED;
    14 REJECTED_EPS_NOT_ALLOWED_IN_PLMN;
    15 REJECTED_NO_SUITABLE_CELLS;
    17 REJECTED_NETWORK_FAILURE;
    19 REJECTED_ESM_FAILURE;
    22 REJECTED_CONGESTION;
    23 REJECTED_CAPABILITIES_MISMATCH;
    25 REJECTED_CSG;
    31 REJECTED_REDIRECTED_TO_5GC;
    35 REJECTED_SERVICE_OPTION;
    39 REJECTED_CS_TEMPORARILY;
    40 REJECTED_NO_BEARER;
    42 REJECTED_SEVERE_NETWORK_FAILURE;
    96 REJECTED_FOR_PROTOCOL;
    78 REJECTED_OTHERWISE;
}
