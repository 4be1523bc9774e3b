//! Service request (TS 24.501 8.2.16 to 8.2.18, 8.2.30).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// SERVICE REQUEST (TS 24.501 8.2.16).
    fgmm ServiceRequest = "SERVICE REQUEST", 0x4c
    header {}
    mandatory {
        HalfLow 1..=1 ng_ksi: NasKsi = "ngKSI";
        HalfHigh 1..=1 service_type: ServiceType = "Service type";
        LvE 9..=9 s_tmsi: MobileIdentity<'a> = "5G-S-TMSI";
    }
    optional {
        0x40 Tlv 4..=34 uplink_data_status: UplinkDataStatus = "Uplink data status";
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0x25 Tlv 4..=34 allowed_pdu_session_status: AllowedPduSessionStatus = "Allowed PDU session status";
        0x71 TlvE 4..=65538 nas_message_container: NasMessageContainer<'a> = "NAS message container";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=35 paging_restriction: PagingRestriction<'a> = "Paging restriction";
    }
}

message! {
    /// SERVICE ACCEPT (TS 24.501 8.2.17).
    fgmm ServiceAccept = "SERVICE ACCEPT", 0x4e
    header {}
    mandatory {}
    optional {
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0x26 Tlv 4..=34 pdu_session_reactivation_result: PduSessionReactivationResult = "PDU session reactivation result";
        0x72 TlvE 5..=515 pdu_session_reactivation_result_error_cause: PduSessionReactivationResultErrorCause<'a> = "PDU session reactivation result error cause";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0x34 Tlv 3..=3 additional_request_result: AdditionalRequestResult = "5GS additional request result";
        0x1d Tlv 9..=114 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=114 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for regional provision of service\"";
    }
}

message! {
    /// SERVICE REJECT (TS 24.501 8.2.18).
    fgmm ServiceReject = "SERVICE REJECT", 0x4d
    header {}
    mandatory {
        V 1..=1 fgmm_cause: FgmmCause = "5GMM cause";
    }
    optional {
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0x5f Tlv 3..=3 t3346_value: GprsTimer = "T3346 value";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0x75 TlvE 3..=65538 cag_information_list: CagInformationList<'a> = "CAG information list";
        0x2c Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x71 TlvE 3..=65538 extended_cag_information_list: ExtendedCagInformationList<'a> = "Extended CAG information list";
        0x3a Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=114 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=114 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for regional provision of service\"";
        0x63 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
    }
}

message! {
    /// CONTROL PLANE SERVICE REQUEST (TS 24.501 8.2.30).
    fgmm ControlPlaneServiceRequest = "CONTROL PLANE SERVICE REQUEST", 0x4f
    header {}
    mandatory {
        HalfLow 1..=1 control_plane_service_type: ControlPlaneServiceType = "Control plane service type";
        HalfHigh 1..=1 ng_ksi: NasKsi = "ngKSI";
    }
    optional {
        0x6f Tlv 4..=257 ciot_small_data_container: CiotSmallDataContainer<'a> = "CIoT small data container";
        0x8 Tv1 1..=1 payload_container_type: PayloadContainerType = "Payload container type";
        0x7b TlvE 4..=65538 payload_container: PayloadContainer<'a> = "Payload container";
        0x12 Tv 2..=2 pdu_session_id: PduSessionIdentity = "PDU session ID";
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0xf Tv1 1..=1 release_assistance_indication: ReleaseAssistanceIndication = "Release assistance indication";
        0x40 Tlv 4..=34 uplink_data_status: UplinkDataStatus = "Uplink data status";
        0x71 TlvE 4..=65538 nas_message_container: NasMessageContainer<'a> = "NAS message container";
        0x24 Tlv 3..=257 additional_information: AdditionalInformation<'a> = "Additional information";
        0x25 Tlv 4..=34 allowed_pdu_session_status: AllowedPduSessionStatus = "Allowed PDU session status";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=35 paging_restriction: PagingRestriction<'a> = "Paging restriction";
    }
}
