//! A network in memory: what stands between the nodes is ordered and reliable, and takes a moment by the seed's whim; what
//! is lost is lost on the radio.

mod home;
mod invariants;
mod world;

pub(crate) use invariants::Invariants;
pub(crate) use world::World;
