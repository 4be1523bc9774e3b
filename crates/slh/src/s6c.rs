//! S6c, sans-IO: the commands of TS 29.338 5.3.2 as types for both ends, HSS and SMS-GMSC or SMS-IWMSC.

mod alert;
mod command;
mod report;
mod routing;
mod user;

pub use alert::{Ala, AlertEvent, Alr};
pub use command::{Answer, Request};
pub use report::{DeliveryOutcome, Rda, Rdr, RdrFlags, SmDeliveryCause, SmDeliveryOutcome};
pub use routing::{MwdStatus, SmDeliveryNotIntended, SmRpMti, Sra, Srr, SrrFlags, UserName};
pub use user::UserIdentifier;

/// Application-ID of S6c (TS 29.338 5.3.1).
pub const S6C: u32 = 16_777_312;
