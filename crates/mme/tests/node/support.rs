//! An MME, the node its HSS is reached through, and what came out of both.

mod home;
mod phone;
mod rig;

pub(crate) use phone::Phone;
pub(crate) use rig::{ENB, Rig, areas, config, imsi, setup_request};
