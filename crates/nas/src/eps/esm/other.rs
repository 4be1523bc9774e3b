//! Information, notification, status and data (TS 24.301 8.3.12A to 8.3.15, 8.3.18A, 8.3.23 to 8.3.25).

use super::esm_message;
use crate::eps::EsmCause;
use crate::eps::ie::*;

esm_message! {
    /// ESM INFORMATION REQUEST (TS 24.301 8.3.13).
    EsmInformationRequest = "ESM INFORMATION REQUEST", 0xd9
    mandatory {}
    optional {}
}

esm_message! {
    /// ESM INFORMATION RESPONSE (TS 24.301 8.3.14).
    EsmInformationResponse = "ESM INFORMATION RESPONSE", 0xda
    mandatory {}
    optional {
        0x28 Tlv 3..=102 access_point_name: ApnIe<'a> = "Access point name";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// NOTIFICATION (TS 24.301 8.3.18A).
    Notification = "NOTIFICATION", 0xdb
    mandatory {
        Lv 2..=2 notification_indicator: NotificationIndicator = "Notification indicator";
    }
    optional {}
}

esm_message! {
    /// ESM DUMMY MESSAGE (TS 24.301 8.3.12A).
    EsmDummyMessage = "ESM DUMMY MESSAGE", 0xdc
    mandatory {}
    optional {}
}

esm_message! {
    /// ESM STATUS (TS 24.301 8.3.15).
    EsmStatus = "ESM STATUS", 0xe8
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {}
}

esm_message! {
    /// REMOTE UE REPORT (TS 24.301 8.3.23).
    RemoteUeReport = "REMOTE UE REPORT", 0xe9
    mandatory {}
    optional {
        0x79 TlvE 3..=65538 remote_ue_context_connected: RemoteUeContextList<'a> = "Remote UE Context Connected";
        0x7a TlvE 3..=65538 remote_ue_context_disconnected: RemoteUeContextList<'a> = "Remote UE Context Disconnected";
        0x6f Tlv 3..=19 prose_key_management_function_address: PkmfAddress<'a> = "ProSe Key Management Function Address";
    }
}

esm_message! {
    /// REMOTE UE REPORT RESPONSE (TS 24.301 8.3.24).
    RemoteUeReportResponse = "REMOTE UE REPORT RESPONSE", 0xea
    mandatory {}
    optional {}
}

esm_message! {
    /// ESM DATA TRANSPORT (TS 24.301 8.3.25).
    EsmDataTransport = "ESM DATA TRANSPORT", 0xeb
    mandatory {
        LvE 2..=65538 user_data_container: UserDataContainer<'a> = "User data container";
    }
    optional {
        0xf Tv1 1..=1 release_assistance_indication: ReleaseAssistanceIndication = "Release assistance indication";
    }
}
