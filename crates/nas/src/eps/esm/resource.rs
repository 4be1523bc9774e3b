//! Bearer resource allocation and modification (TS 24.301 8.3.7 to 8.3.10).

use super::esm_message;
use crate::eps::EsmCause;
use crate::eps::ie::*;

esm_message! {
    /// BEARER RESOURCE ALLOCATION REQUEST (TS 24.301 8.3.8).
    BearerResourceAllocationRequest = "BEARER RESOURCE ALLOCATION REQUEST", 0xd4
    mandatory {
        HalfSpare 1..=1 linked_eps_bearer_identity: EpsBearerIdentity = "Linked EPS bearer identity";
        Lv 2..=256 traffic_flow_aggregate: TrafficFlowAggregateDescription<'a> = "Traffic flow aggregate";
        Lv 2..=14 required_traffic_flow_qos: EpsQos<'a> = "Required traffic flow QoS";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xc Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x5c Tlv 12..=12 extended_eps_qos: ExtendedQualityOfService<'a> = "Extended EPS QoS";
    }
}

esm_message! {
    /// BEARER RESOURCE ALLOCATION REJECT (TS 24.301 8.3.7).
    BearerResourceAllocationReject = "BEARER RESOURCE ALLOCATION REJECT", 0xd5
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0x6b Tlv 3..=3 re_attempt_indicator: ReAttemptIndicator = "Re-attempt indicator";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// BEARER RESOURCE MODIFICATION REQUEST (TS 24.301 8.3.10).
    BearerResourceModificationRequest = "BEARER RESOURCE MODIFICATION REQUEST", 0xd6
    mandatory {
        HalfSpare 1..=1 eps_bearer_identity_for_packet_filter: EpsBearerIdentity = "EPS bearer identity for packet filter";
        Lv 2..=256 traffic_flow_aggregate: TrafficFlowAggregateDescription<'a> = "Traffic flow aggregate";
    }
    optional {
        0x5b Tlv 3..=15 required_traffic_flow_qos: EpsQos<'a> = "Required traffic flow QoS";
        0x58 Tv 2..=2 esm_cause: EsmCause = "ESM cause";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xc Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x66 Tlv 5..=257 header_compression_configuration: HeaderCompressionConfiguration<'a> = "Header compression configuration";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
        0x5c Tlv 12..=12 extended_eps_qos: ExtendedQualityOfService<'a> = "Extended EPS QoS";
    }
}

esm_message! {
    /// BEARER RESOURCE MODIFICATION REJECT (TS 24.301 8.3.9).
    BearerResourceModificationReject = "BEARER RESOURCE MODIFICATION REJECT", 0xd7
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x37 Tlv 3..=3 back_off_timer_value: GprsTimer3 = "Back-off timer value";
        0x6b Tlv 3..=3 re_attempt_indicator: ReAttemptIndicator = "Re-attempt indicator";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
