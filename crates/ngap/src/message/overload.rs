//! Overload of an AMF (TS 38.413 8.7.7, 8.7.8, 9.2.6.14, 9.2.6.15).

use crate::OverloadAction;

message! {
    /// OVERLOAD START (TS 38.413 9.2.6.14).
    OverloadStart "OVERLOAD START" = InitiatingMessage 22 Ignore {
        /// What the NG-RAN node does.
        optional 2 Reject amf_overload_response: OverloadAction as crate::overload::Response;
        /// How much of it, in percent, 1 to 99.
        optional 9 Ignore amf_traffic_load_reduction_indication: u8 as crate::overload::Percent;
    }
}

message! {
    /// OVERLOAD STOP (TS 38.413 9.2.6.15).
    OverloadStop "OVERLOAD STOP" = InitiatingMessage 23 Reject {
    }
}
