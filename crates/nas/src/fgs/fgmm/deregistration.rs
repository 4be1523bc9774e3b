//! De-registration (TS 24.501 8.2.12 to 8.2.15).

use crate::common::message;
use crate::fgs::FgmmCause;
use crate::fgs::ie::*;

message! {
    /// DEREGISTRATION REQUEST (UE originating) (TS 24.501 8.2.12).
    fgmm DeregistrationRequestFromUe = "DEREGISTRATION REQUEST (UE originating)", 0x45
    header {}
    mandatory {
        HalfLow 1..=1 deregistration_type: DeregistrationType = "De-registration type";
        HalfHigh 1..=1 ng_ksi: NasKsi = "ngKSI";
        LvE 6..=65537 mobile_identity: MobileIdentity<'a> = "5GS mobile identity";
    }
    optional {
        0x3c Tlv 3..=9 unavailability_information: UnavailabilityInformation<'a> = "Unavailability information";
        0x71 TlvE 4..=65538 nas_message_container: NasMessageContainer<'a> = "NAS message container";
    }
}

message! {
    /// DEREGISTRATION ACCEPT (UE originating) (TS 24.501 8.2.13).
    fgmm DeregistrationAcceptFromNetwork = "DEREGISTRATION ACCEPT (UE originating)", 0x46
    header {}
    mandatory {}
    optional {}
}

message! {
    /// DEREGISTRATION REQUEST (UE terminated) (TS 24.501 8.2.14).
    fgmm DeregistrationRequestFromNetwork = "DEREGISTRATION REQUEST (UE terminated)", 0x47
    header {}
    mandatory {
        HalfSpare 1..=1 deregistration_type: DeregistrationType = "De-registration type";
    }
    optional {
        0x58 Tv 2..=2 fgmm_cause: FgmmCause = "5GMM cause";
        0x5f Tlv 3..=3 t3346_value: GprsTimer = "T3346 value";
        0x6d Tlv 4..=42 rejected_nssai: RejectedNssai<'a> = "Rejected NSSAI";
        0x75 TlvE 3..=65538 cag_information_list: CagInformationList<'a> = "CAG information list";
        0x68 Tlv 5..=90 extended_rejected_nssai: ExtendedRejectedNssai<'a> = "Extended rejected NSSAI";
        0x2c Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
        0x71 TlvE 3..=65538 extended_cag_information_list: ExtendedCagInformationList<'a> = "Extended CAG information list";
        0x3a Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=114 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=114 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"5GS forbidden tracking areas for regional provision of service\"";
        0x63 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
    }
}

message! {
    /// DEREGISTRATION ACCEPT (UE terminated) (TS 24.501 8.2.15).
    fgmm DeregistrationAcceptFromUe = "DEREGISTRATION ACCEPT (UE terminated)", 0x48
    header {}
    mandatory {}
    optional {}
}
