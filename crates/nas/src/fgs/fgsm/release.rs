//! PDU session release (TS 24.501 8.3.12 to 8.3.15).

use super::fgsm_message;
use crate::fgs::FgsmCause;
use crate::fgs::ie::*;

fgsm_message! {
    /// PDU SESSION RELEASE REQUEST (TS 24.501 8.3.12).
    PduSessionReleaseRequest = "PDU SESSION RELEASE REQUEST", 0xd1
    mandatory {}
    optional {
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

fgsm_message! {
    /// PDU SESSION RELEASE REJECT (TS 24.501 8.3.13).
    PduSessionReleaseReject = "PDU SESSION RELEASE REJECT", 0xd2
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

fgsm_message! {
    /// PDU SESSION RELEASE COMMAND (TS 24.501 8.3.14).
    PduSessionReleaseCommand = "PDU SESSION RELEASE COMMAND", 0xd3
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x61 Tlv 3..=3 congestion_re_attempt_indicator: CongestionReAttemptIndicator = "5GSM congestion re-attempt indicator";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0xd Tv1 1..=1 access_type: AccessType = "Access type";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x5a Tlv 3..=10 alternative_s_nssai: SNssaiIe = "Alternative S-NSSAI";
    }
}

fgsm_message! {
    /// PDU SESSION RELEASE COMPLETE (TS 24.501 8.3.15).
    PduSessionReleaseComplete = "PDU SESSION RELEASE COMPLETE", 0xd4
    mandatory {}
    optional {
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
