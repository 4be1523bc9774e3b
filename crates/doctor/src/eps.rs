//! The observer of EPS: S1AP and NAS to attempts.

mod attempt;
mod observer;
mod outcome;
mod plain;
mod s1ap;
mod trail;

pub use crate::report::Ending;
pub use observer::{Happening, MAX_ATTEMPTS, MAX_FAREWELL_NS, MAX_SILENCE_NS, Observer, Wanted};
pub use outcome::Verdict;
pub(crate) use outcome::timer_ns;
pub use trail::{
    Capability, Carrier, End, History, Identities, MAX_MESSAGES, Offence, Procedure, Sighting, Signal, Tap,
    Trail,
};
