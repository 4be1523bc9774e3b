//! PDN connectivity and disconnection (TS 24.301 8.3.19 to 8.3.22).

use super::esm_message;
use crate::eps::EsmCause;
use crate::eps::ie::*;

esm_message! {
    /// PDN CONNECTIVITY REQUEST (TS 24.301 8.3.20).
    PdnConnectivityRequest = "PDN CONNECTIVITY REQUEST", 0xd0
    mandatory {
        HalfLow 1..=1 request_type: RequestType = "Request type";
        HalfHigh 1..=1 pdn_type: PdnType = "PDN type";
    }
    optional {
        0xd Tv1 1..=1 esm_information_transfer_flag: EsmInformationTransferFlag = "ESM information transfer flag";
        0x28 Tlv 3..=102 access_point_name: ApnIe<'a> = "Access point name";
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0xc Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0x33 Tlv 3..=257 nbifom_container: NbifomContainer<'a> = "NBIFOM container";
        0x66 Tlv 5..=257 header_compression_configuration: HeaderCompressionConfiguration<'a> = "Header compression configuration";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// PDN CONNECTIVITY REJECT (TS 24.301 8.3.19).
    PdnConnectivityReject = "PDN CONNECTIVITY REJECT", 0xd1
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
    /// PDN DISCONNECT REQUEST (TS 24.301 8.3.22).
    PdnDisconnectRequest = "PDN DISCONNECT REQUEST", 0xd2
    mandatory {
        HalfSpare 1..=1 linked_eps_bearer_identity: EpsBearerIdentity = "Linked EPS bearer identity";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}

esm_message! {
    /// PDN DISCONNECT REJECT (TS 24.301 8.3.21).
    PdnDisconnectReject = "PDN DISCONNECT REJECT", 0xd3
    mandatory {
        V 1..=1 esm_cause: EsmCause = "ESM cause";
    }
    optional {
        0x27 Tlv 3..=253 protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Protocol configuration options";
        0x7b TlvE 4..=65538 extended_protocol_configuration_options: ProtocolConfigurationOptions<'a> = "Extended protocol configuration options";
    }
}
