//! Security mode control (TS 24.501 8.2.25 to 8.2.27).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// SECURITY MODE COMMAND (TS 24.501 8.2.25).
    fgmm SecurityModeCommand = "SECURITY MODE COMMAND", 0x5d
    header {}
    mandatory {
        V 1..=1 selected_nas_security_algorithms: NasSecurityAlgorithms = "Selected NAS security algorithms";
        HalfSpare 1..=1 ng_ksi: NasKsi = "ngKSI";
        Lv 3..=9 replayed_ue_security_capabilities: UeSecurityCapability = "Replayed UE security capabilities";
    }
    optional {
        0xe Tv1 1..=1 imeisv_request: ImeisvRequest = "IMEISV request";
        0x57 Tv 2..=2 selected_eps_nas_security_algorithms: EpsNasSecurityAlgorithms = "Selected EPS NAS security algorithms";
        0x36 Tlv 3..=3 additional_5g_security_information: Additional5gSecurityInformation = "Additional 5G security information";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x38 Tlv 4..=257 abba: Abba<'a> = "ABBA";
        0x19 Tlv 4..=7 replayed_s1_ue_security_capabilities: S1UeSecurityCapability = "Replayed S1 UE security capabilities";
        0x55 Tlv 36..=257 aun3_device_security_key: Aun3DeviceSecurityKey<'a> = "AUN3 device security key";
    }
}

message! {
    /// SECURITY MODE COMPLETE (TS 24.501 8.2.26).
    fgmm SecurityModeComplete = "SECURITY MODE COMPLETE", 0x5e
    header {}
    mandatory {}
    optional {
        0x77 TlvE 12..=12 imeisv: MobileIdentity<'a> = "IMEISV";
        0x71 TlvE 4..=65538 nas_message_container: NasMessageContainer<'a> = "NAS message container";
        0x78 TlvE 7..=65538 non_imeisv_pei: MobileIdentity<'a> = "non-IMEISV PEI";
    }
}

message! {
    /// SECURITY MODE REJECT (TS 24.501 8.2.27).
    fgmm SecurityModeReject = "SECURITY MODE REJECT", 0x5f
    header {}
    mandatory {
        V 1..=1 fgmm_cause: FgmmCause = "5GMM cause";
    }
    optional {}
}
