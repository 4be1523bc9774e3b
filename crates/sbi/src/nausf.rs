//! Nausf_UEAuthentication (TS 29.509 6.1).

mod operation;

pub use operation::{
    Operation, authenticate, confirm_5g_aka, delete_5g_aka, delete_eap_session, deregister, eap_session,
    resource,
};

use crate::nudm::ueau::{AuthType, ResynchronizationInfo};
use crate::ts29571::Links;
use crate::{Base64, Hex, SecretHex};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Name of the API in paths.
pub const API: &str = "nausf-auth";
/// Its version in paths.
pub const VERSION: &str = "v1";
/// Relation of the link to confirm 5G AKA at (6.1.6.2.3).
pub const LINK_5G_AKA: &str = "5g-aka";
/// Relation of the link to go on with EAP at.
pub const LINK_EAP_SESSION: &str = "eap-session";

/// Asks for an authentication (6.1.6.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticationInfo {
    /// `imsi-…`, `nai-…` or `suci-…`.
    pub supi_or_suci: String,
    /// `5G:mnc001.mcc001.3gppnetwork.org`.
    pub serving_network_name: String,
    /// After a synchronisation failure: RAND and AUTS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resynchronization_info: Option<ResynchronizationInfo>,
    /// The device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pei: Option<String>,
    /// Which UDMs may have the subscriber.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udm_group_id: Option<String>,
    /// Routing indicator of the SUCI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_indicator: Option<String>,
    /// Closed access groups of the cell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cell_cag_info: Vec<String>,
    /// The UE does not do 5GC NAS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub n5gc_ind: bool,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
    /// Non-seamless WLAN offload.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nswo_ind: bool,
    /// Disaster roaming.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disaster_roaming_ind: bool,
    /// Onboarding of an SNPN.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub onboarding_ind: bool,
    /// A device that cannot do 5G authentication behind an RG.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub aun3_ind: bool,
}

/// What an authentication begins with (6.1.6.2.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UEAuthenticationCtx {
    /// Method.
    #[serde(rename = "authType")]
    pub auth_type: AuthType,
    /// Challenge of 5G AKA, or an EAP packet.
    #[serde(rename = "5gAuthData")]
    pub auth_data: AuthData,
    /// Where to go on: [`LINK_5G_AKA`] or [`LINK_EAP_SESSION`].
    #[serde(rename = "_links")]
    pub links: BTreeMap<String, Links>,
    /// The serving network's name, as asked for.
    #[serde(
        rename = "servingNetworkName",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub serving_network_name: Option<String>,
}

/// `5gAuthData` (6.1.6.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthData {
    /// Challenge of 5G AKA.
    Av5gAka(Av5gAka),
    /// An EAP packet; `null` is none.
    EapPayload(Option<Base64>),
}

impl Serialize for AuthData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Av5gAka(vector) => vector.serialize(serializer),
            Self::EapPayload(packet) => packet.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AuthData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectOrText;
        impl<'de> serde::de::Visitor<'de> for ObjectOrText {
            type Value = AuthData;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object (Av5gAka) or base64 text (EapPayload)")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<AuthData, A::Error> {
                Av5gAka::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(AuthData::Av5gAka)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AuthData, E> {
                Base64::deserialize(serde::de::value::StrDeserializer::new(text))
                    .map(|packet| AuthData::EapPayload(Some(packet)))
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<AuthData, E> {
                Ok(AuthData::EapPayload(None))
            }
        }
        deserializer.deserialize_any(ObjectOrText)
    }
}

/// The challenge of 5G AKA (6.1.6.2.4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Av5gAka {
    /// RAND.
    pub rand: Hex<16>,
    /// HXRES*.
    pub hxres_star: SecretHex<16>,
    /// AUTN.
    pub autn: Hex<16>,
}

/// What the UE answered (6.1.6.2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationData {
    /// RES*; `null` says that the SEAF has none: the authentication failed.
    #[serde(deserialize_with = "Option::deserialize")]
    pub res_star: Option<SecretHex<16>>,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}

/// Whether it holds (6.1.6.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AuthResult {
    /// It does.
    AuthenticationSuccess,
    /// It does not.
    AuthenticationFailure,
    /// Not known yet.
    AuthenticationOngoing,
}

/// The outcome of 5G AKA (6.1.6.2.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmationDataResponse {
    /// Whether RES* was right.
    pub auth_result: AuthResult,
    /// Whose it is; with success and a SUCI asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supi: Option<String>,
    /// K_SEAF; with success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kseaf: Option<SecretHex<32>>,
}

/// A step of an EAP method (6.1.6.2.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EapSession {
    /// An EAP packet; `null` is none.
    #[serde(rename = "eapPayload", deserialize_with = "Option::deserialize")]
    pub eap_payload: Option<Base64>,
    /// K_SEAF; with success.
    #[serde(rename = "kSeaf", default, skip_serializing_if = "Option::is_none")]
    pub k_seaf: Option<SecretHex<32>>,
    /// Where to go on.
    #[serde(rename = "_links", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Links>,
    /// Whether it holds; absent while it goes on.
    #[serde(rename = "authResult", default, skip_serializing_if = "Option::is_none")]
    pub auth_result: Option<AuthResult>,
    /// Whose it is; with success and a SUCI asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supi: Option<String>,
    /// Features, hexadecimal.
    #[serde(
        rename = "supportedFeatures",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub supported_features: Option<String>,
    /// MSK, for access other than 3GPP's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msk: Option<SecretHex<64>>,
}

/// Whose K_AUSF is to be forgotten (6.1.6.2.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeregistrationInfo {
    /// SUPI.
    pub supi: String,
    /// Features, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_features: Option<String>,
}
