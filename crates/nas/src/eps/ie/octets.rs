//! Elements carried as octets: keys' fingerprints, nonces, containers, and what only other layers read.

use crate::common::{fixed, octets};

fixed! {
    /// HashMME (TS 24.301 9.9.3.50): 64 bits of SHA-256 over the unprotected ATTACH REQUEST or TRACKING AREA UPDATE REQUEST.
    HashMme[8];
    /// Nonce (TS 24.301 9.9.3.25).
    Nonce[4];
    /// P-TMSI signature (TS 24.008 10.5.5.8).
    PTmsiSignature[3];
    /// Time zone and time (TS 24.008 10.5.3.9): year, month, day, hour, minute, second, zone, half octets swapped.
    TimeZoneAndTime[7];
}

octets! {
    /// Replayed NAS message container (TS 24.301 9.9.3.51): the whole ATTACH REQUEST or TRACKING AREA UPDATE REQUEST.
    ReplayedNasMessageContainer;
    /// ESM message container (TS 24.301 9.9.3.15): a whole ESM message.
    EsmMessageContainer;
    /// NAS message container (TS 24.301 9.9.3.22): a message of another protocol, such as SMS.
    NasMessageContainer;
    /// Generic message container (TS 24.301 9.9.3.43).
    GenericMessageContainer;
    /// Additional information (TS 24.301 9.9.2.0).
    AdditionalInformation;
    /// Mobile station classmark 3 (TS 24.008 10.5.1.7), a bit string of optional parts.
    MobileStationClassmark3;
    /// Supported codec list (TS 24.008 10.5.4.32).
    SupportedCodecList;
    /// Emergency number list (TS 24.008 10.5.3.13).
    EmergencyNumberList;
    /// Extended emergency number list (TS 24.301 9.9.3.37A).
    ExtendedEmergencyNumberList;
    /// Network resource identifier container (TS 24.008 10.5.5.24A).
    NetworkResourceIdentifierContainer;
    /// N1 UE network capability (TS 24.301 9.9.3.57).
    N1UeNetworkCapability;
    /// UE radio capability ID (TS 24.301 9.9.3.60).
    UeRadioCapabilityId;
    /// Ciphering key data (TS 24.301 9.9.3.56).
    CipheringKeyData;
    /// DCN-ID (TS 24.008 10.5.5.35).
    DcnId;
    /// Header compression configuration status (TS 24.301 9.9.4.27).
    HeaderCompressionConfigurationStatus;
    /// Header compression configuration (TS 24.301 9.9.4.22).
    HeaderCompressionConfiguration;
    /// WUS assistance information (TS 24.301 9.9.3.62).
    WusAssistanceInformation;
    /// NB-S1 DRX parameter (TS 24.301 9.9.3.63).
    NbS1DrxParameter;
    /// IMSI offset (TS 24.301 9.9.3.64).
    ImsiOffset;
    /// Network name (TS 24.008 10.5.3.5a).
    NetworkName;
    /// CLI (TS 24.301 9.9.3.38).
    Cli;
    /// LCS client identity (TS 24.301 9.9.3.41).
    LcsClientIdentity;
    /// Transaction identifier (TS 24.008 10.5.6.7).
    TransactionIdentifier;
    /// Quality of service (TS 24.008 10.5.6.5).
    QualityOfService;
    /// Packet flow identifier (TS 24.008 10.5.6.11).
    PacketFlowIdentifier;
    /// NBIFOM container (TS 24.008 10.5.6.21).
    NbifomContainer;
    /// Serving PLMN rate control (TS 24.301 9.9.4.28).
    ServingPlmnRateControl;
    /// Extended APN aggregate maximum bit rate (TS 24.301 9.9.4.29).
    ExtendedApnAmbr;
    /// Extended quality of service (TS 24.301 9.9.4.30).
    ExtendedQualityOfService;
    /// Traffic flow template (TS 24.008 10.5.6.12).
    TrafficFlowTemplate;
    /// Traffic flow aggregate description (TS 24.301 9.9.4.15).
    TrafficFlowAggregateDescription;
    /// Remote UE context list (TS 24.301 9.9.4.20).
    RemoteUeContextList;
    /// PKMF address (TS 24.301 9.9.4.21).
    PkmfAddress;
    /// User data container (TS 24.301 9.9.4.24).
    UserDataContainer;
    /// Access technology utilization control (TS 24.301 9.9.3.3A).
    AccessTechnologyUtilizationControl;
    /// S&F satellite operation parameters (TS 24.301 9.9.3.73).
    SfSatelliteOperationParameters;
    /// Registration wait range (TS 24.301 9.9.3.75).
    RegistrationWaitRange;
    /// List of PLMNs to be used in disaster condition (TS 24.301 9.9.3.76).
    ListOfPlmnsToBeUsedInDisasterCondition;
    /// Unavailability configuration (TS 24.301 9.9.3.70).
    UnavailabilityConfiguration;
    /// Unavailability information (TS 24.301 9.9.3.69).
    UnavailabilityInformation;
    /// Paging restriction (TS 24.301 9.9.3.66).
    PagingRestriction;
    /// UE coarse location information (TS 24.301 9.9.3.72).
    UeCoarseLocationInformation;
    /// EPS network feature support (TS 24.301 9.9.3.12A), one octet or more.
    EpsNetworkFeatureSupport;
}

impl EpsNetworkFeatureSupport<'_> {
    /// IMS voice over PS session in S1 mode supported (octet 3 bit 1).
    #[must_use]
    pub fn ims_vops(&self) -> bool {
        self.bit(0, 1)
    }

    /// Emergency bearer services in S1 mode supported (octet 3 bit 2).
    #[must_use]
    pub fn emc_bs(&self) -> bool {
        self.bit(0, 2)
    }

    /// Bit 1 to 8 of an octet, counted from the first of the value part; absent octets are zero.
    #[must_use]
    pub fn bit(&self, octet: usize, bit: u8) -> bool {
        self.0
            .get(octet)
            .is_some_and(|o| o >> bit.saturating_sub(1).min(7) & 1 == 1)
    }
}
