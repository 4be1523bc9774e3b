//! What those who provision keep beside subscribers: who they are (tokens), what they did (audit), which requests were
//! done already; and several commands as one.
//!
//! ```text
//!  Transaction: request done before? ──yes──► Replayed (nothing happens)
//!                     │ no
//!               conditions ── one fails ──► Changed (nothing happens)
//!                     │
//!               commands in order ── one fails ──► Refused { at } (nothing happened)
//!                     │
//!               audit, request ──► Committed
//! ```
//!
//! Text that only those who provision understand (roles, scopes, fields of an audit entry) is opaque to a store.

use crate::command::Command;
use crate::port::Revision;
use crate::reply::StoreError;
use quintet_identity::{Impu, Imsi, Msisdn};
use quintet_subscriber::ims::ImsSubscription;
use quintet_subscriber::model::Subscriber;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Most subscribers or audit entries one command answers, whatever its limit.
pub const MAX_ADMIN_LISTED: usize = 1_024;

/// Most tokens: each is in the memory of every process that checks them.
pub const MAX_TOKENS: u64 = 1_000;

/// Most entries of the audit log; past it the oldest go. Some 300 MB of a database.
pub const MAX_AUDIT_ENTRIES: u64 = 1_000_000;

/// Most requests that are remembered; past it the oldest go, before their day is over.
pub const MAX_REMEMBERED_REQUESTS: u64 = 100_000;

/// How long a request is remembered, in seconds: a day.
pub const REMEMBERED_S: u64 = 86_400;

/// Most octets of the answer that is remembered with a request.
pub const MAX_REMEMBERED_OCTETS: usize = 256 * 1024;

/// Most old entries that go with each new one: twice as many as come would do, and nobody waits for thousands.
pub const PRUNED_AT_ONCE: usize = 16;

/// By what subscribers are found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SubscriberKey {
    /// The one.
    Imsi(Imsi),
    /// All with this number, in ascending order of packed IMSI.
    Msisdn(Msisdn),
    /// The one whose public identity it is.
    Public(Impu),
}

/// A subscriber as provisioning sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The subscriber.
    pub subscriber: Subscriber,
    /// Its IMS subscription.
    pub ims: Option<Arc<ImsSubscription>>,
    /// That of the last provisioning change of either: none has it again.
    pub revision: Revision,
}

/// What must be as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Who.
    pub imsi: Imsi,
    /// [`Provisioned::revision`]; `None`: there is no such subscriber.
    pub revision: Option<Revision>,
}

/// Who may do what. The secret itself is nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its name, which is its key.
    pub name: String,
    /// SHA-256 of the secret, which is 256 random bits.
    pub digest: [u8; 32],
    /// What it may do.
    pub role: String,
    /// To what it is limited.
    pub scopes: String,
    /// When it was made, seconds since 1970.
    pub made: u64,
    /// From when on it counts no more, seconds since 1970.
    pub expires: Option<u64>,
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When, milliseconds since 1970.
    pub at_ms: u64,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
    /// To whom or what.
    pub subject: String,
    /// What came of it.
    pub outcome: String,
    /// What changed, from what to what: JSON. No secrets.
    pub fields: String,
}

/// An entry of the audit log in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Higher than that of any entry before.
    pub number: u64,
    /// The entry.
    pub entry: AuditEntry,
}

/// Which entries of the audit log are wanted: those that fit all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By whom.
    pub who: Option<String>,
    /// What begins so.
    pub what: Option<String>,
    /// To whom or what.
    pub subject: Option<String>,
    /// Not before, milliseconds since 1970.
    pub since_ms: Option<u64>,
    /// Before, milliseconds since 1970.
    pub until_ms: Option<u64>,
}

impl AuditFilter {
    /// Whether an entry fits.
    #[must_use]
    pub fn fits(&self, entry: &AuditEntry) -> bool {
        self.who.as_ref().is_none_or(|who| *who == entry.who)
            && self
                .what
                .as_ref()
                .is_none_or(|what| entry.what.starts_with(what.as_str()))
            && self
                .subject
                .as_ref()
                .is_none_or(|subject| *subject == entry.subject)
            && self.since_ms.is_none_or(|since| entry.at_ms >= since)
            && self.until_ms.is_none_or(|until| entry.at_ms < until)
    }
}

