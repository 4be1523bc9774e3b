//! An AMF, and what came out of it.

mod home;
mod phone;
mod rig;

pub(crate) use home::{Asked, am_data, plmn, supi};
pub(crate) use phone::{Phone, Said, said};
pub(crate) use rig::{GNB, Rig, UPLINK, areas, config, setup_request, tai};
