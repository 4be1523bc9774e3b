//! What a store answers: what it found, or why it did nothing.

use crate::admin::AdminReply;
#[cfg(doc)]
use crate::command::Command;
use crate::equipment::{EquipmentReply, MAX_EQUIPMENT_ENTRIES};
use crate::ims::StoredIms;
use crate::port::{Bound, Revision};
use crate::serving::MAX_PDN_GATEWAYS;
use crate::sh::ShReply;
use quintet_identity::Imsi;
use quintet_subscriber::auc::{ChallengeSecret, Epoch};
use quintet_subscriber::eir::EquipmentPattern;
use quintet_subscriber::model::{ContextData, Location, Subscriber};

/// One provisioning change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Who.
    pub imsi: Imsi,
    /// What.
    pub change: Change,
}

/// What happened to a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Added or altered.
    Put,
    /// Removed.
    Removed,
}

/// The answer to a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is done, and durable.
    Done,
    /// The slot's state.
    Bound(Bound),
    /// A subscriber, if there is one, and the slot's epoch in the same transaction.
    Subscriber {
        /// The row.
        subscriber: Option<Box<Subscriber>>,
        /// The slot's epoch; `None` if nobody ever took it.
        epoch: Option<Epoch>,
    },
    /// A run of subscribers.
    Subscribers(Vec<Subscriber>),
    /// Changes since the revision asked for, oldest first, each IMSI once: the last thing that happened to it.
    Changes {
        /// The revision these changes lead to: ask from here next. If the limit cut the list it is that of the last
        /// change, else the current one.
        revision: Revision,
        /// The changes.
        changes: Vec<Changed>,
    },
    /// A location; `None` if nothing is, or was, stored.
    Location(Option<Box<Location>>),
    /// What 5GC told of a subscriber; `None` if nothing is, or was, stored.
    ContextData(Option<Box<ContextData>>),
    /// Subscribers served by a node.
    Served(Vec<Imsi>),
    /// An IMS subscription, if there is one.
    Ims(Option<Box<StoredIms>>),
    /// A run of IMS subscriptions.
    ImsRun(Vec<StoredIms>),
    /// What was said of equipment.
    Equipment(EquipmentReply),
    /// What was said of application servers.
    Sh(ShReply),
    /// What was said to those who provision.
    Admin(AdminReply),
    /// The revision that a provisioning command made.
    Revision(Revision),
    /// A count.
    Count(u64),
    /// The key of all front ends.
    ChallengeKey(ChallengeSecret),
}

/// Why a command failed. Nothing of it happened, with one exception: see [`StoreError::Unavailable`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another holder took the slot: stop issuing from it.
    #[error("another front end took this slot over (epoch {current:?})")]
    Fenced {
        /// The epoch in the store.
        current: Epoch,
    },
    /// DIF is not what the caller thought; read it again.
    #[error("DIF changed meanwhile")]
    Conflict {
        /// DIF in the store.
        current: Option<i64>,
    },
    /// No such subscriber.
    #[error("IMSI {imsi} is not provisioned")]
    NoSubscriber {
        /// Who.
        imsi: Imsi,
    },
    /// `Insert` of an IMSI that is there.
    #[error("IMSI {imsi} exists already")]
    Exists {
        /// Who.
        imsi: Imsi,
    },
    /// The subscriber has no IMS subscription.
    #[error("IMSI {imsi} has no IMS subscription")]
    NoIms {
        /// Who.
        imsi: Imsi,
    },
    /// A private or public identity is another subscription's.
    #[error("the identity {identity} belongs to the IMS subscription of IMSI {imsi} already")]
    IdentityTaken {
        /// Which.
        identity: String,
        /// Whose it is.
        imsi: Imsi,
    },
    /// The record is another by now; read it again.
    #[error("the record changed meanwhile")]
    Stale {
        /// Its version in the store.
        version: u64,
    },
    /// A subscriber is not as a [`crate::Condition`] says.
    #[error("the subscriber of IMSI {imsi} changed meanwhile")]
    Changed {
        /// Who.
        imsi: Imsi,
        /// The revision in the store; `None`: there is no such subscriber.
        revision: Option<Revision>,
    },
    /// A command of a [`crate::Transaction`] failed.
    #[error("{why}")]
    Refused {
        /// Which, from 0.
        at: usize,
        /// Why.
        why: Box<StoreError>,
    },
    /// A token of this name is there already, or it was to be the first and is not.
    #[error("there is a token {name:?} already: take another name, or revoke it")]
    TokenExists {
        /// Its name.
        name: String,
    },
    /// No token of this name.
    #[error("there is no token {name:?}; `quintet token list` has those there are")]
    NoToken {
        /// The name.
        name: String,
    },
    /// More than [`crate::MAX_TOKENS`].
    #[error(
        "there are {} tokens already, as many as there may be: revoke one first",
        crate::MAX_TOKENS
    )]
    TooManyTokens,
    /// No rule for this equipment.
    #[error("there is no rule for equipment {equipment}")]
    NoEquipment {
        /// Which.
        equipment: EquipmentPattern,
    },
    /// More rules and bindings than [`MAX_EQUIPMENT_ENTRIES`].
    #[error(
        "there are {MAX_EQUIPMENT_ENTRIES} rules and bindings of equipment already, as many as there may be"
    )]
    TooMuchEquipment,
    /// Too many commands wait for the store; try again later.
    #[error("the store has too many commands waiting")]
    Busy,
    /// More than [`MAX_PDN_GATEWAYS`].
    #[error("IMSI {imsi} has {MAX_PDN_GATEWAYS} PDN gateways already")]
    TooManyGateways {
        /// Whose.
        imsi: Imsi,
    },
    /// The store cannot be used now: disk full, locked, read-only, corrupt, unreachable. It may recover. Nothing was
    /// acknowledged; if the fault struck the commit itself (a failing disk, a lost connection) the command may yet turn
    /// out to have happened, all of it. Every command is safe to repeat, or says so (`Fenced`, `Conflict`, `Exists`).
    #[error("{0}")]
    Unavailable(String),
}