/// A request that was done, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedRequest {
    /// Digest of who asked, and the key it gave the request.
    pub key: [u8; 32],
    /// Digest of what was asked.
    pub fingerprint: [u8; 32],
    /// When, seconds since 1970.
    pub at: u64,
    /// The answer's status.
    pub status: u16,
    /// Where what was made is; empty: nothing was.
    pub location: String,
    /// The revision the transaction led to: the store says it.
    pub revision: Revision,
    /// The answer's body.
    pub body: Vec<u8>,
}

/// Commands that happen together, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    /// When, seconds since 1970.
    pub now: u64,
    /// What must be as it was read.
    pub conditions: Vec<Condition>,
    /// What is done, in order: commands that write, but no transactions.
    pub commands: Vec<Command>,
    /// What is written down of it.
    pub audit: Vec<AuditEntry>,
    /// Entries of the audit log older than this go, milliseconds since 1970.
    pub audit_since_ms: u64,
    /// Under what it is remembered.
    pub request: Option<Box<RememberedRequest>>,
}

/// A command of those who provision: one transaction, as every [`Command`].
#[derive(Clone, Debug)]
pub enum AdminCommand {
    /// Subscribers by keys, in the order of these; what is not there is left out. → [`AdminReply::Found`]
    Find {
        /// By what.
        keys: Vec<SubscriberKey>,
    },
    /// Subscribers whose packed IMSIs are in a range, in ascending order. → [`AdminReply::Found`]
    List {
        /// Of packed IMSIs.
        range: RangeInclusive<u64>,
        /// At most so many, and never more than [`MAX_ADMIN_LISTED`]; fewer mean the end.
        limit: usize,
    },
    /// → [`AdminReply::Committed`], [`AdminReply::Replayed`]; [`StoreError::Changed`], [`StoreError::Refused`]
    Transact(Box<Transaction>),
    /// Adds a token. → [`AdminReply::Committed`], [`StoreError::TokenExists`], [`StoreError::TooManyTokens`]
    AddToken {
        /// Which.
        token: Box<Token>,
        /// Only if none was ever added; else `TokenExists`.
        first: bool,
    },
    /// Removes a token. → [`AdminReply::Committed`], [`StoreError::NoToken`]
    RemoveToken {
        /// Which.
        name: String,
    },
    /// All tokens, in order of their names. → [`AdminReply::Tokens`]
    Tokens,
    /// Entries of the audit log, the latest first. → [`AdminReply::Audit`]
    Audit {
        /// Before the one of this number.
        before: Option<u64>,
        /// Which.
        filter: Box<AuditFilter>,
        /// At most so many, and never more than [`MAX_ADMIN_LISTED`]; fewer mean the end.
        limit: usize,
    },
    /// A request that was done within the last day. → [`AdminReply::Remembered`]
    Remembered {
        /// [`RememberedRequest::key`].
        key: [u8; 32],
        /// Seconds since 1970.
        now: u64,
    },
}

impl AdminCommand {
    /// Whether it may change the store.
    #[must_use]
    pub fn is_write(&self) -> bool {
        matches!(
            self,
            Self::Transact(_) | Self::AddToken { .. } | Self::RemoveToken { .. }
        )
    }
}

/// The answer to an [`AdminCommand`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdminReply {
    /// Subscribers.
    Found(Vec<Provisioned>),
    /// It is done, and durable.
    Committed {
        /// The revision of provisioning that it led to.
        revision: Revision,
    },
    /// The request was done before; now nothing happened.
    Replayed(Box<RememberedRequest>),
    /// Tokens.
    Tokens {
        /// Those there are.
        tokens: Vec<Token>,
        /// Whether there ever was one.
        ever: bool,
    },
    /// Entries of the audit log.
    Audit(Vec<Audited>),
    /// A request.
    Remembered(Option<Box<RememberedRequest>>),
}

/// Whether a command may stand in a [`Transaction`].
///
/// # Errors
/// [`StoreError::Unavailable`]: the caller has a defect.
pub fn check_transaction_command(command: &Command) -> Result<(), StoreError> {
    let nested = matches!(command, Command::Admin(AdminCommand::Transact(_)));
    if nested || !command.is_write() {
        return Err(StoreError::Unavailable(
            "a transaction holds what does not belong there: this is a defect, please report it".to_owned(),
        ));
    }
    Ok(())
}
