//! PDU session establishment (TS 24.501 8.3.1 to 8.3.3).

use super::fgsm_message;
use crate::fgs::FgsmCause;
use crate::fgs::ie::*;

fgsm_message! {
    /// PDU SESSION ESTABLISHMENT REQUEST (TS 24.501 8.3.1).
    PduSessionEstablishmentRequest = "PDU SESSION ESTABLISHMENT REQUEST", 0xc1
    mandatory {
        V 2..=2 integrity_protection_maximum_data_rate: IntegrityProtectionMaximumDataRate = "Integrity protection maximum data rate";
    }
    optional {
        0x9 Tv1 1..=1 pdu_session_type: PduSessionType = "PDU session type";
        0xa Tv1 1..=1 ssc_mode: SscMode = "SSC mode";
        0x28 Tlv 3..=15 fgsm_capability: FgsmCapability<'a> = "5GSM capability";
        0x55 Tv 3..=3 maximum_number_of_supported_packet_filters: MaximumNumberOfSupportedPacketFilters = "Maximum number of supported packet filters";
        0xb Tv1 1..=1 always_on_pdu_session_requested: AlwaysOnPduSessionRequested = "Always-on PDU session requested";
        0x39 Tlv 3..=255 sm_pdu_dn_request_container: SmPduDnRequestContainer<'a> = "SM PDU DN request container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x66 Tlv 5..=257 ip_header_compression_configuration: IpHeaderCompressionConfiguration<'a> = "IP header compression configuration";
        0x6e Tlv 8..=8 ds_tt_ethernet_port_mac_address: DsTtEthernetPortMacAddress = "DS-TT Ethernet port MAC address";
        0x6f Tlv 10..=10 ue_ds_tt_residence_time: UeDsTtResidenceTime = "UE-DS-TT residence time";
        0x74 TlvE 8..=65538 port_management_information_container: PortManagementInformationContainer<'a> = "Port management information container";
        0x1f Tlv 3..=3 ethernet_header_compression_configuration: EthernetHeaderCompressionConfiguration = "Ethernet header compression configuration";
        0x29 Tlv 11..=11 suggested_interface_identifier: PduAddress<'a> = "Suggested interface identifier";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x70 TlvE 8..=65538 requested_mbs_container: RequestedMbsContainer<'a> = "Requested MBS container";
        0x34 Tlv 3..=3 pdu_session_pair_id: PduSessionPairId = "PDU session pair ID";
        0x35 Tlv 3..=3 rsn: Rsn = "RSN";
        0x36 Tlv 4..=257 ursp_rule_enforcement_reports: UrspRuleEnforcementReports<'a> = "URSP rule enforcement reports";
    }
}

fgsm_message! {
    /// PDU SESSION ESTABLISHMENT ACCEPT (TS 24.501 8.3.2).
    PduSessionEstablishmentAccept = "PDU SESSION ESTABLISHMENT ACCEPT", 0xc2
    mandatory {
        HalfLow 1..=1 selected_pdu_session_type: PduSessionType = "Selected PDU session type";
        HalfHigh 1..=1 selected_ssc_mode: SscMode = "Selected SSC mode";
        LvE 6..=65537 authorized_qos_rules: QosRules<'a> = "Authorized QoS rules";
        Lv 7..=7 session_ambr: SessionAmbr = "Session-AMBR";
    }
    optional {
        0x59 Tv 2..=2 fgsm_cause: FgsmCause = "5GSM cause";
        0x29 Tlv 7..=31 pdu_address: PduAddress<'a> = "PDU address";
        0x56 Tv 2..=2 rq_timer_value: GprsTimer = "RQ timer value";
        0x22 Tlv 3..=10 s_nssai: SNssaiIe = "S-NSSAI";
        0x8 Tv1 1..=1 always_on_pdu_session_indication: AlwaysOnPduSessionIndication = "Always-on PDU session indication";
        0x75 TlvE 7..=65538 mapped_eps_bearer_contexts: MappedEpsBearerContexts<'a> = "Mapped EPS bearer contexts";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x79 TlvE 6..=65538 authorized_qos_flow_descriptions: QosFlowDescriptions<'a> = "Authorized QoS flow descriptions";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x25 Tlv 3..=102 dnn: Dnn<'a> = "DNN";
        0x17 Tlv 3..=15 fgsm_network_feature_support: FgsmNetworkFeatureSupport<'a> = "5GSM network feature support";
        0x18 Tlv 4..=4 serving_plmn_rate_control: ServingPlmnRateControl<'a> = "Serving PLMN rate control";
        0x77 TlvE 3..=65538 atsss_container: AtsssContainer<'a> = "ATSSS container";
        0xc Tv1 1..=1 control_plane_only_indication: ControlPlaneOnlyIndication = "Control plane only indication";
        0x66 Tlv 5..=257 ip_header_compression_configuration: IpHeaderCompressionConfiguration<'a> = "IP header compression configuration";
        0x1f Tlv 3..=3 ethernet_header_compression_configuration: EthernetHeaderCompressionConfiguration = "Ethernet header compression configuration";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x71 TlvE 9..=65538 received_mbs_container: ReceivedMbsContainer<'a> = "Received MBS container";
        0x70 TlvE 9..=65538 n3_qai: N3Qai<'a> = "N3QAI";
        0x73 TlvE 6..=65538 protocol_description: ProtocolDescription<'a> = "Protocol description";
        0x38 Tlv 2..=257 ecn_marking_for_l4s_indication: EcnMarkingForL4sIndication<'a> = "ECN marking for L4S indication";
    }
}

fgsm_message! {
    /// PDU SESSION ESTABLISHMENT REJECT (TS 24.501 8.3.3).
    PduSessionEstablishmentReject = "PDU SESSION ESTABLISHMENT REJECT", 0xc3
    mandatory {
        V 1..=1 fgsm_cause: FgsmCause = "5GSM cause";
    }
    optional {
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0xf Tv1 1..=1 allowed_ssc_mode: AllowedSscMode = "Allowed SSC mode";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x61 Tlv 3..=3 congestion_re_attempt_indicator: CongestionReAttemptIndicator = "5GSM congestion re-attempt indicator";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x1d Tlv 3..=3 re_attempt_indicator: ReAttemptIndicator = "Re-attempt indicator";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x77 TlvE 3..=65538 atsss_container: AtsssContainer<'a> = "ATSSS container";
    }
}
