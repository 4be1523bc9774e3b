//! Dedicated bearers, modification and deactivation (TS 24.301 8.3.1 to 8.3.3, 8.3.11, 8.3.12, 8.3.16 to 8.3.18).

use super::esm_message;
use crate::eps::EsmCause;
use crate::eps::ie::*;

esm_message! {
    /// ACTIVATE DEDICATED EPS BEARER CONTEXT REQUEST (TS 24.301 8.3.3).
    ActivateDedicatedEpsBearerContextRequest = "ACTIVATE DEDICATED EPS BEARER CONTEXT REQUEST", 0xc5
    mandatory {
        HalfSpare 1..=1 linked_eps_bearer_identity: EpsBearerIdentity = "Linked EPS bearer identity";
        Lv 2..=14 eps_qos: EpsQos<'a> = "EPS QoS";
        Lv 2..=256 tft: TrafficFlowTemplate<'a> = "TFT";
    }
    optional {
        0x5d Tlv 3..=4 transaction_identifier: TransactionIdentifier<'a> = "Transaction identifier";
        0x30 Tlv 14..=22 negotiated_qos: QualityOfService<'a> = "Negotiated QoS";
        0x32 Tv 2..=2 negotiated_llc_sapi: LlcServiceAccessPointIdentifier = "Negotiated LLC SAPI";
        0x8 Tv1 1..=1 radio_priority: RadioPriority = "Radio priority";
        0x34 Tlv 3..=3 packet_flow_identifier: PacketFlowIdentifier<'a> = "Packet flow Identifier";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xc Tv1 1..=1 wlan_offload_indication: WlanOffloadIndication = "WLAN offload indication";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x5c Tlv 12..=12 extended_eps_qos: ExtendedQualityOfService<'a> = "Extended EPS QoS";
    }
}

esm_message! {
    /// ACTIVATE DEDICATED EPS BEARER CONTEXT ACCEPT (TS 24.301 8.3.1).
    ActivateDedicatedEpsBearerContextAccept = "ACTIVATE DEDICATED EPS BEARER CONTEXT ACCEPT", 0xc6
    mandatory {}
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// ACTIVATE DEDICATED EPS BEARER CONTEXT REJECT (TS 24.301 8.3.2).
    ActivateDedicatedEpsBearerContextReject = "ACTIVATE DEDICATED EPS BEARER CONTEXT REJECT", 0xc7
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// MODIFY EPS BEARER CONTEXT REQUEST (TS 24.301 8.3.18).
    ModifyEpsBearerContextRequest = "MODIFY EPS BEARER CONTEXT REQUEST", 0xc9
    mandatory {}
    optional {
        0x5b Tlv 3..=15 new_eps_qos: EpsQos<'a> = "New EPS QoS";
        0x36 Tlv 3..=257 tft: TrafficFlowTemplate<'a> = "TFT";
        0x30 Tlv 14..=22 new_qos: QualityOfService<'a> = "New QoS";
        0x32 Tv 2..=2 negotiated_llc_sapi: LlcServiceAccessPointIdentifier = "Negotiated LLC SAPI";
        0x8 Tv1 1..=1 radio_priority: RadioPriority = "Radio priority";
        0x34 Tlv 3..=3 packet_flow_identifier: PacketFlowIdentifier<'a> = "Packet flow Identifier";
        0x5e Tlv 4..=8 apn_ambr: ApnAmbr<'a> = "APN-AMBR";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xc Tv1 1..=1 wlan_offload_indication: WlanOffloadIndication = "WLAN offload indication";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x66 Tlv 5..=257 header_compression_configuration: HeaderCompressionConfiguration<'a> = "Header compression configuration";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x5f Tlv 8..=8 extended_apn_ambr: ExtendedApnAmbr<'a> = "Extended APN-AMBR";
        0x5c Tlv 12..=12 extended_eps_qos: ExtendedQualityOfService<'a> = "Extended EPS QoS";
    }
}

esm_message! {
    /// MODIFY EPS BEARER CONTEXT ACCEPT (TS 24.301 8.3.16).
    ModifyEpsBearerContextAccept = "MODIFY EPS BEARER CONTEXT ACCEPT", 0xca
    mandatory {}
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// MODIFY EPS BEARER CONTEXT REJECT (TS 24.301 8.3.17).
    ModifyEpsBearerContextReject = "MODIFY EPS BEARER CONTEXT REJECT", 0xcb
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// DEACTIVATE EPS BEARER CONTEXT REQUEST (TS 24.301 8.3.12).
    DeactivateEpsBearerContextRequest = "DEACTIVATE EPS BEARER CONTEXT REQUEST", 0xcd
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x37 Tlv 3..=3 t3396_value: GprsTimer3 = "T3396 value";
        0xc Tv1 1..=1 wlan_offload_indication: WlanOffloadIndication = "WLAN offload indication";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// DEACTIVATE EPS BEARER CONTEXT ACCEPT (TS 24.301 8.3.11).
    DeactivateEpsBearerContextAccept = "DEACTIVATE EPS BEARER CONTEXT ACCEPT", 0xce
    mandatory {}
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
