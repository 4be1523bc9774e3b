//! IMS: UEs at an access with P-CSCFs, and the scenarios that they play.
//!
//! ```text
//!  Ues: User (ME: ims::ue, card) … ──SIP, in ESP or bare──► P-CSCF ──► I-CSCF ──► S-CSCF
//!                                                                         └──Cx──┴──► HSS
//! ```

mod behaviour;
mod dialog;
mod event;
mod reginfo;
mod text;
mod ues;
mod user;

pub use behaviour::Behaviour;
pub use event::{Service, SimEvent, UserEvent};
pub use ues::{MAX_USERS, Ues};
pub use user::{Carriage, MAX_UDP_OCTETS, User, UserId};
