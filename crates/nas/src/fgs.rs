//! NAS of 5GS (TS 24.501): messages of 5GS mobility management (8.2) and 5GS session management (8.3), and their
//! information elements (9.11).
//!
//! ```text
//!   5GMM   7e │ spare, security header type 0 │ message type │ elements
//!   5GSM   2e │ PDU session identity │ procedure transaction identity │ message type │ elements
//! ```

mod cause;
pub mod fgmm;
pub mod fgsm;
pub mod ie;

pub use cause::{FgmmCause, FgsmCause};
pub use fgmm::*;
pub use fgsm::*;
pub use ie::*;
