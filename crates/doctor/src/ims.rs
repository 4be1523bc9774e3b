//! IMS: registrations over SIP, over all hops, with Cx and what ESP carries (TS 33.203, TS 24.229, TS 29.228).
//!
//! ```text
//!  SIP (UDP, TCP) ──────────► read ─► Sighting ─► Observer ──► Trail ─► verdict, findings ─► report::Attempt
//!  ESP ─► associations ─► Dissector::payload ─┘      ▲ ▲
//!                ▲ CK, IK                            │ └── keys: K of the ring, XRES of MAA
//!  Diameter ─► cx ─► Exchange, vectors ──────────────┘
//! ```

mod associations;
mod attempt;
mod cx;
mod digest;
mod esp;
mod invite;
mod links;
mod observer;
mod path;
mod read;
mod report;
mod rounds;
mod shown;
mod sighting;
#[cfg(test)]
pub(crate) mod tests;
mod trail;
mod users;
mod verdict;

pub(crate) use cx::{CxState, Exchange};
pub(crate) use digest::{Answered, Password};
pub(crate) use observer::{Happening, Observer, Opening};
pub(crate) use path::verifies;
pub(crate) use report::Reporter;
pub(crate) use rounds::{AutnCheck, AutsCheck, Round};
pub(crate) use shown::scrubbed;
pub(crate) use sighting::{Kind, Mechanism, Sighting};
pub(crate) use trail::Trail;
pub(crate) use verdict::{Verdict, last_word, refusal};
