//! What a node needs of durable storage, as a port: commands in, replies out, nothing blocks.
//!
//! ```text
//!  node ──Command──► Store::submit … Store::poll ──Reply──► node
//! ```
//!
//! A back end may answer at once (memory) or later (a writer thread with group commit, a database server): a node
//! sees no difference. `contract` (feature `testing`) is the suite of tests every back end must pass, `faulty` (same
//! feature) a store that fails on demand. [`SubscriberTable`] is what a node keeps of the store in memory.

#![forbid(unsafe_code)]

mod admin;
mod command;
#[cfg(any(test, feature = "testing"))]
pub mod contract;
mod equipment;
#[cfg(any(test, feature = "testing"))]
pub mod faulty;
mod figures;
mod ims;
mod memory;
mod port;
mod reply;
mod serving;
mod sh;
mod table;

pub use admin::{
    AdminCommand, AdminReply, AuditEntry, AuditFilter, Audited, Condition, MAX_ADMIN_LISTED,
    MAX_AUDIT_ENTRIES, MAX_REMEMBERED_OCTETS, MAX_REMEMBERED_REQUESTS, MAX_TOKENS, PRUNED_AT_ONCE,
    Provisioned, REMEMBERED_S, RememberedRequest, SubscriberKey, Token, Transaction,
    check_transaction_command,
};
pub use command::{Command, MAX_LISTED, MAX_SCAN, PutMode, same_usim};
pub use equipment::{
    EquipmentCommand, EquipmentReply, MAX_EQUIPMENT_ENTRIES, MAX_EQUIPMENT_LISTED, check_equipment_room,
};
pub use figures::{Queued, StoreFigures};
pub use ims::{ImsKey, MAX_IMS_SCAN, StoredIms, provisioned_version};
pub use memory::MemoryStore;
pub use port::{Bound, Durability, Revision, Store, Ticket};
pub use reply::{Change, Changed, Reply, StoreError};
pub use serving::{MAX_PDN_GATEWAYS, check_aaa, left_of, may_report, same_host};
pub use sh::{MAX_SH_LISTED, ShCommand, ShKey, ShReply};
pub use table::{Entry, MAX_CACHED_SUBSCRIPTIONS, SubscriberTable, TableFull};
