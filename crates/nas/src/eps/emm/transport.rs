//! Transport of other protocols' messages (TS 24.301 8.2.12, 8.2.30 to 8.2.32).

use crate::common::message;
use crate::eps::ie::*;

message! {
    /// DOWNLINK NAS TRANSPORT (TS 24.301 8.2.12).
    emm DownlinkNasTransport = "DOWNLINK NAS TRANSPORT", 0x62
    header {}
    mandatory {
        Lv 3..=252 nas_message_container: NasMessageContainer<'a> = "NAS message container";
    }
    optional {}
}

message! {
    /// UPLINK NAS TRANSPORT (TS 24.301 8.2.30).
    emm UplinkNasTransport = "UPLINK NAS TRANSPORT", 0x63
    header {}
    mandatory {
        Lv 3..=252 nas_message_container: NasMessageContainer<'a> = "NAS message container";
    }
    optional {}
}

message! {
    /// DOWNLINK GENERIC NAS TRANSPORT (TS 24.301 8.2.31).
    emm DownlinkGenericNasTransport = "DOWNLINK GENERIC NAS TRANSPORT", 0x68
    header {}
    mandatory {
        V 1..=1 generic_message_container_type: GenericMessageContainerType = "Generic message container type";
        LvE 3..=65538 generic_message_container: GenericMessageContainer<'a> = "Generic message container";
    }
    optional {
        0x65 Tlv 3..=65538 additional_information: AdditionalInformation<'a> = "Additional information";
    }
}

message! {
    /// UPLINK GENERIC NAS TRANSPORT (TS 24.301 8.2.32).
    emm UplinkGenericNasTransport = "UPLINK GENERIC NAS TRANSPORT", 0x69
    header {}
    mandatory {
        V 1..=1 generic_message_container_type: GenericMessageContainerType = "Generic message container type";
        LvE 3..=65538 generic_message_container: GenericMessageContainer<'a> = "Generic message container";
    }
    optional {
        0x65 Tlv 3..=65538 additional_information: AdditionalInformation<'a> = "Additional information";
    }
}
