//! The messages, one struct each with the IEs that the nodes read or write (TS 38.413 9.2).
//!
//! A field is `T` where the IE is mandatory and the message is void without it. It is `Option<T>` where the IE is
//! optional, and where it is mandatory with criticality ignore: a receiver that misses such an IE goes on with the
//! others (TS 38.413 10.3.5). `new` takes every mandatory IE of either kind; a sender leaves none out.

/// [`quintet_ap::message!`] of NGAP.
macro_rules! message {
    ($($table:tt)*) => {
        quintet_ap::message! { in crate::Ngap; $($table)* }
    };
}

mod configuration;
mod context;
mod fault;
mod nas_transport;
mod overload;
mod paging;
mod path_switch;
mod session;
mod setup;

pub use configuration::{
    AmfConfigurationUpdate, AmfConfigurationUpdateAcknowledge, AmfConfigurationUpdateFailure,
    AmfStatusIndication, RanConfigurationUpdate, RanConfigurationUpdateAcknowledge,
    RanConfigurationUpdateFailure,
};
pub use context::{
    InitialContextSetupFailure, InitialContextSetupRequest, InitialContextSetupResponse,
    UeContextModificationFailure, UeContextModificationRequest, UeContextModificationResponse,
    UeContextReleaseCommand, UeContextReleaseComplete, UeContextReleaseRequest,
    UeRadioCapabilityInfoIndication,
};
pub use fault::{ErrorIndication, NgReset, NgResetAcknowledge};
pub use nas_transport::{
    DownlinkNasTransport, InitialUeMessage, NasNonDeliveryIndication, RerouteNasRequest, UplinkNasTransport,
};
pub use overload::{OverloadStart, OverloadStop};
pub use paging::Paging;
pub use path_switch::{PathSwitchRequest, PathSwitchRequestAcknowledge, PathSwitchRequestFailure};
pub use session::{
    PduSessionResourceModifyRequest, PduSessionResourceModifyResponse, PduSessionResourceReleaseCommand,
    PduSessionResourceReleaseResponse, PduSessionResourceSetupRequest, PduSessionResourceSetupResponse,
};
pub use setup::{NgSetupFailure, NgSetupRequest, NgSetupResponse};
