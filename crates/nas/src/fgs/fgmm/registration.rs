//! Registration (TS 24.501 8.2.6 to 8.2.9).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// REGISTRATION REQUEST (TS 24.501 8.2.6).
    fgmm RegistrationRequest = "REGISTRATION REQUEST", 0x41
    header {}
    mandatory {
        HalfLow 1..=1 registration_type: RegistrationType = "5GS registration type";
        HalfHigh 1..=1 ng_ksi: NasKsi = "ngKSI";
        LvE 6..=65537 mobile_identity: MobileIdentity<'a> = "5GS mobile identity";
    }
    optional {
        0xc Tv1 1..=1 non_current_native_nas_key_set_identifier: NasKsi = "Non-current native NAS key set identifier";
        0x10 Tlv 3..=15 fgmm_capability: FgmmCapability<'a> = "5GMM capability";
        0x2e Tlv 4..=10 ue_security_capability: UeSecurityCapability = "UE security capability";
        0x2f Tlv 4..=74 requested_nssai: Nssai<'a> = "Requested NSSAI";
        0x52 Tv 7..=7 last_visited_registered_tai: Tai = "Last visited registered TAI";
        0x17 Tlv 4..=15 s1_ue_network_capability: S1UeNetworkCapability<'a> = "S1 UE network capability";
        0x40 Tlv 4..=34 uplink_data_status: UplinkDataStatus = "Uplink data status";
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0xb Tv1 1..=1 mico_indication: MicoIndication = "MICO indication";
        0x2b Tlv 3..=3 ue_status: UeStatus = "UE status";
        0x77 TlvE 14..=14 additional_guti: MobileIdentity<'a> = "Additional GUTI";
        0x25 Tlv 4..=34 allowed_pdu_session_status: AllowedPduSessionStatus = "Allowed PDU session status";
        0x18 Tlv 3..=3 ue_usage_setting: UeUsageSetting = "UE's usage setting";
        0x51 Tlv 3..=3 requested_drx_parameters: DrxParameters = "Requested DRX parameters";
        0x70 TlvE 4..=65538 eps_nas_message_container: EpsNasMessageContainer<'a> = "EPS NAS message container";
        0x74 TlvE 3..=811 ladn_indication: LadnIndication<'a> = "LADN indication";
        0x8 Tv1 1..=1 payload_container_type: PayloadContainerType = "Payload container type";
        0x7b TlvE 4..=65538 payload_container: PayloadContainer<'a> = "Payload container";
        0x9 Tv1 1..=1 network_slicing_indication: NetworkSlicingIndication = "Network slicing indication";
        0x53 Tlv 3..=3 update_type: UpdateType = "5GS update type";
        0x41 Tlv 5..=5 mobile_station_classmark_2: MobileStationClassmark2 = "Mobile station classmark 2";
        0x42 Tlv 5..=257 supported_codecs: SupportedCodecList<'a> = "Supported codecs";
        0x71 TlvE 4..=65538 nas_message_container: NasMessageContainer<'a> = "NAS message container";
        0x60 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0x6e Tlv 3..=4 requested_extended_drx_parameters: ExtendedDrxParameters<'a> = "Requested extended DRX parameters";
        0x6a Tlv 3..=3 t3324_value: GprsTimer3 = "T3324 value";
        0x67 Tlv 3..=257 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0x35 Tlv 3..=42 requested_mapped_nssai: MappedNssai<'a> = "Requested mapped NSSAI";
        0x48 Tlv 3..=3 additional_information_requested: AdditionalInformationRequested = "Additional information requested";
        0x1a Tlv 3..=3 requested_wus_assistance_information: WusAssistanceInformation<'a> = "Requested WUS assistance information";
        0xa Tv1 1..=1 n5gc_indication: N5gcIndication = "N5GC indication";
        0x30 Tlv 3..=3 requested_nb_n1_mode_drx_parameters: NbN1ModeDrxParameters = "Requested NB-N1 mode DRX parameters";
        0x29 Tlv 3..=3 ue_request_type: UeRequestType = "UE request type";
        0x28 Tlv 3..=35 paging_restriction: PagingRestriction<'a> = "Paging restriction";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x32 Tlv 8..=8 nid: Nid = "NID";
        0x16 Tlv 5..=5 ue_determined_plmn_with_disaster_condition: PlmnList<'a> = "UE determined PLMN with disaster condition";
        0x2a Tlv 3..=3 requested_peips_assistance_information: PeipsAssistanceInformation<'a> = "Requested PEIPS assistance information";
        0x3b Tlv 3..=3 requested_t3512_value: GprsTimer3 = "Requested T3512 value";
        0x3c Tlv 3..=9 unavailability_information: UnavailabilityInformation<'a> = "Unavailability information";
        0x3f Tlv 3..=3 non_3gpp_path_switching_information: Non3gppPathSwitchingInformation = "Non-3GPP path switching information";
        0x56 Tlv 3..=3 aun3_indication: Aun3Indication = "AUN3 indication";
        0x64 Tlv 3..=3 requested_lp_wus_ps_assistance_information: LpWusPsAssistanceInformation<'a> = "Requested LP-WUSPS assistance information";
    }
}

