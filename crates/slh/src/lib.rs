//! SLh, sans-IO: what GMLC and HSS say of where a UE is served (TS 29.173), as types for both ends; and in [`s6c`] what SMS-GMSC
//! and HSS say of it (TS 29.338 5), which is written in the same groups.
//!
//! ```text
//!  diameter::Message ──read──► Rir │ Ria                              ──write──► MessageWriter
//!                              s6c::Srr, Alr, Rdr │ Sra, Ala, Rda
//! ```
//!
//! Both are Cx's sisters: AVPs, faults, results and features are those of [`quintet_cx`], and what its head says of Session-Id and
//! the routing AVPs holds here too. AVPs that are not named here are skipped, whatever they are.
//!
//! Left out: LMSI and MSC-Number as the HSS's own (nothing here is circuit-switched), the SMSF of 5GS, SMS without MSISDN in IMS
//! (SMSMI-Correlation-ID).

#![forbid(unsafe_code)]

mod routing;
pub mod s6c;
mod serving_node;

pub use routing::{MAX_ADDITIONAL_NODES, Ria, RiaFlags, Rir};
pub use serving_node::{NodeName, ServingNode};

/// Application-ID of SLh (TS 29.173 6.1.8).
pub const SLH: u32 = 16_777_291;

/// What stands for the number of a subscriber that has none (TS 23.003 3.3).
///
/// # Panics
/// Never: 15 digits are as many as a number may have.
#[must_use]
pub fn dummy_msisdn() -> quintet_identity::Msisdn {
    quintet_identity::Msisdn::from_ascii(b"000000000000000").expect("15 digits")
}
