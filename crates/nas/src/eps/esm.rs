//! Messages of EPS session management (TS 24.301 8.3). Each begins with EPS bearer identity and procedure transaction identity.

mod bearer;
mod default_bearer;
mod message;
mod other;
mod pdn;
mod resource;

pub use bearer::{
    ActivateDedicatedEpsBearerContextAccept, ActivateDedicatedEpsBearerContextReject,
    ActivateDedicatedEpsBearerContextRequest, DeactivateEpsBearerContextAccept,
    DeactivateEpsBearerContextRequest, ModifyEpsBearerContextAccept, ModifyEpsBearerContextReject,
    ModifyEpsBearerContextRequest,
};
pub use default_bearer::{
    ActivateDefaultEpsBearerContextAccept, ActivateDefaultEpsBearerContextReject,
    ActivateDefaultEpsBearerContextRequest,
};
pub use message::EsmMessage;
pub use other::{
    EsmDataTransport, EsmDummyMessage, EsmInformationRequest, EsmInformationResponse, EsmStatus,
    Notification, RemoteUeReport, RemoteUeReportResponse,
};
pub use pdn::{PdnConnectivityReject, PdnConnectivityRequest, PdnDisconnectReject, PdnDisconnectRequest};
pub use resource::{
    BearerResourceAllocationReject, BearerResourceAllocationRequest, BearerResourceModificationReject,
    BearerResourceModificationRequest,
};

/// A message with the header every ESM message has.
macro_rules! esm_message {
    ($(#[$doc:meta])* $name:ident = $title:literal, $type:literal mandatory { $($mandatory:tt)* } optional { $($optional:tt)* }) => {
        $crate::common::message! {
            $(#[$doc])*
            esm $name = $title, $type
            header {
                HalfHigh 1 eps_bearer_identity: $crate::eps::ie::EpsBearerIdentity = "EPS bearer identity";
                V 1 procedure_transaction_identity: $crate::eps::ie::ProcedureTransactionIdentity = "Procedure transaction identity";
            }
            mandatory { $($mandatory)* }
            optional { $($optional)* }
        }
    };
}
pub(crate) use esm_message;
