//! A network in memory: what stands between the nodes is reliable, and takes a moment by the seed's whim; NGAP is in order,
//! requests of HTTP/2 are not; what is lost is lost on the radio, and who cannot be reached is said so.

mod home;
mod invariants;
mod sbi;
pub(crate) mod victim;
mod world;

pub(crate) use invariants::Invariants;
pub(crate) use world::World;
