//! Tracking area updating (TS 24.301 8.2.26 to 8.2.29).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// TRACKING AREA UPDATE REQUEST (TS 24.301 8.2.29).
    emm TrackingAreaUpdateRequest = "TRACKING AREA UPDATE REQUEST", 0x48
    header {}
    mandatory {
        HalfLow 1..=1 eps_update_type: EpsUpdateType = "EPS update type";
        HalfHigh 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
        Lv 12..=12 old_guti: EpsMobileIdentity<'a> = "Old GUTI";
    }
    optional {
        0xb Tv1 1..=1 non_current_native_nas_key_set_identifier: NasKsi = "Non-current native NAS key set identifier";
        0x8 Tv1 1..=1 gprs_ciphering_key_sequence_number: CipheringKeySequenceNumber = "GPRS ciphering key sequence number";
        0x19 Tv 4..=4 old_p_tmsi_signature: PTmsiSignature = "Old P-TMSI signature";
        0x50 Tlv 13..=13 additional_guti: EpsMobileIdentity<'a> = "Additional GUTI";
        0x55 Tv 5..=5 nonce_ue: Nonce = "NonceUE";
        0x58 Tlv 4..=15 ue_network_capability: UeNetworkCapability<'a> = "UE network capability";
        0x52 Tv 6..=6 last_visited_registered_tai: Tai = "Last visited registered TAI";
        0x5c Tv 3..=3 drx_parameter: DrxParameter = "DRX parameter";
        0xa Tv1 1..=1 ue_radio_capability_information_update_needed: UeRadioCapabilityInformationUpdateNeeded = "UE radio capability information update needed";
        0x57 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0x31 Tlv 4..=10 ms_network_capability: MsNetworkCapability<'a> = "MS network capability";
        0x13 Tv 6..=6 old_location_area_identification: LocationAreaIdentification = "Old location area identification";
        0x9 Tv1 1..=1 tmsi_status: TmsiStatus = "TMSI status";
        0x11 Tlv 5..=5 mobile_station_classmark_2: MobileStationClassmark2 = "Mobile station classmark 2";
        0x20 Tlv 2..=34 mobile_station_classmark_3: MobileStationClassmark3<'a> = "Mobile station classmark 3";
        0x40 Tlv 5..=65538 supported_codecs: SupportedCodecList<'a> = "Supported Codecs";
        0xf Tv1 1..=1 additional_update_type: AdditionalUpdateType = "Additional update type";
        0x5d Tlv 3..=3 voice_domain_preference_and_ues_usage_setting: VoiceDomainPreference = "Voice domain preference and UE's usage setting";
        0xe Tv1 1..=1 old_guti_type: GutiType = "Old GUTI type";
        0xd Tv1 1..=1 device_properties: DeviceProperties = "Device properties";
        0xc Tv1 1..=1 ms_network_feature_support: MsNetworkFeatureSupport = "MS network feature support";
        0x10 Tlv 4..=4 tmsi_based_nri_container: NetworkResourceIdentifierContainer<'a> = "TMSI based NRI container";
        0x6a Tlv 3..=3 t3324_value: GprsTimer = "T3324 value";
        0x5e Tlv 3..=3 t3412_extended_value: GprsTimer3 = "T3412 extended value";
        0x6e Tlv 3..=3 extended_drx_parameters: ExtendedDrxParameters = "Extended DRX parameters";
        0x6f Tlv 6..=6 ue_additional_security_capability: UeAdditionalSecurityCapability = "UE additional security capability";
        0x6d Tlv 3..=3 ue_status: UeStatus = "UE status";
        0x17 Tv 2..=2 additional_information_requested: AdditionalInformationRequested = "Additional information requested";
        0x32 Tlv 3..=15 n1_ue_network_capability: N1UeNetworkCapability<'a> = "N1 UE network capability";
        0x34 Tlv 3..=3 ue_radio_capability_id_availability: UeRadioCapabilityIdAvailability = "UE radio capability ID availability";
        0x35 Tlv 3..=3 requested_wus_assistance_information: WusAssistanceInformation<'a> = "Requested WUS assistance information";
        0x36 Tlv 3..=3 drx_parameter_in_nb_s1_mode: NbS1DrxParameter<'a> = "DRX parameter in NB-S1 mode";
        0x38 Tlv 4..=4 requested_imsi_offset: ImsiOffset<'a> = "Requested IMSI offset";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=5 paging_restriction: PagingRestriction<'a> = "Paging restriction";
        0x30 Tlv 3..=9 unavailability_information: UnavailabilityInformation<'a> = "Unavailability information";
        0x26 Tlv 5..=5 ue_determined_plmn_with_disaster_condition: PlmnList<'a> = "UE determined PLMN with disaster condition";
    }
}

