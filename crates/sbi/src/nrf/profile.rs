//! Profiles of network functions (TS 29.510 6.1.6.2) and what a search for them finds (6.2.6.2.2).

use crate::Target;
use crate::ts29571::{Guami, PlmnId, Snssai, Tai};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A network function (6.1.6.2.2, 6.2.6.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NFProfile {
    /// A UUID.
    pub nf_instance_id: String,
    /// `AMF`, `AUSF`, `UDM`.
    pub nf_type: String,
    /// `REGISTERED`, `SUSPENDED`, `UNDISCOVERABLE`.
    pub nf_status: String,
    /// How often it says that it lives, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heart_beat_timer: Option<u32>,
    /// Its networks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plmn_list: Vec<PlmnId>,
    /// Its slices.
    #[serde(rename = "sNssais", default, skip_serializing_if = "Vec::is_empty")]
    pub s_nssais: Vec<Snssai>,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<String>,
    /// Its addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ipv4_addresses: Vec<String>,
    /// Its addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ipv6_addresses: Vec<String>,
    /// Who may use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_nf_types: Vec<String>,
    /// The lower the sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    /// The more the oftener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u16>,
    /// Load, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<u8>,
    /// Of an AMF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amf_info: Option<AmfInfo>,
    /// Its services.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nf_services: Vec<NFService>,
    /// Its services by identifier; later releases have them so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nf_service_list: BTreeMap<String, NFService>,
}

/// A service of it (6.1.6.2.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NFService {
    /// Its identifier in the NF.
    pub service_instance_id: String,
    /// `nausf-auth`.
    pub service_name: String,
    /// Versions.
    pub versions: Vec<NFServiceVersion>,
    /// `http` or `https`.
    pub scheme: String,
    /// `REGISTERED`, `SUSPENDED`, `UNDISCOVERABLE`.
    pub nf_service_status: String,
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fqdn: Option<String>,
    /// Its addresses and ports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ip_end_points: Vec<IpEndPoint>,
    /// What paths begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_prefix: Option<String>,
    /// Who may use it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_nf_types: Vec<String>,
    /// The lower the sooner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<u16>,
    /// The more the oftener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u16>,
    /// Whether it wants tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth2_required: Option<bool>,
}

/// A version of a service (6.1.6.2.4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NFServiceVersion {
    /// `v1`.
    pub api_version_in_uri: String,
    /// `1.3.0`.
    pub api_full_version: String,
}

/// An address and port (6.1.6.2.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IpEndPoint {
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv4_address: Option<String>,
    /// Address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ipv6_address: Option<String>,
    /// `TCP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transport: Option<String>,
    /// Port; absent for that of the scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

/// What an AMF serves (6.1.6.2.11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AmfInfo {
    /// Set: three hexadecimal digits.
    pub amf_set_id: String,
    /// Region: two hexadecimal digits.
    pub amf_region_id: String,
    /// Identifiers.
    pub guami_list: Vec<Guami>,
    /// Tracking areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tai_list: Vec<Tai>,
}

/// What a search found (6.2.6.2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// How long this holds, seconds.
    pub validity_period: u64,
    /// Who was found.
    pub nf_instances: Vec<NFProfile>,
}

impl NFProfile {
    /// Every service of a name.
    pub fn services<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a NFService> {
        self.nf_services
            .iter()
            .chain(self.nf_service_list.values())
            .filter(move |service| service.service_name == name)
    }

    /// Where a service of this NF is called: its own end point or name, else the NF's (6.1.6.2.3). A prefix of paths is
    /// not supported: such services are passed over.
    #[must_use]
    pub fn target(&self, service: &NFService) -> Option<Target> {
        if service
            .api_prefix
            .as_deref()
            .is_some_and(|prefix| !prefix.trim_matches('/').is_empty())
        {
            return None;
        }
        let tls = service.scheme == "https";
        let end_point = service.ip_end_points.first();
        let port = end_point
            .and_then(|end| end.port)
            .unwrap_or(if tls { 443 } else { 80 });
        let bracketed = |address: &String| format!("[{address}]");
        let own = |end: &super::IpEndPoint| {
            end.ipv4_address
                .clone()
                .or_else(|| end.ipv6_address.as_ref().map(bracketed))
        };
        // Certificates name hosts: with TLS the name comes first.
        let by_name = || service.fqdn.clone().or_else(|| self.fqdn.clone());
        let by_address = || {
            end_point
                .and_then(own)
                .or_else(|| self.ipv4_addresses.first().cloned())
                .or_else(|| self.ipv6_addresses.first().map(bracketed))
        };
        let host = if tls {
            by_name().or_else(by_address)
        } else {
            by_address().or_else(by_name)
        }?;
        Some(Target {
            tls,
            authority: format!("{host}:{port}"),
        })
    }
}
