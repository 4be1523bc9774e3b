//! What a store keeps of an IMS subscription, and how it is found.

use quintet_identity::{Impi, Impu, Imsi};
use quintet_subscriber::ims::{ImsRecord, ImsSubscription, Registrations};
use std::sync::Arc;

/// Most IMS records one scan answers, whatever its limit: some MB of reply.
pub const MAX_IMS_SCAN: usize = 1_024;

/// Registration changes of a subscription between two provisioning changes of anything: as many versions lie between.
const VERSIONS_PER_REVISION: u64 = 1 << 24;

/// By what an IMS subscription is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ImsKey {
    /// Under which it is kept: also one removed whose registrations were not cleared yet.
    Imsi(Imsi),
    /// One of its private identities.
    Private(Impi),
    /// One of its public identities.
    Public(Impu),
}

/// An IMS subscription as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredIms {
    /// Under which it is kept.
    pub imsi: Imsi,
    /// What is provisioned; `None` if it was removed.
    pub subscription: Option<Arc<ImsSubscription>>,
    /// What S-CSCFs know, if they were not told of a change yet: what was provisioned before it.
    pub told: Option<Arc<ImsSubscription>>,
    /// What S-CSCFs told.
    pub registrations: Registrations,
    /// Another one after every change of any of it, and never one that was before.
    pub version: u64,
}

impl StoredIms {
    /// What is decided on; `None` if the subscription was removed.
    #[must_use]
    pub fn record(&self) -> Option<ImsRecord> {
        Some(ImsRecord {
            subscription: Arc::clone(self.subscription.as_ref()?),
            registrations: self.registrations.clone(),
            version: self.version,
        })
    }
}

/// The version that provisioning at `revision` gives, after `old`: higher than any that a subscription of this IMSI
/// had before, even one that is forgotten.
#[must_use]
pub fn provisioned_version(revision: u64, old: u64) -> u64 {
    (revision * VERSIONS_PER_REVISION).max(old + 1)
}
