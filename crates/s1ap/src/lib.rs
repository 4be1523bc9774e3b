//! S1AP (TS 36.413): the messages an MME and an eNB exchange.
//!
//! ```text
//! octets ──S1apPdu::decode──► Decoded { pdu: S1apPdu, faults }      what to run the procedure with
//!                        └──► DecodeFailure { cause, diagnostics, answer }   what to send instead (TS 36.413 10)
//! S1apPdu ──encode──► octets, aligned PER
//! octets ──describe──► Field tree of every IE, for people
//! ```
//!
//! The PER itself is generated code of another crate; it does not show through: above this crate there are only the
//! plain structs of [`message`], with the identities of `quintet-identity` and the keys of `quintet-crypto`. IEs that
//! a struct has no field for are kept in their place ([`OtherIes`]) and written back. Sans-IO; nothing panics on input.

#![forbid(unsafe_code)]

mod cause;
mod cause_table;
mod describe;
mod enumerated;
mod erab;
mod failure;
mod identity;
pub mod limits;
mod list;
pub mod message;
mod name;
mod overload;
mod paging;
mod pdu;
mod protocol;
mod reset;
mod security;
pub mod transport;

pub use cause::Cause;
pub use describe::{NAS_PDU_NAMES, describe};
pub use enumerated::{
    CellAccessMode, CnDomain, CsFallbackIndicator, GummeiType, OverloadAction, PagingDrx, RelayNodeIndicator,
    RrcEstablishmentCause, TimeToWait,
};
pub use erab::{
    AllocationAndRetentionPriority, ErabFailed, ErabLevelQosParameters, ErabReleased, ErabSetup,
    ErabToBeSetup, ErabToBeSetupBearer, ErabTunnel, GbrQosInformation, UeAggregateMaximumBitrate,
};
pub use failure::DecodeFailure;
pub use identity::{EnbId, EnbUeS1apId, GlobalEnbId, MmeUeS1apId, ServedGummei, SupportedTa, UeS1apIds};
pub use paging::{PagingTai, UeIdentityIndexValue, UePagingId};
pub use pdu::{Decoded, Other, S1apPdu};
pub use protocol::S1ap;
pub use quintet_ap::{
    Answer, Criticality, CriticalityDiagnostics, Description, EncodeError, FailureKind, Fault, FaultKind,
    IeDiagnostics, OtherIe, OtherIes, PduType, Secrets, SoftError, TransportLayerAddress, TypeOfError,
};
pub use reset::{ResetType, UeAssociatedConnection};
pub use security::{SecurityContext, UeSecurityCapabilities};
pub use transport::{PORT, PPID};
