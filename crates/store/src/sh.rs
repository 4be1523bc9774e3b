//! What a store keeps for application servers (TS 29.328), and how front ends follow it.

use crate::port::Revision;
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_subscriber::sh::{ShRecord, ShSubscription, ShUser};

/// The most subscribers one command answers, whatever its limit.
pub const MAX_SH_LISTED: usize = 1_024;

/// By what a user is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ShKey {
    /// A subscriber.
    Imsi(Imsi),
    /// A public identity.
    Public(Impu),
    /// A number: a subscriber's, the one with the lowest packed IMSI if several have it; or else that of a `tel` identity.
    Number(Msisdn),
}

/// A command of Sh: one transaction, as every [`Command`](crate::Command).
#[derive(Clone, Debug)]
pub enum ShCommand {
    /// All that application servers can be told of a user. → [`ShReply::User`]
    Load {
        /// Whom.
        key: ShKey,
    },
    /// Replaces what is kept for application servers, if it is still what it was made from. → [`ShReply::Version`],
    /// [`StoreError::NoSubscriber`](crate::StoreError::NoSubscriber), [`StoreError::Stale`](crate::StoreError::Stale)
    Set {
        /// Whose.
        imsi: Imsi,
        /// The version it was made from.
        expected: u64,
        /// What it shall be.
        record: Box<ShRecord>,
    },
    /// Whose record changed since a revision, oldest first, each once. What went with its subscriber or IMS subscription is not
    /// listed: those are provisioning changes. → [`ShReply::Changes`]
    Changes {
        /// The last revision known; 0: all.
        since: Revision,
        /// At most so many, and never more than [`MAX_SH_LISTED`]; none means the end.
        limit: usize,
    },
}

impl ShCommand {
    /// Whether it may change the store.
    #[must_use]
    pub fn is_write(&self) -> bool {
        matches!(self, Self::Set { .. })
    }
}

/// The answer to a [`ShCommand`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShReply {
    /// A user, if there is one.
    User(Option<Box<ShUser>>),
    /// The version the record has now: another one after every change, never one that was before.
    Version(u64),
    /// Records that changed.
    Changes {
        /// Ask from here next: the revision of the last one, or the current one if there is none.
        revision: Revision,
        /// Whose, with the subscriptions that are left.
        changed: Vec<(Imsi, Vec<ShSubscription>)>,
    },
}
