//! Where a subscriber is served: location data of TS 23.008 2.4 and 2.13, kept by ULR, NOR, PUR, over SWx by MAR and
//! SAR, over S6c by SRR and RDR.

use super::{AaaServer, MessageWaiting};
use quintet_identity::{Apn, Imei, Imeisv, Msisdn, Plmn};
use std::net::IpAddr;

/// The serving node of one domain (an MME over S6a, an SGSN over S6d).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServingNode {
    /// Origin-Host of the node: MME or SGSN identity (TS 23.008 2.4.24).
    pub host: String,
    /// Origin-Realm of the node.
    pub realm: String,
    /// Visited-PLMN-Id.
    pub visited_plmn: Option<Plmn>,
    /// RAT-Type as the node reported it (TS 29.212 5.3.31).
    pub rat_type: Option<u32>,
    /// The node's Feature-List 1 (TS 29.272 7.3.10).
    #[serde(default)]
    pub features: u32,
    /// The node's Feature-List 2.
    #[serde(default)]
    pub features_2: u32,
    /// Whether the UE is purged here (TS 23.008 2.7.6).
    #[serde(default)]
    pub purged: bool,
    /// Homogeneous-Support-of-IMS-Voice-Over-PS-Sessions, if reported.
    pub ims_voice: Option<bool>,
    /// UE-SRVCC-Capability, if reported.
    pub srvcc: Option<bool>,
    /// IMEI of Terminal-Information.
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    pub imeisv: Option<Imeisv>,
    /// MME-Number-for-MT-SMS, if the MME is registered for SMS (TS 29.272 7.3.159).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mme_number_for_mt_sms: Option<Msisdn>,
    /// When the registration was stored: seconds since 1970, for people.
    pub since: u64,
}

/// A PDN gateway that an MME chose and told with NOR (TS 29.272 5.2.5).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PdnGateway {
    /// Context-Identifier of the APN configuration.
    pub context_identifier: u32,
    /// The APN (Service-Selection).
    pub apn: Option<Apn>,
    /// Destination-Host of MIP6-Agent-Info.
    pub host: Option<String>,
    /// Destination-Realm of MIP6-Agent-Info.
    pub realm: Option<String>,
    /// MIP-Home-Agent-Address entries of MIP6-Agent-Info.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub addresses: Vec<IpAddr>,
}

/// All of one subscriber's location data.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Location {
    /// Registered MME.
    pub mme: Option<ServingNode>,
    /// Registered SGSN (S6d).
    pub sgsn: Option<ServingNode>,
    /// The 3GPP AAA server (SWx).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aaa: Option<AaaServer>,
    /// Which service centres wait for the UE (S6c). It is what is left when serving nodes are forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_waiting: Option<MessageWaiting>,
    /// PDN gateways in use, by Context-Identifier, whichever access they serve.
    pub pdn_gateways: Vec<PdnGateway>,
}

impl Location {
    /// The MME that serves, if the UE is not purged there.
    #[must_use]
    pub fn serving_mme(&self) -> Option<&ServingNode> {
        self.mme.as_ref().filter(|node| !node.purged)
    }

    /// The SGSN that serves, if the UE is not purged there.
    #[must_use]
    pub fn serving_sgsn(&self) -> Option<&ServingNode> {
        self.sgsn.as_ref().filter(|node| !node.purged)
    }
}
