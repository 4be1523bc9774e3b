//! The 5GS subscription: what Nudm_SDM tells of a subscriber (TS 29.503 6.1.6.2), and how it is authenticated.
//!
//! Where nothing is said, 5GS serves what EPS does: a subscriber of before needs no change to register in 5GS. Left out,
//! because nothing here uses them: charging, CAG, steering of roaming, LADN, closed access groups, traces.

use super::{AllocationRetentionPriority, Ambr, Subscription};
use quintet_identity::fgs::Tac;
use quintet_identity::{Apn, SNssai};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// AuthMethod (TS 29.505 6.2.6.3.2, TS 33.501 6.1.1): which authentication the subscriber's UE is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum AuthenticationMethod {
    /// 5G AKA (TS 33.501 6.1.3.2).
    #[default]
    #[serde(rename = "5G_AKA")]
    FgAka,
    /// EAP-AKA' (TS 33.501 6.1.3.1).
    #[serde(rename = "EAP_AKA_PRIME")]
    EapAkaPrime,
}

/// PduSessionType (TS 29.571 5.4.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum PduSessionType {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
    /// Both.
    #[default]
    Ipv4v6,
    /// Unstructured.
    Unstructured,
    /// Ethernet.
    Ethernet,
}

/// RatType (TS 29.571 5.4.3.2), as far as a UE comes to 5GC over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RatType {
    /// NR.
    #[serde(rename = "NR")]
    Nr,
    /// E-UTRA.
    #[serde(rename = "EUTRA")]
    Eutra,
    /// Untrusted WLAN.
    #[serde(rename = "WLAN")]
    Wlan,
    /// Reduced capability NR.
    #[serde(rename = "NR_REDCAP")]
    NrRedcap,
}

impl RatType {
    /// Its name in TS 29.571.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nr => "NR",
            Self::Eutra => "EUTRA",
            Self::Wlan => "WLAN",
            Self::NrRedcap => "NR_REDCAP",
        }
    }
}

/// DnnConfiguration with its DnnInfo (TS 29.503 6.1.6.2.9, 6.1.6.2.5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DnnConfiguration {
    /// The data network, network identifier only.
    pub dnn: Apn,
    /// Whether it is the default DNN of its slice.
    #[serde(default)]
    pub default: bool,
    /// The default type of a PDU session.
    #[serde(default)]
    pub pdu_session_type: PduSessionType,
    /// 5QI of the default flow.
    #[serde(rename = "5qi")]
    pub five_qi: u8,
    /// Allocation and retention priority of the default flow.
    pub arp: AllocationRetentionPriority,
    /// Session AMBR; `None` = the subscriber's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambr: Option<Ambr>,
}

/// A subscribed S-NSSAI (TS 29.503 6.1.6.2.2, 6.1.6.2.8).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubscribedSNssai {
    /// Which.
    pub s_nssai: SNssai,
    /// Whether it serves a UE that asks for none (TS 23.501 5.15.3).
    #[serde(default)]
    pub default: bool,
    /// Its DNNs; none: those of the EPS subscription, the APNs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dnns: Vec<DnnConfiguration>,
}

/// ServiceAreaRestriction (TS 29.571 5.4.4.7), by tracking areas of the home network's numbering.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ServiceArea {
    /// ALLOWED_AREAS: service in these alone.
    #[cfg_attr(feature = "openapi", schema(title = "AllowedAreas"))]
    Allowed(Vec<TacText>),
    /// NOT_ALLOWED_AREAS: no service in these.
    #[cfg_attr(feature = "openapi", schema(title = "NotAllowedAreas"))]
    NotAllowed(Vec<TacText>),
}

/// A TAC, six hexadecimal digits in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TacText(pub Tac);

#[cfg(feature = "openapi")]
quintet_identity::text_schema!(
    TacText, "^[0-9A-Fa-f]{6}$", "000001", "Tracking area code (TS 23.003 19.4.2.3)";
);

impl TryFrom<String> for TacText {
    type Error = quintet_identity::IdentityError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl From<TacText> for String {
    fn from(tac: TacText) -> Self {
        tac.0.to_string()
    }
}

/// The 5GS subscription of one or many subscribers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct FgsSubscription {
    /// Whether 5GC serves the subscriber at all; if not, UNKNOWN_5GS_SUBSCRIPTION.
    pub subscribed: bool,
    /// How the UE is authenticated.
    pub authentication_method: AuthenticationMethod,
    /// Subscribed slices, one default at least.
    pub nssai: Vec<SubscribedSNssai>,
    /// UE-AMBR; `None` = that of EPS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambr: Option<Ambr>,
    /// ratRestrictions: over these the UE is not served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rat_restrictions: Vec<RatType>,
    /// forbiddenAreas: there the UE may not even register (TS 23.501 5.3.4.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forbidden_areas: Vec<TacText>,
    /// serviceAreaRestriction: where it may register, and have service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_area: Option<ServiceArea>,
}

impl Default for FgsSubscription {
    /// 5G AKA, slice 1 (eMBB) with the APNs of EPS, no restriction.
    fn default() -> Self {
        Self {
            subscribed: true,
            authentication_method: AuthenticationMethod::default(),
            nssai: vec![SubscribedSNssai {
                s_nssai: SNssai::EMBB,
                default: true,
                dnns: Vec::new(),
            }],
            ambr: None,
            rat_restrictions: Vec::new(),
            forbidden_areas: Vec::new(),
            service_area: None,
        }
    }
}

impl FgsSubscription {
    /// Whether it says nothing.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Subscription {
    /// UE-AMBR in 5GS.
    #[must_use]
    pub fn fgs_ambr(&self) -> Ambr {
        self.fgs.ambr.unwrap_or(self.ambr)
    }

    /// The DNNs of a subscribed slice, the default one marked: its own, or the APNs of EPS.
    #[must_use]
    pub fn dnns<'a>(&'a self, slice: &'a SubscribedSNssai) -> Cow<'a, [DnnConfiguration]> {
        if !slice.dnns.is_empty() {
            return Cow::Borrowed(&slice.dnns);
        }
        let of_apn = |apn: &super::ApnConfiguration| DnnConfiguration {
            dnn: apn.apn.clone(),
            default: apn.context_identifier == self.default_context_identifier,
            pdu_session_type: match apn.pdn_type {
                super::PdnType::Ipv4 => PduSessionType::Ipv4,
                super::PdnType::Ipv6 => PduSessionType::Ipv6,
                super::PdnType::Ipv4v6 | super::PdnType::Ipv4OrIpv6 => PduSessionType::Ipv4v6,
            },
            // The standardised QCI and 5QI have the same numbers (TS 23.203 table 6.1.7, TS 23.501 table 5.7.4-1).
            five_qi: apn.qci.0,
            arp: apn.arp,
            ambr: apn.ambr,
        };
        Cow::Owned(self.apn_configurations.iter().map(of_apn).collect())
    }
}
