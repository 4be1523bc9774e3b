//! What the machines of every technology share, sans-IO: what becomes of a message, how it is protected as far as a
//! transition table cares, and what an observer knows of an end it cannot look into.
//!
//! ```text
//!   emm, fgmm ──► Machine (a state per UE, `apply` total and pure)
//!                    ▲
//!                    └── Candidates: the states one end may be in, for who only sees the wire
//! ```
//!
//! [`node`] is what the nodes above keep their UEs in.

#![forbid(unsafe_code)]

mod candidates;
mod disposition;
pub mod node;
mod protection;

pub use candidates::{Candidates, MAX_CANDIDATES, MAX_UNDER_WAY, Machine};
pub use disposition::{Discard, Disposition, Violation};
pub use protection::{Algorithms, Header, Ksi, Protection};
