//! Elements carried as octets: containers, and what only other layers read.

use crate::common::{fixed, octets};

fixed! {
    /// NID (TS 24.501 9.11.3.79): assignment mode and ten digits, in half octets.
    Nid[6];
    /// DS-TT Ethernet port MAC address (TS 24.501 9.11.4.25).
    DsTtEthernetPortMacAddress[6];
    /// UE-DS-TT residence time (TS 24.501 9.11.4.26).
    UeDsTtResidenceTime[8];
}

octets! {
    /// ABBA (TS 24.501 9.11.3.10): two octets or more.
    Abba;
    /// Additional information (TS 24.501 9.11.2.1).
    AdditionalInformation;
    /// Alternative NSSAI (TS 24.501 9.11.3.97).
    AlternativeNssai;
    /// ATSSS container (TS 24.501 9.11.4.22).
    AtsssContainer;
    /// AUN3 device security key (TS 24.501 9.11.3.107).
    Aun3DeviceSecurityKey;
    /// CAG information list (TS 24.501 9.11.3.18A).
    CagInformationList;
    /// CIoT small data container (TS 24.501 9.11.3.18B).
    CiotSmallDataContainer;
    /// Ciphering key data (TS 24.501 9.11.3.18C).
    CipheringKeyData;
    /// EAP message (TS 24.501 9.11.2.2): a whole EAP packet (RFC 3748).
    EapMessage;
    /// ECN marking for L4S indication (TS 24.501 9.11.4.42).
    EcnMarkingForL4sIndication;
    /// EPS NAS message container (TS 24.501 9.11.3.24): a whole message of TS 24.301.
    EpsNasMessageContainer;
    /// Extended CAG information list (TS 24.501 9.11.3.86).
    ExtendedCagInformationList;
    /// Extended DRX parameters (TS 24.501 9.11.3.26A).
    ExtendedDrxParameters;
    /// Extended LADN information (TS 24.501 9.11.3.96).
    ExtendedLadnInformation;
    /// Extended rejected NSSAI (TS 24.501 9.11.3.75).
    ExtendedRejectedNssai;
    /// Feature authorization indication (TS 24.501 9.11.3.105).
    FeatureAuthorizationIndication;
    /// IP header compression configuration (TS 24.501 9.11.4.24).
    IpHeaderCompressionConfiguration;
    /// LADN indication (TS 24.501 9.11.3.29).
    LadnIndication;
    /// LADN information (TS 24.501 9.11.3.30).
    LadnInformation;
    /// LP-WUSPS assistance information (TS 24.501 9.11.3).
    LpWusPsAssistanceInformation;
    /// Mapped EPS bearer contexts (TS 24.501 9.11.4.8).
    MappedEpsBearerContexts;
    /// Mapped NSSAI (TS 24.501 9.11.3.31B).
    MappedNssai;
    /// N3QAI (TS 24.501 9.11.4.36).
    N3Qai;
    /// N3IWF identifier (TS 24.501 9.11.3.92).
    N3iwfIdentifier;
    /// NAS message container (TS 24.501 9.11.3.33): a whole plain 5GMM message.
    NasMessageContainer;
    /// Non-3GPP delay budget (TS 24.501 9.11.4.37).
    Non3gppDelayBudget;
    /// Non-3GPP device information (TS 24.501 9.11.4.43).
    Non3gppDeviceInformation;
    /// NSAG information (TS 24.501 9.11.3.87).
    NsagInformation;
    /// NSSRG information (TS 24.501 9.11.3.82).
    NssrgInformation;
    /// On-demand NSSAI (TS 24.501 9.11.3.108).
    OnDemandNssai;
    /// Operator-defined access category definitions (TS 24.501 9.11.3.38).
    OperatorDefinedAccessCategoryDefinitions;
    /// Paging restriction (TS 24.501 9.11.3.77).
    PagingRestriction;
    /// Partial NSSAI (TS 24.501 9.11.3.101).
    PartialNssai;
    /// Payload container (TS 24.501 9.11.3.39), read as its payload container type says.
    PayloadContainer;
    /// PEIPS assistance information (TS 24.501 9.11.3.80).
    PeipsAssistanceInformation;
    /// Port management information container (TS 24.501 9.11.4.27).
    PortManagementInformationContainer;
    /// Protocol description (TS 24.501 9.11.4.39).
    ProtocolDescription;
    /// Received MBS container (TS 24.501 9.11.4.31).
    ReceivedMbsContainer;
    /// Relay key request parameters (TS 24.501 9.11.3.89).
    RelayKeyRequestParameters;
    /// Relay key response parameters (TS 24.501 9.11.3.90).
    RelayKeyResponseParameters;
    /// Remote UE context list (TS 24.501 9.11.4.29).
    RemoteUeContextList;
    /// Requested MBS container (TS 24.501 9.11.4.30).
    RequestedMbsContainer;
    /// S-NSSAI location validity information (TS 24.501 9.11.3.100).
    SNssaiLocationValidityInformation;
    /// S-NSSAI time validity information (TS 24.501 9.11.3.101).
    SNssaiTimeValidityInformation;
    /// Service area list (TS 24.501 9.11.3.49).
    ServiceAreaList;
    /// Service-level-AA container (TS 24.501 9.11.2.10).
    ServiceLevelAaContainer;
    /// SM PDU DN request container (TS 24.501 9.11.4.15): an identity as NAI.
    SmPduDnRequestContainer;
    /// List of SNPNs (TS 24.501 9.11.3.92).
    SnpnList;
    /// SOR transparent container (TS 24.501 9.11.3.51).
    SorTransparentContainer;
    /// TNAN information (TS 24.501 9.11.3.98).
    TnanInformation;
    /// Type 6 IE container (TS 24.501 9.11.2.19).
    Type6IeContainer;
    /// URSP rule enforcement reports (TS 24.501 9.11.4.38).
    UrspRuleEnforcementReports;
}
