//! Elements of one octet or a half octet; any value survives.

use crate::common::{half_octet, octet};

half_octet! {
    /// 5GS registration type (TS 24.501 9.11.3.7): type in bits 1 to 3, follow-on request pending in bit 4.
    RegistrationType {
        INITIAL_REGISTRATION = 1, "initial registration";
        MOBILITY_REGISTRATION_UPDATING = 2, "mobility registration updating";
        PERIODIC_REGISTRATION_UPDATING = 3, "periodic registration updating";
        EMERGENCY_REGISTRATION = 4, "emergency registration";
        SNPN_ONBOARDING_REGISTRATION = 5, "SNPN onboarding registration";
        DISASTER_ROAMING_MOBILITY_REGISTRATION_UPDATING = 6, "disaster roaming mobility registration updating";
        DISASTER_ROAMING_INITIAL_REGISTRATION = 7, "disaster roaming initial registration";
        INITIAL_REGISTRATION_FOLLOW_ON = 9, "initial registration, follow-on request pending";
        MOBILITY_REGISTRATION_UPDATING_FOLLOW_ON = 10, "mobility registration updating, follow-on request pending";
        PERIODIC_REGISTRATION_UPDATING_FOLLOW_ON = 11, "periodic registration updating, follow-on request pending";
        EMERGENCY_REGISTRATION_FOLLOW_ON = 12, "emergency registration, follow-on request pending";
    }

    /// 5GS identity type (TS 24.501 9.11.3.3).
    IdentityType {
        NO_IDENTITY = 0, "no identity";
        SUCI = 1, "SUCI";
        GUTI = 2, "5G-GUTI";
        IMEI = 3, "IMEI";
        S_TMSI = 4, "5G-S-TMSI";
        IMEISV = 5, "IMEISV";
        MAC_ADDRESS = 6, "MAC address";
        EUI_64 = 7, "EUI-64";
    }

    /// Access type (TS 24.501 9.11.2.1A).
    AccessType {
        ACCESS_3GPP = 1, "3GPP access";
        NON_3GPP_ACCESS = 2, "non-3GPP access";
    }

    /// De-registration type (TS 24.501 9.11.3.20): access type in bits 1 and 2, re-registration required in bit 3, switch
    /// off in bit 4.
    DeregistrationType {
        ACCESS_3GPP = 1, "3GPP access";
        NON_3GPP_ACCESS = 2, "non-3GPP access";
        BOTH_ACCESSES = 3, "3GPP access and non-3GPP access";
        RE_REGISTRATION_REQUIRED_3GPP_ACCESS = 5, "3GPP access, re-registration required";
        RE_REGISTRATION_REQUIRED_NON_3GPP_ACCESS = 6, "non-3GPP access, re-registration required";
        RE_REGISTRATION_REQUIRED_BOTH_ACCESSES = 7, "3GPP access and non-3GPP access, re-registration required";
        SWITCH_OFF_3GPP_ACCESS = 9, "3GPP access, switch off";
        SWITCH_OFF_NON_3GPP_ACCESS = 10, "non-3GPP access, switch off";
        SWITCH_OFF_BOTH_ACCESSES = 11, "3GPP access and non-3GPP access, switch off";
    }

    /// Service type (TS 24.501 9.11.3.50).
    ServiceType {
        SIGNALLING = 0, "signalling";
        DATA = 1, "data";
        MOBILE_TERMINATED_SERVICES = 2, "mobile terminated services";
        EMERGENCY_SERVICES = 3, "emergency services";
        EMERGENCY_SERVICES_FALLBACK = 4, "emergency services fallback";
        HIGH_PRIORITY_ACCESS = 5, "high priority access";
        ELEVATED_SIGNALLING = 6, "elevated signalling";
    }

    /// Control plane service type (TS 24.501 9.11.3.18D).
    ControlPlaneServiceType {
        MOBILE_ORIGINATING_REQUEST = 0, "mobile originating request";
        MOBILE_TERMINATING_REQUEST = 1, "mobile terminating request";
        EMERGENCY_SERVICES = 2, "emergency services";
        EMERGENCY_SERVICES_FALLBACK = 3, "emergency services fallback";
    }

    /// Payload container type (TS 24.501 9.11.3.40).
    PayloadContainerType {
        N1_SM_INFORMATION = 1, "N1 SM information";
        SMS = 2, "SMS";
        LPP = 3, "LTE Positioning Protocol message container";
        SOR_TRANSPARENT_CONTAINER = 4, "SOR transparent container";
        UE_POLICY_CONTAINER = 5, "UE policy container";
        UE_PARAMETERS_UPDATE_TRANSPARENT_CONTAINER = 6, "UE parameters update transparent container";
        LOCATION_SERVICES_MESSAGE_CONTAINER = 7, "Location services message container";
        CIOT_USER_DATA_CONTAINER = 8, "CIoT user data container";
        SERVICE_LEVEL_AA_CONTAINER = 9, "Service-level-AA container";
        EVENT_NOTIFICATION = 10, "Event notification";
        UPP_CMI_CONTAINER = 11, "UPP-CMI container";
        SLPP = 12, "SLPP message container";
        MULTIPLE_PAYLOADS = 15, "Multiple payloads";
    }

    /// Request type (TS 24.501 9.11.3.47).
    RequestType {
        INITIAL_REQUEST = 1, "initial request";
        EXISTING_PDU_SESSION = 2, "existing PDU session";
        INITIAL_EMERGENCY_REQUEST = 3, "initial emergency request";
        EXISTING_EMERGENCY_PDU_SESSION = 4, "existing emergency PDU session";
        MODIFICATION_REQUEST = 5, "modification request";
        MA_PDU_REQUEST = 6, "MA PDU request";
    }

    /// MICO indication (TS 24.501 9.11.3.31): all PLMN registration area allocated in bit 1, strictly periodic
    /// registration timer in bit 2.
    MicoIndication {
        MICO = 0, "MICO mode";
        ALL_PLMN_REGISTRATION_AREA_ALLOCATED = 1, "MICO mode, all PLMN registration area allocated";
    }

    /// Network slicing indication (TS 24.501 9.11.3.36): subscription changed in bit 1, default configured NSSAI in bit 2.
    NetworkSlicingIndication {
        NOTHING = 0, "network slicing subscription not changed";
        SUBSCRIPTION_CHANGED = 1, "network slicing subscription changed";
        DEFAULT_CONFIGURED_NSSAI = 2, "requested NSSAI created from default configured NSSAI";
    }

    /// Configuration update indication (TS 24.501 9.11.3.18): acknowledgement requested in bit 1, registration requested in
    /// bit 2.
    ConfigurationUpdateIndication {
        NOTHING = 0, "neither acknowledgement nor registration requested";
        ACKNOWLEDGEMENT_REQUESTED = 1, "acknowledgement requested";
        REGISTRATION_REQUESTED = 2, "registration requested";
        BOTH_REQUESTED = 3, "acknowledgement and registration requested";
    }

    /// SMS indication (TS 24.501 9.11.3.50A).
    SmsIndication {
        NOT_AVAILABLE = 0, "SMS over NAS not available";
        AVAILABLE = 1, "SMS over NAS available";
    }

    /// NSSAI inclusion mode (TS 24.501 9.11.3.37A).
    NssaiInclusionMode {
        A = 0, "NSSAI inclusion mode A";
        B = 1, "NSSAI inclusion mode B";
        C = 2, "NSSAI inclusion mode C";
        D = 3, "NSSAI inclusion mode D";
    }

    /// Additional configuration indication (TS 24.501 9.11.3.74): signalling connection maintain request in bit 1.
    AdditionalConfigurationIndication {
        NO_INFORMATION = 0, "no additional information";
        SIGNALLING_CONNECTION_MAINTAIN_REQUEST = 1, "release of N1 NAS signalling connection not required";
    }

    /// Priority indicator (TS 24.501 9.11.3.91): MCS indicator in bit 1.
    PriorityIndicator {
        MCS_NOT_VALID = 0, "access identity 2 not valid";
        MCS_VALID = 1, "access identity 2 valid";
    }

    /// N5GC indication (TS 24.501 9.11.3.72).
    N5gcIndication {
        NOT_REQUESTED = 0, "N5GC device registration not requested";
        REQUESTED = 1, "N5GC device registration requested";
    }

    /// MA PDU session information (TS 24.501 9.11.3.31A).
    MaPduSessionInformation {
        NO_INFORMATION = 0, "no additional information";
        NETWORK_UPGRADE_ALLOWED = 1, "MA PDU session network upgrade is allowed";
    }

    /// Payload container information (TS 24.501 9.11.3.103).
    PayloadContainerInformation {
        NO_INFORMATION = 0, "no information";
        PARTIAL_REPORTS = 1, "the payload container contains PRU information";
    }

    /// LP-WUS status (TS 24.501 9.11.3): whether the UE is to use the low-power wake-up signal.
    LpWusStatus {}

    /// PDU session type (TS 24.501 9.11.4.11).
    PduSessionType {
        IPV4 = 1, "IPv4";
        IPV6 = 2, "IPv6";
        IPV4V6 = 3, "IPv4v6";
        UNSTRUCTURED = 4, "Unstructured";
        ETHERNET = 5, "Ethernet";
    }

    /// SSC mode (TS 24.501 9.11.4.16).
    SscMode {
        SSC_MODE_1 = 1, "SSC mode 1";
        SSC_MODE_2 = 2, "SSC mode 2";
        SSC_MODE_3 = 3, "SSC mode 3";
        UNUSED_1 = 4, "unused, taken as SSC mode 1";
        UNUSED_2 = 5, "unused, taken as SSC mode 2";
        UNUSED_3 = 6, "unused, taken as SSC mode 3";
    }

    /// Allowed SSC mode (TS 24.501 9.11.4.5): SSC mode 1 in bit 1, 2 in bit 2, 3 in bit 3.
    AllowedSscMode {}

    /// Always-on PDU session indication (TS 24.501 9.11.4.3).
    AlwaysOnPduSessionIndication {
        NOT_ALLOWED = 0, "Always-on PDU session not allowed";
        REQUIRED = 1, "Always-on PDU session required";
    }

    /// Always-on PDU session requested (TS 24.501 9.11.4.4).
    AlwaysOnPduSessionRequested {
        NOT_REQUESTED = 0, "Always-on PDU session not requested";
        REQUESTED = 1, "Always-on PDU session requested";
    }
}

