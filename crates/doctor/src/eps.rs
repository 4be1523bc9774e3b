//! The observer of EPS: S1AP and NAS to attempts.

mod trail;

pub use trail::{
    Capability, Carrier, End, History, Identities, MAX_MESSAGES, Offence, Procedure, Sighting, Signal, Tap,
    Trail,
};