message! {
    /// TRACKING AREA UPDATE ACCEPT (TS 24.301 8.2.26).
    emm TrackingAreaUpdateAccept = "TRACKING AREA UPDATE ACCEPT", 0x49
    header {}
    mandatory {
        HalfSpare 1..=1 eps_update_result: EpsUpdateResult = "EPS update result";
    }
    optional {
        0x5a Tv 2..=2 t3412_value: GprsTimer = "T3412 value";
        0x50 Tlv 13..=13 guti: EpsMobileIdentity<'a> = "GUTI";
        0x54 Tlv 8..=98 tai_list: TaiList<'a> = "TAI list";
        0x57 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0x13 Tv 6..=6 location_area_identification: LocationAreaIdentification = "Location area identification";
        0x23 Tlv 7..=10 ms_identity: MobileIdentity<'a> = "MS identity";
        0x53 Tv 2..=2 emm_cause: EmmCause = "EMM cause";
        0x17 Tv 2..=2 t3402_value: GprsTimer = "T3402 value";
        0x59 Tv 2..=2 t3423_value: GprsTimer = "T3423 value";
        0x4a Tlv 5..=47 equivalent_plmns: PlmnList<'a> = "Equivalent PLMNs";
        0x34 Tlv 5..=50 emergency_number_list: EmergencyNumberList<'a> = "Emergency number list";
        0x64 Tlv 3..=5 eps_network_feature_support: EpsNetworkFeatureSupport<'a> = "EPS network feature support";
        0xf Tv1 1..=1 additional_update_result: AdditionalUpdateResult = "Additional update result";
        0x5e Tlv 3..=3 t3412_extended_value: GprsTimer3 = "T3412 extended value";
        0x6a Tlv 3..=3 t3324_value: GprsTimer = "T3324 value";
        0x6e Tlv 3..=3 extended_drx_parameters: ExtendedDrxParameters = "Extended DRX parameters";
        0x68 Tlv 4..=4 header_compression_configuration_status: HeaderCompressionConfigurationStatus<'a> = "Header compression configuration status";
        0x65 Tlv 4..=4 dcn_id: DcnId<'a> = "DCN-ID";
        0xe Tv1 1..=1 sms_services_status: SmsServicesStatus = "SMS services status";
        0xd Tv1 1..=1 non_3gpp_nw_provided_policies: Non3gppNwProvidedPolicies = "Non-3GPP NW policies";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0xc Tv1 1..=1 network_policy: NetworkPolicy = "Network policy";
        0x6c Tlv 3..=3 t3447_value: GprsTimer3 = "T3447 value";
        0x7a TlvE 7..=65538 extended_emergency_number_list: ExtendedEmergencyNumberList<'a> = "Extended emergency number list";
        0x7c TlvE 35..=2291 ciphering_key_data: CipheringKeyData<'a> = "Ciphering key data";
        0x66 Tlv 3..=65538 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0xb Tv1 1..=1 ue_radio_capability_id_deletion_indication: UeRadioCapabilityIdDeletionIndication = "UE radio capability ID deletion indication";
        0x35 Tlv 3..=3 negotiated_wus_assistance_information: WusAssistanceInformation<'a> = "Negotiated WUS assistance information";
        0x36 Tlv 3..=3 negotiated_drx_parameter_in_nb_s1_mode: NbS1DrxParameter<'a> = "Negotiated DRX parameter in NB-S1 mode";
        0x38 Tlv 4..=4 negotiated_imsi_offset: ImsiOffset<'a> = "Negotiated IMSI offset";
        0x37 Tlv 3..=3 eps_additional_request_result: EpsAdditionalRequestResult = "EPS additional request result";
        0x1d Tlv 8..=98 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for roaming\"";
        0x1e Tlv 8..=98 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for regional provision of service\"";
        0x39 Tlv 3..=3 maximum_time_offset: MaximumTimeOffset = "Maximum time offset";
        0x1f Tlv 3..=9 unavailability_configuration: UnavailabilityConfiguration<'a> = "Unavailability configuration";
        0x20 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x21 Tlv 3..=257 sf_satellite_operation_parameters: SfSatelliteOperationParameters<'a> = "S&F satellite operation parameters";
        0x22 Tlv 4..=4 disaster_roaming_wait_range: RegistrationWaitRange<'a> = "Disaster roaming wait range";
        0x24 Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x25 Tlv 2..=65538 list_of_plmns_to_be_used_in_disaster_condition: ListOfPlmnsToBeUsedInDisasterCondition<'a> = "List of PLMNs to be used in disaster condition";
    }
}

message! {
    /// TRACKING AREA UPDATE COMPLETE (TS 24.301 8.2.27).
    emm TrackingAreaUpdateComplete = "TRACKING AREA UPDATE COMPLETE", 0x4a
    header {}
    mandatory {}
    optional {}
}

message! {
    /// TRACKING AREA UPDATE REJECT (TS 24.301 8.2.28).
    emm TrackingAreaUpdateReject = "TRACKING AREA UPDATE REJECT", 0x4b
    header {}
    mandatory {
        V 1..=1 emm_cause: EmmCause = "EMM cause";
    }
    optional {
        0x5f Tlv 3..=3 t3346_value: GprsTimer = "T3346 value";
        0xa Tv1 1..=1 extended_emm_cause: ExtendedEmmCause = "Extended EMM cause";
        0x1c Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=98 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=98 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for regional provision of service\"";
        0x20 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x21 Tlv 3..=257 sf_satellite_operation_parameters: SfSatelliteOperationParameters<'a> = "S&F satellite operation parameters";
        0x24 Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
    }
}
