//! NAS of EPS (TS 24.301): messages of EPS mobility management (8.2) and EPS session management (8.3), and their
//! information elements (9.9).

mod cause;
pub mod emm;
pub mod esm;
pub mod ie;

pub use cause::{EmmCause, EsmCause};
pub use emm::*;
pub use esm::*;
pub use ie::*;
