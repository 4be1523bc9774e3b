//! EAP (RFC 3748) and EAP-AKA' (RFC 4187, RFC 9048): packets, attributes, and the two ends, sans-IO.
//!
//! ```text
//!  server (AUSF)                                             peer (UE)
//!    begin ──AKA'-Challenge: RAND, AUTN, KDF, KDF_INPUT, MAC──►  KDF, network name ──► USIM
//!    KDF of the list ◄──────── AKA'-Challenge: KDF ──────────  another KDF is wanted
//!    RES, MAC        ◄──────── AKA'-Challenge: RES, MAC ─────  MAC holds
//!    to the UDM      ◄──────── AKA'-Synchronization-Failure ─  SQN out of range
//!    EAP-Failure     ◄──────── AKA'-Authentication-Reject ───  AUTN, network name, KDF
//!    EAP-Failure     ◄──────── AKA'-Client-Error ────────────  what it cannot process
//!    EAP-Success ──────────────────────────────────────────►  keys
//! ```
//!
//! What 5GS does not use is refused or ignored, as TS 33.501 6.1.3.1, Annex F and RFC 9048 say: fast re-authentication, pseudonyms,
//! EAP-AKA itself (its packets are read, for AT_BIDDING), forward secrecy (RFC 9678). SHA-1 of EAP-AKA is not here, so its
//! AT_MAC is not verified.

#![forbid(unsafe_code)]

mod aka;
mod packet;
mod peer;
mod server;

pub use aka::{
    Attribute, AttributeType, MAX_ATTRIBUTES, MAX_IDENTITY_OCTETS, MAX_KDFS, Message, NotificationCode,
    Subtype, describe,
};
pub use packet::{Body, Code, MAX_PACKET_OCTETS, Packet, Type, failure, success};
pub use peer::{Peer, PeerStep, Refusal, UsimAnswer};
pub use server::{FailureReason, Server, ServerOptions, ServerStep, Vector};
