//! Nudm_UEContextManagement, as far as the AMF of 3GPP access goes (TS 29.503 6.2).

mod operation;

pub use operation::{
    Operation, deregister_amf, get_amf_registration, register_amf, registration_resource,
    update_amf_registration,
};

use crate::text_enum::text_enum;
use crate::ts29571::{AccessType, Guami, RatType};
use serde::{Deserialize, Serialize};

/// Name of the API in paths.
pub const API: &str = "nudm-uecm";
/// Its version in paths.
pub const VERSION: &str = "v1";

/// The AMF that serves a UE over 3GPP access (6.2.6.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amf3GppAccessRegistration {
    /// The AMF, a UUID.
    pub amf_instance_id: String,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// Whether the UE was purged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_flag: Option<bool>,
    /// The device: `imeisv-…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pei: Option<String>,
    /// Whether IMS voice works everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ims_vo_ps: Option<String>,
    /// Where the AMF hears of another registration.
    pub dereg_callback_uri: String,
    /// By what service name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amf_service_name_dereg: Option<String>,
    /// Where the AMF hears of a P-CSCF's restoration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pcscf_restoration_callback_uri: Option<String>,
    /// Whether this is an initial registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_registration_ind: Option<bool>,
    /// Whether it is one for emergency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emergency_registration_ind: Option<bool>,
    /// The AMF.
    pub guami: Guami,
    /// Whether the registration at an MME is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dr_flag: Option<bool>,
    /// RAT.
    pub rat_type: RatType,
    /// Whether a report of reachability is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urrp_indicator: Option<bool>,
    /// When it registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_time: Option<String>,
    /// No event subscription is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_ee_subscription_ind: Option<bool>,
    /// Whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supi: Option<String>,
    /// Whether the UE must register again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub re_registration_required: Option<bool>,
}

/// Changes of that registration, a merge patch (6.2.6.2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Amf3GppAccessRegistrationModification {
    /// The AMF, which must be the registered one.
    pub guami: Guami,
    /// Whether the UE was purged: ends the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purge_flag: Option<bool>,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pei: Option<String>,
    /// Whether IMS voice works everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ims_vo_ps: Option<String>,
}

text_enum! {
    /// Why a registration ends (6.2.6.3.3).
    DeregistrationReason {
        /// Initial registration elsewhere.
        UeInitialRegistration = "UE_INITIAL_REGISTRATION",
        /// The UE moved.
        UeRegistrationAreaChange = "UE_REGISTRATION_AREA_CHANGE",
        /// The subscription is withdrawn.
        SubscriptionWithdrawn = "SUBSCRIPTION_WITHDRAWN",
        /// It moved to EPS.
        MobilityToEps = "5GS_TO_EPS_MOBILITY",
        /// It attached in EPS.
        MobilityToEpsInitial = "5GS_TO_EPS_MOBILITY_UE_INITIAL_REGISTRATION",
        /// It is to register again.
        ReregistrationRequired = "REREGISTRATION_REQUIRED",
        /// The SMF context went elsewhere.
        SmfContextTransferred = "SMF_CONTEXT_TRANSFERRED",
    }
}

/// Tells an AMF that a registration ends (6.2.6.2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeregistrationData {
    /// Why.
    pub dereg_reason: DeregistrationReason,
    /// Over which access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_type: Option<AccessType>,
    /// Which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pdu_session_id: Option<u8>,
}

/// Why the operator wants a UE's registration ended (6.2.6.2.27).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AmfDeregInfo {
    /// Why.
    pub dereg_reason: DeregistrationReason,
}
