//! Elements of an octet or half an octet.

use crate::common::{half_octet, octet};

half_octet! {
    /// NAS key set identifier (TS 24.301 9.9.3.21): TSC in bit 4, identifier in bits 1 to 3.
    NasKsi {
        NO_KEY_AVAILABLE = 7, "no key is available";
    }

    /// EPS attach type (TS 24.301 9.9.3.11), with the spare bit 4 as received.
    EpsAttachType {
        EPS_ATTACH = 1, "EPS attach";
        COMBINED_EPS_IMSI_ATTACH = 2, "combined EPS/IMSI attach";
        EPS_RLOS_ATTACH = 3, "EPS RLOS attach";
        EPS_EMERGENCY_ATTACH = 6, "EPS emergency attach";
        DISASTER_ROAMING_ATTACH = 7, "disaster roaming attach";
    }

    /// EPS attach result (TS 24.301 9.9.3.10).
    EpsAttachResult {
        EPS_ONLY = 1, "EPS only";
        COMBINED_EPS_IMSI_ATTACH = 2, "combined EPS/IMSI attach";
    }

    /// EPS update type (TS 24.301 9.9.3.14): active flag in bit 4.
    EpsUpdateType {
        TA_UPDATING = 0, "TA updating";
        COMBINED_TA_LA_UPDATING = 1, "combined TA/LA updating";
        COMBINED_TA_LA_UPDATING_WITH_IMSI_ATTACH = 2, "combined TA/LA updating with IMSI attach";
        PERIODIC_UPDATING = 3, "periodic updating";
        DISASTER_ROAMING_UPDATE = 6, "disaster roaming update";
        TA_UPDATING_ACTIVE = 8, "TA updating, bearer establishment requested";
        COMBINED_TA_LA_UPDATING_ACTIVE = 9, "combined TA/LA updating, bearer establishment requested";
        COMBINED_TA_LA_UPDATING_WITH_IMSI_ATTACH_ACTIVE = 10, "combined TA/LA updating with IMSI attach, bearer establishment requested";
        PERIODIC_UPDATING_ACTIVE = 11, "periodic updating, bearer establishment requested";
    }

    /// EPS update result (TS 24.301 9.9.3.13).
    EpsUpdateResult {
        TA_UPDATED = 0, "TA updated";
        COMBINED_TA_LA_UPDATED = 1, "combined TA/LA updated";
        TA_UPDATED_AND_ISR_ACTIVATED = 4, "TA updated and ISR activated";
        COMBINED_TA_LA_UPDATED_AND_ISR_ACTIVATED = 5, "combined TA/LA updated and ISR activated";
    }

    /// Detach type (TS 24.301 9.9.3.7): bit 4 is switch off when the UE sends it.
    DetachType {
        EPS_DETACH = 1, "EPS detach, or re-attach required";
        IMSI_DETACH = 2, "IMSI detach, or re-attach not required";
        COMBINED_EPS_IMSI_DETACH = 3, "combined EPS/IMSI detach, or IMSI detach by the network";
        EPS_DETACH_SWITCH_OFF = 9, "EPS detach, switch off";
        IMSI_DETACH_SWITCH_OFF = 10, "IMSI detach, switch off";
        COMBINED_EPS_IMSI_DETACH_SWITCH_OFF = 11, "combined EPS/IMSI detach, switch off";
    }

    /// Service type (TS 24.301 9.9.3.27).
    ServiceType {
        MOBILE_ORIGINATING_CS_FALLBACK = 0, "mobile originating CS fallback or 1xCS fallback";
        MOBILE_TERMINATING_CS_FALLBACK = 1, "mobile terminating CS fallback or 1xCS fallback";
        MOBILE_ORIGINATING_CS_FALLBACK_EMERGENCY_CALL = 2, "mobile originating CS fallback emergency call or 1xCS fallback emergency call";
        PACKET_SERVICES_VIA_S1 = 8, "packet services via S1";
    }

    /// Control plane service type (TS 24.301 9.9.3.47): active flag in bit 4.
    ControlPlaneServiceType {
        MOBILE_ORIGINATING_REQUEST = 0, "mobile originating request";
        MOBILE_TERMINATING_REQUEST = 1, "mobile terminating request";
        MOBILE_ORIGINATING_REQUEST_ACTIVE = 8, "mobile originating request, radio bearer establishment requested";
        MOBILE_TERMINATING_REQUEST_ACTIVE = 9, "mobile terminating request, radio bearer establishment requested";
    }

    /// Identity type 2 (TS 24.008 10.5.5.9).
    IdentityType2 {
        IMSI = 1, "IMSI";
        IMEI = 2, "IMEI";
        IMEISV = 3, "IMEISV";
        TMSI = 4, "TMSI";
    }

    /// IMEISV request (TS 24.008 10.5.5.10).
    ImeisvRequest {
        NOT_REQUESTED = 0, "IMEISV not requested";
        REQUESTED = 1, "IMEISV requested";
    }

    /// TMSI status (TS 24.008 10.5.5.4).
    TmsiStatus {
        NO_VALID_TMSI = 0, "no valid TMSI available";
        VALID_TMSI = 1, "valid TMSI available";
    }

    /// GPRS ciphering key sequence number (TS 24.008 10.5.1.2).
    CipheringKeySequenceNumber {
        NO_KEY_AVAILABLE = 7, "no key is available";
    }

    /// GUTI type (TS 24.301 9.9.3.45).
    GutiType {
        NATIVE = 0, "native GUTI";
        MAPPED = 1, "mapped GUTI";
    }

    /// Additional update type (TS 24.301 9.9.3.0B): SMS only in bit 1, SAF in bit 2, preferred CIoT behaviour in bits 3 and 4.
    AdditionalUpdateType {
        NO_ADDITIONAL_INFORMATION = 0, "no additional information";
        SMS_ONLY = 1, "SMS only";
    }

    /// Additional update result (TS 24.301 9.9.3.0A).
    AdditionalUpdateResult {
        NO_ADDITIONAL_INFORMATION = 0, "no additional information";
        CS_FALLBACK_NOT_PREFERRED = 1, "CS fallback not preferred";
        SMS_ONLY = 2, "SMS only";
    }

    /// Device properties (TS 24.008 10.5.7.8): bit 1 is low priority.
    DeviceProperties {
        NOT_LOW_PRIORITY = 0, "not configured for NAS signalling low priority";
        LOW_PRIORITY = 1, "configured for NAS signalling low priority";
    }

    /// MS network feature support (TS 24.008 10.5.1.15): bit 1 is extended periodic timers.
    MsNetworkFeatureSupport {
        NO_EXTENDED_PERIODIC_TIMER = 0, "no extended periodic timer";
        EXTENDED_PERIODIC_TIMER = 1, "extended periodic timer";
    }

    /// CSFB response (TS 24.301 9.9.3.5).
    CsfbResponse {
        REJECTED = 0, "CS fallback rejected by the UE";
        ACCEPTED = 1, "CS fallback accepted by the UE";
    }

    /// SMS services status (TS 24.301 9.9.3.4B).
    SmsServicesStatus {
        NOT_AVAILABLE = 0, "SMS services not available";
        NOT_AVAILABLE_IN_THIS_PLMN = 1, "SMS services not available in this PLMN";
        NETWORK_FAILURE = 2, "network failure";
        CONGESTION = 3, "congestion";
    }

    /// Non-3GPP NW provided policies (TS 24.008 10.5.5.37).
    Non3gppNwProvidedPolicies {
        N3EN_NOT_ALLOWED = 0, "use of non-3GPP emergency numbers not permitted";
        N3EN_ALLOWED = 1, "use of non-3GPP emergency numbers permitted";
    }

    /// Network policy (TS 24.301 9.9.3.52).
    NetworkPolicy {
        REDIRECTION_FROM_GERAN_AND_UTRAN_ALLOWED = 0, "unsecured redirection to GERAN or UTRAN allowed";
        REDIRECTION_NOT_ALLOWED = 1, "unsecured redirection to GERAN or UTRAN not allowed";
    }

    /// Extended EMM cause (TS 24.301 9.9.3.26A): E-UTRAN not allowed in bit 1, EPS optimisation not supported in bit 2, NB-IoT not allowed in bit 3.
    ExtendedEmmCause {
        NO_INFORMATION = 0, "no information";
        E_UTRAN_NOT_ALLOWED = 1, "E-UTRAN not allowed";
    }

    /// UE radio capability information update needed (TS 24.301 9.9.3.35).
    UeRadioCapabilityInformationUpdateNeeded {
        NOT_NEEDED = 0, "UE radio capability information update not needed";
        NEEDED = 1, "UE radio capability information update needed";
    }

    /// UE radio capability ID request (TS 24.301 9.9.3.59).
    UeRadioCapabilityIdRequest {
        NOT_REQUESTED = 0, "UE radio capability ID not requested";
        REQUESTED = 1, "UE radio capability ID requested";
    }

    /// UE radio capability ID deletion indication (TS 24.301 9.9.3.61).
    UeRadioCapabilityIdDeletionIndication {
        NOT_REQUESTED = 0, "deletion not requested";
        DELETE_NETWORK_ASSIGNED = 1, "delete network-assigned UE radio capability IDs";
    }

    /// UE coarse location information request (TS 24.301 9.9.3.71).
    UeCoarseLocationInformationRequest {
        NOT_REQUESTED = 0, "UE coarse location information not requested";
        REQUESTED = 1, "UE coarse location information requested";
    }

    /// EPS bearer identity of an ESM header, or a linked one (TS 24.301 9.3.2, 9.9.4.6).
    EpsBearerIdentity {
        UNASSIGNED = 0, "no EPS bearer identity assigned";
    }

    /// PDN type (TS 24.301 9.9.4.10).
    PdnType {
        IPV4 = 1, "IPv4";
        IPV6 = 2, "IPv6";
        IPV4V6 = 3, "IPv4v6";
        UNUSED = 4, "unused, taken as IPv6";
        NON_IP = 5, "non IP";
        ETHERNET = 6, "Ethernet";
    }

    /// Request type (TS 24.008 10.5.6.17).
    RequestType {
        INITIAL_REQUEST = 1, "initial request";
        HANDOVER = 2, "handover";
        EMERGENCY = 4, "emergency";
        HANDOVER_OF_EMERGENCY_BEARER_SERVICES = 6, "handover of emergency bearer services";
    }

    /// ESM information transfer flag (TS 24.301 9.9.4.5).
    EsmInformationTransferFlag {
        NOT_REQUIRED = 0, "security protected ESM information transfer not required";
        REQUIRED = 1, "security protected ESM information transfer required";
    }

    /// Radio priority (TS 24.008 10.5.7.2).
    RadioPriority {
        HIGHEST = 1, "priority level 1 (highest)";
        LEVEL_2 = 2, "priority level 2";
        LEVEL_3 = 3, "priority level 3";
        LOWEST = 4, "priority level 4 (lowest)";
    }

    /// Connectivity type (TS 24.301 9.9.4.2A).
    ConnectivityType {
        NOT_INDICATED = 0, "the PDN connection type is not indicated";
        LIPA = 1, "the PDN connection is considered a LIPA PDN connection";
    }

    /// WLAN offload indication (TS 24.301 9.9.4.18): E-UTRAN offload acceptability in bit 1, UTRAN in bit 2.
    WlanOffloadIndication {
        NOT_ACCEPTABLE = 0, "offloading to WLAN not acceptable";
    }

    /// Control plane only indication (TS 24.301 9.9.4.23).
    ControlPlaneOnlyIndication {
        ONLY = 1, "control plane CIoT EPS optimisation only";
    }

    /// Release assistance indication (TS 24.301 9.9.4.25).
    ReleaseAssistanceIndication {
        NO_INFORMATION = 0, "no information";
        NO_FURTHER_TRANSMISSION = 1, "no further data transmission expected";
        ONE_DOWNLINK_TRANSMISSION = 2, "a single downlink transmission expected";
    }
}

