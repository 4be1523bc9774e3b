//! What a store is asked, one transaction each.

use crate::admin::AdminCommand;
use crate::equipment::EquipmentCommand;
use crate::ims::ImsKey;
#[cfg(doc)]
use crate::ims::StoredIms;
use crate::port::Revision;
#[cfg(doc)]
use crate::reply::{Reply, StoreError};
#[cfg(doc)]
use crate::serving::same_host;
use crate::sh::ShCommand;
use quintet_identity::Imsi;
use quintet_subscriber::auc::{ChallengeSecret, Epoch, Slot};
use quintet_subscriber::ims::{ImsSubscription, Registrations};
#[cfg(doc)]
use quintet_subscriber::model::ContextData;
use quintet_subscriber::model::{
    AaaServer, Algorithm, Authentication, ContextChange, PdnGateway, ServingNode, Subscriber, WaitingChange,
};
use std::sync::Arc;

/// Most subscribers one scan answers, whatever its limit: some MB of reply.
pub const MAX_SCAN: usize = 16_384;

/// Most IMSIs or changes one command answers, whatever its limit.
pub const MAX_LISTED: usize = 65_536;

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
