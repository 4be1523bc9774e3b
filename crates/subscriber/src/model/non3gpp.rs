//! Access to EPC that is not 3GPP's: what is subscribed (TS 29.273 8.2.3.1, TS 23.008 2.13), and which 3GPP AAA server serves.
//!
//! Where nothing is said, a subscriber may use it: WLAN by an ePDG or a trusted gateway, with the APNs of EPS. Left
//! out, because nothing here uses them: trace, TWAN access information, emergency gateways, ERP, PDN connections that
//! are not IP.

use quintet_identity::{Imei, Imeisv};
use serde::{Deserialize, Serialize};

/// RAT-Type of an access that is not 3GPP's (TS 29.212 5.3.31).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Non3gppRat {
    /// WLAN (0).
    Wlan,
    /// VIRTUAL (1): it is not known which.
    Virtual,
    /// CDMA2000_1X (2000).
    #[serde(rename = "cdma2000_1x")]
    Cdma2000,
    /// HRPD (2001).
    Hrpd,
    /// UMB (2002).
    Umb,
    /// EHRPD (2003).
    Ehrpd,
}

impl Non3gppRat {
    /// The value on the wire.
    #[must_use]
    pub const fn value(self) -> u32 {
        match self {
            Self::Wlan => 0,
            Self::Virtual => 1,
            Self::Cdma2000 => 2000,
            Self::Hrpd => 2001,
            Self::Umb => 2002,
            Self::Ehrpd => 2003,
        }
    }
}

/// What is subscribed of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Non3gppSubscription {
    /// Whether there is any; if not, 5450 USER_NO_NON_3GPP_SUBSCRIPTION.
    pub subscribed: bool,
    /// Non-3GPP-IP-Access: subscribed, and barred (TS 29.273 8.2.3.3).
    pub barred: bool,
    /// Non-3GPP-IP-Access-APN: whether the APNs may be used (TS 29.273 8.2.3.4).
    pub apns_enabled: bool,
    /// RAT-Type: access technologies that are not allowed (TS 23.008 2.13.126), each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub restricted_rats: Vec<Non3gppRat>,
}

impl Default for Non3gppSubscription {
    fn default() -> Self {
        Self {
            subscribed: true,
            barred: false,
            apns_enabled: true,
            restricted_rats: Vec::new(),
        }
    }
}

impl Non3gppSubscription {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a RAT-Type is one that is not allowed.
    #[must_use]
    pub fn restricts(&self, rat_type: u32) -> bool {
        self.restricted_rats.iter().any(|rat| rat.value() == rat_type)
    }
}

/// The 3GPP AAA server of a subscriber (TS 23.008 2.13.23), kept by MAR and SAR.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AaaServer {
    /// Origin-Host: 3GPP-AAA-Server-Name.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
    /// Whether the UE is registered there; if not, vectors were fetched.
    #[serde(default)]
    pub registered: bool,
    /// RAT-Type of the last MAR, if it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rat_type: Option<u32>,
    /// Visited-Network-Identifier, if one was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visited_network: Option<String>,
    /// IMEI of Terminal-Information.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imei: Option<Imei>,
    /// IMEI and Software-Version of Terminal-Information.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imeisv: Option<Imeisv>,
    /// When it was stored: seconds since 1970, for people.
    pub since: u64,
}

impl AaaServer {
    /// Whether it goes by this name (RFC 6733 4.3.1).
    #[must_use]
    pub fn is_named(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }
}
