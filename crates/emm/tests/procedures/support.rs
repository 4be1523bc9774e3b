//! A network of one session at a time, and a phone.

mod network;
mod phone;
mod table;

pub(crate) use network::{Network, Told, imsi, location, tai};
pub(crate) use phone::{Phone, attach_request, attach_request_as, esm_container};