impl NasKsi {
    /// A native key set identifier, 0 to 6 (7: no key).
    #[must_use]
    pub const fn native(identifier: u8) -> Self {
        Self(identifier & 7)
    }

    /// A mapped key set identifier, 0 to 6.
    #[must_use]
    pub const fn mapped(identifier: u8) -> Self {
        Self(8 | identifier & 7)
    }

    /// The identifier without TSC.
    #[must_use]
    pub const fn identifier(self) -> u8 {
        self.0 & 7
    }

    /// TSC: whether the context is a mapped one (KSISGSN) instead of a native one (KSIASME).
    #[must_use]
    pub const fn is_mapped(self) -> bool {
        self.0 & 8 != 0
    }

    /// Whether a key set is named; `no key is available` otherwise, whatever the TSC.
    #[must_use]
    pub const fn is_available(self) -> bool {
        self.identifier() != 7
    }
}

impl EpsAttachType {
    /// The type without the spare bit; unused values are EPS attach (TS 24.301 table 9.9.3.11.1).
    #[must_use]
    pub const fn interpreted(self) -> Self {
        match self.0 & 7 {
            value @ (1 | 2 | 3 | 6 | 7) => Self(value),
            _ => Self::EPS_ATTACH,
        }
    }
}

impl EpsUpdateType {
    /// Type without the active flag.
    #[must_use]
    pub const fn update_type(self) -> Self {
        Self(self.0 & 7)
    }

