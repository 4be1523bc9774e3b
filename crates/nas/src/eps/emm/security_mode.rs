//! Security mode control (TS 24.301 8.2.20 to 8.2.22).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// SECURITY MODE COMMAND (TS 24.301 8.2.20).
    emm SecurityModeCommand = "SECURITY MODE COMMAND", 0x5d
    header {}
    mandatory {
        V 1..=1 selected_nas_security_algorithms: NasSecurityAlgorithms = "Selected NAS security algorithms";
        HalfSpare 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
        Lv 3..=6 replayed_ue_security_capabilities: UeSecurityCapability = "Replayed UE security capabilities";
    }
    optional {
        0xc Tv1 1..=1 imeisv_request: ImeisvRequest = "IMEISV request";
        0x55 Tv 5..=5 replayed_nonce_ue: Nonce = "Replayed nonceUE";
        0x56 Tv 5..=5 nonce_mme: Nonce = "NonceMME";
        0x4f Tlv 10..=10 hash_mme: HashMme = "HashMME";
        0x6f Tlv 6..=6 replayed_ue_additional_security_capability: UeAdditionalSecurityCapability = "Replayed UE additional security capability";
        0x37 Tlv 3..=3 ue_radio_capability_id_request: UeRadioCapabilityIdRequest = "UE radio capability ID request";
        0xd Tv1 1..=1 ue_coarse_location_information_request: UeCoarseLocationInformationRequest = "UE coarse location information request";
    }
}

message! {
    /// SECURITY MODE COMPLETE (TS 24.301 8.2.21).
    emm SecurityModeComplete = "SECURITY MODE COMPLETE", 0x5e
    header {}
    mandatory {}
    optional {
        0x23 Tlv 11..=11 imeisv: MobileIdentity<'a> = "IMEISV";
        0x79 TlvE 3..=65538 replayed_nas_message_container: ReplayedNasMessageContainer<'a> = "Replayed NAS message container";
        0x66 Tlv 3..=65538 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0x67 Tlv 8..=8 ue_coarse_location_information: UeCoarseLocationInformation<'a> = "UE coarse location information";
    }
}

message! {
    /// SECURITY MODE REJECT (TS 24.301 8.2.22).
    emm SecurityModeReject = "SECURITY MODE REJECT", 0x5f
    header {}
    mandatory {
        V 1..=1 emm_cause: EmmCause = "EMM cause";
    }
    optional {}
}
