//! Types that the APIs share (TS 29.571).

mod network;
mod rate;

pub use network::{Guami, Ncgi, NrLocation, PlmnId, PlmnIdNid, Snssai, Tai, UserLocation};
pub use rate::{Ambr, BitRate};

use crate::text_enum::text_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

text_enum! {
    /// Radio access technology (5.4.3.2).
    RatType {
        /// New Radio.
        Nr = "NR",
        /// E-UTRA below a gNB or ng-eNB.
        Eutra = "EUTRA",
        /// Untrusted WLAN.
        Wlan = "WLAN",
        /// Virtual.
        Virtual = "VIRTUAL",
        /// Narrow band IoT.
        NbIot = "NBIOT",
        /// Wireline.
        Wireline = "WIRELINE",
        /// Reduced capability NR.
        NrRedcap = "NR_REDCAP",
    }
}

text_enum! {
    /// Kind of access (5.4.3.1).
    AccessType {
        /// 3GPP.
        ThreeGpp = "3GPP_ACCESS",
        /// Any other.
        NonThreeGpp = "NON_3GPP_ACCESS",
    }
}

text_enum! {
    /// Kind of PDU session (5.4.3.3).
    PduSessionType {
        /// IPv4.
        Ipv4 = "IPV4",
        /// IPv6.
        Ipv6 = "IPV6",
        /// Both.
        Ipv4v6 = "IPV4V6",
        /// No structure.
        Unstructured = "UNSTRUCTURED",
        /// Ethernet.
        Ethernet = "ETHERNET",
    }
}

text_enum! {
    /// Session and service continuity mode (5.4.3.6).
    SscMode {
        /// Mode 1.
        Mode1 = "SSC_MODE_1",
        /// Mode 2.
        Mode2 = "SSC_MODE_2",
        /// Mode 3.
        Mode3 = "SSC_MODE_3",
    }
}

/// A link to a resource (5.2.4.3).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// URI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Link")
            .field("href", &self.href.as_deref().map(crate::path::shown))
            .finish()
    }
}

/// One link or several (5.2.4.5, `LinksValueSchema`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Links {
    /// One.
    One(Link),
    /// Several.
    Many(Vec<Link>),
}

impl Links {
    /// A link to a URI.
    #[must_use]
    pub fn to(href: impl Into<String>) -> Self {
        Self::One(Link {
            href: Some(href.into()),
        })
    }

    /// The first URI.
    #[must_use]
    pub fn href(&self) -> Option<&str> {
        match self {
            Self::One(link) => link.href.as_deref(),
            Self::Many(links) => links.first()?.href.as_deref(),
        }
    }
}

impl Serialize for Links {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(link) => link.serialize(serializer),
            Self::Many(links) => links.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> serde::de::Visitor<'de> for OneOrMany {
            type Value = Links;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a link or an array of links")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Links, A::Error> {
                Link::deserialize(serde::de::value::MapAccessDeserializer::new(map)).map(Links::One)
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(self, seq: A) -> Result<Links, A::Error> {
                Vec::deserialize(serde::de::value::SeqAccessDeserializer::new(seq)).map(Links::Many)
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// Points at a part of a multipart body by its `Content-ID` (5.2.4.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefToBinaryData {
    /// `Content-ID` of the part.
    pub content_id: String,
}

/// Allocation and retention priority (5.5.4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Arp {
    /// 1 (first) to 15.
    pub priority_level: u8,
    /// `NOT_PREEMPT` or `MAY_PREEMPT`.
    pub preempt_cap: String,
    /// `NOT_PREEMPTABLE` or `PREEMPTABLE`.
    pub preempt_vuln: String,
}

/// QoS that a session begins with (5.5.4.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubscribedDefaultQos {
    /// 5QI.
    #[serde(rename = "5qi")]
    pub five_qi: u8,
    /// Priority of the session.
    pub arp: Arp,
    /// Priority of packets, 1 to 127.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority_level: Option<u8>,
}

/// A cause of NGAP (5.4.4.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NgApCause {
    /// Which CHOICE: 0 radio network, 1 transport, 2 NAS, 3 protocol, 4 miscellaneous.
    pub group: u32,
    /// The value in it.
    pub value: u32,
}

/// One change of a JSON patch (5.2.4.4, RFC 6902).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PatchItem {
    /// `replace`, `add`, `remove`, and so on.
    pub op: String,
    /// JSON pointer.
    pub path: String,
    /// JSON pointer of the source of a move or copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}

/// A point in time as `DateTime` writes it (RFC 3339, whole seconds), of a wall clock's seconds since 1970.
#[must_use]
pub fn date_time(wall: std::time::Duration) -> String {
    i64::try_from(wall.as_secs())
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}

/// The wall clock's time since 1970 of a `DateTime`; `None` for what is none, or lies before.
#[must_use]
pub fn read_date_time(text: &str) -> Option<std::time::Duration> {
    let timestamp: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(timestamp.as_second())
        .ok()
        .map(std::time::Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn links_of_either_form() {
        let one: Links = serde_json::from_str(r#"{"href":"http://a/b"}"#).expect("valid");
        assert_eq!(one.href(), Some("http://a/b"));
        let many: Links = serde_json::from_str(r#"[{"href":"http://a/c"},{}]"#).expect("valid");
        assert_eq!(many.href(), Some("http://a/c"));
        assert_eq!(
            serde_json::to_string(&many).expect("valid"),
            r#"[{"href":"http://a/c"},{}]"#
        );
        assert!(serde_json::from_str::<Links>("7").is_err());
    }

    #[test]
    fn dates_read_back() {
        let wall = Duration::from_secs(1_795_289_579);
        assert_eq!(date_time(wall), "2026-11-21T19:32:59Z");
        assert_eq!(read_date_time("2026-11-21T19:32:59Z"), Some(wall));
        assert_eq!(read_date_time("2026-11-21T20:32:59.5+01:00"), Some(wall));
        assert_eq!(read_date_time("1960-01-01T00:00:00Z"), None);
        assert_eq!(read_date_time("soon"), None);
    }

    #[test]
    fn unknown_values_survive() {
        let rat: RatType = serde_json::from_str("\"NR_FUTURE\"").expect("valid");
        assert_eq!(rat, RatType::Other("NR_FUTURE".into()));
        assert_eq!(serde_json::to_string(&rat).expect("valid"), "\"NR_FUTURE\"");
        assert_eq!(RatType::from("NR"), RatType::Nr);
    }
}