octet! {
    /// PDU session identity (TS 24.501 9.4, TS 24.007 11.2.3.1b), and PDU session identity 2 (9.11.3.41).
    PduSessionIdentity {
        UNASSIGNED = 0, "no PDU session identity assigned";
    }

    /// 5GS update type (TS 24.501 9.11.3.9A): SMS over NAS requested in bit 1, NG-RAN radio capability update in bit 2,
    /// preferred CIoT network behaviour of 5GS in bits 3 and 4, of EPS in bits 5 and 6.
    UpdateType {
        NOTHING = 0, "SMS over NAS not supported, no update needed";
        SMS_REQUESTED = 1, "SMS over NAS supported";
    }

    /// 5GS registration result (TS 24.501 9.11.3.6): access in bits 1 to 3, SMS allowed in bit 4, NSSAA to be performed in
    /// bit 5, emergency registered in bit 6, disaster roaming in bit 7.
    RegistrationResult {
        ACCESS_3GPP = 1, "3GPP access";
        NON_3GPP_ACCESS = 2, "non-3GPP access";
        BOTH_ACCESSES = 3, "3GPP access and non-3GPP access";
        ACCESS_3GPP_SMS_ALLOWED = 9, "3GPP access, SMS over NAS allowed";
        NON_3GPP_ACCESS_SMS_ALLOWED = 10, "non-3GPP access, SMS over NAS allowed";
        BOTH_ACCESSES_SMS_ALLOWED = 11, "3GPP access and non-3GPP access, SMS over NAS allowed";
        ACCESS_3GPP_EMERGENCY = 33, "3GPP access, registered for emergency services";
    }

    /// 5GS DRX parameters (TS 24.501 9.11.3.2A).
    DrxParameters {
        NOT_SPECIFIED = 0, "DRX value not specified";
        T_32 = 1, "DRX cycle parameter T = 32";
        T_64 = 2, "DRX cycle parameter T = 64";
        T_128 = 3, "DRX cycle parameter T = 128";
        T_256 = 4, "DRX cycle parameter T = 256";
    }

    /// NB-N1 mode DRX parameters (TS 24.501 9.11.3.73).
    NbN1ModeDrxParameters {
        NOT_SPECIFIED = 0, "DRX value not specified";
        T_32 = 1, "DRX cycle parameter T = 32";
        T_64 = 2, "DRX cycle parameter T = 64";
        T_128 = 3, "DRX cycle parameter T = 128";
        T_256 = 4, "DRX cycle parameter T = 256";
        T_512 = 5, "DRX cycle parameter T = 512";
        T_1024 = 7, "DRX cycle parameter T = 1024";
    }

    /// UE's usage setting (TS 24.501 9.11.3.55).
    UeUsageSetting {
        VOICE_CENTRIC = 0, "voice centric";
        DATA_CENTRIC = 1, "data centric";
    }

    /// Additional 5G security information (TS 24.501 9.11.3.12): HDP in bit 1, RINMR in bit 2.
    Additional5gSecurityInformation {
        NOTHING = 0, "KAMF derivation not required, retransmission of initial NAS message not requested";
        HDP = 1, "KAMF derivation required";
        RINMR = 2, "retransmission of initial NAS message requested";
        HDP_AND_RINMR = 3, "KAMF derivation required, retransmission of initial NAS message requested";
    }

    /// 5GS additional request result (TS 24.501 9.11.3.81): paging restriction decision in bits 1 and 2.
    AdditionalRequestResult {
        NO_INFORMATION = 0, "no additional information";
        PAGING_RESTRICTION_ACCEPTED = 1, "paging restriction is accepted";
        PAGING_RESTRICTION_REJECTED = 2, "paging restriction is rejected";
    }

    /// Truncated 5G-S-TMSI configuration (TS 24.501 9.11.3.70): bits of the AMF set ID in bits 5 to 8, of the AMF pointer in
    /// bits 1 to 4.
    TruncatedSTmsiConfiguration {}

    /// RAN timing synchronization (TS 24.501 9.11.3.95): RecReq in bit 1.
    RanTimingSynchronization {
        NOT_REQUESTED = 0, "reconnection to the network due to RAN timing synchronization status change not requested";
        REQUESTED = 1, "reconnection to the network due to RAN timing synchronization status change requested";
    }

    /// Non-3GPP path switching information (TS 24.501 9.11.3.102).
    Non3gppPathSwitchingInformation {
        NOT_SUPPORTED = 0, "non-3GPP path switching not supported";
        SUPPORTED = 1, "non-3GPP path switching supported";
    }

    /// Non-3GPP access path switching indication (TS 24.501 9.11.3.99).
    Non3gppAccessPathSwitchingIndication {
        NOT_INDICATED = 0, "switching within non-3GPP access not requested";
        INDICATED = 1, "switching within non-3GPP access requested";
    }

    /// AUN3 indication (TS 24.501 9.11.3.104).
    Aun3Indication {
        NOT_REQUESTED = 0, "AUN3 device registration not requested";
        REQUESTED = 1, "AUN3 device registration requested";
    }

    /// Extended 5GMM cause (TS 24.501 9.11.3.109): satellite NG-RAN not allowed in bit 1.
    ExtendedFgmmCause {
        NO_INFORMATION = 0, "no information";
        SATELLITE_NG_RAN_NOT_ALLOWED = 1, "satellite NG-RAN not allowed in PLMN";
    }

    /// ProSe relay transaction identity (TS 24.501 9.11.3.88).
    ProseRelayTransactionIdentity {
        UNASSIGNED = 0, "no ProSe relay transaction identity assigned";
    }

    /// 5GSM congestion re-attempt indicator (TS 24.501 9.11.4.21): all bits from bit 1: ABO, CATBO.
    CongestionReAttemptIndicator {
        REGISTERED_PLMN = 0, "the back-off timer is applied in the registered PLMN";
        ALL_PLMNS = 1, "the back-off timer is applied in all PLMNs";
    }

    /// Re-attempt indicator (TS 24.501 9.11.4.17): RATC in bit 1, EPLMNC in bit 2.
    ReAttemptIndicator {
        ALLOWED = 0, "UE is allowed to re-attempt in S1 mode and in an equivalent PLMN";
        NOT_ALLOWED_IN_S1_MODE = 1, "UE is not allowed to re-attempt in S1 mode";
        NOT_ALLOWED_IN_EQUIVALENT_PLMN = 2, "UE is not allowed to re-attempt in an equivalent PLMN";
        NOT_ALLOWED = 3, "UE is allowed to re-attempt neither in S1 mode nor in an equivalent PLMN";
    }

    /// Ethernet header compression configuration (TS 24.501 9.11.4.28): CID length in bits 1 and 2.
    EthernetHeaderCompressionConfiguration {
        NOT_USED = 0, "Ethernet header compression not used";
        SEVEN_BITS = 1, "CID length 7 bits";
        FIFTEEN_BITS = 2, "CID length 15 bits";
    }

    /// PDU session pair ID (TS 24.501 9.11.4.32).
    PduSessionPairId {}

    /// RSN (TS 24.501 9.11.4.33).
    Rsn {
        V1 = 0, "v1";
        V2 = 1, "v2";
    }
}