message! {
    /// REGISTRATION ACCEPT (TS 24.501 8.2.7).
    fgmm RegistrationAccept = "REGISTRATION ACCEPT", 0x42
    header {}
    mandatory {
        Lv 2..=2 registration_result: RegistrationResult = "5GS registration result";
    }
    optional {
        0x77 TlvE 14..=14 guti: MobileIdentity<'a> = "5G-GUTI";
        0x4a Tlv 5..=47 equivalent_plmns: PlmnList<'a> = "Equivalent PLMNs";
        0x54 Tlv 9..=114 tai_list: TaiList<'a> = "TAI list";
        0x15 Tlv 4..=74 allowed_nssai: Nssai<'a> = "Allowed NSSAI";
        0x11 Tlv 4..=42 rejected_nssai: RejectedNssai<'a> = "Rejected NSSAI";
        0x31 Tlv 4..=146 configured_nssai: Nssai<'a> = "Configured NSSAI";
        0x21 Tlv 3..=6 network_feature_support: NetworkFeatureSupport<'a> = "5GS network feature support";
        0x50 Tlv 4..=34 pdu_session_status: PduSessionStatus = "PDU session status";
        0x26 Tlv 4..=34 pdu_session_reactivation_result: PduSessionReactivationResult = "PDU session reactivation result";
        0x72 TlvE 5..=515 pdu_session_reactivation_result_error_cause: PduSessionReactivationResultErrorCause<'a> = "PDU session reactivation result error cause";
        0x79 TlvE 13..=1715 ladn_information: LadnInformation<'a> = "LADN information";
        0xb Tv1 1..=1 mico_indication: MicoIndication = "MICO indication";
        0x9 Tv1 1..=1 network_slicing_indication: NetworkSlicingIndication = "Network slicing indication";
        0x27 Tlv 6..=114 service_area_list: ServiceAreaList<'a> = "Service area list";
        0x5e Tlv 3..=3 t3512_value: GprsTimer3 = "T3512 value";
        0x5d Tlv 3..=3 non_3gpp_deregistration_timer_value: GprsTimer = "Non-3GPP de-registration timer value";
        0x16 Tlv 3..=3 t3502_value: GprsTimer = "T3502 value";
        0x34 Tlv 5..=50 emergency_number_list: EmergencyNumberList<'a> = "Emergency number list";
        0x7a TlvE 7..=65538 extended_emergency_number_list: ExtendedEmergencyNumberList<'a> = "Extended emergency number list";
        0x73 TlvE 20..=65538 sor_transparent_container: SorTransparentContainer<'a> = "SOR transparent container";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0xa Tv1 1..=1 nssai_inclusion_mode: NssaiInclusionMode = "NSSAI inclusion mode";
        0x76 TlvE 3..=8323 operator_defined_access_category_definitions: OperatorDefinedAccessCategoryDefinitions<'a> = "Operator-defined access category definitions";
        0x51 Tlv 3..=3 negotiated_drx_parameters: DrxParameters = "Negotiated DRX parameters";
        0xd Tv1 1..=1 non_3gpp_nw_policies: Non3gppNwProvidedPolicies = "Non-3GPP NW policies";
        0x60 Tlv 4..=4 eps_bearer_context_status: EpsBearerContextStatus = "EPS bearer context status";
        0x6e Tlv 3..=4 negotiated_extended_drx_parameters: ExtendedDrxParameters<'a> = "Negotiated extended DRX parameters";
        0x6c Tlv 3..=3 t3447_value: GprsTimer3 = "T3447 value";
        0x6b Tlv 3..=3 t3448_value: GprsTimer = "T3448 value";
        0x6a Tlv 3..=3 t3324_value: GprsTimer3 = "T3324 value";
        0x67 Tlv 3..=257 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0xe Tv1 1..=1 ue_radio_capability_id_deletion_indication: UeRadioCapabilityIdDeletionIndication = "UE radio capability ID deletion indication";
        0x39 Tlv 4..=146 pending_nssai: Nssai<'a> = "Pending NSSAI";
        0x74 TlvE 34..=65538 ciphering_key_data: CipheringKeyData<'a> = "Ciphering key data";
        0x75 TlvE 3..=65538 cag_information_list: CagInformationList<'a> = "CAG information list";
        0x1b Tlv 3..=3 truncated_s_tmsi_configuration: TruncatedSTmsiConfiguration = "Truncated 5G-S-TMSI configuration";
        0x1c Tlv 3..=3 negotiated_wus_assistance_information: WusAssistanceInformation<'a> = "Negotiated WUS assistance information";
        0x29 Tlv 3..=3 negotiated_nb_n1_mode_drx_parameters: NbN1ModeDrxParameters = "Negotiated NB-N1 mode DRX parameters";
        0x68 Tlv 5..=90 extended_rejected_nssai: ExtendedRejectedNssai<'a> = "Extended rejected NSSAI";
        0x7b TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x33 Tlv 3..=3 negotiated_peips_assistance_information: PeipsAssistanceInformation<'a> = "Negotiated PEIPS assistance information";
        0x35 Tlv 3..=3 additional_request_result: AdditionalRequestResult = "5GS additional request result";
        0x70 TlvE 7..=4099 nssrg_information: NssrgInformation<'a> = "NSSRG information";
        0x14 Tlv 4..=4 disaster_roaming_wait_range: RegistrationWaitRange<'a> = "Disaster roaming wait range";
        0x2c Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x13 Tlv 2..=257 list_of_plmns_to_be_used_in_disaster_condition: ListOfPlmnsToBeUsedInDisasterCondition<'a> = "List of PLMNs to be used in disaster condition";
        0x1d Tlv 9..=114 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=114 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for regional provision of service\"";
        0x71 TlvE 3..=65538 extended_cag_information_list: ExtendedCagInformationList<'a> = "Extended CAG information list";
        0x7c TlvE 9..=3143 nsag_information: NsagInformation<'a> = "NSAG information";
        0x3d Tlv 11..=137 equivalent_snpns: SnpnList<'a> = "Equivalent SNPNs";
        0x32 Tlv 8..=8 nid: Nid = "NID";
        0x7d TlvE 6..=65538 type_6_ie_container: Type6IeContainer<'a> = "Registration accept type 6 IE container";
        0x4b Tlv 3..=3 ran_timing_synchronization: RanTimingSynchronization = "RAN timing synchronization";
        0x4c Tlv 2..=146 alternative_nssai: AlternativeNssai<'a> = "Alternative NSSAI";
        0x4f Tlv 3..=3 discontinuous_coverage_maximum_time_offset: GprsTimer3 = "Discontinuous coverage maximum time offset";
        0x5b Tlv 23..=257 s_nssai_time_validity_information: SNssaiTimeValidityInformation<'a> = "S-NSSAI time validity information";
        0x3c Tlv 3..=6 unavailability_configuration: UnavailabilityConfiguration<'a> = "Unavailability configuration";
        0x5c Tlv 3..=257 feature_authorization_indication: FeatureAuthorizationIndication<'a> = "Feature authorization indication";
        0x61 Tlv 5..=210 on_demand_nssai: OnDemandNssai<'a> = "On-demand NSSAI";
        0x63 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x64 Tlv 3..=3 negotiated_lp_wus_ps_assistance_information: LpWusPsAssistanceInformation<'a> = "Negotiated LP-WUSPS assistance information";
        0x8 Tv1 1..=1 lp_wus_status: LpWusStatus = "LP-WUS status";
    }
}

