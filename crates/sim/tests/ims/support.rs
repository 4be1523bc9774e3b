//! A network in memory: links lose, double and disorder datagrams by the seed's whim, streams and Diameter are reliable and
//! break when a node goes.

mod core;
mod cx;
mod esp;
mod invariants;
mod nat;
mod plays;
mod tap;
mod world;

pub(crate) use core::access;
pub(crate) use cx::WALL;
pub(crate) use invariants::Invariants;
pub(crate) use tap::{Packet, Place};
pub(crate) use world::{Noise, World};
