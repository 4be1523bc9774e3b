//! PDU session modification (TS 24.501 8.3.7 to 8.3.11).

use super::fgsm_message;
use crate::fgs::FgsmCause;
use crate::fgs::ie::*;

fgsm_message! {
    /// PDU SESSION MODIFICATION REQUEST (TS 24.501 8.3.7).
    PduSessionModificationRequest = "PDU SESSION MODIFICATION REQUEST", 0xc9
    mandatory {}
    optional {
        0x28 Tlv 3..=15 fgsm_capability: FgsmCapability<'a> = "5GSM capability";
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x55 Tv 3..=3 maximum_number_of_supported_packet_filters: MaximumNumberOfSupportedPacketFilters = "Maximum number of supported packet filters";
        0xb Tv1 1..=1 always_on_pdu_session_requested: AlwaysOnPduSessionRequested = "Always-on PDU session requested";
        0x13 Tv 3..=3 integrity_protection_maximum_data_rate: IntegrityProtectionMaximumDataRate = "Integrity protection maximum data rate";
        0x7a TlvE 7..=65538 requested_qos_rules: QosRules<'a> = "Requested QoS rules";
        0x79 TlvE 6..=65538 requested_qos_flow_descriptions: QosFlowDescriptions<'a> = "Requested QoS flow descriptions";
        0x75 TlvE 7..=65538 mapped_eps_bearer_contexts: MappedEpsBearerContexts<'a> = "Mapped EPS bearer contexts";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x74 TlvE 4..=65538 port_management_information_container: PortManagementInformationContainer<'a> = "Port management information container";
        0x66 Tlv 5..=257 ip_header_compression_configuration: IpHeaderCompressionConfiguration<'a> = "IP header compression configuration";
        0x1f Tlv 3..=3 ethernet_header_compression_configuration: EthernetHeaderCompressionConfiguration = "Ethernet header compression configuration";
        0x70 TlvE 8..=65538 requested_mbs_container: RequestedMbsContainer<'a> = "Requested MBS container";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x73 TlvE 6..=65538 non_3gpp_delay_budget: Non3gppDelayBudget<'a> = "Non-3GPP delay budget";
        0x36 Tlv 4..=257 ursp_rule_enforcement_reports: UrspRuleEnforcementReports<'a> = "URSP rule enforcement reports";
        0x7c TlvE 7..=65538 non_3gpp_device_information: Non3gppDeviceInformation<'a> = "Non-3GPP device information";
    }
}

fgsm_message! {
    /// PDU SESSION MODIFICATION REJECT (TS 24.501 8.3.8).
    PduSessionModificationReject = "PDU SESSION MODIFICATION REJECT", 0xca
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0x61 Tlv 3..=3 congestion_re_attempt_indicator: CongestionReAttemptIndicator = "5GSM congestion re-attempt indicator";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x1d Tlv 3..=3 re_attempt_indicator: ReAttemptIndicator = "Re-attempt indicator";
    }
}

fgsm_message! {
    /// PDU SESSION MODIFICATION COMMAND (TS 24.501 8.3.9).
    PduSessionModificationCommand = "PDU SESSION MODIFICATION COMMAND", 0xcb
    mandatory {}
    optional {
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x2a Tlv 8..=8 session_ambr: SessionAmbr = "Session-AMBR";
        0x56 Tv 2..=2 rq_timer_value: GprsTimer = "RQ timer value";
        0x8 Tv1 1..=1 always_on_pdu_session_indication: AlwaysOnPduSessionIndication = "Always-on PDU session indication";
        0x7a TlvE 7..=65538 authorized_qos_rules: QosRules<'a> = "Authorized QoS rules";
        0x75 TlvE 7..=65538 mapped_eps_bearer_contexts: MappedEpsBearerContexts<'a> = "Mapped EPS bearer contexts";
        0x79 TlvE 6..=65538 authorized_qos_flow_descriptions: QosFlowDescriptions<'a> = "Authorized QoS flow descriptions";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x77 TlvE 3..=65538 atsss_container: AtsssContainer<'a> = "ATSSS container";
        0x66 Tlv 5..=257 ip_header_compression_configuration: IpHeaderCompressionConfiguration<'a> = "IP header compression configuration";
        0x74 TlvE 4..=65538 port_management_information_container: PortManagementInformationContainer<'a> = "Port management information container";
        0x1e Tlv 4..=4 serving_plmn_rate_control: ServingPlmnRateControl<'a> = "Serving PLMN rate control";
        0x1f Tlv 3..=3 ethernet_header_compression_configuration: EthernetHeaderCompressionConfiguration = "Ethernet header compression configuration";
        0x71 TlvE 9..=65538 received_mbs_container: ReceivedMbsContainer<'a> = "Received MBS container";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x5a Tlv 3..=10 alternative_s_nssai: SNssaiIe = "Alternative S-NSSAI";
        0x70 TlvE 9..=65538 n3_qai: N3Qai<'a> = "N3QAI";
        0x73 TlvE 6..=65538 protocol_description: ProtocolDescription<'a> = "Protocol description";
        0x38 Tlv 2..=257 ecn_marking_for_l4s_indication: EcnMarkingForL4sIndication<'a> = "ECN marking for L4S indication";
    }
}

fgsm_message! {
    /// PDU SESSION MODIFICATION COMPLETE (TS 24.501 8.3.10).
    PduSessionModificationComplete = "PDU SESSION MODIFICATION COMPLETE", 0xcc
    mandatory {}
    optional {
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x74 TlvE 4..=65538 port_management_information_container: PortManagementInformationContainer<'a> = "Port management information container";
    }
}

fgsm_message! {
    /// PDU SESSION MODIFICATION COMMAND REJECT (TS 24.501 8.3.11).
    PduSessionModificationCommandReject = "PDU SESSION MODIFICATION COMMAND REJECT", 0xcd
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
