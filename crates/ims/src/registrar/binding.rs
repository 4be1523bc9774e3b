//! One contact address that is bound to a registration set (RFC 3261 10.3, RFC 5626 6).

use super::input::{Contact, Register};
use super::output::seconds;
use quintet_identity::Impu;
use std::time::Duration;

/// A contact address, and how to reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The contact as it was registered.
    pub contact: Contact,
    /// Path, topmost first: the Route towards it.
    pub path: Vec<String>,
    /// Call-ID of the REGISTER.
    pub call_id: String,
    /// CSeq of the REGISTER.
    pub cseq: u32,
    /// The public identity that it came with.
    pub impu: Impu,
    /// P-Visited-Network-ID.
    pub visited_network: Option<String>,
    /// Since when it is bound, on the clock of [`super::At::now`].
    pub since: Duration,
    /// Until when the UE takes it to be bound.
    pub told_until: Duration,
    /// Until when it is: later.
    pub until: Duration,
}

impl Binding {
    /// A contact of a REGISTER, bound for `expires` seconds as the UE is told.
    pub(super) fn new(
        register: &Register,
        contact: &Contact,
        now: Duration,
        expires: u32,
        margin: Duration,
    ) -> Self {
        let told_until = now + Duration::from_secs(u64::from(expires));
        Self {
            contact: contact.clone(),
            path: register.path.clone(),
            call_id: register.call_id.clone(),
            cseq: register.cseq,
            impu: register.impu.clone(),
            visited_network: register.visited_network.clone(),
            since: now,
            told_until,
            until: told_until + margin,
        }
    }

    /// What is left of it as the UE was told, seconds.
    #[must_use]
    pub fn remaining(&self, now: Duration) -> u32 {
        seconds(self.told_until.saturating_sub(now))
    }

    /// Whether a contact is this one: the same flow of the same instance (RFC 5626 6), or else the same address.
    #[must_use]
    pub fn is_of(&self, contact: &Contact) -> bool {
        match (
            (&self.contact.instance, self.contact.reg_id),
            (&contact.instance, contact.reg_id),
        ) {
            ((Some(ours), Some(flow)), (Some(theirs), Some(other))) => ours == theirs && flow == other,
            _ => self.contact.uri == contact.uri,
        }
    }

    /// Whether a REGISTER is older than the one that bound it (RFC 3261 10.3, step 7).
    pub(super) fn is_newer_than(&self, register: &Register) -> bool {
        self.call_id == register.call_id && self.cseq >= register.cseq
    }
}
