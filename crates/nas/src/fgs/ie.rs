//! Information elements of 5GS NAS (TS 24.501 9.11), by what they are about. What TS 24.501 takes from TS 24.301 or
//! TS 24.008 is the element of EPS.

mod capability;
mod identity;
mod octets;
mod qos;
mod session;
mod slice;
mod status;
mod tai_list;
mod types;

pub use crate::eps::ie::{
    AccessTechnologyUtilizationControl, AdditionalInformationRequested, ApnIe as Dnn,
    ControlPlaneOnlyIndication, DaylightSavingTime, EmergencyNumberList, EpsBearerContextStatus,
    ExtendedEmergencyNumberList, GprsTimer, GprsTimer3, ImeisvRequest,
    ListOfPlmnsToBeUsedInDisasterCondition, MobileStationClassmark2, NasKsi,
    NasSecurityAlgorithms as EpsNasSecurityAlgorithms, NetworkName, Non3gppNwProvidedPolicies, PlmnList,
    ProcedureTransactionIdentity, ProtocolConfigurationOptions, RegistrationWaitRange,
    ReleaseAssistanceIndication, ServingPlmnRateControl, SupportedCodecList, TimeZone, TimeZoneAndTime,
    UeNetworkCapability as S1UeNetworkCapability, UeRadioCapabilityId, UeRadioCapabilityIdDeletionIndication,
    UeRequestType, UeSecurityCapability as S1UeSecurityCapability, UeStatus, UnavailabilityConfiguration,
    UnavailabilityInformation, WusAssistanceInformation,
};
pub use capability::{
    FgmmCapability, FgsmCapability, FgsmNetworkFeatureSupport, NasSecurityAlgorithms, NetworkFeatureSupport,
    UeSecurityCapability,
};
pub use identity::MobileIdentity;
pub use octets::*;
pub use qos::{
    MAX_QOS_FLOWS, MAX_QOS_RULES, QosFlow, QosFlowDescriptions, QosFlowParameter, QosRule, QosRules,
};
pub use quintet_identity::fgs::Tai;
pub use session::{
    IntegrityProtectionMaximumDataRate, MaximumNumberOfSupportedPacketFilters, PduAddress, SessionAmbr,
};
pub use slice::{MAX_S_NSSAIS, Nssai, RejectedNssai, RejectedSNssaiCause, SNssaiIe};
pub use status::{
    AllowedPduSessionStatus, PduSessionReactivationResult, PduSessionReactivationResultErrorCause,
    PduSessionStatus, UplinkDataStatus,
};
pub use tai_list::{MAX_TAIS, TaiList};
pub use types::*;
