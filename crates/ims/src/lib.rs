//! The procedures of IMS registration, sans-IO: what may follow what, and the decisions of UE, P-CSCF and S-CSCF.

#![forbid(unsafe_code)]

pub mod agreement;
pub mod path;
pub mod registrar;
pub mod ue;

pub use quintet_procedure::Violation;