impl RegistrationType {
    /// Type without follow-on request.
    #[must_use]
    pub const fn registration_type(self) -> Self {
        Self(self.0 & 7)
    }

    /// Whether a follow-on request is pending.
    #[must_use]
    pub const fn follow_on_request_pending(self) -> bool {
        self.0 & 8 != 0
    }

    /// The same type with a follow-on request pending or not.
    #[must_use]
    pub const fn with_follow_on_request(self, pending: bool) -> Self {
        Self(self.0 & 7 | if pending { 8 } else { 0 })
    }
}

impl DeregistrationType {
    /// Access type alone.
    #[must_use]
    pub const fn access_type(self) -> Self {
        Self(self.0 & 3)
    }

    /// Whether the network asks the UE to register again.
    #[must_use]
    pub const fn re_registration_required(self) -> bool {
        self.0 & 4 != 0
    }

    /// Whether the UE de-registers because it is switched off.
    #[must_use]
    pub const fn switch_off(self) -> bool {
        self.0 & 8 != 0
    }
}

impl IdentityType {
    /// The type without the spare bit.
    #[must_use]
    pub const fn interpreted(self) -> Self {
        Self(self.0 & 7)
    }
}

impl ServiceType {
    /// The type with unused values as the receiver takes them: 7 and 8 signalling, 9 to 11 data (TS 24.501 table 9.11.3.50.1).
    #[must_use]
    pub const fn interpreted(self) -> Self {
        match self.0 {
            7 | 8 => Self::SIGNALLING,
            9..=11 => Self::DATA,
            _ => self,
        }
    }
}

