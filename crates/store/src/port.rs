//! The store port. Each command is one transaction: all of it happens, or none, and what was answered stays.

use crate::admin::{AdminCommand, AdminReply};
use crate::equipment::{EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_ENTRIES};
use crate::figures::StoreFigures;
use crate::ims::{ImsKey, StoredIms};
use crate::sh::{ShCommand, ShReply};
use quintet_identity::Imsi;
use quintet_subscriber::auc::{ChallengeSecret, Epoch, Slot};
use quintet_subscriber::eir::EquipmentPattern;
use quintet_subscriber::ims::{ImsSubscription, Registrations};
use quintet_subscriber::model::{
    AaaServer, Algorithm, Authentication, ContextChange, ContextData, Location, PdnGateway, ServingNode,
    Subscriber, WaitingChange,
};
use std::sync::Arc;

/// Most PDN gateways kept per subscriber: more than the APN configurations a profile can sensibly have (TS 29.272
/// 7.3.34), and a bound on what a misbehaving MME can make a home network store.
pub const MAX_PDN_GATEWAYS: usize = 64;

/// Most subscribers one scan answers, whatever its limit: some MB of reply.
pub const MAX_SCAN: usize = 16_384;

/// Most IMSIs or changes one command answers, whatever its limit.
pub const MAX_LISTED: usize = 65_536;

/// Which reply belongs to which command: chosen by the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Counts provisioning changes; every one (each IMSI of a `Put` or `Remove`) raises it by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Revision(pub u64);

/// The durable state of a slot (design, SQN): who may issue, and up to which GLC value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The holder's epoch.
    pub epoch: Epoch,
    /// H: no SEQ above H + DIF was ever issued from this slot, in ticks.
    pub h: i64,
}

/// What survives when the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing: locations are lost, serving nodes need a Reset.
    Volatile,
    /// Everything that was answered.
    Durable,
}

/// How [`Command::Put`] treats an IMSI that is, or is not, there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutMode {
    /// Must not exist.
    Insert,
    /// Must exist. DIF and SQN seed stay as they are unless it is another USIM ([`same_usim`]): then those given count.
    Update,
    /// Either: `Update` if it is there, else `Insert`.
    Upsert,
}

/// Whether the USIM behind both is the same one: K, algorithm and OPc (TOPc) are equal. Then its SQN_MS, and so DIF,
/// outlive a change of the rest; but not one of the bits of IND, for the same SEQ would make other, perhaps lower, SQN.
#[must_use]
pub fn same_usim(a: &Authentication, b: &Authentication) -> bool {
    let same_algorithm = match (&a.algorithm, &b.algorithm) {
        (Algorithm::Milenage { opc: a }, Algorithm::Milenage { opc: b }) => a == b,
        (Algorithm::Tuak { topc: a, .. }, Algorithm::Tuak { topc: b, .. }) => a == b,
        (Algorithm::Xor, Algorithm::Xor) => true,
        _ => false,
    };
    same_algorithm && a.k == b.k && a.sqn_profile.ind_bits == b.sqn_profile.ind_bits
}

