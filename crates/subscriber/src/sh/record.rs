//! What is kept for application servers of one subscriber.

use quintet_identity::{Impu, Msisdn};
use serde::{Deserialize, Serialize};

/// The most repository data of a subscriber, of all identities together.
pub const MAX_REPOSITORY_ENTRIES: usize = 64;

/// The most octets of them together: half of what a Diameter message holds.
pub const MAX_REPOSITORY_OCTETS: usize = 128 * 1024;

/// The most subscriptions to one subscriber's data, of all application servers together.
pub const MAX_SH_SUBSCRIPTIONS: usize = 64;

/// Whom a request names, and so a notification (TS 29.329 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// A public identity.
    Public(Impu),
    /// A number.
    Number(Msisdn),
}

/// An application server: where it is reached over Diameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ApplicationServer {
    /// Origin-Host.
    pub host: String,
    /// Origin-Realm.
    pub realm: String,
}

impl ApplicationServer {
    /// Whether both are one node (RFC 6733 4.3.1).
    #[must_use]
    pub fn is_node(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }
}

/// Repository data (TS 29.328 7.6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryEntry {
    /// Of which public identity.
    pub impu: Impu,
    /// Service-Indication.
    pub service_indication: String,
    /// Sequence-Number.
    pub sequence_number: u32,
    /// The content of ServiceData; `None`: removed, and somebody must be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

/// A subscription to notifications (TS 29.328 6.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShSubscription {
    /// Whose.
    pub server: ApplicationServer,
    /// To whose data.
    pub subject: Subject,
    /// Data-Reference.
    pub data: u32,
    /// Service-Indication: which repository data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_indication: Option<String>,
    /// Server-Name: which filter criteria.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Identity-Set: which identities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_set: Option<u32>,
    /// When it ends, seconds since 1970; `None`: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// Whether one notification may have several kinds of data (Notif-Eff).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub together: bool,
    /// The digest of what was told last.
    pub told: u64,
}

impl ShSubscription {
    /// Whether both are about the same data for the same application server.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.server.is_node(&other.server.host)
            && self.subject == other.subject
            && self.data == other.data
            && self.service_indication == other.service_indication
            && self.server_name == other.server_name
            && self.identity_set == other.identity_set
    }

    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: u64) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }
}

/// All of one subscriber's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShRecord {
    /// Repository data.
    pub repository: Vec<RepositoryEntry>,
    /// Subscriptions.
    pub subscriptions: Vec<ShSubscription>,
}

impl ShRecord {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.repository.is_empty() && self.subscriptions.is_empty()
    }

    /// Repository data, also removed ones.
    #[must_use]
    pub fn entry(&self, impu: &Impu, service_indication: &str) -> Option<&RepositoryEntry> {
        let mut entries = self.repository.iter();
        entries.find(|entry| entry.impu == *impu && entry.service_indication == service_indication)
    }
}
