//! S6a on the wire: requests read into the decisions' values, decisions written as AVPs (TS 29.272 7.2, 7.3).
//!
//! Everything is read in one walk and written straight into the connection's buffer. AVPs that are not named here are
//! skipped, whatever they are: the Diameter node has already judged what the command's grammar does not allow.

mod answer;
mod equipment;
mod outgoing;
mod read;
mod request;
mod subscription;

pub(crate) use answer::{result, write_auth_session_state, write_eutran, write_features, write_utran};
pub(crate) use equipment::{EQUIPMENT_UNKNOWN, EquipmentCheck, UNKNOWN as UNKNOWN_EQUIPMENT, read_ecr};
pub(crate) use outgoing::{Outgoing, write_outgoing};
pub(crate) use read::Fault;
pub(crate) use request::{
    ActiveApn, AuthenticationRequest, UpdateRequest, read_air, read_imsi, read_nor, read_pur, read_ulr,
};
pub(crate) use subscription::{SubscriptionView, write_subscription, write_user_data};

/// The vendor of S6a's AVPs and results.
pub const VENDOR_3GPP: u32 = 10415;

/// Application-ID of S6a and S6d (TS 29.272 7.1.8).
pub const S6A: u32 = 16_777_251;
