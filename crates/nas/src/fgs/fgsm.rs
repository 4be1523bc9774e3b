//! Messages of 5GS session management (TS 24.501 8.3). Each begins with PDU session identity and procedure transaction
//! identity.

mod authentication;
mod establishment;
mod message;
mod modification;
mod other;
mod release;

pub use authentication::{
    PduSessionAuthenticationCommand, PduSessionAuthenticationComplete, PduSessionAuthenticationResult,
};
pub use establishment::{
    PduSessionEstablishmentAccept, PduSessionEstablishmentReject, PduSessionEstablishmentRequest,
};
pub use message::FgsmMessage;
pub use modification::{
    PduSessionModificationCommand, PduSessionModificationCommandReject, PduSessionModificationComplete,
    PduSessionModificationReject, PduSessionModificationRequest,
};
pub use other::{
    FgsmStatus, RemoteUeReport, RemoteUeReportResponse, ServiceLevelAuthenticationCommand,
    ServiceLevelAuthenticationComplete,
};
pub use release::{
    PduSessionReleaseCommand, PduSessionReleaseComplete, PduSessionReleaseReject, PduSessionReleaseRequest,
};

/// A message with the header every 5GSM message has.
macro_rules! fgsm_message {
    ($(#[$doc:meta])* $name:ident = $title:literal, $type:literal mandatory { $($mandatory:tt)* } optional { $($optional:tt)* }) => {
        $crate::common::message! {
            $(#[$doc])*
            fgsm $name = $title, $type
            header {
                V 1 pdu_session_identity: $crate::fgs::ie::PduSessionIdentity = "PDU session ID";
                V 1 procedure_transaction_identity: $crate::fgs::ie::ProcedureTransactionIdentity = "PTI";
            }
            mandatory { $($mandatory)* }
            optional { $($optional)* }
        }
    };
}
pub(crate) use fgsm_message;