    /// Active flag: whether bearer establishment is requested.
    #[must_use]
    pub const fn active(self) -> bool {
        self.0 & 8 != 0
    }
}

impl DetachType {
    /// From the network: re-attach required.
    pub const RE_ATTACH_REQUIRED: Self = Self(1);
    /// From the network: re-attach not required.
    pub const RE_ATTACH_NOT_REQUIRED: Self = Self(2);
    /// From the network: IMSI detach.
    pub const NETWORK_IMSI_DETACH: Self = Self(3);

    /// Type without switch off.
    #[must_use]
    pub const fn detach_type(self) -> Self {
        Self(self.0 & 7)
    }

    /// Whether the UE detaches because it is switched off.
    #[must_use]
    pub const fn switch_off(self) -> bool {
        self.0 & 8 != 0
    }

    /// The same type with switch off set or not.
    #[must_use]
    pub const fn with_switch_off(self, switch_off: bool) -> Self {
        Self(self.0 & 7 | if switch_off { 8 } else { 0 })
    }
}

octet! {
    /// Procedure transaction identity (TS 24.301 9.4, TS 24.007 11.2.3.1a).
    ProcedureTransactionIdentity {
        UNASSIGNED = 0, "no procedure transaction identity assigned";
        RESERVED = 255, "reserved";
    }

    /// Voice domain preference and UE's usage setting (TS 24.008 10.5.5.28): usage setting in bit 3, preference in bits 1 and 2.
    VoiceDomainPreference {
        CS_VOICE_ONLY = 0, "CS voice only, voice centric";
        IMS_PS_VOICE_ONLY = 1, "IMS PS voice only, voice centric";
        CS_VOICE_PREFERRED = 2, "CS voice preferred, IMS PS voice as secondary, voice centric";
        IMS_PS_VOICE_PREFERRED = 3, "IMS PS voice preferred, CS voice as secondary, voice centric";
    }

    /// Paging identity (TS 24.301 9.9.3.25A).
    PagingIdentity {
        IMSI = 0, "IMSI";
        TMSI = 1, "TMSI";
    }

    /// Generic message container type (TS 24.301 9.9.3.42).
    GenericMessageContainerType {
        LPP = 1, "LTE Positioning Protocol message container";
        LCS = 2, "Location services message container";
    }

    /// Additional information requested (TS 24.301 9.9.3.55).
    AdditionalInformationRequested {
        CIPHERING_KEYS = 1, "ciphering keys for ciphered broadcast assistance data requested";
    }

    /// UE status (TS 24.301 9.9.3.54): EMM-REGISTERED in bit 1, 5GMM-REGISTERED in bit 2.
    UeStatus {
        NOT_REGISTERED = 0, "neither EMM nor 5GMM registered";
        EMM_REGISTERED = 1, "EMM registered";
        FIVE_GMM_REGISTERED = 2, "5GMM registered";
    }

    /// Re-attempt indicator (TS 24.301 9.9.4.13A): RATC in bit 1, EPLMNC in bit 2.
    ReAttemptIndicator {
        ALLOWED = 0, "re-attempt allowed in A/Gb, Iu or N1 mode and in an equivalent PLMN";
    }

    /// LLC service access point identifier (TS 24.008 10.5.6.9).
    LlcServiceAccessPointIdentifier {
        NOT_ASSIGNED = 0, "LLC SAPI not assigned";
    }

    /// Notification indicator (TS 24.301 9.9.4.7A).
    NotificationIndicator {
        SRVCC_HANDOVER_CANCELLED = 1, "SRVCC handover cancelled, IMS session re-establishment required";
    }

    /// UE radio capability ID availability (TS 24.301 9.9.3.58).
    UeRadioCapabilityIdAvailability {
        NOT_AVAILABLE = 0, "UE radio capability ID not available";
        AVAILABLE = 1, "UE radio capability ID available";
    }

    /// Extended DRX parameters (TS 24.008 10.5.5.32): paging time window in bits 5 to 8, eDRX value in bits 1 to 4.
    ExtendedDrxParameters {}

    /// UE request type (TS 24.301 9.9.3.65).
    UeRequestType {
        NAS_SIGNALLING_CONNECTION_RELEASE = 1, "NAS signalling connection release";
        REJECTION_OF_PAGING = 2, "rejection of paging";
    }

    /// EPS additional request result (TS 24.301 9.9.3.67).
    EpsAdditionalRequestResult {}

    /// Maximum time offset (TS 24.301 9.9.3.68, time duration).
    MaximumTimeOffset {}

    /// SS code (TS 24.301 9.9.3.39).
    SsCode {}

    /// LCS indicator (TS 24.301 9.9.3.40).
    LcsIndicator {
        MT_LR = 1, "mobile terminated location request";
    }

    /// Time zone (TS 24.008 10.5.3.8): quarters of an hour, BCD, swapped half octets, sign in bit 4.
    TimeZone {}

    /// Daylight saving time (TS 24.008 10.5.3.12).
    DaylightSavingTime {
        NO_ADJUSTMENT = 0, "no adjustment";
        ONE_HOUR = 1, "one hour";
        TWO_HOURS = 2, "two hours";
    }
}
