//! Nudm_UEAuthentication (TS 29.503 6.3).

mod operation;
mod vector;

pub use operation::{Operation, auth_event, auth_event_resource, delete_auth, generate_auth_data};
pub use vector::{AuthenticationVector, Av5GHeAka, AvEapAkaPrime, AvType};

use crate::Hex;
use crate::text_enum::text_enum;
use serde::{Deserialize, Serialize};

/// Name of the API in paths.
pub const API: &str = "nudm-ueau";
/// Its version in paths.
pub const VERSION: &str = "v1";

text_enum! {
    /// Authentication method (6.3.6.3.3; TS 29.509 6.1.6.3.3).
    AuthType {
        /// 5G AKA.
        FiveGAka = "5G_AKA",
        /// EAP-AKA'.
        EapAkaPrime = "EAP_AKA_PRIME",
        /// EAP-TLS.
        EapTls = "EAP_TLS",
        /// EAP-TTLS.
        EapTtls = "EAP_TTLS",
        /// None: the subscriber is authenticated elsewhere, or not at all.
        None = "NONE",
    }
}

/// Asks for an authentication vector (6.3.6.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationInfoRequest {
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// `5G:mnc001.mcc001.3gppnetwork.org`.
    pub serving_network_name: String,
    /// After a synchronisation failure: RAND and AUTS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resynchronization_info: Option<ResynchronizationInfo>,
    /// The AUSF, a UUID.
    pub ausf_instance_id: String,
    /// Closed access groups of the cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cell_cag_info: Vec<String>,
    /// The UE does not do 5GC NAS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub n5gc_ind: bool,
    /// Non-seamless WLAN offload.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nswo_ind: bool,
    /// Disaster roaming.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disaster_roaming_ind: bool,
    /// A device that cannot do 5G authentication behind an RG.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aun3_ind: bool,
}

/// RAND and AUTS of a synchronisation failure (6.3.6.2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResynchronizationInfo {
    /// RAND of the challenge.
    pub rand: Hex<16>,
    /// AUTS of the UE.
    pub auts: Hex<14>,
}

/// A vector, and whose (6.3.6.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationInfoResult {
    /// Method.
    pub auth_type: AuthType,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// The vector; absent for methods that have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication_vector: Option<AuthenticationVector>,
    /// The SUPI, when a SUCI was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supi: Option<String>,
    /// Whether AKMA keys are to be made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub akma_ind: bool,
    /// Whether an AAA server authenticates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auth_aaa: bool,
    /// Routing indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_id: Option<String>,
    /// Whether the MSK is wanted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub msk_ind: bool,
}

/// How an authentication ended (6.3.6.2.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthEvent {
    /// The AUSF, a UUID.
    pub nf_instance_id: String,
    /// Whether it held.
    pub success: bool,
    /// When: `2026-11-21T19:32:59Z`.
    pub time_stamp: String,
    /// Method.
    pub auth_type: AuthType,
    /// The serving network's name.
    pub serving_network_name: String,
    /// Whether the result is to be removed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auth_removal_ind: bool,
    /// AUSF set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nf_set_id: Option<String>,
}
