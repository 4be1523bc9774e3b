//! Each mistake made on purpose by a network and a UE of our own, and the note that names it.

mod challenges;
mod contexts;
mod derivations;
mod fgs;
mod play;
mod wrong_macs;
