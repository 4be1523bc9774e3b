//! Default bearer (TS 24.301 8.3.4 to 8.3.6).

use super::esm_message;
use crate::eps::EsmCause;
use crate::eps::ie::*;

esm_message! {
    /// ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST (TS 24.301 8.3.6).
    ActivateDefaultEpsBearerContextRequest = "ACTIVATE DEFAULT EPS BEARER CONTEXT REQUEST", 0xc1
    mandatory {
        Lv 2..=14 eps_qos: EpsQos<'a> = "EPS QoS";
        Lv 2..=101 access_point_name: ApnIe<'a> = "Access point name";
        Lv 6..=14 pdn_address: PdnAddress<'a> = "PDN address";
    }
    optional {
        0x5d Tlv 3..=4 transaction_identifier: TransactionIdentifier<'a> = "Transaction identifier";
        0x30 Tlv 14..=22 negotiated_qos: QualityOfService<'a> = "Negotiated QoS";
        0x32 Tv 2..=2 negotiated_llc_sapi: LlcServiceAccessPointIdentifier = "Negotiated LLC SAPI";
        0x8 Tv1 1..=1 radio_priority: RadioPriority = "Radio priority";
        0x34 Tlv 3..=3 packet_flow_identifier: PacketFlowIdentifier<'a> = "Packet flow Identifier";
        0x5e Tlv 4..=8 apn_ambr: ApnAmbr<'a> = "APN-AMBR";
        0x58 Tv 2..=2 esm_cause: EsmCause = "ESM cause";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xb Tv1 1..=1 connectivity_type: ConnectivityType = "Connectivity type";
        0xc Tv1 1..=1 wlan_offload_indication: WlanOffloadIndication = "WLAN offload indication";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x66 Tlv 5..=257 header_compression_configuration: HeaderCompressionConfiguration<'a> = "Header compression configuration";
        0x9 Tv1 1..=1 control_plane_only_indication: ControlPlaneOnlyIndication = "Control plane only indication";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x6e Tlv 4..=4 serving_plmn_rate_control: ServingPlmnRateControl<'a> = "Serving PLMN rate control";
        0x5f Tlv 8..=8 extended_apn_ambr: ExtendedApnAmbr<'a> = "Extended APN-AMBR";
    }
}

esm_message! {
    /// ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT (TS 24.301 8.3.4).
    ActivateDefaultEpsBearerContextAccept = "ACTIVATE DEFAULT EPS BEARER CONTEXT ACCEPT", 0xc2
    mandatory {}
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// ACTIVATE DEFAULT EPS BEARER CONTEXT REJECT (TS 24.301 8.3.5).
    ActivateDefaultEpsBearerContextReject = "ACTIVATE DEFAULT EPS BEARER CONTEXT REJECT", 0xc3
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