/// Whether two names are one Diameter node: DiameterIdentity ignores ASCII case (RFC 6733 4.3.1).
#[must_use]
pub fn same_host(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Whether `host` may tell of a subscriber's PDN gateways: it is the registered MME, SGSN or 3GPP AAA server.
#[must_use]
pub fn may_report(location: &Location, host: &str) -> bool {
    let nodes = [&location.mme, &location.sgsn].into_iter().flatten();
    let aaa = location.aaa.as_ref().filter(|aaa| aaa.registered);
    nodes
        .map(|node| &node.host)
        .chain(aaa.map(|aaa| &aaa.host))
        .any(|serving| same_host(serving, host))
}

/// Whether [`Command::SetAaa`] may replace what is stored.
///
/// # Errors
/// [`StoreError::Stale`]: it is not the expected one.
pub fn check_aaa(location: Option<&Location>, expected: Option<&str>) -> Result<(), StoreError> {
    let stored = location.and_then(|location| location.aaa.as_ref());
    let is_expected = match (stored, expected) {
        (None, None) => true,
        (Some(stored), Some(expected)) => same_host(&stored.host, expected),
        _ => false,
    };
    is_expected.then_some(()).ok_or(StoreError::Stale { version: 0 })
}

/// What [`Command::ClearLocation`] leaves of a location.
#[must_use]
pub fn left_of(location: &Location, is_provisioned: bool) -> Option<Location> {
    let message_waiting = location.message_waiting.clone().filter(|_| is_provisioned)?;
    Some(Location {
        message_waiting: Some(message_waiting),
        ..Location::default()
    })
}

/// One transaction.
///
/// A command that is submitted after the reply to another was polled sees all of that one. Commands under way at the
/// same time take effect in some order; those that write, in the order of submission.
#[derive(Clone, Debug)]
pub enum Command {
    /// Compare-and-swap `(e, H) → (e+1, H)`: from now on earlier holders are fenced. A slot that nobody ever took
    /// becomes `(1, 0)`. → [`Reply::Bound`]: the new state.
    Takeover {
        /// The slot.
        slot: Slot,
    },
    /// Raises H if the epoch is still ours; an H below the stored one is answered `Done` and changes nothing.
    /// → [`Reply::Done`], [`StoreError::Fenced`] (with epoch 0 if nobody ever took the slot)
    RaiseBound {
        /// The slot.
        slot: Slot,
        /// Our epoch.
        epoch: Epoch,
        /// The new H; never lower than the old one.
        h: i64,
    },
    /// Writes DIF if the epoch is ours and DIF is what we think. It is no provisioning change.
    /// → [`Reply::Done`]; in this order: `Fenced`, `NoSubscriber`, [`StoreError::Conflict`]
    SetDif {
        /// Whose.
        imsi: Imsi,
        /// The slot of the writer.
        slot: Slot,
        /// The writer's epoch.
        epoch: Epoch,
        /// DIF as last read.
        expected: Option<i64>,
        /// DIF as it shall be.
        dif: i64,
    },
    /// The store is a copy, older than what was issued: every slot gets a new epoch and an H of `h` at least, and every
    /// subscriber is fenced ([`quintet_subscriber::auc::fence`]). It is no provisioning change; nobody may be serving.
    /// → [`Reply::Done`]
    Fence {
        /// The lowest H, in ticks.
        h: i64,
    },
    /// One subscriber, read in one transaction with the epoch of `slot`. → [`Reply::Subscriber`]
    Load {
        /// Who.
        imsi: Imsi,
        /// Whose epoch to read.
        slot: Slot,
    },
    /// Subscribers in ascending order of packed IMSI. → [`Reply::Subscribers`]
    Scan {
        /// Start behind this one.
        after: Option<Imsi>,
        /// At most so many, and never more than [`MAX_SCAN`] (the store may answer fewer; none means the end).
        limit: usize,
    },
    /// What provisioning changed since a revision. A revision of the future has no changes: `Revision(u64::MAX)` asks
    /// for the current one. An answer with a lower revision than was asked for, without changes, comes from another
    /// database (a backup put in place): read everything anew. → [`Reply::Changes`]
    Changes {
        /// The last revision known.
        since: Revision,
        /// At most so many, and never more than [`MAX_LISTED`].
        limit: usize,
    },
    /// One subscriber's location, also of one removed whose location was not cleared yet. → [`Reply::Location`]
    LoadLocation {
        /// Who.
        imsi: Imsi,
    },
    /// Registers a serving MME (S6a). → [`Reply::Location`]: what was stored before. [`StoreError::NoSubscriber`]
    SetMme {
        /// Who.
        imsi: Imsi,
        /// By whom; boxed, a command stays small.
        mme: Box<ServingNode>,
        /// Whether dynamic PDN gateways are forgotten (an initial attach).
        clear_gateways: bool,
    },
    /// Registers a serving SGSN (S6d); PDN gateways stay. → as `SetMme`
    SetSgsn {
        /// Who.
        imsi: Imsi,
        /// By whom.
        sgsn: Box<ServingNode>,
    },
    /// Registers a 3GPP AAA server (SWx), or forgets it, if the one that is stored is the expected one; PDN gateways
    /// stay. One that is forgotten may be a removed subscriber's. → [`Reply::Location`]: what was stored before.
    /// [`StoreError::NoSubscriber`], [`StoreError::Stale`] (of version 0)
    SetAaa {
        /// Who.
        imsi: Imsi,
        /// The host that is stored, as it was read; what it means is [`same_host`].
        expected: Option<String>,
        /// By whom; `None`: by nobody.
        aaa: Option<Box<AaaServer>>,
    },
    /// Marks the UE purged in every domain that `host` serves; if it serves none, nothing changes. What `host` means is
    /// [`same_host`]. → [`Reply::Location`]: what was stored before. [`StoreError::NoSubscriber`]
    Purge {
        /// Who.
        imsi: Imsi,
        /// The MME or SGSN that purged.
        host: String,
    },
    /// Changes message waiting data, by [`MessageWaiting::changed`](quintet_subscriber::model::MessageWaiting::changed).
    /// → [`Reply::Location`]: what was stored before. [`StoreError::NoSubscriber`]
    ChangeWaiting {
        /// Whose.
        imsi: Imsi,
        /// What.
        change: Box<WaitingChange>,
    },
    /// Forgets serving nodes, the 3GPP AAA server and PDN gateways (subscription withdrawn, cancelled by the
    /// operator), also of a subscriber already removed. Message waiting data of one that is provisioned stay: who waits
    /// is told when the UE is back. → [`Reply::Location`]: before; `None` if there was nothing.
    ClearLocation {
        /// Who.
        imsi: Imsi,
    },
    /// Stores or removes the PDN gateways that an MME or a 3GPP AAA server reported, if `host` still serves; else nothing
    /// changes. Gateways are kept in ascending order of Context-Identifier.
    /// → [`Reply::Location`]: before. `NoSubscriber`, [`StoreError::TooManyGateways`]
    SetGateway {
        /// Who.
        imsi: Imsi,
        /// The reporting MME, SGSN or 3GPP AAA server.
        host: String,
        /// The gateway to add or replace, by Context-Identifier.
        gateway: Option<Box<PdnGateway>>,
        /// Context-Identifiers to remove; applied first.
        remove: Vec<u32>,
    },
    /// Provisioned subscribers that a node serves (purged ones too), in ascending order of packed IMSI.
    /// → [`Reply::Served`]
    ScanServed {
        /// The MME or SGSN.
        host: String,
        /// Start behind this one.
        after: Option<Imsi>,
        /// At most so many, and never more than [`MAX_LISTED`]; none means the end.
        limit: usize,
    },
    /// What 5GC told of a subscriber, also of one removed whose data were not cleared yet. → [`Reply::ContextData`]
    LoadContextData {
        /// Who.
        imsi: Imsi,
    },
    /// Changes that, by [`ContextData::apply`]. → [`Reply::ContextData`]: what was stored before.
    /// [`StoreError::NoSubscriber`]
    ChangeContextData {
        /// Who.
        imsi: Imsi,
        /// What.
        change: Box<ContextChange>,
    },
    /// Forgets all of it (subscription withdrawn), also of a subscriber already removed. → [`Reply::ContextData`]:
    /// before; `None` if there was nothing.
    ClearContextData {
        /// Who.
        imsi: Imsi,
    },
    /// Provisions subscribers, all or none; one named twice is treated twice. A location left by [`Command::Remove`]
    /// is the new subscriber's, and so is what 5GC told. → [`Reply::Revision`], `Exists`, `NoSubscriber`
    Put {
        /// What.
        subscribers: Vec<Subscriber>,
        /// How.
        mode: PutMode,
    },
    /// Removes subscribers, all or none. Their locations and context data stay readable, for whoever tells the serving
    /// nodes, until [`Command::ClearLocation`] and [`Command::ClearContextData`] take them. Their IMS subscriptions go as
    /// with [`Command::RemoveIms`]. → `Revision`, `NoSubscriber`
    Remove {
        /// Whom.
        imsis: Vec<Imsi>,
    },
    /// An IMS subscription with its registrations. → [`Reply::Ims`]
    LoadIms {
        /// Which.
        key: ImsKey,
    },
    /// IMS subscriptions, in ascending order of packed IMSI; those removed too, as long as they have registrations.
    /// → [`Reply::ImsRun`]
    ScanIms {
        /// Start behind this one.
        after: Option<Imsi>,
        /// At most so many, and never more than [`crate::MAX_IMS_SCAN`]; none means the end.
        limit: usize,
    },
    /// Provisions IMS subscriptions of subscribers that are there, all or none; one named twice is treated twice.
    /// Registrations stay, and as long as there are some, what was provisioned before is remembered
    /// ([`StoredIms::told`]).
    /// → [`Reply::Revision`], [`StoreError::Exists`], [`StoreError::NoIms`], `NoSubscriber`, [`StoreError::IdentityTaken`]
    PutIms {
        /// What.
        subscriptions: Vec<Arc<ImsSubscription>>,
        /// How.
        mode: PutMode,
    },
    /// Removes IMS subscriptions, all or none. What has registrations stays under its IMSI until they are gone.
    /// → [`Reply::Revision`], [`StoreError::NoIms`]
    RemoveIms {
        /// Whose.
        imsis: Vec<Imsi>,
    },
    /// Writes registrations, if the record is still the one they were made from; the version rises by one. A removed
    /// subscription without registrations is forgotten. It is no provisioning change.
    /// → [`Reply::Done`], [`StoreError::NoIms`], [`StoreError::Stale`]
    SetRegistrations {
        /// Whose.
        imsi: Imsi,
        /// The version they were made from.
        expected: u64,
        /// What they shall be.
        registrations: Box<Registrations>,
        /// Whether S-CSCFs know the subscription as it is now.
        told: bool,
    },
    /// Equipment: rules and bindings. → [`Reply::Equipment`]
    Equipment(EquipmentCommand),
    /// What application servers keep, and are told of. → [`Reply::Sh`]
    Sh(ShCommand),
    /// What those who provision do and ask. → [`Reply::Admin`]
    Admin(AdminCommand),
    /// How many subscribers there are. → [`Reply::Count`]
    Count,
    /// The key that makes and recognises RANDs, one for all front ends: the first caller's is kept.
    /// → [`Reply::ChallengeKey`]
    ChallengeKey {
        /// 16 octets of entropy, for a store that has none yet.
        fresh: ChallengeSecret,
    },
}

impl Command {
    /// Whether it may change the store.
    #[must_use]
    pub fn is_write(&self) -> bool {
        match self {
            Self::Takeover { .. }
            | Self::RaiseBound { .. }
            | Self::SetDif { .. }
            | Self::Fence { .. }
            | Self::SetMme { .. }
            | Self::SetSgsn { .. }
            | Self::SetAaa { .. }
            | Self::Purge { .. }
            | Self::ChangeWaiting { .. }
            | Self::ClearLocation { .. }
            | Self::SetGateway { .. }
            | Self::ChangeContextData { .. }
            | Self::ClearContextData { .. }
            | Self::Put { .. }
            | Self::Remove { .. }
            | Self::PutIms { .. }
            | Self::RemoveIms { .. }
            | Self::SetRegistrations { .. }
            | Self::ChallengeKey { .. } => true,
            Self::Load { .. }
            | Self::Scan { .. }
            | Self::Changes { .. }
            | Self::LoadLocation { .. }
            | Self::ScanServed { .. }
            | Self::LoadContextData { .. }
            | Self::LoadIms { .. }
            | Self::ScanIms { .. }
            | Self::Count => false,
            Self::Equipment(command) => command.is_write(),
            Self::Sh(command) => command.is_write(),
            Self::Admin(command) => command.is_write(),
        }
    }
}

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
    #[error("there is a token {name:?} already")]
    TokenExists {
        /// Its name.
        name: String,
    },
    /// No token of this name.
    #[error("there is no token {name:?}")]
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

/// A back end. See the crate's head for the flow; a ticket is answered exactly once.
pub trait Store {
    /// Hands over one command. It never blocks; [`StoreError::Busy`] arrives as a reply.
    fn submit(&mut self, ticket: Ticket, command: Command);

    /// The next reply, in any order of tickets.
    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)>;

    /// What survives when the process ends.
    fn durability(&self) -> Durability;

    /// Whether somebody else (another process) may have changed something since the last call: time for
    /// [`Command::Changes`]. A back end that nobody else writes to never says so.
    fn changed(&mut self) -> bool {
        false
    }

    /// What it measures of itself; all zero where nothing is worth measuring, as in memory.
    fn figures(&self) -> StoreFigures {
        StoreFigures::default()
    }
}

impl<S: Store + ?Sized> Store for Box<S> {
    fn submit(&mut self, ticket: Ticket, command: Command) {
        (**self).submit(ticket, command);
    }

    fn poll(&mut self) -> Option<(Ticket, Result<Reply, StoreError>)> {
        (**self).poll()
    }

    fn durability(&self) -> Durability {
        (**self).durability()
    }

    fn changed(&mut self) -> bool {
        (**self).changed()
    }

    fn figures(&self) -> StoreFigures {
        (**self).figures()
    }
}
