//! Enumerations of TS 38.413 9.3.

use crate::Ngap;
use oxirush_ngap::ngap as asn1;
use quintet_ap::enumerated;

enumerated! {
    in Ngap, asn1;
    /// Why a UE asks for an RRC connection (TS 38.413 9.3.1.111).
    RrcEstablishmentCause: RRCEstablishmentCause {
        /// Emergency call.
        Emergency = emergency "emergency",
        /// Access classes 11 to 15.
        HighPriorityAccess = highPriorityAccess "highPriorityAccess",
        /// Answer to paging.
        MtAccess = mt_Access "mt-Access",
        /// Signalling of the UE's own: registration, deregistration.
        MoSignalling = mo_Signalling "mo-Signalling",
        /// Data of the UE's own: service request.
        MoData = mo_Data "mo-Data",
        /// Voice call of the UE's own.
        MoVoiceCall = mo_VoiceCall "mo-VoiceCall",
        /// Video call of the UE's own.
        MoVideoCall = mo_VideoCall "mo-VideoCall",
        /// Short message of the UE's own.
        MoSms = mo_SMS "mo-SMS",
        /// Multimedia priority service.
        MpsPriorityAccess = mps_PriorityAccess "mps-PriorityAccess",
        /// Mission critical service.
        McsPriorityAccess = mcs_PriorityAccess "mcs-PriorityAccess",
        /// None is known.
        NotAvailable = notAvailable "notAvailable",
        /// Exception report of a machine.
        MoExceptionData = mo_ExceptionData "mo-ExceptionData",
    }
    /// Paging cycle, radio frames (TS 38.413 9.3.1.90).
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
    /// How long to wait before asking again (TS 38.413 9.3.1.56).
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
    /// The NG-RAN node wants the UE's context (TS 38.413 9.2.5.1).
    UeContextRequest: UEContextRequest {
        /// It does.
        Requested = requested "requested",
    }
    /// State of the UE's RRC connection (TS 38.413 9.3.1.92).
    RrcState: RRCState {
        /// RRC_INACTIVE.
        Inactive = inactive "inactive",
        /// RRC_CONNECTED.
        Connected = connected "connected",
    }
    /// A new security context is to be taken into use (TS 38.413 9.3.1.55).
    NewSecurityContextIndicator: NewSecurityContextInd {
        /// It is.
        True = R_true "true",
    }
    /// How urgent a paging is (TS 38.413 9.3.1.78).
    PagingPriority: PagingPriority {
        /// The most urgent.
        PrioLevel1 = priolevel1 "priolevel1",
        /// Level 2.
        PrioLevel2 = priolevel2 "priolevel2",
        /// Level 3.
        PrioLevel3 = priolevel3 "priolevel3",
        /// Level 4.
        PrioLevel4 = priolevel4 "priolevel4",
        /// Level 5.
        PrioLevel5 = priolevel5 "priolevel5",
        /// Level 6.
        PrioLevel6 = priolevel6 "priolevel6",
        /// Level 7.
        PrioLevel7 = priolevel7 "priolevel7",
        /// The least urgent.
        PrioLevel8 = priolevel8 "priolevel8",
    }
    /// What the UE is paged for (TS 38.413 9.3.3.22).
    PagingOrigin: PagingOrigin {
        /// A PDU session of non-3GPP access.
        Non3gpp = non_3gpp "non-3gpp",
    }
    /// What an NG-RAN node does under overload of its AMF (TS 38.413 9.3.1.105).
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
    }
}