message! {
    /// REGISTRATION COMPLETE (TS 24.501 8.2.8).
    fgmm RegistrationComplete = "REGISTRATION COMPLETE", 0x43
    header {}
    mandatory {}
    optional {
        0x73 TlvE 20..=20 sor_transparent_container: SorTransparentContainer<'a> = "SOR transparent container";
    }
}

message! {
    /// REGISTRATION REJECT (TS 24.501 8.2.9).
    fgmm RegistrationReject = "REGISTRATION REJECT", 0x44
    header {}
    mandatory {
        V 1..=1 fgmm_cause: FgmmCause = "5GMM cause";
    }
    optional {
        0x5f Tlv 3..=3 t3346_value: GprsTimer = "T3346 value";
        0x16 Tlv 3..=3 t3502_value: GprsTimer = "T3502 value";
        0x78 TlvE 7..=1503 eap_message: EapMessage<'a> = "EAP message";
        0x69 Tlv 4..=42 rejected_nssai: RejectedNssai<'a> = "Rejected NSSAI";
        0x75 TlvE 3..=65538 cag_information_list: CagInformationList<'a> = "CAG information list";
        0x68 Tlv 5..=90 extended_rejected_nssai: ExtendedRejectedNssai<'a> = "Extended rejected NSSAI";
        0x2c Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x71 TlvE 3..=65538 extended_cag_information_list: ExtendedCagInformationList<'a> = "Extended CAG information list";
        0x3a Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=114 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=114 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for regional provision of service\"";
        0x3e Tlv 7..=257 n3iwf_identifier: N3iwfIdentifier<'a> = "N3IWF identifier";
        0x4d Tlv 3..=257 tnan_information: TnanInformation<'a> = "TNAN information";
        0x62 Tlv 3..=3 extended_fgmm_cause: ExtendedFgmmCause = "Extended 5GMM cause";
        0x63 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
    }
}
