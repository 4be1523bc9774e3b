//! Information, status and CS service notification (TS 24.301 8.2.9, 8.2.13, 8.2.14).

use crate::common::message;
use crate::eps::EmmCause;
use crate::eps::ie::*;

message! {
    /// EMM INFORMATION (TS 24.301 8.2.13).
    emm EmmInformation = "EMM INFORMATION", 0x61
    header {}
    mandatory {}
    optional {
        0x43 Tlv 3..=65538 full_name_for_network: NetworkName<'a> = "Full name for network";
        0x45 Tlv 3..=65538 short_name_for_network: NetworkName<'a> = "Short name for network";
        0x46 Tv 2..=2 local_time_zone: TimeZone = "Local time zone";
        0x47 Tv 8..=8 universal_time_and_local_time_zone: TimeZoneAndTime = "Universal time and local time zone";
        0x49 Tlv 3..=3 network_daylight_saving_time: DaylightSavingTime = "Network daylight saving time";
    }
}

message! {
    /// EMM STATUS (TS 24.301 8.2.14).
    emm EmmStatus = "EMM STATUS", 0x60
    header {}
    mandatory {
        V 1..=1 emm_cause: EmmCause = "EMM cause";
    }
    optional {}
}

message! {
    /// CS SERVICE NOTIFICATION (TS 24.301 8.2.9).
    emm CsServiceNotification = "CS SERVICE NOTIFICATION", 0x64
    header {}
    mandatory {
        V 1..=1 paging_identity: PagingIdentity = "Paging identity";
    }
    optional {
        0x60 Tlv 3..=14 cli: Cli<'a> = "CLI";
        0x61 Tv 2..=2 ss_code: SsCode = "SS Code";
        0x62 Tv 2..=2 lcs_indicator: LcsIndicator = "LCS indicator";
        0x63 Tlv 3..=257 lcs_client_identity: LcsClientIdentity<'a> = "LCS client identity";
    }
}
