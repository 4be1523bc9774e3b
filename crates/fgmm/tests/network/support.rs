//! The table of contexts, the rig around one session, and the UE.

mod rig;
mod table;
mod ue;

pub(crate) use rig::{Rig, challenge, guami, k_seaf, res_star, subscription, supi, tai};
pub(crate) use table::Table;
pub(crate) use ue::{CAPABILITY, Request, Ue, plain, suci};
