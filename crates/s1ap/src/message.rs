//! The messages, one struct each with the IEs that the nodes read or write (TS 36.413 9.1).
//!
//! A field is `T` where the IE is mandatory and the message is void without it. It is `Option<T>` where the IE is
//! optional, and where it is mandatory with criticality ignore: a receiver that misses such an IE goes on with the
//! others (TS 36.413 10.3.5). `new` takes every mandatory IE of either kind; a sender leaves none out.

/// [`quintet_ap::message!`] of S1AP.
macro_rules! message {
    ($($table:tt)*) => {
        quintet_ap::message! { in crate::S1ap; $($table)* }
    };
}

mod configuration;
mod context;
mod erab;
mod fault;
mod nas_transport;
mod overload;
mod paging;
mod path_switch;
mod setup;

pub use configuration::{
    EnbConfigurationUpdate, EnbConfigurationUpdateAcknowledge, EnbConfigurationUpdateFailure,
    MmeConfigurationUpdate, MmeConfigurationUpdateAcknowledge, MmeConfigurationUpdateFailure,
};
pub use context::{
    InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    UeCapabilityInfoIndication, UeContextModificationFailure, UeContextModificationRequest,
    UeContextModificationResponse, UeContextReleaseCommand, UeContextReleaseComplete,
    UeContextReleaseRequest,
};
pub use erab::{ErabReleaseCommand, ErabReleaseResponse, ErabSetupRequest, ErabSetupResponse};
pub use fault::{ErrorIndication, Reset, ResetAcknowledge};
pub use nas_transport::{
    DownlinkNasTransport, InitialUeMessage, NasNonDeliveryIndication, UplinkNasTransport,
};
pub use overload::{OverloadStart, OverloadStop};
pub use paging::Paging;
pub use path_switch::{PathSwitchRequest, PathSwitchRequestAcknowledge, PathSwitchRequestFailure};
pub use setup::{S1SetupFailure, S1SetupRequest, S1SetupResponse};
