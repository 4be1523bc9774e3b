//! Subscription of sessions (TS 29.503 6.1.6.2.8 to 6.1.6.2.13).

use crate::ts29571::{Ambr, PduSessionType, Snssai, SscMode, SubscribedDefaultQos};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an AMF needs to choose an SMF (6.1.6.2.9).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SmfSelectionSubscriptionData {
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// By slice, written as [`Snssai`]'s text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub subscribed_snssai_infos: BTreeMap<String, SnssaiInfo>,
}

/// The DNNs of a slice (6.1.6.2.10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnssaiInfo {
    /// DNNs.
    pub dnn_infos: Vec<DnnInfo>,
}

/// A DNN (6.1.6.2.11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DnnInfo {
    /// Its name, or `*`.
    pub dnn: String,
    /// Whether it is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_dnn_indicator: Option<bool>,
    /// Whether local breakout is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lbo_roaming_allowed: Option<bool>,
    /// Whether it interworks with EPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iwk_eps_ind: Option<bool>,
}

/// What an SMF needs to know of a subscriber in a slice (6.1.6.2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionManagementSubscriptionData {
    /// The slice.
    pub single_nssai: Snssai,
    /// By DNN.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dnn_configurations: BTreeMap<String, DnnConfiguration>,
}

/// How sessions of a DNN are (6.1.6.2.12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DnnConfiguration {
    /// Kinds of session.
    pub pdu_session_types: PduSessionTypes,
    /// Modes of continuity.
    pub ssc_modes: SscModes,
    /// Whether it interworks with EPS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iwk_eps_ind: Option<bool>,
    /// QoS that a session begins with.
    #[serde(rename = "5gQosProfile", default, skip_serializing_if = "Option::is_none")]
    pub qos_profile: Option<SubscribedDefaultQos>,
    /// Bit rate of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_ambr: Option<Ambr>,
}

/// Kinds of session (6.1.6.2.13).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PduSessionTypes {
    /// The default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_session_type: Option<PduSessionType>,
    /// The others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_session_types: Vec<PduSessionType>,
}

/// Modes of continuity (6.1.6.2.14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SscModes {
    /// The default.
    pub default_ssc_mode: SscMode,
    /// The others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_ssc_modes: Vec<SscMode>,
}
