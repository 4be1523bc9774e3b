//! Detach (TS 24.301 8.2.10, 8.2.11).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// DETACH REQUEST, UE originating detach (TS 24.301 8.2.11.1).
    emm DetachRequestFromUe = "DETACH REQUEST", 0x45
    header {}
    mandatory {
        HalfLow 1..=1 detach_type: DetachType = "Detach type";
        HalfHigh 1..=1 nas_key_set_identifier: NasKsi = "NAS key set identifier";
        Lv 5..=12 eps_mobile_identity: EpsMobileIdentity<'a> = "EPS mobile identity";
    }
    optional {}
}

message! {
    /// DETACH REQUEST, UE terminated detach (TS 24.301 8.2.11.2).
    emm DetachRequestFromNetwork = "DETACH REQUEST", 0x45
    header {}
    mandatory {
        HalfSpare 1..=1 detach_type: DetachType = "Detach type";
    }
    optional {
        0x53 Tv 2..=2 emm_cause: EmmCause = "EMM cause";
        0x1c Tlv 3..=3 lower_bound_timer_value: GprsTimer3 = "Lower bound timer value";
        0x1d Tlv 9..=98 forbidden_tais_for_roaming: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for roaming\"";
        0x1e Tlv 9..=98 forbidden_tais_for_regional_provision_of_service: TaiList<'a> = "Forbidden TAI(s) for the list of \"forbidden tracking areas for regional provision of service\"";
        0x20 Tlv 4..=5 access_technology_utilization_control: AccessTechnologyUtilizationControl<'a> = "Access technology utilization control";
        0x21 Tlv 3..=257 sf_satellite_operation_parameters: SfSatelliteOperationParameters<'a> = "S&F satellite operation parameters";
        0x24 Tlv 4..=4 disaster_return_wait_range: RegistrationWaitRange<'a> = "Disaster return wait range";
    }
}

message! {
    /// DETACH ACCEPT, either way (TS 24.301 8.2.10).
    emm DetachAccept = "DETACH ACCEPT", 0x46
    header {}
    mandatory {}
    optional {}
}
