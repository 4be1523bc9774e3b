//! SIP, sans-IO: messages read in place and forwarded octet by octet, the four transaction machines, digests.
//!
//! ```text
//!   octets ─► Message ─► transaction ─► user (P-, I-, S-CSCF, UE)
//!   octets ◄─ Writer, Edit ◄───────────────┘
//! ```

#![forbid(unsafe_code)]

pub mod transport;
