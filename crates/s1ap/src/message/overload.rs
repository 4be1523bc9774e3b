//! Overload of an MME (TS 36.413 8.7.6, 9.1.8.13, 9.1.8.14).

use crate::OverloadAction;

message! {
    /// OVERLOAD START (TS 36.413 9.1.8.13).
    OverloadStart "OVERLOAD START" = InitiatingMessage 34 Ignore {
        /// What the eNB does.
        mandatory 101 Reject overload_response: OverloadAction as crate::overload::Response;
        /// How much of it, in percent, 1 to 99.
        optional 161 Ignore traffic_load_reduction_indication: u8 as crate::overload::Percent;
    }
}

message! {
    /// OVERLOAD STOP (TS 36.413 9.1.8.14).
    OverloadStop "OVERLOAD STOP" = InitiatingMessage 35 Reject {
    }
}
