//! What 5GS calls its parts and its UEs: 5G-GUTI, GUAMI, 5G-S-TMSI, TAI, NCGI (TS 23.003 2.10, 19.4.2.3, 19.6A), and
//! how a GUTI of one system becomes one of the other.

mod area;
mod temporary;

pub use area::{Ncgi, Tac, Tai};
pub use temporary::{AmfId, Guami, Guti, STmsi};
