//! Nudm_SubscriberDataManagement, as far as registration and a session need it (TS 29.503 6.1).

mod operation;
mod session;

pub use operation::{DataSet, Operation, get, subscribe, subscription_resource, unsubscribe};
pub use session::{
    DnnConfiguration, DnnInfo, PduSessionTypes, SessionManagementSubscriptionData,
    SmfSelectionSubscriptionData, SnssaiInfo, SscModes,
};

use crate::ts29571::{AccessType, Ambr, PlmnId, RatType, Snssai};
use serde::{Deserialize, Serialize};

/// Name of the API in paths.
pub const API: &str = "nudm-sdm";
/// Its version in paths.
pub const VERSION: &str = "v2";

/// Subscribed slices (6.1.6.2.2).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nssai {
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// Slices for a UE that asks for none.
    pub default_single_nssais: Vec<Snssai>,
    /// The other slices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub single_nssais: Vec<Snssai>,
    /// When the slices were provisioned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioning_time: Option<String>,
}

/// What an AMF needs to know of a subscriber (6.1.6.2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessAndMobilitySubscriptionData {
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// Public identities: `msisdn-…`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gpsis: Vec<String>,
    /// Bit rate of all sessions together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscribed_ue_ambr: Option<Ambr>,
    /// Subscribed slices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nssai: Option<Nssai>,
    /// RATs that are not allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rat_restrictions: Vec<RatType>,
    /// Core networks that are not allowed: `5GC`, `EPC`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub core_network_type_restrictions: Vec<String>,
    /// Accesses that are not allowed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub access_type_restrictions: Vec<AccessType>,
    /// Index to RAT and frequency selection, 1 to 256.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rfsp_index: Option<u16>,
    /// Periodic registration timer, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subs_reg_timer: Option<u32>,
    /// Usage type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ue_usage_type: Option<u32>,
    /// Multimedia priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mps_priority: Option<bool>,
    /// Mission critical priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mcs_priority: Option<bool>,
    /// Active time of power saving, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_time: Option<u32>,
    /// Whether MICO is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mico_allowed: Option<bool>,
    /// Barring of packet services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odb_packet_services: Option<String>,
    /// Subscribed DNNs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscribed_dnn_list: Vec<String>,
    /// Routing indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_indicator: Option<String>,
}

/// Asks to hear of changes (6.1.6.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SdmSubscription {
    /// Who asks, a UUID.
    pub nf_instance_id: String,
    /// Whether it ends with the registration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implicit_unsubscribe: Option<bool>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Where to tell.
    pub callback_reference: String,
    /// By what service name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amf_service_name: Option<String>,
    /// What is watched.
    pub monitored_resource_uris: Vec<String>,
    /// Of which slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_nssai: Option<Snssai>,
    /// Of which DNN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dnn: Option<String>,
    /// The subscription, in an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// As seen in which network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plmn_id: Option<PlmnId>,
    /// Whether the answer brings the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub immediate_report: Option<bool>,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// One subscription for each UE and NF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unique_subscription: Option<bool>,
}

/// Tells of changes (6.1.6.2.11).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ModificationNotification {
    /// What changed.
    pub notify_items: Vec<NotifyItem>,
    /// Of which subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
}

/// A resource that changed (TS 29.571 5.2.4.15).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotifyItem {
    /// Which.
    pub resource_id: String,
    /// How.
    pub changes: Vec<ChangeItem>,
}

/// A change (TS 29.571 5.2.4.16).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangeItem {
    /// `ADD`, `MOVE`, `REMOVE`, `REPLACE`.
    pub op: String,
    /// JSON pointer.
    pub path: String,
    /// JSON pointer of the source of a move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The old value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orig_value: Option<serde_json::Value>,
    /// The new value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_value: Option<serde_json::Value>,
}

/// Which SMFs serve a UE's sessions (6.1.6.2.15); the sessions themselves are the SMF's to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UeContextInSmfData {
    /// By session identity, in decimal.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub pdu_sessions: std::collections::BTreeMap<String, PduSession>,
}

/// A session that an SMF registered (6.1.6.2.16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PduSession {
    /// Data network.
    pub dnn: String,
    /// SMF, a UUID.
    pub smf_instance_id: String,
    /// The SMF's network.
    pub plmn_id: PlmnId,
    /// Slice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_nssai: Option<Snssai>,
}
