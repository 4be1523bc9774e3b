//! NAS transport, notification, status (TS 24.501 8.2.10, 8.2.11, 8.2.23, 8.2.24, 8.2.29).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// 5GMM STATUS (TS 24.501 8.2.29).
    fgmm FgmmStatus = "5GMM STATUS", 0x64
    header {}
    mandatory {
        V 1..=1 fgmm_cause: FgmmCause = "5GMM cause";
    }
    optional {}
}

message! {
    /// NOTIFICATION (TS 24.501 8.2.23).
    fgmm Notification = "NOTIFICATION", 0x65
    header {}
    mandatory {
        HalfSpare 1..=1 access_type: AccessType = "Access type";
    }
    optional {}
}

message! {
    /// NOTIFICATION RESPONSE (TS 24.501 8.2.24).
    fgmm NotificationResponse = "NOTIFICATION RESPONSE", 0x66
    header {}
    mandatory {}
    optional {
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
    }
}

message! {
    /// UL NAS TRANSPORT (TS 24.501 8.2.10).
    fgmm UlNasTransport = "UL NAS TRANSPORT", 0x67
    header {}
    mandatory {
        HalfSpare 1..=1 payload_container_type: PayloadContainerType = "Payload container type";
        LvE 3..=65537 payload_container: PayloadContainer<'a> = "Payload container";
    }
    optional {
        0x12 Tv 2..=2 pdu_session_id: PduSessionIdentity = "PDU session ID";
        0x59 Tv 2..=2 old_pdu_session_id: PduSessionIdentity = "Old PDU session ID";
        0x8 Tv1 1..=1 request_type: RequestType = "Request type";
        0x22 Tlv 3..=10 s_nssai: SNssaiIe = "S-NSSAI";
        0x25 Tlv 3..=102 dnn: Dnn<'a> = "DNN";
        0x24 Tlv 3..=257 additional_information: AdditionalInformation<'a> = "Additional information";
        0xa Tv1 1..=1 ma_pdu_session_information: MaPduSessionInformation = "MA PDU session information";
        0xf Tv1 1..=1 release_assistance_indication: ReleaseAssistanceIndication = "Release assistance indication";
        0x4e Tlv 3..=3 non_3gpp_access_path_switching_indication: Non3gppAccessPathSwitchingIndication = "Non-3GPP access path switching indication";
        0x5a Tlv 3..=10 alternative_s_nssai: SNssaiIe = "Alternative S-NSSAI";
        0x9 Tv1 1..=1 payload_container_information: PayloadContainerInformation = "Payload container information";
    }
}

message! {
    /// DL NAS TRANSPORT (TS 24.501 8.2.11).
    fgmm DlNasTransport = "DL NAS TRANSPORT", 0x68
    header {}
    mandatory {
        HalfSpare 1..=1 payload_container_type: PayloadContainerType = "Payload container type";
        LvE 3..=65537 payload_container: PayloadContainer<'a> = "Payload container";
    }
    optional {
        0x12 Tv 2..=2 pdu_session_id: PduSessionIdentity = "PDU session ID";
        0x24 Tlv 3..=257 additional_information: AdditionalInformation<'a> = "Additional information";
        0x58 Tv 2..=2 fgmm_cause: FgmmCause = "5GMM cause";
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0x3a Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
    }
}