impl RequestType {
    /// The type without the spare bit.
    #[must_use]
    pub const fn interpreted(self) -> Self {
        Self(self.0 & 7)
    }
}

impl UpdateType {
    /// Whether SMS over NAS is requested.
    #[must_use]
    pub const fn sms_requested(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the radio capabilities for NG-RAN need to be fetched anew.
    #[must_use]
    pub const fn ng_ran_radio_capability_update(self) -> bool {
        self.0 & 2 != 0
    }
}

impl RegistrationResult {
    /// The access registered for, without the flags.
    #[must_use]
    pub const fn access(self) -> Self {
        Self(self.0 & 7)
    }

    /// Whether SMS over NAS is allowed.
    #[must_use]
    pub const fn sms_allowed(self) -> bool {
        self.0 & 8 != 0
    }

    /// Whether network slice-specific authentication and authorization is to be performed.
    #[must_use]
    pub const fn nssaa_performed(self) -> bool {
        self.0 & 16 != 0
    }

    /// Whether the UE is registered for emergency services.
    #[must_use]
    pub const fn emergency_registered(self) -> bool {
        self.0 & 32 != 0
    }
}

impl Additional5gSecurityInformation {
    /// Whether KAMF is derived anew (HDP).
    #[must_use]
    pub const fn kamf_derivation_required(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the initial NAS message is asked for again (RINMR).
    #[must_use]
    pub const fn retransmission_requested(self) -> bool {
        self.0 & 2 != 0
    }
}

impl ConfigurationUpdateIndication {
    /// Whether CONFIGURATION UPDATE COMPLETE is asked for.
    #[must_use]
    pub const fn acknowledgement_requested(self) -> bool {
        self.0 & 1 != 0
    }

    /// Whether the UE shall register anew.
    #[must_use]
    pub const fn registration_requested(self) -> bool {
        self.0 & 2 != 0
    }
}
