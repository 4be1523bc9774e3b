//! SIP, sans-IO: messages read in place and forwarded octet by octet, the four transaction machines, digests.
//!
//! ```text
//!   octets ─► Message ─► transaction ─► user (P-, I-, S-CSCF, UE)
//!   octets ◄─ Writer, Edit ◄───────────────┘
//! ```
//!
//! A [`Message`] is an index over the octets that came; values ([`Uri`], [`NameAddr`], [`Via`], [`Challenge`], …) are read from it
//! when they are asked for and borrow its text. What goes out is either written anew ([`Writer`]) or what came with named changes
//! ([`Edit`]).

#![forbid(unsafe_code)]

mod address;
mod auth;
mod check;
mod describe;
mod edit;
mod error;
mod message;
mod method;
mod name;
mod params;
pub mod reginfo;
mod scan;
mod security;
mod status;
pub mod stream;
pub mod transaction;
pub mod transport;
mod typed;
mod uri;
mod value;
mod via;
mod writer;

pub use address::{Contact, NameAddr, qvalue};
pub use auth::{AuthParams, AuthenticationInfo, Challenge, Credentials};
pub use check::{Refused, admit};
pub use describe::{Description, describe};
pub use edit::Edit;
pub use error::{ParseError, ParseErrorKind};
pub use message::{Header, MAX_HEAD_OCTETS, MAX_HEADERS, MAX_MESSAGE_OCTETS, Message, StartLine};
pub use method::Method;
pub use name::Name;
pub use params::{Params, ParamsIter, decimal};
pub use scan::{List, unfold, unquote};
pub use security::{IPSEC_3GPP, SecurityMechanism};
pub use status::Status;
pub use uri::{DEFAULT_PORT, DEFAULT_TLS_PORT, MAX_URI_OCTETS, Scheme, Uri};
pub use value::{CSeq, Valued};
pub use via::{MAGIC_COOKIE, Via};
pub use writer::{Quoted, Writer};
