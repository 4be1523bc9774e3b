//! What the eNB and the gNB have in common: a radio that loses, repeats, delays and changes NAS PDUs, as chance or a rule
//! says, and connections by number.
//!
//! ```text
//!  UE ──PDU──► Interference (rules of one UE) │ Noise (chance, for all) ──► Fates: what arrives, when, and why ──► node
//! ```

mod alter;
mod flight;
mod interference;
mod name;
mod random;
mod table;

pub use alter::{Alteration, mutate};
pub use flight::Noise;
pub(crate) use flight::{Flights, noisy};
pub(crate) use interference::Fates;
pub use interference::{Interference, Rule, Tamper, Tampered, Which};
pub use name::{CIPHERED, System};
pub use random::Random;
pub(crate) use table::{Numbered, Table};

/// One of a node's UEs, in the order in which it got them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UeId(pub u32);

/// Why a UE got no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoConnection {
    /// The node has no MME or AMF.
    NoCore,
    /// The core is overloaded, and this is not what it still takes (TS 36.413 8.7.6, TS 38.413 8.7.7).
    Overload,
    /// All identities are in use.
    Full,
}
