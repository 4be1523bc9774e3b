//! Service request (TS 24.301 8.2.15, 8.2.24, 8.2.25, 8.2.33, 8.2.34).

use crate::common::{SecurityHeaderType, message, wrong_length};
use crate::eps::EmmCause;
use crate::eps::ie::*;
use quintet_wire::{DecodeError, DecodeErrorKind, Field};

/// Octets of a SERVICE REQUEST.
pub const SERVICE_REQUEST_OCTETS: usize = 4;

/// SERVICE REQUEST (TS 24.301 8.2.25): security header type 12, no message type, a short MAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceRequest {
    /// KSI and sequence number (TS 24.301 9.9.3.19): KSI in bits 6 to 8, the low five bits of the sequence number in 1 to 5.
    pub ksi_and_sequence_number: u8,
    /// Message authentication code (short) (TS 24.301 9.9.3.28): the two least significant octets of the MAC.
    pub message_authentication_code_short: [u8; 2],
}

impl ServiceRequest {
    /// The specification's name of the message.
    pub const NAME: &'static str = "SERVICE REQUEST";

    /// From a key set identifier (0 to 7), a sequence number of which five bits count, and the short MAC.
    #[must_use]
    pub const fn new(ksi: u8, sequence_number: u8, message_authentication_code_short: [u8; 2]) -> Self {
        Self {
            ksi_and_sequence_number: ksi << 5 | sequence_number & 31,
            message_authentication_code_short,
        }
    }

    /// Whether the octets begin as a SERVICE REQUEST does (13 to 15 stand for 12, TS 24.301 table 9.3.1).
    #[must_use]
    pub fn is_first_octet(octet: u8) -> bool {
        octet & 0x0f == SecurityHeaderType::SERVICE_REQUEST.first_octet() & 0x0f
            && SecurityHeaderType::of(octet).0 >= SecurityHeaderType::SERVICE_REQUEST.0
    }

    /// KSI, 0 to 7.
    #[must_use]
    pub const fn ksi(self) -> u8 {
        self.ksi_and_sequence_number >> 5
    }

    /// The five least significant bits of the sequence number.
    #[must_use]
    pub const fn sequence_number(self) -> u8 {
        self.ksi_and_sequence_number & 31
    }

    /// Reads the whole message.
    ///
    /// # Errors
    /// Another security header or another length than four octets.
    pub fn decode(octets: &[u8]) -> Result<Self, DecodeError> {
        let [first, ksi_and_sequence_number, high, low] = *<&[u8; SERVICE_REQUEST_OCTETS]>::try_from(octets)
            .map_err(|_| wrong_length(0, octets.len(), "4"))?;
        if !Self::is_first_octet(first) {
            let kind = DecodeErrorKind::Value {
                got: u64::from(first),
                expected: "0xc7, a SERVICE REQUEST",
            };
            return Err(DecodeError::new(0, kind));
        }
        Ok(Self {
            ksi_and_sequence_number,
            message_authentication_code_short: [high, low],
        })
    }

    /// Appends the whole message.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[
            SecurityHeaderType::SERVICE_REQUEST.first_octet(),
            self.ksi_and_sequence_number,
        ]);
        out.extend_from_slice(&self.message_authentication_code_short);
    }

    /// The elements with their values.
    #[must_use]
    pub fn describe(&self) -> Vec<Field> {
        let [high, low] = self.message_authentication_code_short;
        vec![
            Field {
                fields: vec![
                    Field::leaf("KSI", self.ksi().to_string(), 1),
                    Field::leaf("Sequence number", self.sequence_number().to_string(), 1),
                ],
                ..Field::leaf("KSI and sequence number", String::new(), 1)
            },
            Field::leaf(
                "Message authentication code (short)",
                format!("{high:02x}{low:02x}"),
                2,
            ),
        ]
    }
}

message! {
    /// EXTENDED SERVICE REQUEST (TS 24.301 8.2.15).
    emm ExtendedServiceRequest = "EXTENDED SERVICE REQUEST", 0x4c
    header {}
    mandatory {
        HalfLow 1..=1 service_type: ServiceType = "Service type";
        HalfHigh 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
        Lv 6..=6 m_tmsi: MobileIdentity<'a> = "M-TMSI";
    }
    optional {
        0xb Tv1 1..=1 csfb_response: CsfbResponse = "CSFB response";
        0x57 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0xd Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=5 paging_restriction: PagingRestriction<'a> = "Paging restriction";
    }
}

message! {
    /// CONTROL PLANE SERVICE REQUEST (TS 24.301 8.2.33).
    emm ControlPlaneServiceRequest = "CONTROL PLANE SERVICE REQUEST", 0x4d
    header {}
    mandatory {
        HalfLow 1..=1 control_plane_service_type: ControlPlaneServiceType = "Control plane service type";
        HalfHigh 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
    }
    optional {
        0x78 TlvE 3..=65538 esm_message_container: EsmMessageContainer<'a> = "ESM message container";
        0x67 Tlv 4..=253 nas_message_container: NasMessageContainer<'a> = "NAS message container";
        0x57 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0xd Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=5 paging_restriction: PagingRestriction<'a> = "Paging restriction";
    }
}

message! {
    /// SERVICE ACCEPT (TS 24.301 8.2.34).
    emm ServiceAccept = "SERVICE ACCEPT", 0x4f
    header {}
    mandatory {}
    optional {
        0x57 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0x37 Tlv 3..=3 eps_additional_request_result: EpsAdditionalRequestResult = "EPS additional request result";
        0x1d Tlv 9..=98 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=98 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for regional provision of service\"";
        0x21 Tlv 3..=257 sf_satellite_operation_parameters: SfSatelliteOperationParameters<'a> = "S&F satellite operation parameters";
    }
}

message! {
    /// SERVICE REJECT (TS 24.301 8.2.24).
    emm ServiceReject = "SERVICE REJECT", 0x4e
    header {}
    mandatory {
        V 1..=1 emm_cause: EmmCause = "EMM cause";
    }
    optional {
        0x5b Tv 2..=2 t3442_value: GprsTimer = "T3442 value";
        0x5f Tlv 3..=3 t3346_value: GprsTimer = "T3346 value";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0x1c Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=98 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=98 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for regional provision of service\"";
        0x20 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x21 Tlv 3..=257 sf_satellite_operation_parameters: SfSatelliteOperationParameters<'a> = "S&F satellite operation parameters";
        0x24 Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
    }
}
