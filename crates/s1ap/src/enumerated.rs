//! Enumerations of TS 36.413 9.2.

use crate::S1ap;
use oxirush_s1ap::s1ap as asn1;
use quintet_ap::enumerated;

enumerated! {
    in S1ap, asn1;
    /// Why a UE asks for an RRC connection (TS 36.413 9.2.1.3a).
    RrcEstablishmentCause: RRCEstablishmentCause {
        /// Emergency call.
        Emergency = emergency "emergency",
        /// Access classes 11 to 15.
        HighPriorityAccess = highPriorityAccess "highPriorityAccess",
        /// Answer to paging.
        MtAccess = mt_Access "mt-Access",
        /// Signalling of the UE's own: attach, tracking area update, detach.
        MoSignalling = mo_Signalling "mo-Signalling",
        /// Data of the UE's own: service request.
        MoData = mo_Data "mo-Data",
        /// May wait.
        DelayTolerantAccess = delay_TolerantAccess "delay-TolerantAccess",
        /// Voice call of the UE's own.
        MoVoiceCall = mo_VoiceCall "mo-VoiceCall",
        /// Exception report of a machine.
        MoExceptionData = mo_ExceptionData "mo-ExceptionData",
    }
    /// Paging cycle, radio frames (TS 36.413 9.2.1.16).
    PagingDrx: PagingDRX {
        /// 32 radio frames.
        V32 = v32 "v32",
        /// 64 radio frames.
        V64 = v64 "v64",
        /// 128 radio frames.
        V128 = v128 "v128",
        /// 256 radio frames.
        V256 = v256 "v256",
    }
    /// How long to wait before asking again (TS 36.413 9.2.3.30).
    TimeToWait: TimeToWait {
        /// One second.
        V1s = v1s "v1s",
        /// Two seconds.
        V2s = v2s "v2s",
        /// Five seconds.
        V5s = v5s "v5s",
        /// Ten seconds.
        V10s = v10s "v10s",
        /// Twenty seconds.
        V20s = v20s "v20s",
        /// A minute.
        V60s = v60s "v60s",
    }
    /// Which domain pages (TS 36.413 9.2.3.22).
    CnDomain: CNDomain {
        /// Packet switched.
        Ps = ps "ps",
        /// Circuit switched.
        Cs = cs "cs",
    }
    /// The UE is to fall back for a call (TS 36.413 9.2.3.21).
    CsFallbackIndicator: CSFallbackIndicator {
        /// It is.
        CsFallbackRequired = cs_fallback_required "cs-fallback-required",
        /// It is, with priority.
        CsFallbackHighPriority = cs_fallback_high_priority "cs-fallback-high-priority",
    }
    /// Where the GUMMEI that a UE gives comes from (TS 36.413 9.1.7.1).
    GummeiType: GUMMEIType {
        /// An MME gave it.
        Native = native "native",
        /// Mapped from a P-TMSI and RAI.
        Mapped = mapped "mapped",
        /// Mapped from a 5G-GUTI.
        MappedFrom5G = mappedFrom5G "mappedFrom5G",
    }
    /// How the cell of a CSG admits UEs (TS 36.413 9.2.1.74).
    CellAccessMode: CellAccessMode {
        /// Members and others.
        Hybrid = hybrid "hybrid",
    }
    /// The sender is a relay node (TS 36.413 9.2.1.75).
    RelayNodeIndicator: RelayNodeIndicator {
        /// It is.
        True = R_true "true",
    }
    /// What an eNB does under overload of its MME (TS 36.413 9.2.3.20).
    OverloadAction: OverloadAction {
        /// Rejects connections for data of the UE's own that are no emergencies.
        RejectNonEmergencyMoDt = reject_non_emergency_mo_dt "reject-non-emergency-mo-dt",
        /// Rejects connections for signalling.
        RejectRrcCrSignalling = reject_rrc_cr_signalling "reject-rrc-cr-signalling",
        /// Admits emergencies and paged UEs only.
        PermitEmergencySessionsAndMobileTerminatedServicesOnly
            = permit_emergency_sessions_and_mobile_terminated_services_only
            "permit-emergency-sessions-and-mobile-terminated-services-only",
        /// Admits high priority and paged UEs only.
        PermitHighPrioritySessionsAndMobileTerminatedServicesOnly
            = permit_high_priority_sessions_and_mobile_terminated_services_only
            "permit-high-priority-sessions-and-mobile-terminated-services-only",
        /// Rejects what may wait.
        RejectDelayTolerantAccess = reject_delay_tolerant_access "reject-delay-tolerant-access",
        /// Admits high priority, exception reports and paged UEs only.
        PermitHighPrioritySessionsAndExceptionReportingAndMobileTerminatedServicesOnly
            = permit_high_priority_sessions_and_exception_reporting_and_mobile_terminated_services_only
            "permit-high-priority-sessions-and-exception-reporting-and-mobile-terminated-services-only",
        /// Takes no data or delay tolerant access from control plane CIoT.
        NotAcceptMoDataOrDelayTolerantAccessFromCpCiot
            = not_accept_mo_data_or_delay_tolerant_access_from_CP_CIoT
            "not-accept-mo-data-or-delay-tolerant-access-from-CP-CIoT",
    }
}
