//! Identification and GUTI reallocation (TS 24.301 8.2.16 to 8.2.19).

use crate::common::message;
use crate::eps::ie::*;

message! {
    /// IDENTITY REQUEST (TS 24.301 8.2.18).
    emm IdentityRequest = "IDENTITY REQUEST", 0x55
    header {}
    mandatory {
        HalfSpare 1..=1 identity_type: IdentityType2 = "Identity type";
    }
    optional {}
}

message! {
    /// IDENTITY RESPONSE (TS 24.301 8.2.19).
    emm IdentityResponse = "IDENTITY RESPONSE", 0x56
    header {}
    mandatory {
        Lv 4..=10 mobile_identity: MobileIdentity<'a> = "Mobile identity";
    }
    optional {}
}

message! {
    /// GUTI REALLOCATION COMMAND (TS 24.301 8.2.16).
    emm GutiReallocationCommand = "GUTI REALLOCATION COMMAND", 0x50
    header {}
    mandatory {
        Lv 12..=12 guti: EpsMobileIdentity<'a> = "GUTI";
    }
    optional {
        0x54 Tlv 8..=98 tai_list: TaiList<'a> = "TAI list";
        0x65 Tlv 4..=4 dcn_id: DcnId<'a> = "DCN-ID";
        0x66 Tlv 3..=65538 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0xb Tv1 1..=1 ue_radio_capability_id_deletion_indication: UeRadioCapabilityIdDeletionIndication = "UE radio capability ID deletion indication";
        0x20 Tlv 2..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
    }
}

message! {
    /// GUTI REALLOCATION COMPLETE (TS 24.301 8.2.17).
    emm GutiReallocationComplete = "GUTI REALLOCATION COMPLETE", 0x51
    header {}
    mandatory {}
    optional {}
}
