//! The table of contexts, the rig around one session, and the UE.

mod rig;
mod table;
mod ue;

pub(crate) use rig::{Rig, TIMER, eutran_vector, gummei, imsi};
pub(crate) use table::Table;
pub(crate) use ue::{CAPABILITY, Ue, attach_request, attach_request_of, attach_request_with, plain};
