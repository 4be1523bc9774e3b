//! Configuration update (TS 24.501 8.2.19, 8.2.20).

use crate::common::message;
use crate::fgs::ie::*;

message! {
    /// CONFIGURATION UPDATE COMMAND (TS 24.501 8.2.19).
    fgmm ConfigurationUpdateCommand = "CONFIGURATION UPDATE COMMAND", 0x54
    header {}
    mandatory {}
    optional {
        0xd Tv1 1..=1 configuration_update_indication: ConfigurationUpdateIndication = "Configuration update indication";
        0x77 TlvE 14..=14 guti: MobileIdentity<'a> = "5G-GUTI";
        0x54 Tlv 9..=114 tai_list: TaiList<'a> = "TAI list";
        0x15 Tlv 4..=74 allowed_nssai: Nssai<'a> = "Allowed NSSAI";
        0x27 Tlv 6..=114 service_area_list: ServiceAreaList<'a> = "Service area list";
        0x43 Tlv 3..=257 full_name_for_network: NetworkName<'a> = "Full name for network";
        0x45 Tlv 3..=257 short_name_for_network: NetworkName<'a> = "Short name for network";
        0x46 Tv 2..=2 local_time_zone: TimeZone = "Local time zone";
        0x47 Tv 8..=8 universal_time_and_local_time_zone: TimeZoneAndTime = "Universal time and local time zone";
        0x49 Tlv 3..=3 network_daylight_saving_time: DaylightSavingTime = "Network daylight saving time";
        0x79 TlvE 3..=1715 ladn_information: LadnInformation<'a> = "LADN information";
        0xb Tv1 1..=1 mico_indication: MicoIndication = "MICO indication";
        0x9 Tv1 1..=1 network_slicing_indication: NetworkSlicingIndication = "Network slicing indication";
        0x31 Tlv 4..=146 configured_nssai: Nssai<'a> = "Configured NSSAI";
        0x11 Tlv 4..=42 rejected_nssai: RejectedNssai<'a> = "Rejected NSSAI";
        0x76 TlvE 3..=8323 operator_defined_access_category_definitions: OperatorDefinedAccessCategoryDefinitions<'a> = "Operator-defined access category definitions";
        0xf Tv1 1..=1 sms_indication: SmsIndication = "SMS indication";
        0x6c Tlv 3..=3 t3447_value: GprsTimer3 = "T3447 value";
        0x75 TlvE 3..=65538 cag_information_list: CagInformationList<'a> = "CAG information list";
        0x67 Tlv 3..=257 ue_radio_capability_id: UeRadioCapabilityId<'a> = "UE radio capability ID";
        0xa Tv1 1..=1 ue_radio_capability_id_deletion_indication: UeRadioCapabilityIdDeletionIndication = "UE radio capability ID deletion indication";
        0x44 Tlv 3..=3 registration_result: RegistrationResult = "5GS registration result";
        0x1b Tlv 3..=3 truncated_s_tmsi_configuration: TruncatedSTmsiConfiguration = "Truncated 5G-S-TMSI configuration";
        0xc Tv1 1..=1 additional_configuration_indication: AdditionalConfigurationIndication = "Additional configuration indication";
        0x68 Tlv 5..=90 extended_rejected_nssai: ExtendedRejectedNssai<'a> = "Extended rejected NSSAI";
        0x72 TlvE 4..=65538 service_level_aa_container: ServiceLevelAaContainer<'a> = "Service-level-AA container";
        0x70 TlvE 7..=4099 nssrg_information: NssrgInformation<'a> = "NSSRG information";
        0x14 Tlv 4..=4 disaster_roaming_wait_range: RegistrationWaitRange<'a> = "Disaster roaming wait range";
        0x2c Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x13 Tlv 2..=257 list_of_plmns_to_be_used_in_disaster_condition: ListOfPlmnsToBeUsedInDisasterCondition<'a> = "List of PLMNs to be used in disaster condition";
        0x71 TlvE 3..=65538 extended_cag_information_list: ExtendedCagInformationList<'a> = "Extended CAG information list";
        0x1f Tlv 3..=3 updated_peips_assistance_information: PeipsAssistanceInformation<'a> = "Updated PEIPS assistance information";
        0x73 TlvE 9..=3143 nsag_information: NsagInformation<'a> = "NSAG information";
        0xe Tv1 1..=1 priority_indicator: PriorityIndicator = "Priority indicator";
        0x4b Tlv 3..=3 ran_timing_synchronization: RanTimingSynchronization = "RAN timing synchronization";
        0x78 TlvE 3..=1787 extended_ladn_information: ExtendedLadnInformation<'a> = "Extended LADN information";
        0x4c Tlv 2..=146 alternative_nssai: AlternativeNssai<'a> = "Alternative NSSAI";
        0x7b TlvE 17..=38611 s_nssai_location_validity_information: SNssaiLocationValidityInformation<'a> = "S-NSSAI location validity information";
        0x5b Tlv 23..=257 s_nssai_time_validity_information: SNssaiTimeValidityInformation<'a> = "S-NSSAI time validity information";
        0x4f Tlv 3..=3 discontinuous_coverage_maximum_time_offset: GprsTimer3 = "Discontinuous coverage maximum time offset";
        0x74 TlvE 3..=808 partially_allowed_nssai: PartialNssai<'a> = "Partially allowed NSSAI";
        0x7a TlvE 3..=808 partially_rejected_nssai: PartialNssai<'a> = "Partially rejected NSSAI";
        0x5c Tlv 3..=257 feature_authorization_indication: FeatureAuthorizationIndication<'a> = "Feature authorization indication";
        0x61 Tlv 5..=210 on_demand_nssai: OnDemandNssai<'a> = "On-demand NSSAI";
        0x63 Tlv 2..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x64 Tlv 2..=3 updated_lp_wus_ps_assistance_information: LpWusPsAssistanceInformation<'a> = "Updated LP-WUSPS assistance information";
        0x8 Tv1 1..=1 lp_wus_status: LpWusStatus = "LP-WUS status";
    }
}

message! {
    /// CONFIGURATION UPDATE COMPLETE (TS 24.501 8.2.20).
    fgmm ConfigurationUpdateComplete = "CONFIGURATION UPDATE COMPLETE", 0x55
    header {}
    mandatory {}
    optional {}
}
