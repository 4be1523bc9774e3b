//! NGAP (TS 38.413): the messages an AMF and an NG-RAN node exchange.
//!
//! ```text
//! octets ──NgapPdu::decode──► Decoded { pdu: NgapPdu, faults }      what to run the procedure with
//!                        └──► DecodeFailure { cause, diagnostics, answer }   what to send instead (TS 38.413 10)
//! NgapPdu ──encode──► octets, aligned PER
//! octets ──describe──► Field tree of every IE, for people
//! PDU session items ──transfer──► what SMF and NG-RAN node say to each other through the AMF
//! ```
//!
//! The PER itself is generated code of another crate; it does not show through: above this crate there are only the
//! plain structs of [`message`], with the identities of `quintet-identity`. IEs that a struct has no field for are kept
//! in their place ([`OtherIes`]) and written back. What NGAP has in common with S1AP is in `quintet-ap`. Sans-IO; nothing
//! panics on input.

#![forbid(unsafe_code)]

mod cause;
mod cause_table;
mod describe;
mod enumerated;
mod failure;
mod identity;
pub mod limits;
mod location;
pub mod message;
mod name;
mod overload;
mod paging;
mod pdu;
mod protocol;
mod reset;
mod security;
mod session;
mod slice;
pub mod transfer;
pub mod transport;

pub use cause::Cause;
pub use describe::{NAS_PDU_NAMES, describe};
pub use enumerated::{
    NewSecurityContextIndicator, OverloadAction, PagingDrx, PagingOrigin, PagingPriority,
    RrcEstablishmentCause, RrcState, TimeToWait, UeContextRequest,
};
pub use failure::DecodeFailure;
pub use identity::{
    AmfSetId, AmfUeNgapId, GlobalRanNodeId, GnbId, MaskedImeisv, NgEnbId, RanUeNgapId, ServedGuami,
    UeNgapIds, UnavailableGuami,
};
pub use location::UserLocationInformation;
pub use pdu::{Decoded, NgapPdu, Other};
pub use protocol::Ngap;
pub use quintet_ap::{
    Answer, Criticality, CriticalityDiagnostics, Description, EncodeError, FailureKind, Fault, FaultKind,
    IeDiagnostics, OtherIe, OtherIes, PduType, Secrets, SoftError, TransportLayerAddress, TypeOfError,
};
pub use reset::{ResetType, UeAssociatedConnection};
pub use security::{SecurityContext, SecurityKey, UeSecurityCapabilities};
pub use session::{
    PduSessionId, PduSessionItem, PduSessionModifyItem, PduSessionSetupItem, UeAggregateMaximumBitRate,
};
pub use slice::{BroadcastPlmn, PlmnSupport, SupportedTa};
pub use transport::{PORT, PPID};
